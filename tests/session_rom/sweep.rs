//! A port that dies at every byte that the host sends.

use super::spoiled::{Fault, Spoiled};
use super::{ADDRESS, firmware, hashes, options, outcomes};
use espwire::chip::{Chip, ESP32, ESP32C3, ESP8266};
use espwire::image::Region;
use espwire::session::{After, Outcome, Report, Session};
use espwire::sim::{Board, Port};
use espwire::time::{Duration, Instant};

/// Longer than a whole session takes, and shorter than anything that waits for
/// a dead port.
const SOON: Duration = Duration::from_secs(3);

fn small_board(chip: &'static Chip) -> (Board, Port) {
    Board::builder(chip).flash_size(256 << 10).build()
}

/// A verify, a write, an erase. What is known of the write in the end, and
/// whether all went well.
fn session(port: Spoiled, regions: &[Region<'_>], chip: &'static Chip) -> (Report, bool) {
    let mut session = match Session::connect(port, options(chip)) {
        Ok(session) => session,
        Err(failed) => {
            assert!(failed.error.is_port_gone(), "{chip}: {failed}");
            return (Report::default(), false);
        }
    };
    let worked = (|| {
        if hashes(chip) {
            session.verify(regions)?;
        }
        session.write(regions)
    })();
    let report = session.last_report().clone();
    let worked = worked.and_then(|_| session.erase(0x3_0000, 0x1000));
    if let Err(error) = &worked {
        assert!(error.is_port_gone() && error.is_retryable(), "{error}");
    }
    // The port comes back, and is reported gone, if it is.
    match session.finish(After::HardReset) {
        Ok(_) => {
            worked.unwrap();
            (report, true)
        }
        Err(failed) => {
            assert!(failed.error.is_port_gone(), "{chip}: {failed}");
            (report, false)
        }
    }
}

#[test]
fn a_port_that_dies_at_any_byte_is_reported_and_what_is_certain_is_so() {
    let images = [firmware(1_500), firmware(300)];
    for chip in [&ESP8266, &ESP32, &ESP32C3] {
        let regions = [
            Region::new(ADDRESS, &images[0][..]),
            Region::new(0x2_0000, &images[1][..]),
        ];
        let (_, port) = small_board(chip);
        let (port, sent) = Spoiled::new(port, Fault::None, usize::MAX);
        assert!(session(port, &regions, chip).1, "{chip}");
        let total = *sent.lock().unwrap();
        assert!(total > 1_500, "{chip}: {total}");
        let mut seen = Vec::new();
        for at in 0..total {
            let (board, port) = small_board(chip);
            let (port, _) = Spoiled::new(port, Fault::Gone, at);
            let (report, whole) = session(port, &regions, chip);
            assert!(!whole, "{chip} at {at}");
            let took = board.now().since(Instant::ZERO);
            assert!(took < SOON, "{chip} at {at}: {took:?}");
            for (region, image) in report.regions.iter().zip(&images) {
                let certain = image.len().min(region.certain as usize);
                let flash = board.flash().read(region.address, certain);
                assert!(flash == image[..certain], "{chip} at {at}: {region:?}");
                if region.outcome == Outcome::Pending {
                    let wear = board.flash().sector_wear(region.address);
                    assert_eq!(wear.erases, 0, "{chip} at {at}: {region:?}");
                }
            }
            seen.push(outcomes(&report));
        }
        seen.dedup();
        let written = if hashes(chip) {
            Outcome::Written
        } else {
            Outcome::WrittenUnproven
        };
        for outcomes in [
            [Outcome::Unfinished, Outcome::Pending],
            [written, Outcome::Unfinished],
            [written, written],
        ] {
            assert!(
                seen.iter().any(|seen| *seen == outcomes),
                "{chip}: {seen:?}"
            );
        }
    }
}
