//! Connecting the flash and finding out which one it is.

use super::{Flasher, JedecId, controller};
use crate::connection::timing;
use crate::error::{ChipError, Result};
use crate::transport::Transport;
use crate::wire::{
    Encryption, FlashBegin, Opcode, ReadReg, RegWrite, SpiAttach, SpiSetParams, WriteReg,
};

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
            return self.ask(&SpiAttach::default(), timing::COMMAND);
        }
        let begin = FlashBegin {
            size: 0,
            blocks: 0,
            block_size: self.abilities.flash_block,
            offset: 0,
            encryption: Encryption::Off,
        };
        self.ask(&begin, timing::COMMAND)
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
        for _ in 0..super::TRIES {
            self.ask(&WriteReg { writes: &writes }, timing::COMMAND)?;
            let word = self.ask(&ReadReg { address }, timing::COMMAND)?;
            if let Some(id) = JedecId::from_word(word) {
                return Ok(id);
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
        // A ROM addresses no more than that, whatever it is told.
        let size = size.min(self.abilities.address_limit);
        self.ask(&SpiSetParams { size }, timing::COMMAND)
    }
}
