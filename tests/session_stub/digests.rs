//! Which digests are compared, and that they are those of the bytes.

use super::{board, firmware, options, outcomes};
use espwire::chip::{ESP32, ESP32C3, ESP8266};
use espwire::digest::DigestKind;
use espwire::image::Region;
use espwire::session::{Outcome, Report, Session, StubPolicy};

#[test]
fn reports_tell_of_which_kind_their_digests_are() {
    let image = firmware(10_000);
    for (chip, stub, kind) in [
        (&ESP8266, StubPolicy::Auto, DigestKind::Md5),
        (&ESP32, StubPolicy::Auto, DigestKind::Sha256),
        (&ESP32C3, StubPolicy::Auto, DigestKind::Sha256),
        (&ESP32C3, StubPolicy::Off, DigestKind::Md5),
    ] {
        let (board, port) = board(chip).build();
        let mut session = Session::connect(port, options(chip).stub(stub)).unwrap();
        let blank = kind.of(&vec![0xff; image.len()]);
        let holds = kind.of(&image);
        let seen = |report: Report, outcome, found| {
            assert_eq!(outcomes(&report), [outcome], "{chip}");
            let region = &report.regions[0];
            assert_eq!(region.digest_kind, kind, "{chip}");
            assert_eq!(region.expected, holds, "{chip}");
            assert_eq!(region.found, Some(found), "{chip} {outcome:?}");
        };
        let regions = [Region::new(0x1_0000, &image[..])];
        seen(session.verify(&regions).unwrap(), Outcome::Differs, blank);
        seen(session.write(&regions).unwrap(), Outcome::Written, holds);
        seen(session.verify(&regions).unwrap(), Outcome::Matches, holds);
        // Behind the session's back.
        let mut altered = image.clone();
        altered[0] ^= 1;
        board.flash().write(0x1_0000, &altered);
        let altered = kind.of(&altered);
        seen(session.verify(&regions).unwrap(), Outcome::Differs, altered);
    }
}
