//! The instructions, a file a family: tables of encodings, and what each one
//! does.

mod atomic;
mod compressed;
mod integer;
mod memory;
mod muldiv;
mod system;

pub(super) use atomic::ATOMIC;
pub(super) use compressed::COMPRESSED;
pub(super) use integer::INTEGER;
pub(super) use memory::MEMORY;
pub(super) use muldiv::MULDIV;
pub(super) use system::{SYSTEM, unknown};

use super::decode::{Format, Instruction, Run};
use crate::sim::cpu::numbers::{signed, unsigned};

/// Bits that are fixed in all instructions of a kind: opcode; opcode and
/// funct3; opcode, funct3 and funct7 (volume I, figure 2.2).
const OPCODE: u32 = 0x0000_007f;
const FUNCT3: u32 = 0x0000_707f;
const FUNCT7: u32 = 0xfe00_707f;

/// A row whose instruction is told by its opcode and `funct3`.
const fn row3(
    name: &'static str,
    opcode: u32,
    funct3: u32,
    format: Format,
    run: Run,
) -> Instruction {
    Instruction {
        name,
        mask: FUNCT3,
        value: opcode | funct3 << 12,
        format,
        run,
    }
}

/// A row whose instruction is told by its opcode, `funct3` and `funct7`.
const fn row7(
    name: &'static str,
    opcode: u32,
    funct3: u32,
    funct7: u32,
    format: Format,
    run: Run,
) -> Instruction {
    Instruction {
        name,
        mask: FUNCT7,
        value: opcode | funct3 << 12 | funct7 << 25,
        format,
        run,
    }
}
