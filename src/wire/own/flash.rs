//! One raw transaction with the flash.

use super::super::command::put_words;
use super::super::{Opcode, WireError};
use super::{Command, results, wrong_length};

/// FLASH_COMMAND: one transaction with the flash. It does not wait for the
/// flash to be ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlashCommand<'a> {
    /// The flash's opcode: 9F for RDID.
    pub opcode: u8,
    /// The address behind it.
    pub address: u32,
    /// How many bits of that address are sent.
    pub address_bits: AddressBits,
    /// Bytes to send behind opcode and address, dummy cycles as bytes: 64 at
    /// most.
    pub send: &'a [u8],
    /// Bytes to receive behind them: 64 at most.
    pub receive: u8,
}

/// How many bits of address a transaction has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressBits {
    /// None.
    None,
    /// 24.
    Three,
    /// 32.
    Four,
}

impl FlashCommand<'_> {
    /// Bytes that can be sent, and received, at most.
    pub const MAX: u8 = 64;
}

impl Command for FlashCommand<'_> {
    const OPCODE: Opcode = Opcode::FLASH_COMMAND;
    /// The bytes received.
    type Answer = Vec<u8>;

    fn body(&self, out: &mut Vec<u8>) {
        let bits = match self.address_bits {
            AddressBits::None => 0,
            AddressBits::Three => 24,
            AddressBits::Four => 32,
        };
        let send = u8::try_from(self.send.len()).unwrap_or(u8::MAX);
        out.extend_from_slice(&[self.opcode, send, self.receive, bits]);
        put_words(out, &[self.address]);
        out.extend_from_slice(self.send);
    }

    fn answer(&self, body: &[u8]) -> Result<Vec<u8>, WireError> {
        let received = results(Self::OPCODE, body)?;
        if received.len() == usize::from(self.receive) {
            Ok(received.to_vec())
        } else {
            Err(wrong_length(Self::OPCODE, body))
        }
    }
}
