//! What a build daemon does again and again.

use super::{CHIPS, board, connect, firmware, options, outcomes, regions};
use espwire::chip::{ESP32, ESP32C3, ESP32C6, ESP32S3};
use espwire::digest::DigestKind;
use espwire::session::{After, Arrival, Locate, Outcome, Session, Timings};
use espwire::sim::{Port, Running};
use espwire::stub::Stub;
use espwire::time::Duration;

#[test]
fn of_three_regions_the_changed_one_is_written_and_the_board_reset_once() {
    let old = firmware(120_000);
    let mut new = old.clone();
    new[0x1_2345] ^= 1;
    for chip in CHIPS {
        let (board, port) = board(chip).build();
        for region in regions(&old) {
            board.flash().write(region.address(), region.data());
        }
        let options = options(chip).locate(Locate::IfCheap);
        let mut session = Session::connect(port, options).unwrap();
        session.stub().unwrap();
        let connected = board.record().resets.len();
        let report = session.write_changed(&regions(&new)).unwrap();
        let expected = [Outcome::Matches, Outcome::Matches, Outcome::Written];
        assert_eq!(outcomes(&report), expected, "{chip}");
        assert!(board.flash().read(0x1_0000, new.len()) == new, "{chip}");
        for (address, erases) in [(0x8000, 0), (0xe000, 0), (0x2_2000, 1)] {
            let wear = board.flash().sector_wear(address);
            assert_eq!(wear.erases, erases, "{chip} {address:#x}");
        }
        session.finish(After::HardReset).unwrap();
        board.run_for(Duration::from_millis(300));
        assert_eq!(board.running(), Running::Application, "{chip}");
        assert_eq!(board.record().resets.len(), connected + 1, "{chip}");
    }
}

#[test]
fn sessions_follow_each_other_on_one_port() {
    for chip in CHIPS {
        let (board, mut port) = board(chip).build();
        for len in [3_000, 9_000, 3_000] {
            let image = firmware(len);
            let mut session = connect(port, chip);
            session.write_changed(&regions(&image)).unwrap();
            port = session.finish(After::HardReset).unwrap().port;
            assert!(board.flash().read(0x1_0000, len) == image, "{chip} {len}");
        }
    }
}

/// What a deploy that has nothing to write may take, resets and all: the first
/// one, and one that meets the board parked.
const COLD: Duration = Duration::from_millis(1500);
const WARM: Duration = Duration::from_millis(1000);

/// Where the time of a deploy goes that has nothing to write: 2.4 MB in three
/// regions, hashed by the chip's accelerator, at 921600 baud, with the reset delays
/// in. Run with `--nocapture`
/// for the figures in `docs/performance.md`.
#[test]
fn a_deploy_with_nothing_to_write_takes_little_but_the_hashing() {
    const APPLICATION: usize = 2_400_000;
    let image = firmware(APPLICATION);
    println!("chip       deploy  connect    stub  verify  finish   total");
    for chip in [&ESP32, &ESP32S3, &ESP32C3, &ESP32C6] {
        let (board, port) = board(chip).build();
        for region in regions(&image) {
            board.flash().write(region.address(), region.data());
        }
        let verify = |mut session: Session<'static, Port>| {
            let kind = digest_kind(&session);
            let report = session.write_changed(&regions(&image)).unwrap();
            assert_eq!(outcomes(&report), [Outcome::Matches; 3], "{chip}");
            for region in report.regions {
                assert_eq!(region.digest_kind, kind, "{chip}");
            }
            session.finish(After::HardReset).unwrap()
        };
        let cold = verify(connect(port, chip));
        let session = connect(cold.port, chip);
        let kind = digest_kind(&session);
        let (port, parked) = session.park().unwrap();
        let session = Session::resume(port, &parked, options(chip)).unwrap();
        assert_eq!(session.arrival(), Arrival::Resumed, "{chip}");
        let warm = verify(session);
        for (name, timings) in [("cold", cold.timings), ("warm", warm.timings)] {
            let Timings {
                connect,
                stub,
                verify,
                finish,
                ..
            } = timings;
            let phases = [connect, stub, verify, finish, timings.total()];
            let columns = phases.map(|time| format!("{:7.3}", time.as_secs_f64()));
            println!("{:10} {name:6} {}", chip.name, columns.join(" "));
        }
        let overhead = |timings: Timings| timings.total() - timings.verify;
        assert!(
            overhead(cold.timings) < Duration::from_millis(500),
            "{chip}"
        );
        let reset = Duration::from_millis(100);
        assert!(
            overhead(warm.timings) < reset + Duration::from_millis(20),
            "{chip}"
        );
        assert_eq!(kind, DigestKind::Sha256, "{chip}");
        assert!(cold.timings.total() <= COLD, "{chip}: {:?}", cold.timings);
        assert!(warm.timings.total() <= WARM, "{chip}: {:?}", warm.timings);
    }
}

fn digest_kind(session: &Session<'_, Port>) -> DigestKind {
    match session.stub() {
        Ok(Stub::Own(capability)) => capability.features.digest_kind(),
        other => panic!("{other:?}"),
    }
}
