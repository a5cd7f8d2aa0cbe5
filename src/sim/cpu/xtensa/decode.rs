//! From words to operations, by table.

use super::model::Model;
use super::ops;
use super::state::{Flow, State};
use crate::sim::cpu::Bus;
use crate::sim::cpu::numbers::sign_extend;

/// What executes an operation.
pub(super) type Run = fn(&mut State, &mut Bus<'_>, &Op) -> Flow;

/// A decoded instruction.
#[derive(Clone, Copy, Debug)]
pub(super) struct Op {
    pub(super) run: Run,
    /// The immediate, sign-extended; of whatever goes somewhere or loads a
    /// literal, the address; of what accesses a special register, its number.
    pub(super) imm: u32,
    /// What else there is: the constant that a branch compares with, the mask
    /// of EXTUI.
    pub(super) constant: u32,
    /// The fields of these names, mostly numbers of registers.
    pub(super) r: u8,
    pub(super) s: u8,
    pub(super) t: u8,
    /// Bytes of the instruction: 2 or 3.
    pub(super) len: u8,
    /// The highest group of four registers that it touches, 0 to 3.
    pub(super) group: u8,
    /// The same of it and all that come behind it in its block.
    pub(super) groups: u8,
    /// Bytes of it and of all that come behind it in its block.
    pub(super) span: u8,
}

/// A row of an instruction table.
#[derive(Debug)]
pub(super) struct Instruction {
    pub(super) name: &'static str,
    /// The bits that tell it from others.
    pub(super) mask: u32,
    /// What they are.
    pub(super) value: u32,
    pub(super) format: Format,
    pub(super) run: Run,
}

/// Where the operands are (ISA manual, 7.1 and 7.3). Letters are those of the
/// fields that number registers, in the order in which a disassembly has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// r, s, t
    Rst,
    /// r, t
    Rt,
    /// r, s
    Rs,
    /// t, s
    Ts,
    /// s
    S,
    /// r, s, distance: 32 less five bits
    ShiftLeft,
    /// r, t, distance: five bits, the highest in `op2`
    ShiftRight,
    /// r, t, distance: four bits
    ShiftRightFour,
    /// Distance: five bits
    ShiftAmount,
    /// r, t, distance, count of bits
    Extract,
    /// r, s, bits less 7 in t
    Bits,
    /// t, immediate of 12 bits
    Move,
    /// t, s, immediate of 8 bits
    Add,
    /// t, s, immediate of 8 bits above eight more
    AddHigh,
    /// t, s, offset: 8 bits, scaled by 1, 2, 4
    Offset1,
    Offset2,
    Offset4,
    /// t, s, offset: 4 bits, -64 to -4
    OffsetWindow,
    /// s, offset: 8 bits, scaled by 4
    Cache,
    /// s, offset: 4 bits, scaled by 16
    CacheLocked,
    /// t, address behind 16 bits of words before here
    Literal,
    /// Address of a word in reach of 18 bits
    Call,
    /// Address in reach of 18 bits
    Jump,
    /// s: goes there
    JumpRegister,
    /// s: calls what is there
    CallRegister,
    /// s, address in reach of 12 bits
    BranchZero,
    /// s, constant that r selects, address in reach of 8 bits
    BranchConstant,
    /// s, constant without sign that r selects, address
    BranchConstantUnsigned,
    /// s, t, address in reach of 8 bits
    Branch,
    /// s, bit of five bits, address in reach of 8 bits
    BranchBit,
    /// s (a boolean), address in reach of 8 bits
    BranchBoolean,
    /// s, size of a stack frame in units of 8
    Entry,
    /// s, address of the loop's end, forwards
    Loop,
    /// Immediate of 4 bits in t, with sign
    Rotate,
    /// t, number of a special register
    Special,
    /// r, number of a user register
    UserRead,
    /// t, number of a user register
    UserWrite,
    /// t, level in s
    SetLevel,
    /// Level in s
    Level,
    /// Two numbers of four bits in s and t
    Break,
    /// Number of four bits in s
    BreakNarrow,
    /// r, s, t, all booleans
    Booleans,
    /// t, s, both booleans, s the first of several
    SomeBooleans,
    /// r, s, and a boolean t
    MoveBoolean,
    /// Narrow: t, s, offset: 4 bits, scaled by 4
    NarrowOffset,
    /// Narrow: r, s, immediate: t, -1 for 0
    NarrowAdd,
    /// Narrow: s, immediate of 7 bits, -32 to 95
    NarrowMove,
    /// Narrow: s, address up to 63 bytes behind the next but one
    NarrowBranch,
    /// Nothing, and something else than the next instruction may follow.
    None,
    /// Nothing, and nothing comes of it.
    Barrier,
}

/// Operands of an instruction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Operands {
    pub(super) r: u8,
    pub(super) s: u8,
    pub(super) t: u8,
    pub(super) imm: u32,
    pub(super) constant: u32,
    /// The highest register that is touched.
    pub(super) highest: u8,
}

/// The bits `from` to `from + len - 1`.
const fn bits(word: u32, from: u32, len: u32) -> u32 {
    word >> from & ((1 << len) - 1)
}

/// The field of four bits from `from` on.
const fn field(word: u32, from: u32) -> u8 {
    (word >> from).to_le_bytes()[0] & 0xf
}

/// What r selects in branches: B4CONST and B4CONSTU (ISA manual, tables 7-172
/// and 7-173).
#[rustfmt::skip]
const CONSTANTS: [u32; 16] = [!0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 32, 64, 128, 256];
#[rustfmt::skip]
const CONSTANTS_UNSIGNED: [u32; 16] =
    [0x8000, 0x1_0000, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 32, 64, 128, 256];

impl Format {
    /// The operands in an instruction at `pc`.
    pub(super) fn operands(self, word: u32, pc: u32) -> Operands {
        let (r, s, t) = (field(word, 12), field(word, 8), field(word, 4));
        let it = Operands {
            r,
            s,
            t,
            ..Operands::default()
        };
        let with = |imm: u32, highest: u8| Operands { imm, highest, ..it };
        let regs = |highest: u8| with(0, highest);
        // Where a branch leads whose offset has so many bits, and begins there.
        let target = |from: u32, len: u32| {
            let offset = sign_extend(bits(word, from, len), len);
            pc.wrapping_add(4).wrapping_add(offset)
        };
        let byte = bits(word, 16, 8);
        let (st, rs, rt) = (s.max(t), r.max(s), r.max(t));
        match self {
            Self::Rst => regs(rs.max(t)),
            Self::Rt => regs(rt),
            Self::Rs | Self::MoveBoolean => regs(rs),
            Self::Ts => regs(st),
            Self::S | Self::JumpRegister => regs(s),
            Self::ShiftLeft => {
                let complement = bits(word, 20, 1) << 4 | u32::from(t);
                with(32_u32.wrapping_sub(complement) & 0x1f, rs)
            }
            Self::ShiftRight => with(bits(word, 20, 1) << 4 | u32::from(s), rt),
            Self::ShiftRightFour => with(u32::from(s), rt),
            Self::ShiftAmount => with(bits(word, 4, 1) << 4 | u32::from(s), 0),
            Self::Extract => Operands {
                imm: bits(word, 16, 1) << 4 | u32::from(s),
                constant: (1 << (bits(word, 20, 4) + 1)) - 1,
                highest: rt,
                ..it
            },
            Self::Bits => with(u32::from(t) + 7, rs),
            Self::Move => with(sign_extend(u32::from(s) << 8 | byte, 12), t),
            Self::Add => with(sign_extend(byte, 8), st),
            Self::AddHigh => with(sign_extend(byte, 8) << 8, st),
            Self::Offset1 => with(byte, st),
            Self::Offset2 => with(byte << 1, st),
            Self::Offset4 => with(byte << 2, st),
            Self::OffsetWindow => with((u32::from(r) << 2).wrapping_sub(64), st),
            Self::Cache => with(byte << 2, s),
            Self::CacheLocked => with(bits(word, 20, 4) << 4, s),
            Self::Literal => {
                let words = bits(word, 8, 16) | 0xffff_0000;
                with((pc.wrapping_add(3) & !3).wrapping_add(words << 2), t)
            }
            Self::Call => {
                let words = sign_extend(bits(word, 6, 18), 18);
                let target = (pc & !3).wrapping_add(4).wrapping_add(words << 2);
                // The return address goes to the first register of the callee.
                with(target, (t & 3) << 2)
            }
            Self::CallRegister => regs(s.max((t & 3) << 2)),
            Self::Jump => with(target(6, 18), 0),
            Self::BranchZero => with(target(12, 12), s),
            Self::BranchConstant => Operands {
                constant: CONSTANTS[usize::from(r)],
                ..with(target(16, 8), s)
            },
            Self::BranchConstantUnsigned => Operands {
                constant: CONSTANTS_UNSIGNED[usize::from(r)],
                ..with(target(16, 8), s)
            },
            Self::Branch => with(target(16, 8), st),
            Self::BranchBit => Operands {
                constant: 1 << (bits(word, 12, 1) << 4 | u32::from(t)),
                ..with(target(16, 8), s)
            },
            Self::BranchBoolean => with(target(16, 8), 0),
            Self::Entry => with(bits(word, 12, 12) << 3, s),
            Self::Loop => with(pc.wrapping_add(4).wrapping_add(byte), s),
            Self::Rotate => with(sign_extend(u32::from(t), 4), 0),
            Self::Special | Self::UserWrite => with(bits(word, 8, 8), t),
            Self::UserRead => with(u32::from(s) << 4 | u32::from(t), r),
            Self::SetLevel => with(u32::from(s), t),
            Self::Level | Self::BreakNarrow => with(u32::from(s), 0),
            Self::Break | Self::Booleans | Self::SomeBooleans => it,
            Self::NarrowOffset => with(u32::from(r) << 2, st),
            Self::NarrowAdd => with(if t == 0 { !0 } else { u32::from(t) }, rs),
            Self::NarrowMove => {
                let imm = bits(word, 4, 3) << 4 | u32::from(r);
                // The upper quarter is negative.
                with(if imm < 96 { imm } else { imm | !0x7f }, s)
            }
            Self::NarrowBranch => {
                let offset = bits(word, 4, 2) << 4 | u32::from(r);
                with(pc.wrapping_add(4).wrapping_add(offset), s)
            }
            Self::None | Self::Barrier => it,
        }
    }

    /// Whether something else than the next instruction may come after one of
    /// these, or whether it may change how that one is executed.
    const fn ends_block(self) -> bool {
        matches!(
            self,
            Self::Call
                | Self::Jump
                | Self::JumpRegister
                | Self::CallRegister
                | Self::BranchZero
                | Self::BranchConstant
                | Self::BranchConstantUnsigned
                | Self::Branch
                | Self::BranchBit
                | Self::BranchBoolean
                | Self::NarrowBranch
                | Self::Entry
                | Self::Loop
                | Self::Rotate
                | Self::Special
                | Self::SetLevel
                | Self::Level
                | Self::Break
                | Self::BreakNarrow
                | Self::None
        )
    }
}

/// Bytes of the instruction that begins so.
pub(super) const fn len(word: u32) -> u8 {
    if word & 0x8 == 0 { 3 } else { 2 }
}

/// The bits of an instruction that begins so.
pub(super) const fn only(word: u32) -> u32 {
    match len(word) {
        2 => word & 0xffff,
        _ => word & 0xff_ffff,
    }
}

/// The row of an instruction, whichever table it is in; none for what nobody
/// knows.
pub(super) fn find(word: u32, tables: &[&'static [Instruction]]) -> Option<&'static Instruction> {
    let word = only(word);
    tables
        .iter()
        .copied()
        .flatten()
        .find(|row| word & row.mask == row.value)
}

/// Decodes the instruction at `pc`; true if another may follow it otherwise
/// than at the next address, or if what follows may be fetched anew.
pub(super) fn decode(word: u32, pc: u32, model: &Model) -> (Op, bool) {
    let len = len(word);
    let Some(row) = find(word, model.tables) else {
        let op = Op {
            run: ops::unknown,
            imm: 0,
            constant: 0,
            r: 0,
            s: 0,
            t: 0,
            len,
            group: 0,
            groups: 0,
            span: len,
        };
        return (op, true);
    };
    let operands = row.format.operands(word, pc);
    let group = operands.highest >> 2;
    let op = Op {
        run: row.run,
        imm: operands.imm,
        constant: operands.constant,
        r: operands.r,
        s: operands.s,
        t: operands.t,
        len,
        group,
        groups: group,
        span: len,
    };
    (op, row.format.ends_block())
}
