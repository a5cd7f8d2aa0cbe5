//! The window against a made-up stub at the end of a bad line, in virtual time.

use super::super::pace::Pace;
use super::*;
use fastrand::Rng;
use md5::{Digest, Md5};
use std::collections::VecDeque;

const US: Duration = Duration::from_micros(1);
const MS: Duration = Duration::from_millis(1);
const SESSION: u16 = 7;
const WINDOW: u32 = 0x7e00;
const MAX_DATA: u32 = 0x2000;
/// Bytes of a state report on the line.
const REPORT: u32 = 58;
/// Bytes of a request without data.
const REQUEST: u32 = 14;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Lost,
    Damaged,
    Doubled,
    Delayed,
}

const FAULTS: [Fault; 4] = [Fault::Lost, Fault::Damaged, Fault::Doubled, Fault::Delayed];

/// What goes wrong in one direction.
#[derive(Clone, Copy, Debug)]
enum Faults {
    Never,
    /// Each fault strikes so many of a thousand frames.
    Often(u32),
    /// This one strikes these frames, counted from 0.
    Once(Fault, u32, u32),
}

impl Faults {
    /// What happens to the next frame.
    fn strike(self, nth: u32, rng: &mut Rng) -> Option<Fault> {
        match self {
            Self::Never => None,
            Self::Often(share) => FAULTS.into_iter().find(|_| rng.u32(..1000) < share),
            Self::Once(fault, from, to) => (from..to).contains(&nth).then_some(fault),
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Line {
    /// Time of a byte.
    byte: Duration,
    latency: Duration,
    out: Faults,
    back: Faults,
    /// Each frame of data occupies the flash for so long.
    work: Duration,
    /// Now and then so long.
    erase: Duration,
    seed: u64,
}

impl Default for Line {
    fn default() -> Self {
        Self {
            byte: 11 * US,
            latency: MS,
            out: Faults::Never,
            back: Faults::Never,
            work: 2 * MS,
            erase: 150 * MS,
            seed: 1,
        }
    }
}

#[derive(Clone, Debug)]
enum ToStub {
    Data { number: u16, data: Vec<u8> },
    Ask(u32),
    Damaged,
}

/// A direction of the line: what is on its way, in order.
struct Way<M> {
    faults: Faults,
    /// What becomes of a damaged frame.
    damaged: Option<M>,
    sent: u32,
    free: Instant,
    queue: VecDeque<(Instant, M)>,
}

impl<M: Clone> Way<M> {
    fn new(faults: Faults, damaged: Option<M>) -> Self {
        Self {
            faults,
            damaged,
            sent: 0,
            free: Instant::ZERO,
            queue: VecDeque::new(),
        }
    }

    fn send(&mut self, line: &Line, rng: &mut Rng, now: Instant, bytes: u32, message: M) {
        let fault = self.faults.strike(self.sent, rng);
        self.sent += 1;
        self.free = self.free.max(now) + line.byte * bytes;
        if fault == Some(Fault::Delayed) {
            self.free += 300 * MS;
        }
        let at = self.free + line.latency;
        let arriving = match fault {
            Some(Fault::Lost) => vec![],
            Some(Fault::Damaged) => self.damaged.clone().into_iter().collect(),
            Some(Fault::Doubled) => vec![message.clone(), message],
            Some(Fault::Delayed) | None => vec![message],
        };
        self.queue.extend(arriving.into_iter().map(|it| (at, it)));
    }

    fn take(&mut self, now: Instant) -> Option<M> {
        let due = self.queue.front().is_some_and(|(at, _)| *at <= now);
        due.then(|| self.queue.pop_front().unwrap().1)
    }
}

/// The stub as `docs/stubs.md` has it.
struct Stub {
    ring: VecDeque<ToStub>,
    held: u32,
    busy: Instant,
    state: State,
    due: bool,
    tag: u32,
    received: Vec<u8>,
    expected: usize,
    frames: u32,
    /// It forgets its session after so many frames.
    forgets: Option<u32>,
    /// It fails after so many frames.
    fails: Option<u32>,
}

impl Stub {
    fn new(expected: usize) -> Self {
        Self {
            ring: VecDeque::new(),
            held: 0,
            busy: Instant::ZERO,
            state: started(),
            due: false,
            tag: 0,
            received: vec![],
            expected,
            frames: 0,
            forgets: None,
            fails: None,
        }
    }

    fn refuse(&mut self) {
        self.state.refused += 1;
        self.due = true;
    }

    fn hear(&mut self, message: ToStub) {
        match message {
            ToStub::Ask(tag) => {
                self.tag = tag;
                self.due = true;
            }
            ToStub::Damaged => self.refuse(),
            ToStub::Data { number, data } => {
                let cost = u32::try_from(data.len()).unwrap() + WriteData::OVERHEAD;
                if self.held + cost > 0x8000 {
                    self.refuse();
                    return;
                }
                self.held += cost;
                self.ring.push_back(ToStub::Data { number, data });
            }
        }
    }

    /// Works until `now`.
    fn work(&mut self, line: &Line, now: Instant) {
        while self.busy <= now {
            let Some(ToStub::Data { number, data }) = self.ring.pop_front() else {
                break;
            };
            self.held -= u32::try_from(data.len()).unwrap() + WriteData::OVERHEAD;
            let ahead = number.wrapping_sub(self.state.next) as i16;
            if self.state.phase != Phase::Running {
                continue;
            }
            if ahead != 0 {
                if ahead > 0 {
                    self.refuse();
                }
                self.due = true;
                continue;
            }
            self.frames += 1;
            self.busy = self.busy.max(now) + line.work;
            if self.received.len() / 0x1_0000 != (self.received.len() + data.len()) / 0x1_0000 {
                self.busy += line.erase;
            }
            self.state.next = self.state.next.wrapping_add(1);
            self.received.extend(&data);
            self.state.programmed = u32::try_from(self.received.len()).unwrap();
            self.due = true;
            if Some(self.frames) == self.forgets {
                self.state.phase = Phase::None;
                self.due = false;
            }
            if Some(self.frames) == self.fails {
                self.state.phase = Phase::Failed(Reason(0xc4));
                self.state.address = 0x1234;
            }
            if self.received.len() == self.expected {
                self.state.phase = Phase::Done(Md5::digest(&self.received).into());
            }
        }
    }
}

fn started() -> State {
    State {
        phase: Phase::Running,
        go_back: false,
        session: SESSION,
        next: 0,
        refused: 0,
        address: 0,
        programmed: 0,
        digested: 0,
    }
}

struct End {
    outcome: Outcome,
    counts: Counts,
    time: Duration,
    received: Vec<u8>,
}

/// A whole session.
fn session(line: Line, data: &[u8], mut stub: Stub) -> End {
    let mut rng = Rng::with_seed(line.seed);
    let mut to_stub = Way::new(line.out, Some(ToStub::Damaged));
    let mut to_host = Way::new(line.back, None);
    let mut now = Instant::ZERO;
    let mut sender = Sender::new(started(), WINDOW, Pace::new(MAX_DATA, WINDOW), now);
    let mut rest = data;
    let mut tags = 0;
    for _ in 0..200_000 {
        // What has come to the host.
        while let Some((state, tag)) = to_host.take(now) {
            sender.report(&state, tag, now);
        }
        let until = match sender.step(now) {
            Step::Over(outcome) => {
                return End {
                    outcome,
                    counts: sender.counts(),
                    time: now.since(Instant::ZERO),
                    received: stub.received,
                };
            }
            Step::Send { number, data } => {
                let bytes = u32::try_from(data.len()).unwrap() + REQUEST;
                let frame = ToStub::Data {
                    number,
                    data: data.to_vec(),
                };
                to_stub.send(&line, &mut rng, now, bytes, frame);
                // The driver's buffer: the writer waits while it is full.
                let room = line.byte * 4096;
                Instant::ZERO + to_stub.free.since(Instant::ZERO + room)
            }
            Step::Feed(_) if rest.is_empty() => {
                sender.end();
                now
            }
            Step::Feed(most) => {
                let (head, tail) = rest.split_at(rest.len().min(most as usize));
                rest = tail;
                sender.push(head.to_vec());
                now
            }
            Step::Ask => {
                tags += 1;
                sender.asked(tags);
                to_stub.send(&line, &mut rng, now, REQUEST, ToStub::Ask(tags));
                now
            }
            Step::Wait(until) => {
                // Until something comes, too.
                until
            }
        };
        // Time passes.
        loop {
            while let Some(message) = to_stub.take(now) {
                stub.hear(message);
            }
            stub.work(&line, now);
            let idle = to_host.free <= now;
            if stub.due && idle {
                stub.due = false;
                to_host.send(&line, &mut rng, now, REPORT, (stub.state, stub.tag));
            }
            let next = [
                to_stub.queue.front().map(|it| it.0),
                to_host.queue.front().map(|it| it.0),
                (!stub.ring.is_empty()).then_some(stub.busy),
                stub.due.then_some(to_host.free),
            ];
            let next = next.into_iter().flatten().min().unwrap_or(until).min(until);
            if next <= now || to_host.queue.front().is_some_and(|it| it.0 <= next) {
                now = now.max(next);
                break;
            }
            now = next;
        }
    }
    panic!("it does not end: {:?}", sender.counts());
}

fn noise(len: usize) -> Vec<u8> {
    let mut rng = Rng::with_seed(9);
    std::iter::repeat_with(|| rng.u8(..)).take(len).collect()
}

fn run(line: Line, len: usize) -> End {
    session(line, &noise(len), Stub::new(len))
}

#[track_caller]
fn arrived(end: &End, len: usize) {
    let data = noise(len);
    assert_eq!(
        end.outcome,
        Outcome::Done(Md5::digest(&data).into()),
        "{:?}",
        end.counts
    );
    assert_eq!(end.received, data);
}

#[test]
fn a_good_line_is_kept_full() {
    for (byte, latency, erase, most) in [
        (87 * US, MS, 150 * MS, 1.015),
        (11 * US, Duration::ZERO, 150 * MS, 1.012),
        (11 * US, MS, 150 * MS, 1.012),
        (11 * US, 16 * MS, 150 * MS, 1.04),
        (5 * US, MS, 100 * MS, 1.02),
    ] {
        let line = Line {
            byte,
            latency,
            erase,
            ..Line::default()
        };
        let len = 420_000;
        let end = run(line, len);
        arrived(&end, len);
        let floor = line.byte * u32::try_from(len).unwrap();
        let ratio = end.time.as_secs_f64() / floor.as_secs_f64();
        assert!(
            ratio < most,
            "{byte:?} {latency:?}: {ratio} {:?}",
            end.counts
        );
        assert_eq!((end.counts.again, end.counts.rewinds), (0, 0));
    }
}

/// What exactly one fault costs.
#[test]
fn a_single_fault_costs_one_window() {
    let once = |fault, nth| Faults::Once(fault, nth, nth + 1);
    let len = 420_000;
    let undisturbed = run(Line::default(), len);
    assert_eq!(undisturbed.counts.sent, 118);
    let never = Faults::Never;
    // Frames that go again, times that they do, probes, questions, and the
    // time it takes.
    for (out, back, again, rewinds, probes, asked, most) in [
        (once(Fault::Lost, 50), never, 5, 1, 0, 0, 230 * MS),
        (once(Fault::Damaged, 50), never, 5, 1, 0, 0, 230 * MS),
        (once(Fault::Doubled, 50), never, 0, 0, 0, 0, Duration::ZERO),
        (once(Fault::Delayed, 50), never, 0, 0, 0, 0, 300 * MS),
        (once(Fault::Lost, 0), never, 7, 1, 0, 0, 100 * MS),
        // The last frame: there is none behind it whose refusal would tell.
        (once(Fault::Lost, 117), never, 1, 0, 1, 2, 500 * MS),
        (once(Fault::Damaged, 117), never, 1, 1, 0, 0, 50 * MS),
        // The last few.
        (
            Faults::Once(Fault::Lost, 114, 118),
            never,
            4,
            1,
            1,
            2,
            700 * MS,
        ),
        (never, once(Fault::Lost, 50), 0, 0, 0, 0, Duration::ZERO),
        (never, once(Fault::Delayed, 50), 0, 0, 0, 0, 80 * MS),
        (never, once(Fault::Doubled, 50), 0, 0, 0, 0, Duration::ZERO),
        // The report that it is done.
        (
            never,
            Faults::Once(Fault::Lost, 116, 118),
            0,
            0,
            0,
            1,
            210 * MS,
        ),
    ] {
        let end = run(
            Line {
                out,
                back,
                ..Line::default()
            },
            len,
        );
        arrived(&end, len);
        let what = format!("{out:?} {back:?} {:?}", end.counts);
        let counts = end.counts;
        let found = (counts.again, counts.rewinds, counts.probes, counts.asked);
        assert_eq!(found, (again, rewinds, probes, asked), "{what}");
        let more = end.time.saturating_sub(undisturbed.time);
        assert!(more <= most, "{what}: {more:?}");
    }
}

#[test]
fn everything_arrives_over_any_line() {
    for seed in 0..300 {
        let line = Line {
            out: Faults::Often(10),
            back: Faults::Often(10),
            latency: MS * (seed % 20),
            seed: seed.into(),
            ..Line::default()
        };
        let len = 150_000;
        arrived(&run(line, len), len);
    }
}

#[test]
fn a_session_can_end_in_other_ways() {
    let len = 420_000;
    let data = noise(len);
    let line = Line::default();
    let with = |change: fn(&mut Stub)| {
        let mut stub = Stub::new(len);
        change(&mut stub);
        session(line, &data, stub)
    };
    let end = with(|stub| stub.fails = Some(20));
    let failed = Outcome::Failed {
        reason: Reason::STUB_SPI,
        address: 0x1234,
    };
    assert_eq!(end.outcome, failed);
    // Another command came between, or noise that looked like one.
    let end = with(|stub| stub.forgets = Some(20));
    assert_eq!(end.outcome, Outcome::Gone);

    let cut = |out| session(Line { out, ..line }, &data, Stub::new(len));
    let end = cut(Faults::Once(Fault::Lost, 20, u32::MAX));
    assert_eq!(end.outcome, Outcome::Silence);
    assert_eq!(end.counts.asked, ASKED_IN_VAIN);
    assert!(end.time < 6000 * MS, "{:?}", end.time);
    let end = cut(Faults::Often(300));
    assert_eq!(end.outcome, Outcome::TooLossy);
}
