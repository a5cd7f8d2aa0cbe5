//! The instructions, a file a family: tables of encodings, and what each one
//! does. A table has what one of Xtensa's options adds.

mod arithmetic;
mod boolean;
mod branch;
mod density;
mod loops;
mod memory;
mod misc;
mod muldiv;
mod shift;
mod system;
mod window;

pub(super) use arithmetic::CORE;
pub(super) use boolean::BOOLEAN;
pub(super) use branch::BRANCH;
pub(super) use density::DENSITY;
pub(super) use loops::LOOP;
pub(super) use memory::{CONDITIONAL_STORE, MEMORY, MULTIPROCESSOR};
pub(super) use misc::{EXTERNAL, MISC, NSA, SALT};
pub(super) use muldiv::{DIV32, MUL16, MUL32, MUL32_HIGH};
pub(super) use shift::SHIFT;
pub(super) use system::{SYSTEM, USER_REGISTERS, unknown};
pub(super) use window::WINDOW;

use super::decode::{Format, Instruction, Run};

/// The fields of an instruction of three bytes (ISA manual, 7.2): `op0` in
/// bits 0 to 3, then t, s, r, `op1`, `op2`.
const OP0: u32 = 0x00_000f;
const T: u32 = 0x00_00f0;
const S: u32 = 0x00_0f00;
const R: u32 = 0x00_f000;
const OP1: u32 = 0x0f_0000;
const OP2: u32 = 0xf0_0000;

/// A row whose instruction is told by these fields, each given by its value.
const fn row(name: &'static str, mask: u32, value: u32, format: Format, run: Run) -> Instruction {
    Instruction {
        name,
        mask,
        value,
        format,
        run,
    }
}

/// A row of RST0 to RST3: `op1`, `op2`.
const fn rst(name: &'static str, op1: u32, op2: u32, format: Format, run: Run) -> Instruction {
    row(name, OP0 | OP1 | OP2, op1 << 16 | op2 << 20, format, run)
}

/// A row of ST0, ST1 and TLB, where r tells one from another: `op2`, r.
const fn st(name: &'static str, op2: u32, r: u32, format: Format, run: Run) -> Instruction {
    let value = op2 << 20 | r << 12;
    row(name, OP0 | OP1 | OP2 | R, value, format, run)
}

/// A row of which t is fixed too: `op2`, r, t.
const fn st_t(
    name: &'static str,
    op2: u32,
    r: u32,
    t: u32,
    format: Format,
    run: Run,
) -> Instruction {
    let value = op2 << 20 | r << 12 | t << 4;
    row(name, OP0 | OP1 | OP2 | R | T, value, format, run)
}

/// A row for an instruction of ST0 without operands: r, s, t.
const fn st0(name: &'static str, r: u32, s: u32, t: u32, format: Format, run: Run) -> Instruction {
    row(name, !0, r << 12 | s << 8 | t << 4, format, run)
}

/// A row of LSAI: r.
const fn lsai(name: &'static str, r: u32, format: Format, run: Run) -> Instruction {
    row(name, OP0 | R, 0x2 | r << 12, format, run)
}

/// A row of SI, where t tells one from another.
const fn si(name: &'static str, t: u32, format: Format, run: Run) -> Instruction {
    row(name, OP0 | T, 0x6 | t << 4, format, run)
}

/// The lower half of a number.
const fn low(value: u64) -> u32 {
    let [a, b, c, d, ..] = value.to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}

/// The upper half of a number.
const fn high(value: u64) -> u32 {
    low(value >> 32)
}

/// Instructions that work on two registers and put the result into a third.
macro_rules! registers {
    ($($name:ident: |$s:ident, $t:ident| $result:expr;)*) => {$(
        pub(super) fn $name(
            state: &mut crate::sim::cpu::xtensa::state::State,
            _: &mut crate::sim::cpu::Bus<'_>,
            op: &crate::sim::cpu::xtensa::decode::Op,
        ) -> crate::sim::cpu::xtensa::state::Flow {
            let ($s, $t) = (state.get(op.s), state.get(op.t));
            state.set(op.r, $result);
            crate::sim::cpu::xtensa::state::Flow::Next
        }
    )*};
}
use crate::sim::cpu::numbers::{signed, unsigned};
use registers;
