//! How fast SLIP frames are decoded and encoded, beside the `slip-codec` crate.
//!
//! One frame of 16 KiB of random bytes: about one byte in 128 is escaped.
//! Figures are payload per second, the best and the median of several rounds:
//! other work on the machine only ever slows a round down.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "prints its figures and stops at anything unexpected"
)]

use espwire::slip::{self, Decoder, Event};
use std::hint::black_box;
use std::time::{Duration, Instant};

const PAYLOAD: usize = 16 * 1024;
const ROUNDS: usize = 50;
const ROUND: Duration = Duration::from_millis(20);

fn main() {
    let payload = random_bytes(PAYLOAD);
    let mut frame = Vec::new();
    slip::encode(&payload, &mut frame);
    println!(
        "{PAYLOAD} random bytes, {} escaped; GB/s of payload, best and median of {ROUNDS} rounds",
        frame.len() - payload.len() - 2
    );

    let mut decoder = Decoder::new(PAYLOAD);
    report("decode, espwire", || {
        let mut input = black_box(frame.as_slice());
        let decoded = decoder.next(&mut input).expect("a frame");
        assert!(matches!(decoded, Event::Frame(frame) if frame.len() == PAYLOAD));
        black_box(decoded);
    });

    let mut theirs = slip_codec::SlipDecoder::new();
    let mut decoded = Vec::with_capacity(PAYLOAD);
    report("decode, slip-codec", || {
        decoded.clear();
        let mut input = black_box(frame.as_slice());
        while decoded.is_empty() {
            theirs.decode(&mut input, &mut decoded).expect("a frame");
        }
        assert_eq!(decoded.len(), PAYLOAD);
        black_box(&decoded);
    });

    let mut encoded = Vec::with_capacity(frame.len());
    report("encode, espwire", || {
        encoded.clear();
        slip::encode(black_box(&payload), &mut encoded);
        black_box(&encoded);
    });
    assert_eq!(encoded, frame);

    let mut theirs = slip_codec::SlipEncoder::new(true);
    report("encode, slip-codec", || {
        encoded.clear();
        theirs
            .encode(black_box(&payload), &mut encoded)
            .expect("a frame");
        black_box(&encoded);
    });
    assert_eq!(encoded, frame);
}

/// Runs `work`, which handles one payload, for some rounds.
fn report(name: &str, mut work: impl FnMut()) {
    let mut speeds: Vec<f64> = (0..ROUNDS).map(|_| round(&mut work)).collect();
    speeds.sort_by(f64::total_cmp);
    let best = speeds.last().copied().unwrap_or_default();
    let median = speeds.get(ROUNDS / 2).copied().unwrap_or_default();
    println!("{name:20} {best:7.3} {median:7.3}");
}

/// Gigabytes of payload per second.
fn round(work: &mut impl FnMut()) -> f64 {
    let start = Instant::now();
    let mut bytes = 0.0;
    loop {
        for _ in 0..16 {
            work();
        }
        bytes += 16.0 * PAYLOAD as f64;
        let taken = start.elapsed();
        if taken >= ROUND {
            return bytes / taken.as_secs_f64() / 1e9;
        }
    }
}

/// Xorshift: as random as compressed data for this purpose.
fn random_bytes(len: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    })
    .take(len)
    .collect()
}
