//! What differs from core to core.

use super::csr::{self, Csr};
use crate::sim::cpu::Misaligned;

/// A kind of core.
#[derive(Debug)]
pub struct Model {
    /// Where it begins after a reset.
    pub reset_vector: u32,
    /// Where it goes on an interrupt, and what it keeps about it.
    pub vectors: Vectors,
    /// Where an interrupt line is enabled.
    pub enable: Enable,
    /// What comes of a misaligned load or store.
    pub misaligned: Misaligned,
    /// The control and status registers it has, in any order.
    pub(super) csrs: &'static [&'static [Csr]],
}

/// Where traps lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vectors {
    /// To `mtvec`, interrupts to the word there that belongs to their line
    /// ("vectored"). Levels are the controller's business.
    Table,
    /// To `mtvec`, wherever they come from. The core knows the level that it
    /// serves, and serves only higher ones meanwhile (CLIC, not vectored).
    Clic,
}

/// Where an interrupt line is enabled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enable {
    /// At the controller.
    Controller,
    /// At the controller, and in `mie`.
    ControllerAndMie,
}

impl Model {
    /// The core of ESP32-C2 and ESP32-C3.
    pub const C3: Self = Self {
        reset_vector: 0x4000_0000,
        vectors: Vectors::Table,
        enable: Enable::Controller,
        // TRM of the ESP32-C3: of the exceptions for misaligned addresses the
        // core has none.
        misaligned: Misaligned::Handled,
        csrs: &[csr::MACHINE, csr::IDS_C3, csr::COUNTER_802, csr::PROTECTION],
    };
    /// The core of ESP32-C6 and ESP32-H2.
    pub const C6: Self = Self {
        enable: Enable::ControllerAndMie,
        csrs: &[
            csr::MACHINE,
            csr::IDS_C6,
            csr::COUNTER_802,
            csr::PROTECTION,
            csr::ATTRIBUTES,
        ],
        ..Self::C3
    };
    /// The core of ESP32-C5 and ESP32-C61.
    pub const C5: Self = Self {
        vectors: Vectors::Clic,
        csrs: &[
            csr::MACHINE,
            csr::COUNTERS,
            csr::CACHE,
            csr::PROTECTION,
            csr::ATTRIBUTES,
            csr::CLIC,
        ],
        ..Self::C3
    };
    /// The cores of the ESP32-P4, without their floating point.
    pub const P4: Self = Self {
        reset_vector: 0x4fc0_0000,
        ..Self::C5
    };
    /// The cores of the ESP32-S31, without their floating point.
    pub const S31: Self = Self {
        reset_vector: 0x2f80_0000,
        ..Self::C5
    };
}
