//! The chips' own mask ROMs calculate digests with the SHA accelerator. They
//! were written for the real one; so what they make of the virtual one says
//! whether it is like it.
//!
//! `tests/roms.sh` fetches the ROMs. Without them there is nothing to execute,
//! and the test says so; with ESPWIRE_REQUIRE_ROMS=1 that is a failure.

#![cfg(feature = "sim")]
#![allow(
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "all of it is a test"
)]

mod common;
#[allow(dead_code, reason = "other tests say more")]
#[path = "stubs/host.rs"]
mod host;

use common::roms;
use espwire::chip::{self, Chip};
use espwire::sim::Board;
use espwire::sim::soc::elf::Elf;
use espwire::sim::soc::{self, CoreModel, RomImage};
use espwire::time::Duration;
use espwire::transport::Transport;
use host::{Host, len, op};
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512, Sha512_224, Sha512_256};

/// Where code can be, and where data, out of the ROM's way, and how many
/// algorithms the accelerator knows.
const CHIPS: &[(&Chip, u32, u32, usize)] = &[
    (&chip::ESP32, 0x4009_0000, 0x3ffd_0000, 4),
    (&chip::ESP32S2, 0x4004_0000, 0x3ffd_8000, 8),
    (&chip::ESP32S3, 0x4039_0000, 0x3fcb_0000, 8),
    (&chip::ESP32C2, 0x4038_8000, 0x3fcb_0000, 3),
    (&chip::ESP32C3, 0x4039_0000, 0x3fca_0000, 3),
    (&chip::ESP32C5, 0x4082_0000, 0x4082_8000, 8),
    (&chip::ESP32C6, 0x4082_0000, 0x4082_8000, 3),
    (&chip::ESP32C61, 0x4082_0000, 0x4082_8000, 3),
    (&chip::ESP32H2, 0x4082_0000, 0x4082_8000, 3),
    (&chip::ESP32P4, 0x4ff6_0000, 0x4ff6_8000, 8),
    (&chip::ESP32S31, 0x2f02_0000, 0x2f02_8000, 8),
];

/// Bytes of messages: with the padding in the same block and in one more.
const LENGTHS: [u32; 4] = [0, 55, 112, 1000];

/// SHA-512/t, and what t is.
const OF_ANY_T: u32 = 7;
const T: u32 = 224;

/// Bytes of the longest digest; the others leave a rest of it as it was.
const DIGEST: u32 = 64;

type Hash = fn(&[u8]) -> Vec<u8>;

/// The algorithms, by the numbers that the ROMs have for them.
const HASHES: [Hash; 8] = [
    |message| Sha1::digest(message).to_vec(),
    |message| Sha224::digest(message).to_vec(),
    |message| Sha256::digest(message).to_vec(),
    |message| Sha384::digest(message).to_vec(),
    |message| Sha512::digest(message).to_vec(),
    |message| Sha512_224::digest(message).to_vec(),
    |message| Sha512_256::digest(message).to_vec(),
    |message| Sha512_224::digest(message).to_vec(),
];

/// The same of the ESP32's ROM.
const ESP32_HASHES: [Hash; 4] = [HASHES[0], HASHES[2], HASHES[3], HASHES[4]];

/// A call of a function, with arguments.
struct Call {
    function: u32,
    arguments: [u32; 4],
}

/// What lies where among the data.
struct Data {
    message: u32,
    context: u32,
    digests: u32,
}

/// What a ROM is to be asked for all digests, of each algorithm for each length.
fn calls(chip: &Chip, rom: &Elf<'_>, algorithms: u32, data: &Data) -> Vec<Call> {
    let Data {
        message,
        context,
        digests,
    } = *data;
    let mut calls = vec![];
    let mut call = |name: &str, arguments: [u32; 4]| {
        let function = rom.symbol(name).unwrap();
        calls.push(Call {
            function,
            arguments,
        });
    };
    call("ets_sha_enable", [0; 4]);
    let mut digest = digests;
    for algorithm in 0..algorithms {
        for length in LENGTHS {
            if chip == &chip::ESP32 {
                call("ets_sha_init", [context, 0, 0, 0]);
                // It takes a block at once, and no more; lengths in bits.
                for at in (0..length).step_by(64) {
                    let bits = 8 * (length - at).min(64);
                    call("ets_sha_update", [context, algorithm, message + at, bits]);
                }
                call("ets_sha_finish", [context, algorithm, digest, 0]);
            } else {
                let first = length / 3;
                call("ets_sha_init", [context, algorithm, 0, 0]);
                call("ets_sha_starts", [context, T, 0, 0]);
                if algorithm == OF_ANY_T {
                    // Else what it begins with is not taken from the accelerator.
                    call("ets_sha_get_state", [context, 0, 0, 0]);
                }
                call("ets_sha_update", [context, message, first, 0]);
                call(
                    "ets_sha_update",
                    [context, message + first, length - first, 1],
                );
                call("ets_sha_finish", [context, digest, 0, 0]);
            }
            digest += DIGEST;
        }
    }
    calls
}

/// Calls, then sends some memory over the UART: in RISC-V's words.
fn risc_v(calls: &[Call], uart: u32, (from, to): (u32, u32)) -> (Vec<u8>, u32) {
    const T0: u32 = 5;
    const T1: u32 = 6;
    const T2: u32 = 7;
    const T3: u32 = 28;
    const A0: u32 = 10;
    let set = |register: u32, value: u32| {
        let upper = value.wrapping_add(0x800) & 0xffff_f000;
        let lower = value & 0xfff;
        [
            upper | register << 7 | 0x37,
            lower << 20 | register << 15 | register << 7 | 0x13,
        ]
    };
    let mut words = vec![];
    for call in calls {
        for (register, value) in (A0..).zip(call.arguments) {
            words.extend(set(register, value));
        }
        words.extend(set(T0, call.function));
        // jalr t0
        words.push(T0 << 15 | 1 << 7 | 0x67);
    }
    for (register, value) in [(T0, uart), (T1, from), (T2, to)] {
        words.extend(set(register, value));
    }
    words.extend([
        // lw t3, 0x1c(t0); slli t3, t3, 8; srli t3, t3, 24; bnez t3, .-12: until
        // the transmitter's FIFO is empty
        0x1c << 20 | T0 << 15 | 2 << 12 | T3 << 7 | 0x03,
        8 << 20 | T3 << 15 | 1 << 12 | T3 << 7 | 0x13,
        24 << 20 | T3 << 15 | 5 << 12 | T3 << 7 | 0x13,
        0xfe00_0063 | T3 << 15 | 1 << 12 | 0x0a << 8 | 1 << 7,
        // lbu t3, 0(t1); sw t3, 0(t0); addi t1, t1, 1; bne t1, t2, .-28
        T1 << 15 | 4 << 12 | T3 << 7 | 0x03,
        T3 << 20 | T0 << 15 | 2 << 12 | 0x23,
        1 << 20 | T1 << 15 | T1 << 7 | 0x13,
        0xfe00_0063 | T2 << 20 | T1 << 15 | 1 << 12 | 0x02 << 8 | 1 << 7,
        // j .
        0x6f,
    ]);
    (words.into_iter().flat_map(u32::to_le_bytes).collect(), 0)
}

/// The same in Xtensa's, behind the constants that it loads.
fn xtensa(calls: &[Call], uart: u32, (from, to): (u32, u32)) -> (Vec<u8>, u32) {
    let all = calls.iter();
    let all = all.flat_map(|it| it.arguments.into_iter().chain([it.function]));
    let constants: Vec<u32> = all.chain([uart, from, to]).collect();
    let start = 4 * constants.len() as u32;
    let mut code: Vec<u8> = constants.iter().flat_map(|it| it.to_le_bytes()).collect();
    let put = |code: &mut Vec<u8>, op: u32| code.extend(&op.to_le_bytes()[..3]);
    let mut number = 0;
    // l32r at, the next constant: a distance in words, backwards.
    let mut load = |code: &mut Vec<u8>, register: u32| {
        let next = (code.len() as u32).div_ceil(4);
        let distance = u32::wrapping_sub(number, next) & 0xffff;
        put(code, distance << 8 | register << 4 | 1);
        number += 1;
    };
    // entry a1, 32
    put(&mut code, 0x00_4136);
    for _ in calls {
        for register in [10, 11, 12, 13, 2] {
            load(&mut code, register);
        }
        // callx8 a2
        put(&mut code, 0x2e0);
    }
    for register in [2, 3, 4] {
        load(&mut code, register);
    }
    for op in [
        // l32i a5, a2, 0x1c; extui a5, a5, 16, 8; bnez a5, .-6
        7 << 16 | 2 << 12 | 2 << 8 | 5 << 4 | 2,
        7 << 20 | 5 << 16 | 5 << 12 | 5 << 4,
        0xff6 << 12 | 5 << 8 | 0x56,
        // l8ui a5, a3, 0; s32i a5, a2, 0; addi a3, a3, 1; bne a3, a4, .-18
        3 << 8 | 5 << 4 | 2,
        6 << 12 | 2 << 8 | 5 << 4 | 2,
        1 << 16 | 0xc << 12 | 3 << 8 | 3 << 4 | 2,
        0xea << 16 | 9 << 12 | 3 << 8 | 4 << 4 | 7,
        // j .
        0xff_ff06,
    ] {
        put(&mut code, op);
    }
    code.resize(code.len().next_multiple_of(4), 0);
    (code, start)
}

#[test]
fn the_roms_calculate_digests() {
    if !roms::at_hand() {
        return;
    }
    let message: Vec<u8> = (0..1000_u32).map(|it| (it * 7 + it / 256) as u8).collect();
    for file in roms::files() {
        let row = CHIPS.iter().find(|row| row.0.arg == file.chip);
        let &(chip, code, base, count) = row.expect("every chip with a ROM has a row");
        let name = format!("{chip} {}", file.revision);
        let elf = std::fs::read(&file.path).unwrap();
        let data = Data {
            message: base,
            context: base + 0x1000,
            digests: base + 0x2000,
        };
        let calls = calls(chip, &Elf::parse(&elf).unwrap(), count as u32, &data);
        let digests = count * LENGTHS.len();
        let memory = (data.digests, data.digests + digests as u32 * DIGEST);
        let uart = chip.uart.base;
        let (program, start) = match soc::of_chip(chip).unwrap().core {
            CoreModel::RiscV(_) => risc_v(&calls, uart, memory),
            CoreModel::Xtensa(_) => xtensa(&calls, uart, memory),
        };

        let image = RomImage::new(chip, &elf).unwrap();
        let mut host = Host::in_loader(Board::builder(chip).rom_image(image));
        host.status_len = chip.rom.dialect.status_len;
        let begin = [len(&message), 1, len(&message), data.message];
        host.ask_words(op::MEM_BEGIN, &begin).ok();
        host.ask_data(op::MEM_DATA, 0, &message).ok();
        host.upload(code, &program, code + start);
        let enough = digests * DIGEST as usize;
        let end = host.port.now() + Duration::from_secs(1);
        let mut heard = vec![];
        while heard.len() < enough && host.port.now() < end {
            heard.extend(host.listen(Duration::from_millis(5)));
        }

        assert_eq!(heard.len(), enough, "{name}");
        let hashes: &[Hash] = if chip == &chip::ESP32 {
            &ESP32_HASHES
        } else {
            &HASHES
        };
        let mut heard = heard.chunks(DIGEST as usize);
        for (algorithm, hash) in hashes[..count].iter().enumerate() {
            for length in LENGTHS {
                let expected = hash(&message[..length as usize]);
                let digest = &heard.next().unwrap()[..expected.len()];
                assert_eq!(
                    digest, expected,
                    "{name}: algorithm {algorithm}, {length} bytes"
                );
            }
        }
    }
}
