//! What goes wrong on the way, and is survived or reported.

use super::spoiled::{Fault, Spoiled};
use super::{ADDRESS, SIZE, connect, firmware, hashes, options, outcomes};
use espwire::chip::{Chip, ESP32, ESP32C3, ESP8266};
use espwire::connection::CancelToken;
use espwire::error::{Error, PortError};
use espwire::image::Region;
use espwire::session::{After, Event, Options, Outcome, Session};
use espwire::sim::{Board, LineFaults, Link, Port, Strapping};
use espwire::time::{Duration, Instant};
use espwire::transport::Transport;
use std::sync::{Arc, Mutex};

/// A board that is quick to make.
fn small_board(chip: &'static Chip) -> (Board, Port) {
    Board::builder(chip).flash_size(256 << 10).build()
}

/// Connects, writes and finishes.
fn deploy(port: Spoiled, region: &Region<'_>, chip: &'static Chip) -> Result<(), Error> {
    let mut session = Session::connect(port, options(chip)).map_err(|failed| failed.error)?;
    let written = session.write(std::slice::from_ref(region));
    let finished = session
        .finish(After::HardReset)
        .map_err(|failed| failed.error);
    written?;
    finished?;
    Ok(())
}

/// Places all over the host's stream of a deploy: each byte of its beginning,
/// then every so many.
fn places(region: &Region<'_>, chip: &'static Chip) -> Vec<usize> {
    let (_, port) = small_board(chip);
    let (port, sent) = Spoiled::new(port, Fault::None, usize::MAX);
    deploy(port, region, chip).unwrap();
    let total = *sent.lock().unwrap();
    (0..400).chain((400..total).step_by(211)).collect()
}

#[test]
fn a_lost_or_flipped_byte_anywhere_is_survived_or_reported() {
    let image = firmware(6_000);
    for chip in [&ESP8266, &ESP32, &ESP32C3] {
        let region = Region::new(ADDRESS, &image[..]);
        let mut failures = 0;
        let places = places(&region, chip);
        let count = places.len();
        for at in places {
            for fault in [Fault::Lost, Fault::Flipped] {
                let (board, port) = small_board(chip);
                let (port, _) = Spoiled::new(port, fault, at);
                match deploy(port, &region, chip) {
                    Ok(()) => {
                        let flash = board.flash().read(ADDRESS, image.len());
                        // A spoiled FLASH_BEGIN of an ESP8266, which has
                        // neither checksum nor digest, nobody can see: it
                        // counts as written without proof.
                        assert!(
                            flash == image || !hashes(chip),
                            "{chip}: {fault:?} at byte {at} went unnoticed"
                        );
                    }
                    Err(error) => {
                        failures += 1;
                        println!("{chip}: {fault:?} at byte {at}: {error}");
                        assert!(error.is_retryable(), "{chip} {fault:?} at {at}: {error}");
                    }
                }
            }
        }
        // A spoiled WRITE_REG with which the ESP8266's sectors get erased may
        // make it wait for hours. A READ_REG that loses its opcode is a
        // FLASH_END, with which the ESP32 leaves its loader.
        let most = if hashes(chip) { 1 } else { count / 10 };
        assert!(
            failures <= most,
            "{chip}: {failures} failures at {count} places"
        );
    }
}

#[test]
fn a_refused_block_restarts_its_chunk() {
    let image = firmware(600_000);
    let region = Region::new(ADDRESS, &image[..]);
    let (_, port) = Board::builder(&ESP32C3).build();
    let (port, sent) = Spoiled::new(port, Fault::None, usize::MAX);
    deploy(port, &region, &ESP32C3).unwrap();
    let total = *sent.lock().unwrap();

    // In the middle of some block of the second chunk.
    let (board, port) = Board::builder(&ESP32C3).build();
    let (port, _) = Spoiled::new(port, Fault::Flipped, total / 2);
    let again = Arc::new(Mutex::new(Vec::new()));
    let seen = again.clone();
    let options = options(&ESP32C3).observer(move |event| {
        if let Event::Again { address, .. } = event {
            seen.lock().unwrap().push(*address);
        }
    });
    let mut session = Session::connect(port, options).unwrap();
    let report = session.write(&[region]).unwrap();
    assert_eq!(outcomes(&report), [Outcome::Written]);
    assert!(board.flash().read(ADDRESS, image.len()) == image);
    assert_eq!(*again.lock().unwrap(), [0x4_0000]);
}

#[test]
fn noise_on_the_line_never_makes_a_false_success() {
    let image = firmware(60_000);
    let mut successes = 0;
    for seed in 0..20 {
        let (board, port) = Board::builder(&ESP32C3)
            .link(Link {
                faults: LineFaults {
                    seed,
                    lost_per_million: 20,
                    flipped_per_million: 20,
                },
                ..Link::default()
            })
            .build();
        let Ok(mut session) = Session::connect(port, options(&ESP32C3)) else {
            continue;
        };
        let Ok(report) = session.write(&[Region::new(ADDRESS, &image[..])]) else {
            continue;
        };
        assert_eq!(outcomes(&report), [Outcome::Written]);
        assert_eq!(
            board.flash().read(ADDRESS, image.len()),
            image,
            "seed {seed}"
        );
        successes += 1;
    }
    assert!(successes > 15, "{successes} of 20 sessions got through");
}

/// A whole session; the port, and how it ended.
fn whole(port: Port, options: Options<'_>, image: &[u8]) -> (Port, Result<(), Error>) {
    let mut session = match Session::connect(port, options) {
        Ok(session) => session,
        Err(failed) => return (failed.port, Err(failed.error)),
    };
    let region = [Region::new(ADDRESS, image)];
    let worked = session
        .verify(&region)
        .and_then(|_| session.write(&region))
        .and_then(|_| session.read(ADDRESS, 200, &mut Vec::new()))
        .and_then(|()| session.erase(ADDRESS, 0x1000));
    match session.finish(After::HardReset) {
        Ok(finished) => (finished.port, worked),
        Err(failed) => (failed.port, worked.and(Err(failed.error))),
    }
}

/// From the cancel to the caller, on the board's clock.
const CANCELLED_WITHIN: Duration = Duration::from_millis(100);

#[test]
fn a_session_can_be_cancelled_at_every_event() {
    let image = firmware(20_000);
    let mut kinds = Vec::new();
    for stop_at in 0.. {
        let (board, port) = Board::builder(&ESP32C3).build();
        let token = CancelToken::new();
        let stopped = Arc::new(Mutex::new(None));
        let (inner, clock, mark) = (token.clone(), board.clone(), stopped.clone());
        let mut count = 0;
        let options = options(&ESP32C3).cancel(token).observer(move |event| {
            if count == stop_at {
                inner.cancel();
                *mark.lock().unwrap() = Some((clock.now(), format!("{event:?}")));
            }
            count += 1;
        });
        let (port, outcome) = whole(port, options, &image);
        let Some((at, event)) = stopped.lock().unwrap().take() else {
            outcome.unwrap();
            break;
        };
        // The port comes back whenever it is.
        assert_eq!(port.settings().unwrap().baud, 115_200, "{event}");
        let took = board.now().since(at);
        assert!(took <= CANCELLED_WITHIN, "{event}: {took:?}");
        match outcome {
            Err(Error::Cancelled) => {}
            // All was done already.
            Ok(()) => assert!(event.starts_with("Finished"), "{event}"),
            Err(error) => panic!("{event}: {error}"),
        }
        kinds.push(event.split(' ').next().unwrap_or_default().to_owned());
    }
    for kind in [
        "Connecting",
        "Connected",
        "Flash",
        "Start",
        "Progress",
        "Hashing",
        "End",
        "Finishing",
        "Finished",
    ] {
        assert!(kinds.iter().any(|seen| seen == kind), "{kind}: {kinds:?}");
    }
}

#[test]
fn a_deadline_ends_a_session_in_time() {
    let image = firmware(SIZE);
    let (board, port) = Board::builder(&ESP32C3).build();
    let options = options(&ESP32C3).deadline(Duration::from_secs(5));
    let mut session = Session::connect(port, options).unwrap();
    let error = session
        .write(&[Region::new(ADDRESS, &image[..])])
        .unwrap_err();
    assert!(
        matches!(error, Error::Deadline { .. }) && error.is_retryable(),
        "{error}"
    );
    let end = board.now().since(Instant::ZERO);
    assert!(
        end >= Duration::from_secs(5) && end < Duration::from_millis(5_100),
        "{end:?}"
    );
    let failed = session.finish(After::NoReset).unwrap_err();
    assert_eq!(failed.port.settings().unwrap().baud, 115_200);
}

#[test]
fn the_plug_may_be_pulled_in_mid_write() {
    let image = firmware(100_000);
    let (board, port) = Board::builder(&ESP32C3).build();
    let puller = board.clone();
    let options = options(&ESP32C3).observer(move |event| {
        if matches!(event, Event::Progress { done, .. } if *done > 50_000) {
            puller.unplug();
        }
    });
    let mut session = Session::connect(port, options).unwrap();
    let error = session
        .write(&[Region::new(ADDRESS, &image[..])])
        .unwrap_err();
    assert!(matches!(error, Error::Port(PortError::Gone(_))), "{error}");
    let failed = session.finish(After::HardReset).unwrap_err();
    assert!(matches!(failed.error, Error::Port(PortError::Gone(_))));

    board.plug_in();
    board.press_reset(Strapping::Flash);
    // It comes back as another port.
    let options = crate::options(&ESP32C3);
    let failed = Session::connect(failed.port, options).unwrap_err();
    assert!(matches!(failed.error, Error::Port(PortError::Gone(_))));
    let mut session = connect(board.port(), &ESP32C3);
    let region = [Region::new(ADDRESS, &image[..])];
    assert_eq!(
        outcomes(&session.verify(&region).unwrap()),
        [Outcome::Differs]
    );
    assert_eq!(
        outcomes(&session.write(&region).unwrap()),
        [Outcome::Written]
    );
}
