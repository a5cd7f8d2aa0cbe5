//! Writing, reading and hashing flash.

use super::command::{checksum, put_block, put_words};
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
}

impl Command for FlashBegin {
    const OPCODE: Opcode = Opcode::FLASH_BEGIN;
    type Answer = ();

    fn payload(&self, dialect: &Dialect, out: &mut Vec<u8>) {
        put_words(out, &[self.size, self.blocks, self.block_size, self.offset]);
        // The fifth word asks for encryption by the chip, which is not done.
        if dialect.flash_begin_words > 4 {
            put_words(out, &[0]);
        }
    }

    fn answer(&self, _: &Dialect, _: u32, _: &[u8]) -> Result<(), WireError> {
        Ok(())
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

impl Command for FlashData<'_> {
    const OPCODE: Opcode = Opcode::FLASH_DATA;
    type Answer = ();

    fn checksum(&self) -> u32 {
        checksum(self.data)
    }

    fn payload(&self, _: &Dialect, out: &mut Vec<u8>) {
        put_block(out, self.sequence, self.data);
    }

    fn answer(&self, _: &Dialect, _: u32, _: &[u8]) -> Result<(), WireError> {
        Ok(())
    }
}

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
}

/// FLASH_END: ends a write of plain data. Never sent to a ROM by this crate,
/// which would leave its loader.
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
        }
        .payload(dialect, out);
    }

    fn answer(&self, _: &Dialect, _: u32, _: &[u8]) -> Result<(), WireError> {
        Ok(())
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

impl Command for FlashDeflData<'_> {
    const OPCODE: Opcode = Opcode::FLASH_DEFL_DATA;
    type Answer = ();

    fn checksum(&self) -> u32 {
        checksum(self.data)
    }

    fn payload(&self, _: &Dialect, out: &mut Vec<u8>) {
        put_block(out, self.sequence, self.data);
    }

    fn answer(&self, _: &Dialect, _: u32, _: &[u8]) -> Result<(), WireError> {
        Ok(())
    }
}

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

    fn answer_len(&self, dialect: &Dialect) -> usize {
        match dialect.loader {
            Loader::Rom => 32,
            Loader::Stub => 16,
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

    fn answer_len(&self, _: &Dialect) -> usize {
        64
    }

    fn answer(&self, _: &Dialect, _: u32, data: &[u8]) -> Result<[u8; 64], WireError> {
        data.try_into().map_err(|_| WireError::Malformed {
            command: Self::OPCODE,
            what: "not 64 bytes",
        })
    }
}
