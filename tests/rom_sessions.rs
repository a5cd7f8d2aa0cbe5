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
use espwire::session::{After, Options, Outcome, Session, StubPolicy, UsbId};
use espwire::sim::soc::{self, RomImage};
use espwire::sim::{Board, Link, LinkKind, Port, ResetCause, Strapping};
#[cfg(feature = "cli")]
use espwire::stub::Image;
use espwire::stub::{Stub, WithoutStub};
use espwire::time::Duration;
use espwire::transport::{Lines, Transport};

const APPLICATION: u32 = 0x1_0000;

/// Bytes of which some repeat, so that they go deflated.
fn firmware(len: u32) -> Vec<u8> {
    (0..len)
        .map(|at| (at ^ (at >> 7) ^ (at >> 11)).to_le_bytes()[0])
        .collect()
}

/// A board with the chip's newest ROM on this link, and a session with it.
fn connect(
    chip: &'static Chip,
    kind: LinkKind,
    stub: StubPolicy,
) -> (Board, Session<'static, Port>) {
    let rom = roms::read(chip.arg, None).unwrap();
    connect_with((chip, &rom), kind, stub)
}

/// A board with one of the chip's ROMs on this link, and a session with it.
fn connect_with(
    (chip, rom): (&'static Chip, &[u8]),
    kind: LinkKind,
    stub: StubPolicy,
) -> (Board, Session<'static, Port>) {
    let (board, port) = Board::builder(chip)
        .rom_image(RomImage::new(chip, rom).unwrap())
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
    let session = Session::connect(port, options.stub(stub));
    (
        board,
        session.unwrap_or_else(|failed| panic!("{chip}: {failed}")),
    )
}

fn outcome(session: &mut Session<'_, Port>, bytes: &[u8]) -> Outcome {
    let report = session.verify(&[Region::new(APPLICATION, bytes)]).unwrap();
    report.regions[0].outcome
}

/// All chips whose ROM can be executed: the ESP8266's is not published.
fn executed() -> impl Iterator<Item = &'static Chip> {
    let all = chip::ALL.iter().copied();
    all.filter(|chip| soc::of_chip(chip).is_some() && **chip != chip::ESP8266)
}

/// The same in all revisions of their ROMs.
fn all_roms() -> impl Iterator<Item = (&'static Chip, Vec<u8>)> {
    executed().flat_map(|chip| roms::of(chip.arg).map(move |rom| (chip, rom.read())))
}

/// All that is done with flash, by a ROM or by the stub that it has loaded.
fn work(board: &Board, mut session: Session<'static, Port>, chip: &Chip) {
    let mut firmware = firmware(40_000);
    assert_eq!(session.chip(), chip);
    let report = session
        .write(&[Region::new(APPLICATION, &firmware[..])])
        .unwrap();
    assert_eq!(report.regions[0].outcome, Outcome::Written, "{chip}");
    assert_eq!(report.without_stub.as_ref(), session.stub().err());
    assert_eq!(outcome(&mut session, &firmware), Outcome::Matches);
    firmware[12_345] ^= 1;
    assert_eq!(outcome(&mut session, &firmware), Outcome::Differs);
    firmware[12_345] ^= 1;
    let mut read = vec![];
    session.read(APPLICATION + 100, 200, &mut read).unwrap();
    assert_eq!(read, firmware[100..300]);
    assert_eq!(board.flash().read(APPLICATION, firmware.len()), firmware);
    let behind = APPLICATION + u32::try_from(firmware.len()).unwrap();
    assert_eq!(
        board.flash().read(behind, 0x1_0000),
        [0xff; 0x1_0000],
        "{chip}"
    );
    session.erase(APPLICATION, 0x2000).unwrap();
    session.finish(After::HardReset).unwrap();

    firmware[..0x2000].fill(0xff);
    assert_eq!(board.flash().read(APPLICATION, firmware.len()), firmware);
    assert_eq!(board.flash().read(0, 0x1_0000), [0xff; 0x1_0000]);
}

/// By the ROM alone: reset by the control lines, autobaud, detection, flash.
fn rom_works((chip, rom): (&'static Chip, &[u8]), kind: LinkKind) {
    let (board, session) = connect_with((chip, rom), kind, StubPolicy::Off);
    assert_eq!(session.stub(), Err(&WithoutStub::AsAsked));
    work(&board, session, chip);
}

/// The ROM runs the stub, which agrees with it and takes over.
fn stub_works((chip, rom): (&'static Chip, &[u8]), kind: LinkKind) {
    let (board, session) = connect_with((chip, rom), kind, StubPolicy::Auto);
    match session.stub() {
        Ok(Stub::Own(capability)) => assert_eq!(capability.chip_id, chip.id),
        other => panic!("{chip}: {other:?}"),
    }
    work(&board, session, chip);
}

#[test]
fn real_roms_are_written_verified_and_read() {
    if roms::at_hand() {
        for (chip, rom) in all_roms() {
            rom_works((chip, &rom), LinkKind::Uart);
        }
    }
}

#[test]
fn real_roms_run_the_stub_and_it_takes_over() {
    if roms::at_hand() {
        for (chip, rom) in all_roms() {
            stub_works((chip, &rom), LinkKind::Uart);
        }
    }
}

#[test]
fn real_roms_serve_usb_serial_jtag_and_so_do_their_stubs() {
    if roms::at_hand() {
        for (chip, rom) in all_roms().filter(|it| it.0.has_usb(UsbPort::SerialJtag)) {
            rom_works((chip, &rom), LinkKind::UsbSerialJtag);
            stub_works((chip, &rom), LinkKind::UsbSerialJtag);
        }
    }
}

/// A reset over USB leaves the watchdogs running; a session quiets them, and
/// without one they bite.
#[test]
fn real_roms_are_bitten_unless_a_session_quiets_the_watchdogs() {
    if !roms::at_hand() {
        return;
    }
    for chip in [&chip::ESP32C3, &chip::ESP32C6] {
        let (board, mut session) = connect(chip, LinkKind::UsbSerialJtag, StubPolicy::Off);
        board.run_for(Duration::from_secs(10));
        let causes = board.record().resets;
        assert!(
            causes.iter().all(|reset| reset.cause == ResetCause::Usb),
            "{chip}: {causes:?}"
        );
        assert_eq!(outcome(&mut session, b"?"), Outcome::Differs);

        // What a session has quieted stays so until the power goes.
        board.press_reset(Strapping::Flash);
        let mut port = board.port();
        for (dtr, rts) in [(true, false), (false, true), (false, false)] {
            port.set_lines(Lines { dtr, rts }).unwrap();
        }
        port.discard_input().unwrap();
        let mut heard = [0; 1024];
        port.sleep_until(port.now() + Duration::from_millis(1100));
        let count = port.read(&mut heard, port.now()).unwrap();
        let text = String::from_utf8_lossy(&heard[..count]);
        assert!(text.contains("rst:0x12 ("), "{chip}: {text}");
    }
}

/// Espressif's stubs, uploaded by this host, do the same through the commands
/// that all stubs have.
#[cfg(feature = "cli")]
#[test]
fn real_roms_run_a_stub_from_a_file() {
    if roms::at_hand() {
        for file in roms::files() {
            let chip: &'static Chip = file.chip.parse().unwrap();
            // Its RAM lies elsewhere before revision 3.
            let stub = match (chip.arg, &*file.revision) {
                ("esp32p4", "rev0") => "esp32p4rc1",
                (name, _) => name,
            };
            let image = Image::from_json(format!("{stub}'s"), &roms::stub(stub).unwrap()).unwrap();
            let policy = StubPolicy::Image(image);
            let (board, session) = connect_with((chip, &file.read()), LinkKind::Uart, policy);
            assert_eq!(session.stub(), Ok(&Stub::Other), "{chip} {stub}");
            work(&board, session, chip);
        }
    }
}

/// One of them that was left running is met by the next session, and by the one
/// after that, which know nothing of it: the first at another rate.
#[cfg(feature = "cli")]
#[test]
fn a_stub_from_a_file_is_met_again() {
    use espwire::error::{ChipError, Error};
    use espwire::session::Before;
    if !roms::at_hand() {
        return;
    }
    for chip in executed() {
        let text = roms::stub(chip.arg).unwrap();
        let stub = Image::from_json(format!("{chip}'s"), &text).unwrap();
        let (board, session) = connect(chip, LinkKind::Uart, StubPolicy::Image(stub));
        let mut port = session.finish(After::NoResetStub).unwrap().port;
        let resets = board.record().resets.len();
        let image = firmware(3_000);
        let region = [Region::new(APPLICATION, &image[..])];
        for (before, baud, outcome) in [
            (Before::NoReset, 460_800, Outcome::Written),
            (Before::NoResetNoSync, 115_200, Outcome::Matches),
            (Before::NoReset, 115_200, Outcome::Matches),
        ] {
            let options = Options::new().before(before.clone()).baud(baud);
            let session = Session::connect(port, options);
            let mut session =
                session.unwrap_or_else(|failed| panic!("{chip} {before} {baud}: {failed}"));
            assert_eq!(session.stub(), Ok(&Stub::Other), "{chip} {before}");
            assert_eq!(session.chip(), chip);
            assert_eq!(session.probe().unwrap().baud, baud, "{chip}");
            let report = session.write_changed(&region).unwrap();
            assert_eq!(report.regions[0].outcome, outcome, "{chip} {before}");
            let mut read = vec![];
            session.read(APPLICATION, 100, &mut read).unwrap();
            assert!(read == image[..100], "{chip} {before}");
            port = session.finish(After::NoReset).unwrap().port;
        }
        // It knows no way to the application, and says so.
        let options = Options::new().before(Before::NoResetNoSync);
        let session = Session::connect(port, options).unwrap();
        let failed = session.finish(After::SoftReset).unwrap_err();
        let leave = matches!(failed.error, Error::Chip(ChipError::Leave { .. }));
        assert!(leave, "{chip}: {failed}");
        assert_eq!(board.record().resets.len(), resets, "{chip}");
        assert!(board.flash().read(APPLICATION, 3_000) == image, "{chip}");
    }
}
