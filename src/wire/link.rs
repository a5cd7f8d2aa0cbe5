//! The line itself: SYNC, CHANGE_BAUDRATE.

use super::command::put_words;
use super::payload::{FromPayload, Payload, RequestError};
use super::{Command, Dialect, Loader, Opcode, WireError};

/// SYNC: the bits the ROM measures the baud rate on.
///
/// A ROM sends eight answers to one request, and sends every refusal eight
/// times until another command succeeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sync;

impl Sync {
    /// The request's payload.
    pub const PAYLOAD: [u8; 36] = {
        let mut payload = [0x55; 36];
        payload[0] = 0x07;
        payload[1] = 0x07;
        payload[2] = 0x12;
        payload[3] = 0x20;
        payload
    };
    /// How many answers a ROM sends.
    pub const ROM_ANSWERS: usize = 8;
}

impl Command for Sync {
    const OPCODE: Opcode = Opcode::SYNC;
    /// Who answers: only a stub's value word is zero.
    type Answer = Loader;

    fn payload(&self, _: &Dialect, out: &mut Vec<u8>) {
        out.extend_from_slice(&Self::PAYLOAD);
    }

    fn answer(&self, _: &Dialect, value: u32, _: &[u8]) -> Result<Loader, WireError> {
        Ok(if value == 0 {
            Loader::Stub
        } else {
            Loader::Rom
        })
    }
}

impl<'a> FromPayload<'a> for Sync {
    fn from_payload(payload: &mut Payload<'a>, _: &Dialect) -> Result<Self, RequestError> {
        payload.bytes::<36>()?;
        Ok(Self)
    }
}

/// CHANGE_BAUDRATE: answered at the old rate. The ESP8266's ROM has it not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChangeBaudrate {
    /// The new rate in bits per second.
    pub new: u32,
    /// The present rate in bits per second, from which a stub derives its
    /// divider. A ROM gets 0 instead.
    pub old: u32,
}

impl Command for ChangeBaudrate {
    const OPCODE: Opcode = Opcode::CHANGE_BAUDRATE;
    type Answer = ();

    fn payload(&self, dialect: &Dialect, out: &mut Vec<u8>) {
        let old = match dialect.loader {
            Loader::Rom => 0,
            Loader::Stub => self.old,
        };
        put_words(out, &[self.new, old]);
    }

    fn answer(&self, _: &Dialect, _: u32, _: &[u8]) -> Result<(), WireError> {
        Ok(())
    }
}

impl<'a> FromPayload<'a> for ChangeBaudrate {
    fn from_payload(payload: &mut Payload<'a>, _: &Dialect) -> Result<Self, RequestError> {
        let [new, old] = payload.words()?;
        Ok(Self { new, old })
    }
}
