//! How many instructions a second the emulated cores execute.
//!
//! One loop a core, with arithmetic, loads, stores, a multiplication, a call
//! and branches. Figures are the best and the median of several rounds: other
//! work on the machine only ever slows a round down.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "prints its figures and stops at anything unexpected"
)]

use espwire::sim::cpu::riscv::{self, RiscV};
use espwire::sim::cpu::xtensa::{self, Xtensa};
use espwire::sim::cpu::{Bus, Core, Devices, Fault, FaultKind, Memory, Rule, Stop, Width};
use std::time::Instant;

const ROUNDS: usize = 20;
/// Instructions in a round.
const ROUND: u64 = 10_000_000;

const CODE: u32 = 0x4000_0000;
const DATA: u32 = 0x3fc8_0000;

/// Nothing.
struct NoDevices;

impl Devices for NoDevices {
    fn load(&mut self, _: u64, address: u32, _: Width) -> Result<u32, Fault> {
        Err(Fault {
            address,
            kind: FaultKind::Unmapped,
        })
    }
    fn store(&mut self, now: u64, address: u32, width: Width, _: u32) -> Result<(), Fault> {
        self.load(now, address, width).map(|_| ())
    }
    fn attention(&self) -> bool {
        false
    }
}

fn main() {
    println!("million instructions a second, best and median of {ROUNDS} rounds");
    let mut core = RiscV::new(&riscv::Model::C3);
    core.set_register(10, 0x1234_5678);
    core.set_register(12, DATA);
    report("RV32IMC", core, &RISC_V);
    for (name, model, code) in [
        ("LX106", &xtensa::Model::LX106, XTENSA),
        ("LX6", &xtensa::Model::ESP32, XTENSA_WINDOWED),
    ] {
        let mut core = Xtensa::new(model);
        core.set_pc(CODE);
        core.set_register(2, 0x1234_5678);
        core.set_register(4, DATA);
        report(name, core, &packed(code));
    }
}

fn report(name: &str, mut core: impl Core, code: &[u8]) {
    let mut memory = Memory::new();
    memory.add(CODE, 0x1000, Rule::Rom).expect("free");
    memory.add(DATA, 0x1000, Rule::Ram).expect("free");
    memory.poke(CODE, code);
    let mut cycle = 0;
    let mut rounds: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let mut devices = NoDevices;
            let mut bus = Bus::new(&mut memory, &mut devices, cycle);
            let start = Instant::now();
            assert_eq!(core.run(&mut bus, ROUND), Stop::Budget);
            let seconds = start.elapsed().as_secs_f64();
            cycle = bus.cycle;
            ROUND as f64 / seconds / 1e6
        })
        .collect();
    rounds.sort_by(f64::total_cmp);
    let best = rounds.last().copied().unwrap_or(0.0);
    println!("{name:10} {best:7.0} {:7.0}", rounds[ROUNDS / 2]);
}

const fn words<const BYTES: usize>(words: &[u32]) -> [u8; BYTES] {
    let mut bytes = [0; BYTES];
    let mut at = 0;
    while at < BYTES {
        bytes[at] = words[at / 4].to_le_bytes()[at % 4];
        at += 1;
    }
    bytes
}

/// A random number; a word of data that it selects grows by it and is
/// multiplied in; a byte of it is added up by a function. For ever.
const RISC_V: [u8; 72] = words(&[
    0x00d5_1293, // loop:   slli t0, a0, 13
    0x0055_4533, //         xor  a0, a0, t0
    0x0115_5293, //         srli t0, a0, 17
    0x0055_4533, //         xor  a0, a0, t0
    0x0055_1293, //         slli t0, a0, 5
    0x0055_4533, //         xor  a0, a0, t0
    0x3fc5_7313, //         andi t1, a0, 0x3fc
    0x00c3_0333, //         add  t1, t1, a2
    0x0003_2383, //         lw   t2, 0(t1)
    0x00a3_83b3, //         add  t2, t2, a0
    0x0073_2023, //         sw   t2, 0(t1)
    0x0276_86b3, //         mul  a3, a3, t2
    0x00c0_00ef, //         jal  ra, helper
    0xfff5_8593, //         addi a1, a1, -1
    0xfc05_94e3, //         bne  a1, zero, loop
    0x0013_4e03, // helper: lbu  t3, 1(t1)
    0x01c7_0733, //         add  a4, a4, t3
    0x0000_8067, //         jalr zero, 0(ra)
]);

/// Instructions of two and three bytes one behind the other.
fn packed(instructions: &[u32]) -> Vec<u8> {
    let bytes = instructions.iter().map(|word| {
        let len = if word & 8 == 0 { 3 } else { 2 };
        word.to_le_bytes().into_iter().take(len)
    });
    bytes.flatten().collect()
}

/// The same for an Xtensa core without windows.
const XTENSA: &[u32] = &[
    0x11_5230, // loop:   slli   a5, a2, 13
    0x30_2250, //         xor    a2, a2, a5
    0x41_5f20, //         srli   a5, a2, 15
    0x30_2250, //         xor    a2, a2, a5
    0x11_52b0, //         slli   a5, a2, 5
    0x30_2250, //         xor    a2, a2, a5
    0x74_6220, //         extui  a6, a2, 2, 8
    0xa0_6640, //         addx4  a6, a6, a4
    0x0678,    //         l32i.n a7, a6, 0
    0x772a,    //         add.n  a7, a7, a2
    0x0679,    //         s32i.n a7, a6, 0
    0x82_8870, //         mull   a8, a8, a7
    0x00_0085, //         call0  helper
    0x330b,    //         addi.n a3, a3, -1
    0xfd_6356, //         bnez   a3, loop
    0xff_f4c6, //         j      loop
    0x01_0692, // helper: l8ui   a9, a6, 1
    0xaa9a,    //         add.n  a10, a10, a9
    0xf00d,    //         ret.n
];

/// The same with a windowed call, behind what lets windows work.
const XTENSA_WINDOWED: &[u32] = &[
    0x01_a052, //         movi   a5, 1
    0x01_55e0, //         slli   a5, a5, 18
    0x13_e650, //         wsr.ps a5
    0x00_20f0, //         nop
    0x11_5230, // loop:   slli   a5, a2, 13
    0x30_2250, //         xor    a2, a2, a5
    0x41_5f20, //         srli   a5, a2, 15
    0x30_2250, //         xor    a2, a2, a5
    0x11_52b0, //         slli   a5, a2, 5
    0x30_2250, //         xor    a2, a2, a5
    0x74_6220, //         extui  a6, a2, 2, 8
    0xa0_e640, //         addx4  a14, a6, a4
    0x0e78,    //         l32i.n a7, a14, 0
    0x772a,    //         add.n  a7, a7, a2
    0x0e79,    //         s32i.n a7, a14, 0
    0x82_7770, //         mull   a7, a7, a7
    0x00_00e5, //         call8  helper
    0x330b,    //         addi.n a3, a3, -1
    0xfd_6356, //         bnez   a3, loop
    0xff_f4c6, //         j      loop
    0xf03d,    //         nop.n
    0xf03d,    //         nop.n
    0x00_2136, // helper: entry  a1, 16
    0x01_0692, //         l8ui   a9, a6, 1
    0xaa9a,    //         add.n  a10, a10, a9
    0xf01d,    //         retw.n
];
