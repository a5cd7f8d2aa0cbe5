//! Core: shifts (ISA manual, 4.2.5).
//!
//! SAR says how far to the right 64 bits are shifted, of which the lower half
//! remains; a shift to the left sets it to 32 less the distance.

use super::{Format, Instruction, OP0, OP1, R, low, row, rst, signed, st_t, unsigned};
use super::{OP2, S, T};
use crate::sim::cpu::Bus;
use crate::sim::cpu::xtensa::decode::Op;
use crate::sim::cpu::xtensa::special::number::SAR;
use crate::sim::cpu::xtensa::state::{Flow, State};

#[rustfmt::skip]
pub(in super::super) const SHIFT: &[Instruction] = &[
    // The highest bit of the distance is the lowest of op2 or op1.
    row("slli", 0xef_000f, 0x01_0000, Format::ShiftLeft, slli),
    row("srai", 0xef_000f, 0x21_0000, Format::ShiftRight, srai),
    rst("srli", 1, 0x4, Format::ShiftRightFour, srli),
    rst("src",  1, 0x8, Format::Rst, src),
    row("srl",  OP0 | OP1 | OP2 | S, 0x91_0000, Format::Rt, srl),
    row("sll",  OP0 | OP1 | OP2 | T, 0xa1_0000, Format::Rs, sll),
    row("sra",  OP0 | OP1 | OP2 | S, 0xb1_0000, Format::Rt, sra),
    row("extui", 0x0e_000f, 0x04_0000, Format::Extract, extui),
    st_t("ssr",   0x4, 0x0, 0, Format::S, ssr),
    st_t("ssl",   0x4, 0x1, 0, Format::S, ssl),
    st_t("ssa8l", 0x4, 0x2, 0, Format::S, ssa8l),
    st_t("ssa8b", 0x4, 0x3, 0, Format::S, ssa8b),
    row("ssai", OP0 | OP1 | OP2 | R | 0xe0, 0x40_4000, Format::ShiftAmount, ssai),
];

fn slli(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    state.set(op.r, state.get(op.s).wrapping_shl(op.imm));
    Flow::Next
}

fn srai(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    let shifted = signed(state.get(op.t)).wrapping_shr(op.imm);
    state.set(op.r, unsigned(shifted));
    Flow::Next
}

fn srli(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    state.set(op.r, state.get(op.t).wrapping_shr(op.imm));
    Flow::Next
}

fn extui(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    let shifted = state.get(op.t).wrapping_shr(op.imm);
    state.set(op.r, shifted & op.constant);
    Flow::Next
}

/// Shifts two registers as one number by SAR.
#[inline(always)]
fn funnel(state: &mut State, op: &Op, upper: u32, lower: u32) -> Flow {
    let both = u64::from(upper) << 32 | u64::from(lower);
    state.set(op.r, low(both.wrapping_shr(state.special(SAR))));
    Flow::Next
}

fn src(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    let (upper, lower) = (state.get(op.s), state.get(op.t));
    funnel(state, op, upper, lower)
}

fn srl(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    let lower = state.get(op.t);
    funnel(state, op, 0, lower)
}

fn sll(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    let upper = state.get(op.s);
    funnel(state, op, upper, 0)
}

fn sra(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    let lower = state.get(op.t);
    let sign = unsigned(signed(lower) >> 31);
    funnel(state, op, sign, lower)
}

fn set_amount(state: &mut State, amount: u32) -> Flow {
    state.set_special(SAR, amount);
    Flow::Next
}

fn ssr(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    let distance = state.get(op.s) & 0x1f;
    set_amount(state, distance)
}

fn ssl(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    let distance = state.get(op.s) & 0x1f;
    set_amount(state, 32 - distance)
}

fn ssa8l(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    let bytes = state.get(op.s) & 3;
    set_amount(state, bytes * 8)
}

fn ssa8b(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    let bytes = state.get(op.s) & 3;
    set_amount(state, 32 - bytes * 8)
}

fn ssai(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    set_amount(state, op.imm)
}
