//! C: compressed instructions (volume I, chapter 16). Each is another encoding
//! of an instruction of the other families.

use super::integer::{
    add, addi, and, andi, beq, bne, immediate, jal, jalr, or, slli, srai, srli, sub, xor,
};
use super::memory::{lw, sw};
use super::system::{ebreak, illegal, unknown};
use crate::sim::cpu::riscv::decode::{Format, Instruction, Run};

const fn row(name: &'static str, mask: u32, value: u32, format: Format, run: Run) -> Instruction {
    Instruction {
        name,
        mask,
        value,
        format,
        run,
    }
}

/// The first row that fits counts: what is reserved (table 16.5 to 16.7) comes
/// before what it would be, and the special case before the general one.
#[rustfmt::skip]
pub(in super::super) const COMPRESSED: &[Instruction] = &[
    // Quadrant 0.
    row("c.unimp",    0xffff, 0x0000, Format::None, illegal),
    row("reserved",   0xffe3, 0x0000, Format::None, unknown),
    row("c.addi4spn", 0xe003, 0x0000, Format::CStackAddress, addi),
    row("c.lw",       0xe003, 0x4000, Format::CL, lw),
    row("c.sw",       0xe003, 0xc000, Format::CS, sw),
    // Quadrant 1. Without an immediate, c.addi and c.li are hints and do what
    // they say.
    row("c.addi",     0xe003, 0x0001, Format::CI, addi),
    row("c.jal",      0xe003, 0x2001, Format::CJLink, jal),
    row("c.li",       0xe003, 0x4001, Format::CImmediate, immediate),
    row("reserved",   0xf07f, 0x6001, Format::None, unknown),
    row("c.addi16sp", 0xef83, 0x6101, Format::CStack, addi),
    row("c.lui",      0xe003, 0x6001, Format::CUpper, immediate),
    row("c.srli",     0xfc03, 0x8001, Format::CBShift, srli),
    row("c.srai",     0xfc03, 0x8401, Format::CBShift, srai),
    row("c.andi",     0xec03, 0x8801, Format::CB, andi),
    row("c.sub",      0xfc63, 0x8c01, Format::CA, sub),
    row("c.xor",      0xfc63, 0x8c21, Format::CA, xor),
    row("c.or",       0xfc63, 0x8c41, Format::CA, or),
    row("c.and",      0xfc63, 0x8c61, Format::CA, and),
    row("c.j",        0xe003, 0xa001, Format::CJ, jal),
    row("c.beqz",     0xe003, 0xc001, Format::CBranch, beq),
    row("c.bnez",     0xe003, 0xe001, Format::CBranch, bne),
    // Quadrant 2.
    row("c.slli",     0xf003, 0x0002, Format::CShift, slli),
    row("reserved",   0xef83, 0x4002, Format::None, unknown),
    row("c.lwsp",     0xe003, 0x4002, Format::CLStack, lw),
    row("reserved",   0xffff, 0x8002, Format::None, unknown),
    row("c.jr",       0xf07f, 0x8002, Format::CJumpRegister, jalr),
    row("c.mv",       0xf003, 0x8002, Format::CMove, add),
    row("c.ebreak",   0xffff, 0x9002, Format::None, ebreak),
    row("c.jalr",     0xf07f, 0x9002, Format::CCallRegister, jalr),
    row("c.add",      0xf003, 0x9002, Format::CR, add),
    row("c.swsp",     0xe003, 0xc002, Format::CSStack, sw),
];
