//! A NOR flash chip, seen from its SPI pins.
//!
//! Figures and opcodes are those of the W25Q32 class (Winbond W25Q32JV data
//! sheet, "Instruction Set Table", "AC Electrical Characteristics").

mod memory;

pub use memory::FlashFile;
use memory::Memory;

use crate::time::{Duration, Instant};

/// Bytes in a page, the most that one program command writes.
pub const PAGE: u32 = 0x100;
/// Bytes in a sector, the least that can be erased.
pub const SECTOR: u32 = 0x1000;

/// How long the flash is busy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NorTimes {
    /// Programming a page of 256 bytes.
    pub program: Duration,
    /// Erasing 4 KiB.
    pub erase_4k: Duration,
    /// Erasing 32 KiB.
    pub erase_32k: Duration,
    /// Erasing 64 KiB.
    pub erase_64k: Duration,
    /// Erasing 1 MB of the whole chip.
    pub erase_chip_per_mb: Duration,
}

impl NorTimes {
    /// The data sheet's typical figures.
    pub const TYPICAL: Self = Self {
        program: Duration::from_micros(400),
        erase_4k: Duration::from_millis(45),
        erase_32k: Duration::from_millis(120),
        erase_64k: Duration::from_millis(150),
        erase_chip_per_mb: Duration::from_millis(2500),
    };
    /// The data sheet's longest.
    pub const LONGEST: Self = Self {
        program: Duration::from_millis(3),
        erase_4k: Duration::from_millis(400),
        erase_32k: Duration::from_millis(1600),
        erase_64k: Duration::from_millis(2000),
        erase_chip_per_mb: Duration::from_millis(12_500),
    };
    /// A flash that is never busy.
    pub const NONE: Self = Self {
        program: Duration::ZERO,
        erase_4k: Duration::ZERO,
        erase_32k: Duration::ZERO,
        erase_64k: Duration::ZERO,
        erase_chip_per_mb: Duration::ZERO,
    };
}

/// What has been done to a flash.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wear {
    /// Program commands.
    pub programs: u64,
    /// 4 KiB erased, whichever way.
    pub sectors_erased: u64,
    /// Erase commands, of any size.
    pub erases: u64,
    /// Commands that came while it was busy, or without write enable.
    pub ignored: u64,
}

/// What the flash is busy with.
#[derive(Clone, Debug)]
enum Work {
    Erase { address: u32, size: u32 },
    Program { address: u32, data: Vec<u8> },
    Status,
}

/// A NOR flash chip.
///
/// Programming clears bits and never sets one; it wraps within its page. Both
/// programming and erasing want the write enable latch, which they clear, and
/// while they last the chip answers nothing but its status.
#[derive(Debug)]
pub struct NorFlash {
    memory: Memory,
    size: u32,
    times: NorTimes,
    write_enabled: bool,
    four_byte: bool,
    status2: u8,
    work: Option<(Work, Instant, Instant)>,
    wear: Wear,
}

/// JEDEC manufacturer id (Winbond) and memory type (Q-JV); the capacity
/// follows from the size.
const JEDEC: [u8; 2] = [0xef, 0x40];

/// Opcodes (data sheet, "Instruction Set Table").
mod op {
    pub const WRITE_STATUS: u8 = 0x01;
    pub const PROGRAM: u8 = 0x02;
    pub const READ: u8 = 0x03;
    pub const WRITE_DISABLE: u8 = 0x04;
    pub const READ_STATUS: u8 = 0x05;
    pub const WRITE_ENABLE: u8 = 0x06;
    pub const FAST_READ: u8 = 0x0b;
    pub const FAST_READ_4B: u8 = 0x0c;
    pub const PROGRAM_4B: u8 = 0x12;
    pub const READ_4B: u8 = 0x13;
    pub const ERASE_4K: u8 = 0x20;
    pub const ERASE_4K_4B: u8 = 0x21;
    pub const WRITE_STATUS_2: u8 = 0x31;
    pub const READ_STATUS_2: u8 = 0x35;
    pub const DUAL_OUT: u8 = 0x3b;
    pub const ERASE_32K: u8 = 0x52;
    pub const READ_SFDP: u8 = 0x5a;
    pub const ERASE_CHIP_ALT: u8 = 0x60;
    pub const QUAD_OUT: u8 = 0x6b;
    pub const READ_ID: u8 = 0x9f;
    pub const RELEASE: u8 = 0xab;
    pub const ENTER_4B: u8 = 0xb7;
    pub const ERASE_CHIP: u8 = 0xc7;
    pub const ERASE_64K: u8 = 0xd8;
    pub const ERASE_64K_4B: u8 = 0xdc;
    pub const EXIT_4B: u8 = 0xe9;
}

const STATUS_BUSY: u8 = 1 << 0;
const STATUS_WRITE_ENABLED: u8 = 1 << 1;

impl NorFlash {
    /// A blank flash of `size` bytes, a power of two.
    #[must_use]
    pub fn new(size: u32, times: NorTimes) -> Self {
        Self::with_memory(Memory::blank(size), size, times)
    }

    /// A flash whose bytes are those of a file, and stay in it.
    #[must_use]
    pub fn with_file(file: FlashFile, times: NorTimes) -> Self {
        let size = file.size();
        Self::with_memory(Memory::from(file), size, times)
    }

    fn with_memory(memory: Memory, size: u32, times: NorTimes) -> Self {
        Self {
            memory,
            size,
            times,
            write_enabled: false,
            four_byte: false,
            status2: 0,
            work: None,
            wear: Wear::default(),
        }
    }

    /// Bytes.
    #[must_use]
    pub const fn size(&self) -> u32 {
        self.size
    }

    /// What has been done to it.
    #[must_use]
    pub const fn wear(&self) -> Wear {
        self.wear
    }

    /// When what it is busy with ends, if it is busy.
    #[must_use]
    pub fn busy_until(&self) -> Option<Instant> {
        self.work.as_ref().map(|(_, _, end)| *end)
    }

    /// Its bytes as they are, whatever it is busy with.
    #[must_use]
    pub fn peek(&self, address: u32, len: usize) -> Vec<u8> {
        let mut bytes = vec![0; len];
        self.memory.read(address % self.size, &mut bytes);
        bytes
    }

    /// Puts bytes in place, as a programmer would before it was soldered in.
    pub fn poke(&mut self, address: u32, bytes: &[u8]) {
        self.memory.write(address % self.size, bytes);
    }

    /// The power goes: what it was busy with stays half done.
    pub fn cut_power(&mut self, now: Instant) {
        self.settle(now);
        if let Some((work, start, end)) = self.work.take() {
            let total = (end - start).as_nanos().max(1);
            let done = (now - start).as_nanos();
            let share = |len: u32| u32::try_from(u128::from(len) * done / total).unwrap_or(len);
            match work {
                Work::Erase { address, size } => self.memory.fill(address, share(size)),
                Work::Program { address, mut data } => {
                    let len = u32::try_from(data.len()).unwrap_or(0);
                    data.truncate(share(len) as usize);
                    self.clear_bits(address, &data);
                }
                Work::Status => {}
            }
        }
        self.write_enabled = false;
        self.four_byte = false;
    }

    /// Ends what is over by now.
    pub(super) fn settle(&mut self, now: Instant) {
        if self.work.as_ref().is_some_and(|(_, _, end)| *end <= now) {
            if let Some((work, ..)) = self.work.take() {
                match work {
                    Work::Erase { address, size } => self.memory.fill(address, size),
                    Work::Program { address, data } => self.clear_bits(address, &data),
                    Work::Status => {}
                }
                self.write_enabled = false;
            }
        }
    }

    /// Programs within one page, wrapping at its end.
    fn clear_bits(&mut self, address: u32, data: &[u8]) {
        let page = address / PAGE * PAGE;
        let mut bytes = [0; PAGE as usize];
        self.memory.read(page, &mut bytes);
        for (at, byte) in (address % PAGE..).zip(data) {
            if let Some(cell) = bytes.get_mut((at % PAGE) as usize) {
                *cell &= byte;
            }
        }
        self.memory.write(page, &bytes);
    }

    /// One cycle of chip select: `out` is what the controller sends (opcode,
    /// address, dummy bytes, data), then it receives `read`.
    pub fn transfer(&mut self, now: Instant, out: &[u8], read: &mut [u8]) {
        self.settle(now);
        read.fill(0xff);
        let Some((opcode, rest)) = out.split_first() else {
            return;
        };
        match *opcode {
            op::READ_STATUS => read.fill(self.status()),
            op::READ_STATUS_2 => read.fill(self.status2),
            _ if self.work.is_some() => self.wear.ignored += 1,
            op::WRITE_ENABLE => self.write_enabled = true,
            op::WRITE_DISABLE => self.write_enabled = false,
            op::ENTER_4B => self.four_byte = true,
            op::EXIT_4B => self.four_byte = false,
            op::READ_ID => {
                let id = [JEDEC[0], JEDEC[1], capacity_code(self.size)];
                for (byte, id) in read.iter_mut().zip(id.iter().cycle()) {
                    *byte = *id;
                }
            }
            op::RELEASE => read.fill(capacity_code(self.size).wrapping_sub(1)),
            op::READ_SFDP => self.sfdp(rest, read),
            op::READ | op::READ_4B => self.read(*opcode, rest, 0, read),
            op::FAST_READ | op::FAST_READ_4B | op::DUAL_OUT | op::QUAD_OUT => {
                self.read(*opcode, rest, 1, read);
            }
            opcode => self.change(now, opcode, rest),
        }
    }

    fn status(&self) -> u8 {
        let mut status = 0;
        if self.work.is_some() {
            status |= STATUS_BUSY;
        }
        if self.write_enabled {
            status |= STATUS_WRITE_ENABLED;
        }
        status
    }

    /// How many address bytes follow an opcode.
    const fn address_len(&self, opcode: u8) -> usize {
        match opcode {
            op::READ_4B
            | op::FAST_READ_4B
            | op::PROGRAM_4B
            | op::ERASE_4K_4B
            | op::ERASE_64K_4B => 4,
            _ if self.four_byte => 4,
            _ => 3,
        }
    }

    fn address<'a>(&self, opcode: u8, rest: &'a [u8]) -> Option<(u32, &'a [u8])> {
        let len = self.address_len(opcode);
        let bytes = rest.get(..len)?;
        let address = bytes
            .iter()
            .fold(0, |sum, byte| sum << 8 | u32::from(*byte));
        Some((address % self.size, rest.get(len..)?))
    }

    fn read(&self, opcode: u8, rest: &[u8], dummy: usize, read: &mut [u8]) {
        if let Some((address, after)) = self.address(opcode, rest) {
            if after.len() >= dummy {
                self.memory.read(address, read);
            }
        }
    }

    /// The smallest table that says it is SFDP (JESD216): its signature.
    fn sfdp(&self, rest: &[u8], read: &mut [u8]) {
        let start = match rest {
            [high, middle, low, _dummy, ..] => {
                usize::from(*high) << 16 | usize::from(*middle) << 8 | usize::from(*low)
            }
            _ => return,
        };
        let density = (u64::from(self.size) * 8 - 1).to_le_bytes();
        let mut table = [0xff; 0x40];
        table[..8].copy_from_slice(b"SFDP\x00\x01\x00\xff");
        // One parameter header: JEDEC basic table, 9 words, at 0x10.
        table[8..16].copy_from_slice(&[0x00, 0x00, 0x01, 0x09, 0x10, 0x00, 0x00, 0xff]);
        table[0x14..0x18].copy_from_slice(&density[..4]);
        for (byte, value) in read.iter_mut().zip(table.iter().skip(start)) {
            *byte = *value;
        }
    }

    /// The commands that change something and need the write enable latch.
    fn change(&mut self, now: Instant, opcode: u8, rest: &[u8]) {
        let erase = |address: u32, size: u32| Work::Erase {
            address: address / size * size,
            size,
        };
        let target = self.address(opcode, rest);
        let (work, time) = match (opcode, target) {
            (op::WRITE_STATUS, _) => {
                if let [_, second, ..] = rest {
                    self.status2 = *second;
                }
                (Work::Status, Duration::ZERO)
            }
            (op::WRITE_STATUS_2, _) => {
                self.status2 = rest.first().copied().unwrap_or(self.status2);
                (Work::Status, Duration::ZERO)
            }
            (op::PROGRAM | op::PROGRAM_4B, Some((address, data))) if !data.is_empty() => {
                // More than a page overwrites what the chip had taken.
                let data = data
                    .get(data.len().saturating_sub(PAGE as usize)..)
                    .unwrap_or(data)
                    .to_vec();
                (Work::Program { address, data }, self.times.program)
            }
            (op::ERASE_4K | op::ERASE_4K_4B, Some((at, _))) => {
                (erase(at, SECTOR), self.times.erase_4k)
            }
            (op::ERASE_32K, Some((at, _))) => (erase(at, 0x8000), self.times.erase_32k),
            (op::ERASE_64K | op::ERASE_64K_4B, Some((at, _))) => {
                (erase(at, 0x1_0000), self.times.erase_64k)
            }
            (op::ERASE_CHIP | op::ERASE_CHIP_ALT, _) => (
                erase(0, self.size),
                self.times.erase_chip_per_mb * (self.size >> 20).max(1),
            ),
            _ => {
                self.wear.ignored += 1;
                return;
            }
        };
        if !self.write_enabled {
            self.wear.ignored += 1;
            return;
        }
        match &work {
            Work::Erase { size, .. } => {
                self.wear.erases += 1;
                self.wear.sectors_erased += u64::from(size / SECTOR);
            }
            Work::Program { .. } => self.wear.programs += 1,
            Work::Status => {}
        }
        self.work = Some((work, now, now + time));
        self.settle(now);
    }
}

/// The third byte of the JEDEC id: the size's power of two, which goes on
/// with 20 (hex) after 64 MB on some makers' chips, but not on this one's.
fn capacity_code(size: u32) -> u8 {
    u8::try_from(size.trailing_zeros()).unwrap_or(0)
}

#[cfg(test)]
mod tests;
