//! A timer group's watchdog, and its measurement of the slow clock (TRM,
//! "Timer Group", "Watchdog Timers").
//!
//! Its timers are not modelled: no ROM uses them.

use super::{Device, Io, NEVER, Started};
use crate::chip::RtcWatchdog;
use crate::sim::firmware::{Reset, Strapping, Wires};
use crate::sim::soc::clocks::{Rate, time_of};
use crate::sim::soc::registers::Registers;
use crate::sim::soc::resets::{Cause, Extent};
use crate::sim::watchdog::{Bite, Counter, Stages};
use crate::time::{Duration, Instant};

/// First of its registers that are modelled, from the group's first one on.
const WDTCONFIG0: u32 = 0x48;
const WDTCONFIG1: u32 = 0x4c;
const WDTCONFIG2: u32 = 0x50;
const WDTFEED: u32 = 0x60;
const WDTWPROTECT: u32 = 0x64;
const RTCCALICFG: u32 = 0x68;
const RTCCALICFG1: u32 = 0x6c;

/// Bytes of registers.
pub(super) const REGISTERS: u32 = 0x70;

// Bits of WDTCONFIG0: enable; and guard the start from flash.
const ENABLE: u32 = 1 << 31;
const FLASH_BOOT: u32 = 1 << 14;

// Bits of RTCCALICFG: start; start over and over; the cycles to be measured; it
// is done; which clock.
const CALI_START: u32 = 1 << 31;
const CALI_CYCLING: u32 = 1 << 12;
const CALI_MAX: (u32, u32) = (16, 0x7fff);
const CALI_READY: u32 = 1 << 15;
const CALI_SELECT: (u32, u32) = (13, 3);

/// The crystal for the slow clock, in Hz.
const CRYSTAL_32K: u32 = 32_768;

/// What differs from chip to chip.
#[derive(Debug)]
pub struct TimerGroupLayout {
    /// The group's number.
    pub number: u8,
    /// RC_SLOW_CLK, which it can measure.
    pub slow: Rate,
    /// RC_FAST_CLK, which it can measure, divided by 256.
    pub fast: Rate,
}

/// What registers hold after a reset (register header): the watchdog guards
/// the start from flash.
const AFTER_RESET: [(u32, u32); 7] = [
    (WDTCONFIG0, FLASH_BOOT | 1 << 18 | 1 << 15),
    (WDTCONFIG1, 1 << 16),
    (WDTCONFIG2, 26_000_000),
    (WDTCONFIG2 + 4, 0x07ff_ffff),
    (WDTCONFIG2 + 8, 0x000f_ffff),
    (WDTCONFIG2 + 12, 0x000f_ffff),
    (WDTWPROTECT, RtcWatchdog::KEY),
];

/// A timer group.
pub(super) struct TimerGroup {
    base: u32,
    layout: &'static TimerGroupLayout,
    watchdog: Option<Counter>,
    /// When a measurement is over.
    measured: Option<Instant>,
}

impl TimerGroup {
    pub(super) const fn new(base: u32, layout: &'static TimerGroupLayout) -> Self {
        Self {
            base,
            layout,
            watchdog: None,
            measured: None,
        }
    }

    fn get(&self, registers: &Registers, offset: u32) -> u32 {
        registers.get(self.base + offset)
    }

    /// How long a stage lasts, with its clock at `hz`.
    fn hold(&self, stage: u32, registers: &Registers, hz: u32) -> Duration {
        let prescale = (self.get(registers, WDTCONFIG1) >> 16).max(1);
        let count = self.get(registers, WDTCONFIG2 + 4 * stage);
        time_of(u64::from(count) * u64::from(prescale), hz)
    }

    fn stages(&self, registers: &Registers, hz: u32) -> Option<Stages> {
        let config = self.get(registers, WDTCONFIG0);
        let stage = |stage: u32| {
            let bite = match config >> (29 - 2 * stage) & 3 {
                0 | 1 => Bite::Nothing,
                2 => Bite::Cpu,
                _ => Bite::Core,
            };
            (self.hold(stage, registers, hz), bite)
        };
        (config & ENABLE != 0).then(|| [0, 1, 2, 3].map(stage))
    }

    /// Measures a clock against the crystal: how long that takes, and
    /// RTCCALICFG1, with the cycles of the latter.
    fn measure(&self, config: u32, io: &Io<'_, '_>) -> (Duration, u32) {
        let part = |(shift, mask): (u32, u32)| config >> shift & mask;
        let rate = |rate: &Rate| rate.hz(io.registers, io.crystal);
        let hz = match part(CALI_SELECT) {
            0 => rate(&self.layout.slow),
            1 => rate(&self.layout.fast) / 256,
            _ => CRYSTAL_32K,
        };
        let takes = time_of(part(CALI_MAX).into(), hz);
        let cycles = takes.as_nanos() * u128::from(io.crystal) / 1_000_000_000;
        (takes, u32::try_from(cycles).unwrap_or(u32::MAX) << 7 | 1)
    }
}

impl Device for TimerGroup {
    fn reset_values(&self) -> Vec<(u32, u32)> {
        AFTER_RESET.to_vec()
    }

    fn load(&mut self, offset: u32, io: &mut Io<'_, '_>) -> Option<u32> {
        let done = self.measured.is_some_and(|at| at <= io.now);
        let config = self.get(io.registers, RTCCALICFG);
        match offset {
            RTCCALICFG1 if config & CALI_CYCLING != 0 => Some(self.measure(config, io).1),
            RTCCALICFG => {
                let config = config & !CALI_READY;
                Some(if done { config | CALI_READY } else { config })
            }
            RTCCALICFG1 if !done => Some(0),
            _ => None,
        }
    }

    fn steady(&self, offset: u32, _wires: &Wires<'_>) -> bool {
        !matches!(offset, RTCCALICFG | RTCCALICFG1)
    }

    fn permits(&self, offset: u32, registers: &Registers) -> bool {
        !(WDTCONFIG0..WDTWPROTECT).contains(&offset)
            || self.get(registers, WDTWPROTECT) == RtcWatchdog::KEY
    }

    fn store(&mut self, offset: u32, value: u32, io: &mut Io<'_, '_>) {
        match offset {
            WDTFEED => {
                if let Some(counter) = &mut self.watchdog {
                    counter.feed(io.now);
                }
            }
            WDTCONFIG0..WDTFEED => {
                self.watchdog = self
                    .stages(io.registers, io.hz)
                    .and_then(|stages| Counter::start(stages, io.now));
            }
            RTCCALICFG if value & CALI_START != 0 => {
                let (takes, result) = self.measure(value, io);
                self.measured = Some(io.now + takes);
                io.registers.set(self.base + RTCCALICFG1, result);
            }
            RTCCALICFG => self.measured = None,
            _ => {}
        }
        io.asked.rescheduled = true;
    }

    fn next(&self) -> Instant {
        self.watchdog.map_or(NEVER, |counter| counter.ends())
    }

    fn advance(&mut self, io: &mut Io<'_, '_>) {
        if let Some(counter) = &mut self.watchdog {
            if let Some(extent) = Extent::of_bite(counter.end()) {
                io.asked.reset = io
                    .asked
                    .reset
                    .or(Some(Cause::TimerGroup(self.layout.number, extent)));
            }
        }
    }

    fn started(&mut self, reset: Reset, io: &mut Started<'_>) {
        // The first group's guards the start from flash.
        let guards = self.layout.number == 0 && reset.strapping == Strapping::Flash;
        if guards && self.get(io.registers, WDTCONFIG0) & FLASH_BOOT != 0 {
            let hold = self.hold(0, io.registers, io.hz);
            self.watchdog = Counter::start([(hold, Bite::Core); 4], io.now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::Link;
    use crate::sim::chip::{ESP32C3, ESP32C6};
    use crate::sim::firmware::ResetCause;
    use crate::sim::soc::Soc;
    use crate::sim::soc::bench::Bench;

    fn started(soc: &'static Soc, strapping: Strapping) -> Bench {
        let mut bench = Bench::new(soc, Link::default());
        let cause = ResetCause::PowerOn;
        let reset = Reset { cause, strapping };
        bench.peripherals.started(reset, Instant::ZERO);
        bench
    }

    #[test]
    fn it_guards_the_start_from_flash() {
        const SECOND: Duration = Duration::from_secs(1);
        // WDTCONFIG2's 26 million cycles: of the crystal's half, of the crystal.
        for (soc, base, millis) in [(&ESP32C3, 0x6001_f000, 1300), (&ESP32C6, 0x6000_8000, 650)] {
            let bites = |bench: &mut Bench, time| {
                bench.pass(time);
                bench.peripherals.asked.reset
            };
            let bitten = Some(Cause::TimerGroup(0, Extent::Core));
            let time = Duration::from_millis(millis);
            let mut bench = started(soc, Strapping::Flash);
            assert_eq!(bites(&mut bench, time - Duration::from_micros(1)), None);
            assert_eq!(bites(&mut bench, Duration::from_micros(2)), bitten);

            let mut bench = started(soc, Strapping::Download);
            assert_eq!(bites(&mut bench, SECOND), None);
            // Behind the key alone it can be stopped.
            for (key, stopped) in [(1, bitten), (RtcWatchdog::KEY, None)] {
                let mut bench = started(soc, Strapping::Flash);
                bench.store(base + WDTWPROTECT, key);
                bench.store(base + WDTCONFIG0, 0);
                assert_eq!(bites(&mut bench, 2 * SECOND), stopped);
            }
        }
    }

    #[test]
    fn its_stages_end_in_what_they_say() {
        const BASE: u32 = 0x6000_8000;
        let mut bench = started(&ESP32C6, Strapping::Download);
        // At 40 MHz by 40: microseconds.
        bench.store(BASE + WDTCONFIG1, 40 << 16);
        bench.store(BASE + WDTCONFIG2, 1000);
        bench.store(BASE + WDTCONFIG2 + 4, 100);
        bench.store(BASE + WDTCONFIG0, ENABLE | 1 << 29 | 2 << 27);
        bench.pass(Duration::from_micros(900));
        bench.store(BASE + WDTFEED, 1);
        bench.pass(Duration::from_micros(1050));
        assert_eq!(bench.peripherals.asked.reset, None);
        bench.pass(Duration::from_micros(60));
        let bitten = Some(Cause::TimerGroup(0, Extent::Cpu));
        assert_eq!(bench.peripherals.asked.reset, bitten);
    }

    #[test]
    fn it_measures_clocks_against_the_crystal() {
        const BASE: u32 = 0x6000_8000;
        let mut bench = started(&ESP32C6, Strapping::Download);
        // 100 cycles of RC_FAST / 256, which are 1.46 ms.
        bench.store(BASE + RTCCALICFG, CALI_START | 100 << 16 | 1 << 13);
        bench.pass(Duration::from_micros(1410));
        assert_eq!(bench.load(BASE + RTCCALICFG) & CALI_READY, 0);
        bench.pass(Duration::from_micros(100));
        assert_eq!(bench.load(BASE + RTCCALICFG) & CALI_READY, CALI_READY);
        assert_eq!(bench.load(BASE + RTCCALICFG1) >> 7, 58_514);
    }
}
