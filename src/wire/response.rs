//! A response as the host sees it.

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
    /// Fewer bytes than data and status need.
    #[error("the answer to {command} has {got} bytes of data and status, not {expected}")]
    Short {
        /// The command.
        command: Opcode,
        /// Bytes that should be there.
        expected: usize,
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

    /// Whether this says 'unsupported' to a command that was just sent.
    ///
    /// A ROM answers a number that it does not know at once, with status
    /// 01 05, but under the number of the command before.
    #[must_use]
    pub fn is_unsupported(&self, sent: Opcode) -> bool {
        self.opcode != sent
            && matches!(self.body.len(), 2 | 4)
            && self.body.starts_with(&[1, Reason::BAD_REQUEST.0])
    }

    /// What the response says about `command`: its answer, or the reason why
    /// the device refused. The opcode is not looked at.
    ///
    /// Success is a first status byte of 0, whatever the others hold. A
    /// refusal may come without the data that a success has.
    ///
    /// # Errors
    /// Too short, or the data makes no sense.
    pub fn outcome<C: Command>(
        &self,
        command: &C,
        dialect: &Dialect,
    ) -> Result<Result<C::Answer, Reason>, WireError> {
        let data_len = command.answer_len(dialect);
        let expected = data_len + dialect.status_len;
        if self.body.len() >= expected {
            let (data, status) = self.body.split_at(data_len);
            return match status {
                [0, ..] => command.answer(dialect, self.value, data).map(Ok),
                [_, reason, ..] => Ok(Err(Reason(*reason))),
                _ => Err(self.short(C::OPCODE, expected)),
            };
        }
        match self.body {
            [failed, reason, rest @ ..] if *failed != 0 && rest.len() + 2 == dialect.status_len => {
                Ok(Err(Reason(*reason)))
            }
            _ => Err(self.short(C::OPCODE, expected)),
        }
    }

    const fn short(&self, command: Opcode, expected: usize) -> WireError {
        WireError::Short {
            command,
            expected,
            got: self.body.len(),
        }
    }
}
