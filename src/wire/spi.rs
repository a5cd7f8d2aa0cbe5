//! The flash's wiring and geometry.

use super::command::put_words;
use super::payload::{FromPayload, Payload, RequestError};
use super::{Command, Dialect, Loader, Opcode, WireError};

/// Which pins the flash is connected to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SpiPins {
    /// Where the chip's eFuses say, or its usual ones.
    #[default]
    Default,
    /// The HSPI pins (ESP32).
    Hspi,
    /// These GPIO numbers, each below 64.
    Custom {
        /// Clock.
        clk: u8,
        /// Data out of the flash.
        q: u8,
        /// Data into the flash.
        d: u8,
        /// Hold.
        hd: u8,
        /// Chip select.
        cs: u8,
    },
}

impl SpiPins {
    fn from_word(word: u32) -> Self {
        // Six bits each.
        let pin = |shift: u32| (word >> shift & 0x3f) as u8;
        match word {
            0 => Self::Default,
            1 => Self::Hspi,
            _ => Self::Custom {
                clk: pin(0),
                q: pin(6),
                d: pin(12),
                cs: pin(18),
                hd: pin(24),
            },
        }
    }

    fn word(self) -> u32 {
        let pin = |number: u8, shift: u32| u32::from(number & 0x3f) << shift;
        match self {
            Self::Default => 0,
            Self::Hspi => 1,
            Self::Custom { clk, q, d, hd, cs } => {
                pin(hd, 24) | pin(cs, 18) | pin(d, 12) | pin(q, 6) | pin(clk, 0)
            }
        }
    }
}

/// SPI_ATTACH: connects the flash. The ESP8266's ROM has it not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SpiAttach {
    /// The pins.
    pub pins: SpiPins,
}

impl Command for SpiAttach {
    const OPCODE: Opcode = Opcode::SPI_ATTACH;
    type Answer = ();

    fn payload(&self, dialect: &Dialect, out: &mut Vec<u8>) {
        put_words(out, &[self.pins.word()]);
        // A ROM takes a second word (0: not the legacy wiring), a stub not.
        if dialect.loader == Loader::Rom {
            put_words(out, &[0]);
        }
    }

    fn answer(&self, _: &Dialect, _: u32, _: &[u8]) -> Result<(), WireError> {
        Ok(())
    }
}

impl<'a> FromPayload<'a> for SpiAttach {
    /// One word or two: a ROM, and many a stub, takes either.
    fn from_payload(payload: &mut Payload<'a>, _: &Dialect) -> Result<Self, RequestError> {
        let pins = SpiPins::from_word(payload.word()?);
        if !payload.rest().is_empty() {
            payload.word()?;
        }
        Ok(Self { pins })
    }
}

/// SPI_SET_PARAMS: tells the flash's size. Until then a ROM takes it to be
/// 2 MB and refuses to read or hash beyond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpiSetParams {
    /// Size of the flash in bytes.
    pub size: u32,
}

impl SpiSetParams {
    /// Bytes in a block erase.
    pub const BLOCK: u32 = 0x1_0000;
    /// Bytes in a sector.
    pub const SECTOR: u32 = 0x1000;
    /// Bytes in a page.
    pub const PAGE: u32 = 0x100;
    /// Which bits of the status register count.
    pub const STATUS_MASK: u32 = 0xffff;
}

impl Command for SpiSetParams {
    const OPCODE: Opcode = Opcode::SPI_SET_PARAMS;
    type Answer = ();

    fn payload(&self, _: &Dialect, out: &mut Vec<u8>) {
        put_words(
            out,
            &[
                0,
                self.size,
                Self::BLOCK,
                Self::SECTOR,
                Self::PAGE,
                Self::STATUS_MASK,
            ],
        );
    }

    fn answer(&self, _: &Dialect, _: u32, _: &[u8]) -> Result<(), WireError> {
        Ok(())
    }
}

impl<'a> FromPayload<'a> for SpiSetParams {
    fn from_payload(payload: &mut Payload<'a>, _: &Dialect) -> Result<Self, RequestError> {
        let [_, size, _, _, _, _] = payload.words()?;
        Ok(Self { size })
    }
}
