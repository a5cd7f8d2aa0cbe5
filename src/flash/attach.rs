//! Connecting the flash and finding out which one it is.

use super::{Flasher, JedecId, controller};
use crate::chip::RomErase;
use crate::connection::timing;
use crate::error::{ChipError, Error, Result};
use crate::image::SECTOR;
use crate::transport::Transport;
use crate::wire::{Encryption, FlashBegin, Opcode, ReadReg, RegWrite, SpiAttach, WriteReg};

impl<T: Transport> Flasher<'_, T> {
    /// Connects the flash. Before it, what the loader reads from flash means
    /// nothing.
    ///
    /// The ESP8266's ROM connects it in FLASH_BEGIN, which erases nothing if
    /// the size is 0.
    ///
    /// # Errors
    /// The loader refuses; no answer; the port is gone; cancelled; the
    /// deadline passed.
    pub fn attach(&mut self) -> Result<()> {
        if self.abilities.has(Opcode::SPI_ATTACH) {
            return self.connection.ask(&SpiAttach::default(), timing::COMMAND);
        }
        let begin = FlashBegin {
            size: 0,
            blocks: 0,
            block_size: self.abilities.flash_block,
            offset: 0,
            encryption: Encryption::Off,
        };
        self.connection.ask(&begin, timing::COMMAND)
    }

    /// Asks the flash for its JEDEC id, in one batch of register writes that
    /// starts with those given, and one read.
    ///
    /// # Errors
    /// [`ChipError::NoFlash`]; the loader refuses or cannot touch registers;
    /// no answer; the port is gone; cancelled; the deadline passed.
    pub fn identify(&mut self, first: &[RegWrite]) -> Result<JedecId> {
        self.abilities
            .need(Opcode::WRITE_REG, "asking the flash for its id")?;
        let spi = &self.abilities.chip.spi;
        let writes = [first, &controller::read_id(spi)].concat();
        let address = controller::id_register(spi);
        let mut last = None;
        for _ in 0..timing::ASK_TRIES {
            self.connection
                .ask(&WriteReg { writes: &writes }, timing::COMMAND)?;
            let word = self.connection.ask(&ReadReg { address }, timing::COMMAND)?;
            let id = JedecId::from_word(word);
            match id {
                Some(known) if known.size().is_some() => return Ok(known),
                // An unusual flash says the same twice, a spoiled answer not.
                Some(unusual) if last == id => return Ok(unusual),
                _ => last = id,
            }
        }
        Err(ChipError::NoFlash {
            chip: self.abilities.chip.name,
        }
        .into())
    }

    /// Tells the loader the flash's size in bytes, which decides what it can
    /// address.
    ///
    /// # Errors
    /// The loader refuses; no answer; the port is gone; cancelled; the
    /// deadline passed.
    pub fn set_size(&mut self, size: u32) -> Result<()> {
        self.size = Some(size);
        self.tell_size(size)
    }

    /// Makes sure, before the first erase, that a ROM has taken in right how
    /// large sectors are. Nothing protects an SPI_SET_PARAMS: where it has lost a
    /// byte, sectors have 16 bytes, and each is erased 256 times.
    ///
    /// The ROM is told to erase nothing, from the middle of the sector at
    /// `address` on: it refuses, unless sectors are smaller for it.
    ///
    /// # Errors
    /// No answer; the port is gone; cancelled; the deadline passed.
    pub(super) fn check_sectors(&mut self, address: u32) -> Result<()> {
        let abilities = &self.abilities;
        let goes_by_it =
            abilities.erase == RomErase::Region && !abilities.has(Opcode::ERASE_REGION);
        if !goes_by_it || self.size.is_none() {
            return Ok(());
        }
        let begin = FlashBegin {
            size: 0,
            blocks: 0,
            block_size: abilities.flash_block,
            offset: address.saturating_add(SECTOR / 2),
            encryption: Encryption::Off,
        };
        for _ in 0..timing::ASK_TRIES {
            match self.connection.offer(&begin, timing::COMMAND) {
                Err(Error::Device(_)) => break,
                Err(error) => return Err(error),
                Ok(()) => {
                    log::warn!(target: "espwire::flash", "the ROM has got the flash wrong; telling it again");
                    self.tell_size_again()?;
                }
            }
        }
        Ok(())
    }
}
