//! Devices: what a chip has besides cores and memory.
//!
//! A device owns some registers. What is stored to them is kept in the chip's
//! [`Registers`] in any case; the device is told afterwards. What is loaded
//! comes from the device, or from there if it says nothing about that
//! register. A device's layout is data of the chip ([`Kind`]).

mod flash_controller;
mod random;
mod uart;

pub use flash_controller::FlashControllerLayout;
pub use uart::{AutobaudLayout, TimeoutLayout, UartLayout};

use super::registers::Registers;
use crate::sim::firmware::{ResetCause, Wires};
use crate::time::Instant;

/// A device of a chip, and where it is.
#[derive(Debug)]
pub struct Placed {
    /// Address of its first register.
    pub base: u32,
    /// Where the interrupt matrix says which line of the core its interrupt
    /// goes to; none if its interrupt is not connected.
    pub interrupt: Option<u32>,
    /// What it is.
    pub kind: Kind,
}

/// What a device is, with what differs from chip to chip.
#[derive(Debug)]
pub enum Kind {
    /// A UART that is connected to the board's serial line.
    Uart(UartLayout),
    /// The SPI controller that the flash hangs on.
    FlashController(FlashControllerLayout),
    /// The random number register.
    Random,
}

impl Kind {
    /// The device, as it comes out of reset.
    pub(super) fn make(&'static self, base: u32) -> Box<dyn Device> {
        match self {
            Self::Uart(layout) => Box::new(uart::Uart::new(base, layout)),
            Self::Random => Box::new(random::Random::new()),
            Self::FlashController(layout) => {
                Box::new(flash_controller::FlashController::new(base, layout))
            }
        }
    }

    /// Bytes of registers that it owns.
    pub(super) const fn len(&self) -> u32 {
        match self {
            Self::Uart(_) => uart::REGISTERS,
            Self::FlashController(_) => flash_controller::REGISTERS,
            Self::Random => 4,
        }
    }
}

/// A device, from the side of the chip around it.
pub(super) trait Device: Send {
    /// What a core reads at an offset from the device's first register; none
    /// for what was stored there.
    fn load(&mut self, offset: u32, io: &mut Io<'_, '_>) -> Option<u32>;

    /// A core has stored `value`; the chip's registers hold it already.
    fn store(&mut self, offset: u32, value: u32, io: &mut Io<'_, '_>);

    /// The cycle at which something will happen by itself; [`NEVER`] if
    /// nothing will.
    fn next(&self) -> u64 {
        NEVER
    }

    /// Does what is due at `io.now`.
    fn advance(&mut self, _io: &mut Io<'_, '_>) {}

    /// A byte from the host has arrived on the wires.
    fn arrival(&mut self, _io: &mut Io<'_, '_>) {}

    /// Whether it asks for its interrupt.
    fn interrupts(&self, _registers: &Registers) -> bool {
        false
    }
}

/// The cycle that never comes.
pub(super) const NEVER: u64 = u64::MAX;

/// What a device has to do with.
pub(super) struct Io<'a, 'w> {
    /// The cycle.
    pub(super) now: u64,
    /// What a cycle is.
    pub(super) clock: Clock,
    /// The other clocks.
    pub(super) clocks: Clocks,
    /// All registers of the chip.
    pub(super) registers: &'a mut Registers,
    /// What the chip is connected to.
    pub(super) wires: &'a mut Wires<'w>,
    /// What is to happen as soon as the core has finished its instruction.
    pub(super) asked: &'a mut Asked,
}

/// What devices have asked for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Asked {
    /// The chip is to be reset.
    pub(super) reset: Option<ResetCause>,
    /// Something was put on a wire.
    pub(super) sent: bool,
    /// The time at which something will happen has changed.
    pub(super) rescheduled: bool,
}

impl Io<'_, '_> {
    /// The board's time.
    pub(super) fn time(&self) -> Instant {
        self.clock.instant(self.now)
    }
}

/// Clocks that devices divide, in Hz.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clocks {
    /// The crystal.
    pub(super) crystal: u32,
    /// What the UART divides.
    pub(super) uart: u32,
}

/// A core's clock: cycles since the board's epoch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    hz: u64,
}

const NANOS: u128 = 1_000_000_000;

impl Clock {
    pub(super) fn new(hz: u32) -> Self {
        Self {
            hz: u64::from(hz.max(1)),
        }
    }

    /// The last cycle that has begun at a point in time.
    pub(super) fn cycle(self, at: Instant) -> u64 {
        let cycles = u128::from(at.as_nanos()) * u128::from(self.hz) / NANOS;
        u64::try_from(cycles).unwrap_or(NEVER)
    }

    /// The first cycle that has not begun before a point in time.
    pub(super) fn cycle_from(self, at: Instant) -> u64 {
        let cycles = (u128::from(at.as_nanos()) * u128::from(self.hz)).div_ceil(NANOS);
        u64::try_from(cycles).unwrap_or(NEVER)
    }

    /// When a cycle begins, to the nanosecond before.
    pub(super) fn instant(self, cycle: u64) -> Instant {
        let nanos = u128::from(cycle) * NANOS / u128::from(self.hz);
        Instant::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    /// How many cycles of this clock `count` cycles of one with `hz` are, at
    /// least 1.
    pub(super) fn cycles_of(self, count: u64, hz: u32) -> u64 {
        let cycles = u128::from(count) * u128::from(self.hz) / u128::from(hz.max(1));
        u64::try_from(cycles).unwrap_or(NEVER).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cycles_and_time_agree() {
        for hz in [20_000_000, 32_000_000, 40_000_000, 90_000_001] {
            let clock = Clock::new(hz);
            for cycle in [0, 1, 2, 3, 1_000_003, 1 << 50] {
                let at = clock.instant(cycle);
                assert!(clock.cycle(at) <= cycle);
                assert!(clock.instant(clock.cycle(at)) <= at);
                assert_eq!(clock.cycle_from(at), cycle, "{hz} {cycle}");
            }
        }
        let clock = Clock::new(20_000_000);
        assert_eq!(clock.cycle(Instant::from_nanos(149)), 2);
        assert_eq!(clock.cycle_from(Instant::from_nanos(101)), 3);
        assert_eq!(clock.cycles_of(10, 40_000_000), 5);
    }
}
