//! A: atomic memory operations (volume I, chapter 8). With one core on the
//! bus every operation is atomic, and a reservation is lost to a trap or to
//! another SC only.

use super::memory::after;
use super::signed;
use crate::sim::cpu::riscv::decode::{Format, Instruction, Op};
use crate::sim::cpu::riscv::hart::{Cause, Flow, Hart};
use crate::sim::cpu::{Bus, Width};

const AMO: u32 = 0x2f;
/// Opcode, width and `funct5`; the ordering bits do not matter here.
const MASK: u32 = 0xf800_707f;
/// The same, and `rs2`, which LR has not.
const MASK_LR: u32 = 0xf9f0_707f;

const fn row(name: &'static str, funct5: u32, run: super::Run) -> Instruction {
    Instruction {
        name,
        mask: MASK,
        value: AMO | 0b010 << 12 | funct5 << 27,
        format: Format::Amo,
        run,
    }
}

#[rustfmt::skip]
pub(in super::super) const ATOMIC: &[Instruction] = &[
    Instruction {
        mask: MASK_LR,
        format: Format::LoadReserved,
        ..row("lr.w", 0x02, lr)
    },
    row("sc.w",      0x03, sc),
    row("amoswap.w", 0x01, swap),
    row("amoadd.w",  0x00, add),
    row("amoxor.w",  0x04, xor),
    row("amoand.w",  0x0c, and),
    row("amoor.w",   0x08, or),
    row("amomin.w",  0x10, min),
    row("amomax.w",  0x14, max),
    row("amominu.w", 0x18, minu),
    row("amomaxu.w", 0x1c, maxu),
];

fn lr(hart: &mut Hart, bus: &mut Bus<'_>, op: &Op) -> Flow {
    let address = hart.get(op.rs1);
    if address % 4 != 0 {
        return hart.trap(Cause::LoadMisaligned, address);
    }
    match bus.load(address, Width::B4) {
        Ok(value) => {
            hart.reserved = Some(address);
            hart.set(op.rd, value);
            after(bus)
        }
        Err(fault) => hart.trap(Cause::LoadAccess, fault.address),
    }
}

fn sc(hart: &mut Hart, bus: &mut Bus<'_>, op: &Op) -> Flow {
    let address = hart.get(op.rs1);
    if address % 4 != 0 {
        return hart.trap(Cause::StoreMisaligned, address);
    }
    if hart.reserved.take() != Some(address) {
        hart.set(op.rd, 1);
        return Flow::Next;
    }
    match bus.store(address, Width::B4, hart.get(op.rs2)) {
        Ok(()) => {
            hart.set(op.rd, 0);
            after(bus)
        }
        Err(fault) => hart.trap(Cause::StoreAccess, fault.address),
    }
}

/// Loads, stores the result of memory and register, and keeps what was loaded.
fn amo(hart: &mut Hart, bus: &mut Bus<'_>, op: &Op, result: impl Fn(u32, u32) -> u32) -> Flow {
    let address = hart.get(op.rs1);
    if address % 4 != 0 {
        return hart.trap(Cause::StoreMisaligned, address);
    }
    let stored = bus.load(address, Width::B4).and_then(|before| {
        let after = result(before, hart.get(op.rs2));
        bus.store(address, Width::B4, after).map(|()| before)
    });
    match stored {
        Ok(before) => {
            hart.set(op.rd, before);
            after(bus)
        }
        Err(fault) => hart.trap(Cause::StoreAccess, fault.address),
    }
}

macro_rules! amos {
    ($($name:ident: |$memory:ident, $register:ident| $result:expr;)*) => {$(
        fn $name(hart: &mut Hart, bus: &mut Bus<'_>, op: &Op) -> Flow {
            amo(hart, bus, op, |$memory, $register| $result)
        }
    )*};
}

amos! {
    swap: |_memory, register| register;
    add: |memory, register| memory.wrapping_add(register);
    xor: |memory, register| memory ^ register;
    and: |memory, register| memory & register;
    or: |memory, register| memory | register;
    min: |memory, register| if signed(memory) < signed(register) { memory } else { register };
    max: |memory, register| if signed(memory) > signed(register) { memory } else { register };
    minu: |memory, register| memory.min(register);
    maxu: |memory, register| memory.max(register);
}
