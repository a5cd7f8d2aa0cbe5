//! From what is measured of a link to the block and the window that suit it.

use crate::time::{Duration, Instant};

/// A block takes about so long on the link: long enough that framing costs
/// little, short enough that the loss of one does.
const BLOCK_TIME: Duration = Duration::from_millis(50);
/// The chip is given work for so long beyond a round trip: an erase of a block
/// takes 150 ms as a rule (data sheets), in which it takes in nothing new once
/// its buffers are full.
const STALL: Duration = Duration::from_millis(250);
/// A window holds so many blocks at least: the other side takes in nothing new
/// for a block that does not fit as a whole.
const LEAST_BLOCKS: u32 = 6;
/// It holds so many at most, which bounds what the loss of a small one costs.
const MOST_BLOCKS: u32 = 16;
/// The smallest block of a link without losses.
const LEAST_BLOCK: u32 = 1024;
/// The smallest block of a link that loses most of them.
const LEAST_LOSSY_BLOCK: u32 = 256;
/// After so many blocks without a loss the next ones are larger again.
const FORGIVEN_AFTER: u32 = 16;
/// A round trip, as long as none has been measured.
const FIRST_ROUND_TRIP: Duration = Duration::from_millis(100);
/// A rate is measured over so long at least.
const LEAST_SPAN: Duration = Duration::from_millis(20);

/// Throughput and round trip of a link, as measured, and what follows from
/// them.
#[derive(Clone, Debug)]
pub struct Pace {
    most_block: u32,
    most_window: u32,
    /// The shortest round trip of a block, from its handing over to the word
    /// that it has been used.
    shortest: Option<Duration>,
    /// The same, smoothed.
    smooth: Option<Duration>,
    /// When the measurement under way began, and bytes since.
    since: Option<(Instant, u64)>,
    /// Bytes a second.
    rate: Option<u64>,
    /// What losses leave of the block.
    cap: u32,
    unharmed: u32,
}

impl Pace {
    /// Nothing measured yet; blocks and window at most so many bytes.
    #[must_use]
    pub fn new(most_block: u32, most_window: u32) -> Self {
        let most_block = most_block.min(most_window / LEAST_BLOCKS).max(1);
        Self {
            most_block,
            most_window,
            shortest: None,
            smooth: None,
            since: None,
            rate: None,
            cap: most_block,
            unharmed: 0,
        }
    }

    /// Something was sent while nothing was under way: what follows is
    /// measured from here.
    pub const fn started(&mut self, now: Instant) {
        self.since = Some((now, 0));
    }

    /// A block of so many bytes has been used. `sent` is when it was handed
    /// over, if it was once only.
    pub fn used(&mut self, bytes: u32, sent: Option<Instant>, now: Instant) {
        if let Some(sent) = sent {
            let trip = now.since(sent);
            self.shortest = Some(self.shortest.map_or(trip, |it| it.min(trip)));
            self.smooth = Some(self.smooth.map_or(trip, |it| (it * 7 + trip) / 8));
        }
        if let Some((since, sum)) = &mut self.since {
            *sum += u64::from(bytes);
            let span = now.since(*since);
            if span >= LEAST_SPAN {
                let nanos = u64::try_from(span.as_nanos()).unwrap_or(u64::MAX).max(1);
                let rate = sum.saturating_mul(1_000_000_000) / nanos;
                self.rate = Some(self.rate.map_or(rate, |it| (it * 3 + rate) / 4));
                self.since = Some((now, 0));
            }
        }
        self.unharmed += 1;
        if self.unharmed >= FORGIVEN_AFTER {
            self.unharmed = 0;
            self.cap = self.cap.saturating_mul(2).min(self.most_block);
        }
    }

    /// Something was lost.
    pub fn lost(&mut self) {
        self.unharmed = 0;
        self.cap = (self.block() / 2).max(LEAST_LOSSY_BLOCK).min(self.cap);
    }

    /// Bytes in the next block: a power of two, as far as the other side takes
    /// it.
    #[must_use]
    pub fn block(&self) -> u32 {
        let wanted = self
            .rate
            .map_or(LEAST_BLOCK, |rate| bytes_in(rate, BLOCK_TIME));
        let most = wanted.max(LEAST_BLOCK).min(self.cap);
        1 << most.max(1).ilog2()
    }

    /// Bytes that may be under way.
    #[must_use]
    pub fn window(&self) -> u32 {
        let trip = self.shortest.unwrap_or(FIRST_ROUND_TRIP);
        let wanted = self
            .rate
            .map_or(u32::MAX, |rate| bytes_in(rate, trip + STALL));
        let block = self.block();
        wanted
            .max(block * 3)
            .min(block * MOST_BLOCKS)
            .min(self.most_window)
    }

    /// A round trip as it is to be expected.
    #[must_use]
    pub fn round_trip(&self) -> Duration {
        self.smooth.unwrap_or(FIRST_ROUND_TRIP)
    }
}

fn bytes_in(rate: u64, time: Duration) -> u32 {
    let bytes = u128::from(rate) * time.as_nanos() / 1_000_000_000;
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    /// A link of so many bytes a second, after a second.
    fn measured(rate: u32, trip: Duration) -> Pace {
        let mut pace = Pace::new(0x2000, 0x7e00);
        let mut now = Instant::ZERO;
        pace.started(now);
        for _ in 0..100 {
            now += 10 * MS;
            pace.used(rate / 100, None, now);
        }
        pace.shortest = Some(trip);
        pace
    }

    #[test]
    fn block_and_window_suit_the_link() {
        for (baud, trip, block, window) in [
            (115_200, 5, 1024, 3072),
            (115_200, 40, 1024, 3340),
            (460_800, 5, 2048, 11_750),
            (921_600, 5, 4096, 23_500),
            (921_600, 40, 4096, 26_726),
            (2_000_000, 5, 4096, 0x7e00),
            (12_000_000, 1, 4096, 0x7e00),
        ] {
            let pace = measured(baud / 10, trip * MS);
            assert_eq!(pace.block(), block, "{baud}");
            let found = pace.window();
            assert!(
                found.abs_diff(window) <= window / 100,
                "{baud} {trip}: {found}"
            );
        }
    }

    #[test]
    fn nothing_measured() {
        let pace = Pace::new(0x2000, 0x7e00);
        assert_eq!((pace.block(), pace.window()), (1024, 0x4000));
        let pace = Pace::new(512, 0x1000);
        assert_eq!((pace.block(), pace.window()), (512, 0x1000));
        let pace = Pace::new(0x2000, 0x1000);
        assert_eq!((pace.block(), pace.window()), (512, 0x1000));
    }

    #[test]
    fn losses_make_blocks_small_and_are_forgiven() {
        let mut pace = measured(200_000, 5 * MS);
        let mut found = vec![];
        for _ in 0..6 {
            found.push((pace.block(), pace.window()));
            pace.lost();
        }
        let expected = [
            (4096, 0x7e00),
            (2048, 0x7e00),
            (1024, 0x4000),
            (512, 0x2000),
            (256, 0x1000),
            (256, 0x1000),
        ];
        assert_eq!(found, expected);
        let now = Instant::ZERO;
        for _ in 0..FORGIVEN_AFTER * 2 {
            pace.used(256, None, now);
        }
        assert_eq!(pace.block(), 1024);
    }
}
