//! Blocks of data, and what they do to RAM and flash.

use super::{Loader, Outcome};
use crate::chip::{RomErase, RomInflate};
use crate::sim::nor::{NorFlash, PAGE, SECTOR};
use crate::sim::rom::inflate::{Inflated, More};
use crate::sim::rom::job::{AddressBytes, ERASE_BLOCK, ERASE_SECTOR, READ, Step};
use crate::time::{Duration, Instant};
use crate::wire::{self, Opcode, Reason, Request, checksum};

/// What it needs for a byte of deflated data.
const INFLATE_PER_BYTE: Duration = Duration::from_nanos(100);
/// The largest block of data that a BEGIN may announce (recorded: 1801 is
/// refused).
const LARGEST_BLOCK: u32 = 0x1800;
/// The same for known stubs.
const STUB_LARGEST_BLOCK: u32 = 0x4000;
/// Bytes in front of a block's data: its length, its number, two words.
const BLOCK_HEADER: u32 = 16;
/// Bytes of flash that the ROM reads at a time to hash them.
const HASH_PIECE: u32 = 128;

/// A write that a BEGIN announced.
#[derive(Debug)]
pub(super) struct Transfer {
    /// Bytes announced.
    pub(super) size: u32,
    /// Blocks announced.
    pub(super) blocks: u32,
    /// The longest block.
    block_size: u32,
    /// Where the next block goes.
    address: u32,
    /// Blocks that came, good or bad.
    pub(super) sequence: u32,
    /// Bytes that came and were good.
    pub(super) written: u32,
}

impl Transfer {
    /// None: any block is too long, but there is none to wait for either.
    pub(super) const EMPTY: Self = Self {
        size: 0,
        blocks: 0,
        block_size: 0,
        address: 0,
        sequence: 0,
        written: 0,
    };
    /// What the ROMs' stack holds before the first BEGIN: something that
    /// nothing makes complete.
    pub(super) const STALE: Self = Self {
        blocks: u32::MAX,
        ..Self::EMPTY
    };
}

/// What SPI_SET_PARAMS says of the flash.
#[derive(Debug)]
pub(super) struct Geometry {
    pub(super) size: u32,
    pub(super) block: u32,
    pub(super) sector: u32,
    pub(super) page: u32,
}

impl Geometry {
    /// A flash of that size, otherwise as usual.
    pub(super) const fn of(size: u32) -> Self {
        Self {
            size,
            block: 0x1_0000,
            sector: SECTOR,
            page: PAGE,
        }
    }

    /// Whether a range is within the flash. The sum of address and size is a
    /// word to the ROM, and wraps.
    const fn holds(&self, address: u32, size: u32) -> bool {
        address.wrapping_add(size) <= self.size
    }
}

impl Loader {
    /// What a BEGIN announces, with its words in order.
    pub(super) fn announced(&self, words: [u32; 4]) -> Result<Transfer, Reason> {
        let largest = match self.dialect.loader {
            wire::Loader::Rom => LARGEST_BLOCK,
            wire::Loader::Stub => STUB_LARGEST_BLOCK,
        };
        let [size, blocks, block_size, address] = words;
        if block_size > largest {
            return Err(Reason::BAD_REQUEST);
        }
        Ok(Transfer {
            size,
            blocks,
            block_size,
            address,
            ..Transfer::EMPTY
        })
    }

    /// The data of a block, if it is the one that is due. A wrong checksum is
    /// counted as a block, and the next one is written in its place (recorded).
    ///
    /// A block may claim to be longer than its frame: then it goes on with what
    /// an earlier request left behind it.
    fn block<'a>(&mut self, request: &Request<'a>) -> Result<&'a [u8], Reason> {
        let word = |index: usize| request.word(index).unwrap_or(0);
        let largest = match self.dialect.loader {
            wire::Loader::Rom => LARGEST_BLOCK,
            wire::Loader::Stub => STUB_LARGEST_BLOCK,
        };
        let transfer = match request.opcode {
            Opcode::FLASH_DEFL_DATA => &mut self.deflated,
            _ => &mut self.plain,
        };
        let len = word(0);
        let whole_words = request.opcode != Opcode::FLASH_DATA || len % 4 == 0;
        if u32::from(request.len) > largest + BLOCK_HEADER
            || word(1) != transfer.sequence
            || len > transfer.block_size
            || !whole_words
        {
            return Err(Reason::BAD_REQUEST);
        }
        let data = request
            .payload
            .get(BLOCK_HEADER as usize..(BLOCK_HEADER + len) as usize)
            .ok_or(Reason::BAD_REQUEST)?;
        transfer.sequence = transfer.sequence.wrapping_add(1);
        // It is a byte; nobody looks at the others.
        if checksum(data) & 0xff != request.checksum & 0xff {
            return Err(Reason::CHECKSUM);
        }
        Ok(data)
    }

    /// A block for RAM.
    pub(super) fn ram_block(&mut self, request: &Request<'_>) -> Outcome {
        let data = self.block(request)?;
        self.memory.store(self.plain.address, data);
        self.block_is_good(data.len());
        Ok(())
    }

    /// A block for the flash. Whether it is good shows when it is read back.
    pub(super) fn flash_block(&mut self, request: &Request<'_>) -> Outcome {
        let data = self.block(request)?;
        if self.program(self.plain.address, data) {
            self.job.push(Step::ReadBack {
                address: self.plain.address,
                written: data.to_vec(),
            });
        } else {
            // The ROM has not written, cannot read it back, and takes the
            // block in its buffer for what it has read.
            self.block_is_good(data.len());
        }
        Ok(())
    }

    /// The block is what the flash holds now, or is not.
    pub(super) fn read_back(&mut self, written: &[u8], read: &[u8]) -> Outcome {
        // The ROM reads into its request buffer.
        let at = wire::HEADER_LEN + BLOCK_HEADER as usize;
        if let Some(place) = self.request.get_mut(at..at + read.len()) {
            place.copy_from_slice(read);
        }
        if checksum(read) != checksum(written) {
            return Err(Reason::FLASH_WRITE);
        }
        self.block_is_good(written.len());
        Ok(())
    }

    fn block_is_good(&mut self, len: usize) {
        let len = u32::try_from(len).unwrap_or(0);
        self.plain.address = self.plain.address.wrapping_add(len);
        self.plain.written = self.plain.written.wrapping_add(len);
    }

    /// A deflated block; false if the ROM does not come to an end with it.
    pub(super) fn deflated_block(&mut self, request: &Request<'_>) -> Result<bool, Reason> {
        let mut data = self.block(request)?;
        let last = self.deflated.sequence == self.deflated.blocks;
        let more = if last { More::Nothing } else { More::Comes };
        let time = u32::try_from(data.len()).unwrap_or(0);
        self.job.push(Step::Spend(INFLATE_PER_BYTE * time));
        loop {
            match self.inflater.push(data, more)? {
                Inflated::Taken => break,
                Inflated::Never => return Ok(false),
                Inflated::Full(taken) => {
                    self.write_window();
                    self.inflater.written();
                    let written = u32::try_from(super::super::inflate::WINDOW).unwrap_or(0);
                    self.deflated.address = self.deflated.address.wrapping_add(written);
                    data = data.get(taken..).unwrap_or_default();
                    if data.is_empty() {
                        break;
                    }
                }
            }
        }
        if last {
            match (self.dialect.loader, self.chip.rom.inflates) {
                (wire::Loader::Rom, RomInflate::Beyond) => {
                    let window = self.inflater.window().to_vec();
                    self.program(self.deflated.address, &window);
                }
                _ => self.write_window(),
            }
        }
        Ok(true)
    }

    /// Writes what the window holds. The ROM does not look at what comes of it.
    fn write_window(&mut self) {
        let held = self.inflater.held().to_vec();
        self.program(self.deflated.address, &held);
    }

    /// Programs the flash, page by page, up to a piece that is not whole words;
    /// false if not all of it is within.
    fn program(&mut self, mut address: u32, mut data: &[u8]) -> bool {
        let len = u32::try_from(data.len()).unwrap_or(u32::MAX);
        let page = self.geometry.page;
        if !self.geometry.holds(address, len) {
            return false;
        }
        while !data.is_empty() && page > 0 {
            let room = page - address % page;
            let (now, later) = data.split_at(data.len().min(room as usize));
            if now.len() % 4 != 0 {
                break;
            }
            self.job.program(address, now);
            address = address.wrapping_add(room);
            data = later;
        }
        true
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
        match self.chip.rom.erase {
            RomErase::Region => self.erase_region(address, size),
            RomErase::TooMuch => self.erase_too_much(address, size),
        }
    }

    /// Sectors up to the next block, then blocks, while there are more sectors
    /// left than a block has, then sectors.
    fn erase_region(&mut self, address: u32, size: u32) -> Outcome {
        let Geometry { block, sector, .. } = self.geometry;
        if !self.geometry.holds(address, size) || sector == 0 || block == 0 || address % sector != 0
        {
            return Err(Reason::FAILED);
        }
        let per_block = (block / sector).max(1);
        let mut next = address / sector;
        let mut left = size.div_ceil(sector);
        let head = left.min(per_block - next % per_block);
        let tail_only = left - head;
        let blocks = tail_only.saturating_sub(1) / per_block;
        let tail = tail_only - blocks * per_block;
        while left > 0 {
            let whole_block = left <= tail_only && left > tail;
            let (opcode, at, sectors, beyond) = if whole_block {
                let number = next / per_block;
                let beyond = number >= self.geometry.size / block;
                (ERASE_BLOCK, number.wrapping_mul(block), per_block, beyond)
            } else {
                let beyond = next >= self.geometry.size / sector;
                (ERASE_SECTOR, next.wrapping_mul(sector), 1, beyond)
            };
            if beyond {
                return Err(Reason::FAILED);
            }
            self.job.push(Step::Erase {
                opcode,
                address: self.reached(at),
            });
            next += sectors;
            left -= sectors;
        }
        Ok(())
    }

    fn erase_too_much(&mut self, address: u32, size: u32) -> Outcome {
        if address % SECTOR != 0 {
            return Err(Reason::FAILED);
        }
        let sectors = size.div_ceil(SECTOR);
        let first = address / SECTOR;
        let head = (16 - first % 16).min(sectors);
        for sector in first..first.saturating_add(sectors).saturating_add(head) {
            if u64::from(sector + 1) * u64::from(SECTOR) > u64::from(self.geometry.size) {
                return Err(Reason::FAILED);
            }
            self.job.push(Step::Erase {
                opcode: ERASE_SECTOR,
                address: sector * SECTOR,
            });
        }
        Ok(())
    }

    pub(super) const fn digest_len(&self) -> usize {
        match self.dialect.loader {
            wire::Loader::Rom => 32,
            wire::Loader::Stub => 16,
        }
    }

    /// A size of 2 GB and more is less than nothing to the ROM.
    pub(super) fn hash(&mut self, address: u32, size: u32) -> Outcome {
        let size = i32::try_from(size).map_or(0, i32::unsigned_abs);
        let mut left = size;
        let mut at = address;
        while left > 0 {
            let piece = left.min(HASH_PIECE);
            // It reads whole words, and they have to be within the flash.
            if !self.geometry.holds(at, piece.next_multiple_of(4)) {
                return Err(Reason::FLASH_READ);
            }
            at = at.wrapping_add(piece);
            left -= piece;
        }
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
        if !self.geometry.holds(address, size) {
            return Err(Reason::FLASH_READ);
        }
        // Whole words come.
        let mut bytes = vec![0; size.next_multiple_of(4) as usize];
        let command = self.address_bytes.command(READ, address);
        flash.transfer(now, &command, &mut bytes);
        self.put_data(0, &bytes);
        Ok(())
    }
}
