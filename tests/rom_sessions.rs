//! Whole sessions with the chips' own mask ROMs, executed by the virtual board.
//!
//! `tests/roms.sh` fetches the ROMs. Without them there is nothing to execute,
//! and the test says so; with ESPWIRE_REQUIRE_ROMS=1 that is a failure.

#![cfg(feature = "sim")]
#![allow(clippy::panic, clippy::unwrap_used, reason = "all of it is a test")]

mod common;

use common::roms;
use espwire::chip::{self, Chip, UsbPort};
use espwire::image::Region;
use espwire::session::{After, Options, Outcome, Session, UsbId};
use espwire::sim::soc::{self, RomImage};
use espwire::sim::{Board, Link, LinkKind, Port};

const APPLICATION: u32 = 0x1_0000;

/// Bytes of which some repeat, so that they go deflated.
fn firmware(len: u32) -> Vec<u8> {
    (0..len)
        .map(|at| (at ^ (at >> 7) ^ (at >> 11)).to_le_bytes()[0])
        .collect()
}

/// A board with the chip's newest ROM on this link, and a session with it.
fn connect(chip: &'static Chip, kind: LinkKind) -> (Board, Session<'static, Port>) {
    let rom = roms::read(chip.arg, None).unwrap();
    let (board, port) = Board::builder(chip)
        .rom_image(RomImage::new(chip, &rom).unwrap())
        .link(Link {
            kind,
            ..Link::default()
        })
        .build();
    let options = match kind {
        LinkKind::Uart => Options::new().baud(921_600),
        LinkKind::UsbSerialJtag => Options::new().usb(UsbId {
            vid: 0x303a,
            pid: 0x1001,
        }),
    };
    (board, Session::connect(port, options).unwrap())
}

fn outcome(session: &mut Session<'_, Port>, bytes: &[u8]) -> Outcome {
    let report = session.verify(&[Region::new(APPLICATION, bytes)]).unwrap();
    report.regions[0].outcome
}

/// All chips whose ROM can be executed.
fn executed() -> impl Iterator<Item = &'static Chip> {
    let all = chip::ALL.iter().copied();
    all.filter(|chip| soc::of_chip(chip).is_some())
}

fn is_written_verified_and_read(chip: &'static Chip, kind: LinkKind) {
    let mut firmware = firmware(40_000);
    // Reset by the control lines, autobaud, detection: all by the ROM.
    let (board, mut session) = connect(chip, kind);
    assert_eq!(session.chip(), chip);
    let report = session
        .write(&[Region::new(APPLICATION, &firmware[..])])
        .unwrap();
    assert_eq!(report.regions[0].outcome, Outcome::Written, "{chip}");
    assert_eq!(outcome(&mut session, &firmware), Outcome::Matches);
    firmware[12_345] ^= 1;
    assert_eq!(outcome(&mut session, &firmware), Outcome::Differs);
    firmware[12_345] ^= 1;
    let mut read = vec![];
    session.read(APPLICATION + 100, 200, &mut read).unwrap();
    assert_eq!(read, firmware[100..300]);
    session.finish(After::HardReset).unwrap();

    assert_eq!(board.flash().read(APPLICATION, firmware.len()), firmware);
    assert_eq!(board.flash().read(0, 0x1_0000), [0xff; 0x1_0000]);
}

#[test]
fn real_roms_are_written_verified_and_read() {
    if roms::at_hand() {
        for chip in executed() {
            is_written_verified_and_read(chip, LinkKind::Uart);
        }
    }
}

#[test]
fn real_roms_serve_usb_serial_jtag() {
    if roms::at_hand() {
        for chip in executed().filter(|chip| chip.has_usb(UsbPort::SerialJtag)) {
            is_written_verified_and_read(chip, LinkKind::UsbSerialJtag);
        }
    }
}
