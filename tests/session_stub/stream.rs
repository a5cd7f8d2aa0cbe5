//! The stub's own commands at work: what goes over the line, and what survives
//! a bad one.

use super::{CHIPS, board, connect, firmware, outcomes, regions};
use espwire::image::SECTOR;
use espwire::session::Outcome;
use espwire::time::Duration;
use espwire::transport::{FaultRates, Faults};

/// An image with blank sectors in the middle.
fn with_gap(len: usize) -> Vec<u8> {
    let mut image = firmware(len);
    let sector = SECTOR as usize;
    image[2 * sector..5 * sector].fill(0xff);
    image
}

#[test]
fn regions_are_verified_in_one_command_and_located_in_one_more() {
    let image = with_gap(40_000);
    for chip in CHIPS {
        let (board, port) = board(chip).build();
        let mut session = connect(port, chip);
        session.write(&regions(&image)).unwrap();
        let commands = session.counters().commands;
        let report = session.verify(&regions(&image)).unwrap();
        assert_eq!(outcomes(&report), [Outcome::Matches; 3], "{chip}");
        assert_eq!(session.counters().commands, commands + 1, "{chip}");

        let report = session.verify(&regions(&image)).unwrap();
        let application = report.regions.last().unwrap().address;
        let differs = application + 6 * SECTOR;
        board
            .flash()
            .write(differs + 99, &[image[6 * SECTOR as usize + 99] & 0x5a]);
        let commands = session.counters().commands;
        let report = session.verify(&regions(&image)).unwrap();
        let found: Vec<_> = report
            .regions
            .iter()
            .map(|it| it.first_difference)
            .collect();
        assert_eq!(found, [None, None, Some(differs)], "{chip}");
        assert_eq!(session.counters().commands, commands + 2, "{chip}");

        // And that sector alone is written.
        let before = board.flash().wear();
        let report = session.write_changed(&regions(&image)).unwrap();
        let expected = [Outcome::Matches, Outcome::Matches, Outcome::Written];
        assert_eq!(outcomes(&report), expected, "{chip}");
        let erased = board.flash().wear().sectors_erased - before.sectors_erased;
        assert_eq!(erased, 1, "{chip}");
        assert_eq!(
            board.flash().read(application, image.len()),
            image,
            "{chip}"
        );
    }
}

/// Bytes that are lost, altered and doubled, and pauses.
const BAD: FaultRates = FaultRates {
    lost: 30,
    flipped: 30,
    doubled: 30,
    delayed: 5,
    delay: Duration::from_millis(120),
    cut_after: None,
};

#[test]
fn a_bad_line_costs_time_and_nothing_else() {
    let image = with_gap(60_000);
    // Seeds with which the stub gets through: one that does not is done without.
    for (chip, seed) in CHIPS.into_iter().zip([1, 1]) {
        let (board, port) = board(chip).build();
        let port = Faults::new(port, seed, BAD, BAD);
        let mut session = connect(port, chip);
        let report = session.write(&regions(&image)).unwrap();
        assert_eq!(outcomes(&report), [Outcome::Written; 3], "{chip}");
        let application = report.regions.last().unwrap().address;
        assert_eq!(
            board.flash().read(application, image.len()),
            image,
            "{chip}"
        );
        let mut read = vec![];
        session.read(application, 60_000, &mut read).unwrap();
        assert_eq!(read, image, "{chip}");
        session.erase(application, 0x4000).unwrap();
        assert_eq!(
            board.flash().read(application, 0x4000),
            [0xff; 0x4000],
            "{chip}"
        );
    }
}
