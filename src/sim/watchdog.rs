//! The watchdogs of the low-power domain, which outlive a reset over USB: the
//! RTC watchdog and the super watchdog. Modelled ROM and executed ROM have the
//! same ones.

use crate::chip::{RtcWatchdog, SuperWatchdog, Watchdogs as Facts};
use crate::time::{Duration, Instant};

/// How long the RTC watchdog has left after a reset that did not stop it: what
/// a bootloader sets it to (ESP-IDF, CONFIG_BOOTLOADER_WDT_TIME_MS).
const RTC_LEFT: Duration = Duration::from_secs(9);
/// The same of the super watchdog, whose timeout is fixed (TRM, "Super
/// Watchdog": slightly less than one second).
const SUPER_LEFT: Duration = Duration::from_millis(950);

/// What a watchdog does at the end of a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bite {
    /// Nothing, or an interrupt, which nobody here takes.
    Nothing,
    /// It resets the core alone.
    Cpu,
    /// It resets all but the low-power domain.
    Core,
    /// It resets everything.
    System,
}

/// The four stages of a watchdog, as its registers say: how long each lasts,
/// and what happens at its end.
pub(super) type Stages = [(Duration, Bite); 4];

/// A watchdog that counts through its stages.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counter {
    stages: Stages,
    stage: usize,
    ends: Instant,
}

impl Counter {
    /// Stage 0 begins; none where no stage does anything.
    pub(super) fn start(stages: Stages, now: Instant) -> Option<Self> {
        let bites = stages.iter().any(|(_, bite)| *bite != Bite::Nothing);
        let mut counter = Self {
            stages,
            stage: 3,
            ends: now,
        };
        counter.go_on();
        bites.then_some(counter)
    }

    /// It is fed: stage 0 begins again.
    pub(super) fn feed(&mut self, now: Instant) {
        (self.stage, self.ends) = (3, now);
        self.go_on();
    }

    /// When its stage ends.
    pub(super) const fn ends(&self) -> Instant {
        self.ends
    }

    /// The stage has ended, the next one begins.
    pub(super) fn end(&mut self) -> Bite {
        let (_, bite) = self.stages[self.stage % 4];
        self.go_on();
        bite
    }

    fn go_on(&mut self) {
        self.stage = (self.stage + 1) % 4;
        let (hold, _) = self.stages[self.stage];
        // No stage is over before it has begun.
        self.ends += hold.max(Duration::from_nanos(1));
    }
}

/// The watchdogs of a chip. They keep no registers: whoever has them gives
/// what they hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Watchdogs {
    facts: Option<&'static Facts>,
    rtc: Option<Counter>,
    guard: Guard,
}

/// What the super watchdog does. It sleeps from power-on, and nothing but
/// taking its food away wakes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Guard {
    Sleeps,
    /// The chip feeds it by itself.
    Fed,
    Bites {
        at: Instant,
    },
}

impl Watchdogs {
    /// Watchdogs that sleep.
    pub(super) const fn new(facts: Option<&'static Facts>) -> Self {
        Self {
            facts,
            rtc: None,
            guard: Guard::Sleeps,
        }
    }

    /// Both run, as an application or its bootloader had set them; what runs
    /// already goes on.
    pub(super) fn arm(&mut self, now: Instant) {
        let Some(facts) = self.facts else {
            return;
        };
        if self.rtc.is_none() {
            self.rtc = Counter::start([(RTC_LEFT, Bite::System); 4], now);
        }
        if facts.super_watchdog.is_some() && self.guard == Guard::Sleeps {
            let at = now + SUPER_LEFT;
            self.guard = Guard::Bites { at };
        }
    }

    /// The RTC watchdog guards the start from flash.
    pub(super) fn guard_boot(&mut self, now: Instant, word: impl Fn(u32) -> u32) {
        if let Some(facts) = self.facts {
            if word(facts.rtc.config0) & facts.rtc.flash_boot != 0 {
                let hold = facts.rtc.hold(0, word(facts.rtc.config1));
                self.rtc = Counter::start([(hold, Bite::System); 4], now);
            }
        }
    }

    /// When one of them does something.
    pub(super) fn due(&self) -> Option<Instant> {
        let rtc = self.rtc.map(|counter| counter.ends());
        let guard = match self.guard {
            Guard::Bites { at } => Some(at),
            Guard::Sleeps | Guard::Fed => None,
        };
        rtc.into_iter().chain(guard).min()
    }

    /// Does what is due.
    pub(super) fn advance(&mut self, now: Instant) -> Option<Bitten> {
        match self.guard {
            Guard::Bites { at } if at <= now => {
                self.guard = Guard::Sleeps;
                return Some(Bitten::Super);
            }
            _ => {}
        }
        match &mut self.rtc {
            Some(counter) if counter.ends() <= now => Some(Bitten::Rtc(counter.end())),
            _ => None,
        }
    }

    /// Whether a register takes a write: theirs only behind their keys.
    pub(super) fn permit(&self, address: u32, word: impl Fn(u32) -> u32) -> bool {
        let Some(facts) = self.facts else {
            return true;
        };
        let rtc = &facts.rtc;
        if (rtc.config0..rtc.protect).contains(&address) {
            return word(rtc.protect) == RtcWatchdog::KEY;
        }
        match &facts.super_watchdog {
            Some(dog) if dog.auto_feed.address == address => word(dog.protect) == dog.key,
            _ => true,
        }
    }

    /// A register has been written.
    pub(super) fn written(&mut self, address: u32, now: Instant, word: impl Fn(u32) -> u32) {
        let Some(facts) = self.facts else {
            return;
        };
        let rtc = &facts.rtc;
        if address == rtc.feed() {
            if let Some(counter) = &mut self.rtc {
                counter.feed(now);
            }
        } else if (rtc.config0..rtc.feed()).contains(&address) {
            self.rtc = rtc
                .stages(&word)
                .and_then(|stages| Counter::start(stages, now));
        }
        match &facts.super_watchdog {
            Some(dog) if dog.auto_feed.address == address => {
                let config = word(address);
                let at = now + SUPER_LEFT;
                self.guard = match self.guard {
                    _ if config & SuperWatchdog::DISABLE != 0 => Guard::Sleeps,
                    _ if dog.auto_feed.of(config) != 0 => Guard::Fed,
                    Guard::Fed => Guard::Bites { at },
                    guard => guard,
                };
            }
            _ => {}
        }
    }
}

/// Which of them has done something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bitten {
    /// The RTC watchdog, at the end of a stage.
    Rtc(Bite),
    /// The super watchdog, which resets everything.
    Super,
}

impl RtcWatchdog {
    /// The register that starts stage 0 again.
    const fn feed(&self) -> u32 {
        self.protect - 4
    }

    /// How long a stage lasts with this in its register.
    fn hold(&self, stage: u32, cycles: u32) -> Duration {
        let factor = if stage == 0 { self.first_stage } else { 1 };
        let nanos = u64::from(cycles) * u64::from(factor) * 1_000_000_000;
        Duration::from_nanos(nanos / u64::from(self.slow_clock))
    }

    /// The stages as CONFIG0 and the registers behind it say; none where it is
    /// not enabled.
    fn stages(&self, word: &impl Fn(u32) -> u32) -> Option<Stages> {
        let config = word(self.config0);
        let stage = |stage: u32| {
            let bite = match config >> (28 - 3 * stage) & 7 {
                0 | 1 => Bite::Nothing,
                2 => Bite::Cpu,
                3 => Bite::Core,
                _ => Bite::System,
            };
            (self.hold(stage, word(self.config1 + 4 * stage)), bite)
        };
        (config >> 31 != 0).then(|| [0, 1, 2, 3].map(stage))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chip::ESP32C3;
    use std::collections::HashMap;

    const ZERO: Instant = Instant::ZERO;

    fn facts() -> &'static Facts {
        ESP32C3.watchdogs.as_ref().unwrap()
    }

    /// Watchdogs after these writes.
    fn written(writes: &[(u32, u32)]) -> Watchdogs {
        let mut dogs = Watchdogs::new(ESP32C3.watchdogs.as_ref());
        let mut words = HashMap::new();
        for (address, value) in writes {
            let word = |at| words.get(&at).copied().unwrap_or(0);
            if dogs.permit(*address, word) {
                words.insert(*address, *value);
                let word = |at| words.get(&at).copied().unwrap_or(0);
                dogs.written(*address, ZERO, word);
            }
        }
        dogs
    }

    #[test]
    fn stages_come_one_after_the_other() {
        let rtc = &facts().rtc;
        // Interrupt, CPU, core, system; at 136 kHz, stage 0 twice as long.
        let mut dogs = written(&[
            (rtc.protect, RtcWatchdog::KEY),
            (rtc.config1, 68_000),
            (rtc.config1 + 4, 13_600),
            (rtc.config1 + 8, 13_600),
            (rtc.config1 + 12, 27_200),
            (rtc.config0, 1 << 31 | 1 << 28 | 2 << 25 | 3 << 22 | 4 << 19),
        ]);
        for (millis, bite) in [
            (1000, Bite::Nothing),
            (1100, Bite::Cpu),
            (1200, Bite::Core),
            (1400, Bite::System),
            (2400, Bite::Nothing),
        ] {
            let at = ZERO + Duration::from_millis(millis);
            assert_eq!(dogs.due(), Some(at));
            assert_eq!(dogs.advance(ZERO + Duration::from_millis(millis - 1)), None);
            assert_eq!(dogs.advance(at), Some(Bitten::Rtc(bite)));
        }
        // Feeding it starts again.
        let now = ZERO + Duration::from_millis(2450);
        dogs.written(rtc.feed(), now, |_| 0);
        assert_eq!(dogs.due(), Some(now + Duration::from_secs(1)));
    }

    #[test]
    fn writes_count_behind_the_key_alone() {
        let rtc = &facts().rtc;
        let dog = facts().super_watchdog.as_ref().unwrap();
        let bite = (rtc.config0, RtcWatchdog::CONFIG0_BITE);
        let feed = (dog.auto_feed.address, dog.auto_feed.mask());
        let wake = (dog.auto_feed.address, 0);
        let rtc_key = (rtc.protect, RtcWatchdog::KEY);
        let super_key = (dog.protect, dog.key);
        for (writes, runs) in [
            (&[bite, wake][..], false),
            (&[rtc_key, bite], true),
            (&[(rtc.protect, 1), bite], false),
            (&[rtc_key, (rtc.protect, 0), bite], false),
            (&[rtc_key, feed, wake], false),
            (&[super_key, wake], false),
            (&[super_key, feed], false),
            (&[super_key, feed, wake], true),
            (
                &[super_key, feed, wake, (wake.0, SuperWatchdog::DISABLE)],
                false,
            ),
            (&[rtc_key, bite, (rtc.config0, 0)], false),
        ] {
            assert_eq!(written(writes).due().is_some(), runs, "{writes:x?}");
        }
    }
}
