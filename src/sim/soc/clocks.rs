//! Clocks: how fast each ticks as the chip's registers stand, and what a cycle
//! of the core's is in the board's time.

use super::registers::Registers;
use crate::chip::Field;
use crate::time::{Duration, Instant};

/// How fast a clock ticks: a small expression over the chip's registers.
#[derive(Debug, PartialEq, Eq)]
pub enum Rate {
    /// As fast as the crystal.
    Crystal,
    /// So many Hz.
    Hz(u32),
    /// The one whose number in the list a field holds; the first where the
    /// list has none.
    Select(Field, &'static [Self]),
    /// A clock, divided by a field's value and one.
    Divide(&'static Self, Field),
    /// A clock, multiplied by a number.
    Times(&'static Self, u32),
}

impl Rate {
    /// In Hz, with a crystal of so many Hz; at least 1.
    pub(super) fn hz(&self, registers: &Registers, crystal: u32) -> u32 {
        let value = |field: Field| field.of(registers.get(field.address));
        let hz = match self {
            Self::Crystal => crystal,
            Self::Hz(hz) => *hz,
            Self::Select(field, list) => {
                let chosen = list.get(value(*field) as usize).or_else(|| list.first());
                chosen.map_or(crystal, |rate| rate.hz(registers, crystal))
            }
            Self::Divide(rate, field) => {
                rate.hz(registers, crystal) / value(*field).saturating_add(1)
            }
            Self::Times(rate, times) => rate.hz(registers, crystal).saturating_mul(*times),
        };
        hz.max(1)
    }

    /// The registers that have a say in it.
    pub(super) fn registers(&self, into: &mut Vec<u32>) {
        match self {
            Self::Crystal | Self::Hz(_) => {}
            Self::Select(field, list) => {
                into.push(field.address);
                for rate in *list {
                    rate.registers(into);
                }
            }
            Self::Divide(rate, field) => {
                into.push(field.address);
                rate.registers(into);
            }
            Self::Times(rate, _) => rate.registers(into),
        }
    }
}

const NANOS: u64 = 1_000_000_000;

/// So many cycles of a clock with `hz`, rounded up to the nanosecond.
pub(super) fn time_of(cycles: u64, hz: u32) -> Duration {
    let nanos = (u128::from(cycles) * u128::from(NANOS)).div_ceil(u128::from(hz.max(1)));
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

/// A core's clock: its cycles, and when each of them begins.
///
/// When the rate changes, what is over of a nanosecond is kept, in as many parts
/// as a second has cycles: no change loses time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    hz: u64,
    /// A cycle,
    cycle: u64,
    /// the nanosecond in which it begins,
    at: Instant,
    /// and how many `hz`ths of that one are over by then.
    over: u64,
}

impl Clock {
    /// A clock whose cycle 0 begins at `at`.
    pub(super) fn new(hz: u32, at: Instant) -> Self {
        Self {
            hz: u64::from(hz.max(1)),
            cycle: 0,
            at,
            over: 0,
        }
    }

    /// Ticks at another rate from a cycle on.
    pub(super) fn change(&mut self, cycle: u64, hz: u32) {
        let hz = u64::from(hz.max(1));
        if hz == self.hz {
            return;
        }
        let parts = self.parts(cycle);
        let before = u128::from(self.hz);
        let (nanos, over) = (parts / before, parts % before * u128::from(hz) / before);
        *self = Self {
            hz,
            cycle,
            at: self.at + Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX)),
            over: u64::try_from(over).unwrap_or(0),
        };
    }

    /// From the nanosecond `at` until a cycle begins, in parts of nanoseconds.
    fn parts(&self, cycle: u64) -> u128 {
        let cycles = cycle.saturating_sub(self.cycle);
        u128::from(cycles) * u128::from(NANOS) + u128::from(self.over)
    }

    /// From the cycle `cycle` until a point in time, in parts of nanoseconds.
    fn parts_until(&self, at: Instant) -> u128 {
        let nanos = at.since(self.at).as_nanos();
        (nanos * u128::from(self.hz)).saturating_sub(u128::from(self.over))
    }

    /// The last cycle that has begun at a point in time.
    pub(super) fn cycle(&self, at: Instant) -> u64 {
        let cycles = self.parts_until(at) / u128::from(NANOS);
        self.cycle
            .saturating_add(u64::try_from(cycles).unwrap_or(u64::MAX))
    }

    /// The first cycle that has not begun before a point in time.
    pub(super) fn cycle_from(&self, at: Instant) -> u64 {
        let cycles = self.parts_until(at).div_ceil(u128::from(NANOS));
        self.cycle
            .saturating_add(u64::try_from(cycles).unwrap_or(u64::MAX))
    }

    /// When a cycle begins, to the nanosecond before.
    pub(super) fn instant(&self, cycle: u64) -> Instant {
        let nanos = self.parts(cycle) / u128::from(self.hz);
        self.at + Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::Link;
    use crate::sim::chip::*;
    use crate::sim::soc::Soc;
    use crate::sim::soc::bench::Bench;
    use crate::sim::soc::registers::Window;

    #[test]
    fn cycles_and_time_agree() {
        for hz in [20_000_000, 32_000_000, 40_000_000, 90_000_001] {
            let clock = Clock::new(hz, Instant::ZERO);
            for cycle in [0, 1, 2, 3, 1_000_003, 1 << 50] {
                let at = clock.instant(cycle);
                assert!(clock.cycle(at) <= cycle);
                assert!(clock.instant(clock.cycle(at)) <= at);
                assert_eq!(clock.cycle_from(at), cycle, "{hz} {cycle}");
            }
        }
        let clock = Clock::new(20_000_000, Instant::ZERO);
        assert_eq!(clock.cycle(Instant::from_nanos(149)), 2);
        assert_eq!(clock.cycle_from(Instant::from_nanos(101)), 3);
        let later = Clock::new(20_000_000, Instant::from_nanos(1000));
        assert_eq!(later.cycle(Instant::from_nanos(1149)), 2);
        assert_eq!(later.cycle_from(Instant::from_nanos(5)), 0);
    }

    #[test]
    fn a_change_of_the_rate_loses_nothing() {
        let start = Instant::from_nanos(17);
        let mut clock = Clock::new(20_000_000, start);
        // 3 cycles of each, over and over: 3 * (50 + 1000/160 + 1000/240) ns,
        // which is 181.25 ns.
        let mut cycle = 0;
        for _ in 0..1000 {
            for hz in [160_000_000, 240_000_000, 20_000_000] {
                cycle += 3;
                let at = clock.instant(cycle);
                clock.change(cycle, hz);
                assert_eq!(clock.instant(cycle), at);
                assert_eq!(clock.cycle_from(at), cycle);
            }
        }
        assert_eq!(clock.instant(cycle), start + Duration::from_nanos(181_250));
        assert_eq!(clock.cycle(clock.instant(cycle + 7)), cycle + 7);
    }

    #[test]
    fn times_are_rounded_up() {
        assert_eq!(time_of(3, 160_000_000), Duration::from_nanos(19));
        assert_eq!(time_of(4, 160_000_000), Duration::from_nanos(25));
    }

    #[test]
    fn registers_decide_about_rates() {
        const SELECT: Field = Field::new(0x6000_0000, 10, 2);
        const DIVIDER: Field = Field::new(0x6000_0004, 0, 10);
        const RATE: Rate = Rate::Select(
            SELECT,
            &[
                Rate::Divide(&Rate::Crystal, DIVIDER),
                Rate::Hz(80_000_000),
                Rate::Times(&Rate::Crystal, 2),
            ],
        );
        let window = Window {
            start: 0x6000_0000,
            len: 8,
        };
        #[rustfmt::skip]
        let table = [
            // selected, divider, crystal, what comes of it
            (0, 0, 40_000_000, 40_000_000),
            (0, 1, 26_000_000, 13_000_000),
            (0, 0x3ff, 1, 1),
            (1, 1, 40_000_000, 80_000_000),
            (2, 1, 26_000_000, 52_000_000),
            (3, 3, 40_000_000, 10_000_000),
        ];
        for (selected, divider, crystal, expected) in table {
            let mut registers = Registers::new(&[window], &[], None);
            registers.set(SELECT.address, selected << 10);
            registers.set(DIVIDER.address, divider);
            assert_eq!(RATE.hz(&registers, crystal), expected, "{selected}");
        }
        let mut registers = vec![];
        RATE.registers(&mut registers);
        assert_eq!(registers, [SELECT.address, DIVIDER.address]);
    }

    /// A chip, its core's clock in Hz after a reset with a crystal of 40 MHz,
    /// what software writes about it, and its clock then.
    type Raised = (&'static Soc, u64, &'static [(u32, u32)], u64);

    #[rustfmt::skip]
const RAISED: &[Raised] = &[
    (&ESP32C2, 20_000_000, &[(0x600c_0008, 1), (0x600c_0058, 1 << 10)], 120_000_000),
    (&ESP32C3, 20_000_000, &[(0x600c_0008, 1), (0x600c_0058, 1 << 10)], 160_000_000),
    (&ESP32C3, 20_000_000, &[(0x600c_0058, 0)], 40_000_000),
    (&ESP32C5, 40_000_000, &[(0x6009_6110, 3 << 16), (0x6009_6144, 1)], 240_000_000),
    (&ESP32C5, 40_000_000, &[(0x6009_6110, 3 << 16)], 40_000_000),
    (&ESP32C6, 40_000_000, &[(0x6009_6110, 1 << 16)], 160_000_000),
    (&ESP32C6, 40_000_000, &[(0x6009_6118, 1 << 8), (0x6009_6110, 1 << 16)], 80_000_000),
    (&ESP32C61, 40_000_000, &[(0x6009_60e8, 2 << 16), (0x6009_6120, 1)], 160_000_000),
    (&ESP32H2, 40_000_000, &[(0x6009_610c, 1 << 16), (0x6009_6148, 1)], 96_000_000),
    (&ESP32P4, 40_000_000, &[(0x5011_1040, 1), (0x500e_6004, 1 << 4)], 360_000_000),
    (&ESP32S31, 40_000_000, &[(0x2058_7000, 1), (0x2058_7014, 1)], 320_000_000),
];

    #[test]
    fn software_raises_the_core_s_clock() {
        for (soc, before, writes, after) in RAISED {
            let mut bench = Bench::new(soc, Link::default());
            let hz = |bench: &Bench| {
                let clock = &bench.peripherals.clock;
                let second = bench.now() + Duration::from_secs(1);
                clock.cycle(second) - clock.cycle(bench.now())
            };
            let at_first = hz(&bench);
            for (address, value) in *writes {
                bench.store(*address, *value);
            }
            assert_eq!(
                (at_first, hz(&bench)),
                (*before, *after),
                "{} {writes:x?}",
                soc.chip
            );
        }
    }
}
