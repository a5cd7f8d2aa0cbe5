//! Core: arithmetic, logic and moves (ISA manual, 4.2).

use super::{Format, Instruction, lsai, row, rst, signed, unsigned};
use super::{OP0, OP1, OP2, S};
use crate::sim::cpu::Bus;
use crate::sim::cpu::xtensa::decode::Op;
use crate::sim::cpu::xtensa::state::{Flow, State};

#[rustfmt::skip]
pub(in super::super) const CORE: &[Instruction] = &[
    rst("and",   0, 0x1, Format::Rst, and),
    rst("or",    0, 0x2, Format::Rst, or),
    rst("xor",   0, 0x3, Format::Rst, xor),
    rst("add",   0, 0x8, Format::Rst, add),
    rst("addx2", 0, 0x9, Format::Rst, addx2),
    rst("addx4", 0, 0xa, Format::Rst, addx4),
    rst("addx8", 0, 0xb, Format::Rst, addx8),
    rst("sub",   0, 0xc, Format::Rst, sub),
    rst("subx2", 0, 0xd, Format::Rst, subx2),
    rst("subx4", 0, 0xe, Format::Rst, subx4),
    rst("subx8", 0, 0xf, Format::Rst, subx8),
    row("neg", OP0 | OP1 | OP2 | S, 0x60_0000, Format::Rt, neg),
    row("abs", OP0 | OP1 | OP2 | S, 0x60_0100, Format::Rt, abs),
    rst("moveqz", 3, 0x8, Format::Rst, moveqz),
    rst("movnez", 3, 0x9, Format::Rst, movnez),
    rst("movltz", 3, 0xa, Format::Rst, movltz),
    rst("movgez", 3, 0xb, Format::Rst, movgez),
    lsai("movi",  0xa, Format::Move, movi),
    lsai("addi",  0xc, Format::Add, addi),
    lsai("addmi", 0xd, Format::AddHigh, addi),
];

super::registers! {
    and: |s, t| s & t;
    or: |s, t| s | t;
    xor: |s, t| s ^ t;
    add: |s, t| s.wrapping_add(t);
    addx2: |s, t| (s << 1).wrapping_add(t);
    addx4: |s, t| (s << 2).wrapping_add(t);
    addx8: |s, t| (s << 3).wrapping_add(t);
    sub: |s, t| s.wrapping_sub(t);
    subx2: |s, t| (s << 1).wrapping_sub(t);
    subx4: |s, t| (s << 2).wrapping_sub(t);
    subx8: |s, t| (s << 3).wrapping_sub(t);
}

fn neg(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    state.set(op.r, state.get(op.t).wrapping_neg());
    Flow::Next
}

fn abs(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    state.set(op.r, unsigned(signed(state.get(op.t)).wrapping_abs()));
    Flow::Next
}

/// Moves under a condition.
macro_rules! moves {
    ($($name:ident: |$t:ident| $moved:expr;)*) => {$(
        fn $name(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
            let $t = state.get(op.t);
            if $moved {
                state.set(op.r, state.get(op.s));
            }
            Flow::Next
        }
    )*};
}

moves! {
    moveqz: |t| t == 0;
    movnez: |t| t != 0;
    movltz: |t| signed(t) < 0;
    movgez: |t| signed(t) >= 0;
}

fn movi(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    state.set(op.t, op.imm);
    Flow::Next
}

fn addi(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    state.set(op.t, state.get(op.s).wrapping_add(op.imm));
    Flow::Next
}
