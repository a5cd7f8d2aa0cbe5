//! Registers and memory, word by word.

use super::command::put_words;
use super::payload::{FromPayload, Payload, RequestError};
use super::{Command, Dialect, Opcode, WireError};

/// READ_REG: one word from the chip's address space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadReg {
    /// Address, a multiple of 4; other addresses hang an ESP8266.
    pub address: u32,
}

impl Command for ReadReg {
    const OPCODE: Opcode = Opcode::READ_REG;
    type Answer = u32;

    fn payload(&self, _: &Dialect, out: &mut Vec<u8>) {
        put_words(out, &[self.address]);
    }

    fn answer(&self, _: &Dialect, value: u32, _: &[u8]) -> Result<u32, WireError> {
        Ok(value)
    }
}

impl<'a> FromPayload<'a> for ReadReg {
    fn from_payload(payload: &mut Payload<'a>, _: &Dialect) -> Result<Self, RequestError> {
        payload.word().map(|address| Self { address })
    }
}

/// One write of a [`WriteReg`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegWrite {
    /// Address, a multiple of 4.
    pub address: u32,
    /// The bits to write.
    pub value: u32,
    /// Which bits are written; the others keep what they hold.
    pub mask: u32,
    /// What the chip waits after the write, in microseconds.
    pub delay_us: u32,
}

impl RegWrite {
    /// A write of a whole word, without a delay.
    #[must_use]
    pub const fn new(address: u32, value: u32) -> Self {
        Self {
            address,
            value,
            mask: u32::MAX,
            delay_us: 0,
        }
    }
}

/// The writes of a WRITE_REG request, one after the other.
pub(super) fn read_writes(payload: &mut Payload<'_>) -> Result<Vec<RegWrite>, RequestError> {
    let mut writes = Vec::with_capacity(payload.rest().len() / 16);
    while !payload.rest().is_empty() {
        let [address, value, mask, delay_us] = payload.words()?;
        writes.push(RegWrite {
            address,
            value,
            mask,
            delay_us,
        });
    }
    Ok(writes)
}

/// WRITE_REG: words into the chip's address space, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WriteReg<'a> {
    /// The writes; every ROM takes several in one request.
    pub writes: &'a [RegWrite],
}

impl Command for WriteReg<'_> {
    const OPCODE: Opcode = Opcode::WRITE_REG;
    type Answer = ();

    fn payload(&self, _: &Dialect, out: &mut Vec<u8>) {
        for write in self.writes {
            put_words(
                out,
                &[write.address, write.value, write.mask, write.delay_us],
            );
        }
    }

    fn answer(&self, _: &Dialect, _: u32, _: &[u8]) -> Result<(), WireError> {
        Ok(())
    }
}
