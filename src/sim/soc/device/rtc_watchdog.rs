//! The watchdogs of the low-power domain, behind their registers (TRM,
//! "Watchdog Timers"). What they do is [`Watchdogs`]' business, where they are
//! is in the chip table.

use super::{Device, Io, NEVER, Started};
use crate::chip::{RtcWatchdog as Key, Watchdogs as Facts};
use crate::sim::firmware::{Reset, ResetCause, Strapping, Wires};
use crate::sim::soc::registers::Registers;
use crate::sim::soc::resets::Cause;
use crate::sim::watchdog::Watchdogs;
use crate::time::Instant;

/// The RTC watchdog and the super watchdog.
pub(in crate::sim::soc) struct RtcWatchdog {
    facts: &'static Facts,
    dogs: Watchdogs,
}

impl RtcWatchdog {
    pub(in crate::sim::soc) const fn new(facts: &'static Facts) -> Self {
        Self {
            facts,
            dogs: Watchdogs::new(Some(facts)),
        }
    }

    /// Address of its first register.
    pub(in crate::sim::soc) const fn base(&self) -> u32 {
        self.facts.rtc.config0
    }

    /// Bytes of registers.
    pub(in crate::sim::soc) fn len(&self) -> u32 {
        let guard = self.facts.super_watchdog.as_ref();
        guard.map_or(self.facts.rtc.protect, |dog| dog.protect) + 4 - self.base()
    }
}

impl Device for RtcWatchdog {
    fn reset_values(&self) -> Vec<(u32, u32)> {
        let rtc = &self.facts.rtc;
        let guard = self.facts.super_watchdog.as_ref();
        // They are not locked, and one guards the start from flash.
        let values = [
            (rtc.config0, rtc.flash_boot),
            (rtc.config1, rtc.boot_hold),
            (rtc.protect, Key::KEY),
        ];
        values
            .into_iter()
            .chain(guard.map(|dog| (dog.protect, dog.key)))
            .map(|(address, value)| (address - self.base(), value))
            .collect()
    }

    fn load(&mut self, _offset: u32, _io: &mut Io<'_, '_>) -> Option<u32> {
        None
    }

    fn steady(&self, _offset: u32, _wires: &Wires<'_>) -> bool {
        true
    }

    fn permits(&self, offset: u32, registers: &Registers) -> bool {
        let address = self.base() + offset;
        self.dogs.permit(address, |it| registers.get(it))
    }

    fn store(&mut self, offset: u32, _value: u32, io: &mut Io<'_, '_>) {
        let address = self.base() + offset;
        self.dogs
            .written(address, io.now, |it| io.registers.get(it));
        io.asked.rescheduled = true;
    }

    fn next(&self) -> Instant {
        self.dogs.due().unwrap_or(NEVER)
    }

    fn advance(&mut self, io: &mut Io<'_, '_>) {
        if let Some(bitten) = self.dogs.advance(io.now) {
            io.asked.reset = io.asked.reset.or(Cause::of_bite(bitten));
        }
    }

    fn outlives_core_reset(&self) -> bool {
        true
    }

    fn resume(&mut self, _registers: &Registers, watchdogs: &Watchdogs) {
        self.dogs = *watchdogs;
    }

    fn started(&mut self, reset: Reset, io: &mut Started<'_>) {
        match (reset.cause, reset.strapping) {
            // What an application or its bootloader had set goes on.
            (ResetCause::Usb, Strapping::Download) => self.dogs.arm(io.now),
            (_, Strapping::Flash) => self.dogs.guard_boot(io.now, |it| io.registers.get(it)),
            _ => {}
        }
    }
}
