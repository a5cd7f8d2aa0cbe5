//! What the stub is and can do, and how to stop it.

use super::super::{Opcode, WireError};
use super::{Command, half, results, word, wrong_length};
use crate::digest::DigestKind;

/// The version of the contract that this crate speaks. A higher one is not to
/// be talked to.
pub const VERSION: u16 = 1;

/// CAPABILITY: what the stub is and can do. Nothing but this crate's stub
/// answers it with a CRC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GetCapability;

/// What the stub is and can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capability {
    /// Version of the contract, see [`VERSION`].
    pub version: u16,
    /// The chip's id in image headers; none on the ESP8266.
    pub chip_id: Option<u16>,
    /// The port over which it was asked.
    pub port: Port,
    /// What not every stub does.
    pub features: Features,
    /// Segments in one WRITE_BEGIN, and regions in one request, at most.
    pub max_segments: u16,
    /// The three bytes of RDID, manufacturer lowest, as the flash says them
    /// now.
    pub flash_id: u32,
    /// Size of the flash in bytes: as SPI_SET_PARAMS told, else from the
    /// flash's id; `None` if neither tells.
    pub flash_size: Option<u32>,
    /// Bytes of WRITE_DATA frames, or of requests without an answer, that the
    /// stub holds.
    pub window: u32,
    /// Bytes of data in one WRITE_DATA at most.
    pub max_data: u32,
    /// Bytes of results in one answer to DIGEST, MAP or READ at most.
    pub max_response: u32,
}

/// The port over which a stub talks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Port {
    /// UART0.
    Uart0,
    /// USB-Serial/JTAG.
    UsbSerialJtag,
    /// One that this crate does not know.
    Other(u8),
}

/// What not every stub does, as bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Features(pub u8);

impl Features {
    /// Flash addresses past 16 MB.
    pub const WIDE_ADDRESSES: u8 = 1;
    /// A page of 256 bytes goes to the flash as one program operation.
    pub const WHOLE_PAGE: u8 = 2;
    /// The image for the ESP32-P4 before revision 3.
    pub const P4_EARLY: u8 = 4;
    /// Its digests, in answers to DIGEST and in the state of a write session,
    /// are SHA-256, cut to 16 bytes; without it they are MD5.
    pub const SHA256: u8 = 8;

    /// Whether all of these bits are set.
    #[must_use]
    pub const fn has(self, bits: u8) -> bool {
        self.0 & bits == bits
    }

    /// How the stub's own digests are made. FLASH_MD5SUM answers with an MD5
    /// all the same.
    #[must_use]
    pub const fn digest_kind(self) -> DigestKind {
        if self.has(Self::SHA256) {
            DigestKind::Sha256
        } else {
            DigestKind::Md5
        }
    }
}

/// What the ESP8266's stub gives for a chip id.
const NO_CHIP_ID: u16 = 0xffff;
/// Bytes of the answer in version 1.
const LEN: usize = 32;

impl Command for GetCapability {
    const OPCODE: Opcode = Opcode::CAPABILITY;
    type Answer = Capability;

    fn body(&self, _: &mut Vec<u8>) {}

    fn answer(&self, body: &[u8]) -> Result<Capability, WireError> {
        results(Self::OPCODE, body)?;
        let told = || {
            let version = half(body, 4)?;
            if body.len() < LEN || (version <= VERSION && body.len() > LEN) {
                return None;
            }
            Some(Capability {
                version,
                chip_id: Some(half(body, 6)?).filter(|id| *id != NO_CHIP_ID),
                port: match *body.get(8)? {
                    0 => Port::Uart0,
                    1 => Port::UsbSerialJtag,
                    other => Port::Other(other),
                },
                features: Features(*body.get(9)?),
                max_segments: half(body, 10)?,
                flash_id: word(body, 12)?,
                flash_size: Some(word(body, 16)?).filter(|size| *size != 0),
                window: word(body, 20)?,
                max_data: word(body, 24)?,
                max_response: word(body, 28)?,
            })
        };
        told().ok_or(wrong_length(Self::OPCODE, body))
    }
}

/// CANCEL: stops whatever is running at its next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cancel;

impl Command for Cancel {
    const OPCODE: Opcode = Opcode::CANCEL;
    type Answer = ();

    fn body(&self, _: &mut Vec<u8>) {}

    fn answer(&self, body: &[u8]) -> Result<(), WireError> {
        match results(Self::OPCODE, body)? {
            [] => Ok(()),
            _ => Err(wrong_length(Self::OPCODE, body)),
        }
    }
}
