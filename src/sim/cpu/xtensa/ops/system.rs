//! Core: special registers, order, exceptions and interrupts (ISA manual,
//! 4.2.10, 4.4 and 4.6).

use super::{Format, Instruction, OP0, OP1, OP2, R, row, rst, st, st_t, st0};
use crate::sim::cpu::Bus;
use crate::sim::cpu::xtensa::decode::Op;
use crate::sim::cpu::xtensa::exceptions::Cause;
use crate::sim::cpu::xtensa::special::Unknown;
use crate::sim::cpu::xtensa::state::{Flow, State};

#[rustfmt::skip]
pub(in super::super) const SYSTEM: &[Instruction] = &[
    rst("rsr", 3, 0x0, Format::Special, rsr),
    rst("wsr", 3, 0x1, Format::Special, wsr),
    rst("xsr", 1, 0x6, Format::Special, xsr),
    st0("isync", 2, 0, 0x0, Format::None, nop),
    st0("rsync", 2, 0, 0x1, Format::Barrier, nop),
    st0("esync", 2, 0, 0x2, Format::Barrier, nop),
    st0("dsync", 2, 0, 0x3, Format::Barrier, nop),
    st0("excw",  2, 0, 0x8, Format::Barrier, nop),
    st0("memw",  2, 0, 0xc, Format::Barrier, nop),
    st0("extw",  2, 0, 0xd, Format::Barrier, nop),
    st0("nop",   2, 0, 0xf, Format::Barrier, nop),
    st0("ill",     0, 0, 0, Format::None, illegal),
    st0("syscall", 5, 0, 0, Format::None, syscall),
    st0("simcall", 5, 1, 0, Format::None, nop),
    st0("rfe",     3, 0, 0, Format::None, rfe),
    st0("rfde",    3, 2, 0, Format::None, rfde),
    st_t("rfi",    0, 3, 1, Format::Level, rfi),
    row("break", OP0 | OP1 | OP2 | R, 0x4000, Format::Break, break_wide),
    st("rsil",     0, 6, Format::SetLevel, rsil),
    st_t("waiti",  0, 7, 0, Format::Level, waiti),
    st("ritlb0",   5, 0x3, Format::Ts, read_region),
    st_t("iitlb",  5, 0x4, 0, Format::S, nop),
    st("witlb",    5, 0x6, Format::Ts, write_code),
    st("ritlb1",   5, 0x7, Format::Ts, read_code),
    st("rdtlb0",   5, 0xb, Format::Ts, read_region),
    st_t("idtlb",  5, 0xc, 0, Format::S, nop),
    st("wdtlb",    5, 0xe, Format::Ts, write_data),
    st("rdtlb1",   5, 0xf, Format::Ts, read_data),
];

/// Registers of coprocessors and others that a designer adds.
pub(in super::super) const USER_REGISTERS: &[Instruction] = &[
    rst("rur", 3, 0xe, Format::UserRead, rur),
    rst("wur", 3, 0xf, Format::UserWrite, wur),
];

/// What nobody here knows.
pub(in super::super) fn unknown(state: &mut State, _: &mut Bus<'_>, _: &Op) -> Flow {
    state.halt("not known")
}

/// One core sees its own accesses in order, and what it stores to code it
/// fetches anew from the next block on, which ISYNC ends. A simulator's calls
/// go nowhere.
pub(super) fn nop(_: &mut State, _: &mut Bus<'_>, _: &Op) -> Flow {
    Flow::Next
}

fn number(op: &Op) -> u8 {
    op.imm.to_le_bytes()[0]
}

fn rsr(state: &mut State, bus: &mut Bus<'_>, op: &Op) -> Flow {
    match state.read_special(number(op), bus) {
        Ok(value) => {
            state.set(op.t, value);
            Flow::Next
        }
        Err(Unknown) => state.halt("this register is not known"),
    }
}

fn wsr(state: &mut State, bus: &mut Bus<'_>, op: &Op) -> Flow {
    match state.write_special(number(op), state.get(op.t), bus.cycle) {
        Ok(()) => Flow::Next,
        Err(Unknown) => state.halt("this register is not known"),
    }
}

fn xsr(state: &mut State, bus: &mut Bus<'_>, op: &Op) -> Flow {
    let (before, after) = (state.read_special(number(op), bus), state.get(op.t));
    match before {
        Ok(before) => {
            state.set(op.t, before);
            // It is known, as it could be read. It may be the one that says
            // which registers are in view.
            let _ = state.write_special(number(op), after, bus.cycle);
            Flow::Next
        }
        Err(Unknown) => state.halt("this register is not known"),
    }
}

/// Those of a core keep what is written; none of them does anything here.
fn user_register(state: &mut State, op: &Op) -> Option<usize> {
    let known = state.model.user_registers.iter();
    let mut known = known.filter(|(known, _)| *known == number(op));
    known.next().map(|(known, _)| usize::from(*known))
}

fn rur(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    match user_register(state, op) {
        Some(number) => {
            state.set(op.r, state.user[number]);
            Flow::Next
        }
        None => state.halt("this register is not known"),
    }
}

fn wur(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    match user_register(state, op) {
        Some(number) => {
            state.user[number] = state.get(op.t);
            Flow::Next
        }
        None => state.halt("this register is not known"),
    }
}

pub(super) fn illegal(state: &mut State, _: &mut Bus<'_>, _: &Op) -> Flow {
    state.exception(Cause::IllegalInstruction)
}

fn syscall(state: &mut State, _: &mut Bus<'_>, _: &Op) -> Flow {
    state.exception(Cause::Syscall)
}

fn rfe(state: &mut State, _: &mut Bus<'_>, _: &Op) -> Flow {
    state.return_from_exception()
}

fn rfde(state: &mut State, _: &mut Bus<'_>, _: &Op) -> Flow {
    state.return_from_double_exception()
}

fn rfi(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    state.return_from_level(op.s)
}

/// BREAK and BREAK.N in DEBUGCAUSE (ISA manual, table 4-121).
const CAUSE_BREAK: u32 = 1 << 3;
const CAUSE_BREAK_NARROW: u32 = 1 << 4;

fn break_wide(state: &mut State, _: &mut Bus<'_>, _: &Op) -> Flow {
    state.debug(CAUSE_BREAK)
}

pub(super) fn break_narrow(state: &mut State, _: &mut Bus<'_>, _: &Op) -> Flow {
    state.debug(CAUSE_BREAK_NARROW)
}

fn rsil(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    let before = state.set_level(op.imm);
    state.set(op.t, before);
    Flow::Next
}

fn waiti(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    state.set_level(op.imm);
    state.waiting = true;
    Flow::Next
}

/// The region that an address is in, which is what the entry of a region has
/// as its address.
const REGION: u32 = 0xe000_0000;
/// Attributes of instructions and of data.
const CODE: usize = 0;
const DATA: usize = 1;

/// Region protection: eight regions with attributes that are kept and have no
/// effect (ISA manual, 4.6.3).
const fn region(address: u32) -> usize {
    (address >> 29) as usize
}

fn read_region(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    state.set(op.t, state.get(op.s) & REGION);
    Flow::Next
}

fn read_code(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    let address = state.get(op.s);
    state.set(
        op.t,
        address & REGION | state.regions[CODE][region(address)],
    );
    Flow::Next
}

fn read_data(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    let address = state.get(op.s);
    state.set(
        op.t,
        address & REGION | state.regions[DATA][region(address)],
    );
    Flow::Next
}

fn write_code(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    state.regions[CODE][region(state.get(op.s))] = state.get(op.t) & 0xf;
    Flow::Next
}

fn write_data(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
    state.regions[DATA][region(state.get(op.s))] = state.get(op.t) & 0xf;
    Flow::Next
}
