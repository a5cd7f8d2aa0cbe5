//! When a stub is used and when it is not, and what a session says of it.

use super::liar::{Fate, Liar, Meddler, alter, honest, lose};
use super::{CHIPS, board, firmware, options, outcomes};
use espwire::chip::{
    Chip, ESP32, ESP32C2, ESP32C3, ESP32C6, ESP32P4, ESP32S3, ESP8266, Revision, UsbPort,
};
use espwire::connection::{Connection, Limits};
use espwire::error::{ChipError, Error, InputError};
use espwire::flash::{Abilities, Flasher};
use espwire::image::Region;
use espwire::session::{After, Before, Event, Options, Outcome, Session, StubPolicy, UsbId};
use espwire::sim::rom::Security;
use espwire::sim::{Board, Port};
use espwire::stub::{Stub, Untrusted, WithoutStub};
use espwire::wire::{Dialect, Opcode};
use std::sync::{Arc, Mutex};

const APPLICATION: u32 = 0x1_0000;

/// A session over a port that meddles.
fn meddled(
    chip: &'static Chip,
    to_host: Meddler,
    to_chip: Meddler,
) -> (Board, Session<'static, Liar<Port>>, Vec<String>) {
    let (board, port) = board(chip).build();
    board
        .flash()
        .write(chip.bootloader_offset, &firmware(0x1000));
    let said = Arc::new(Mutex::new(vec![]));
    let seen = said.clone();
    let options = options(chip).observer(move |event| {
        if let Event::Stub {
            outcome: Err(why), ..
        } = event
        {
            seen.lock().unwrap().push(why.to_string());
        }
    });
    let session = Session::connect(Liar::new(port, to_host, to_chip), options);
    let session = session.unwrap_or_else(|failed| panic!("{chip}: {failed}"));
    let said = said.lock().unwrap().clone();
    (board, session, said)
}

/// The ROM goes on alone, for this reason, after one more reset, and works.
fn goes_on_without(chip: &'static Chip, to_host: Meddler, to_chip: Meddler, why: &WithoutStub) {
    let (board, mut session, said) = meddled(chip, to_host, to_chip);
    assert_eq!(session.stub(), Err(why), "{chip}");
    assert_eq!(said, [why.to_string()], "{chip}");
    assert_eq!(board.record().resets.len(), 2, "{chip}: {why}");
    assert_eq!(board.flash().wear(), Default::default(), "{chip}: {why}");
    let image = firmware(5_000);
    let report = session
        .write(&[Region::new(APPLICATION, &image[..])])
        .unwrap();
    assert_eq!(report.without_stub.as_ref(), Some(why));
    assert!(report.regions[0].outcome != Outcome::Differs);
    assert!(board.flash().read(APPLICATION, 5_000) == image, "{chip}");
}

#[test]
fn a_stub_that_does_not_see_what_the_rom_sees_is_not_used() {
    let digest = |chip: &Chip, length| {
        WithoutStub::from(Untrusted::Digest {
            address: chip.bootloader_offset,
            length,
        })
    };
    let read = |chip: &Chip, length| {
        WithoutStub::from(Untrusted::Read {
            address: chip.bootloader_offset,
            length,
        })
    };
    for chip in CHIPS {
        let flash_id = Untrusted::FlashId {
            rom: 0x16_40ef,
            stub: 0x16_40ee,
        };
        let turn_bit = |at: usize| move |body: &mut [u8]| body[at] ^= 1;
        for (opcode, at, why) in [
            (0xf0, 12, flash_id.into()),
            (0xf0, 5, Untrusted::Version(0x101).into()),
            (
                0xf0,
                6,
                Untrusted::OtherChip(chip.id.map(|id| id ^ 1)).into(),
            ),
            (0xf1, 19, digest(chip, 0x200)),
            (0xf3, 4, read(chip, 0x200)),
            (0xf3, 0x203, read(chip, 0x200)),
        ] {
            goes_on_without(chip, alter(opcode, turn_bit(at)), honest(), &why);
        }
    }
    // The ESP8266's ROM cannot hash: 16 bytes are compared.
    let last_byte = |body: &mut [u8]| body[19] ^= 0x80;
    for (opcode, why) in [(0xf1, digest(&ESP8266, 16)), (0xf3, read(&ESP8266, 16))] {
        goes_on_without(&ESP8266, alter(opcode, last_byte), honest(), &why);
    }
}

/// A request of the common family with this opcode.
fn request(opcode: Opcode) -> impl Fn(&[u8]) -> bool {
    move |frame| frame.starts_with(&[0, opcode.0])
}

/// Whatever a stub says: its greeting, and our own commands' answers.
fn by_stub(frame: &[u8]) -> bool {
    frame == b"OHAI" || (frame.first() == Some(&1) && frame.get(1) >= Some(&0xf0))
}

#[test]
fn a_stub_that_is_not_heard_of_is_not_used() {
    for chip in CHIPS {
        let no_greeting = WithoutStub::NoGreeting;
        // The stub is mute; or the ROM was never told to jump.
        let mute: Meddler = Box::new(|frame| match by_stub(frame) {
            true => Fate::Lost,
            false => Fate::Arrives,
        });
        goes_on_without(chip, mute, honest(), &no_greeting);
        let jump = lose(request(Opcode::MEM_END), &[0]);
        goes_on_without(chip, honest(), jump, &no_greeting);
        // The ROM says that it does not jump.
        let refuse: Meddler = Box::new(|frame| {
            if frame.starts_with(&[1, Opcode::MEM_END.0]) {
                frame[8..10].copy_from_slice(&[1, 6]);
            }
            Fate::Arrives
        });
        let why = WithoutStub::Upload("MEM_END refused: failed to act (0x06)".into());
        goes_on_without(chip, refuse, honest(), &why);
    }
}

#[test]
fn what_is_lost_once_costs_no_stub() {
    type Losses = fn() -> (Meddler, Meddler);
    let losses: [(&str, Losses); 10] = [
        ("greeting", || {
            (lose(|frame| frame == b"OHAI", &[0]), honest())
        }),
        ("garbled greeting", || {
            let garble: Meddler = Box::new(|frame| {
                if frame == b"OHAI" {
                    *frame = b"OHAJ".to_vec();
                }
                Fate::Arrives
            });
            (garble, honest())
        }),
        ("MEM_BEGIN", || {
            (honest(), lose(request(Opcode::MEM_BEGIN), &[0]))
        }),
        ("MEM_DATA", || {
            (honest(), lose(request(Opcode::MEM_DATA), &[1]))
        }),
        ("a bit of MEM_DATA", || {
            let mut once = 0;
            let flip: Meddler = Box::new(move |frame| {
                if frame.starts_with(&[0, Opcode::MEM_DATA.0]) && once == 0 {
                    once += 1;
                    frame[100] ^= 4;
                }
                Fate::Arrives
            });
            (honest(), flip)
        }),
        ("an answer to MEM_DATA", || {
            let fits = |frame: &[u8]| frame.starts_with(&[1, Opcode::MEM_DATA.0]);
            (lose(fits, &[0]), honest())
        }),
        ("CAPABILITY", || {
            (honest(), lose(request(Opcode::CAPABILITY), &[0]))
        }),
        ("READ", || (honest(), lose(request(Opcode::READ), &[0]))),
        ("an answer to READ", || {
            let fits = |frame: &[u8]| frame.starts_with(&[1, Opcode::READ.0]);
            (lose(fits, &[0]), honest())
        }),
        ("an answer to DIGEST", || {
            let fits = |frame: &[u8]| frame.starts_with(&[1, Opcode::DIGEST.0]);
            (lose(fits, &[0]), honest())
        }),
    ];
    for (what, meddlers) in losses {
        let (to_host, to_chip) = meddlers();
        let (board, mut session, _) = meddled(&ESP32C3, to_host, to_chip);
        assert!(session.stub().is_ok(), "{what}: {:?}", session.stub());
        assert_eq!(board.record().resets.len(), 1, "{what}");
        let image = firmware(5_000);
        session
            .write(&[Region::new(APPLICATION, &image[..])])
            .unwrap();
        assert!(board.flash().read(APPLICATION, 5_000) == image, "{what}");
    }
}

/// Flips the same bit of two bytes of the stub: the ROM's checksum is right.
fn spoil_unnoticed(at: usize) -> Meddler {
    Box::new(move |frame| {
        if frame.starts_with(&[0, Opcode::MEM_DATA.0]) {
            frame[24 + at] ^= 0x10;
            frame[24 + at + 64] ^= 0x10;
        }
        Fate::Arrives
    })
}

#[test]
fn a_stub_that_was_spoiled_on_its_way_makes_no_false_success() {
    for at in [0, 1000] {
        let (board, mut session, _) = meddled(&ESP32C3, honest(), spoil_unnoticed(at));
        let image = firmware(5_000);
        let region = [Region::new(APPLICATION, &image[..])];
        let report = session.write(&region).unwrap();
        assert_eq!(outcomes(&report), [Outcome::Written], "{at}");
        assert!(board.flash().read(APPLICATION, 5_000) == image, "{at}");
    }
}

#[test]
fn where_a_stub_cannot_run_the_rom_works_without_an_error() {
    let secure = |secure_boot, secure_download| Security {
        secure_boot,
        secure_download,
        ..Security::default()
    };
    let otg = UsbId {
        vid: 0x303a,
        pid: 0x0009,
    };
    let revision = Revision::default();
    let plain = Board::builder;
    for (chip, board, usb, why) in [
        (
            &ESP32C3,
            plain(&ESP32C3).security(secure(false, true)),
            None,
            WithoutStub::SecureDownload,
        ),
        (
            &ESP32C3,
            plain(&ESP32C3).security(secure(true, false)),
            None,
            WithoutStub::SecureBoot,
        ),
        (
            &ESP32S3,
            plain(&ESP32S3).security(secure(true, false)),
            None,
            WithoutStub::SecureBoot,
        ),
        (
            &ESP32C2,
            plain(&ESP32C2).wafer(revision),
            None,
            WithoutStub::Revision(revision),
        ),
        (&ESP32S3, plain(&ESP32S3), Some(otg), WithoutStub::UsbOtg),
    ] {
        let chip: &'static Chip = chip;
        let (board, port) = board.build();
        let mut options = options(chip);
        if let Some(usb) = usb {
            assert_eq!(usb.port(), Some(UsbPort::Otg));
            options = options.usb(usb);
        }
        // In secure download mode the flash does not tell its size.
        let mut session = Session::connect(port, options.flash_size(4 << 20)).unwrap();
        assert_eq!(session.stub(), Err(&why), "{chip}");
        assert!(!why.is_fallback());
        let image = firmware(3_000);
        let report = session
            .write(&[Region::new(APPLICATION, &image[..])])
            .unwrap();
        assert_eq!(report.without_stub, Some(why.clone()));
        assert!(board.flash().read(APPLICATION, 3_000) == image, "{chip}");
        let record = board.record();
        assert!(
            !record.commands.contains(&Opcode::MEM_BEGIN),
            "{chip}: {why}"
        );
        assert_eq!(record.resets.len(), 1, "{chip}: {why}");
    }
    // With secure boot, other chips do run one.
    let (_, port) = plain(CHIPS[1]).security(secure(true, false)).build();
    let session = Session::connect(port, options(CHIPS[1])).unwrap();
    assert!(session.stub().is_ok());
}

#[test]
fn the_stub_is_that_of_the_revision() {
    for (revision, expected) in [("rev0", true), ("rev300", false)] {
        let mut variants = espwire::sim::rom::VARIANTS.iter();
        let variant = variants.find(|it| it.chip == &ESP32P4 && it.revision == revision);
        let (_, port) = board(&ESP32P4).rom(variant.unwrap()).build();
        let session = Session::connect(port, options(&ESP32P4)).unwrap();
        let Ok(Stub::Own(capability)) = session.stub() else {
            panic!("{revision}: {:?}", session.stub());
        };
        use espwire::wire::own::Features;
        assert_eq!(capability.features.has(Features::P4_EARLY), expected);
    }
}

#[test]
fn a_stub_that_runs_already_is_met_and_not_uploaded_again() {
    let image = firmware(3_000);
    for chip in CHIPS {
        let (board, port) = board(chip).build();
        let session = Session::connect(port, options(chip)).unwrap();
        let mut port = session.finish(After::NoResetStub).unwrap().port;
        let before = board.record();
        for (before, baud, commands) in [
            // SYNC, CAPABILITY, CHANGE_BAUDRATE, SPI_ATTACH.
            (Before::NoReset, 921_600, 4),
            (Before::NoReset, 115_200, 2),
            (Before::NoResetNoSync, 115_200, 1),
        ] {
            let options = Options::new().baud(baud).before(before.clone());
            let mut session = Session::connect(port, options).unwrap();
            assert!(matches!(session.stub(), Ok(Stub::Own(_))), "{chip}");
            assert_eq!(session.chip(), chip);
            assert_eq!(session.counters().commands, commands, "{chip} {before}");
            let region = [Region::new(APPLICATION, &image[..])];
            let report = session.write(&region).unwrap();
            assert_eq!(outcomes(&report), [Outcome::Written], "{chip} {before}");
            assert_eq!(
                session.probe().unwrap().security.is_some(),
                chip.id.is_some()
            );
            port = session.finish(After::NoResetStub).unwrap().port;
        }
        // Nor does the ROM hear of it, or the chip start again.
        assert_eq!(board.record().resets, before.resets, "{chip}");
        assert_eq!(board.record().commands, before.commands, "{chip}");
        assert!(board.flash().read(APPLICATION, 3_000) == image);

        // Another chip than the one named is refused.
        let options = Options::new().chip(&ESP8266).before(Before::NoReset);
        let failed = Session::connect(port, options).unwrap_err();
        let error = failed.error;
        assert!(
            matches!(error, Error::Chip(ChipError::Wrong { .. })),
            "{error}"
        );
    }
}

#[test]
fn a_resident_stub_of_a_later_version_is_refused_with_a_word() {
    let (_, port) = board(&ESP32C3).build();
    let session = Session::connect(port, options(&ESP32C3)).unwrap();
    let port = session.finish(After::NoResetStub).unwrap().port;
    let later = alter(0xf0, |body| body[4] = 2);
    let options = Options::new().before(Before::NoReset);
    let failed = Session::connect(Liar::new(port, later, honest()), options).unwrap_err();
    let expected = WithoutStub::from(Untrusted::Version(2));
    match failed.error {
        Error::Chip(ChipError::Stub { why }) => assert_eq!(why, expected),
        error => panic!("{error}"),
    }
}

#[test]
fn a_rom_that_was_talked_to_still_gets_a_stub() {
    for chip in CHIPS {
        let (board, port) = board(chip).build();
        let session = Session::connect(port, options(chip).stub(StubPolicy::Off)).unwrap();
        let port = session.finish(After::NoReset).unwrap().port;
        let options = options(chip).before(Before::NoResetNoSync);
        let session = Session::connect(port, options).unwrap();
        assert!(matches!(session.stub(), Ok(Stub::Own(_))), "{chip}");
        assert_eq!(board.record().resets.len(), 1, "{chip}");
    }
}

#[test]
fn a_line_that_is_too_slow_is_met_halfway() {
    for (fastest, expected) in [(500_000, 460_800), (115_200, 115_200)] {
        let (_, port) = board(&ESP32C3).build();
        let mut port = Liar::new(port, honest(), honest());
        port.fastest = fastest;
        let mut session = Session::connect(port, options(&ESP32C3)).unwrap();
        assert!(session.stub().is_ok());
        assert_eq!(session.probe().unwrap().baud, expected);
    }
}

#[test]
fn a_cold_verify_of_three_regions_takes_at_most_18_commands() {
    for chip in [&ESP32, &ESP32S3, &ESP32C3, &ESP32C6] {
        let (board, port) = board(chip).build();
        let images = [firmware(0x3000), firmware(0xc00), firmware(0x2_0000)];
        let regions = [0x8000, 0xe000, APPLICATION]
            .into_iter()
            .zip(&images)
            .map(|(address, image)| Region::new(address, &image[..]));
        let regions: Vec<_> = regions.collect();
        for region in &regions {
            board.flash().write(region.address(), region.data());
        }
        let mut session = Session::connect(port, options(chip)).unwrap();
        assert!(session.verify(&regions).unwrap().all_hold());
        let commands = session.counters().commands;
        println!("{chip}: {commands} commands, the lost SYNC included");
        assert!(commands <= 18, "{chip}: {commands}");
    }
}

#[test]
fn flash_past_16_mb_is_reached_where_the_stub_can_and_refused_elsewhere() {
    let image = firmware(5_000);
    let region = [Region::new(0x1fe_0000, &image[..])];
    let wide = |chip, stub| {
        let (board, port) = board(chip).flash_size(32 << 20).build();
        let session = Session::connect(port, options(chip).stub(stub));
        (board, session.unwrap())
    };
    for chip in [&ESP32S3, &ESP32P4] {
        let (board, mut session) = wide(chip, StubPolicy::Auto);
        let report = session.write(&region).unwrap();
        assert_eq!(outcomes(&report), [Outcome::Written], "{chip}");
        assert!(board.flash().read(0x1fe_0000, 5_000) == image, "{chip}");
        let mut read = vec![];
        session.read(0x1fe_0000, 5_000, &mut read).unwrap();
        assert!(read == image, "{chip}");
        assert_eq!(board.flash().read(0xfe_0000, 5_000), [0xff; 5_000]);
    }
    for (chip, stub) in [
        (&ESP32S3, StubPolicy::Off),
        (&ESP32C3, StubPolicy::Auto),
        (&ESP32, StubPolicy::Auto),
    ] {
        let (board, mut session) = wide(chip, stub);
        let error = session.write(&region).unwrap_err();
        let refused = matches!(error, Error::Input(InputError::PastReach { .. }));
        assert!(refused, "{chip}: {error}");
        assert_eq!(board.flash().wear(), Default::default(), "{chip}");
    }
}

/// Through the commands that all stubs have, a lost packet, acknowledgement or
/// digest of a stream costs no more than asking for the rest.
#[test]
fn a_stream_of_flash_goes_on_where_it_was_lost() {
    let image = firmware(20_000);
    let chip = &ESP32C3;
    let packet = |frame: &[u8]| frame.len() == 0x1000;
    let acknowledgement = |frame: &[u8]| frame.len() == 4 && frame != b"OHAI";
    let digest = |frame: &[u8]| frame.len() == 16;
    let losses: [(Meddler, Meddler); 4] = [
        (honest(), honest()),
        (lose(packet, &[1]), honest()),
        (honest(), lose(acknowledgement, &[1])),
        (lose(digest, &[0]), honest()),
    ];
    for (to_host, to_chip) in losses {
        let (board, port) = board(chip).build();
        board.flash().write(APPLICATION, &image);
        let session = Session::connect(port, options(chip)).unwrap();
        let port = session.finish(After::NoResetStub).unwrap().port;
        let port = Liar::new(port, to_host, to_chip);
        let connection = Connection::new(port, Limits::default());
        let mut connection = connection.map_err(|(error, _)| error).unwrap();
        connection.set_dialect(Dialect::STUB);
        let abilities = Abilities::of_stub(chip, &Stub::Other);
        let mut flasher = Flasher::new(&mut connection, abilities, None);
        let mut read = vec![];
        let mut sink = |bytes: &[u8]| {
            read.extend_from_slice(bytes);
            Ok(())
        };
        flasher.read(APPLICATION, 20_000, &mut sink).unwrap();
        assert!(read == image);
    }
}
