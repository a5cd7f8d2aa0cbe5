//! I: arithmetic, branches and jumps (volume I, chapter 2).

use super::{OPCODE, row3, row7, signed};
use crate::sim::cpu::Bus;
use crate::sim::cpu::riscv::decode::{Format, Instruction, Op};
use crate::sim::cpu::riscv::hart::{Flow, Hart};

const OP_IMM: u32 = 0x13;
const AUIPC: u32 = 0x17;
const OP: u32 = 0x33;
const LUI: u32 = 0x37;
const BRANCH: u32 = 0x63;
const JALR: u32 = 0x67;
const JAL: u32 = 0x6f;

#[rustfmt::skip]
pub(in super::super) const INTEGER: &[Instruction] = &[
    row3("addi",  OP_IMM, 0, Format::I, addi),
    row3("slti",  OP_IMM, 2, Format::I, slti),
    row3("sltiu", OP_IMM, 3, Format::I, sltiu),
    row3("xori",  OP_IMM, 4, Format::I, xori),
    row3("ori",   OP_IMM, 6, Format::I, ori),
    row3("andi",  OP_IMM, 7, Format::I, andi),
    row7("slli",  OP_IMM, 1, 0x00, Format::Shift, slli),
    row7("srli",  OP_IMM, 5, 0x00, Format::Shift, srli),
    row7("srai",  OP_IMM, 5, 0x20, Format::Shift, srai),
    row7("add",   OP, 0, 0x00, Format::R, add),
    row7("sub",   OP, 0, 0x20, Format::R, sub),
    row7("sll",   OP, 1, 0x00, Format::R, sll),
    row7("slt",   OP, 2, 0x00, Format::R, slt),
    row7("sltu",  OP, 3, 0x00, Format::R, sltu),
    row7("xor",   OP, 4, 0x00, Format::R, xor),
    row7("srl",   OP, 5, 0x00, Format::R, srl),
    row7("sra",   OP, 5, 0x20, Format::R, sra),
    row7("or",    OP, 6, 0x00, Format::R, or),
    row7("and",   OP, 7, 0x00, Format::R, and),
    Instruction { name: "lui",   mask: OPCODE, value: LUI,   format: Format::Upper,     run: immediate },
    Instruction { name: "auipc", mask: OPCODE, value: AUIPC, format: Format::UpperHere, run: immediate },
    Instruction { name: "jal",   mask: OPCODE, value: JAL,   format: Format::Jump,      run: jal },
    row3("jalr",  JALR, 0, Format::Load, jalr),
    row3("beq",   BRANCH, 0, Format::Branch, beq),
    row3("bne",   BRANCH, 1, Format::Branch, bne),
    row3("blt",   BRANCH, 4, Format::Branch, blt),
    row3("bge",   BRANCH, 5, Format::Branch, bge),
    row3("bltu",  BRANCH, 6, Format::Branch, bltu),
    row3("bgeu",  BRANCH, 7, Format::Branch, bgeu),
];

/// Instructions that work on two registers, and those that work on a register
/// and the immediate.
macro_rules! arithmetic {
    ($($register:ident, $immediate:ident: |$a:ident, $b:ident| $result:expr;)*) => {$(
        pub(super) fn $register(hart: &mut Hart, _: &mut Bus<'_>, op: &Op) -> Flow {
            let ($a, $b) = (hart.get(op.rs1), hart.get(op.rs2));
            hart.set(op.rd, $result);
            Flow::Next
        }
        pub(super) fn $immediate(hart: &mut Hart, _: &mut Bus<'_>, op: &Op) -> Flow {
            let ($a, $b) = (hart.get(op.rs1), op.imm);
            hart.set(op.rd, $result);
            Flow::Next
        }
    )*};
}

// A shift takes the lowest five bits of its distance: that is what the
// wrapping shifts do.
arithmetic! {
    add, addi: |a, b| a.wrapping_add(b);
    slt, slti: |a, b| u32::from(signed(a) < signed(b));
    sltu, sltiu: |a, b| u32::from(a < b);
    xor, xori: |a, b| a ^ b;
    or, ori: |a, b| a | b;
    and, andi: |a, b| a & b;
    sll, slli: |a, b| a.wrapping_shl(b);
    srl, srli: |a, b| a.wrapping_shr(b);
    sra, srai: |a, b| super::unsigned(signed(a).wrapping_shr(b));
}

pub(super) fn sub(hart: &mut Hart, _: &mut Bus<'_>, op: &Op) -> Flow {
    let difference = hart.get(op.rs1).wrapping_sub(hart.get(op.rs2));
    hart.set(op.rd, difference);
    Flow::Next
}

/// Loads what the decoder has worked out.
pub(super) fn immediate(hart: &mut Hart, _: &mut Bus<'_>, op: &Op) -> Flow {
    hart.set(op.rd, op.imm);
    Flow::Next
}

pub(super) fn jal(hart: &mut Hart, _: &mut Bus<'_>, op: &Op) -> Flow {
    hart.set(op.rd, hart.pc.wrapping_add(u32::from(op.len)));
    hart.jump(op.imm)
}

pub(super) fn jalr(hart: &mut Hart, _: &mut Bus<'_>, op: &Op) -> Flow {
    let target = hart.get(op.rs1).wrapping_add(op.imm) & !1;
    hart.set(op.rd, hart.pc.wrapping_add(u32::from(op.len)));
    hart.jump(target)
}

macro_rules! branches {
    ($($name:ident: |$a:ident, $b:ident| $taken:expr;)*) => {$(
        pub(super) fn $name(hart: &mut Hart, _: &mut Bus<'_>, op: &Op) -> Flow {
            let ($a, $b) = (hart.get(op.rs1), hart.get(op.rs2));
            if $taken { hart.jump(op.imm) } else { Flow::Next }
        }
    )*};
}

branches! {
    beq: |a, b| a == b;
    bne: |a, b| a != b;
    blt: |a, b| signed(a) < signed(b);
    bge: |a, b| signed(a) >= signed(b);
    bltu: |a, b| a < b;
    bgeu: |a, b| a >= b;
}
