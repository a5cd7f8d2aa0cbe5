//! The loop option (ISA manual, 4.3.2). What goes on at a loop's end is the
//! core's business.

use super::{Format, Instruction, OP0, R, T, row, signed};
use crate::sim::cpu::Bus;
use crate::sim::cpu::xtensa::decode::Op;
use crate::sim::cpu::xtensa::special::number::{LBEG, LCOUNT, LEND};
use crate::sim::cpu::xtensa::state::{Flow, State};

/// A row of B1: r.
const fn b1(name: &'static str, r: u32, run: super::Run) -> Instruction {
    row(name, OP0 | T | R, 0x76 | r << 12, Format::Loop, run)
}

pub(in super::super) const LOOP: &[Instruction] = &[
    b1("loop", 0x8, always),
    b1("loopnez", 0x9, unless_zero),
    b1("loopgtz", 0xa, if_positive),
];

fn begin(state: &mut State, op: &Op, entered: bool) -> Flow {
    state.set_special(LCOUNT, state.get(op.s).wrapping_sub(1));
    state.set_special(LBEG, state.pc.wrapping_add(3));
    state.set_special(LEND, op.imm);
    state.refresh();
    if entered {
        Flow::Next
    } else {
        state.jump(op.imm)
    }
}

fn always(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    begin(state, op, true)
}

fn unless_zero(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    let entered = state.get(op.s) != 0;
    begin(state, op, entered)
}

fn if_positive(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    let entered = signed(state.get(op.s)) > 0;
    begin(state, op, entered)
}
