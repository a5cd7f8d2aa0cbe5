//! The multiplication and division options (ISA manual, 4.3.4 to 4.3.6).

use super::{Format, Instruction, high, rst, signed, unsigned};
use crate::sim::cpu::Bus;
use crate::sim::cpu::xtensa::decode::Op;
use crate::sim::cpu::xtensa::exceptions::Cause;
use crate::sim::cpu::xtensa::state::{Flow, State};

pub(in super::super) const MUL16: &[Instruction] = &[
    rst("mul16u", 1, 0xc, Format::Rst, mul16u),
    rst("mul16s", 1, 0xd, Format::Rst, mul16s),
];

pub(in super::super) const MUL32: &[Instruction] = &[rst("mull", 2, 0x8, Format::Rst, mull)];

/// The same option with the upper halves of products.
pub(in super::super) const MUL32_HIGH: &[Instruction] = &[
    rst("muluh", 2, 0xa, Format::Rst, muluh),
    rst("mulsh", 2, 0xb, Format::Rst, mulsh),
];

pub(in super::super) const DIV32: &[Instruction] = &[
    rst("quou", 2, 0xc, Format::Rst, quou),
    rst("quos", 2, 0xd, Format::Rst, quos),
    rst("remu", 2, 0xe, Format::Rst, remu),
    rst("rems", 2, 0xf, Format::Rst, rems),
];

/// The lower half with its sign.
const fn half(value: u32) -> i32 {
    signed(value << 16) >> 16
}

super::registers! {
    mul16u: |s, t| (s & 0xffff) * (t & 0xffff);
    mul16s: |s, t| unsigned(half(s) * half(t));
    mull: |s, t| s.wrapping_mul(t);
    muluh: |s, t| high(u64::from(s) * u64::from(t));
    mulsh: |s, t| {
        let product = i64::from(signed(s)) * i64::from(signed(t));
        high(u64::from_le_bytes(product.to_le_bytes()))
    };
}

/// Divisions; none of them is by zero.
macro_rules! divisions {
    ($($name:ident: |$s:ident, $t:ident| $result:expr;)*) => {$(
        fn $name(state: &mut State, _: &mut Bus<'_>, op: &Op) -> Flow {
            let ($s, $t) = (state.get(op.s), state.get(op.t));
            if $t == 0 {
                return state.exception(Cause::DivideByZero);
            }
            state.set(op.r, $result);
            Flow::Next
        }
    )*};
}

divisions! {
    quou: |s, t| s / t;
    quos: |s, t| unsigned(signed(s).wrapping_div(signed(t)));
    remu: |s, t| s % t;
    rems: |s, t| unsigned(signed(s).wrapping_rem(signed(t)));
}
