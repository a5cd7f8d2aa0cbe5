//! Writing, reading and hashing flash.

use super::command::{block_command, put_words};
use super::payload::{FromPayload, Payload, RequestError};
use super::{Command, Dialect, Loader, Opcode, WireError};

/// FLASH_BEGIN: announces a write of plain data. A ROM erases the whole range
/// before it answers; the ESP8266's erases more than it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlashBegin {
    /// Bytes to erase.
    pub size: u32,
    /// How many FLASH_DATA blocks will come.
    pub blocks: u32,
    /// Bytes in a block.
    pub block_size: u32,
    /// Flash address in bytes, a multiple of 4096.
    pub offset: u32,
    /// Whether the chip encrypts the data on its way into the flash.
    pub encryption: Encryption,
}

impl Command for FlashBegin {
    const OPCODE: Opcode = Opcode::FLASH_BEGIN;
    type Answer = ();

    fn payload(&self, dialect: &Dialect, out: &mut Vec<u8>) {
        put_words(out, &[self.size, self.blocks, self.block_size, self.offset]);
        // A loader that does not know the fifth word refuses it: better than
        // to write plain data where it should be encrypted.
        if dialect.flash_begin_words > 4 || self.encryption == Encryption::On {
            put_words(out, &[self.encryption.word()]);
        }
    }

    fn answer(&self, _: &Dialect, _: u32, _: &[u8]) -> Result<(), WireError> {
        Ok(())
    }
}

impl<'a> FromPayload<'a> for FlashBegin {
    /// A ROM insists on its number of words, a stub takes four or five.
    fn from_payload(payload: &mut Payload<'a>, dialect: &Dialect) -> Result<Self, RequestError> {
        let [size, blocks, block_size, offset] = payload.words()?;
        let fifth = match dialect.loader {
            Loader::Rom => dialect.flash_begin_words > 4,
            Loader::Stub => !payload.rest().is_empty(),
        };
        let encryption = if fifth {
            Encryption::from_word(payload.word()?)
        } else {
            Encryption::Off
        };
        Ok(Self {
            size,
            blocks,
            block_size,
            offset,
            encryption,
        })
    }
}

/// Whether the chip encrypts what is written, with the key in its eFuses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encryption {
    /// The data goes into the flash as it is.
    #[default]
    Off,
    /// The chip encrypts it on the way.
    On,
}

impl Encryption {
    const fn word(self) -> u32 {
        match self {
            Self::Off => 0,
            Self::On => 1,
        }
    }

    const fn from_word(word: u32) -> Self {
        match word {
            0 => Self::Off,
            _ => Self::On,
        }
    }
}

/// FLASH_DATA: one block of plain data.
///
/// A block that a ROM refused is counted all the same, and the next one would
/// be written in its place: the region starts again at FLASH_BEGIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlashData<'a> {
    /// The block's number, from 0.
    pub sequence: u32,
    /// Its bytes; for a ROM all of the block size, the last one filled up
    /// with FF.
    pub data: &'a [u8],
}

block_command!(FlashData, FLASH_DATA);

/// What comes after the end of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leave {
    /// Start the application.
    Reboot,
    /// Stay in the loader. A ROM leaves it all the same.
    Stay,
}

impl Leave {
    const fn word(self) -> u32 {
        match self {
            Self::Reboot => 0,
            Self::Stay => 1,
        }
    }

    const fn from_word(word: u32) -> Self {
        match word {
            0 => Self::Reboot,
            _ => Self::Stay,
        }
    }
}

/// FLASH_END: ends a write of plain data. A ROM leaves its loader then, so that
/// this crate sends it one for that purpose only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlashEnd(pub Leave);

impl Command for FlashEnd {
    const OPCODE: Opcode = Opcode::FLASH_END;
    type Answer = ();

    fn payload(&self, _: &Dialect, out: &mut Vec<u8>) {
        put_words(out, &[self.0.word()]);
    }

    fn answer(&self, _: &Dialect, _: u32, _: &[u8]) -> Result<(), WireError> {
        Ok(())
    }
}

impl<'a> FromPayload<'a> for FlashEnd {
    fn from_payload(payload: &mut Payload<'a>, _: &Dialect) -> Result<Self, RequestError> {
        payload.word().map(|word| Self(Leave::from_word(word)))
    }
}

/// FLASH_DEFL_BEGIN: announces a write of a zlib stream. Not on the ESP8266's
/// ROM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlashDeflBegin {
    /// Bytes to erase, and bytes the stream inflates to; for a ROM rounded up
    /// to 1 KiB.
    pub size: u32,
    /// How many FLASH_DEFL_DATA blocks will come.
    pub blocks: u32,
    /// Bytes in a block.
    pub block_size: u32,
    /// Flash address in bytes, a multiple of 4096.
    pub offset: u32,
    /// Whether the chip encrypts the data on its way into the flash.
    pub encryption: Encryption,
}

impl Command for FlashDeflBegin {
    const OPCODE: Opcode = Opcode::FLASH_DEFL_BEGIN;
    type Answer = ();

    fn payload(&self, dialect: &Dialect, out: &mut Vec<u8>) {
        FlashBegin {
            size: self.size,
            blocks: self.blocks,
            block_size: self.block_size,
            offset: self.offset,
            encryption: self.encryption,
        }
        .payload(dialect, out);
    }

    fn answer(&self, _: &Dialect, _: u32, _: &[u8]) -> Result<(), WireError> {
        Ok(())
    }
}

impl<'a> FromPayload<'a> for FlashDeflBegin {
    fn from_payload(payload: &mut Payload<'a>, dialect: &Dialect) -> Result<Self, RequestError> {
        let plain = FlashBegin::from_payload(payload, dialect)?;
        Ok(Self {
            size: plain.size,
            blocks: plain.blocks,
            block_size: plain.block_size,
            offset: plain.offset,
            encryption: plain.encryption,
        })
    }
}

/// FLASH_DEFL_DATA: one block of a zlib stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlashDeflData<'a> {
    /// The block's number, from 0.
    pub sequence: u32,
    /// Its bytes; the last one may be shorter than the block size.
    pub data: &'a [u8],
}

block_command!(FlashDeflData, FLASH_DEFL_DATA);

/// FLASH_DEFL_END: ends a write of a zlib stream. Never sent to a ROM by this
/// crate, which would leave its loader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlashDeflEnd(pub Leave);

impl Command for FlashDeflEnd {
    const OPCODE: Opcode = Opcode::FLASH_DEFL_END;
    type Answer = ();

    fn payload(&self, _: &Dialect, out: &mut Vec<u8>) {
        put_words(out, &[self.0.word()]);
    }

    fn answer(&self, _: &Dialect, _: u32, _: &[u8]) -> Result<(), WireError> {
        Ok(())
    }
}

impl<'a> FromPayload<'a> for FlashDeflEnd {
    fn from_payload(payload: &mut Payload<'a>, _: &Dialect) -> Result<Self, RequestError> {
        payload.word().map(|word| Self(Leave::from_word(word)))
    }
}

/// FLASH_MD5SUM: the digest of a range of flash. Not on the ESP8266's ROM.
///
/// A ROM answers with the digest of the range before where it could not read:
/// the status counts, not the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlashMd5 {
    /// Flash address in bytes.
    pub address: u32,
    /// Bytes.
    pub size: u32,
}

impl Command for FlashMd5 {
    const OPCODE: Opcode = Opcode::FLASH_MD5SUM;
    type Answer = [u8; 16];

    fn payload(&self, _: &Dialect, out: &mut Vec<u8>) {
        put_words(out, &[self.address, self.size, 0, 0]);
    }

    fn answer_lens(&self, dialect: &Dialect) -> &'static [usize] {
        match dialect.loader {
            Loader::Rom => &[32],
            Loader::Stub => &[16],
        }
    }

    /// A stub sends the digest's 16 bytes, a ROM their 32 hex digits.
    fn answer(&self, _: &Dialect, _: u32, data: &[u8]) -> Result<[u8; 16], WireError> {
        let malformed = WireError::Malformed {
            command: Self::OPCODE,
            what: "no MD5",
        };
        if let Ok(raw) = <[u8; 16]>::try_from(data) {
            return Ok(raw);
        }
        if data.len() != 32 {
            return Err(malformed);
        }
        let mut digest = [0; 16];
        for (byte, pair) in digest.iter_mut().zip(data.chunks_exact(2)) {
            match *pair {
                [high, low] => match (hex_digit(high), hex_digit(low)) {
                    (Some(high), Some(low)) => *byte = high << 4 | low,
                    _ => return Err(malformed),
                },
                _ => return Err(malformed),
            }
        }
        Ok(digest)
    }
}

impl<'a> FromPayload<'a> for FlashMd5 {
    fn from_payload(payload: &mut Payload<'a>, _: &Dialect) -> Result<Self, RequestError> {
        let [address, size, _, _] = payload.words()?;
        Ok(Self { address, size })
    }
}

const fn hex_digit(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

/// READ_FLASH_SLOW: up to 64 bytes of flash, from a ROM. Not on the
/// ESP8266's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadFlashSlow {
    /// Flash address in bytes.
    pub address: u32,
    /// Bytes, at most [`Self::MAX`]; more are refused.
    pub size: u32,
}

impl ReadFlashSlow {
    /// Bytes that one command can read.
    pub const MAX: u32 = 64;
}

impl Command for ReadFlashSlow {
    const OPCODE: Opcode = Opcode::READ_FLASH_SLOW;
    /// 64 bytes, of which as many mean something as were asked for.
    type Answer = [u8; 64];

    fn payload(&self, _: &Dialect, out: &mut Vec<u8>) {
        put_words(out, &[self.address, self.size]);
    }

    fn answer_lens(&self, _: &Dialect) -> &'static [usize] {
        &[64]
    }

    fn answer(&self, _: &Dialect, _: u32, data: &[u8]) -> Result<[u8; 64], WireError> {
        data.try_into().map_err(|_| WireError::Malformed {
            command: Self::OPCODE,
            what: "not 64 bytes",
        })
    }
}

impl<'a> FromPayload<'a> for ReadFlashSlow {
    fn from_payload(payload: &mut Payload<'a>, _: &Dialect) -> Result<Self, RequestError> {
        let [address, size] = payload.words()?;
        Ok(Self { address, size })
    }
}

/// Opcode 15, ESP32-S3 only: how many address bits the ROM sends to the flash.
///
/// With 32 it reaches past 16 MB, if the flash has been put into its four-byte
/// address mode by other means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlashSetAddressBits {
    /// Address bits of a sector erase: 24 or 32.
    pub erase_sector: u8,
    /// Address bits of a block erase.
    pub erase_block: u8,
    /// Address bits of a page program.
    pub program: u8,
    /// Address bits of a read.
    pub read: u8,
}

impl Command for FlashSetAddressBits {
    const OPCODE: Opcode = Opcode::FLASH_SET_ADDRESS_BITS;
    type Answer = ();

    fn payload(&self, _: &Dialect, out: &mut Vec<u8>) {
        out.extend_from_slice(&[self.erase_sector, self.erase_block, self.program, self.read]);
        put_words(out, &[0]);
    }

    fn answer(&self, _: &Dialect, _: u32, _: &[u8]) -> Result<(), WireError> {
        Ok(())
    }
}

impl<'a> FromPayload<'a> for FlashSetAddressBits {
    fn from_payload(payload: &mut Payload<'a>, _: &Dialect) -> Result<Self, RequestError> {
        let [erase_sector, erase_block, program, read, ..] = *payload.bytes::<8>()?;
        Ok(Self {
            erase_sector,
            erase_block,
            program,
            read,
        })
    }
}
