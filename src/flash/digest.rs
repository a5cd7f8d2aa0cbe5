//! What the flash holds, in sixteen bytes.

use super::{Flasher, at, controller};
use crate::connection::timing;
use crate::digest::{Digest, DigestKind};
use crate::error::{Error, Result};
use crate::transport::Transport;
use crate::wire::{FlashMd5, Opcode, ReadReg, WriteReg};

impl<T: Transport> Flasher<'_, T> {
    /// MD5 of `size` bytes of flash from `address` on, computed by the chip.
    ///
    /// # Errors
    /// [`ChipError::Unable`](crate::error::ChipError::Unable) from the
    /// ESP8266's ROM,
    /// [`SecurityError::SecureDownload`](crate::error::SecurityError) in that
    /// mode; the loader refuses; no answer; the port is gone; cancelled; the
    /// deadline passed.
    pub fn digest(&mut self, address: u32, size: u32) -> Result<Digest> {
        self.abilities.need(Opcode::FLASH_MD5SUM, "hashing flash")?;
        let timeout = timing::for_size(timing::DIGEST_PER_MB, size);
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

    /// The same of a few bytes through a ROM that cannot hash: they are read
    /// word by word, [`controller::MOST`] at most, a multiple of 4.
    ///
    /// # Errors
    /// The loader refuses; no answer; the port is gone; cancelled; the deadline
    /// passed.
    pub fn digest_by_register(&mut self, address: u32, size: u32) -> Result<Digest> {
        let spi = &self.abilities.chip.spi;
        let writes = controller::read(spi, address, size);
        self.connection
            .ask(&WriteReg { writes: &writes }, timing::COMMAND)?;
        let mut md5 = DigestKind::Md5.hasher();
        let first = controller::id_register(spi);
        for address in (first..first + size).step_by(4) {
            let word = self.connection.ask(&ReadReg { address }, timing::COMMAND)?;
            md5.update(&word.to_le_bytes());
        }
        Ok(md5.finish())
    }
}
