//! What is known about each chip: one table entry per chip, no logic.
//!
//! Every figure has its source beside it. A new chip is one new file and one
//! line in [`ALL`]; `docs/adding-a-chip.md` is the checklist.

use crate::wire::Dialect;
use std::fmt;

/// Everything the host needs to know about a chip.
///
/// Chips are compared by identity: there is one static entry per chip.
#[derive(Debug)]
pub struct Chip {
    /// The name people write: `ESP32-S3`.
    pub name: &'static str,
    /// The name on a command line: `esp32s3`.
    pub arg: &'static str,
    /// The chip id in image headers and GET_SECURITY_INFO; none on the ESP8266.
    pub id: Option<u16>,
    /// Values of the word at 0x4000_1000 by which the chip can be told.
    pub magics: &'static [u32],
    /// Flash offset of the second-stage bootloader in bytes.
    pub bootloader_offset: u32,
    /// The mask ROM's loader.
    pub rom: RomLoader,
}

/// What a chip's mask ROM loader can do.
#[derive(Debug)]
pub struct RomLoader {
    /// How it lays out its answers.
    pub dialect: Dialect,
}

impl PartialEq for Chip {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}
impl Eq for Chip {}

impl fmt::Display for Chip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
