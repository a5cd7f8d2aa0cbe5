//! The code density option: what other instructions do, in two bytes (ISA
//! manual, 4.3.1).

use super::branch::{beqz, bnez, ret};
use super::memory::{l32i, s32i};
use super::system::{break_narrow, illegal, nop};
use super::{Format, Instruction, OP0, R, row};
use crate::sim::cpu::Bus;
use crate::sim::cpu::xtensa::decode::Op;
use crate::sim::cpu::xtensa::state::{Flow, State};

#[rustfmt::skip]
pub(in super::super) const DENSITY: &[Instruction] = &[
    row("l32i.n", OP0, 0x8, Format::NarrowOffset, l32i),
    row("s32i.n", OP0, 0x9, Format::NarrowOffset, s32i),
    row("add.n",  OP0, 0xa, Format::Rst, super::arithmetic::add),
    row("addi.n", OP0, 0xb, Format::NarrowAdd, addi),
    row("movi.n", OP0 | 0x80, 0x0c, Format::NarrowMove, movi),
    row("beqz.n", OP0 | 0xc0, 0x8c, Format::NarrowBranch, beqz),
    row("bnez.n", OP0 | 0xc0, 0xcc, Format::NarrowBranch, bnez),
    row("mov.n",  OP0 | R, 0x000d, Format::Ts, mov),
    row("ret.n",   !0, 0xf00d, Format::None, ret),
    row("break.n", OP0 | R | super::T, 0xf02d, Format::BreakNarrow, break_narrow),
    row("nop.n",   !0, 0xf03d, Format::Barrier, nop),
    row("ill.n",   !0, 0xf06d, Format::None, illegal),
];

fn addi(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    state.set(op.r, state.get(op.s).wrapping_add(op.imm));
    Flow::Next
}

fn movi(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    state.set(op.s, op.imm);
    Flow::Next
}

fn mov(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    state.set(op.t, state.get(op.s));
    Flow::Next
}
