//! Writing flash: chunk by chunk, each with its own BEGIN.

use super::plan::{self, Chunk, Encoding, Payload};
use super::{Flasher, at, controller};
use crate::connection::timing;
use crate::digest::{Digest, DigestKind};
use crate::error::{ChipError, DeviceError, Error, Result};
use crate::image::{Prepared, SECTOR};
use crate::transport::Transport;
use crate::wire::{
    Encryption, FlashBegin, FlashData, FlashDeflBegin, FlashDeflData, Opcode, ReadReg, Reason,
    RegWrite, WriteReg,
};

/// How far a write has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteStep {
    /// From now on so many bytes from the region's start may no longer be what
    /// they were: their sectors are about to be erased.
    Touching(u32),
    /// About so many of the region's bytes have been written. Less than before
    /// after [`Again`](Self::Again).
    Written(u32),
    /// So many bytes from the region's start have been taken by the loader to
    /// the last one, and written.
    Certain(u32),
    /// The chunk at this address starts again at its BEGIN: a block was lost
    /// or refused, or the digest disagreed.
    Again(u32),
    /// All is written; the chip hashes it.
    Hashing,
}

/// How often a single sector is written before its failure counts.
const TRIES: u32 = 3;

/// How a chunk is to be coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coding {
    Shortest,
    Plain,
}

/// What is known of a region that was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// The chip's digest of the flash is the expected one.
    Digest(Digest),
    /// The loader took every block and can compute no digest.
    Acknowledged,
}

impl<T: Transport> Flasher<'_, T> {
    /// Erases the region's sectors, writes it, and compares the chip's digest
    /// where the loader can compute one.
    ///
    /// A block that is lost or refused is never sent again: a ROM would write
    /// it to the wrong place. Its chunk starts again, in ever smaller parts,
    /// down to a sector that gets three tries.
    ///
    /// # Errors
    /// [`Error::Mismatch`] if the digest disagrees in spite of everything; the
    /// loader refuses; no answer; the port is gone; cancelled; the deadline
    /// passed.
    pub fn write(
        &mut self,
        region: &Prepared<'_>,
        observe: &mut dyn FnMut(WriteStep),
    ) -> Result<Proof> {
        self.check_sectors(region.address)?;
        for chunk in plan::chunks(region.address, region.data()) {
            self.write_chunk(region, chunk, Coding::Shortest, TRIES, observe)?;
        }
        if !self.abilities.has(Opcode::FLASH_MD5SUM) {
            return Ok(Proof::Acknowledged);
        }
        observe(WriteStep::Hashing);
        let kind = DigestKind::Md5;
        let expected = region.digest(kind);
        let found = self.digest(region.address, region.size())?;
        if found == expected {
            return Ok(Proof::Digest(found));
        }
        self.repair(region, observe)?;
        let found = self.digest(region.address, region.size())?;
        if found == expected {
            return Ok(Proof::Digest(found));
        }
        Err(Error::Mismatch {
            address: region.address,
            size: region.size(),
            kind,
            expected,
            found,
        })
    }

    /// Writes the chunks whose digest disagrees once more, without deflate.
    fn repair(&mut self, region: &Prepared<'_>, observe: &mut dyn FnMut(WriteStep)) -> Result<()> {
        // What is wrong may be how the ROM takes the flash to be.
        self.tell_size_again()?;
        for chunk in plan::chunks(region.address, region.data()) {
            let expected = DigestKind::Md5.of(chunk.data);
            if self.digest(chunk.address, chunk.size())? != expected {
                log::warn!(target: "espwire::flash",
                    "flash at {:#x} is not what was written; writing it again", chunk.address);
                observe(WriteStep::Again(chunk.address));
                self.write_chunk(region, chunk, Coding::Plain, TRIES, observe)?;
            }
        }
        Ok(())
    }

    /// Writes a chunk; where a block is lost or refused, its parts one by one,
    /// and a single sector up to `tries` times.
    fn write_chunk(
        &mut self,
        region: &Prepared<'_>,
        chunk: Chunk<'_>,
        mut coding: Coding,
        mut tries: u32,
        observe: &mut dyn FnMut(WriteStep),
    ) -> Result<()> {
        let payload = match coding {
            Coding::Shortest => Payload::shortest(chunk.data, &self.abilities),
            Coding::Plain => Payload::plain(chunk.data, &self.abilities),
        };
        let before = chunk.address - region.address;
        observe(WriteStep::Touching(before + chunk.sectors() * SECTOR));
        let outcome = self.send_chunk(&chunk, &payload, &mut |written| {
            observe(WriteStep::Written(before + written));
        });
        let Err(error) = outcome else {
            observe(WriteStep::Certain(before + chunk.size()));
            return Ok(());
        };
        if chunk.sectors() == 1 {
            tries -= 1;
            if tries == 0 {
                return Err(error);
            }
        }
        log::warn!(target: "espwire::flash",
            "{error}; writing {:#x} bytes at {:#x} again", chunk.size(), chunk.address);
        if matches!(&error, Error::Device(refusal) if is_about_deflate(refusal)) {
            coding = Coding::Plain;
        }
        self.recover(error)?;
        observe(WriteStep::Again(chunk.address));
        for part in chunk.parts() {
            self.write_chunk(region, part, coding, tries, observe)?;
        }
        Ok(())
    }

    fn send_chunk(
        &mut self,
        chunk: &Chunk<'_>,
        payload: &Payload<'_>,
        written: &mut dyn FnMut(u32),
    ) -> Result<()> {
        self.begin(chunk, payload).map_err(at(chunk.address))?;
        let blocks = payload.blocks();
        for (sequence, data) in (0..).zip(payload.iter()) {
            let outcome = match payload.encoding {
                Encoding::Plain => {
                    let block = FlashData {
                        sequence,
                        data: &data,
                    };
                    self.connection.command(&block, timing::BLOCK)
                }
                Encoding::Deflate => {
                    let block = FlashDeflData {
                        sequence,
                        data: &data,
                    };
                    self.connection.command(&block, timing::BLOCK)
                }
            };
            outcome.map_err(at(chunk.address))?;
            // Of a deflated block it is not known how many bytes it became.
            let share = u64::from(chunk.size()) * u64::from(sequence + 1) / u64::from(blocks);
            written(u32::try_from(share).unwrap_or(chunk.size()));
        }
        Ok(())
    }

    /// BEGIN, with which a ROM erases.
    pub(super) fn begin(&mut self, chunk: &Chunk<'_>, payload: &Payload<'_>) -> Result<()> {
        let timeout = timing::for_size(timing::ERASE_PER_MB, chunk.sectors() * SECTOR);
        let block_size = self.abilities.flash_block;
        let blocks = payload.blocks();
        let offset = chunk.address;
        match payload.encoding {
            Encoding::Deflate => {
                let begin = FlashDeflBegin {
                    size: chunk.size().next_multiple_of(self.abilities.deflate_unit),
                    blocks,
                    block_size,
                    offset,
                    encryption: Encryption::Off,
                };
                self.connection.command(&begin, timeout)
            }
            Encoding::Plain => {
                let erase = plan::erase(chunk, self.abilities.erase);
                let begin = FlashBegin {
                    size: erase.announced,
                    blocks,
                    block_size,
                    offset,
                    encryption: Encryption::Off,
                };
                self.connection.command(&begin, timeout)?;
                erase
                    .by_register
                    .map_or(Ok(()), |sector| self.erase_sector(sector))
            }
        }
    }

    /// Erases one sector of an ESP8266 through the SPI controller.
    fn erase_sector(&mut self, sector: u32) -> Result<()> {
        let spi = &self.abilities.chip.spi;
        let status = ReadReg {
            address: controller::status_register(spi),
        };
        let until = self.connection.transport().now() + timing::SECTOR_ERASE;
        let mut writes: Vec<RegWrite> = controller::erase_sector(spi, sector);
        while self.connection.transport().now() < until {
            self.connection
                .command(&WriteReg { writes: &writes }, timing::COMMAND)?;
            let status = self.connection.command(&status, timing::COMMAND)?;
            if status & controller::STATUS_BUSY == 0 {
                return Ok(());
            }
            writes = controller::poll_status(spi);
        }
        Err(ChipError::FlashBusy { address: sector }.into())
    }
}

fn is_about_deflate(refusal: &DeviceError) -> bool {
    matches!(
        refusal.reason,
        Reason::DEFLATE
            | Reason::DEFLATE_ADLER
            | Reason::DEFLATE_PARAMETER
            | Reason::STUB_INFLATE
            | Reason::STUB_TOO_LITTLE
            | Reason::STUB_TOO_MUCH
    )
}
