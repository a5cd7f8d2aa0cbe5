//! A mask ROM from its ELF file.
//!
//! The file has the initial values of variables where they are while the ROM
//! runs, in RAM. The ROM itself copies them there from a place of its own
//! when it starts, by a table; so they are put into that place.

use super::elf::{Elf, ElfError};
use crate::sim::cpu::Memory;

/// The names of the table's ends, and how long a row of it is: first address,
/// last address, where the bytes come from, maybe something else.
const TABLES: [(&str, &str, u32); 2] = [
    ("_data_table_start", "_data_table_end", 12),
    ("_data_start", "_data_end", 16),
];

/// Most rows in such a table.
const MOST_ROWS: u32 = 256;
/// Most bytes that a row copies.
const MOST_BYTES: u32 = 0x1_0000;

/// A mask ROM.
#[derive(Debug)]
pub struct Rom<'a>(Elf<'a>);

/// Why a file cannot be used as a chip's ROM.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RomError {
    /// It is no ELF file.
    #[error(transparent)]
    Elf(#[from] ElfError),
    /// It has nothing where this chip begins.
    #[error(
        "the ROM file does not fit the chip: it has nothing at {address:#x}, where the chip begins"
    )]
    OtherChip {
        /// The chip's reset vector.
        address: u32,
    },
}

impl<'a> Rom<'a> {
    /// Reads a file.
    ///
    /// # Errors
    /// It is no ELF file.
    pub fn parse(file: &'a [u8]) -> Result<Self, RomError> {
        Ok(Self(Elf::parse(file)?))
    }

    /// Puts it in place.
    ///
    /// # Errors
    /// It has nothing where the chip begins.
    pub fn load(&self, memory: &mut Memory, reset_vector: u32) -> Result<(), RomError> {
        if self.byte(reset_vector).is_none() {
            return Err(RomError::OtherChip {
                address: reset_vector,
            });
        }
        for section in self.0.sections() {
            memory.poke(section.address, section.data);
        }
        for (start, end, row) in TABLES {
            if let (Some(start), Some(end)) = (self.0.symbol(start), self.0.symbol(end)) {
                self.store_initial_values(memory, start, end, row);
                break;
            }
        }
        Ok(())
    }

    fn store_initial_values(&self, memory: &mut Memory, start: u32, end: u32, row: u32) {
        let rows = end.saturating_sub(start) / row;
        for number in 0..rows.min(MOST_ROWS) {
            let word = |at: u32| {
                let bytes = memory.peek(start + number * row + at, 4)?;
                Some(u32::from_le_bytes(bytes.try_into().ok()?))
            };
            let (Some(first), Some(last), Some(from)) = (word(0), word(4), word(8)) else {
                return;
            };
            for at in 0..last.saturating_sub(first).min(MOST_BYTES) {
                if let Some(value) = self.byte(first + at) {
                    memory.poke(from + at, &[value]);
                }
            }
        }
    }

    /// What the file has at an address.
    fn byte(&self, address: u32) -> Option<u8> {
        self.0.sections().find_map(|section| {
            let at = address.checked_sub(section.address)?;
            section.data.get(at as usize).copied()
        })
    }
}
