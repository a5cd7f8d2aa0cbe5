//! A response as the host sees it.

use super::command::{len_field, put_words};
use super::{Command, Dialect, HEADER_LEN, Opcode, Reason, TO_HOST};

/// A response as it came over the wire, nothing believed yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Response<'a> {
    /// The command it says it answers. A ROM answers an unknown command under
    /// the number of the one before.
    pub opcode: Opcode,
    /// The value word.
    pub value: u32,
    /// Data and status.
    pub body: &'a [u8],
}

/// A response that cannot be what the command promises.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WireError {
    /// Fewer or more bytes than data and status have.
    #[error("the answer to {command} has {got} bytes of data and status")]
    Length {
        /// The command.
        command: Opcode,
        /// Bytes that are there.
        got: usize,
    },
    /// The data makes no sense.
    #[error("the answer to {command} is malformed: {what}")]
    Malformed {
        /// The command.
        command: Opcode,
        /// What is wrong with it.
        what: &'static str,
    },
}

impl<'a> Response<'a> {
    /// Takes a frame apart; `None` if it is shorter than a header or does not
    /// begin like a response.
    ///
    /// The length field is not kept: ROMs count data and status into it, but
    /// what is what follows from the command alone.
    #[must_use]
    pub fn parse(frame: &'a [u8]) -> Option<Self> {
        let (header, body) = frame.split_first_chunk::<HEADER_LEN>()?;
        let [direction, opcode, _, _, v0, v1, v2, v3] = *header;
        (direction == TO_HOST).then_some(Self {
            opcode: Opcode(opcode),
            value: u32::from_le_bytes([v0, v1, v2, v3]),
            body,
        })
    }

    /// Appends the frame, without SLIP, with the length field that all devices
    /// are known to send.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&[TO_HOST, self.opcode.0]);
        out.extend_from_slice(&len_field(self.body.len()));
        put_words(out, &[self.value]);
        out.extend_from_slice(self.body);
    }

    /// Whether this is nothing but a refusal, and for which reason.
    pub(super) fn bare_refusal(&self, dialect: &Dialect) -> Option<Reason> {
        match *self.body {
            [first, second, ..] if self.body.len() == dialect.status_len => {
                dialect.reason(first, second)
            }
            _ => None,
        }
    }

    /// What the response says about `command`: its answer, or the reason why
    /// the device refused. The opcode is not looked at:
    /// [`Exchange`](super::Exchange) does that.
    ///
    /// A first status byte of 0 is success, whatever the others hold. A
    /// refusal may come with the data of a success, which then is stale, or
    /// without.
    ///
    /// # Errors
    /// Another length than the command promises, or data that makes no sense.
    pub fn outcome<C: Command>(
        &self,
        command: &C,
        dialect: &Dialect,
    ) -> Result<Result<C::Answer, Reason>, WireError> {
        if let Some(reason) = self.bare_refusal(dialect) {
            return Ok(Err(reason));
        }
        let wrong_length = WireError::Length {
            command: C::OPCODE,
            got: self.body.len(),
        };
        let data_len = self.body.len().checked_sub(dialect.status_len);
        let Some((data, &[first, second, ..])) = data_len
            .filter(|len| command.answer_lens(dialect).contains(len))
            .and_then(|len| self.body.split_at_checked(len))
        else {
            return Err(wrong_length);
        };
        match dialect.reason(first, second) {
            None => command.answer(dialect, self.value, data).map(Ok),
            Some(reason) => Ok(Err(reason)),
        }
    }
}
