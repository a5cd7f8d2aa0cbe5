//! Interrupts (ISA manual, 4.4.4 and 4.4.5) and the timers that raise some of
//! them (4.4.6).

use super::exceptions::Cause;
use super::model::{LEVELS, TIMERS};
use super::special::number;
use super::state::{PS_EXCM, PS_INTLEVEL, State};

impl State {
    /// The level that is served, or that keeps others out.
    pub(super) fn current_level(&self) -> u8 {
        let [level, ..] = (self.ps() & PS_INTLEVEL).to_le_bytes();
        match self.ps() & PS_EXCM {
            0 => level,
            _ => level.max(self.model.exception_level),
        }
    }

    /// RSIL and WAITI: sets the level and returns PS as it was before.
    pub(super) fn set_level(&mut self, level: u32) -> u32 {
        let before = self.ps();
        self.set_ps(before & !PS_INTLEVEL | level & PS_INTLEVEL);
        before
    }

    /// INTERRUPT.
    pub(super) const fn pending(&self) -> u32 {
        self.lines & self.model.interrupts.lines | self.latched
    }

    pub(super) const fn latch(&mut self, interrupts: u32) {
        self.latched |= interrupts;
    }

    pub(super) const fn unlatch(&mut self, interrupts: u32) {
        self.latched &= !interrupts;
    }

    /// Lines from outside as they are from now on.
    pub(super) fn set_lines(&mut self, lines: u32) {
        self.latch(lines & !self.lines & self.model.interrupts.edges);
        self.lines = lines;
        self.refresh();
    }

    /// The highest level of which there is an interrupt that is not kept out.
    pub(super) fn highest_interrupt(&self) -> Option<u8> {
        let interrupts = &self.model.interrupts;
        let enabled = self.special(number::INTENABLE) | interrupts.unmaskable;
        let wanted = self.pending() & enabled;
        if wanted == 0 {
            return None;
        }
        let current = self.current_level();
        let levels = (0..).zip(interrupts.levels);
        let served = levels.filter(|(level, mask)| *level > current && mask & wanted != 0);
        served.map(|(level, _)| level).max()
    }

    /// Takes the interrupt that is asked for.
    #[cold]
    pub(super) fn take_interrupt(&mut self) {
        self.waiting = false;
        match self.highest_interrupt() {
            Some(1) => {
                self.exception(Cause::Level1Interrupt);
            }
            Some(level) => {
                // What cannot be kept out comes once.
                if self.model.interrupts.levels[usize::from(level) % LEVELS]
                    & self.model.interrupts.unmaskable
                    != 0
                {
                    self.unlatch(self.model.interrupts.unmaskable);
                }
                self.enter_level(level);
            }
            None => self.refresh(),
        }
    }
}

impl State {
    /// CCOUNT.
    pub(super) const fn count(&self, cycle: u64) -> u32 {
        low(cycle.wrapping_sub(self.count_start))
    }

    pub(super) fn set_count(&mut self, value: u32, cycle: u64) {
        self.count_start = cycle.wrapping_sub(u64::from(value));
        self.await_timers(cycle);
    }

    pub(super) fn set_compare(&mut self, timer: u8, value: u32, cycle: u64) {
        self.set_special(number::CCOMPARE.wrapping_add(timer), value);
        self.unlatch(self.model.interrupts.timers[usize::from(timer) % TIMERS]);
        self.await_timers(cycle);
    }

    /// Works out when each timer's turn is, after `cycle`.
    pub(super) fn await_timers(&mut self, cycle: u64) {
        let count = self.count(cycle);
        let mut due = [0; TIMERS];
        for (number, due) in (number::CCOMPARE..).zip(&mut due) {
            let left = match self.special(number).wrapping_sub(count) {
                0 => 1 << 32,
                left => u64::from(left),
            };
            *due = cycle.saturating_add(left);
        }
        self.due = due;
        self.timer = self.due.into_iter().min().unwrap_or(u64::MAX);
    }

    /// Raises the interrupts of the timers whose turn it is.
    #[cold]
    pub(super) fn advance_timers(&mut self, cycle: u64) {
        for (timer, due) in self.model.interrupts.timers.into_iter().zip(self.due) {
            if due <= cycle {
                self.latch(timer);
            }
        }
        self.await_timers(cycle);
        self.refresh();
    }
}

/// The lower half.
const fn low(value: u64) -> u32 {
    let [a, b, c, d, ..] = value.to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}
