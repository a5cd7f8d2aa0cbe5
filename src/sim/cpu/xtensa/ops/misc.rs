//! The miscellaneous operations option (ISA manual, 4.3.8), comparisons that
//! LX7 adds, and registers outside of the core.

use super::{Format, Instruction, rst, signed, st, unsigned};
use crate::sim::cpu::Bus;
use crate::sim::cpu::xtensa::decode::Op;
use crate::sim::cpu::xtensa::state::{Flow, State};

/// Normalization.
pub(in super::super) const NSA: &[Instruction] = &[
    st("nsa", 0x4, 0xe, Format::Ts, nsa),
    st("nsau", 0x4, 0xf, Format::Ts, nsau),
];

/// Minimum and maximum, sign extension, clamps.
#[rustfmt::skip]
pub(in super::super) const MISC: &[Instruction] = &[
    rst("sext",   3, 0x2, Format::Bits, sext),
    rst("clamps", 3, 0x3, Format::Bits, clamps),
    rst("min",    3, 0x4, Format::Rst, min),
    rst("max",    3, 0x5, Format::Rst, max),
    rst("minu",   3, 0x6, Format::Rst, minu),
    rst("maxu",   3, 0x7, Format::Rst, maxu),
];

/// Comparisons with a number as their result.
pub(in super::super) const SALT: &[Instruction] = &[
    rst("saltu", 2, 0x6, Format::Rst, saltu),
    rst("salt", 2, 0x7, Format::Rst, salt),
];

/// Registers outside of the core, which ask the debug module: no debugger is
/// there, so they read as 0.
pub(in super::super) const EXTERNAL: &[Instruction] = &[
    st("rer", 0x4, 0x6, Format::Ts, rer),
    st("wer", 0x4, 0x7, Format::Ts, |_, _, _| Flow::Next),
];

super::registers! {
    min: |s, t| unsigned(signed(s).min(signed(t)));
    max: |s, t| unsigned(signed(s).max(signed(t)));
    minu: |s, t| s.min(t);
    maxu: |s, t| s.max(t);
    saltu: |s, t| u32::from(s < t);
    salt: |s, t| u32::from(signed(s) < signed(t));
}

/// By how many bits a number can be shifted without losing its sign.
fn nsa(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    let value = signed(state.get(op.s));
    let differing = unsigned(value ^ value >> 31);
    state.set(op.t, differing.leading_zeros() - 1);
    Flow::Next
}

fn nsau(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    state.set(op.t, state.get(op.s).leading_zeros());
    Flow::Next
}

fn rer(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    state.set(op.t, 0);
    Flow::Next
}

/// The immediate is the number of the sign's bit.
fn sext(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    let distance = 31_u32.wrapping_sub(op.imm);
    let shifted = signed(state.get(op.s).wrapping_shl(distance));
    state.set(op.r, unsigned(shifted.wrapping_shr(distance)));
    Flow::Next
}

fn clamps(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    let most = 1_i32.wrapping_shl(op.imm) - 1;
    let clamped = signed(state.get(op.s)).clamp(-most - 1, most);
    state.set(op.r, unsigned(clamped));
    Flow::Next
}
