//! Whole sessions with the modelled ROM of every chip, in virtual time.
#![cfg(feature = "sim")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "all of it is a test"
)]

#[path = "../common/cancelling.rs"]
mod cancelling;
mod changed;
mod cost;
mod faults;
mod moments;
mod park;
mod refusals;
#[path = "../common/spoiled.rs"]
mod spoiled;
mod sweep;
mod vanish;
mod watchdogs;

use espwire::chip::{ALL, Chip, ESP32C3, ESP8266, FlashMode, UsbPort};
use espwire::error::{ChipError, Error, InputError};
use espwire::image::{Content, HeaderPatch, Region};
use espwire::session::{
    After, Before, Event, Options, Outcome, Report, Session, StubPolicy, UsbId,
};
use espwire::sim::{Board, Link, LinkKind, Running};
use espwire::time::Duration;
use espwire::transport::Transport;
use espwire::wire::Opcode;
use std::sync::{Arc, Mutex};

/// 2.4 MB, as an application with its data weighs.
const SIZE: usize = 2_400_000;
const ADDRESS: u32 = 0x1_0000;

/// Bytes that deflate to something like what firmware deflates to: two thirds.
fn firmware(len: usize) -> Vec<u8> {
    let mut state = 0x1234_5678u32;
    let mut bytes = Vec::with_capacity(len + 4);
    while bytes.len() < len {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [a, b, c, _] = state.to_be_bytes();
        // Three random bytes in four, one of few values.
        bytes.extend([a, b & 0x3f, c & 0x1f, 0x20]);
    }
    bytes.truncate(len);
    bytes
}

fn options(chip: &'static Chip) -> Options<'static> {
    Options::new()
        .chip(chip)
        .baud(921_600)
        .stub(StubPolicy::Off)
}

fn connect<T: Transport>(port: T, chip: &'static Chip) -> Session<'static, T> {
    Session::connect(port, options(chip)).unwrap()
}

fn outcomes(report: &Report) -> Vec<Outcome> {
    report.regions.iter().map(|region| region.outcome).collect()
}

fn hashes(chip: &Chip) -> bool {
    chip.rom.supports(Opcode::FLASH_MD5SUM)
}

#[test]
fn every_chip_writes_verifies_finds_a_change_and_writes_again() {
    let image = firmware(SIZE);
    for chip in ALL {
        let (board, port) = Board::builder(chip).build();
        let mut session = connect(port, chip);
        let region = [Region::new(ADDRESS, &image[..])];
        let report = session.write(&region).unwrap();
        assert!(board.flash().read(ADDRESS, SIZE) == image, "{chip}");
        if hashes(chip) {
            assert_eq!(outcomes(&report), [Outcome::Written], "{chip}");
            assert_eq!(report.regions[0].found, Some(report.regions[0].expected));
            assert_eq!(
                outcomes(&session.verify(&region).unwrap()),
                [Outcome::Matches]
            );

            let mut changed = image.clone();
            changed[SIZE / 2] ^= 0x10;
            let region = [Region::new(ADDRESS, &changed[..])];
            let report = session.verify(&region).unwrap();
            assert_eq!(outcomes(&report), [Outcome::Differs], "{chip}");
            assert_ne!(report.regions[0].found, Some(report.regions[0].expected));
            assert_eq!(
                outcomes(&session.write(&region).unwrap()),
                [Outcome::Written]
            );
            assert!(board.flash().read(ADDRESS, SIZE) == changed, "{chip}");
        } else {
            assert_eq!(outcomes(&report), [Outcome::WrittenUnproven], "{chip}");
            let error = session.verify(&region).unwrap_err();
            assert!(
                matches!(error, Error::Chip(ChipError::Unable { .. })),
                "{chip}: {error}"
            );
        }
        session.finish(After::HardReset).unwrap();
        board.run_for(Duration::from_secs(1));
        assert_eq!(board.running(), Running::Application, "{chip}");
        let resets = board.record().resets;
        assert_eq!(
            resets.len(),
            2,
            "{chip}: into the loader and out of it: {resets:?}"
        );
    }
}

#[test]
fn an_esp8266_erases_exactly_its_sectors() {
    // Odd and even, within an erase block and across, up to the last sector.
    for (address, sectors) in [
        (0, 1),
        (0x3000, 3),
        (0xe000, 5),
        (0x1_0000, 33),
        (0x3f_f000, 1),
    ] {
        let (board, port) = Board::builder(&ESP8266).build();
        board.flash().write(0, &vec![0; 4 << 20]);
        let len = sectors * 0x1000 - 100;
        let image = firmware(len);
        let mut session = connect(port, &ESP8266);
        session
            .write(&[Region::new(address, &image[..]).with_content(Content::Raw)])
            .unwrap();
        let end = address as usize + sectors * 0x1000;
        let flash = board.flash().read(0, 4 << 20);
        assert!(
            flash[..address as usize].iter().all(|byte| *byte == 0),
            "{address:#x}"
        );
        assert!(flash[address as usize..][..len] == image, "{address:#x}");
        assert!(
            flash[address as usize + len..end]
                .iter()
                .all(|byte| *byte == 0xff)
        );
        assert!(flash[end..].iter().all(|byte| *byte == 0), "{address:#x}");
    }
}

#[test]
fn chips_are_detected_when_nobody_names_them() {
    for chip in ALL {
        let (_, port) = Board::builder(chip).build();
        let options = Options::new().stub(StubPolicy::Off);
        let mut session = Session::connect(port, options).unwrap();
        assert_eq!(session.chip(), *chip);
        let info = session.probe().unwrap();
        assert_eq!(info.flash_size, Some(4 << 20), "{chip}");
        assert!(info.mac.is_some(), "{chip}");
        assert_eq!(info.revision.is_some(), chip.revision.is_some(), "{chip}");
        session.finish(After::HardReset).unwrap();
    }
}

#[test]
fn a_chip_left_in_its_loader_is_met_there() {
    for chip in ALL {
        let (board, port) = Board::builder(chip).build();
        let session = connect(port, chip);
        let port = session.finish(After::NoReset).unwrap().port;
        assert_eq!(port.settings().unwrap().baud, 115_200);
        let resets = board.record().resets.len();
        let options = Options::new().before(Before::NoReset).stub(StubPolicy::Off);
        // An ESP8266 stays at the rate that it has measured.
        if chip.rom.supports(Opcode::CHANGE_BAUDRATE) {
            let session = Session::connect(port, options).unwrap();
            assert_eq!(session.chip(), *chip);
        }
        assert_eq!(board.record().resets.len(), resets, "{chip}");
    }
}

#[test]
fn usb_serial_jtag_has_no_rate_and_its_watchdogs_are_quieted() {
    let image = firmware(100_000);
    for chip in ALL.iter().filter(|chip| chip.has_usb(UsbPort::SerialJtag)) {
        let (board, port) = Board::builder(chip)
            .link(Link {
                kind: LinkKind::UsbSerialJtag,
                ..Link::default()
            })
            .build();
        let usb = UsbId {
            vid: 0x303a,
            pid: 0x1001,
        };
        let mut session = Session::connect(port, options(chip).usb(usb)).unwrap();
        let commands = board.record().commands;
        assert!(
            !commands.contains(&Opcode::CHANGE_BAUDRATE),
            "{chip}: {commands:?}"
        );
        let writes = commands
            .iter()
            .filter(|command| **command == Opcode::WRITE_REG);
        assert_eq!(writes.count(), 1, "{chip}: {commands:?}");
        let report = session.write(&[Region::new(ADDRESS, &image[..])]).unwrap();
        assert_eq!(outcomes(&report), [Outcome::Written], "{chip}");
        session.finish(After::HardReset).unwrap();
        board.run_for(Duration::from_secs(1));
        assert_eq!(board.running(), Running::Application, "{chip}");
    }
}

#[test]
fn what_was_written_can_be_read() {
    let image = firmware(5_001);
    for chip in ALL.iter().filter(|chip| hashes(chip)) {
        let (board, port) = Board::builder(chip).build();
        board.flash().write(0x1_0123, &image);
        let mut session = connect(port, chip);
        let mut read = Vec::new();
        session.read(0x1_0123, 5_001, &mut read).unwrap();
        assert!(read == image, "{chip}");
        let error = session.read(0x3f_ff00, 0x101, &mut read).unwrap_err();
        assert!(
            matches!(error, Error::Input(InputError::PastFlash { .. })),
            "{error}"
        );
        let error = session.read(0, 64, &mut &mut [0; 10][..]).unwrap_err();
        assert!(
            matches!(error, Error::Input(InputError::Output { .. })),
            "{error}"
        );
    }
}

/// A small image for the ESP32-C3: header, one segment, checksum, no SHA-256.
fn bootloader() -> Vec<u8> {
    let mut image = vec![0xe9, 1, 2, 0x2f, 0, 0, 0x38, 0x40, 0xee, 0, 0, 0, 5, 0];
    image.resize(24, 0);
    image.extend([0, 0, 0x38, 0x40, 16, 0, 0, 0]);
    image.extend([0x11; 16]);
    image.resize(image.len() | 0xf, 0);
    image.push(0xef);
    image
}

#[test]
fn a_verify_hashes_what_a_write_would_have_written() {
    let (board, port) = Board::builder(&ESP32C3).build();
    let mut session = connect(port, &ESP32C3);
    let kept = [Region::new(0, bootloader())];
    let patch = HeaderPatch {
        mode: Some(FlashMode::Qio),
        ..HeaderPatch::default()
    };
    let patched = [Region::new(0, bootloader()).patched(patch)];
    session.write(&patched).unwrap();
    assert_eq!(board.flash().read(0, 4), [0xe9, 1, 0, 0x2f]);
    assert_eq!(
        outcomes(&session.verify(&patched).unwrap()),
        [Outcome::Matches]
    );
    assert_eq!(
        outcomes(&session.verify(&kept).unwrap()),
        [Outcome::Differs]
    );
}

#[test]
fn several_regions_are_reported_one_by_one() {
    let (board, port) = Board::builder(&ESP32C3).build();
    let images = [firmware(0x3000), firmware(5_001), firmware(0x1_0000)];
    board.flash().write(0x1_0000, &images[1]);
    let events = Arc::new(Mutex::new(Vec::new()));
    let seen = events.clone();
    let options = options(&ESP32C3).observer(move |event| {
        let word = match event {
            Event::Connected { chip, baud, .. } => format!("connected {chip} {baud}"),
            Event::Flash { size, .. } => format!("flash {size:?}"),
            Event::Stub {
                outcome: Err(why), ..
            } => format!("without a stub: {why:?}"),
            Event::Start {
                name, action, size, ..
            } => format!("start {name} {action:?} {size}"),
            Event::Progress { done, total, .. } if done == total => "all".into(),
            Event::Progress { .. } => return,
            Event::End { index, outcome, .. } => format!("end {index} {outcome:?}"),
            Event::Finishing { .. } => "finishing".into(),
            Event::Finished { after, .. } => format!("finished {after}"),
            Event::Connecting { attempt, .. } => format!("connecting {attempt}"),
            Event::Hashing { index, .. } => format!("hashing {index}"),
            other => format!("{other:?}"),
        };
        seen.lock().unwrap().push(word);
    });
    let mut session = Session::connect(port, options).unwrap();
    let regions = [
        Region::new(0x8000, &images[0][..]).named("a"),
        Region::new(0x1_0000, &images[1][..]).named("b"),
        Region::new(0x2_0000, &images[2][..]).named("c"),
    ];
    let report = session.verify(&regions).unwrap();
    assert_eq!(
        outcomes(&report),
        [Outcome::Differs, Outcome::Matches, Outcome::Differs]
    );
    assert!(!report.all_hold());
    assert!(session.write(&regions).unwrap().all_hold());
    session.finish(After::HardReset).unwrap();
    let expected = [
        "connecting 1",
        "connected ESP32-C3 921600",
        "flash Some(4194304)",
        "without a stub: AsAsked",
        "start a Verify 12288",
        "end 0 Differs",
        "start b Verify 5004",
        "end 1 Matches",
        "start c Verify 65536",
        "end 2 Differs",
        "start a Write 12288",
        "all",
        "hashing 0",
        "end 0 Written",
        "start b Write 5004",
        "all",
        "hashing 1",
        "end 1 Written",
        "start c Write 65536",
        "all",
        "hashing 2",
        "end 2 Written",
        "finishing",
        "finished hard-reset",
    ];
    assert_eq!(*events.lock().unwrap(), expected);
}
