//! A port that dies in the middle of what a stub is sent. What a ROM is sent,
//! up to the stub's start, dies byte by byte in `tests/session_rom`.

use super::spoiled::{Fault, Spoiled};
use super::{board, connect, firmware, options};
use espwire::chip::{Chip, ESP32C3};
use espwire::image::Region;
use espwire::session::{After, Arrival, Outcome, Parked, Report, Session};
use espwire::sim::{Board, NorTimes};
use espwire::time::Duration;

/// A flash that is busy for no longer than it takes to notice: a core is
/// emulated all the while.
const TIMES: NorTimes = NorTimes {
    program: Duration::from_micros(60),
    erase_4k: Duration::from_millis(1),
    erase_32k: Duration::from_millis(2),
    erase_64k: Duration::from_millis(3),
    ..NorTimes::TYPICAL
};
/// Longer than such a session takes, and shorter than anything that waits for a
/// dead port.
const SOON: Duration = Duration::from_secs(1);
const OLD: u8 = 0x5a;

/// Goes on with the parked stub: a verify and a write. What is known in the
/// end, and whether all went well.
fn session(port: Spoiled, parked: &Parked, chip: &'static Chip) -> (Report, bool) {
    let images = images();
    let regions = regions(&images);
    let mut session = match Session::resume(port, parked, options(chip)) {
        Ok(session) => session,
        Err(failed) => {
            assert!(failed.error.is_port_gone(), "{chip}: {failed}");
            return (Report::default(), false);
        }
    };
    // That the port died before leaves the stub as it was.
    assert_eq!(session.arrival(), Arrival::Resumed, "{chip}");
    let worked = session
        .verify(&regions)
        .and_then(|_| session.write(&regions));
    let report = session.last_report().clone();
    match worked {
        Ok(_) => {
            session.park().unwrap();
            (report, true)
        }
        Err(error) => {
            assert!(error.is_port_gone(), "{chip}: {error}");
            let failed = session.finish(After::NoReset).unwrap_err();
            assert!(failed.error.is_port_gone(), "{chip}: {failed}");
            (report, false)
        }
    }
}

fn images() -> [Vec<u8>; 2] {
    [firmware(700), firmware(200)]
}

fn regions(images: &[Vec<u8>; 2]) -> [Region<'_>; 2] {
    [
        Region::new(0x1_0000, &images[0][..]),
        Region::new(0x2_0000, &images[1][..]),
    ]
}

fn spoil(
    board: &Board,
    fault: Fault,
    at: usize,
) -> (Spoiled, std::sync::Arc<std::sync::Mutex<usize>>) {
    // Nobody plugs a port in again at once.
    board.run_for(Duration::from_millis(20));
    board.flash().write(0x1_0000, &[OLD; 0x1000]);
    board.flash().write(0x2_0000, &[OLD; 0x1000]);
    Spoiled::new(board.port(), fault, at)
}

#[test]
fn a_port_that_dies_at_any_byte_is_reported_and_the_stub_stays() {
    let images = images();
    let chip = &ESP32C3;
    let (board, port) = board(chip).flash_times(TIMES).build();
    let (_, parked) = connect(port, chip).park().unwrap();
    let (port, sent) = spoil(&board, Fault::None, usize::MAX);
    assert!(session(port, &parked, chip).1, "{chip}");
    let total = *sent.lock().unwrap();
    assert!(total > 700, "{chip}: {total}");
    let mut outcomes = Vec::new();

    for at in 0..total {
        let (port, _) = spoil(&board, Fault::Gone, at);
        let before = board.now();
        let (report, whole) = session(port, &parked, chip);
        assert!(!whole, "{chip} at {at}");
        let took = board.now().since(before);
        assert!(took < SOON, "{chip} at {at}: {took:?}");
        for (region, image) in report.regions.iter().zip(&images) {
            let certain = image.len().min(region.certain as usize);
            let flash = board.flash().read(region.address, 0x1000);
            assert!(
                flash[..certain] == image[..certain],
                "{chip} at {at}: {region:?}"
            );
            if region.touched == 0 {
                assert!(
                    flash.iter().all(|byte| *byte == OLD),
                    "{chip} at {at}: {region:?}"
                );
            }
            outcomes.push(region.outcome);
        }
    }
    for outcome in [Outcome::Pending, Outcome::Differs, Outcome::Unfinished] {
        assert!(outcomes.contains(&outcome), "{chip}: {outcome:?}");
    }
    let (port, _) = spoil(&board, Fault::None, usize::MAX);
    assert!(session(port, &parked, chip).1, "{chip}");
    assert_eq!(board.record().resets.len(), 1, "{chip}");
}

#[test]
fn a_port_that_dies_during_the_upload_is_reported() {
    let chip = &ESP32C3;
    let (board, port) = board(chip).flash_times(TIMES).build();
    let (port, sent) = Spoiled::new(port, Fault::None, usize::MAX);
    connect(port, chip);
    let total = *sent.lock().unwrap();
    assert!(total > 8000, "{total}");
    // All of them take over a minute.
    for at in (0..total).step_by(11) {
        let port = Spoiled::new(board.port(), Fault::Gone, at).0;
        let before = board.now();
        let failed = Session::connect(port, options(chip)).unwrap_err();
        assert!(failed.error.is_port_gone(), "at {at}: {failed}");
        let took = board.now().since(before);
        assert!(took < SOON, "at {at}: {took:?}");
    }
    assert_eq!(board.flash().wear().erases, 0);
    connect(board.port(), chip);
}
