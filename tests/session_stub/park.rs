//! A stub that stays resident.

use super::{CHIPS, LATENCY, board, connect, firmware, options, outcomes, regions};
use espwire::session::{After, Arrival, Lost, Options, Outcome, PortState, Session, StubPolicy};
use espwire::sim::{Running, Strapping};
use espwire::time::Duration;
use espwire::transport::Transport;
use espwire::wire::{Loader, Opcode};

#[test]
fn a_parked_stub_is_met_again_within_one_round_trip() {
    let image = firmware(20_000);
    for chip in CHIPS {
        let (board, port) = board(chip).build();
        let mut session = connect(port, chip);
        session.write(&regions(&image)).unwrap();
        let (port, parked) = session.park().unwrap();
        assert_eq!(port.settings().unwrap().baud, 115_200, "{chip}");
        // A core is emulated all the while.
        board.run_for(Duration::from_millis(500));
        assert_eq!(board.running(), Running::Uploaded, "{chip}");

        let seen = board.record();
        let mut session = Session::resume(port, &parked, options(chip)).unwrap();
        assert_eq!(session.arrival(), Arrival::Resumed, "{chip}");
        assert!(session.stub().is_ok(), "{chip}");
        let timings = session.timings();
        assert!(timings.connect < 3 * LATENCY, "{chip}: {timings:?}");
        assert_eq!(timings.stub, Duration::ZERO);
        assert_eq!(board.record().resets, seen.resets, "{chip}");
        let report = session.write_changed(&regions(&image)).unwrap();
        assert_eq!(outcomes(&report), [Outcome::Matches; 3], "{chip}");
        assert_eq!(session.probe().unwrap().loader, Loader::Stub);
        session.finish(After::HardReset).unwrap();
        board.run_for(Duration::from_millis(300));
        assert_eq!(board.running(), Running::Application, "{chip}");
        assert_eq!(board.record().resets.len(), seen.resets.len() + 1, "{chip}");
    }
}

#[test]
fn a_board_that_was_reset_by_hand_gets_its_stub_anew() {
    for chip in CHIPS {
        for strapping in [Strapping::Flash, Strapping::Download] {
            let (board, port) = board(chip).build();
            let (port, parked) = connect(port, chip).park().unwrap();
            board.press_reset(strapping);
            board.run_for(Duration::from_millis(300));
            let session = Session::resume(port, &parked, options(chip)).unwrap();
            assert_eq!(session.arrival(), Arrival::Anew(Lost::Silent), "{chip}");
            session.stub().unwrap();
            assert!(session.timings().stub > Duration::ZERO, "{chip}");
        }
    }
}

#[test]
fn a_parked_stub_is_released_without_a_connect() {
    for chip in CHIPS {
        let (board, port) = board(chip).build();
        let (port, parked) = connect(port, chip).park().unwrap();
        let before = board.record();
        let finished = Session::release(port, &parked, Options::new()).unwrap();
        assert_eq!(finished.state, PortState::Restored);
        assert!(finished.timings.total() < Duration::from_millis(110));
        board.run_for(Duration::from_millis(300));
        assert_eq!(board.running(), Running::Application, "{chip}");
        assert_eq!(board.record().resets.len(), before.resets.len() + 1);
    }
}

/// Whoever finds the stub without a token uses it, and uploads nothing.
#[test]
fn a_stub_that_was_left_is_recognised() {
    for chip in CHIPS {
        for after in [After::NoReset, After::NoResetStub] {
            let (board, port) = board(chip).build();
            let port = connect(port, chip).finish(after).unwrap().port;
            let before = board.record();
            let met = options(chip).before(espwire::session::Before::NoReset);
            let session = Session::connect(port, met).unwrap();
            session.stub().unwrap();
            let record = board.record();
            assert_eq!(record.resets, before.resets, "{chip} {after}");
            let since = &record.commands[before.commands.len()..];
            assert!(!since.contains(&Opcode::MEM_BEGIN), "{chip} {since:?}");
        }
    }
}

#[test]
fn the_rom_alone_has_no_stub_to_stay_in() {
    let chip = CHIPS[0];
    let (_, port) = board(chip).build();
    let session = Session::connect(port, options(chip).stub(StubPolicy::Off)).unwrap();
    assert!(session.stub().is_err());
    session.finish(After::NoResetStub).unwrap_err();
}
