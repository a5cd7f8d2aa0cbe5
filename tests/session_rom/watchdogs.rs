//! Long work over USB-Serial/JTAG, where a reset leaves the watchdogs armed.

use super::{ADDRESS, SIZE, firmware, options};
use espwire::chip::{ESP32C6, ESP32S3};
use espwire::image::Region;
use espwire::session::{After, Session, UsbId};
use espwire::sim::{Board, Link, LinkKind, ResetCause, Running};
use espwire::time::Duration;

/// What the RTC watchdog has left when the chip comes into its loader.
const BITE: Duration = Duration::from_secs(9);

#[test]
fn two_megabytes_are_written_over_usb_without_a_bite() {
    let image = firmware(SIZE);
    let usb = UsbId {
        vid: 0x303a,
        pid: 0x1001,
    };
    for chip in [&ESP32S3, &ESP32C6] {
        let link = Link {
            kind: LinkKind::UsbSerialJtag,
            ..Link::default()
        };
        let (board, port) = Board::builder(chip).link(link).build();
        let mut session = Session::connect(port, options(chip).usb(usb)).unwrap();
        let region = [Region::new(ADDRESS, &image[..])];
        let report = session.write_changed(&region).unwrap();
        assert!(report.all_hold(), "{chip}");
        assert!(board.flash().read(ADDRESS, SIZE) == image, "{chip}");
        // It took longer than the dogs would have waited.
        let timings = session.timings();
        assert!(timings.total() > BITE, "{chip}: {timings:?}");
        let connected = board.record().resets.len();
        session.finish(After::HardReset).unwrap();
        board.run_for(Duration::from_secs(1));
        assert_eq!(board.running(), Running::Application, "{chip}");
        let resets = board.record().resets;
        assert_eq!(resets.len(), connected + 1, "{chip}: {resets:?}");
        let bites = resets.iter().filter(|r| r.cause == ResetCause::Watchdog);
        assert_eq!(bites.count(), 0, "{chip}: {resets:?}");
    }
}
