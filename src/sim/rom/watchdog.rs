//! The watchdogs that go on while the loader serves.

use crate::chip::{Chip, RtcWatchdog, Watchdogs as Facts};
use crate::time::{Duration, Instant};
use std::collections::HashMap;

/// How long the RTC watchdog has left after a reset that did not stop it: what
/// a bootloader sets it to (ESP-IDF, CONFIG_BOOTLOADER_WDT_TIME_MS).
const RTC_LEFT: Duration = Duration::from_secs(9);
/// The same of the super watchdog, whose timeout is fixed (TRM, "Super
/// Watchdog": slightly less than one second).
const SUPER_LEFT: Duration = Duration::from_millis(950);
/// One cycle of the slow clock, which the RTC watchdog counts.
const SLOW_CYCLE: Duration = Duration::from_nanos(1_000_000_000 / 150_000);

/// RTC watchdog, CONFIG0: enabled.
const ENABLED: u32 = 1 << 31;
/// CONFIG0: what happens at the end of stage 0, three bits.
const ACTION: u32 = 28;
/// From this action on it is a reset.
const ACTION_RESET: u32 = 2;

/// The watchdogs of a chip.
#[derive(Debug)]
pub(super) struct Watchdogs {
    facts: Option<&'static Facts>,
    rtc: Option<Instant>,
    guard: Option<Instant>,
}

impl Watchdogs {
    /// Watchdogs that sleep.
    pub(super) const fn new(chip: &'static Chip) -> Self {
        Self {
            facts: chip.watchdogs.as_ref(),
            rtc: None,
            guard: None,
        }
    }

    /// Both run, as an application or its bootloader had set them.
    pub(super) fn arm(&mut self, now: Instant) {
        if let Some(facts) = self.facts {
            self.rtc = Some(now + RTC_LEFT);
            self.guard = facts.super_watchdog.as_ref().map(|_| now + SUPER_LEFT);
        }
    }

    /// When one of them bites.
    pub(super) fn bite(&self) -> Option<Instant> {
        self.rtc.into_iter().chain(self.guard).min()
    }

    /// Whether a register takes a write: theirs only behind their keys.
    pub(super) fn permit(&self, address: u32, words: &HashMap<u32, u32>) -> bool {
        let Some(facts) = self.facts else {
            return true;
        };
        let holds = |protect: u32, key: u32| words.get(&protect) == Some(&key);
        if [facts.rtc.config0, facts.rtc.config1].contains(&address) {
            return holds(facts.rtc.protect, RtcWatchdog::KEY);
        }
        match &facts.super_watchdog {
            Some(dog) if dog.auto_feed.address == address => holds(dog.protect, dog.key),
            _ => true,
        }
    }

    /// A register has been written.
    pub(super) fn written(&mut self, address: u32, now: Instant, words: &HashMap<u32, u32>) {
        let Some(facts) = self.facts else {
            return;
        };
        let word = |address: u32| words.get(&address).copied().unwrap_or(0);
        if address == facts.rtc.config0 {
            let config = word(address);
            let resets = config >> ACTION & 7 >= ACTION_RESET;
            self.rtc = (config & ENABLED != 0 && resets)
                .then(|| now + SLOW_CYCLE * word(facts.rtc.config1));
        }
        match &facts.super_watchdog {
            Some(dog) if dog.auto_feed.address == address => {
                let fed = dog.auto_feed.of(word(address)) != 0;
                self.guard = (!fed).then(|| now + SUPER_LEFT);
            }
            _ => {}
        }
    }
}
