//! What a build daemon does again and again.

use super::{CHIPS, board, connect, firmware, options, outcomes, regions};
use espwire::session::{After, Locate, Outcome, Session};
use espwire::sim::Running;
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
