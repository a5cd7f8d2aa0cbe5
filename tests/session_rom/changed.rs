//! Writing what differs, erasing, and what is known afterwards.

use super::{ADDRESS, connect, firmware, hashes, options, outcomes};
use espwire::chip::{ALL, ESP32C3, ESP8266};
use espwire::connection::CancelToken;
use espwire::error::{ChipError, Error, InputError};
use espwire::image::Region;
use espwire::session::{After, Event, Locate, Outcome, PortState, Session};
use espwire::sim::{Board, ResetCause, Running, Strapping};
use espwire::time::{Duration, Instant};
use espwire::transport::Transport;
use espwire::wire::Opcode;

const TABLE: u32 = 0x8000;
const OTADATA: u32 = 0xe000;

#[test]
fn of_three_regions_the_changed_one_is_written_and_the_board_reset_once() {
    let images = [firmware(0xc00), firmware(0x2000), firmware(300_000)];
    let regions = |application| {
        [
            Region::new(TABLE, &images[0][..]).tagged(10).named("table"),
            Region::new(OTADATA, &images[1][..]).tagged(11),
            Region::new(ADDRESS, application).tagged(12),
        ]
    };
    let mut changed = images[2].clone();
    changed[0x2_3456] ^= 1;
    for chip in ALL.iter().filter(|chip| hashes(chip)) {
        let (board, port) = Board::builder(chip).build();
        for region in regions(&images[2][..]) {
            board.flash().write(region.address(), region.data());
        }
        let options = options(chip).locate(Locate::Always);
        let mut session = Session::connect(port, options).unwrap();
        let connected = board.record().resets.len();
        let report = session.write_changed(&regions(&changed[..])).unwrap();
        assert_eq!(
            outcomes(&report),
            [Outcome::Matches, Outcome::Matches, Outcome::Written],
            "{chip}"
        );
        let tags: Vec<_> = report.regions.iter().map(|region| region.tag).collect();
        assert_eq!(tags, [10, 11, 12]);
        assert!(report.all_hold());
        let differs: Vec<_> = report.regions.iter().map(|r| r.first_difference).collect();
        assert_eq!(differs, [None, None, Some(ADDRESS + 0x2_3000)], "{chip}");

        assert!(board.flash().read(ADDRESS, changed.len()) == changed);
        for (address, erases) in [(TABLE, 0), (OTADATA, 0), (ADDRESS, 1)] {
            let wear = board.flash().sector_wear(address);
            assert_eq!(wear.erases, erases, "{chip} {address:#x}");
        }
        assert_eq!(board.record().resets.len(), connected, "{chip}");
        let finished = session.finish(After::HardReset).unwrap();
        assert_eq!(finished.state, PortState::Restored);
        assert_eq!(finished.port.settings().unwrap().baud, 115_200);
        board.run_for(Duration::from_secs(1));
        let resets = board.record().resets;
        assert_eq!(resets.len(), connected + 1, "{chip}: {resets:?}");
        assert_eq!(resets.last().unwrap().strapping, Strapping::Flash);
        assert_eq!(board.running(), Running::Application, "{chip}");
    }
}

#[test]
fn without_a_digest_everything_is_written() {
    let image = firmware(0x3000);
    let (board, port) = Board::builder(&ESP8266).build();
    board.flash().write(ADDRESS, &image);
    let mut session = connect(port, &ESP8266);
    let report = session
        .write_changed(&[Region::new(ADDRESS, &image[..])])
        .unwrap();
    assert_eq!(outcomes(&report), [Outcome::WrittenUnproven]);
    assert_eq!(board.flash().sector_wear(ADDRESS).erases, 1);
}

/// Each region costs a digest, and the one that differs one for each halving.
#[test]
fn the_first_difference_is_found_wherever_it_is() {
    let image = firmware(0x1_7abc);
    let (board, port) = Board::builder(&ESP32C3).build();
    let options = options(&ESP32C3).locate(Locate::Always);
    let mut session = Session::connect(port, options).unwrap();
    for at in [0, 0xfff, 0x1000, 0x8001, 0xc000, 0x1_6fff, 0x1_7abb] {
        board.flash().write(ADDRESS, &image);
        board.flash().write(ADDRESS + at, &[!image[at as usize]]);
        let before = board.record().commands.len();
        let report = session.verify(&[Region::new(ADDRESS, &image[..])]).unwrap();
        let found = report.regions[0].first_difference;
        assert_eq!(found, Some(ADDRESS + at / 0x1000 * 0x1000), "{at:#x}");
        let commands = board.record().commands.split_off(before);
        assert!(commands.len() <= 1 + 5, "{at:#x}: {commands:?}");
        assert!(
            commands
                .iter()
                .all(|command| *command == Opcode::FLASH_MD5SUM)
        );
    }
}

#[test]
fn every_chip_erases_what_it_is_told_and_no_more() {
    for chip in ALL {
        let (board, port) = Board::builder(chip).build();
        let (address, size) = (0x3_d000, 0x1_5000);
        board.flash().write(0x3_0000, &[0; 0x4_0000]);
        let mut session = connect(port, chip);
        session.erase(address, size).unwrap();
        let report = &session.last_report().regions[0];
        assert_eq!(report.outcome, Outcome::Erased, "{chip}");
        assert_eq!((report.certain, report.touched), (size, size), "{chip}");
        assert_eq!(report.found.is_some(), hashes(chip), "{chip}");
        let flash = board.flash().read(0x3_0000, 0x4_0000);
        for (at, byte) in (0x3_0000u32..).zip(flash) {
            let erased = (address..address + size).contains(&at);
            assert_eq!(byte, if erased { 0xff } else { 0 }, "{chip} {at:#x}");
        }
        for (address, size) in [(1, 0x1000), (0x1000, 0x1001)] {
            let error = session.erase(address, size).unwrap_err();
            assert!(
                matches!(error, Error::Input(InputError::Unaligned { .. })),
                "{error}"
            );
        }
    }
}

/// A write that is cut short tells how far it came, and it is true.
#[test]
fn what_is_certain_after_a_cancelled_write_is_so() {
    let image = firmware(700_000);
    let old = vec![0x5a; 0x20_0000];
    for stop_after in (0..700_000).step_by(90_000) {
        let (board, port) = Board::builder(&ESP32C3).build();
        board.flash().write(0, &old);
        let token = CancelToken::new();
        let inner = token.clone();
        let options = options(&ESP32C3).cancel(token).observer(move |event| {
            if matches!(event, Event::Progress { done, .. } if *done > stop_after) {
                inner.cancel();
            }
        });
        let mut session = Session::connect(port, options).unwrap();
        let regions = [
            Region::new(ADDRESS, &image[..]),
            Region::new(0x10_0000, &image[..5000]),
        ];
        let error = session.write(&regions).unwrap_err();
        assert!(matches!(error, Error::Cancelled), "{error}");
        let report = session.last_report().clone();
        assert_eq!(outcomes(&report), [Outcome::Unfinished, Outcome::Pending]);
        let [region, untouched] = &report.regions[..] else {
            panic!("{report:?}");
        };
        assert_eq!((untouched.certain, untouched.touched), (0, 0));
        let (certain, touched) = (region.certain as usize, region.touched as usize);
        assert!(certain <= touched && touched - certain <= 256 << 10);
        let flash = board.flash().read(ADDRESS, image.len());
        assert!(flash[..certain] == image[..certain], "{certain:#x}");
        assert!(
            flash[touched.min(flash.len())..]
                .iter()
                .all(|byte| *byte == 0x5a),
            "{touched:#x}"
        );
    }
}

#[test]
fn the_phases_take_all_of_a_sessions_time() {
    let image = firmware(100_000);
    let (board, port) = Board::builder(&ESP32C3).build();
    let mut session = connect(port, &ESP32C3);
    session.probe().unwrap();
    let region = [Region::new(ADDRESS, &image[..])];
    session.write_changed(&region).unwrap();
    session.erase(0x8000, 0x1000).unwrap();
    let timings = session.finish(After::HardReset).unwrap().timings;
    assert_eq!(timings.total(), board.now().since(Instant::ZERO));
    for (phase, time) in [
        ("connect", timings.connect),
        ("verify", timings.verify),
        ("write", timings.write),
        ("erase", timings.erase),
        ("read", timings.read),
        ("finish", timings.finish),
    ] {
        assert!(time > Duration::ZERO, "{phase}");
    }
}

#[test]
fn there_are_five_ways_to_leave() {
    for chip in ALL {
        for (after, running, causes) in [
            (
                After::HardReset,
                Running::Application,
                &[ResetCause::PowerOn][..],
            ),
            (
                After::SoftReset,
                Running::Application,
                &[ResetCause::Software],
            ),
            (
                After::WatchdogReset,
                Running::Application,
                &[ResetCause::Watchdog],
            ),
            (After::NoReset, Running::Loader, &[]),
        ] {
            let (board, port) = Board::builder(chip).build();
            let session = connect(port, chip);
            let connected = board.record().resets.len();
            match session.finish(after) {
                Ok(finished) => {
                    assert_eq!(finished.state, PortState::Restored);
                    board.run_for(Duration::from_secs(1));
                    assert_eq!(board.running(), running, "{chip} {after}");
                    let resets = board.record().resets.split_off(connected);
                    let seen: Vec<_> = resets.iter().map(|reset| reset.cause).collect();
                    assert_eq!(seen, causes, "{chip} {after}");
                }
                Err(failed) => {
                    // Not every watchdog can.
                    assert_eq!(after, After::WatchdogReset, "{chip}: {failed}");
                    assert!(
                        matches!(failed.error, Error::Chip(ChipError::Leave { .. })),
                        "{failed}"
                    );
                    assert_eq!(failed.port.settings().unwrap().baud, 115_200);
                }
            }
        }
        let (_, port) = Board::builder(chip).build();
        let failed = connect(port, chip).finish(After::NoResetStub).unwrap_err();
        assert!(
            matches!(failed.error, Error::Chip(ChipError::Unable { .. })),
            "{failed}"
        );
    }
}
