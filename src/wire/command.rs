//! What every command has in common.

use super::{Dialect, HEADER_LEN, Opcode, TO_DEVICE, WireError};

/// One of the loader's commands, as the host sends it.
pub trait Command {
    /// Its number.
    const OPCODE: Opcode;
    /// What a successful answer tells.
    type Answer;

    /// The header's checksum word. Only the `*_DATA` commands have one, for
    /// the others the word is 0.
    fn checksum(&self) -> Option<u32> {
        None
    }

    /// Appends the payload to `out`.
    fn payload(&self, dialect: &Dialect, out: &mut Vec<u8>);

    /// How many bytes of data may stand before the status in a successful
    /// answer. The answer's own length field is not to be trusted for this.
    fn answer_lens(&self, _dialect: &Dialect) -> &'static [usize] {
        &[0]
    }

    /// What a successful answer says: its value word and as many bytes of data
    /// as one of [`answer_lens`](Self::answer_lens).
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
    put_words(out, &[command.checksum().unwrap_or(0)]);
    command.payload(dialect, out);
    let len = len_field(out.len() - start - HEADER_LEN);
    if let Some(field) = out.get_mut(start + 2..start + 4) {
        field.copy_from_slice(&len);
    }
}

/// The header's length field. The longest payload, a block of 16 KiB, is far
/// below its range; longer ones get its highest value, which no device takes.
pub(super) fn len_field(len: usize) -> [u8; 2] {
    u16::try_from(len).unwrap_or(u16::MAX).to_le_bytes()
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

/// Makes a type with a sequence number and data one of the `*_DATA` commands.
macro_rules! block_command {
    ($type:ident, $opcode:ident) => {
        impl Command for $type<'_> {
            const OPCODE: Opcode = Opcode::$opcode;
            type Answer = ();

            fn checksum(&self) -> Option<u32> {
                Some($crate::wire::checksum(self.data))
            }

            fn payload(&self, _: &Dialect, out: &mut Vec<u8>) {
                $crate::wire::command::put_block(out, self.sequence, self.data);
            }

            fn answer(&self, _: &Dialect, _: u32, _: &[u8]) -> Result<(), WireError> {
                Ok(())
            }
        }

        impl<'a> FromPayload<'a> for $type<'a> {
            fn from_payload(payload: &mut Payload<'a>, _: &Dialect) -> Result<Self, RequestError> {
                let (sequence, data) = payload.block()?;
                Ok(Self { sequence, data })
            }
        }
    };
}
pub(super) use block_command;
