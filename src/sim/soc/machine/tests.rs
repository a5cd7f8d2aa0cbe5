//! A chip with a program of a few words in the place of its ROM.

use super::*;
use crate::chip;
use crate::sim::chip::ESP32C3;
use crate::sim::cpu::riscv::Model;
use crate::sim::{Board, Port};
use crate::time::Duration;
use crate::transport::Transport;

/// The C3 with a program at its reset vector.
fn board(program: &[u32]) -> Port {
    let mut memory = Memory::new();
    memory.add(0x4000_0000, 0x1000, Rule::Rom).unwrap();
    for (address, word) in (0x4000_0000..).step_by(4).zip(program) {
        memory.poke(address, &word.to_le_bytes());
    }
    let options = Options {
        identity: Identity {
            mac: Identity::MAC,
            revision: Revision::default(),
        },
        security: Security::default(),
        crystal: 40,
        trace: None,
    };
    let machine = Machine::new(&ESP32C3, RiscV::new(&Model::C3), memory, options);
    let (_, port) = Board::builder(&chip::ESP32C3)
        .firmware(Box::new(machine))
        .build();
    port
}

/// When the next byte comes, and which.
fn byte(port: &mut Port) -> (u8, Instant) {
    let mut byte = [0];
    let deadline = port.now() + Duration::from_secs(1);
    assert_eq!(port.read(&mut byte, deadline).unwrap(), 1);
    (byte[0], port.now())
}

// Registers of the core, and what puts constants into them and stores them.
const T0: u32 = 5;
const T1: u32 = 6;
const T2: u32 = 7;
const fn lui(rd: u32, upper: u32) -> u32 {
    upper << 12 | rd << 7 | 0x37
}
const fn addi(rd: u32, rs: u32, value: u32) -> u32 {
    value << 20 | rs << 15 | rd << 7 | 0x13
}
const fn sw(rs: u32, base: u32, offset: u32) -> u32 {
    offset >> 5 << 25 | rs << 20 | base << 15 | 2 << 12 | (offset & 0x1f) << 7 | 0x23
}
/// Goes back to the word before as long as `rs` is not 0.
const fn bnez_back(rs: u32) -> u32 {
    rs << 15 | 1 << 12 | 0xfe00_0ee3
}
/// Stays where it is.
const STAY: u32 = 0x0000_006f;

#[test]
fn a_program_that_raises_its_clock_is_faster_and_its_uart_is_not() {
    const WAIT: [u32; 3] = [
        lui(T2, 0x10),
        // 2 * 65536 cycles.
        addi(T2, T2, 0xfff),
        bnez_back(T2),
    ];
    const UART: u32 = 0x6_0000;
    const SYSTEM: u32 = 0x6_00c0;
    let program = [
        &[lui(T0, UART), lui(T1, SYSTEM)][..],
        &[addi(T2, 0, b'a'.into()), sw(T2, T0, 0)],
        &WAIT,
        &[addi(T2, 0, b'b'.into()), sw(T2, T0, 0)],
        // SYSTEM_CPU_PER_CONF: 160 MHz; SYSTEM_SYSCLK_CONF: the PLL.
        &[addi(T2, 0, 1), sw(T2, T1, 0x08)],
        &[addi(T2, 0, 0x400), sw(T2, T1, 0x58)],
        &WAIT,
        &[addi(T2, 0, b'c'.into()), sw(T2, T0, 0), STAY],
    ]
    .concat();
    let mut port = board(&program);
    let [(a, first), (b, second), (c, third)] = [(); 3].map(|()| byte(&mut port));
    // The line is at another rate, but what it carries takes as long each time.
    assert_eq!(
        [a, b, c].map(|it| it ^ a),
        [b'a', b'b', b'c'].map(|it| it ^ b'a')
    );
    // 131071 + 3 cycles and those around them, at 20 and at 160 MHz.
    let (slow, fast) = (second - first, third - second);
    assert_eq!(slow.as_micros(), 6553);
    assert_eq!(fast.as_micros(), 819);
}
