//! The commands of this crate's own stub: `docs/stubs.md` is the contract.
//!
//! They share the line with the commonly known commands and are told apart by
//! their opcode. A request is `00 op len:u16 tag:u32 body… crc:u32`, a response
//! `01 op len:u16 tag:u32 body… crc:u32`, whose body begins with `status
//! reason`. Whatever has a wrong CRC is nothing at all. Every command may be
//! sent again without harm.

mod capability;
mod flash;
mod frame;
mod regions;
mod state;
mod write;

pub use capability::{Cancel, Capability, Features, GetCapability, Port, VERSION};
pub use flash::{AddressBits, FlashCommand};
pub use frame::{Request, Response};
pub use regions::{Digest, Map, Range, Read, results_len};
pub use state::{GetState, Phase, State};
pub use write::{Encoding, Segment, SegmentKind, WriteBegin, WriteData};

use super::{Opcode, Reason, WireError};

/// The first opcode of this family; from here on a frame ends with a CRC-32.
pub const FIRST: Opcode = Opcode(0xf0);

/// What the stub sends once it runs, as a frame.
pub const GREETING: &[u8] = b"OHAI";

/// One of the stub's own commands that is answered.
pub trait Command {
    /// Its number.
    const OPCODE: Opcode;
    /// What a successful answer tells.
    type Answer;

    /// Appends the request's body to `out`.
    fn body(&self, out: &mut Vec<u8>);

    /// What a successful answer says: its whole body, status included.
    ///
    /// # Errors
    /// The body cannot be what the command promises.
    fn answer(&self, body: &[u8]) -> Result<Self::Answer, WireError>;
}

/// Why the stub refused a command, or broke off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The reason it gave.
    pub reason: Reason,
    /// Where it happened: a flash address in bytes.
    pub address: u32,
}

/// Appends a whole request without SLIP. The answer repeats `tag`.
pub fn encode<C: Command>(command: &C, tag: u32, out: &mut Vec<u8>) {
    frame::put_request(C::OPCODE, tag, out, |out| command.body(out));
}

/// The results behind the status of a success.
fn results(command: Opcode, body: &[u8]) -> Result<&[u8], WireError> {
    match body {
        [0, _, _, _, results @ ..] => Ok(results),
        _ => Err(wrong_length(command, body)),
    }
}

const fn wrong_length(command: Opcode, body: &[u8]) -> WireError {
    WireError::Length {
        command,
        got: body.len(),
    }
}

/// The little-endian word at `at`, if the bytes reach that far.
fn word(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}

/// The little-endian half word at `at`, if the bytes reach that far.
fn half(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes(bytes.try_into().ok()?))
}

#[cfg(test)]
mod tests;
