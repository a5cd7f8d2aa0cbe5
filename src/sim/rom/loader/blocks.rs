//! Blocks of data, and what they do to RAM and flash.

use super::{Loader, Outcome, Target, Transfer};
use crate::chip::RomErase;
use crate::sim::nor::{NorFlash, SECTOR};
use crate::sim::rom::job::{AddressBytes, ERASE_BLOCK, ERASE_SECTOR, READ, Step};
use crate::time::{Duration, Instant};
use crate::wire::{self, Opcode, Reason, Request, checksum};

/// What it needs for a byte of deflated data.
const INFLATE_PER_BYTE: Duration = Duration::from_nanos(100);
/// Bytes in a 64 KiB block.
const BLOCK: u32 = 0x1_0000;
/// The largest block of data that a BEGIN may announce (recorded: 1801 is
/// refused).
const LARGEST_BLOCK: u32 = 0x1800;
/// The same for known stubs.
const STUB_LARGEST_BLOCK: u32 = 0x4000;

impl Loader {
    pub(super) fn begin(&mut self, target: Target, block_size: u32, address: u32) -> Outcome {
        let largest = match self.dialect.loader {
            wire::Loader::Rom => LARGEST_BLOCK,
            wire::Loader::Stub => STUB_LARGEST_BLOCK,
        };
        if block_size > largest {
            return Err(Reason::BAD_REQUEST);
        }
        self.transfer = Some(Transfer {
            target,
            address,
            block_size,
            sequence: 0,
        });
        Ok(())
    }

    /// One block. A wrong checksum is counted as a block, and the next one is
    /// written in its place (recorded).
    pub(super) fn data(&mut self, request: &Request<'_>) -> Outcome {
        let word = |index: usize| request.word(index).unwrap_or(0);
        let transfer = self.transfer.as_mut().ok_or(Reason::BAD_REQUEST)?;
        let fits = matches!(
            (&transfer.target, request.opcode),
            (Target::Ram, Opcode::MEM_DATA)
                | (Target::Flash, Opcode::FLASH_DATA)
                | (Target::Deflated(_), Opcode::FLASH_DEFL_DATA)
        );
        let len = word(0);
        let whole_words =
            matches!(transfer.target, Target::Deflated(_) | Target::Ram) || len % 4 == 0;
        if !fits || word(1) != transfer.sequence || len > transfer.block_size || !whole_words {
            return Err(Reason::BAD_REQUEST);
        }
        let data = request
            .payload
            .get(16..16 + len as usize)
            .ok_or(Reason::BAD_REQUEST)?;
        transfer.sequence += 1;
        if checksum(data) != request.checksum {
            return Err(Reason::CHECKSUM);
        }
        let made;
        let bytes = match &mut transfer.target {
            Target::Ram => {
                self.memory.store(transfer.address, data);
                data
            }
            Target::Flash => {
                self.job.program(transfer.address, data);
                data
            }
            Target::Deflated(inflater) => {
                self.job.push(Step::Spend(INFLATE_PER_BYTE * len));
                made = inflater.push(data)?;
                self.job.program(transfer.address, &made);
                &made
            }
        };
        let written = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        transfer.address = transfer.address.wrapping_add(written);
        if request.opcode == Opcode::FLASH_DATA {
            self.plain_left -= i64::from(written);
        }
        Ok(())
    }

    /// The address as the flash gets it.
    const fn reached(&self, address: u32) -> u32 {
        match self.address_bytes {
            AddressBytes::Three => address & 0xff_ffff,
            AddressBytes::Four => address,
        }
    }

    /// What a BEGIN erases before it answers.
    pub(super) fn erase(&mut self, address: u32, size: u32) -> Outcome {
        let sectors = size.div_ceil(SECTOR);
        let last = u64::from(address) + u64::from(sectors) * u64::from(SECTOR);
        match self.chip.rom.erase {
            RomErase::Region => {
                if address % SECTOR != 0 || last > u64::from(self.flash_size) {
                    return Err(Reason::FAILED);
                }
                let mut at = address;
                let end = address + sectors * SECTOR;
                while at < end {
                    let (opcode, step) = if at % BLOCK == 0 && end - at >= BLOCK {
                        (ERASE_BLOCK, BLOCK)
                    } else {
                        (ERASE_SECTOR, SECTOR)
                    };
                    self.job.push(Step::Erase {
                        opcode,
                        address: self.reached(at),
                    });
                    at += step;
                }
            }
            RomErase::TooMuch => {
                if address % SECTOR != 0 {
                    return Err(Reason::FAILED);
                }
                let first = address / SECTOR;
                let head = (16 - first % 16).min(sectors);
                for sector in first..first.saturating_add(sectors).saturating_add(head) {
                    if u64::from(sector + 1) * u64::from(SECTOR) > u64::from(self.flash_size) {
                        return Err(Reason::FAILED);
                    }
                    self.job.push(Step::Erase {
                        opcode: ERASE_SECTOR,
                        address: sector * SECTOR,
                    });
                }
            }
        }
        Ok(())
    }

    fn within_flash(&self, address: u32, size: u32) -> Outcome {
        if u64::from(address) + u64::from(size) > u64::from(self.flash_size) {
            return Err(Reason::FLASH_READ);
        }
        Ok(())
    }

    pub(super) const fn digest_len(&self) -> usize {
        match self.dialect.loader {
            wire::Loader::Rom => 32,
            wire::Loader::Stub => 16,
        }
    }

    pub(super) fn hash(&mut self, address: u32, size: u32) -> Outcome {
        self.within_flash(address, size)?;
        self.job.hash(address, size);
        Ok(())
    }

    pub(super) fn read_slow(
        &mut self,
        address: u32,
        size: u32,
        now: Instant,
        flash: &mut NorFlash,
    ) -> Outcome {
        if size > 64 {
            return Err(Reason::FLASH_READ_LENGTH);
        }
        self.within_flash(address, size)?;
        let mut bytes = vec![0; size as usize];
        let command = self.address_bytes.command(READ, address);
        flash.transfer(now, &command, &mut bytes);
        self.put_data(0, &bytes);
        Ok(())
    }
}
