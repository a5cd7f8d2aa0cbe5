//! Resets: why a chip is reset, and how much of it.

use super::description::ResetCauses;
use crate::sim::firmware::ResetCause;
use crate::sim::watchdog::{Bite, Bitten};

/// How far a reset goes (TRM, "Reset and Clock").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    /// The core alone.
    Cpu,
    /// All but the low-power domain.
    Core,
    /// Everything.
    System,
}

/// Why a chip is reset, as precisely as it tells its software.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    PowerOn,
    Usb,
    /// By its own software.
    Software(Extent),
    /// By the RTC watchdog.
    Rtc(Extent),
    /// By the super watchdog.
    Super,
    /// By the watchdog of a timer group.
    TimerGroup(u8, Extent),
}

impl Cause {
    /// How far it goes.
    pub(super) const fn extent(self) -> Extent {
        match self {
            Self::PowerOn | Self::Super => Extent::System,
            Self::Usb => Extent::Core,
            Self::Software(extent) | Self::Rtc(extent) | Self::TimerGroup(_, extent) => extent,
        }
    }

    /// What the chip's register says (TRM, "Reset and Clock", reset sources;
    /// the same on all chips, but for the one over USB).
    pub(super) const fn code(self, causes: &ResetCauses) -> u32 {
        match self {
            Self::PowerOn => 0x01,
            Self::Usb => causes.usb,
            Self::Software(Extent::Cpu) => 0x0c,
            Self::Software(_) => 0x03,
            Self::Rtc(Extent::Cpu) => 0x0d,
            Self::Rtc(Extent::Core) => 0x09,
            Self::Rtc(Extent::System) => 0x10,
            Self::Super => 0x12,
            Self::TimerGroup(0, Extent::Cpu) => 0x0b,
            Self::TimerGroup(0, _) => 0x07,
            Self::TimerGroup(_, Extent::Cpu) => 0x11,
            Self::TimerGroup(..) => 0x08,
        }
    }

    /// The same, less precisely.
    pub(super) const fn of_board(self) -> ResetCause {
        match self {
            Self::PowerOn => ResetCause::PowerOn,
            Self::Usb => ResetCause::Usb,
            Self::Software(_) => ResetCause::Software,
            Self::Rtc(_) | Self::Super | Self::TimerGroup(..) => ResetCause::Watchdog,
        }
    }

    /// What the board says of a reset that the chip has not asked for.
    pub(super) const fn from_board(cause: ResetCause) -> Self {
        match cause {
            ResetCause::PowerOn => Self::PowerOn,
            ResetCause::Usb => Self::Usb,
            ResetCause::Software => Self::Software(Extent::Core),
            ResetCause::Watchdog => Self::Rtc(Extent::System),
        }
    }

    /// What comes of a watchdog's bite, if anything.
    pub(super) fn of_bite(bitten: Bitten) -> Option<Self> {
        match bitten {
            Bitten::Super => Some(Self::Super),
            Bitten::Rtc(bite) => Extent::of_bite(bite).map(Self::Rtc),
        }
    }
}

impl Extent {
    /// How far a watchdog's bite goes, if it is a reset.
    pub(super) const fn of_bite(bite: Bite) -> Option<Self> {
        match bite {
            Bite::Nothing => None,
            Bite::Cpu => Some(Self::Cpu),
            Bite::Core => Some(Self::Core),
            Bite::System => Some(Self::System),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::Link;
    use crate::sim::chip::{ESP32C3, ESP32C6};
    use crate::sim::soc::bench::Bench;
    use crate::time::Duration;

    #[test]
    fn the_low_power_domain_outlives_a_core_reset() {
        // FORCE_DOWNLOAD_BOOT, LP_AON_STORE0; a register of GPIO.
        for (soc, kept, other) in [
            (&ESP32C3, 0x6000_80f4, 0x6000_4004),
            (&ESP32C6, 0x600b_1000, 0x6009_1004),
        ] {
            for (cause, expected) in [
                (Cause::Software(Extent::Cpu), [7, 7]),
                (Cause::Software(Extent::Core), [7, 0]),
                (Cause::Usb, [7, 0]),
                (Cause::TimerGroup(0, Extent::Core), [7, 0]),
                (Cause::Rtc(Extent::System), [0, 0]),
                (Cause::Super, [0, 0]),
                (Cause::PowerOn, [0, 0]),
            ] {
                let mut bench = Bench::new(soc, Link::default());
                bench.store(kept, 7);
                bench.store(other, 7);
                bench.peripherals.reset(cause, None, bench.now());
                bench.restart();
                let left = [kept, other].map(|it| bench.load(it));
                assert_eq!(left, expected, "{} {cause:?}", soc.chip);
            }
        }
    }

    #[test]
    fn the_rtc_watchdog_outlives_a_core_reset() {
        for (cause, bitten) in [
            (
                Cause::Software(Extent::Core),
                Some(Cause::Rtc(Extent::System)),
            ),
            (Cause::PowerOn, None),
        ] {
            let mut bench = Bench::new(&ESP32C3, Link::default());
            // WDTCONFIG1, 200 ms; WDTCONFIG0.
            bench.store(0x6000_8094, 13_600);
            bench.store(0x6000_8090, 1 << 31 | 4 << 28);
            bench.pass(Duration::from_millis(190));
            let now = bench.now();
            bench.peripherals.reset(cause, None, now);
            bench.restart();
            bench.pass(Duration::from_millis(20));
            assert_eq!(bench.peripherals.asked.reset, bitten, "{cause:?}");
        }
    }

    #[test]
    fn software_resets_by_a_bit() {
        for (register, bit, extent) in [
            (0x6000_8000, 31, Extent::Core),
            (0x6000_8000, 5, Extent::Cpu),
        ] {
            let mut bench = Bench::new(&ESP32C3, Link::default());
            bench.store(register, 1 << bit);
            assert_eq!(bench.peripherals.asked.reset, Some(Cause::Software(extent)));
        }
    }
}
