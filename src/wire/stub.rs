//! What only stubs know.

use super::command::put_words;
use super::payload::{FromPayload, Payload, RequestError};
use super::{Command, Dialect, Opcode, WireError};

/// ERASE_FLASH: the whole flash. Answers when it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EraseFlash;

impl Command for EraseFlash {
    const OPCODE: Opcode = Opcode::ERASE_FLASH;
    type Answer = ();

    fn payload(&self, _: &Dialect, _: &mut Vec<u8>) {}

    fn answer(&self, _: &Dialect, _: u32, _: &[u8]) -> Result<(), WireError> {
        Ok(())
    }
}

impl<'a> FromPayload<'a> for EraseFlash {
    fn from_payload(_: &mut Payload<'a>, _: &Dialect) -> Result<Self, RequestError> {
        Ok(Self)
    }
}

/// ERASE_REGION: a range of sectors. Answers when it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EraseRegion {
    /// Flash address in bytes, a multiple of 4096.
    pub address: u32,
    /// Bytes, a multiple of 4096.
    pub size: u32,
}

impl Command for EraseRegion {
    const OPCODE: Opcode = Opcode::ERASE_REGION;
    type Answer = ();

    fn payload(&self, _: &Dialect, out: &mut Vec<u8>) {
        put_words(out, &[self.address, self.size]);
    }

    fn answer(&self, _: &Dialect, _: u32, _: &[u8]) -> Result<(), WireError> {
        Ok(())
    }
}

impl<'a> FromPayload<'a> for EraseRegion {
    fn from_payload(payload: &mut Payload<'a>, _: &Dialect) -> Result<Self, RequestError> {
        let [address, size] = payload.words()?;
        Ok(Self { address, size })
    }
}

/// READ_FLASH: behind the answer come raw frames of data, each to be
/// acknowledged with a raw frame that holds the total so far (u32), and last a
/// raw frame with the MD5 of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadFlash {
    /// Flash address in bytes.
    pub address: u32,
    /// Bytes to read.
    pub size: u32,
    /// Bytes in a frame of data.
    pub packet: u32,
    /// Frames that may be under way without an acknowledgement; known stubs
    /// keep one under way whatever is asked.
    pub in_flight: u32,
}

impl Command for ReadFlash {
    const OPCODE: Opcode = Opcode::READ_FLASH;
    type Answer = ();

    fn payload(&self, _: &Dialect, out: &mut Vec<u8>) {
        put_words(out, &[self.address, self.size, self.packet, self.in_flight]);
    }

    fn answer(&self, _: &Dialect, _: u32, _: &[u8]) -> Result<(), WireError> {
        Ok(())
    }
}

impl<'a> FromPayload<'a> for ReadFlash {
    fn from_payload(payload: &mut Payload<'a>, _: &Dialect) -> Result<Self, RequestError> {
        let [address, size, packet, in_flight] = payload.words()?;
        Ok(Self {
            address,
            size,
            packet,
            in_flight,
        })
    }
}

/// RUN_USER_CODE: leave the stub and start the application. Not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunUserCode;

impl Command for RunUserCode {
    const OPCODE: Opcode = Opcode::RUN_USER_CODE;
    type Answer = ();

    fn payload(&self, _: &Dialect, _: &mut Vec<u8>) {}

    fn answer(&self, _: &Dialect, _: u32, _: &[u8]) -> Result<(), WireError> {
        Ok(())
    }
}

impl<'a> FromPayload<'a> for RunUserCode {
    fn from_payload(_: &mut Payload<'a>, _: &Dialect) -> Result<Self, RequestError> {
        Ok(Self)
    }
}
