//! A request as the device sees it.

use super::command::put_words;
use super::{HEADER_LEN, Opcode, TO_DEVICE};

/// A request as it came over the wire, nothing believed yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request<'a> {
    /// The command's number.
    pub opcode: Opcode,
    /// The length field; the payload may have another length.
    pub len: u16,
    /// The checksum word.
    pub checksum: u32,
    /// Everything behind the header.
    pub payload: &'a [u8],
}

impl<'a> Request<'a> {
    /// Takes a frame apart; `None` if it is shorter than a header or does not
    /// begin like a request.
    #[must_use]
    pub fn parse(frame: &'a [u8]) -> Option<Self> {
        let (header, payload) = frame.split_first_chunk::<HEADER_LEN>()?;
        let [direction, opcode, l0, l1, c0, c1, c2, c3] = *header;
        (direction == TO_DEVICE).then_some(Self {
            opcode: Opcode(opcode),
            len: u16::from_le_bytes([l0, l1]),
            checksum: u32::from_le_bytes([c0, c1, c2, c3]),
            payload,
        })
    }

    /// Appends the frame again, without SLIP.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&[TO_DEVICE, self.opcode.0]);
        out.extend_from_slice(&self.len.to_le_bytes());
        put_words(out, &[self.checksum]);
        out.extend_from_slice(self.payload);
    }

    /// The payload's word number `index`, if it is that long.
    #[must_use]
    pub fn word(&self, index: usize) -> Option<u32> {
        let bytes = self.payload.chunks_exact(4).nth(index)?;
        Some(u32::from_le_bytes(bytes.try_into().ok()?))
    }
}
