//! Long work over USB-Serial/JTAG, where a reset leaves the watchdogs armed.

use super::{CHIPS, firmware, options, outcomes, regions};
use espwire::session::{After, Outcome, Session, UsbId};
use espwire::sim::{Board, Link, LinkKind, ResetCause, Running};
use espwire::time::Duration;

/// What the RTC watchdog has left when the chip comes into its loader.
const BITE: Duration = Duration::from_secs(9);

#[test]
fn two_megabytes_are_written_over_usb_without_a_bite() {
    let image = firmware(2_400_000);
    let usb = UsbId {
        vid: 0x303a,
        pid: 0x1001,
    };
    for chip in CHIPS {
        let link = Link {
            kind: LinkKind::UsbSerialJtag,
            ..Link::default()
        };
        let (board, port) = Board::builder(chip).link(link).build();
        let mut session = Session::connect(port, options(chip).usb(usb)).unwrap();
        session.stub().unwrap();
        let connected = board.record().resets.len();
        let report = session.write_changed(&regions(&image)).unwrap();
        assert_eq!(outcomes(&report), [Outcome::Written; 3], "{chip}");
        assert!(board.flash().read(0x1_0000, image.len()) == image, "{chip}");
        // It took longer than the dogs would have waited.
        let timings = session.timings();
        assert!(timings.total() > BITE, "{chip}: {timings:?}");
        session.finish(After::HardReset).unwrap();
        board.run_for(Duration::from_millis(300));
        assert_eq!(board.running(), Running::Application, "{chip}");
        let resets = board.record().resets;
        assert_eq!(resets.len(), connected + 1, "{chip}: {resets:?}");
        let bites = resets.iter().filter(|r| r.cause == ResetCause::Watchdog);
        assert_eq!(bites.count(), 0, "{chip}: {resets:?}");
    }
}
