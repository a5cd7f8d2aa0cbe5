//! Core: branches, jumps and calls that leave the windows alone (ISA manual,
//! 4.2.3 and 4.2.4).

use super::{Format, Instruction, OP0, R, row, si, signed, st_t, st0};
use crate::sim::cpu::Bus;
use crate::sim::cpu::xtensa::decode::Op;
use crate::sim::cpu::xtensa::state::{Flow, State};

/// A row of B: r.
const fn b(name: &'static str, r: u32, format: Format, run: super::Run) -> Instruction {
    row(name, OP0 | R, 0x7 | r << 12, format, run)
}

/// A row of which r has the highest bit of a bit's number.
const fn b_bit(name: &'static str, r: u32, run: super::Run) -> Instruction {
    row(name, OP0 | 0xe000, 0x7 | r << 12, Format::BranchBit, run)
}

/// A row of CALLN or the J of SI: the two bits above `op0`.
const fn far(name: &'static str, value: u32, format: Format, run: super::Run) -> Instruction {
    row(name, 0x3f, value, format, run)
}

#[rustfmt::skip]
pub(in super::super) const BRANCH: &[Instruction] = &[
    b("bnone", 0x0, Format::Branch, bnone),
    b("beq",   0x1, Format::Branch, beq),
    b("blt",   0x2, Format::Branch, blt),
    b("bltu",  0x3, Format::Branch, bltu),
    b("ball",  0x4, Format::Branch, ball),
    b("bbc",   0x5, Format::Branch, bbc),
    b_bit("bbci", 0x6, bbci),
    b("bany",  0x8, Format::Branch, bany),
    b("bne",   0x9, Format::Branch, bne),
    b("bge",   0xa, Format::Branch, bge),
    b("bgeu",  0xb, Format::Branch, bgeu),
    b("bnall", 0xc, Format::Branch, bnall),
    b("bbs",   0xd, Format::Branch, bbs),
    b_bit("bbsi", 0xe, bbsi),
    far("j", 0x06, Format::Jump, jump),
    si("beqz",  0x1, Format::BranchZero, beqz),
    si("bnez",  0x5, Format::BranchZero, bnez),
    si("bltz",  0x9, Format::BranchZero, bltz),
    si("bgez",  0xd, Format::BranchZero, bgez),
    si("beqi",  0x2, Format::BranchConstant, beqi),
    si("bnei",  0x6, Format::BranchConstant, bnei),
    si("blti",  0xa, Format::BranchConstant, blti),
    si("bgei",  0xe, Format::BranchConstant, bgei),
    si("bltui", 0xb, Format::BranchConstantUnsigned, bltui),
    si("bgeui", 0xf, Format::BranchConstantUnsigned, bgeui),
    far("call0", 0x05, Format::Call, call0),
    st0("ret",     0, 0, 0x8, Format::None, ret),
    st_t("jx",     0, 0, 0xa, Format::JumpRegister, jx),
    st_t("callx0", 0, 0, 0xc, Format::JumpRegister, callx0),
];

/// Branches that look at two registers, and those that look at one and a
/// constant.
macro_rules! branches {
    ($($two:ident, $constant:ident: |$s:ident, $t:ident| $taken:expr;)*) => {$(
        pub(super) fn $two(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
            let ($s, $t) = (state.get(op.s), state.get(op.t));
            if $taken { state.jump(op.imm) } else { Flow::Next }
        }
        pub(super) fn $constant(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
            let ($s, $t) = (state.get(op.s), op.constant);
            if $taken { state.jump(op.imm) } else { Flow::Next }
        }
    )*};
}

// The constant of BBCI and BBSI is the value of the bit.
branches! {
    beq, beqi: |s, t| s == t;
    bne, bnei: |s, t| s != t;
    blt, blti: |s, t| signed(s) < signed(t);
    bge, bgei: |s, t| signed(s) >= signed(t);
    bltu, bltui: |s, t| s < t;
    bgeu, bgeui: |s, t| s >= t;
    bnone, bbci: |s, t| s & t == 0;
    bany, bbsi: |s, t| s & t != 0;
}

/// Branches that look at two registers.
macro_rules! branches_of_two {
    ($($name:ident: |$s:ident, $t:ident| $taken:expr;)*) => {$(
        fn $name(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
            let ($s, $t) = (state.get(op.s), state.get(op.t));
            if $taken { state.jump(op.imm) } else { Flow::Next }
        }
    )*};
}

branches_of_two! {
    ball: |s, t| !s & t == 0;
    bnall: |s, t| !s & t != 0;
    bbc: |s, t| s.wrapping_shr(t) & 1 == 0;
    bbs: |s, t| s.wrapping_shr(t) & 1 != 0;
}

/// Branches that look at one register.
macro_rules! branches_of_one {
    ($($name:ident: |$s:ident| $taken:expr;)*) => {$(
        pub(super) fn $name(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
            let $s = state.get(op.s);
            if $taken { state.jump(op.imm) } else { Flow::Next }
        }
    )*};
}

branches_of_one! {
    beqz: |s| s == 0;
    bnez: |s| s != 0;
    bltz: |s| signed(s) < 0;
    bgez: |s| signed(s) >= 0;
}

fn jump(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    state.jump(op.imm)
}

fn jx(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    state.jump(state.get(op.s))
}

fn call0(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    state.set(0, state.pc.wrapping_add(3));
    state.jump(op.imm)
}

fn callx0(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    let target = state.get(op.s);
    state.set(0, state.pc.wrapping_add(3));
    state.jump(target)
}

pub(super) fn ret(state: &mut State, _: &mut Bus<'_>, _: &Op) -> Flow {
    state.jump(state.get(0))
}
