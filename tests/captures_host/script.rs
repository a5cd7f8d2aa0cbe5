//! The recorded scripts, row by row: the note, and what it leads to.

use crate::expect::{BAD, CHECKSUM, Content, Expect, FAILED};
use Content::{Fill, Nothing};
use Expect::*;
use espwire::wire::Reason;

/// One exchange of a script.
#[derive(Debug)]
pub struct Row {
    /// Its note; with `*` at the end, the note's beginning.
    pub note: &'static str,
    /// What it leads to.
    pub open: Expect,
    /// What it leads to in secure download mode.
    pub secure_download: Expect,
}

impl Row {
    pub fn is_about(&self, note: &str) -> bool {
        match self.note.strip_suffix('*') {
            Some(beginning) => note.starts_with(beginning),
            None => note == self.note,
        }
    }
}

const fn rows(note: &'static str, open: Expect, secure_download: Expect) -> Row {
    Row {
        note,
        open,
        secure_download,
    }
}

pub const fn row(note: &'static str, expect: Expect) -> Row {
    rows(note, expect, expect)
}

const READ: Expect = Refused(Reason::FLASH_READ);
const READ_LENGTH: Expect = Refused(Reason::FLASH_READ_LENGTH);
const DEFLATE: Expect = Refused(Reason::DEFLATE);
/// A sector of blank flash.
const BLANK: Content = Fill(0xff, 4096);
/// Not the digest in the note: the first block was refused, and the second
/// was written in its place.
pub const SHIFTED: Content = Content::Known("79fc35930aeea8b4a6afe7a494280b9f");
/// The digest in the note.
const INFLATED: Content = Content::Known("86011c10fd270f83b05cdd67926cf98e");

/// All of the loader, bad input included; not on the ESP8266.
pub const FULL: &[Row] = &[
    rows("SYNC (autobaud: *", FirstSync, FirstSync),
    rows(
        "SYNC again: the ROM answers one request with eight responses",
        Synced,
        Synced,
    ),
    rows("READ_REG chip magic *", Magic, Unsupported),
    rows("READ_REG UART_DATE", AnyWord, Unsupported),
    rows("GET_SECURITY_INFO", Security, Security),
    rows("unknown opcode 0x7f", Unsupported, Unsupported),
    rows(
        "unknown opcode 0xd0 (a stub-only command)",
        Unsupported,
        Unsupported,
    ),
    rows(
        "READ_REG with a short payload (2 bytes)",
        AnyWord,
        Unsupported,
    ),
    rows(
        "READ_REG with header length larger than the payload",
        Magic,
        Unsupported,
    ),
    rows(
        "READ_REG with header length smaller than the payload",
        Magic,
        Unsupported,
    ),
    rows(
        "direction byte 1 instead of 0 (not a request): expect no answer",
        BAD,
        Unsupported,
    ),
    rows("frame shorter than a header (4 bytes)", Magic, Unsupported),
    rows("empty frames then READ_REG", Magic, Unsupported),
    rows("line noise before a frame", Magic, Unsupported),
    rows("SYNC after noise", Synced, Synced),
    rows(
        "unfinished frame (no closing 0xC0), then a whole READ_REG",
        Magic,
        Unsupported,
    ),
    rows("SYNC after that", Synced, Synced),
    rows("invalid escape DB 00 inside a frame", AnyWord, Unsupported),
    rows("SYNC after that", Synced, Synced),
    rows("WRITE_REG one (addr,value,mask,delay)", Done, Unsupported),
    rows("READ_REG it back", Word(0x1234_5678), Unsupported),
    rows("WRITE_REG masked: only low byte", Done, Unsupported),
    rows("READ_REG it back", Word(0x1234_56ff), Unsupported),
    rows("WRITE_REG batch of three", Done, Unsupported),
    rows(
        "READ_REG second word: value holds bytes that SLIP escapes",
        Word(0xc0db_c0db),
        Unsupported,
    ),
    rows("MEM_BEGIN 256 bytes, 1 block", Done, Unsupported),
    rows("MEM_DATA seq 0, wrong checksum", CHECKSUM, Unsupported),
    rows("MEM_DATA seq 0, right checksum", BAD, Unsupported),
    rows("MEM_DATA seq 0 again (duplicate)", BAD, Unsupported),
    rows("READ_REG first uploaded word", Word(1), Unsupported),
    rows(
        "MEM_END stay in loader (flag 1, entry 0)",
        Done,
        Unsupported,
    ),
    rows("MEM_DATA without MEM_BEGIN", BAD, Unsupported),
    rows(
        "MEM_BEGIN into ROM-owned or invalid memory 0x00000000",
        Done,
        Unsupported,
    ),
    rows("FLASH_DATA without FLASH_BEGIN", BAD, BAD),
    rows("FLASH_MD5SUM before SPI_ATTACH", Md5(BLANK), Unsupported),
    rows("SPI_ATTACH default pins", Done, Done),
    rows(
        "FLASH_MD5SUM 4 KiB at 0 before SPI_SET_PARAMS",
        Md5(BLANK),
        Unsupported,
    ),
    rows(
        "FLASH_MD5SUM 4 KiB at 0x200000 before SPI_SET_PARAMS",
        READ,
        Unsupported,
    ),
    rows(
        "SPI_SET_PARAMS id 0, 4 MB, 64 K block, 4 K sector, 256 page, mask 0xffff",
        Done,
        Done,
    ),
    rows("FLASH_MD5SUM 4 KiB at 0", Md5(BLANK), Unsupported),
    rows(
        "FLASH_MD5SUM 4 KiB at 0x200000 after SPI_SET_PARAMS",
        Md5(BLANK),
        Unsupported,
    ),
    rows("FLASH_MD5SUM past the end of flash", READ, Unsupported),
    rows("FLASH_MD5SUM of zero bytes", Md5(Nothing), Unsupported),
    rows(
        "READ_FLASH_SLOW 64 bytes at 0",
        Flash(&[0xff; 64]),
        Unsupported,
    ),
    rows("READ_FLASH_SLOW 65 bytes at 0", READ_LENGTH, Unsupported),
    rows(
        "FLASH_BEGIN 2048 bytes, 2 blocks of 1024 at 0x3000",
        Done,
        Done,
    ),
    rows("FLASH_DATA seq 0, wrong checksum", CHECKSUM, CHECKSUM),
    rows("FLASH_DATA seq 0", BAD, BAD),
    rows("FLASH_DATA seq 0 again (duplicate)", BAD, BAD),
    rows("FLASH_DATA seq 1", Done, Done),
    rows(
        "FLASH_MD5SUM of what was written (md5 2f760050d7f9ec7eed58bb92378c60bf)",
        Md5(SHIFTED),
        Unsupported,
    ),
    rows(
        "FLASH_BEGIN at an address that is not sector aligned (0x3100)",
        FAILED,
        FAILED,
    ),
    rows("FLASH_BEGIN past the end of flash", FAILED, FAILED),
    rows("FLASH_BEGIN wrong payload length (4 bytes)", BAD, BAD),
    rows(
        "FLASH_DEFL_BEGIN 4096 bytes, 2128 compressed, block 1024 at 0x5000",
        Done,
        Unsupported,
    ),
    rows("FLASH_DEFL_DATA seq 0", Done, Unsupported),
    rows("FLASH_DEFL_DATA seq 1", Done, Unsupported),
    rows("FLASH_DEFL_DATA seq 2", Done, Unsupported),
    rows(
        "FLASH_MD5SUM of the inflated region (md5 86011c10fd270f83b05cdd67926cf98e)",
        Md5(INFLATED),
        Unsupported,
    ),
    rows("FLASH_DEFL_BEGIN again", Done, Unsupported),
    rows(
        "FLASH_DEFL_DATA that is not a zlib stream",
        DEFLATE,
        Unsupported,
    ),
    rows("SYNC after the failure", Synced, Synced),
    rows(
        "CHANGE_BAUDRATE 921600 (second word 0 for the ROM)",
        Done,
        Done,
    ),
    rows("SYNC at the new rate", Synced, Synced),
    rows("CHANGE_BAUDRATE back to 115200", Done, Done),
    rows("SYNC", Synced, Synced),
    rows(
        "FLASH_END stay in loader (1)",
        RefusedAndLeft(Reason::FAILED),
        FAILED,
    ),
    rows("SYNC after FLASH_END", AfterLeaving, Silence),
];

/// One of each command, for the security modes.
pub const SECURITY: &[Row] = &[
    rows("SYNC", Synced, Synced),
    rows("GET_SECURITY_INFO", Security, Security),
    rows("READ_REG chip magic", Magic, Unsupported),
    rows("WRITE_REG", Done, Unsupported),
    rows("MEM_BEGIN", Done, Unsupported),
    rows("MEM_END", Done, Unsupported),
    rows("SPI_ATTACH", Done, Done),
    rows("SPI_SET_PARAMS", Done, Done),
    rows("FLASH_MD5SUM", Md5(BLANK), Unsupported),
    rows("READ_FLASH_SLOW", Flash(&[0xff; 64]), Unsupported),
    rows("CHANGE_BAUDRATE 115200", Done, Done),
    rows("FLASH_BEGIN", Done, Done),
    rows("FLASH_DATA", Done, Done),
    rows("FLASH_DEFL_BEGIN", Done, Unsupported),
    rows("unknown opcode 0x7f", Unsupported, Unsupported),
    rows("FLASH_END (1)", DoneAndLeft, Done),
    rows("SYNC", Silence, Silence),
];

/// Payload lengths and rare opcodes.
pub const LENGTHS: &[Row] = &[
    row("SYNC", Synced),
    row("SPI_ATTACH with a 4-byte payload", Done),
    row("SPI_ATTACH with an 8-byte payload", Done),
    row("SPI_SET_PARAMS 4 MB", Done),
    row("FLASH_BEGIN with four words (no encrypted flag)", BAD),
    row("FLASH_DATA after it", BAD),
    row("FLASH_BEGIN with five words, fifth 0", Done),
    row("FLASH_DATA after it", Done),
    row("FLASH_BEGIN with five words, fifth 1 (encrypted)", Done),
    row("FLASH_DATA after it", Done),
    row("FLASH_DEFL_BEGIN with four words", BAD),
    row("FLASH_BEGIN with six words", BAD),
    row("FLASH_BEGIN size 0", Done),
    row("SPI_FLASH_MD5 with 8-byte payload", Md5(Nothing)),
    row("SPI_SET_PARAMS 32 MB", Done),
    row(
        "FLASH_BEGIN at 16 MB + 0x3000 (24-bit address overflow)",
        Done,
    ),
    row("FLASH_DATA after it", Done),
    row("FLASH_MD5SUM 1024 at 16 MB + 0x3000", Md5(Fill(0x5a, 1024))),
    row("FLASH_MD5SUM 1024 at 0x3000", Md5(Fill(0x5a, 1024))),
    row("opcode 0x12 FLASH_DEFL_END stay (1)", Done),
    row("opcode 0x0c empty", Unsupported),
    row("opcode 0x15 empty", AddressBits),
    row("opcode 0x16 empty", Unsupported),
    row("opcode 0x17 empty", Unsupported),
    row("opcode 0x18 empty", Unsupported),
    row("opcode 0xd2 empty", Unsupported),
    row("SYNC", Synced),
];

/// Addresses past 16 MB; what comes behind the seventh row only on the ESP32-S3.
pub const PAST_16_MB: &[Row] = &[
    row("SYNC", Synced),
    row("SPI_ATTACH", Done),
    row("SPI_SET_PARAMS 32 MB", Done),
    row("FLASH_BEGIN 1024 at 16 MB + 0x3000", Done),
    row("FLASH_DATA", Done),
    row("FLASH_MD5SUM 1024 at 16 MB + 0x3000", Md5(Fill(0x5a, 1024))),
    row("FLASH_MD5SUM 1024 at 0x3000", Md5(Fill(0x5a, 1024))),
    row(
        "opcode 0x15 FlashSetAddrBitLen, bytes 32 32 32 32 0 0 0 0",
        Done,
    ),
    row("FLASH_BEGIN 1024 at 16 MB + 0x5000", Done),
    row("FLASH_DATA", Done),
    row("FLASH_MD5SUM 1024 at 16 MB + 0x5000", Md5(Fill(0xa5, 1024))),
    row(
        "READ_FLASH_SLOW 16 bytes at 16 MB + 0x5000",
        Flash(&[0xa5; 16]),
    ),
];
