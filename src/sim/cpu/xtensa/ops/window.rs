//! The windowed register option (ISA manual, 4.7.1).

use super::{Format, Instruction, row, rst, si, st, st_t, st0};
use crate::sim::cpu::Bus;
use crate::sim::cpu::xtensa::decode::Op;
use crate::sim::cpu::xtensa::exceptions::Cause;
use crate::sim::cpu::xtensa::state::{Flow, State};

#[rustfmt::skip]
pub(in super::super) const WINDOW: &[Instruction] = &[
    row("call4",  0x3f, 0x15, Format::Call, call),
    row("call8",  0x3f, 0x25, Format::Call, call),
    row("call12", 0x3f, 0x35, Format::Call, call),
    st_t("callx4",  0, 0, 0xd, Format::CallRegister, callx),
    st_t("callx8",  0, 0, 0xe, Format::CallRegister, callx),
    st_t("callx12", 0, 0, 0xf, Format::CallRegister, callx),
    si("entry", 0x3, Format::Entry, entry),
    st0("retw", 0, 0, 0x9, Format::None, retw),
    row("retw.n", !0, 0xf01d, Format::None, retw),
    st("movsp", 0, 1, Format::Ts, movsp),
    row("rotw", 0xff_ff0f, 0x40_8000, Format::Rotate, rotw),
    rst("l32e", 9, 0x0, Format::OffsetWindow, super::memory::l32i),
    rst("s32e", 9, 0x4, Format::OffsetWindow, super::memory::s32i),
    st0("rfwo", 3, 4, 0, Format::None, rfwo),
    st0("rfwu", 3, 5, 0, Format::None, rfwu),
];

fn call(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    state.call(op.t & 3, op.imm)
}

fn callx(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    let target = state.get(op.s);
    state.call(op.t & 3, target)
}

fn entry(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    state.enter(op.s, op.imm)
}

fn retw(state: &mut State, _: &mut Bus<'_>, _: &Op) -> Flow {
    state.leave()
}

fn movsp(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    if state.caller_is_spilled() {
        return state.exception(Cause::Alloca);
    }
    state.set(op.t, state.get(op.s));
    Flow::Next
}

fn rotw(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    state.rotate(op.imm);
    Flow::Next
}

fn rfwo(state: &mut State, _: &mut Bus<'_>, _: &Op) -> Flow {
    state.leave_window_handler(false)
}

fn rfwu(state: &mut State, _: &mut Bus<'_>, _: &Op) -> Flow {
    state.leave_window_handler(true)
}
