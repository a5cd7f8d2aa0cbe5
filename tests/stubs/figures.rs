//! What the stubs take: size, upload, and cycles a byte, of which
//! `docs/stubs.md` has the table. Prints one row a chip:
//!
//! ```console
//! cargo test --test stubs -- --nocapture figures
//! ```

#![allow(clippy::print_stdout, reason = "it tells its figures")]

use crate::boards::{Kind, Sort, on_every_chip};
use crate::commands::{FEATURE_SHA256, deflated};
use crate::host::{Host, LATER, op, words};
use crate::stub::{BLANK, Encoding, Phase, own};
use espwire::chip::{ESP8266, UsbPort};
use espwire::sim::{Builder, NorTimes};
use espwire::time::Duration;
use espwire::transport::Transport as _;

on_every_chip!(stubs_of: figures);

/// A segment that is blank already.
const KEEP: u32 = 2;
/// What a stub may have, in bytes.
const LIMIT: usize = 8192;

/// The core's clock in MHz, over UART0, with the stub.
fn mhz(sort: &Sort) -> f64 {
    let crystal = f64::from(sort.variant.crystal.usual);
    if sort.chip == &ESP8266 {
        2.0 * crystal
    } else {
        crystal
    }
}

/// A flash that is never busy, but for the erase of a block.
const FAST: NorTimes = NorTimes {
    program: Duration::ZERO,
    erase_64k: Duration::from_secs(1),
    ..NorTimes::TYPICAL
};

/// A board with its own ROM, if it is at hand.
fn board(sort: &Sort) -> Builder {
    let kinds = [Kind::Real, Kind::Modelled];
    let mut builders = kinds.iter().filter_map(|kind| sort.builder(*kind));
    builders.next().unwrap().flash_times(FAST)
}

/// A loader at this rate, with the flash attached.
fn loader(sort: &Sort, baud: u32) -> Host {
    let mut host = Host::in_loader(board(sort));
    host.attach(sort);
    if sort.knows(op::CHANGE_BAUDRATE) && baud != 921_600 {
        host.change_baud(baud, 921_600);
    }
    host
}

/// Seconds of the upload, up to the greeting, and of what comes behind its last
/// answer.
fn upload(host: &mut Host, sort: &Sort) -> [f64; 2] {
    let before = host.port.now();
    let image = sort.image;
    host.upload(image.load, image.bytes, image.entry);
    let loaded = host.port.now();
    host.hear_greeting(sort);
    [before, loaded].map(|from| (host.port.now() - from).as_secs_f64())
}

/// What a common or an own command takes for a region of so many bytes.
fn region(host: &mut Host, opcode: u8, len: u32) -> Duration {
    let before = host.port.now();
    if opcode == op::FLASH_MD5SUM {
        host.ask_words(opcode, &[0, len, 0, 0]).ok();
    } else {
        host.own(opcode, &words(&[0, len])).unwrap();
    }
    host.port.now() - before
}

/// Microseconds that a byte of a region takes.
fn byte_of(host: &mut Host, opcode: u8) -> f64 {
    let [short, long] = [0x4000, 0x1_4000].map(|len| region(host, opcode, len));
    (long - short).as_secs_f64() * 1e6 / f64::from(0x1_0000)
}

/// Bytes as firmware has them, of which deflate leaves three quarters.
fn image(len: usize) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(1);
    let parts: Vec<[u8; 4]> = (0..4096).map(|_| random.u32(..).to_le_bytes()).collect();
    let mut image = vec![];
    while image.len() < len {
        for _ in 0..48 {
            image.extend(parts[random.usize(..64) * random.usize(..64)]);
        }
        image.extend(std::iter::repeat_with(|| random.u8(..)).take(125));
    }
    image.truncate(len);
    image
}

/// From the end of an erase, before which all data has been sent, to the end of
/// the session.
fn after_the_erase(host: &mut Host, session: u16, len: usize) -> Duration {
    let bytes = image(len);
    let stream = deflated(&bytes);
    let at = 0x10_0000 * u32::from(session);
    let segments = [
        (at | BLANK, 0x1_0000),
        ((at + 0x1_0000) | KEEP, u32::try_from(len).unwrap()),
    ];
    host.begin(session, Encoding::Deflate, &segments).unwrap();
    for (number, piece) in (0..).zip(stream.chunks(0x1000)) {
        host.send_piece(session, number, piece);
    }
    let mut erased = None;
    loop {
        let state = host.report(LATER).expect("a report");
        let now = host.port.now();
        if erased.is_none() && state.address > at {
            erased = Some(now);
        }
        if state.phase != Phase::Running {
            assert_eq!((state.phase, state.reason), (Phase::Done, 0));
            assert_eq!(state.refused, 0, "all of it was in time");
            assert_eq!(state.digest, host.digest(&bytes));
            return now - erased.unwrap();
        }
    }
}

/// Microseconds that a byte takes to come out of a deflate stream.
///
/// While the flash erases, the stub inflates what goes into its ring, and keeps
/// what comes behind that as it came. Of a stream that the ring takes, only the
/// writing is left then; of a longer one, the inflating of the rest, too.
fn inflate(host: &mut Host, sort: &Sort) -> f64 {
    let ring = if sort.chip == &ESP8266 {
        0x8000
    } else {
        0x1_0000
    };
    let rest = 16_384;
    let [short, long] = [(1, ring - 1024), (2, ring + rest)]
        .map(|(session, len)| after_the_erase(host, session, len).as_secs_f64() * 1e6);
    let write = short / (ring - 1024) as f64;
    (long - write * (ring + rest) as f64) / rest as f64
}

fn figures(sort: Sort) {
    let mhz = mhz(&sort);
    let [slow, _] = upload(&mut loader(&sort, 115_200), &sort);
    let mut host = loader(&sort, 921_600);
    let [fast, greeting] = upload(&mut host, &sort);
    let raised = sort.knows(op::CHANGE_BAUDRATE);
    if !raised {
        host.change_baud(921_600, 115_200);
    }
    let [digest, md5, map] =
        [own::DIGEST, op::FLASH_MD5SUM, own::MAP].map(|opcode| byte_of(&mut host, opcode));
    let inflate = inflate(&mut host, &sort);
    let is_sha = host.capability().features & FEATURE_SHA256 != 0;
    let over_usb = sort.chip.has_usb(UsbPort::SerialJtag).then(|| {
        let mut host = Host::in_stub_over_usb(&sort, board(&sort));
        1.0 / byte_of(&mut host, own::DIGEST)
    });
    let or_none = |figure: Option<String>| figure.unwrap_or_else(|| "–".into());
    println!(
        "| {} | {} | {:.3} | {} | {:.1} | {} | {:.1} | {:.2} | {} | {:.1} | {:.1} | {:.1} |",
        sort.image.name,
        sort.image.bytes.len(),
        slow,
        or_none(raised.then(|| format!("{fast:.3}"))),
        greeting * 1e3,
        mhz,
        digest * mhz,
        1.0 / digest,
        or_none(over_usb.map(|rate| format!("{rate:.1}"))),
        md5 * mhz,
        map * mhz,
        inflate * mhz,
    );
    let name = sort.name();
    assert!(sort.image.bytes.len() <= LIMIT, "{name}");
    assert!(digest <= md5 * 1.01, "{name}");
    if is_sha {
        assert!(digest * mhz <= 7.0, "{name}: {}", digest * mhz);
    }
}
