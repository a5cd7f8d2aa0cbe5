//! Requests taken apart again, as a device does it.

use super::{Command, Dialect, Opcode};

/// A command that can be read back from a request's payload.
pub trait FromPayload<'a>: Command + Sized {
    /// Reads the payload's fields in order. Words whose value is fixed are
    /// passed over, whatever they hold.
    ///
    /// # Errors
    /// The payload has another length than the command has in this dialect.
    fn from_payload(payload: &mut Payload<'a>, dialect: &Dialect) -> Result<Self, RequestError>;
}

/// Why a request cannot be what its opcode says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// The payload is too short or too long.
    #[error("{command} with a payload of {got} bytes")]
    Length {
        /// The command.
        command: Opcode,
        /// Bytes of payload that came.
        got: usize,
    },
    /// The data of a block does not have the checksum in the header.
    #[error("{command} with checksum {found:#x} instead of {expected:#x}")]
    Checksum {
        /// The command.
        command: Opcode,
        /// The checksum of the data.
        expected: u32,
        /// The checksum in the header.
        found: u32,
    },
}

/// A payload being read, front to back.
#[derive(Clone, Debug)]
pub struct Payload<'a> {
    command: Opcode,
    len: usize,
    rest: &'a [u8],
}

impl<'a> Payload<'a> {
    pub(super) const fn new(command: Opcode, bytes: &'a [u8]) -> Self {
        Self {
            command,
            len: bytes.len(),
            rest: bytes,
        }
    }

    /// What has not been read yet.
    #[must_use]
    pub const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The next little-endian word.
    ///
    /// # Errors
    /// Fewer than four bytes are left.
    pub fn word(&mut self) -> Result<u32, RequestError> {
        self.bytes().map(|word| u32::from_le_bytes(*word))
    }

    /// The next `N` little-endian words.
    ///
    /// # Errors
    /// Fewer bytes are left.
    pub fn words<const N: usize>(&mut self) -> Result<[u32; N], RequestError> {
        let mut words = [0; N];
        for word in &mut words {
            *word = self.word()?;
        }
        Ok(words)
    }

    /// The next `N` bytes.
    ///
    /// # Errors
    /// Fewer bytes are left.
    pub fn bytes<const N: usize>(&mut self) -> Result<&'a [u8; N], RequestError> {
        let (bytes, rest) = self.rest.split_first_chunk().ok_or(self.wrong_length())?;
        self.rest = rest;
        Ok(bytes)
    }

    /// Length, sequence number, two words of anything, and data of that
    /// length: what all `*_DATA` commands carry.
    ///
    /// # Errors
    /// The data has another length than it says.
    pub(super) fn block(&mut self) -> Result<(u32, &'a [u8]), RequestError> {
        let [len, sequence, _, _] = self.words()?;
        let data = std::mem::take(&mut self.rest);
        if u32::try_from(data.len()) == Ok(len) {
            Ok((sequence, data))
        } else {
            Err(self.wrong_length())
        }
    }

    pub(super) const fn end(&self) -> Result<(), RequestError> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(self.wrong_length())
        }
    }

    const fn wrong_length(&self) -> RequestError {
        RequestError::Length {
            command: self.command,
            got: self.len,
        }
    }
}
