//! What is around a core on a board, without the core: tests load and store in
//! its place.

use super::description::Soc;
use super::peripherals::{Connected, Peripherals};
use crate::sim::cpu::{Devices, Fault, Width};
use crate::sim::firmware::Wires;
use crate::sim::line::Line;
use crate::sim::{Link, NorFlash, NorTimes, Record};
use crate::time::{Duration, Instant};

/// A chip without a core.
pub(super) struct Bench {
    pub(super) peripherals: Peripherals,
    pub(super) line: Line,
    pub(super) flash: NorFlash,
    record: Record,
    cycle: u64,
}

impl Bench {
    /// The chip as it comes out of reset, with a crystal of 40 MHz.
    pub(super) fn new(soc: &'static Soc, link: Link) -> Self {
        Self {
            peripherals: Peripherals::new(soc, 40, None, Instant::ZERO),
            line: Line::new(link),
            flash: NorFlash::new(1 << 20, NorTimes::TYPICAL),
            record: Record::default(),
            cycle: 0,
        }
    }

    /// The board's time.
    pub(super) fn now(&self) -> Instant {
        self.peripherals.clock.instant(self.cycle)
    }

    fn with<R>(&mut self, work: impl FnOnce(&mut Connected<'_, '_>, u64) -> R) -> R {
        let mut reset = None;
        let mut wires = Wires {
            line: &mut self.line,
            record: &mut self.record,
            reset: &mut reset,
            flash: &mut self.flash,
        };
        let result = work(
            &mut Connected::new(&mut self.peripherals, &mut wires),
            self.cycle,
        );
        self.peripherals.tune_core(self.cycle);
        result
    }

    /// A word from an address, which takes a cycle.
    pub(super) fn try_load(&mut self, address: u32) -> Result<u32, Fault> {
        let value = self.with(|it, cycle| it.load(cycle, address, Width::B4));
        self.cycle += 1;
        value
    }

    /// A word from a register, which takes a cycle.
    pub(super) fn load(&mut self, address: u32) -> u32 {
        self.try_load(address).unwrap()
    }

    /// A word into a register, which takes a cycle.
    pub(super) fn store(&mut self, address: u32, value: u32) {
        self.with(|it, cycle| it.store(cycle, address, Width::B4, value))
            .unwrap();
        self.cycle += 1;
    }

    /// Lets time pass.
    pub(super) fn pass(&mut self, time: Duration) {
        let end = self.now() + time;
        loop {
            let next = self.with(|it, _| it.peripherals.next(it.wires)).min(end);
            self.cycle = self.cycle.max(self.peripherals.clock.cycle_from(next));
            self.with(|it, cycle| it.catch_up(cycle));
            if next == end {
                break;
            }
        }
    }

    /// The chip counts its cycles anew, as after a reset.
    pub(super) fn restart(&mut self) {
        self.cycle = 0;
    }

    /// What has come to the host so far.
    pub(super) fn heard(&mut self) -> Vec<u8> {
        let mut bytes = vec![0; 4096];
        let count = self.line.receive_at_host(self.now(), &mut bytes);
        bytes.truncate(count);
        bytes
    }
}
