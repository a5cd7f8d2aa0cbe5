//! What the flash holds, in sixteen bytes.

use super::{Flasher, at};
use crate::connection::timing;
use crate::error::{Error, Result};
use crate::transport::Transport;
use crate::wire::{FlashMd5, Opcode};

impl<T: Transport> Flasher<'_, T> {
    /// MD5 of `size` bytes of flash from `address` on, computed by the chip.
    ///
    /// # Errors
    /// [`ChipError::Unable`](crate::error::ChipError::Unable) from the
    /// ESP8266's ROM,
    /// [`SecurityError::SecureDownload`](crate::error::SecurityError) in that
    /// mode; the loader refuses; no answer; the port is gone; cancelled; the
    /// deadline passed.
    pub fn digest(&mut self, address: u32, size: u32) -> Result<[u8; 16]> {
        self.abilities.need(Opcode::FLASH_MD5SUM, "hashing flash")?;
        let timeout = timing::for_size(timing::MD5_PER_MB, size);
        let command = FlashMd5 { address, size };
        let outcome = match self.connection.ask(&command, timeout) {
            Err(failure @ Error::Device(_)) => {
                self.recover(failure)?;
                self.connection.ask(&command, timeout)
            }
            outcome => outcome,
        };
        outcome.map_err(at(address))
    }
}
