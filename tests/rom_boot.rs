//! The chips' own mask ROMs start what is in the flash, or say that there is
//! nothing.
//!
//! `tests/roms.sh` fetches the ROMs. Without them there is nothing to execute,
//! and the test says so; with ESPWIRE_REQUIRE_ROMS=1 that is a failure.

#![cfg(feature = "sim")]
#![allow(clippy::panic, clippy::unwrap_used, reason = "all of it is a test")]

mod common;

use common::roms::{self, File};
use espwire::chip::{self, Chip};
use espwire::image::Region;
use espwire::session::{After, Options, Outcome, Session, StubPolicy};
use espwire::sim::soc::{self, CoreModel, RomImage, Trace};
use espwire::sim::{Board, Builder, Port, ResetCause, Running, Strapping};
use espwire::time::Duration;
use espwire::transport::Transport;
use sha2::{Digest, Sha256};

/// Where an application's code goes, out of the ROM's way; the watchdog of
/// timer group 0; and what a chip with a blank flash says of its last reset: the
/// watchdog that was faster.
type Row = (&'static Chip, u32, u32, &'static str);
const CHIPS: &[Row] = &[
    (&chip::ESP32, 0x4009_0000, 0x3ff5_f048, RTC),
    (&chip::ESP32S2, 0x4004_0000, 0x3f41_f048, TIMER_GROUP),
    (&chip::ESP32S3, 0x4039_0000, 0x6001_f048, TIMER_GROUP),
    (&chip::ESP32C2, 0x4038_8000, 0x6001_f048, TIMER_GROUP),
    (&chip::ESP32C3, 0x4039_0000, 0x6001_f048, TIMER_GROUP),
    (&chip::ESP32C5, 0x4082_0000, 0x6000_8048, TIMER_GROUP),
    (&chip::ESP32C6, 0x4082_0000, 0x6000_8048, TIMER_GROUP),
    (&chip::ESP32C61, 0x4082_0000, 0x6000_8048, TIMER_GROUP),
    (&chip::ESP32H2, 0x4082_0000, 0x6000_9048, TIMER_GROUP),
    (&chip::ESP32P4, 0x4ff6_0000, 0x500c_2048, TIMER_GROUP),
    (&chip::ESP32S31, 0x2f02_0000, 0x2058_0048, TIMER_GROUP),
];

/// TG0WDT_SYS_RST, TG0_WDT_HPSYS, …
const TIMER_GROUP: &str = "rst:0x7 (";
/// RTCWDT_RTC_RESET, as logs of boards tell.
const RTC: &str = "rst:0x10 (";

const HELLO: &str = "hello from flash\r\n";

/// What a program does.
enum Step {
    /// Stores a word.
    Write(u32, u32),
    /// Takes some 10 ms, so that the UART has sent what the ROM has said.
    Wait,
}

/// A program quiets the watchdogs which guard its start, says hello on UART0,
/// and stays where it is.
fn steps(chip: &Chip, timer_group: u32) -> Vec<Step> {
    let rtc = chip.watchdogs.as_ref().unwrap().rtc.config0;
    let hello = HELLO
        .bytes()
        .map(|it| Step::Write(chip.uart.base, it.into()));
    [Step::Write(rtc, 0), Step::Write(timer_group, 0), Step::Wait]
        .into_iter()
        .chain(hello)
        .collect()
}

/// The program in RISC-V's words, and where in them it begins.
fn risc_v(steps: &[Step]) -> (Vec<u8>, u32) {
    const T0: u32 = 5;
    const T1: u32 = 6;
    let set = |register: u32, value: u32| {
        let upper = value.wrapping_add(0x800) & 0xffff_f000;
        let lower = value & 0xfff;
        [
            upper | register << 7 | 0x37,
            lower << 20 | register << 15 | register << 7 | 0x13,
        ]
    };
    let mut words: Vec<u32> = vec![];
    for step in steps {
        match step {
            Step::Write(address, value) => {
                words.extend(set(T0, *address));
                words.extend(set(T1, *value));
                // sw t1, (t0)
                words.push(T1 << 20 | T0 << 15 | 2 << 12 | 0x23);
            }
            // lui t1, 0x40; addi t1, t1, -1; bnez t1, .-4
            Step::Wait => words.extend([0x0004_0337, 0xfff3_0313, 0xfe03_1ee3]),
        }
    }
    // j .
    words.push(0x0000_006f);
    (words.into_iter().flat_map(u32::to_le_bytes).collect(), 0)
}

/// The program in Xtensa's, behind the constants that it loads.
fn xtensa(steps: &[Step]) -> (Vec<u8>, u32) {
    const A2: u32 = 2;
    const A3: u32 = 3;
    let mut constants: Vec<u32> = vec![0x4_0000];
    for step in steps {
        if let Step::Write(address, value) = step {
            constants.extend([*address, *value]);
        }
    }
    let start = u32::try_from(constants.len()).unwrap() * 4;
    let mut code: Vec<u8> = constants.iter().flat_map(|it| it.to_le_bytes()).collect();
    let put = |code: &mut Vec<u8>, op: u32| code.extend(&op.to_le_bytes()[..3]);
    // l32r at, constant: a distance in words, backwards from the next word.
    let load = |code: &mut Vec<u8>, register: u32, number: u32| {
        let next = u32::try_from(code.len()).unwrap().div_ceil(4);
        put(
            code,
            (number.wrapping_sub(next) & 0xffff) << 8 | register << 4 | 1,
        );
    };
    let mut number = 1;
    for step in steps {
        match step {
            Step::Write(..) => {
                load(&mut code, A2, number);
                load(&mut code, A3, number + 1);
                number += 2;
                // s32i a3, a2, 0
                put(&mut code, 6 << 12 | A2 << 8 | A3 << 4 | 2);
            }
            Step::Wait => {
                load(&mut code, A3, 0);
                // addi a3, a3, -1; bnez a3, .-3
                put(&mut code, 0xff << 16 | 0xc << 12 | A3 << 8 | A3 << 4 | 2);
                put(&mut code, 0xff9 << 12 | A3 << 8 | 0x56);
            }
        }
    }
    // j .
    put(&mut code, 0x00ff_ff06);
    code.resize(code.len().next_multiple_of(4), 0);
    (code, start)
}

/// The program for a chip, and where in it it begins.
fn program(chip: &Chip, timer_group: u32) -> (Vec<u8>, u32) {
    let steps = steps(chip, timer_group);
    match soc::of_chip(chip).unwrap().core {
        CoreModel::RiscV(_) => risc_v(&steps),
        CoreModel::Xtensa(_) => xtensa(&steps),
    }
}

/// An image with one segment, as ESP-IDF documents its format.
fn image(chip: &Chip, address: u32, (code, start): &(Vec<u8>, u32)) -> Vec<u8> {
    // Magic, segments, DIO, 4 MB at the lowest code; entry; no pin; the chip.
    let mut image = vec![0xe9, 1, 2, 0x20];
    image.extend((address + start).to_le_bytes());
    image.extend([0xee, 0, 0, 0]);
    image.extend(chip.id.unwrap().to_le_bytes());
    // Any revision up to the highest; a SHA-256 behind it.
    image.extend([0, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 1]);
    image.extend(address.to_le_bytes());
    image.extend(u32::try_from(code.len()).unwrap().to_le_bytes());
    image.extend(code);
    let checksum = code.iter().fold(0xef, |sum, byte| sum ^ byte);
    image.resize(image.len() / 16 * 16 + 15, 0);
    image.push(checksum);
    image.extend(Sha256::digest(&image));
    image
}

/// A board with one of the chip's ROMs.
fn board(chip: &'static Chip, rom: &File) -> Builder {
    let image = RomImage::new(chip, &rom.read()).unwrap();
    Board::builder(chip).rom_image(image)
}

/// The chips in all revisions of their ROMs.
fn all_roms() -> impl Iterator<Item = (&'static Row, File)> {
    let rows = CHIPS.iter();
    rows.flat_map(|row| roms::of(row.0.arg).map(move |rom| (row, rom)))
}

/// What the chip says for so many milliseconds.
fn hear(port: &mut Port, millis: u64) -> String {
    let end = port.now() + Duration::from_millis(millis);
    let mut heard = vec![];
    let mut buf = [0; 4096];
    loop {
        match port.read(&mut buf, end).unwrap() {
            0 => return String::from_utf8_lossy(&heard).into_owned(),
            count => heard.extend_from_slice(&buf[..count]),
        }
    }
}

#[test]
fn the_table_has_all_chips_that_start_images() {
    let chips = chip::ALL.iter().copied();
    let all = chips.filter(|chip| soc::of_chip(chip).is_some() && chip.id.is_some());
    assert!(all.eq(CHIPS.iter().map(|row| row.0)));
}

#[test]
fn an_application_that_was_written_starts() {
    if !roms::at_hand() {
        return;
    }
    for ((chip, address, timer_group, _), rom) in all_roms() {
        let program = program(chip, *timer_group);
        let entry = format!("entry {:#x}", address + program.1);
        let image = image(chip, *address, &program);
        let (board, port) = board(chip, &rom).build();
        let options = Options::new().stub(StubPolicy::Off);
        let mut session = Session::connect(port, options).unwrap();
        let regions = [Region::new(chip.bootloader_offset, image)];
        let report = session.write(&regions).unwrap();
        assert_eq!(report.regions[0].outcome, Outcome::Written, "{chip}");
        let mut port = session.finish(After::HardReset).unwrap().port;

        let text = hear(&mut port, 1000);
        assert!(text.contains("SPI_FAST_FLASH_BOOT"), "{chip}: {text}");
        assert!(text.contains(&entry), "{chip}: {text}");
        assert!(!text.contains("failed"), "{chip}: {text}");
        assert_eq!(text.matches(HELLO).count(), 1, "{chip}: {text}");
        assert_eq!(board.running(), Running::Application, "{chip}");
    }
}

/// Chips with two cores, and the bit that gives the second one its clock:
/// DPORT_APPCPU_CTRL_B, SYSTEM_CORE_1_CONTROL_0, HP_SYS_CLKRST_SOC_CLK_CTRL0,
/// HP_SYS_CLKRST_HPCORE1_CTRL0.
const SECOND_CORES: [(&Chip, u32, u32); 4] = [
    (&chip::ESP32, 0x3ff0_0030, 1 << 0),
    (&chip::ESP32S3, 0x600c_0000, 1 << 1),
    (&chip::ESP32P4, 0x500e_6014, 1 << 4),
    (&chip::ESP32S31, 0x2058_7020, 1 << 1),
];

#[test]
fn no_rom_starts_a_second_core() {
    if !roms::at_hand() {
        return;
    }
    let all = SECOND_CORES.iter();
    let all = all.flat_map(|row| roms::of(row.0.arg).map(move |rom| (row, rom)));
    for ((chip, register, clock), rom) in all {
        for strapping in [Strapping::Download, Strapping::Flash] {
            let trace = Trace::new();
            let builder = board(chip, &rom);
            let (board, _port) = builder.trace(trace.clone()).starts_in(strapping).build();
            board.run_for(Duration::from_millis(200));
            let touched = trace.touched();
            assert!(!touched.is_empty(), "{chip}");
            let written = touched.get(register).filter(|it| it.stores > 0);
            assert!(written.is_none_or(|it| it.value & clock == 0), "{chip}");
        }
    }
}

#[test]
fn a_blank_flash_is_told_again_and_again() {
    if !roms::at_hand() {
        return;
    }
    for ((chip, .., reset), rom) in all_roms() {
        let (board, mut port) = board(chip, &rom).build();
        let text = hear(&mut port, 1500);
        // The first ROM of all has other words for it.
        let blank = match (chip.arg, rom.revision.as_str()) {
            ("esp32", "rev0") => "flash read err, 1000",
            _ => "invalid header: 0xffffffff",
        };
        assert!(text.contains(blank), "{chip}: {text}");
        assert!(text.contains(reset), "{chip}: {text}");
        let resets = board.record().resets;
        assert!(!resets.is_empty(), "{chip}");
        let causes = resets.iter().map(|reset| reset.cause);
        assert!({ causes }.all(|cause| cause == ResetCause::Watchdog));
        assert_eq!(board.running(), Running::Boot, "{chip}");
    }
}
