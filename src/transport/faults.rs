//! Breaks a link, the same way every time.

use super::{Lines, Reopen, Settings, Transport};
use crate::time::{Duration, Instant};
use std::collections::VecDeque;
use std::io;

/// What goes wrong in one direction. The default: nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FaultRates {
    /// Bytes that are lost, of a million.
    pub lost: u32,
    /// Bytes with one bit flipped, of a million.
    pub flipped: u32,
    /// Bytes that come twice, of a million.
    pub doubled: u32,
    /// Bytes before which the link pauses, of a million.
    pub delayed: u32,
    /// How long it pauses.
    pub delay: Duration,
    /// The link is cut for good once so many bytes have gone this way.
    pub cut_after: Option<u64>,
}

/// What went wrong so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FaultCounts {
    /// Bytes lost.
    pub lost: u64,
    /// Bytes with one bit flipped.
    pub flipped: u64,
    /// Bytes that came twice.
    pub doubled: u64,
    /// Pauses.
    pub delayed: u64,
}

/// Breaks what passes through a transport: bytes are lost, altered, doubled
/// and delayed, and the port vanishes, all as a seed says. The same seed and
/// the same bytes give the same faults, however the bytes are cut into calls.
#[derive(Debug)]
pub struct Faults<T> {
    inner: T,
    out: Direction,
    back: Direction,
    counts: FaultCounts,
}

/// One direction of the link.
#[derive(Debug)]
struct Direction {
    rates: FaultRates,
    random: SplitMix64,
    /// Bytes that have entered.
    entered: u64,
    /// Bytes that have their fate, and when they go on.
    queue: VecDeque<(Instant, u8)>,
    /// When the last of them goes on.
    last: Instant,
}

impl Direction {
    fn new(rates: FaultRates, seed: u64) -> Self {
        Self {
            rates,
            random: SplitMix64(seed),
            entered: 0,
            queue: VecDeque::new(),
            last: Instant::ZERO,
        }
    }

    /// How many more bytes may enter before the link is cut.
    fn room(&self) -> usize {
        let left = self.rates.cut_after.map(|cut| cut - self.entered);
        left.map_or(usize::MAX, |left| {
            usize::try_from(left).unwrap_or(usize::MAX)
        })
    }

    fn is_cut(&self) -> bool {
        self.room() == 0
    }

    /// A byte enters: decides what becomes of it.
    fn enter(&mut self, byte: u8, now: Instant, counts: &mut FaultCounts) {
        self.entered += 1;
        let rates = self.rates;
        if self.happens(rates.delayed) {
            counts.delayed += 1;
            self.last = self.last.max(now) + rates.delay;
        }
        let at = self.last.max(now);
        if self.happens(rates.lost) {
            counts.lost += 1;
            return;
        }
        let mut byte = byte;
        if self.happens(rates.flipped) {
            counts.flipped += 1;
            byte ^= 1 << (self.random.next() % 8);
        }
        self.queue.push_back((at, byte));
        if self.happens(rates.doubled) {
            counts.doubled += 1;
            self.queue.push_back((at, byte));
        }
    }

    fn happens(&mut self, per_million: u32) -> bool {
        per_million > 0 && self.random.next() % 1_000_000 < u64::from(per_million)
    }

    /// The next byte, if it may go on at `now`.
    fn due(&self, now: Instant) -> Option<u8> {
        let (at, byte) = self.queue.front()?;
        (*at <= now).then_some(*byte)
    }
}

/// When it is tried again to hand over what the port had no room for.
const ROOM_RETRY: Duration = Duration::from_millis(1);

/// A generator of random numbers that needs one word of state (Steele, Lea,
/// Flood: "Fast splittable pseudorandom number generators", 2014).
#[derive(Debug)]
struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

impl<T: Transport> Faults<T> {
    /// Breaks bytes to the device as `out` says, and from the device as `back`
    /// says.
    pub fn new(inner: T, seed: u64, out: FaultRates, back: FaultRates) -> Self {
        Self {
            inner,
            out: Direction::new(out, seed),
            // The two directions roll their own dice.
            back: Direction::new(back, !seed),
            counts: FaultCounts::default(),
        }
    }

    /// What went wrong so far.
    pub const fn counts(&self) -> FaultCounts {
        self.counts
    }

    /// Gives the transport back.
    pub fn into_inner(self) -> T {
        self.inner
    }

    fn check(&self) -> io::Result<()> {
        if self.out.is_cut() || self.back.is_cut() {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        Ok(())
    }

    /// Sends what is due, until `deadline`; true if nothing is left.
    fn push_out(&mut self, deadline: Instant) -> io::Result<bool> {
        while let Some((at, _)) = self.out.queue.front() {
            if *at > deadline {
                self.inner.sleep_until(deadline);
                return Ok(false);
            }
            let at = *at;
            self.inner.sleep_until(at);
            let now = self.inner.now();
            let queue = self.out.queue.iter();
            let due: Vec<u8> = queue
                .take_while(|(at, _)| *at <= now)
                .map(|(_, byte)| *byte)
                .collect();
            let taken = self.inner.write(&due, deadline)?;
            self.out.queue.drain(..taken);
            if taken == 0 {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Lets what has come from the device enter; waits for it until
    /// `deadline`.
    fn pull_in(&mut self, most: usize, deadline: Instant) -> io::Result<()> {
        let mut buf = vec![0; most.min(self.back.room())];
        let count = self.inner.read(&mut buf, deadline)?;
        let now = self.inner.now();
        for byte in buf.into_iter().take(count) {
            self.back.enter(byte, now, &mut self.counts);
        }
        Ok(())
    }
}

impl<T: Transport> Transport for Faults<T> {
    fn now(&self) -> Instant {
        self.inner.now()
    }

    fn sleep_until(&mut self, until: Instant) {
        self.inner.sleep_until(until);
    }

    fn read(&mut self, buf: &mut [u8], deadline: Instant) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        loop {
            let now = self.inner.now();
            let mut count = 0;
            for slot in &mut *buf {
                let Some(byte) = self.back.due(now) else {
                    break;
                };
                *slot = byte;
                self.back.queue.pop_front();
                count += 1;
            }
            if count > 0 {
                return Ok(count);
            }
            self.check()?;
            self.push_out(now)?;
            if now >= deadline && self.back.queue.front().is_some_and(|(at, _)| *at > now) {
                return Ok(0);
            }
            let held = self.back.queue.front().map_or(deadline, |(at, _)| *at);
            // What is due and still here waits for room in the port.
            let room = now + ROOM_RETRY;
            let queue = self.out.queue.front();
            let next = queue.map(|(at, _)| if *at > now { *at } else { room });
            let until = next.map_or(held, |next| held.min(next));
            let before = self.back.entered;
            self.pull_in(buf.len(), until.min(deadline))?;
            if self.back.entered == before && now >= deadline {
                return Ok(0);
            }
        }
    }

    fn write(&mut self, data: &[u8], deadline: Instant) -> io::Result<usize> {
        self.check()?;
        if !self.push_out(deadline)? {
            return Ok(0);
        }
        let now = self.inner.now();
        let taken = data.len().min(self.out.room());
        for byte in data.iter().take(taken) {
            self.out.enter(*byte, now, &mut self.counts);
        }
        self.push_out(deadline)?;
        Ok(taken)
    }

    fn set_baud(&mut self, baud: u32) -> io::Result<()> {
        self.check()?;
        self.inner.set_baud(baud)
    }

    fn set_lines(&mut self, lines: Lines) -> io::Result<()> {
        self.check()?;
        self.inner.set_lines(lines)
    }

    fn discard_input(&mut self) -> io::Result<()> {
        self.check()?;
        let now = self.inner.now();
        self.back.queue.retain(|(at, _)| *at > now);
        self.inner.discard_input()
    }

    fn settings(&self) -> io::Result<Settings> {
        self.check()?;
        self.inner.settings()
    }

    fn restore(&mut self, settings: &Settings) -> io::Result<()> {
        self.check()?;
        self.inner.restore(settings)
    }

    fn reopen(&mut self, waited: Duration) -> io::Result<Reopen> {
        self.inner.reopen(waited)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::testing::{Device, Event, Say, Scripted};

    const MS: Duration = Duration::from_millis(1);
    const NONE: FaultRates = FaultRates {
        lost: 0,
        flipped: 0,
        doubled: 0,
        delayed: 0,
        delay: Duration::ZERO,
        cut_after: None,
    };

    /// Remembers what it hears, and says it again.
    #[derive(Debug, Default)]
    struct Echo {
        heard: Vec<u8>,
    }

    impl Device for Echo {
        fn hear(&mut self, _: Instant, event: Event<'_>, say: &mut Say) {
            if let Event::Bytes(bytes) = event {
                self.heard.extend_from_slice(bytes);
                say.now(bytes);
            }
        }
    }

    /// A port with room for so many bytes a millisecond.
    struct Narrow(Scripted<Echo>, usize, Instant);

    impl Transport for Narrow {
        fn now(&self) -> Instant {
            self.0.now()
        }
        fn sleep_until(&mut self, until: Instant) {
            self.0.sleep_until(until);
        }
        fn read(&mut self, buf: &mut [u8], deadline: Instant) -> io::Result<usize> {
            self.0.read(buf, deadline)
        }
        fn write(&mut self, data: &[u8], deadline: Instant) -> io::Result<usize> {
            if self.now() < self.2 {
                self.sleep_until(self.2.min(deadline));
            }
            if self.now() < self.2 {
                return Ok(0);
            }
            self.2 = self.now() + MS;
            self.0.write(&data[..data.len().min(self.1)], deadline)
        }
        fn set_baud(&mut self, baud: u32) -> io::Result<()> {
            self.0.set_baud(baud)
        }
        fn set_lines(&mut self, lines: Lines) -> io::Result<()> {
            self.0.set_lines(lines)
        }
        fn discard_input(&mut self) -> io::Result<()> {
            self.0.discard_input()
        }
        fn settings(&self) -> io::Result<Settings> {
            self.0.settings()
        }
        fn restore(&mut self, settings: &Settings) -> io::Result<()> {
            self.0.restore(settings)
        }
    }

    #[test]
    fn a_full_port_does_not_stop_the_clock() {
        let narrow = Narrow(Scripted::new(Echo::default()), 100, Instant::ZERO);
        let mut port = Faults::new(narrow, 1, NONE, NONE);
        let now = port.now();
        assert_eq!(port.write(&sample()[..1000], now).unwrap(), 1000);
        let mut heard = vec![];
        let mut buf = [0; 4096];
        let end = now + MS * 20;
        while heard.len() < 1000 && port.now() < end {
            let count = port.read(&mut buf, end).unwrap();
            heard.extend_from_slice(&buf[..count]);
        }
        assert_eq!(heard, sample()[..1000]);
    }

    type Port = Faults<Scripted<Echo>>;

    fn port(seed: u64, out: FaultRates, back: FaultRates) -> Port {
        Faults::new(Scripted::new(Echo::default()), seed, out, back)
    }

    /// Bytes that differ from their neighbours.
    fn sample() -> Vec<u8> {
        (0..20_000_u32).map(|n| (n % 251) as u8).collect()
    }

    fn send(port: &mut Port, mut data: &[u8], piece: usize) {
        while !data.is_empty() {
            let (now, rest) = data.split_at(piece.min(data.len()));
            assert_eq!(port.write(now, Instant::FAR_FUTURE).unwrap(), now.len());
            data = rest;
        }
    }

    fn receive(port: &mut Port, piece: usize) -> Vec<u8> {
        let mut heard = vec![];
        let mut buf = vec![0; piece];
        loop {
            let deadline = port.now() + 1000 * MS;
            match port.read(&mut buf, deadline).unwrap() {
                0 => return heard,
                count => heard.extend_from_slice(&buf[..count]),
            }
        }
    }

    /// What the device hears, and what comes back.
    fn carried(port: &mut Port, piece: usize) -> (Vec<u8>, Vec<u8>) {
        send(port, &sample(), piece);
        let back = receive(port, piece);
        (port.inner.device().heard.clone(), back)
    }

    #[test]
    fn without_faults_nothing_changes() {
        let mut port = port(1, NONE, NONE);
        assert_eq!(carried(&mut port, 999), (sample(), sample()));
        assert_eq!(port.counts(), FaultCounts::default());
    }

    #[test]
    fn bytes_are_lost() {
        let rates = FaultRates {
            lost: 10_000,
            ..NONE
        };
        for (out, back) in [(rates, NONE), (NONE, rates)] {
            let mut port = port(2, out, back);
            let (heard, returned) = carried(&mut port, 999);
            let lost = usize::try_from(port.counts().lost).unwrap();
            assert!((100..400).contains(&lost), "{lost} of 20000");
            assert_eq!(returned.len(), sample().len() - lost);
            let there = if out == rates { lost } else { 0 };
            assert_eq!(heard.len(), sample().len() - there);
            // What is left is in order.
            let mut all = sample().into_iter();
            assert!(returned.iter().all(|byte| all.any(|other| other == *byte)));
        }
    }

    #[test]
    fn bits_are_flipped() {
        let rates = FaultRates {
            flipped: 10_000,
            ..NONE
        };
        let mut port = port(3, rates, NONE);
        let (heard, returned) = carried(&mut port, 999);
        assert_eq!(heard, returned);
        let mut flipped = 0;
        for (byte, sent) in heard.iter().zip(sample()) {
            let bits = (byte ^ sent).count_ones();
            assert!(bits <= 1);
            flipped += u64::from(bits);
        }
        assert_eq!(heard.len(), sample().len());
        assert!((100..400).contains(&flipped), "{flipped} of 20000");
        assert_eq!(flipped, port.counts().flipped);
    }

    #[test]
    fn bytes_come_twice() {
        let rates = FaultRates {
            doubled: 10_000,
            ..NONE
        };
        let mut port = port(4, NONE, rates);
        let (heard, mut returned) = carried(&mut port, 999);
        assert_eq!(heard, sample());
        let doubled = usize::try_from(port.counts().doubled).unwrap();
        assert!((100..400).contains(&doubled), "{doubled} of 20000");
        assert_eq!(returned.len(), sample().len() + doubled);
        returned.dedup();
        assert_eq!(returned, sample());
    }

    #[test]
    fn pauses_take_time_and_change_nothing() {
        let rates = FaultRates {
            delayed: 1_000,
            delay: 7 * MS,
            ..NONE
        };
        for (out, back) in [(rates, NONE), (NONE, rates)] {
            let mut port = port(5, out, back);
            send(&mut port, &sample(), 999);
            let mut returned = vec![];
            let mut buf = [0; 999];
            while returned.len() < sample().len() {
                let count = port.read(&mut buf, Instant::FAR_FUTURE).unwrap();
                returned.extend_from_slice(&buf[..count]);
            }
            assert_eq!(returned, sample());
            let pauses = port.counts().delayed;
            assert!((5..40).contains(&pauses), "{pauses} of 20000");
            assert_eq!(port.now().as_nanos(), pauses * 7_000_000);
        }
    }

    #[test]
    fn a_pause_respects_the_deadline() {
        let always = FaultRates {
            delayed: 1_000_000,
            delay: 7 * MS,
            ..NONE
        };
        let at = |millis: u32| Instant::ZERO + millis * MS;
        let mut port = port(6, always, always);
        // Taken, but on its way for longer than there is time.
        assert_eq!(port.write(b"x", at(2)).unwrap(), 1);
        assert_eq!(port.now(), at(2));
        assert_eq!(port.write(b"y", at(3)).unwrap(), 0);
        assert_eq!(port.now(), at(3));
        // It arrives at 7 ms, and what comes back at 14 ms.
        assert_eq!(port.read(&mut [0; 4], at(13)).unwrap(), 0);
        assert_eq!(port.now(), at(13));
        assert_eq!(port.inner.device().heard, b"x");
        assert_eq!(port.read(&mut [0; 4], at(20)).unwrap(), 1);
        assert_eq!(port.now(), at(14));
    }

    #[test]
    fn a_cut_is_exact_and_final() {
        for cut in [0, 1, 998, 999, 1000, 5000] {
            let cut_after = Some(cut);
            let rates = FaultRates { cut_after, ..NONE };
            let cut = usize::try_from(cut).unwrap();

            let mut out = port(7, rates, NONE);
            let mut sent = 0;
            let error = loop {
                match out.write(&sample()[sent..][..999], Instant::FAR_FUTURE) {
                    Ok(count) => sent += count,
                    Err(error) => break error,
                }
            };
            assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
            assert_eq!((sent, out.inner.device().heard.len()), (cut, cut));

            let mut back = port(7, NONE, rates);
            if cut > 0 {
                send(&mut back, &sample(), 999);
            }
            let mut heard = 0;
            while let Ok(count) = back.read(&mut [0; 999], Instant::ZERO) {
                heard += count;
            }
            assert_eq!(heard, cut);

            for port in [&mut out, &mut back] {
                assert!(port.write(b"x", Instant::ZERO).is_err());
                assert!(port.read(&mut [0], Instant::ZERO).is_err());
                assert!(port.set_baud(9600).is_err());
                assert!(port.set_lines(Lines::default()).is_err());
                assert!(port.discard_input().is_err());
                assert!(port.settings().is_err());
            }
        }
    }

    #[test]
    fn a_seed_decides_and_the_cut_into_calls_does_not() {
        let rates = FaultRates {
            lost: 5_000,
            flipped: 5_000,
            doubled: 5_000,
            ..NONE
        };
        let broken = |seed, piece| carried(&mut port(seed, rates, rates), piece);
        let once = broken(8, 999);
        assert_ne!(once.0, sample());
        assert_ne!(once.0, once.1);
        assert_eq!(once, broken(8, 999));
        assert_eq!(once, broken(8, 64));
        assert_ne!(once, broken(9, 999));
    }
}
