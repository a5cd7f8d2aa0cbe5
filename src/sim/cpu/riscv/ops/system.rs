//! Zicsr, Zifencei, and machine mode's own instructions (volume I, chapters 3
//! and 9; volume II, 3.3).

use super::row3;
use crate::sim::cpu::Bus;
use crate::sim::cpu::riscv::csr::{Change, Refusal};
use crate::sim::cpu::riscv::decode::{Format, Instruction, Op};
use crate::sim::cpu::riscv::hart::{Cause, Flow, Hart};

const MISC_MEM: u32 = 0x0f;
const SYSTEM_OP: u32 = 0x73;

/// A row for an instruction that has no operands.
const fn whole(name: &'static str, value: u32, run: super::Run) -> Instruction {
    Instruction {
        name,
        mask: !0,
        value,
        format: Format::None,
        run,
    }
}

#[rustfmt::skip]
pub(in super::super) const SYSTEM: &[Instruction] = &[
    row3("fence",   MISC_MEM, 0, Format::None, fence),
    row3("fence.i", MISC_MEM, 1, Format::None, fence),
    whole("ecall",  0x0000_0073, ecall),
    whole("ebreak", 0x0010_0073, ebreak),
    whole("wfi",    0x1050_0073, wfi),
    whole("mret",   0x3020_0073, mret),
    whole("unimp",  0xffff_ffff, illegal),
    row3("csrrw",   SYSTEM_OP, 1, Format::Csr, csrrw),
    row3("csrrs",   SYSTEM_OP, 2, Format::Csr, csrrs),
    row3("csrrc",   SYSTEM_OP, 3, Format::Csr, csrrc),
    row3("csrrwi",  SYSTEM_OP, 5, Format::CsrBits, csrrwi),
    row3("csrrsi",  SYSTEM_OP, 6, Format::CsrBits, csrrsi),
    row3("csrrci",  SYSTEM_OP, 7, Format::CsrBits, csrrci),
];

/// One core sees its own accesses in order, and what it stores to code it
/// fetches anew from the next block on, which this ends.
fn fence(_: &mut Hart, _: &mut Bus<'_>, _: &Op) -> Flow {
    Flow::Next
}

fn ecall(hart: &mut Hart, _: &mut Bus<'_>, _: &Op) -> Flow {
    hart.trap(Cause::Ecall, 0)
}

pub(super) fn ebreak(hart: &mut Hart, _: &mut Bus<'_>, _: &Op) -> Flow {
    let pc = hart.pc;
    hart.trap(Cause::Breakpoint, pc)
}

fn wfi(_: &mut Hart, _: &mut Bus<'_>, _: &Op) -> Flow {
    Flow::Wait
}

fn mret(hart: &mut Hart, _: &mut Bus<'_>, _: &Op) -> Flow {
    hart.leave()
}

/// What the specification defines to be illegal.
pub(super) fn illegal(hart: &mut Hart, bus: &mut Bus<'_>, op: &Op) -> Flow {
    let word = bus.fetch(hart.pc).unwrap_or(0);
    let word = if op.len == 2 { word & 0xffff } else { word };
    hart.trap(Cause::IllegalInstruction, word)
}

/// What nobody here knows.
pub(in super::super) fn unknown(hart: &mut Hart, _: &mut Bus<'_>, _: &Op) -> Flow {
    hart.halt("not known".to_owned())
}

fn change(hart: &mut Hart, bus: &mut Bus<'_>, op: &Op, change: Change, operand: u32) -> Flow {
    let number = u16::try_from(op.imm & 0xfff).unwrap_or(0);
    match hart.change_csr(bus, number, change, operand) {
        Ok(before) => {
            hart.set(op.rd, before);
            Flow::Next
        }
        Err(Refusal::ReadOnly) => illegal(hart, bus, op),
        Err(Refusal::Unknown) => hart.halt("this register is not known".to_owned()),
    }
}

fn csrrw(hart: &mut Hart, bus: &mut Bus<'_>, op: &Op) -> Flow {
    let operand = hart.get(op.rs1);
    change(hart, bus, op, Change::Write, operand)
}

/// Set and clear write only if there is something to set or clear with.
const fn unless_zero(field: u8, wanted: Change) -> Change {
    if field == 0 { Change::None } else { wanted }
}

fn csrrs(hart: &mut Hart, bus: &mut Bus<'_>, op: &Op) -> Flow {
    let operand = hart.get(op.rs1);
    change(hart, bus, op, unless_zero(op.rs1, Change::Set), operand)
}

fn csrrc(hart: &mut Hart, bus: &mut Bus<'_>, op: &Op) -> Flow {
    let operand = hart.get(op.rs1);
    change(hart, bus, op, unless_zero(op.rs1, Change::Clear), operand)
}

fn csrrwi(hart: &mut Hart, bus: &mut Bus<'_>, op: &Op) -> Flow {
    change(hart, bus, op, Change::Write, u32::from(op.rs1))
}

fn csrrsi(hart: &mut Hart, bus: &mut Bus<'_>, op: &Op) -> Flow {
    let wanted = unless_zero(op.rs1, Change::Set);
    change(hart, bus, op, wanted, u32::from(op.rs1))
}

fn csrrci(hart: &mut Hart, bus: &mut Bus<'_>, op: &Op) -> Flow {
    let wanted = unless_zero(op.rs1, Change::Clear);
    change(hart, bus, op, wanted, u32::from(op.rs1))
}
