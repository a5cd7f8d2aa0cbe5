//! The SLIP decoder: the pieces do not matter, memory is bounded, nothing that
//! came before costs a later frame, and what was encoded comes out again.
//!
//! Input: limit, size of the first pieces, size of the second pieces (a byte
//! each), stream.

use espwire::slip::{Decoder, Event, FrameError, encode, encoded_len};

#[derive(Debug, PartialEq)]
enum Owned {
    Frame(Vec<u8>),
    Noise(Vec<u8>),
    Broken(FrameError, Vec<u8>),
}

pub fn run(data: &[u8]) {
    let [limit, first, second, stream @ ..] = data else {
        return;
    };
    let limit = usize::from(*limit);
    let sizes = [*first, *second].map(|size| usize::from(size) + 1);

    let whole = decode(limit, stream, [usize::MAX; 2]);
    assert_eq!(decode(limit, stream, sizes), whole, "in pieces");
    assert_eq!(decode(limit, stream, [1, 1]), whole, "byte by byte");

    let mut encoded = Vec::new();
    encode(stream, &mut encoded);
    assert_eq!(encoded.len(), encoded_len(stream));
    let frame = (!stream.is_empty()).then(|| Owned::Frame(stream.to_vec()));
    assert!(
        decode(stream.len(), &encoded, sizes).into_iter().eq(frame),
        "encoded and decoded"
    );

    let mut followed = stream.to_vec();
    followed.extend_from_slice(b"\xc0\x01\xc0");
    let last = decode(limit.max(1), &followed, sizes).pop();
    assert_eq!(
        last,
        Some(Owned::Frame(vec![1])),
        "a whole frame at the end"
    );
}

/// Decodes pieces of two sizes in turn; noise that was cut is joined again.
fn decode(limit: usize, mut stream: &[u8], sizes: [usize; 2]) -> Vec<Owned> {
    let mut decoder = Decoder::new(limit);
    let mut found: Vec<Owned> = Vec::new();
    for size in sizes.into_iter().cycle() {
        if stream.is_empty() {
            break;
        }
        let (mut piece, rest) = stream.split_at(size.min(stream.len()));
        stream = rest;
        while let Some(event) = decoder.next(&mut piece) {
            match event {
                Event::Frame(frame) => {
                    assert!((1..=limit).contains(&frame.len()));
                    found.push(Owned::Frame(frame.to_vec()));
                }
                Event::Broken { error, bytes } => {
                    assert!(bytes.len() <= limit);
                    found.push(Owned::Broken(error, bytes.to_vec()));
                }
                Event::Noise(more) => {
                    assert!(!more.is_empty() && !more.contains(&0xc0));
                    match found.last_mut() {
                        Some(Owned::Noise(noise)) => noise.extend_from_slice(more),
                        _ => found.push(Owned::Noise(more.to_vec())),
                    }
                }
            }
        }
        assert!(piece.is_empty(), "all of a piece is taken");
        assert!(decoder.pending().len() <= limit);
    }
    found
}
