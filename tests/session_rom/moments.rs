//! Cancelled, or out of time, at moments all over a session.

use super::cancelling::Cancelling;
use super::{ADDRESS, firmware, options};
use espwire::chip::{Chip, ESP32C3, ESP8266};
use espwire::connection::CancelToken;
use espwire::error::Error;
use espwire::image::Region;
use espwire::session::{After, Options, Session};
use espwire::sim::Board;
use espwire::time::{Duration, Instant};
use espwire::transport::Transport;

/// From the moment to the caller who has the port back.
const WITHIN: Duration = Duration::from_millis(100);
const STEP: Duration = Duration::from_millis(53);

/// A session that writes and erases; with its port and its error, if any.
fn run<T: Transport>(port: T, options: Options<'_>, image: &[u8]) -> (T, Result<(), Error>) {
    let mut session = match Session::connect(port, options) {
        Ok(session) => session,
        Err(failed) => return (failed.port, Err(failed.error)),
    };
    let region = [Region::new(ADDRESS, image)];
    let worked = session
        .write(&region)
        .and_then(|_| session.erase(ADDRESS, 0x4_0000));
    match session.finish(After::HardReset) {
        Ok(finished) => (finished.port, worked),
        Err(failed) => (failed.port, worked.and(Err(failed.error))),
    }
}

fn moments(chip: &'static Chip, image: &[u8]) -> impl Iterator<Item = Instant> + use<> {
    let (board, port) = Board::builder(chip).build();
    run(port, options(chip), image).1.unwrap();
    let end = board.now();
    (1..)
        .map(|step| Instant::ZERO + STEP * step)
        .take_while(move |at| *at < end)
}

#[test]
fn a_cancel_ends_a_session_within_100_ms_whenever_it_comes() {
    let image = firmware(150_000);
    for chip in [&ESP8266, &ESP32C3] {
        for at in moments(chip, &image) {
            let (board, port) = Board::builder(chip).build();
            let token = CancelToken::new();
            let options = options(chip).cancel(token.clone());
            let (port, outcome) = run(Cancelling { port, at, token }, options, &image);
            assert!(matches!(outcome, Err(Error::Cancelled)), "{chip} {at:?}");
            assert_eq!(port.settings().unwrap().baud, 115_200, "{chip} {at:?}");
            let took = board.now().since(at);
            assert!(took <= WITHIN, "{chip} {at:?}: {took:?}");
        }
    }
}

#[test]
fn a_deadline_ends_a_session_within_100_ms_whenever_it_is() {
    let image = firmware(150_000);
    for chip in [&ESP8266, &ESP32C3] {
        for at in moments(chip, &image) {
            let (board, port) = Board::builder(chip).build();
            let options = options(chip).deadline(at.since(Instant::ZERO));
            let (port, outcome) = run(port, options, &image);
            assert!(
                matches!(outcome, Err(Error::Deadline { .. })),
                "{chip} {at:?}"
            );
            assert_eq!(port.settings().unwrap().baud, 115_200, "{chip} {at:?}");
            let took = board.now().since(at);
            assert!(took <= WITHIN, "{chip} {at:?}: {took:?}");
        }
    }
}
