//! What is refused, by name, before anything is erased.

use super::{ADDRESS, connect, firmware, options, outcomes};
use espwire::chip::{ALL, ESP32, ESP32C3, ESP32C6, ESP32S3, ESP8266};
use espwire::error::{ChipError, Error, InputError, PortError, SecurityError};
use espwire::image::{Content, Region};
use espwire::session::{After, Before, Options, Outcome, Session};
use espwire::sim::Board;
use espwire::sim::rom::{Application, Security};
use espwire::time::Duration;
use espwire::transport::Transport;
use espwire::wire::Opcode;

#[test]
fn secure_download_mode_writes_and_refuses_the_rest() {
    let image = firmware(30_000);
    let region = [Region::new(ADDRESS, &image[..])];
    for chip in ALL
        .iter()
        .filter(|chip| !chip.rom.secure_download_commands.is_empty())
    {
        let security = Security {
            secure_download: true,
            ..Security::default()
        };
        let (board, port) = Board::builder(chip).security(security).build();
        let mut session = Session::connect(port, options(chip).flash_size(4 << 20)).unwrap();
        for error in [
            session.verify(&region).unwrap_err(),
            session.read(ADDRESS, 64, &mut Vec::new()).unwrap_err(),
        ] {
            assert!(
                matches!(error, Error::Security(SecurityError::SecureDownload { .. })),
                "{chip}: {error}"
            );
            assert!(!error.is_retryable());
        }
        let report = session.write(&region).unwrap();
        assert_eq!(outcomes(&report), [Outcome::WrittenUnproven], "{chip}");
        assert_eq!(report.regions[0].found, None);
        assert!(board.flash().read(ADDRESS, image.len()) == image, "{chip}");
        let info = session.probe().unwrap();
        assert_eq!((info.mac, info.revision), (None, None), "{chip}");
        session.finish(After::HardReset).unwrap();

        // Without a size nobody knows where the flash ends.
        let (board, port) = Board::builder(chip).security(security).build();
        let mut session = connect(port, chip);
        let error = session.write(&region).unwrap_err();
        assert!(
            matches!(error, Error::Chip(ChipError::FlashSize { id: None })),
            "{chip}: {error}"
        );
        assert_eq!(board.flash().wear().erases, 0, "{chip}");
    }
}

#[test]
fn an_esp8266_refuses_what_its_rom_cannot_do() {
    let (_, port) = Board::builder(&ESP8266).build();
    let mut session = connect(port, &ESP8266);
    let region = [Region::new(ADDRESS, &[1; 64][..])];
    let sent = session.counters().commands;
    let verify = session.verify(&region).unwrap_err().to_string();
    assert_eq!(
        verify,
        "the ESP8266's ROM loader has no command for verifying; it takes a stub"
    );
    let read = session
        .read(0, 64, &mut Vec::new())
        .unwrap_err()
        .to_string();
    assert_eq!(
        read,
        "the ESP8266's ROM loader has no command for reading flash; it takes a stub"
    );
    assert_eq!(session.counters().commands, sent);
    session.finish(After::HardReset).unwrap();
}

#[test]
fn bad_regions_are_refused_before_anything_is_erased() {
    let image = firmware(0x3000);
    let one = |address| Region::new(address, &image[..]).named("a.bin");
    let cases: [(Vec<Region<'_>>, &str); 6] = [
        (
            vec![one(0x1_0000), Region::new(0x2_0000, &[][..])],
            "is empty",
        ),
        (
            vec![one(0x1_0000), one(0x1_2000).named("b.bin")],
            "b.bin at 0x12000 overlaps a.bin",
        ),
        (
            vec![one(0x1_0000), one(0x2_0001)],
            "cannot be written at 0x20001",
        ),
        (
            vec![one(0x1_0000), one(0x3f_e000)],
            "would end at 0x401000, past",
        ),
        (vec![one(0x1_0000), one(0)], "is not an ESP image"),
        (vec![one(0x1_0000), one(0xffff_f000)], "past the flash"),
    ];
    let (board, port) = Board::builder(&ESP32C3).build();
    let mut session = connect(port, &ESP32C3);
    for (regions, text) in cases {
        let error = session.write(&regions).unwrap_err();
        assert!(matches!(error, Error::Input(_)), "{error}");
        assert!(
            error.to_string().contains(text),
            "{error} should say {text}"
        );
    }
    assert_eq!(board.flash().wear().erases, 0);
    assert!(!board.record().commands.contains(&Opcode::FLASH_BEGIN));
    let mut port = session.finish(After::HardReset).unwrap().port;
    assert_eq!(port.settings().unwrap().baud, 115_200);
    port.set_baud(115_200).unwrap();
}

#[test]
fn nothing_goes_past_16_mb_of_a_larger_flash() {
    let (board, port) = Board::builder(&ESP32S3).flash_size(32 << 20).build();
    let mut session = connect(port, &ESP32S3);
    let bytes = firmware(0x1000);
    for address in [0x100_0000, 0x100_3000, 0xff_f004] {
        let error = session
            .verify(&[Region::new(address, &bytes[..])])
            .unwrap_err();
        assert!(
            matches!(error, Error::Input(InputError::PastReach { .. })),
            "{error}"
        );
    }
    let last = [Region::new(0xff_f000, &bytes[..])];
    assert_eq!(outcomes(&session.write(&last).unwrap()), [Outcome::Written]);
    assert!(board.flash().read(0xff_f000, 0x1000) == bytes);
    let info = session.probe().unwrap();
    assert_eq!(info.flash_size, Some(32 << 20));
}

#[test]
fn another_chip_is_refused_and_the_port_comes_back_as_it_was() {
    for (named, present) in [(&ESP32S3, &ESP32C3), (&ESP32C3, &ESP32), (&ESP32, &ESP32C6)] {
        let (_, mut port) = Board::builder(present).build();
        port.set_baud(74_880).unwrap();
        let mut failed = Session::connect(port, options(named)).unwrap_err();
        let text = failed.error.to_string();
        assert!(
            matches!(failed.error, Error::Chip(ChipError::Wrong { .. })),
            "{named} for {present}: {text}"
        );
        assert!(
            text.contains(present.name) && text.contains(named.name),
            "{text}"
        );
        assert_eq!(failed.port.settings().unwrap().baud, 74_880);
        failed.port.set_baud(115_200).unwrap();
        // The same port serves a session with the right chip.
        let session = connect(failed.port, present);
        session.finish(After::HardReset).unwrap();
    }
}

#[test]
fn silence_and_chatter_are_told_apart() {
    for (application, heard) in [
        (Application::Quiet, "nothing was heard"),
        (Application::Floods, "something that is no loader talks"),
    ] {
        let (board, mut port) = Board::builder(&ESP32C3).application(application).build();
        board.run_for(Duration::from_secs(1));
        port.discard_input().unwrap();
        let options = options(&ESP32C3).before(Before::NoReset);
        let failed = Session::connect(port, options).unwrap_err();
        let text = failed.error.to_string();
        assert!(
            matches!(failed.error, Error::NoAnswer(_)) && text.contains(heard),
            "{text}"
        );
        // With a reset it is no matter what the application did.
        connect(failed.port, &ESP32C3)
            .finish(After::HardReset)
            .unwrap();
    }
}

/// The application's log fills the line at 115200 baud, frame delimiters and
/// all, before the reset and until it.
#[test]
fn an_application_that_floods_the_line_is_no_obstacle() {
    let image = firmware(5_000);
    for chip in ALL {
        let (board, port) = Board::builder(chip)
            .application(Application::Floods)
            .build();
        board.run_for(Duration::from_secs(2));
        let mut session = connect(port, chip);
        session.write(&[Region::new(ADDRESS, &image[..])]).unwrap();
        let finished = session.finish(After::HardReset).unwrap();
        board.run_for(Duration::from_secs(1));
        // And once more on the same port, while it talks again.
        let mut session = Session::connect(finished.port, Options::new()).unwrap();
        assert_eq!(session.chip(), *chip);
        session.write(&[Region::new(ADDRESS, &image[..])]).unwrap();
        session.finish(After::HardReset).unwrap();
        assert!(board.flash().read(ADDRESS, image.len()) == image, "{chip}");
    }
}

#[test]
fn plain_bytes_are_kept_from_a_chip_that_encrypts() {
    let security = Security {
        crypt_count: 1,
        ..Security::default()
    };
    let (board, port) = Board::builder(&ESP32C3).security(security).build();
    let mut session = connect(port, &ESP32C3);
    let region = Region::new(ADDRESS, &[1; 64][..]).named("app.bin");
    let error = session.write(std::slice::from_ref(&region)).unwrap_err();
    assert!(
        matches!(&error, Error::Security(SecurityError::FlashEncryption { name })
        if name == "app.bin")
    );
    assert_eq!(board.flash().wear().erases, 0);
    let raw = [region.with_content(Content::Raw)];
    assert_eq!(outcomes(&session.write(&raw).unwrap()), [Outcome::Written]);
}

#[test]
fn a_rate_that_the_host_cannot_set_is_named() {
    let (_, port) = Board::builder(&ESP32C3).build();
    let failed = Session::connect(port, options(&ESP32C3).baud(5_000_000)).unwrap_err();
    assert!(matches!(
        failed.error,
        Error::Port(PortError::Baud {
            baud: 5_000_000,
            ..
        })
    ));
    assert_eq!(failed.port.settings().unwrap().baud, 115_200);
}
