//! From words to operations, by table.

use super::hart::{Flow, Hart, SINK};
use super::ops;
use crate::sim::cpu::Bus;
use crate::sim::cpu::numbers::sign_extend;

/// What executes an operation.
pub(super) type Run = fn(&mut Hart, &mut Bus<'_>, &Op) -> Flow;

/// A decoded instruction.
#[derive(Clone, Copy, Debug)]
pub(super) struct Op {
    pub(super) run: Run,
    /// The immediate, sign-extended; of a jump or branch, the address it goes
    /// to; of what nobody knows, the word.
    pub(super) imm: u32,
    /// The destination; [`SINK`] for x0.
    pub(super) rd: u8,
    pub(super) rs1: u8,
    pub(super) rs2: u8,
    /// Bytes of the instruction: 2 or 4.
    pub(super) len: u8,
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

/// Where the operands are: the formats of volume I, figures 2.2 to 2.4, and
/// tables 16.1 to 16.7 for compressed instructions. Several names say in
/// which order a disassembly has the operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// rd, rs1, rs2
    R,
    /// rd, rs1, imm
    I,
    /// rd, rs1, five bits
    Shift,
    /// rd, imm(rs1)
    Load,
    /// rs2, imm(rs1)
    Store,
    /// rs1, rs2, address
    Branch,
    /// rd, upper 20 bits
    Upper,
    /// rd, the address of upper 20 bits from here
    UpperHere,
    /// rd, address
    Jump,
    /// rd, number, rs1
    Csr,
    /// rd, number, five bits in place of rs1
    CsrBits,
    /// rd, rs2, (rs1)
    Amo,
    /// rd, (rs1)
    LoadReserved,
    /// Nothing, or nothing that matters.
    None,
    /// Compressed: rd = rs1, six bits
    CI,
    /// Compressed: rd = rs1, six bits without sign
    CShift,
    /// Compressed: rd, six bits
    CImmediate,
    /// Compressed: rd, upper six bits
    CUpper,
    /// Compressed: sp, sp, multiple of 16
    CStack,
    /// Compressed: rd, sp, multiple of 4
    CStackAddress,
    /// Compressed: rd = rs1, rs2 from the upper registers
    CA,
    /// Compressed: rd, rs2
    CMove,
    /// Compressed: rd = rs1, rs2
    CR,
    /// Compressed: upper registers, rd = rs1, six bits
    CB,
    /// Compressed: upper registers, rd = rs1, six bits without sign
    CBShift,
    /// Compressed: rd, offset(rs1), upper registers
    CL,
    /// Compressed: rs2, offset(rs1), upper registers
    CS,
    /// Compressed: rd, offset(sp)
    CLStack,
    /// Compressed: rs2, offset(sp)
    CSStack,
    /// Compressed: rs1, x0, address
    CBranch,
    /// Compressed: address, into x0
    CJ,
    /// Compressed: address, into ra
    CJLink,
    /// Compressed: rs1, into x0
    CJumpRegister,
    /// Compressed: rs1, into ra
    CCallRegister,
}

/// Operands of an instruction, x0 as itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Operands {
    pub(super) rd: u8,
    pub(super) rs1: u8,
    pub(super) rs2: u8,
    pub(super) imm: u32,
}

/// The bits `from` to `from + len - 1`, moved to `to`.
const fn bits(word: u32, from: u32, len: u32, to: u32) -> u32 {
    (word >> from & ((1 << len) - 1)) << to
}

/// The register whose number is at bit `from`.
const fn register(word: u32, from: u32) -> u8 {
    (word >> from).to_le_bytes()[0] & 0x1f
}

/// The upper register, x8 to x15, whose number is at bit `from`.
const fn upper(word: u32, from: u32) -> u8 {
    8 + ((word >> from).to_le_bytes()[0] & 7)
}

/// ra and sp.
const RA: u8 = 1;
const SP: u8 = 2;

impl Format {
    /// The operands in an instruction at `pc`.
    pub(super) fn operands(self, word: u32, pc: u32) -> Operands {
        let none = Operands::default();
        let (rd, rs1, rs2) = (register(word, 7), register(word, 15), register(word, 20));
        // The same of compressed instructions.
        let (crs2, high, low) = (register(word, 2), upper(word, 7), upper(word, 2));
        let here = |offset: u32| pc.wrapping_add(offset);
        let six = bits(word, 2, 5, 0) | bits(word, 12, 1, 5);
        #[rustfmt::skip]
        let operands = match self {
            Self::R | Self::Amo | Self::LoadReserved => Operands { rd, rs1, rs2, ..none },
            Self::I | Self::Load => Operands { rd, rs1, imm: sign_extend(word >> 20, 12), ..none },
            Self::Shift => Operands { rd, rs1, imm: bits(word, 20, 5, 0), ..none },
            Self::Store => Operands { rs1, rs2, imm: sign_extend(bits(word, 7, 5, 0) | bits(word, 25, 7, 5), 12), ..none },
            Self::Branch => {
                let offset = bits(word, 8, 4, 1) | bits(word, 25, 6, 5) | bits(word, 7, 1, 11) | bits(word, 31, 1, 12);
                Operands { rs1, rs2, imm: here(sign_extend(offset, 13)), ..none }
            }
            Self::Upper => Operands { rd, imm: word & 0xffff_f000, ..none },
            Self::UpperHere => Operands { rd, imm: here(word & 0xffff_f000), ..none },
            Self::Jump => {
                let offset = bits(word, 21, 10, 1) | bits(word, 20, 1, 11) | bits(word, 12, 8, 12) | bits(word, 31, 1, 20);
                Operands { rd, imm: here(sign_extend(offset, 21)), ..none }
            }
            Self::Csr | Self::CsrBits => Operands { rd, rs1, imm: word >> 20, ..none },
            Self::None => none,
            Self::CI => Operands { rd, rs1: rd, imm: sign_extend(six, 6), ..none },
            Self::CShift => Operands { rd, rs1: rd, imm: six, ..none },
            Self::CImmediate => Operands { rd, imm: sign_extend(six, 6), ..none },
            Self::CUpper => Operands { rd, imm: sign_extend(six, 6) << 12, ..none },
            Self::CStack => {
                let imm = bits(word, 6, 1, 4) | bits(word, 2, 1, 5) | bits(word, 5, 1, 6) | bits(word, 3, 2, 7) | bits(word, 12, 1, 9);
                Operands { rd: SP, rs1: SP, imm: sign_extend(imm, 10), ..none }
            }
            Self::CStackAddress => {
                let imm = bits(word, 6, 1, 2) | bits(word, 5, 1, 3) | bits(word, 11, 2, 4) | bits(word, 7, 4, 6);
                Operands { rd: low, rs1: SP, imm, ..none }
            }
            Self::CA => Operands { rd: high, rs1: high, rs2: low, ..none },
            Self::CMove => Operands { rd, rs2: crs2, ..none },
            Self::CR => Operands { rd, rs1: rd, rs2: crs2, ..none },
            Self::CB => Operands { rd: high, rs1: high, imm: sign_extend(six, 6), ..none },
            Self::CBShift => Operands { rd: high, rs1: high, imm: six, ..none },
            Self::CL | Self::CS => {
                let imm = bits(word, 6, 1, 2) | bits(word, 10, 3, 3) | bits(word, 5, 1, 6);
                match self {
                    Self::CL => Operands { rd: low, rs1: high, imm, ..none },
                    _ => Operands { rs2: low, rs1: high, imm, ..none },
                }
            }
            Self::CLStack => {
                let imm = bits(word, 4, 3, 2) | bits(word, 12, 1, 5) | bits(word, 2, 2, 6);
                Operands { rd, rs1: SP, imm, ..none }
            }
            Self::CSStack => {
                let imm = bits(word, 9, 4, 2) | bits(word, 7, 2, 6);
                Operands { rs1: SP, rs2: crs2, imm, ..none }
            }
            Self::CBranch => {
                let offset = bits(word, 3, 2, 1) | bits(word, 10, 2, 3) | bits(word, 2, 1, 5) | bits(word, 5, 2, 6) | bits(word, 12, 1, 8);
                Operands { rs1: high, imm: here(sign_extend(offset, 9)), ..none }
            }
            Self::CJ | Self::CJLink => {
                let offset = bits(word, 3, 3, 1) | bits(word, 11, 1, 4) | bits(word, 2, 1, 5) | bits(word, 7, 1, 6)
                    | bits(word, 6, 1, 7) | bits(word, 9, 2, 8) | bits(word, 8, 1, 10) | bits(word, 12, 1, 11);
                let rd = if self == Self::CJ { 0 } else { RA };
                Operands { rd, imm: here(sign_extend(offset, 12)), ..none }
            }
            Self::CJumpRegister => Operands { rs1: rd, ..none },
            Self::CCallRegister => Operands { rd: RA, rs1: rd, ..none },
        };
        operands
    }
}

/// Bytes of the instruction that begins so.
pub(super) const fn len(word: u32) -> u8 {
    if word & 3 == 3 { 4 } else { 2 }
}

/// The row of an instruction, whichever table it is in; none for what nobody
/// knows.
pub(super) fn find(word: u32) -> Option<&'static Instruction> {
    let tables: &[&[Instruction]] = if len(word) == 2 {
        &[ops::COMPRESSED]
    } else {
        &[
            ops::INTEGER,
            ops::MEMORY,
            ops::MULDIV,
            ops::ATOMIC,
            ops::SYSTEM,
        ]
    };
    let word = if len(word) == 2 { word & 0xffff } else { word };
    tables
        .iter()
        .copied()
        .flatten()
        .find(|row| word & row.mask == row.value)
}

/// Decodes the instruction at `pc`; true if another may follow it otherwise
/// than at the next address, or if what follows may be fetched anew.
pub(super) fn decode(word: u32, pc: u32) -> (Op, bool) {
    let len = len(word);
    let Some(row) = find(word) else {
        let op = Op {
            run: ops::unknown,
            imm: word,
            rd: SINK,
            rs1: 0,
            rs2: 0,
            len,
        };
        return (op, true);
    };
    let Operands { rd, rs1, rs2, imm } = row.format.operands(word, pc);
    let op = Op {
        run: row.run,
        imm,
        rd: if rd == 0 { SINK } else { rd },
        rs1,
        rs2,
        len,
    };
    (op, row.ends_block())
}

impl Instruction {
    /// Whether something else than the next instruction may come after it, or
    /// whether it may change how that one is executed.
    fn ends_block(&self) -> bool {
        use Format::{
            Branch, CBranch, CCallRegister, CJ, CJLink, CJumpRegister, Csr, CsrBits, Jump,
            None as Nothing,
        };
        matches!(
            self.format,
            Branch
                | Jump
                | Csr
                | CsrBits
                | Nothing
                | CBranch
                | CJ
                | CJLink
                | CJumpRegister
                | CCallRegister
        ) || self.name == "jalr"
    }
}
