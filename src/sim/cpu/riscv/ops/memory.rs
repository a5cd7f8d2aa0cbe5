//! I: loads and stores (volume I, 2.6).

use super::{row3, unsigned};
use crate::sim::cpu::riscv::decode::{Format, Instruction, Op};
use crate::sim::cpu::riscv::hart::{Cause, Flow, Hart};
use crate::sim::cpu::{Bus, Misaligned, Width};

const LOAD: u32 = 0x03;
const STORE: u32 = 0x23;

#[rustfmt::skip]
pub(in super::super) const MEMORY: &[Instruction] = &[
    row3("lb",  LOAD, 0, Format::Load, lb),
    row3("lh",  LOAD, 1, Format::Load, lh),
    row3("lw",  LOAD, 2, Format::Load, lw),
    row3("lbu", LOAD, 4, Format::Load, lbu),
    row3("lhu", LOAD, 5, Format::Load, lhu),
    row3("sb",  STORE, 0, Format::Store, sb),
    row3("sh",  STORE, 1, Format::Store, sh),
    row3("sw",  STORE, 2, Format::Store, sw),
];

/// How an instruction goes on after an access.
#[inline(always)]
pub(super) const fn after(bus: &Bus<'_>) -> Flow {
    if bus.attention {
        Flow::Attention
    } else {
        Flow::Next
    }
}

/// Whether the core traps instead of making this access.
#[inline(always)]
fn minds(hart: &Hart, address: u32, width: Width) -> bool {
    address & (width.bytes() - 1) != 0 && hart.model.misaligned == Misaligned::Traps
}

#[inline(always)]
fn load(
    hart: &mut Hart,
    bus: &mut Bus<'_>,
    op: &Op,
    width: Width,
    extend: impl Fn(u32) -> u32,
) -> Flow {
    let address = hart.get(op.rs1).wrapping_add(op.imm);
    if minds(hart, address, width) {
        return hart.trap(Cause::LoadMisaligned, address);
    }
    match bus.load(address, width) {
        Ok(value) => {
            hart.set(op.rd, extend(value));
            after(bus)
        }
        Err(fault) => hart.trap(Cause::LoadAccess, fault.address),
    }
}

#[inline(always)]
fn store(hart: &mut Hart, bus: &mut Bus<'_>, op: &Op, width: Width) -> Flow {
    let address = hart.get(op.rs1).wrapping_add(op.imm);
    if minds(hart, address, width) {
        return hart.trap(Cause::StoreMisaligned, address);
    }
    match bus.store(address, width, hart.get(op.rs2)) {
        Ok(()) => after(bus),
        Err(fault) => hart.trap(Cause::StoreAccess, fault.address),
    }
}

fn lb(hart: &mut Hart, bus: &mut Bus<'_>, op: &Op) -> Flow {
    load(hart, bus, op, Width::B1, |value| {
        unsigned(i32::from(i8::from_le_bytes([value.to_le_bytes()[0]])))
    })
}

fn lh(hart: &mut Hart, bus: &mut Bus<'_>, op: &Op) -> Flow {
    load(hart, bus, op, Width::B2, |value| {
        let [low, high, ..] = value.to_le_bytes();
        unsigned(i32::from(i16::from_le_bytes([low, high])))
    })
}

pub(super) fn lw(hart: &mut Hart, bus: &mut Bus<'_>, op: &Op) -> Flow {
    load(hart, bus, op, Width::B4, |value| value)
}

fn lbu(hart: &mut Hart, bus: &mut Bus<'_>, op: &Op) -> Flow {
    load(hart, bus, op, Width::B1, |value| value)
}

fn lhu(hart: &mut Hart, bus: &mut Bus<'_>, op: &Op) -> Flow {
    load(hart, bus, op, Width::B2, |value| value)
}

fn sb(hart: &mut Hart, bus: &mut Bus<'_>, op: &Op) -> Flow {
    store(hart, bus, op, Width::B1)
}

fn sh(hart: &mut Hart, bus: &mut Bus<'_>, op: &Op) -> Flow {
    store(hart, bus, op, Width::B2)
}

pub(super) fn sw(hart: &mut Hart, bus: &mut Bus<'_>, op: &Op) -> Flow {
    store(hart, bus, op, Width::B4)
}
