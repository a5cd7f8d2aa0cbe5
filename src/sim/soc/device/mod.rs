//! Devices: what a chip has besides cores and memory.
//!
//! A device owns some registers. What is stored to them is kept in the chip's
//! [`Registers`] in any case; the device is told afterwards. What is loaded
//! comes from the device, or from there if it says nothing about that
//! register. A device's layout is data of the chip ([`Kind`]).

mod flash_cache;
mod flash_controller;
mod fuse_command;
mod random;
mod rtc_watchdog;
mod sha;
mod timer_group;
mod uart;
mod usb_serial_jtag;

pub use flash_cache::{FlashCacheLayout, FlashWindow, MmuEntries};
pub use flash_controller::FlashControllerLayout;
pub(super) use rtc_watchdog::RtcWatchdog;
pub use sha::{Algorithm, ShaLayout, ShaRegisters};
pub use timer_group::TimerGroupLayout;
pub use uart::{AutobaudLayout, TimeoutLayout, UartLayout};

use super::clocks::Rate;
use super::registers::{Habit, Registers};
use super::resets::Cause;
use crate::sim::firmware::{Reset, Wires};
use crate::sim::watchdog::Watchdogs;
use crate::time::Instant;

/// A device of a chip, and where it is.
#[derive(Debug)]
pub struct Placed {
    /// Address of its first register.
    pub base: u32,
    /// The clock that it counts and divides.
    pub clock: Rate,
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
    /// The flash as memory.
    FlashCache(FlashCacheLayout),
    /// The SHA accelerator.
    Sha(ShaLayout),
    /// The serial port of USB-Serial/JTAG.
    UsbSerialJtag,
    /// A timer group.
    TimerGroup(TimerGroupLayout),
    /// The random number register.
    Random,
    /// The register that starts reading or burning eFuses.
    FuseCommand,
}

impl Kind {
    /// The device, as it comes out of reset.
    pub(super) fn make(&'static self, base: u32) -> Box<dyn Device> {
        match self {
            Self::Uart(layout) => Box::new(uart::Uart::new(base, layout)),
            Self::FlashCache(layout) => Box::new(flash_cache::FlashCache::new(base, layout)),
            Self::Sha(layout) => Box::new(sha::Sha::new(base, layout)),
            Self::UsbSerialJtag => Box::new(usb_serial_jtag::UsbSerialJtag::new(base)),
            Self::TimerGroup(layout) => Box::new(timer_group::TimerGroup::new(base, layout)),
            Self::Random => Box::new(random::Random::new()),
            Self::FuseCommand => Box::new(fuse_command::FuseCommand::default()),
            Self::FlashController(layout) => {
                Box::new(flash_controller::FlashController::new(base, layout))
            }
        }
    }

    /// The habits of registers around it that are not its own.
    pub(super) const fn habits(&self) -> &'static [Habit] {
        match self {
            Self::FlashCache(layout) => layout.control,
            _ => &[],
        }
    }

    /// Bytes of registers that it owns.
    pub(super) const fn len(&self) -> u32 {
        match self {
            Self::Uart(_) => uart::REGISTERS,
            Self::FlashController(_) => flash_controller::REGISTERS,
            Self::FlashCache(layout) => layout.len(),
            Self::Sha(_) => sha::REGISTERS,
            Self::UsbSerialJtag => usb_serial_jtag::REGISTERS,
            Self::TimerGroup(_) => timer_group::REGISTERS,
            Self::Random | Self::FuseCommand => 4,
        }
    }
}

/// What a cache shows at an address of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// The flash, from this address on.
    Flash(u32),
    /// This word, because no page is there.
    Word(u32),
}

/// A device, from the side of the chip around it.
pub(super) trait Device: Send {
    /// What a core reads at an offset from the device's first register; none
    /// for what was stored there.
    fn load(&mut self, offset: u32, io: &mut Io<'_, '_>) -> Option<u32>;

    /// Whether a load of a register changes nothing, and gives the same until
    /// something is stored, something arrives, or it does something by itself
    /// ([`Device::next`]). If in doubt it does not.
    fn steady(&self, _offset: u32, _wires: &Wires<'_>) -> bool {
        false
    }

    /// Whether a register takes what a core stores.
    fn permits(&self, _offset: u32, _registers: &Registers) -> bool {
        true
    }

    /// A core has stored `value`; the chip's registers hold it already.
    fn store(&mut self, offset: u32, value: u32, io: &mut Io<'_, '_>);

    /// Whether it wants to know when a register that nobody owns is written.
    fn watches(&self, _address: u32) -> bool {
        false
    }

    /// One of those has been written.
    fn noticed(&mut self, _registers: &mut Registers) {}

    /// The registers are as somebody else has left them, who took the core's
    /// place so far.
    fn resume(&mut self, _registers: &Registers, _watchdogs: &Watchdogs) {}

    /// When something will happen by itself; [`NEVER`] if nothing will.
    fn next(&self) -> Instant {
        NEVER
    }

    /// Does what is due at `io.now`.
    fn advance(&mut self, _io: &mut Io<'_, '_>) {}

    /// When it can take something from the host; [`NEVER`] if it does not hear
    /// the host, or the host has nothing, or there is no room.
    fn arrives(&self, _wires: &Wires<'_>) -> Instant {
        NEVER
    }

    /// Takes from the host what has arrived by `io.now`.
    fn arrival(&mut self, _io: &mut Io<'_, '_>) {}

    /// Whether it is in the low-power domain and goes on when the rest of the
    /// chip is reset.
    fn outlives_core_reset(&self) -> bool {
        false
    }

    /// What its registers hold after a reset, where that is not 0: offsets and
    /// values.
    fn reset_values(&self) -> Vec<(u32, u32)> {
        vec![]
    }

    /// The chip comes out of a reset.
    fn started(&mut self, _reset: Reset, _io: &mut Started<'_>) {}

    /// What a cache shows at an address of memory, if that is its business.
    fn shown(&self, _address: u32, _registers: &Registers) -> Option<Shown> {
        None
    }

    /// Whether it asks for its interrupt.
    fn interrupts(&self, _registers: &Registers) -> bool {
        false
    }
}

/// The time that never comes.
pub(super) const NEVER: Instant = Instant::FAR_FUTURE;

/// What a device has to do with.
pub(super) struct Io<'a, 'w> {
    /// The board's time.
    pub(super) now: Instant,
    /// How fast the device's clock ticks, in Hz.
    pub(super) hz: u32,
    /// How fast the crystal does.
    pub(super) crystal: u32,
    /// All registers of the chip.
    pub(super) registers: &'a mut Registers,
    /// What the chip is connected to.
    pub(super) wires: &'a mut Wires<'w>,
    /// What is to happen as soon as the core has finished its instruction.
    pub(super) asked: &'a mut Asked,
}

/// What a device has to do with when the chip comes out of a reset.
pub(super) struct Started<'a> {
    /// The board's time.
    pub(super) now: Instant,
    /// How fast the device's clock ticks, in Hz.
    pub(super) hz: u32,
    /// All registers of the chip.
    pub(super) registers: &'a Registers,
}

/// What devices have asked for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Asked {
    /// The chip is to be reset.
    pub(super) reset: Option<Cause>,
    /// Something was put on a wire.
    pub(super) sent: bool,
    /// The time at which something will happen has changed.
    pub(super) rescheduled: bool,
}
