//! Reading flash through a ROM.

use super::{Flasher, at};
use crate::connection::timing;
use crate::error::{Error, Result};
use crate::transport::Transport;
use crate::wire::{Opcode, ReadFlashSlow};
use md5::{Digest, Md5};

impl<T: Transport> Flasher<'_, T> {
    /// Reads `size` bytes of flash from `address` on, and makes sure through
    /// the chip's own digest that they are what it holds. `sink` is given the
    /// bytes in order, up to 64 at a time.
    ///
    /// # Errors
    /// Those of `sink`; [`Error::Mismatch`] if the digest disagrees; the
    /// loader refuses or cannot read; no answer; the port is gone; cancelled;
    /// the deadline passed.
    pub fn read(
        &mut self,
        address: u32,
        size: u32,
        sink: &mut dyn FnMut(&[u8]) -> Result<()>,
    ) -> Result<()> {
        self.abilities
            .need(Opcode::READ_FLASH_SLOW, "reading flash")?;
        let mut md5 = Md5::new();
        let mut done = 0;
        while done < size {
            let size = ReadFlashSlow::MAX.min(size - done);
            let address = address.saturating_add(done);
            let block = self
                .connection
                .ask(&ReadFlashSlow { address, size }, timing::COMMAND)
                .map_err(at(address))?;
            let len = usize::try_from(size).unwrap_or(block.len());
            let bytes = block.get(..len).unwrap_or(&block);
            md5.update(bytes);
            sink(bytes)?;
            done += size;
        }
        let found = self.digest(address, size)?;
        let expected: [u8; 16] = md5.finalize().into();
        if found == expected {
            return Ok(());
        }
        Err(Error::Mismatch {
            address,
            size,
            expected,
            found,
        })
    }
}
