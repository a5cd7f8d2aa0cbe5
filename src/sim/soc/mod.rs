//! Chips as machines: what is around a core.
//!
//! A [`Soc`] is the description of a chip: data. With a [`RomImage`] it becomes
//! a [`Firmware`](super::Firmware) that executes the mask ROM.

#[cfg(test)]
mod bench;
mod clocks;
mod description;
mod device;
pub mod elf;
mod interrupts;
mod machine;
mod peripherals;
mod registers;
mod resets;
mod rom;

pub use clocks::Rate;
pub use description::{CoreModel, Mirror, Piece, ResetCauses, SecurityFuses, Soc, Straps};
pub use device::{
    Algorithm, AutobaudLayout, FlashCacheLayout, FlashControllerLayout, FlashWindow, Kind,
    MmuEntries, Placed, ShaLayout, ShaRegisters, TimeoutLayout, TimerGroupLayout, UartLayout,
};
pub use interrupts::Controller;
pub(super) use machine::{Bare, bare};
pub use machine::{BuildError, Options, RomImage};
pub use registers::{Habit, Touched, Trace, Window};
pub use resets::Extent;
pub use rom::{Rom, RomError};

use crate::chip::Chip;

/// The machine of a chip, if there is one.
#[must_use]
pub fn of_chip(chip: &Chip) -> Option<&'static Soc> {
    super::chip::ALL
        .iter()
        .copied()
        .find(|soc| soc.chip == chip)
}
