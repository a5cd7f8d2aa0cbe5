//! Chips that are left in their loader, and met there again.

use super::{ADDRESS, connect, firmware, hashes, options, outcomes};
use espwire::chip::{ALL, ESP32C3, ESP32S3, Mac};
use espwire::connection::CancelToken;
use espwire::error::{ChipError, Error, SecurityError};
use espwire::image::Region;
use espwire::session::{After, Arrival, Event, Lost, Options, Outcome, PortState, Session};
use espwire::sim::rom::Security;
use espwire::sim::{Board, Link, Running, Strapping};
use espwire::time::{Duration, Instant};
use espwire::transport::Transport;
use espwire::wire::Opcode;

const LATENCY: Duration = Duration::from_millis(1);

#[test]
fn a_parked_chip_is_met_again_within_one_round_trip() {
    let image = firmware(20_000);
    let region = [Region::new(ADDRESS, &image[..])];
    for chip in ALL {
        let link = Link {
            latency: LATENCY,
            ..Link::default()
        };
        let (board, port) = Board::builder(chip).link(link).build();
        let mut session = connect(port, chip);
        assert_eq!(session.arrival(), Arrival::Connected);
        session.write(&region).unwrap();
        let (port, parked) = session.park().unwrap();
        assert_eq!(port.settings().unwrap().baud, 115_200, "{chip}");
        let mac = espwire::sim::rom::Identity::MAC;
        assert_eq!(parked.mac(), mac, "{chip}");
        assert_eq!(parked.to_string(), format!("{chip} {mac} at 921600 baud"),);
        drop(port);
        board.run_for(Duration::from_secs(3600));
        assert_eq!(board.running(), Running::Loader, "{chip}");

        let seen = board.record();
        let mut session = Session::resume(board.port(), &parked, options(chip)).unwrap();
        assert_eq!(session.arrival(), Arrival::Resumed, "{chip}");
        let record = board.record();
        assert_eq!(record.resets, seen.resets, "{chip}");
        let asked = &record.commands[seen.commands.len()..];
        assert!(asked.len() <= 3, "{chip}: {asked:?}");
        assert!(asked.iter().all(|command| *command == Opcode::READ_REG));
        // Twice the latency, and bytes.
        let took = session.timings().connect;
        assert!(
            took >= 2 * LATENCY && took < 3 * LATENCY,
            "{chip}: {took:?}"
        );

        // Nothing that was known has to be asked again.
        let commands = board.record().commands.len();
        let info = session.probe().unwrap();
        assert_eq!((info.mac, info.flash_size), (Some(mac), Some(4 << 20)));
        if hashes(chip) {
            assert_eq!(
                outcomes(&session.verify(&region).unwrap()),
                [Outcome::Matches]
            );
        }
        let since: Vec<_> = board.record().commands.split_off(commands);
        assert!(
            since
                .iter()
                .all(|c| [Opcode::READ_REG, Opcode::FLASH_MD5SUM].contains(c)),
            "{chip}: {since:?}"
        );
        session.finish(After::HardReset).unwrap();
        board.run_for(Duration::from_secs(1));
        assert_eq!(board.running(), Running::Application, "{chip}");
        assert_eq!(board.record().resets.len(), seen.resets.len() + 1, "{chip}");
    }
}

#[test]
fn a_board_that_was_reset_by_hand_is_connected_anew() {
    for chip in ALL {
        for strapping in [Strapping::Flash, Strapping::Download] {
            let (board, port) = Board::builder(chip).build();
            let (port, parked) = connect(port, chip).park().unwrap();
            board.press_reset(strapping);
            board.run_for(Duration::from_secs(1));
            let before = board.now();
            let session = Session::resume(port, &parked, options(chip)).unwrap();
            assert_eq!(session.arrival(), Arrival::Anew(Lost::Silent), "{chip}");
            let took = board.now().since(before);
            assert_eq!(session.timings().connect, took, "{chip}");
            // The look whether it is still there costs no more than that.
            let (other, port) = Board::builder(chip).build();
            connect(port, chip);
            let cold = other.now().since(Instant::ZERO);
            assert!(
                took < cold + Duration::from_millis(250),
                "{took:?} {cold:?}"
            );
        }
    }
}

#[test]
fn another_board_is_not_taken_for_the_parked_one() {
    let chip = &ESP32C3;
    let mac = Mac([2, 4, 6, 8, 10, 12]);
    let (_, port) = Board::builder(chip).build();
    let (_, parked) = connect(port, chip).park().unwrap();
    let (board, port) = Board::builder(chip).mac(mac).build();
    let (port, _) = connect(port, chip).park().unwrap();
    let session = Session::resume(port, &parked, options(chip)).unwrap();
    assert_eq!(session.arrival(), Arrival::Anew(Lost::Stranger { mac }));
    session.finish(After::HardReset).unwrap();

    let failed = Session::resume(board.port(), &parked, options(&ESP32S3)).unwrap_err();
    assert!(
        matches!(failed.error, Error::Chip(ChipError::Wrong { .. })),
        "{failed}"
    );
}

#[test]
fn a_parked_board_is_released_without_a_connect() {
    for chip in ALL {
        let (board, port) = Board::builder(chip).build();
        let (port, parked) = connect(port, chip).park().unwrap();
        let before = board.record();
        let finished = Session::release(port, &parked, Options::new()).unwrap();
        assert_eq!(finished.state, PortState::Restored);
        assert_eq!(finished.port.settings().unwrap().baud, 115_200);
        assert!(
            finished.timings.total() < Duration::from_millis(110),
            "{chip}"
        );
        assert_eq!(finished.timings.total(), finished.timings.finish);
        board.run_for(Duration::from_secs(1));
        assert_eq!(board.running(), Running::Application, "{chip}");
        let after = board.record();
        assert_eq!(after.resets.len(), before.resets.len() + 1, "{chip}");
        let commands = after.commands.len() - before.commands.len();
        assert_eq!(commands, usize::from(chip.force_download_boot.is_some()));

        // One that was reset meanwhile is reset once more, and that is all.
        let (port, parked) = connect(finished.port, chip).park().unwrap();
        board.press_reset(Strapping::Flash);
        board.run_for(Duration::from_secs(1));
        Session::release(port, &parked, Options::new()).unwrap();
        board.run_for(Duration::from_secs(1));
        assert_eq!(board.running(), Running::Application, "{chip}");
    }
}

#[test]
fn what_cannot_be_parked_is_told() {
    let security = Security {
        secure_download: true,
        ..Security::default()
    };
    let (_, port) = Board::builder(&ESP32C3).security(security).build();
    let failed = connect(port, &ESP32C3).park().unwrap_err();
    assert!(
        matches!(
            failed.error,
            Error::Security(SecurityError::SecureDownload { .. })
        ),
        "{failed}"
    );
    assert_eq!(failed.port.settings().unwrap().baud, 115_200);

    let (board, port) = Board::builder(&ESP32C3).build();
    let (port, parked) = connect(port, &ESP32C3).park().unwrap();
    let token = CancelToken::new();
    let inner = token.clone();
    let stop = options(&ESP32C3).cancel(token).observer(move |event| {
        assert!(matches!(event, Event::Resuming { .. }), "{event:?}");
        inner.cancel();
    });
    let before = board.now();
    let failed = Session::resume(port, &parked, stop).unwrap_err();
    assert!(matches!(failed.error, Error::Cancelled), "{failed}");
    assert_eq!(failed.port.settings().unwrap().baud, 115_200);
    assert_eq!(board.now(), before);

    board.unplug();
    let failed = Session::resume(failed.port, &parked, Options::new()).unwrap_err();
    assert!(failed.error.is_port_gone(), "{failed}");
}
