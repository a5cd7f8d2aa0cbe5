//! Upload to RAM.

use super::command::{block_command, put_words};
use super::payload::{FromPayload, Payload, RequestError};
use super::{Command, Dialect, Opcode, WireError};

/// MEM_BEGIN: announces an upload to RAM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemBegin {
    /// Bytes in all.
    pub size: u32,
    /// How many MEM_DATA blocks will come.
    pub blocks: u32,
    /// Bytes in a block: at most 0x1800, over USB-OTG 0x800.
    pub block_size: u32,
    /// Where in the chip's address space.
    pub address: u32,
}

impl Command for MemBegin {
    const OPCODE: Opcode = Opcode::MEM_BEGIN;
    type Answer = ();

    fn payload(&self, _: &Dialect, out: &mut Vec<u8>) {
        put_words(
            out,
            &[self.size, self.blocks, self.block_size, self.address],
        );
    }

    fn answer(&self, _: &Dialect, _: u32, _: &[u8]) -> Result<(), WireError> {
        Ok(())
    }
}

impl<'a> FromPayload<'a> for MemBegin {
    fn from_payload(payload: &mut Payload<'a>, _: &Dialect) -> Result<Self, RequestError> {
        let [size, blocks, block_size, address] = payload.words()?;
        Ok(Self {
            size,
            blocks,
            block_size,
            address,
        })
    }
}

/// MEM_DATA: one block of an upload to RAM. A block that a ROM refused is
/// counted all the same: the upload starts again at MEM_BEGIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemData<'a> {
    /// The block's number, from 0.
    pub sequence: u32,
    /// Its bytes.
    pub data: &'a [u8],
}

block_command!(MemData, MEM_DATA);

/// MEM_END: ends an upload. The answer to a jump may not come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemEnd {
    /// Stay in the loader.
    Stay,
    /// Jump to this address.
    Jump(u32),
}

impl Command for MemEnd {
    const OPCODE: Opcode = Opcode::MEM_END;
    type Answer = ();

    fn payload(&self, _: &Dialect, out: &mut Vec<u8>) {
        match *self {
            Self::Stay => put_words(out, &[1, 0]),
            Self::Jump(entry) => put_words(out, &[0, entry]),
        }
    }

    fn answer(&self, _: &Dialect, _: u32, _: &[u8]) -> Result<(), WireError> {
        Ok(())
    }
}

impl<'a> FromPayload<'a> for MemEnd {
    fn from_payload(payload: &mut Payload<'a>, _: &Dialect) -> Result<Self, RequestError> {
        Ok(match payload.words()? {
            [0, entry] => Self::Jump(entry),
            _ => Self::Stay,
        })
    }
}
