//! What a word is, for a person.

use super::csr;
use super::decode::{Format, Operands, find, len};
use crate::sim::cpu::numbers::signed;

/// Names of the registers (volume I, table 25.1).
const REGISTERS: [&str; 32] = [
    "zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0", "a1", "a2", "a3", "a4",
    "a5", "a6", "a7", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4",
    "t5", "t6",
];

fn register(number: u8) -> &'static str {
    REGISTERS.get(usize::from(number)).copied().unwrap_or("?")
}

/// An immediate with its sign.
fn number(value: u32) -> String {
    signed(value).to_string()
}

/// The instruction that `word` is at `pc`; its lower half if that is one.
#[must_use]
pub fn disassemble(word: u32, pc: u32) -> String {
    let Some(row) = find(word) else {
        return match len(word) {
            2 => format!(".half {:#06x}", word & 0xffff),
            _ => format!(".word {word:#010x}"),
        };
    };
    let Operands { rd, rs1, rs2, imm } = row.format.operands(word, pc);
    let (d, a, b) = (register(rd), register(rs1), register(rs2));
    let operands = match row.format {
        Format::R => format!("{d}, {a}, {b}"),
        Format::I | Format::Shift | Format::CStackAddress => {
            format!("{d}, {a}, {}", number(imm))
        }
        Format::Load | Format::CL | Format::CLStack => format!("{d}, {}({a})", number(imm)),
        Format::Store | Format::CS | Format::CSStack => format!("{b}, {}({a})", number(imm)),
        Format::Branch => format!("{a}, {b}, {imm:#x}"),
        Format::Upper | Format::CUpper => format!("{d}, {:#x}", imm >> 12),
        Format::UpperHere | Format::Jump => format!("{d}, {imm:#x}"),
        Format::Csr => format!("{d}, {}, {a}", csr_name(imm)),
        Format::CsrBits => format!("{d}, {}, {rs1}", csr_name(imm)),
        Format::Amo => format!("{d}, {b}, ({a})"),
        Format::LoadReserved => format!("{d}, ({a})"),
        Format::None => String::new(),
        Format::CI
        | Format::CStack
        | Format::CShift
        | Format::CB
        | Format::CBShift
        | Format::CImmediate => {
            format!("{d}, {}", number(imm))
        }
        Format::CA | Format::CMove | Format::CR => format!("{d}, {b}"),
        Format::CBranch => format!("{a}, {imm:#x}"),
        Format::CJ | Format::CJLink => format!("{imm:#x}"),
        Format::CJumpRegister | Format::CCallRegister => a.to_owned(),
    };
    format!("{} {operands}", row.name).trim_end().to_owned()
}

fn csr_name(number: u32) -> String {
    let name = u16::try_from(number).ok().and_then(csr::name);
    name.map_or_else(|| format!("{number:#x}"), str::to_owned)
}
