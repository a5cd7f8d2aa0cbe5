//! Cancelled, or out of time, while a stub works.

use super::cancelling::Cancelling;
use super::{board, firmware, regions};
use espwire::chip::ESP32C3;
use espwire::connection::CancelToken;
use espwire::error::Error;
use espwire::session::{Arrival, Options, Outcome, Session};
use espwire::time::Duration;
use espwire::transport::Transport;

/// From the moment to the caller who has the port back.
const WITHIN: Duration = Duration::from_millis(100);
const STEP: Duration = Duration::from_millis(61);
/// A rate at which nothing is lost, so that the session stays at it, and the
/// stub is met there by the next one.
const BAUD: u32 = 230_400;

fn options() -> Options<'static> {
    Options::new().chip(&ESP32C3).baud(BAUD)
}

/// A verify, a write and an erase are stopped at moments all over them: the
/// port comes back in time, what is certain is so, and the stub, which is told
/// to stop as well, takes the next session.
#[test]
fn a_stub_is_stopped_within_100_ms_whenever_it_is() {
    let image = firmware(9_000);
    let (board, port) = board(&ESP32C3).build();
    let session = Session::connect(port, options()).unwrap();
    session.stub().unwrap();
    let (_, parked) = session.park().unwrap();
    let mut seen = Vec::new();
    for step in 0.. {
        board.flash().write(0, &vec![0x5a; 0x6_0000]);
        let at = board.now() + STEP * step;
        let token = CancelToken::new();
        let port = Cancelling {
            port: board.port(),
            at,
            token: token.clone(),
        };
        // Either way, by turns.
        let options = match step % 2 {
            0 => options().cancel(token),
            _ => options().deadline(STEP * step),
        };
        let mut session = match Session::resume(port, &parked, options) {
            Ok(session) => session,
            Err(failed) => {
                assert!(is_stop(&failed.error), "{at:?}: {failed}");
                continue;
            }
        };
        assert_eq!(session.arrival(), Arrival::Resumed, "{at:?}");
        let regions = regions(&image);
        let worked = session
            .verify(&regions)
            .and_then(|_| session.write(&regions))
            .and_then(|_| session.erase(0x3_0000, 0x2_0000));
        let report = session.last_report().clone();
        let port = session.abort();
        let took = board.now().since(at);
        let Err(error) = worked else {
            break;
        };
        assert!(is_stop(&error), "{at:?}: {error}");
        assert!(took <= WITHIN, "{at:?}: {took:?}");
        assert_eq!(port.settings().unwrap().baud, 115_200);
        for region in &report.regions {
            seen.push(region.outcome);
            let wanted = regions.iter().find(|r| r.address() == region.address);
            let Some(wanted) = wanted else { continue };
            let certain = wanted.data().len().min(region.certain as usize);
            let flash = board.flash().read(region.address, certain);
            assert!(flash == wanted.data()[..certain], "{at:?}: {region:?}");
        }
        // Within its chunk, an erase comes to its end.
        board.run_for(Duration::from_millis(200));
    }
    let unfinished = seen.iter().filter(|seen| **seen == Outcome::Unfinished);
    assert!(unfinished.count() > 5, "{seen:?}");
    let mut session = Session::resume(board.port(), &parked, Options::new()).unwrap();
    assert_eq!(session.arrival(), Arrival::Resumed);
    assert!(session.write(&regions(&image)).unwrap().all_hold());
    assert_eq!(board.record().resets.len(), 1);
}

const fn is_stop(error: &Error) -> bool {
    matches!(error, Error::Cancelled | Error::Deadline { .. })
}
