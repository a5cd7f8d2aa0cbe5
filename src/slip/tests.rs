use super::*;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Owned {
    Frame(Vec<u8>),
    Noise(Vec<u8>),
    Broken(FrameError, Vec<u8>),
}

/// Decodes `pieces` one after the other; noise that was cut is joined again.
fn decode(limit: usize, pieces: &[&[u8]]) -> Vec<Owned> {
    let mut decoder = Decoder::new(limit);
    let mut found: Vec<Owned> = Vec::new();
    for piece in pieces {
        let mut input = *piece;
        while let Some(event) = decoder.next(&mut input) {
            match (event, found.last_mut()) {
                (Event::Noise(more), Some(Owned::Noise(noise))) => noise.extend_from_slice(more),
                (Event::Noise(noise), _) => found.push(Owned::Noise(noise.to_vec())),
                (Event::Frame(frame), _) => found.push(Owned::Frame(frame.to_vec())),
                (Event::Broken { error, bytes }, _) => {
                    found.push(Owned::Broken(error, bytes.to_vec()));
                }
            }
        }
        assert!(input.is_empty());
        assert!(decoder.pending().len() <= limit);
    }
    found
}

fn frame(bytes: &[u8]) -> Owned {
    Owned::Frame(bytes.to_vec())
}

fn noise(bytes: &[u8]) -> Owned {
    Owned::Noise(bytes.to_vec())
}

#[test]
fn streams() {
    let bad = |code, bytes: &[u8]| Owned::Broken(FrameError::BadEscape(code), bytes.to_vec());
    let long = |bytes: &[u8]| Owned::Broken(FrameError::TooLong { limit: 4 }, bytes.to_vec());
    let table: &[(&[u8], &[Owned])] = &[
        (b"", &[]),
        (b"\xc0\x01\x02\xc0", &[frame(b"\x01\x02")]),
        (b"\xc0\xc0\xc0\x01\xc0\xc0", &[frame(b"\x01")]),
        (b"\xc0\xdb\xdc\xdb\xdd\xc0", &[frame(b"\xc0\xdb")]),
        (b"boot\xc0\x01\xc0", &[noise(b"boot"), frame(b"\x01")]),
        // An unfinished frame costs only itself.
        (
            b"\xc0\x01\xc0\x02\xc0\xc0\x03\xc0",
            &[frame(b"\x01"), frame(b"\x02"), frame(b"\x03")],
        ),
        // A delimiter got lost.
        (b"\xc0\x01\xc0\x02\xc0", &[frame(b"\x01"), frame(b"\x02")]),
        (
            b"\xc0\x01\xdb\x00\x05\xc0\x02\xc0",
            &[bad(0, b"\x01"), noise(b"\x00\x05"), frame(b"\x02")],
        ),
        (
            b"\xc0\x01\xdb\xc0\x02\xc0",
            &[bad(END, b"\x01"), frame(b"\x02")],
        ),
        (b"\xc0abcd\xc0", &[frame(b"abcd")]),
        (b"\xc0abc\xdb\xdc\xc0", &[frame(b"abc\xc0")]),
        (
            b"\xc0abcde\xc0\x01\xc0",
            &[long(b"abcd"), noise(b"e"), frame(b"\x01")],
        ),
        (
            b"\xc0abcd\xdb\xdc\xc0\x01\xc0",
            &[long(b"abcd"), noise(b"\xdc"), frame(b"\x01")],
        ),
    ];
    for (input, expected) in table {
        assert_eq!(decode(4, &[input]), *expected, "{input:02x?}");
    }
}

#[test]
fn any_cut_gives_the_same_frames() {
    let stream =
        b"rst:0x1\r\n\xc0\x01\xdb\xdc\x02\xc0\xc0\x03\xdb\xdd\xc0text\xc0\x04\xdbx\xc0\x05\xc0";
    for limit in 1..16 {
        let whole = decode(limit, &[stream]);
        for first in 0..stream.len() {
            for second in first..stream.len() {
                let pieces = [&stream[..first], &stream[first..second], &stream[second..]];
                assert_eq!(
                    decode(limit, &pieces),
                    whole,
                    "limit {limit}, cut at {first}, {second}"
                );
            }
        }
    }
}

#[test]
fn encode_then_decode_is_the_identity() {
    let every: Vec<u8> = (0..=255).collect();
    for payload in [&every[..], b"\xc0", b"\xdb", b"\xdb\xdc\xc0\xdb\xdd", b"x"] {
        let mut encoded = vec![];
        encode(payload, &mut encoded);
        assert_eq!(encoded.len(), encoded_len(payload));
        assert_eq!(decode(256, &[&encoded]), [frame(payload)]);
    }
}

#[test]
fn reset_forgets_an_unfinished_frame() {
    let mut decoder = Decoder::new(8);
    assert_eq!(decoder.next(&mut &b"\xc0ab"[..]), None);
    assert_eq!(decoder.pending(), b"ab");
    decoder.reset();
    assert_eq!(decoder.pending(), b"");
    assert_eq!(decoder.next(&mut &b"log"[..]), Some(Event::Noise(b"log")));
}
