//! Sessions over a line that loses, doubles and damages frames.

use crate::boards::{Kind, Sort, on_every_chip};
use crate::commands::{deflated, firmware};
use crate::host::{Host, LATER, words};
use crate::stub::{BLANK, Encoding, Phase, State, own};

on_every_chip!(stubs_of: every_loss_is_made_good, what_is_asked_twice_is_done_once);

/// What becomes of the so manieth data frame, of those that are sent again,
/// too: the bytes on the line.
type Spoil = fn(usize, Vec<u8>) -> Vec<u8>;

/// What may happen to data frames, and how many the stub must refuse at least.
const SPOILS: &[(&str, Spoil, u32)] = &[
    (
        "lost",
        |number, bytes| match number % 5 {
            2 => vec![],
            _ => bytes,
        },
        2,
    ),
    (
        "the first lost",
        |number, bytes| match number {
            0 => vec![],
            _ => bytes,
        },
        1,
    ),
    (
        "the last lost",
        |number, bytes| match number {
            11 => vec![],
            _ => bytes,
        },
        0,
    ),
    (
        "doubled",
        |number, bytes| match number % 3 {
            1 => bytes.repeat(2),
            _ => bytes,
        },
        0,
    ),
    (
        "damaged",
        |number, mut bytes| {
            if number % 4 == 1 {
                let middle = bytes.len() / 2;
                bytes[middle] ^= 0x10;
            }
            bytes
        },
        3,
    ),
    (
        "cut short",
        |number, mut bytes| {
            if number % 4 == 3 {
                bytes.truncate(bytes.len() / 3);
            }
            bytes
        },
        3,
    ),
    (
        "run together",
        |number, mut bytes| {
            // The delimiters between this one and the next are lost.
            if number % 6 == 1 {
                bytes.pop();
            }
            if number % 6 == 2 {
                bytes.remove(0);
            }
            bytes
        },
        2,
    ),
    (
        "with noise in front",
        |number, mut bytes| {
            if number % 2 == 0 {
                bytes.splice(0..0, [0xdb, 0x00, 0xdb, 0xdb, 0x41, 0xc0, 0xc0]);
            }
            bytes
        },
        0,
    ),
];

fn stub(sort: &Sort) -> Host {
    Host::in_stub(sort, sort.builder(Kind::Modelled).unwrap())
}

fn every_loss_is_made_good(sort: Sort) {
    let mut host = stub(&sort);
    let bytes = firmware(6000);
    for (number, (what, spoil, refused)) in (1..).zip(SPOILS) {
        let name = format!("{} {what}", sort.name());
        let address = 0x1_0000 * u32::from(number);
        let (encoding, stream) = match number % 2 {
            0 => (Encoding::Deflate, deflated(&bytes)),
            _ => (Encoding::Raw, bytes.clone()),
        };
        let piece = stream.len().div_ceil(12);
        let segments = [(address, 6000)];
        // In the end the line is good.
        let spoil = |at, bytes| if at < 24 { spoil(at, bytes) } else { bytes };
        let state = host.write_spoiled(number, encoding, &segments, &stream, piece, spoil);
        assert_eq!((state.phase, state.reason), (Phase::Done, 0), "{name}");
        assert_eq!(state.digest, host.digest(&bytes), "{name}");
        assert!(host.board.flash().read(address, 6000) == bytes, "{name}");
        assert!(state.refused >= *refused, "{name}: {state:?}");
    }
}

fn what_is_asked_twice_is_done_once(sort: Sort) {
    const CANCELLED: u8 = 0xcb;
    let mut host = stub(&sort);
    let name = sort.name();
    let segments = [(0x1_0000, 2000), (0x1_1000 | BLANK, 0x3000)];
    let bytes = firmware(2000);
    host.begin(1, Encoding::Raw, &segments).unwrap();
    // Its answer was lost.
    let again = host.begin(1, Encoding::Raw, &segments).unwrap();
    assert_eq!(again.session, 1, "{name}");
    host.send_piece(1, 0, &bytes);
    let state = ended(&mut host);
    assert_eq!(state.digest, host.digest(&bytes), "{name}");
    let wear = host.board.flash().wear();
    // Both are over: they are told, and nothing is done.
    let again = host.begin(1, Encoding::Raw, &segments).unwrap();
    assert_eq!(again.phase, Phase::Done, "{name}");
    host.send_piece(1, 0, &bytes);
    assert_eq!(host.state().phase, Phase::Done, "{name}");
    assert_eq!(host.board.flash().wear(), wear, "{name}");

    // A session that is cancelled while it waits for data.
    host.begin(2, Encoding::Raw, &[(0x2_0000, 2000)]).unwrap();
    host.own(own::CANCEL, &[]).unwrap();
    let state = host.state();
    let cancelled = (Phase::Failed, CANCELLED);
    assert_eq!((state.phase, state.reason), cancelled, "{name}");
    assert_eq!(state.session, 2, "{name}");
    // And one that another command ends.
    host.begin(3, Encoding::Raw, &[(0x2_0000, 2000)]).unwrap();
    let digest = host.own(own::DIGEST, &words(&[0x1_0000, 2000]));
    assert_eq!(digest, Ok(host.digest(&bytes).to_vec()), "{name}");
    assert_eq!(host.state().phase, Phase::None, "{name}");
}

fn ended(host: &mut Host) -> State {
    loop {
        let state = host.report(LATER).expect("a report");
        if state.phase != Phase::Running {
            return state;
        }
    }
}
