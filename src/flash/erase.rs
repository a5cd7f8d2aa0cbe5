//! Erasing flash: through a stub by its command, through a ROM by BEGINs of
//! writes that never come.

use super::plan::{Chunk, Payload};
use super::{Flasher, Proof, WriteStep, at};
use crate::connection::timing;
use crate::digest::{Digest, DigestKind};
use crate::error::{Error, Result};
use crate::image::SECTOR;
use crate::transport::Transport;
use crate::wire::{EraseRegion, Opcode};

/// What one BEGIN erases at most: a block of the flash, so that a caller who
/// cancels waits for the erase of one block and no longer.
pub(super) const BLOCK: u32 = 64 << 10;
/// A block of erased flash.
pub(super) static ERASED: [u8; BLOCK as usize] = [0xff; BLOCK as usize];

impl<T: Transport> Flasher<'_, T> {
    /// Erases `size` bytes from `address` on, both multiples of the sector
    /// size, and makes sure through the chip's own digest, where its loader can
    /// compute one, which it returns.
    ///
    /// # Errors
    /// [`Error::Mismatch`] if the digest disagrees; the loader refuses; no
    /// answer; the port is gone; cancelled; the deadline passed.
    pub fn erase(
        &mut self,
        address: u32,
        size: u32,
        observe: &mut dyn FnMut(WriteStep),
    ) -> Result<Proof> {
        self.check_sectors(address)?;
        let mut done = 0;
        while done < size {
            let start = address.saturating_add(done);
            let step = (BLOCK - start % BLOCK).min(size - done);
            observe(WriteStep::Touching(done + step));
            self.erase_within_block(start, step)?;
            done += step;
            observe(WriteStep::Certain(done));
            observe(WriteStep::Written(done));
        }
        if !self.abilities.has(Opcode::FLASH_MD5SUM) {
            return Ok(Proof::Acknowledged);
        }
        observe(WriteStep::Hashing);
        let kind = DigestKind::Md5;
        let expected = blank_digest(kind, size);
        let found = self.digest(address, size)?;
        if found == expected {
            return Ok(Proof::Digest(found));
        }
        Err(Error::Mismatch {
            address,
            size,
            kind,
            expected,
            found,
        })
    }

    fn erase_within_block(&mut self, address: u32, size: u32) -> Result<()> {
        let len = usize::try_from(size).unwrap_or(ERASED.len());
        let data = ERASED.get(..len).unwrap_or(&ERASED);
        let chunk = Chunk { address, data };
        let payload = Payload::plain(data, &self.abilities);
        let erase = |flasher: &mut Self| {
            if !flasher.abilities.has(Opcode::ERASE_REGION) {
                return flasher.begin(&chunk, &payload);
            }
            let timeout = timing::for_size(timing::ERASE_PER_MB, size);
            flasher
                .connection
                .command(&EraseRegion { address, size }, timeout)
        };
        // Nothing is harmed by an erase that is made twice.
        for _ in 1..timing::ASK_TRIES {
            match erase(self) {
                Err(failure @ (Error::NoAnswer(_) | Error::Wire(_) | Error::Device(_))) => {
                    self.recover(failure)?;
                }
                outcome => return outcome,
            }
        }
        erase(self).map_err(at(address))
    }
}

/// The digest of `size` bytes of erased flash, a multiple of the sector size.
#[must_use]
pub fn blank_digest(kind: DigestKind, size: u32) -> Digest {
    let sector = ERASED.get(..SECTOR as usize).unwrap_or(&ERASED);
    let mut hasher = kind.hasher();
    for _ in 0..size / SECTOR {
        hasher.update(sector);
    }
    hasher.finish()
}
