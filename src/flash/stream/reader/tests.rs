//! The window against a made-up stub at the end of a bad line, in virtual time.

use super::*;
use fastrand::Rng;

const US: Duration = Duration::from_micros(1);
const MS: Duration = Duration::from_millis(1);
const START: u32 = 0x1_0000;
const MAX_DATA: u32 = 0x2000;
const WINDOW: u32 = 0x1_0000;
/// Bytes of framing of a request and of an answer.
const FRAMING: u32 = 22;

#[derive(Clone, Copy, Debug)]
struct Line {
    /// Time of a byte.
    byte: Duration,
    latency: Duration,
    /// Of a thousand requests and answers so many are lost or damaged,
    lost: u32,
    /// and these, counted from 0, too.
    strikes: Option<u32>,
    seed: u64,
}

const GOOD: Line = Line {
    byte: Duration::from_micros(11),
    latency: Duration::from_millis(1),
    lost: 0,
    strikes: None,
    seed: 1,
};

/// The time it takes the stub to look at a sector for the map.
const MAP_SECTOR: Duration = Duration::from_micros(1000);

struct End {
    bytes: Vec<u8>,
    time: Duration,
    counts: Counts,
    /// Bytes that came over the line.
    carried: u32,
}

fn crc(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// A read of all of `flash`; `None` if nobody answered.
fn read(line: Line, flash: &[u8]) -> Option<End> {
    let mut rng = Rng::with_seed(line.seed);
    let size = u32::try_from(flash.len()).unwrap();
    let mut reader = Reader::new(START, size, Pace::new(MAX_DATA, WINDOW));
    let mut now = Instant::ZERO;
    let mut free = now;
    let mut answers: VecDeque<(Instant, u32, What, Vec<u8>)> = VecDeque::new();
    let (mut bytes, mut tag, mut messages, mut carried) = (vec![], 0, 0, 0);
    loop {
        while answers.front().is_some_and(|(at, ..)| *at <= now) {
            let (_, tag, what, answer) = answers.pop_front().unwrap();
            match what {
                What::Bytes => reader.bytes(tag, answer, now),
                What::Map => {
                    let sectors: Vec<u32> = answer.chunks(SECTOR as usize).map(crc).collect();
                    reader.map(tag, &sectors, now);
                }
            }
        }
        match reader.step(now) {
            Step::Ask {
                what,
                address,
                size,
            } => {
                tag += 1;
                reader.asked(tag, now);
                let mut lost = || {
                    messages += 1;
                    rng.u32(..1000) < line.lost || line.strikes == Some(messages - 1)
                };
                if lost() {
                    continue;
                }
                let from = (address - START) as usize;
                let answer = flash[from..from + size as usize].to_vec();
                let sectors = size.div_ceil(SECTOR);
                let (work, len) = match what {
                    What::Bytes => (Duration::ZERO, size + FRAMING),
                    What::Map => (MAP_SECTOR * sectors, 4 * sectors + FRAMING),
                };
                let arrives = now + line.latency + line.byte * FRAMING;
                free = free.max(arrives) + work + line.byte * len;
                carried += len;
                if !lost() {
                    answers.push_back((free + line.latency, tag, what, answer));
                }
            }
            Step::Deliver(more) => bytes.extend(more),
            Step::Wait(until) => {
                let next = answers.front().map_or(until, |(at, ..)| *at);
                assert!(next > now && until > now, "it runs in circles");
                now = next.min(until);
            }
            Step::Done => {
                return Some(End {
                    bytes,
                    time: now.since(Instant::ZERO),
                    counts: reader.counts(),
                    carried,
                });
            }
            Step::Silence => return None,
        }
    }
}

fn noise(len: usize) -> Vec<u8> {
    let mut rng = Rng::with_seed(9);
    std::iter::repeat_with(|| rng.u8(..)).take(len).collect()
}

#[test]
fn a_good_line_is_kept_full() {
    for (byte, latency, most) in [
        (87 * US, MS, 1.025),
        (11 * US, Duration::ZERO, 1.01),
        (11 * US, 16 * MS, 1.02),
        (5 * US, MS, 1.01),
    ] {
        let line = Line {
            byte,
            latency,
            ..GOOD
        };
        let flash = noise(400_001);
        let end = read(line, &flash).unwrap();
        assert_eq!(end.bytes, flash);
        let floor = line.byte * 400_001;
        let ratio = end.time.as_secs_f64() / floor.as_secs_f64();
        assert!(ratio < most, "{byte:?} {latency:?}: {ratio}");
        assert_eq!((end.counts.maps, end.counts.again), (0, 0));
    }
}

#[test]
fn what_is_blank_does_not_travel() {
    // Data, blank to the end; blank in the middle; blank but for single bytes.
    let mut tail = noise(100_000);
    tail.resize(2_000_000, 0xff);
    let mut middle = noise(600_000);
    middle[70_000..500_000].fill(0xff);
    let mut dots = vec![0xff; 2_000_000];
    dots[1_000_000] = 0;
    dots[1_999_999] = 0;
    for (flash, most, maps) in [(tail, 180_000, 8), (middle, 270_000, 2), (dots, 70_000, 8)] {
        let end = read(GOOD, &flash).unwrap();
        assert!(end.bytes == flash);
        assert!(end.carried < most, "{}", end.carried);
        assert_eq!((end.counts.maps, end.counts.again), (maps, 0));
    }
    let nothing = read(GOOD, &[]).unwrap();
    assert_eq!(nothing.counts, Counts::default());
}

#[test]
fn what_is_lost_is_asked_for_again() {
    let mut flash = noise(300_000);
    flash[150_000..200_000].fill(0xff);
    let good = read(GOOD, &flash).unwrap();
    let most = 3 * LOST_LEAST + MAP_TIME;
    for strike in 0..200 {
        let strikes = Some(strike);
        let end = read(Line { strikes, ..GOOD }, &flash).unwrap();
        assert!(end.bytes == flash);
        let more = end.time.saturating_sub(good.time);
        assert!(more < most, "{strike}: {more:?}");
    }
    for seed in 0..100 {
        let lost = 50;
        let end = read(Line { lost, seed, ..GOOD }, &flash).unwrap();
        assert!(end.bytes == flash);
    }
    assert!(read(Line { lost: 1000, ..GOOD }, &flash).is_none());
}
