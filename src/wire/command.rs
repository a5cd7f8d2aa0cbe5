//! What every command has in common.

use super::{Dialect, HEADER_LEN, Opcode, TO_DEVICE, WireError};

/// One of the loader's commands, as the host sends it.
pub trait Command {
    /// Its number.
    const OPCODE: Opcode;
    /// What a successful answer tells.
    type Answer;

    /// The header's checksum word; only the `*_DATA` commands have one.
    fn checksum(&self) -> u32 {
        0
    }

    /// Appends the payload to `out`.
    fn payload(&self, dialect: &Dialect, out: &mut Vec<u8>);

    /// Bytes of data that stand before the status in a successful answer.
    ///
    /// The answer's own length field is not to be trusted for this.
    fn answer_len(&self, _dialect: &Dialect) -> usize {
        0
    }

    /// What a successful answer says: its value word and
    /// [`answer_len`](Self::answer_len) bytes of data.
    ///
    /// # Errors
    /// The data cannot be what the command promises.
    fn answer(&self, dialect: &Dialect, value: u32, data: &[u8])
    -> Result<Self::Answer, WireError>;
}

/// Appends a whole request, header and payload, without SLIP.
pub fn encode<C: Command>(command: &C, dialect: &Dialect, out: &mut Vec<u8>) {
    let start = out.len();
    out.extend_from_slice(&[TO_DEVICE, C::OPCODE.0, 0, 0]);
    put_words(out, &[command.checksum()]);
    command.payload(dialect, out);
    let len = out.len() - start - HEADER_LEN;
    // The longest payload, a 16 KiB block, is far below the field's range.
    let len = u16::try_from(len).unwrap_or(u16::MAX);
    if let Some(field) = out.get_mut(start + 2..start + 4) {
        field.copy_from_slice(&len.to_le_bytes());
    }
}

/// The checksum of the `*_DATA` commands: XOR of the data bytes, seeded with
/// EF, in the low byte.
#[must_use]
pub fn checksum(data: &[u8]) -> u32 {
    u32::from(data.iter().fold(0xef, |sum, byte| sum ^ byte))
}

/// Appends little-endian words.
pub(super) fn put_words(out: &mut Vec<u8>, words: &[u32]) {
    for word in words {
        out.extend_from_slice(&word.to_le_bytes());
    }
}

/// Appends the payload of a `*_DATA` command: length, sequence number, two
/// words of zero, and the data.
pub(super) fn put_block(out: &mut Vec<u8>, sequence: u32, data: &[u8]) {
    let len = u32::try_from(data.len()).unwrap_or(u32::MAX);
    put_words(out, &[len, sequence, 0, 0]);
    out.extend_from_slice(data);
}
