//! M: multiplication and division (volume I, chapter 7).

use super::{row7, signed, unsigned};
use crate::sim::cpu::Bus;
use crate::sim::cpu::riscv::decode::{Format, Instruction, Op};
use crate::sim::cpu::riscv::hart::{Flow, Hart};

const OP: u32 = 0x33;
const MULDIV_FUNCT7: u32 = 1;

const fn row(name: &'static str, funct3: u32, run: super::Run) -> Instruction {
    row7(name, OP, funct3, MULDIV_FUNCT7, Format::R, run)
}

#[rustfmt::skip]
pub(in super::super) const MULDIV: &[Instruction] = &[
    row("mul",    0, mul),
    row("mulh",   1, mulh),
    row("mulhsu", 2, mulhsu),
    row("mulhu",  3, mulhu),
    row("div",    4, div),
    row("divu",   5, divu),
    row("rem",    6, rem),
    row("remu",   7, remu),
];

/// The upper half of a product.
const fn high(product: i64) -> u32 {
    let bytes = product.to_le_bytes();
    u32::from_le_bytes([bytes[4], bytes[5], bytes[6], bytes[7]])
}

macro_rules! arithmetic {
    ($($name:ident: |$a:ident, $b:ident| $result:expr;)*) => {$(
        fn $name(hart: &mut Hart, _: &mut Bus<'_>, op: &Op) -> Flow {
            let ($a, $b) = (hart.get(op.rs1), hart.get(op.rs2));
            hart.set(op.rd, $result);
            Flow::Next
        }
    )*};
}

// Division by zero and overflow: table 7.1.
arithmetic! {
    mul: |a, b| a.wrapping_mul(b);
    mulh: |a, b| high(i64::from(signed(a)) * i64::from(signed(b)));
    mulhsu: |a, b| high(i64::from(signed(a)) * i64::from(b));
    mulhu: |a, b| high(i64::from(a).wrapping_mul(i64::from(b)));
    div: |a, b| match b {
        0 => !0,
        _ => unsigned(signed(a).wrapping_div(signed(b))),
    };
    divu: |a, b| a.checked_div(b).unwrap_or(!0);
    rem: |a, b| match b {
        0 => a,
        _ => unsigned(signed(a).wrapping_rem(signed(b))),
    };
    remu: |a, b| a.checked_rem(b).unwrap_or(a);
}
