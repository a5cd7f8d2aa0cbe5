//! Core: loads and stores (ISA manual, 4.2.2); and the options that add some.

use super::{Format, Instruction, OP0, R, lsai, row, unsigned};
use crate::sim::cpu::xtensa::decode::Op;
use crate::sim::cpu::xtensa::exceptions::Cause;
use crate::sim::cpu::xtensa::special::number::SCOMPARE1;
use crate::sim::cpu::xtensa::state::{Flow, State};
use crate::sim::cpu::{Bus, Fault, FaultKind, Misaligned, Width};

/// A row of the cache instructions: t.
const fn cache(name: &'static str, t: u32) -> Instruction {
    let mask = OP0 | R | super::T;
    row(name, mask, 0x7002 | t << 4, Format::Cache, nothing)
}

/// A row of those that have `op1` instead of an offset's lower half.
const fn locked(name: &'static str, t: u32, op1: u32) -> Instruction {
    let mask = OP0 | R | super::T | super::OP1;
    let value = 0x7002 | t << 4 | op1 << 16;
    row(name, mask, value, Format::CacheLocked, nothing)
}

#[rustfmt::skip]
pub(in super::super) const MEMORY: &[Instruction] = &[
    row("l32r", OP0, 0x1, Format::Literal, l32r),
    lsai("l8ui",  0x0, Format::Offset1, l8ui),
    lsai("l16ui", 0x1, Format::Offset2, l16ui),
    lsai("l32i",  0x2, Format::Offset4, l32i),
    lsai("s8i",   0x4, Format::Offset1, s8i),
    lsai("s16i",  0x5, Format::Offset2, s16i),
    lsai("s32i",  0x6, Format::Offset4, s32i),
    lsai("l16si", 0x9, Format::Offset2, l16si),
    cache("dpfr",  0x0),
    cache("dpfw",  0x1),
    cache("dpfro", 0x2),
    cache("dpfwo", 0x3),
    cache("dhwb",  0x4),
    cache("dhwbi", 0x5),
    cache("dhi",   0x6),
    cache("dii",   0x7),
    locked("dpfl",  0x8, 0),
    locked("dhu",   0x8, 2),
    locked("diu",   0x8, 3),
    locked("diwb",  0x8, 4),
    locked("diwbi", 0x8, 5),
    cache("ipf",   0xc),
    locked("ipfl",  0xd, 0),
    locked("ihu",   0xd, 2),
    locked("iiu",   0xd, 3),
    cache("ihi",   0xe),
    cache("iii",   0xf),
];

/// The multiprocessor synchronization option. One core sees its own accesses
/// in order anyway.
pub(in super::super) const MULTIPROCESSOR: &[Instruction] = &[
    lsai("l32ai", 0xb, Format::Offset4, l32i),
    lsai("s32ri", 0xf, Format::Offset4, s32i),
];

/// The conditional store option.
pub(in super::super) const CONDITIONAL_STORE: &[Instruction] =
    &[lsai("s32c1i", 0xe, Format::Offset4, s32c1i)];

/// How an instruction goes on after an access.
#[inline(always)]
const fn after(bus: &Bus<'_>) -> Flow {
    if bus.attention {
        Flow::Attention
    } else {
        Flow::Next
    }
}

#[cold]
fn refused(state: &mut State, fault: Fault, prohibited: Cause) -> Flow {
    let cause = match fault.kind {
        FaultKind::Unmapped | FaultKind::ReadOnly => prohibited,
        FaultKind::Width => Cause::LoadStoreError,
        FaultKind::Misaligned => Cause::Misaligned,
    };
    state.exception_at(cause, fault.address)
}

/// Whether there is an exception instead of this access.
#[inline(always)]
fn minds(state: &State, address: u32, width: Width) -> bool {
    address & (width.bytes() - 1) != 0 && state.model.misaligned == Misaligned::Traps
}

#[inline(always)]
fn load(
    state: &mut State,
    bus: &mut Bus<'_>,
    op: &Op,
    width: Width,
    extend: impl Fn(u32) -> u32,
) -> Flow {
    let address = state.get(op.s).wrapping_add(op.imm);
    if minds(state, address, width) {
        return state.exception_at(Cause::Misaligned, address);
    }
    match bus.load(address, width) {
        Ok(value) => {
            state.set(op.t, extend(value));
            after(bus)
        }
        Err(fault) => refused(state, fault, Cause::LoadProhibited),
    }
}

#[inline(always)]
fn store(state: &mut State, bus: &mut Bus<'_>, op: &Op, width: Width) -> Flow {
    let address = state.get(op.s).wrapping_add(op.imm);
    if minds(state, address, width) {
        return state.exception_at(Cause::Misaligned, address);
    }
    match bus.store(address, width, state.get(op.t)) {
        Ok(()) => after(bus),
        Err(fault) => refused(state, fault, Cause::StoreProhibited),
    }
}

fn l32r(state: &mut State, bus: &mut Bus<'_>, op: &Op) -> Flow {
    match bus.load(op.imm, Width::B4) {
        Ok(value) => {
            state.set(op.t, value);
            after(bus)
        }
        Err(fault) => refused(state, fault, Cause::LoadProhibited),
    }
}

fn l8ui(state: &mut State, bus: &mut Bus<'_>, op: &Op) -> Flow {
    load(state, bus, op, Width::B1, |value| value)
}

fn l16ui(state: &mut State, bus: &mut Bus<'_>, op: &Op) -> Flow {
    load(state, bus, op, Width::B2, |value| value)
}

fn l16si(state: &mut State, bus: &mut Bus<'_>, op: &Op) -> Flow {
    load(state, bus, op, Width::B2, |value| {
        let [low, high, ..] = value.to_le_bytes();
        unsigned(i32::from(i16::from_le_bytes([low, high])))
    })
}

pub(super) fn l32i(state: &mut State, bus: &mut Bus<'_>, op: &Op) -> Flow {
    load(state, bus, op, Width::B4, |value| value)
}

fn s8i(state: &mut State, bus: &mut Bus<'_>, op: &Op) -> Flow {
    store(state, bus, op, Width::B1)
}

fn s16i(state: &mut State, bus: &mut Bus<'_>, op: &Op) -> Flow {
    store(state, bus, op, Width::B2)
}

pub(super) fn s32i(state: &mut State, bus: &mut Bus<'_>, op: &Op) -> Flow {
    store(state, bus, op, Width::B4)
}

fn s32c1i(state: &mut State, bus: &mut Bus<'_>, op: &Op) -> Flow {
    let address = state.get(op.s).wrapping_add(op.imm);
    if address % 4 != 0 {
        return state.exception_at(Cause::Misaligned, address);
    }
    let there = match bus.load(address, Width::B4) {
        Ok(value) => value,
        Err(fault) => return refused(state, fault, Cause::LoadProhibited),
    };
    if there == state.special(SCOMPARE1) {
        if let Err(fault) = bus.store(address, Width::B4, state.get(op.t)) {
            return refused(state, fault, Cause::StoreProhibited);
        }
    }
    state.set(op.t, there);
    after(bus)
}

/// There are no caches: all memory is where it is.
fn nothing(_: &mut State, _: &mut Bus<'_>, _: &Op) -> Flow {
    Flow::Next
}
