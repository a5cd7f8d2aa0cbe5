//! What a flash does at which opcode (W25Q32JV and W25Q256JV data sheets,
//! "Instruction Set Table").

/// What an opcode asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// Sets the write enable latch.
    WriteEnable,
    /// Lets the next status write be one that a power cycle undoes.
    WriteEnableVolatile,
    /// Clears the write enable latch.
    WriteDisable,
    /// Reads a status register, by its number from 0.
    ReadStatus(usize),
    /// Writes status registers, from this one on.
    WriteStatus(usize),
    /// Manufacturer, type, capacity.
    ReadId,
    /// The id of this very flash, behind four dummy bytes.
    ReadUniqueId,
    /// The table that describes the flash (JESD216).
    ReadSfdp,
    /// Reads from the address, behind so many dummy bytes. Modes with more
    /// than one data line differ in time only; their mode bits are among the
    /// dummies.
    Read(usize),
    /// Programs within a page.
    Program,
    /// Erases a piece of this size.
    Erase(Piece),
    /// Erases everything.
    EraseChip,
    /// Addresses of four bytes, from now on.
    EnterFourByte,
    /// Addresses of three bytes again.
    ExitFourByte,
    /// Sleeps, and hears nothing but a release.
    PowerDown,
    /// Wakes up; tells the device id.
    Release,
    /// Lets the next opcode be a reset.
    EnableReset,
    /// Drops what is under way and all volatile state.
    Reset,
}

/// What one command can erase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Kb4,
    Kb32,
    Kb64,
}

impl Piece {
    pub(super) const fn size(self) -> u32 {
        match self {
            Self::Kb4 => 0x1000,
            Self::Kb32 => 0x8000,
            Self::Kb64 => 0x1_0000,
        }
    }
}

/// How many address bytes follow an opcode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Address {
    None,
    /// Three, or four in four-byte mode.
    ByMode,
    /// Always four.
    Four,
}

#[derive(Debug)]
pub(super) struct Op {
    code: u8,
    pub(super) what: What,
    pub(super) address: Address,
}

const fn bare(code: u8, what: What) -> Op {
    Op {
        code,
        what,
        address: Address::None,
    }
}

const fn at(code: u8, what: What) -> Op {
    Op {
        code,
        what,
        address: Address::ByMode,
    }
}

const fn at4(code: u8, what: What) -> Op {
    Op {
        code,
        what,
        address: Address::Four,
    }
}

static OPS: &[Op] = &[
    bare(0x06, What::WriteEnable),
    bare(0x50, What::WriteEnableVolatile),
    bare(0x04, What::WriteDisable),
    bare(0x05, What::ReadStatus(0)),
    bare(0x35, What::ReadStatus(1)),
    bare(0x15, What::ReadStatus(2)),
    bare(0x01, What::WriteStatus(0)),
    bare(0x31, What::WriteStatus(1)),
    bare(0x11, What::WriteStatus(2)),
    bare(0x9f, What::ReadId),
    bare(0x4b, What::ReadUniqueId),
    bare(0x5a, What::ReadSfdp),
    at(0x03, What::Read(0)),
    at4(0x13, What::Read(0)),
    at(0x0b, What::Read(1)),
    at4(0x0c, What::Read(1)),
    at(0x3b, What::Read(1)),
    at4(0x3c, What::Read(1)),
    at(0x6b, What::Read(1)),
    at4(0x6c, What::Read(1)),
    // Dual and quad address: a byte of mode bits; quad then two dummy bytes.
    at(0xbb, What::Read(1)),
    at4(0xbc, What::Read(1)),
    at(0xeb, What::Read(3)),
    at4(0xec, What::Read(3)),
    at(0x02, What::Program),
    at4(0x12, What::Program),
    at(0x32, What::Program),
    at4(0x34, What::Program),
    at(0x20, What::Erase(Piece::Kb4)),
    at4(0x21, What::Erase(Piece::Kb4)),
    at(0x52, What::Erase(Piece::Kb32)),
    at(0xd8, What::Erase(Piece::Kb64)),
    at4(0xdc, What::Erase(Piece::Kb64)),
    bare(0xc7, What::EraseChip),
    bare(0x60, What::EraseChip),
    bare(0xb7, What::EnterFourByte),
    bare(0xe9, What::ExitFourByte),
    bare(0xb9, What::PowerDown),
    bare(0xab, What::Release),
    bare(0x66, What::EnableReset),
    bare(0x99, What::Reset),
];

impl Op {
    /// What this opcode stands for, if for anything.
    pub(super) fn of(code: u8) -> Option<&'static Self> {
        OPS.iter().find(|op| op.code == code)
    }
}
