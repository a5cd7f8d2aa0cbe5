//! What differs from core to core.

use super::decode::Instruction;
use super::ops;
use super::special::{self, Special};
use crate::sim::cpu::Misaligned;

/// Levels of interrupts, 0 to 7; level 0 is that of no interrupt.
pub(super) const LEVELS: usize = 8;
/// Most timers that a core has.
pub(super) const TIMERS: usize = 3;

/// A kind of core: which of Xtensa's options it has, and how it is configured.
#[derive(Debug)]
pub struct Model {
    /// Where it begins after a reset.
    pub reset_vector: u32,
    /// What VECBASE holds after a reset.
    pub vector_base: u32,
    /// Where exceptions and interrupts lead.
    pub vectors: Vectors,
    /// Its interrupts.
    pub interrupts: Interrupts,
    /// The level below which PS.EXCM keeps interrupts out.
    pub exception_level: u8,
    /// The level of BREAK.
    pub debug_level: u8,
    /// PRID.
    pub processor_id: u32,
    /// Groups of four physical registers, a power of two; 0 without the
    /// windowed register option.
    pub windows: u8,
    /// What comes of a misaligned load or store.
    pub misaligned: Misaligned,
    /// The instructions it has, an option a table.
    pub(super) tables: &'static [&'static [Instruction]],
    /// The special registers it has, in any order.
    pub(super) specials: &'static [&'static [Special]],
    /// The user registers it has, in any order.
    pub(super) user_registers: &'static [(u8, &'static str)],
}

/// Offsets of the vectors from VECBASE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vectors {
    /// Window overflow of 4 registers; underflow of 4 comes 40h behind it, and
    /// so on for 8 and 12.
    pub window: u32,
    /// Interrupts of each level from 2 on, and BREAK, which has a level too.
    pub levels: [u32; LEVELS],
    /// Exceptions in kernel mode, and level 1.
    pub kernel: u32,
    /// The same in user mode.
    pub user: u32,
    /// Exceptions while PS.EXCM is set.
    pub double: u32,
}

/// Which interrupts there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interrupts {
    /// Those of each level.
    pub levels: [u32; LEVELS],
    /// Those that follow a line from outside.
    pub lines: u32,
    /// Those that a rising line from outside sets.
    pub edges: u32,
    /// Those that software sets.
    pub software: u32,
    /// Those that no level and no enable keeps out.
    pub unmaskable: u32,
    /// Those of the timers that there are.
    pub timers: [u32; TIMERS],
}

impl Interrupts {
    /// Those of the ESP32-family's cores (TRM of the ESP32, "Interrupt
    /// Matrix", table of the CPU's interrupts).
    const ESP32: Self = Self {
        levels: [
            0,
            0x0006_37ff,
            0x0038_0000,
            0x28c0_8800,
            0x5300_0000,
            0x8401_0000,
            0,
            0x0000_4000,
        ],
        lines: 0x8fbe_333f,
        edges: 0x5040_4400,
        software: 0x2000_0080,
        unmaskable: 1 << 14,
        timers: [1 << 6, 1 << 15, 1 << 16],
    };

    /// Those of the ESP8266's core.
    const LX106: Self = Self {
        levels: [0, 0x3fff, 0, 0x4000, 0, 0, 0, 0],
        lines: 0x003f,
        edges: 0x7f00,
        software: 0x0080,
        unmaskable: 1 << 14,
        timers: [1 << 6, 0, 0],
    };
}

impl Model {
    /// The first core of the ESP32.
    pub const ESP32: Self = Self {
        reset_vector: 0x4000_0400,
        vector_base: 0x4000_0000,
        vectors: Vectors {
            window: 0,
            levels: [0, 0, 0x180, 0x1c0, 0x200, 0x240, 0x280, 0x2c0],
            kernel: 0x300,
            user: 0x340,
            double: 0x3c0,
        },
        interrupts: Interrupts::ESP32,
        exception_level: 3,
        debug_level: 6,
        processor_id: 0xcdcd,
        windows: 16,
        misaligned: Misaligned::Handled,
        tables: &[
            ops::CORE,
            ops::SHIFT,
            ops::BRANCH,
            ops::MEMORY,
            ops::SYSTEM,
            ops::DENSITY,
            ops::WINDOW,
            ops::LOOP,
            ops::MUL16,
            ops::MUL32,
            ops::MUL32_HIGH,
            ops::DIV32,
            ops::NSA,
            ops::MISC,
            ops::BOOLEAN,
            ops::MULTIPROCESSOR,
            ops::CONDITIONAL_STORE,
            ops::USER_REGISTERS,
            ops::EXTERNAL,
        ],
        specials: &[
            special::CORE,
            special::INTERRUPT,
            special::HIGH_LEVELS,
            special::WINDOW,
            special::LOOP,
            special::BOOLEAN,
            special::CONDITIONAL_STORE,
            special::MISC,
            special::MAC16,
            special::VECBASE,
            special::DEBUG,
            special::TIMERS_1_2,
            special::COPROCESSOR,
            special::MEMORY_CONTROL,
        ],
        user_registers: &[
            (231, "threadptr"),
            (232, "fcr"),
            (233, "fsr"),
            (234, "f64r_lo"),
            (235, "f64r_hi"),
            (236, "f64s"),
        ],
    };

    /// The cores of ESP32-S2 and ESP32-S3, without floating point and the
    /// vector instructions of the S3.
    pub const LX7: Self = Self {
        tables: &[
            ops::CORE,
            ops::SHIFT,
            ops::BRANCH,
            ops::MEMORY,
            ops::SYSTEM,
            ops::DENSITY,
            ops::WINDOW,
            ops::LOOP,
            ops::MUL16,
            ops::MUL32,
            ops::MUL32_HIGH,
            ops::DIV32,
            ops::NSA,
            ops::MISC,
            ops::BOOLEAN,
            ops::MULTIPROCESSOR,
            ops::CONDITIONAL_STORE,
            ops::USER_REGISTERS,
            ops::EXTERNAL,
            ops::SALT,
        ],
        ..Self::ESP32
    };

    /// The core of the ESP8266.
    pub const LX106: Self = Self {
        reset_vector: 0x4000_0080,
        vector_base: 0x4000_0000,
        vectors: Vectors {
            window: 0,
            levels: [0, 0, 0x10, 0x20, 0, 0, 0, 0],
            kernel: 0x30,
            user: 0x50,
            double: 0x70,
        },
        interrupts: Interrupts::LX106,
        exception_level: 1,
        debug_level: 2,
        processor_id: 0,
        windows: 0,
        misaligned: Misaligned::Traps,
        tables: &[
            ops::CORE,
            ops::SHIFT,
            ops::BRANCH,
            ops::MEMORY,
            ops::SYSTEM,
            ops::DENSITY,
            ops::MUL16,
            ops::MUL32,
            ops::NSA,
        ],
        specials: &[
            special::CORE,
            special::INTERRUPT,
            special::LEVELS_2_3,
            special::VECBASE,
            special::DEBUG,
        ],
        user_registers: &[],
    };
}
