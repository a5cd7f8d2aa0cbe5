//! What a chip consists of: data.

use super::clocks::Rate;
use super::device::Placed;
use super::interrupts::Controller;
use super::registers::{Habit, Window};
use super::resets::Extent;
use crate::chip::{Chip, Field};
use crate::sim::cpu::{Rule, riscv, xtensa};

/// A chip as a machine.
#[derive(Debug)]
pub struct Soc {
    /// The chip.
    pub chip: &'static Chip,
    /// Its first core; others stay in reset.
    pub core: CoreModel,
    /// The core's clock.
    pub core_clock: Rate,
    /// The bit that lets what was written about the core's clock count; none
    /// where it counts at once.
    pub core_clock_update: Option<Field>,
    /// RAM and ROM.
    pub memory: &'static [Piece],
    /// Where devices are. Elsewhere nothing is.
    pub windows: &'static [Window],
    /// Where devices are once more.
    pub mirrors: &'static [Mirror],
    /// What registers hold after a reset, where that is not 0.
    pub after_reset: &'static [(u32, u32)],
    /// Registers with habits.
    pub habits: &'static [Habit],
    /// Devices that are modelled.
    pub devices: &'static [Placed],
    /// How interrupts reach the core.
    pub interrupts: Controller,
    /// How many cycles after its cause an interrupt reaches the core.
    pub interrupt_latency: u64,
    /// What the strapping pins say.
    pub straps: Straps,
    /// How software learns why it was reset.
    pub reset_cause: ResetCauses,
    /// The eFuses that lock it up.
    pub security: SecurityFuses,
    /// How software resets the chip: bits that do it when they are written, and
    /// how far that goes.
    pub software_reset: &'static [(Field, Extent)],
    /// The registers of the low-power domain, which keep what they hold when
    /// only the rest is reset.
    pub low_power: &'static [Window],
}

impl Soc {
    /// Whether the mask ROM is at an address.
    pub(super) fn is_rom(&self, address: u32) -> bool {
        let rom = |rule| matches!(rule, Rule::Rom | Rule::RomLoses | Rule::RomWords);
        let pieces = self.memory.iter().filter(|piece| rom(piece.rule));
        { pieces }.any(|piece| address.wrapping_sub(piece.start) < piece.len)
    }
}

/// Which core.
#[derive(Clone, Copy, Debug)]
pub enum CoreModel {
    /// RISC-V.
    RiscV(&'static riscv::Model),
    /// Xtensa.
    Xtensa(&'static xtensa::Model),
}

impl CoreModel {
    /// Where it begins after a reset.
    pub(super) const fn reset_vector(self) -> u32 {
        match self {
            Self::RiscV(model) => model.reset_vector,
            Self::Xtensa(model) => model.reset_vector,
        }
    }
}

/// A piece of memory.
#[derive(Clone, Copy, Debug)]
pub struct Piece {
    /// Address of its first byte, a multiple of 4 KiB.
    pub start: u32,
    /// Bytes, a multiple of 4 KiB.
    pub len: u32,
    /// How it can be accessed there.
    pub rule: Rule,
    /// Where the same bytes are already.
    pub alias_of: Option<u32>,
}

impl Piece {
    /// Memory of its own.
    #[must_use]
    pub const fn new(start: u32, len: u32, rule: Rule) -> Self {
        Self {
            start,
            len,
            rule,
            alias_of: None,
        }
    }

    /// The memory at `of` once more.
    #[must_use]
    pub const fn alias(start: u32, len: u32, of: u32, rule: Rule) -> Self {
        Self {
            start,
            len,
            rule,
            alias_of: Some(of),
        }
    }
}

/// Device registers that are at other addresses as well.
#[derive(Clone, Copy, Debug)]
pub struct Mirror {
    /// First of the other addresses.
    pub start: u32,
    /// Bytes.
    pub len: u32,
    /// Where they are in one of the [`Soc::windows`].
    pub of: u32,
}

/// Where eFuses are, in the registers that show them, that lock a chip up.
#[derive(Clone, Copy, Debug)]
pub struct SecurityFuses {
    /// Secure download mode.
    pub secure_download: Field,
    /// Secure boot.
    pub secure_boot: Option<Field>,
    /// The flash encryption counter.
    pub crypt_count: Option<Field>,
}

/// What the strapping pins say.
#[derive(Clone, Copy, Debug)]
pub struct Straps {
    /// The register that holds what they said.
    pub register: u32,
    /// Its value when they select the serial loader.
    pub download: u32,
    /// Its value when they select the flash.
    pub flash: u32,
}

/// How software learns why it was reset.
#[derive(Clone, Copy, Debug)]
pub struct ResetCauses {
    /// The register.
    pub register: u32,
    /// The lowest bits of the fields in it, one for each core.
    pub shifts: &'static [u32],
    /// Its value after a reset over USB-Serial/JTAG; the others are the same on
    /// all chips.
    pub usb: u32,
}
