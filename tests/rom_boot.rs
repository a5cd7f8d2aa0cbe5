//! The chips' own mask ROMs start what is in the flash, or say that there is
//! nothing.
//!
//! `tests/roms.sh` fetches the ROMs. Without them there is nothing to execute,
//! and the test says so; with ESPWIRE_REQUIRE_ROMS=1 that is a failure.

#![cfg(feature = "sim")]
#![allow(clippy::panic, clippy::unwrap_used, reason = "all of it is a test")]

mod common;

use common::roms;
use espwire::chip::{self, Chip};
use espwire::image::Region;
use espwire::session::{After, Options, Outcome, Session, StubPolicy};
use espwire::sim::soc::{self, CoreModel, RomImage};
use espwire::sim::{Board, Port, ResetCause, Running};
use espwire::time::Duration;
use espwire::transport::Transport;
use sha2::{Digest, Sha256};

/// Where an application's code goes, out of the ROM's way, and the watchdog
/// of timer group 0.
const CHIPS: &[(&Chip, u32, u32)] = &[
    (&chip::ESP32C2, 0x4038_8000, 0x6001_f048),
    (&chip::ESP32C3, 0x4039_0000, 0x6001_f048),
    (&chip::ESP32C5, 0x4082_0000, 0x6000_8048),
    (&chip::ESP32C6, 0x4082_0000, 0x6000_8048),
    (&chip::ESP32C61, 0x4082_0000, 0x6000_8048),
    (&chip::ESP32H2, 0x4082_0000, 0x6000_9048),
    (&chip::ESP32P4, 0x4ff6_0000, 0x500c_2048),
];

const HELLO: &str = "hello from flash\r\n";

/// A RISC-V program that quiets the watchdogs which guard its start, says
/// hello on UART0, and stays where it is.
fn program(chip: &Chip, timer_group: u32) -> Vec<u8> {
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
    // sw t1, (t0)
    let store = T1 << 20 | T0 << 15 | 2 << 12 | 0x23;
    let write = |address, value| {
        let [a, b] = set(T0, address);
        let [c, d] = set(T1, value);
        [a, b, c, d, store]
    };
    let rtc = chip.watchdogs.as_ref().unwrap().rtc.config0;
    let mut words = vec![];
    words.extend(write(rtc, 0));
    words.extend(write(timer_group, 0));
    // lui t1, 0x40; addi t1, t1, -1; bnez t1, .-4: until the UART has sent what
    // the ROM has said.
    words.extend([0x0004_0337, 0xfff3_0313, 0xfe03_1ee3]);
    for byte in HELLO.bytes() {
        words.extend(write(chip.uart.base, byte.into()));
    }
    // j .
    words.push(0x0000_006f);
    words
        .iter()
        .flat_map(|word: &u32| word.to_le_bytes())
        .collect()
}

/// An image with one segment, as ESP-IDF documents its format.
fn image(chip: &Chip, address: u32, code: &[u8]) -> Vec<u8> {
    // Magic, segments, DIO, 4 MB at the lowest code; entry; no pin; the chip.
    let mut image = vec![0xe9, 1, 2, 0x20];
    image.extend(address.to_le_bytes());
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

fn board(chip: &'static Chip) -> (Board, Port) {
    let rom = roms::read(chip.arg, None).unwrap();
    let image = RomImage::new(chip, &rom).unwrap();
    Board::builder(chip).rom_image(image).build()
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
fn the_table_has_all_risc_v_chips() {
    let with_rom = chip::ALL.iter().filter_map(|chip| soc::of_chip(chip));
    let risc_v = with_rom.filter(|soc| matches!(soc.core, CoreModel::RiscV(_)));
    assert!(risc_v.map(|soc| soc.chip).eq(CHIPS.iter().map(|row| row.0)));
}

#[test]
fn an_application_that_was_written_starts() {
    if !roms::at_hand() {
        return;
    }
    for (chip, address, timer_group) in CHIPS {
        let code = program(chip, *timer_group);
        let image = image(chip, *address, &code);
        let (board, port) = board(chip);
        let options = Options::new().stub(StubPolicy::Off);
        let mut session = Session::connect(port, options).unwrap();
        let regions = [Region::new(chip.bootloader_offset, image)];
        let report = session.write(&regions).unwrap();
        assert_eq!(report.regions[0].outcome, Outcome::Written, "{chip}");
        let mut port = session.finish(After::HardReset).unwrap().port;

        let text = hear(&mut port, 1000);
        assert!(text.contains("SPI_FAST_FLASH_BOOT"), "{chip}: {text}");
        let entry = format!("entry {address:#x}");
        assert!(text.contains(&entry), "{chip}: {text}");
        assert!(!text.contains("failed"), "{chip}: {text}");
        assert_eq!(text.matches(HELLO).count(), 1, "{chip}: {text}");
        assert_eq!(board.running(), Running::Application, "{chip}");
    }
}

#[test]
fn a_blank_flash_is_told_again_and_again() {
    if !roms::at_hand() {
        return;
    }
    for (chip, ..) in CHIPS {
        let (board, mut port) = board(chip);
        let text = hear(&mut port, 3000);
        assert!(
            text.contains("invalid header: 0xffffffff"),
            "{chip}: {text}"
        );
        // TG0WDT_SYS_RST, as the newer ones call it TG0_WDT_HPSYS.
        assert!(text.contains("rst:0x7 ("), "{chip}: {text}");
        let resets = board.record().resets;
        assert!(resets.len() > 1, "{chip}");
        let causes = resets.iter().map(|reset| reset.cause);
        assert!({ causes }.all(|cause| cause == ResetCause::Watchdog));
        assert_eq!(board.running(), Running::Boot, "{chip}");
    }
}
