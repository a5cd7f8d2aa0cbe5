//! The boolean option: sixteen bits in BR (ISA manual, 4.3.9).

use super::{Format, Instruction, OP0, R, T, row, rst, st};
use crate::sim::cpu::Bus;
use crate::sim::cpu::xtensa::decode::Op;
use crate::sim::cpu::xtensa::special::number::BR;
use crate::sim::cpu::xtensa::state::{Flow, State};

#[rustfmt::skip]
pub(in super::super) const BOOLEAN: &[Instruction] = &[
    row("bf", OP0 | T | R, 0x0076, Format::BranchBoolean, bf),
    row("bt", OP0 | T | R, 0x1076, Format::BranchBoolean, bt),
    st("any4", 0, 0x8, Format::SomeBooleans, any4),
    st("all4", 0, 0x9, Format::SomeBooleans, all4),
    st("any8", 0, 0xa, Format::SomeBooleans, any8),
    st("all8", 0, 0xb, Format::SomeBooleans, all8),
    rst("andb",  2, 0x0, Format::Booleans, andb),
    rst("andbc", 2, 0x1, Format::Booleans, andbc),
    rst("orb",   2, 0x2, Format::Booleans, orb),
    rst("orbc",  2, 0x3, Format::Booleans, orbc),
    rst("xorb",  2, 0x4, Format::Booleans, xorb),
    rst("movf",  3, 0xc, Format::MoveBoolean, movf),
    rst("movt",  3, 0xd, Format::MoveBoolean, movt),
];

fn get(state: &State, number: u8) -> bool {
    state.special(BR) >> (number & 0xf) & 1 != 0
}

fn set(state: &mut State, number: u8, value: bool) -> Flow {
    let bit = 1 << (number & 0xf);
    let others = state.special(BR) & !bit;
    state.set_special(BR, if value { others | bit } else { others });
    Flow::Next
}

macro_rules! operations {
    ($($name:ident: |$s:ident, $t:ident| $result:expr;)*) => {$(
        fn $name(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
            let ($s, $t) = (get(state, op.s), get(state, op.t));
            set(state, op.r, $result)
        }
    )*};
}

operations! {
    andb: |s, t| s && t;
    andbc: |s, t| s && !t;
    orb: |s, t| s || t;
    orbc: |s, t| s || !t;
    xorb: |s, t| s != t;
}

/// Of how many booleans from s on which are set, in bit 0 the first.
fn some(state: &State, op: &Op, count: u32) -> u32 {
    state.special(BR) >> (op.s & 0xf) & ((1 << count) - 1)
}

fn any4(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    let any = some(state, op, 4) != 0;
    set(state, op.t, any)
}

fn all4(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    let all = some(state, op, 4) == 0xf;
    set(state, op.t, all)
}

fn any8(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    let any = some(state, op, 8) != 0;
    set(state, op.t, any)
}

fn all8(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    let all = some(state, op, 8) == 0xff;
    set(state, op.t, all)
}

fn bf(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    if get(state, op.s) {
        Flow::Next
    } else {
        state.jump(op.imm)
    }
}

fn bt(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    if get(state, op.s) {
        state.jump(op.imm)
    } else {
        Flow::Next
    }
}

fn movf(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    if !get(state, op.t) {
        state.set(op.r, state.get(op.s));
    }
    Flow::Next
}

fn movt(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    if get(state, op.t) {
        state.set(op.r, state.get(op.s));
    }
    Flow::Next
}
