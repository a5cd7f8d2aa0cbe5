//! A NOR flash chip, seen from its SPI pins.
//!
//! Figures and opcodes are those of the W25Q32 class (Winbond W25Q32JV data
//! sheet, "Instruction Set Table", "AC Electrical Characteristics"). Suspend
//! and resume, security registers, single block locks and continuous reads
//! are not there.

mod figures;
mod memory;
mod op;
mod sfdp;
mod status;

pub use figures::{NorTimes, SectorWear, Wear};
pub use memory::FlashFile;
use memory::Memory;
use op::{Address, Op, What};
use status::{Lasting, Status};
use std::collections::HashMap;

use crate::time::Instant;

/// Bytes in a page, the most that one program command writes.
pub const PAGE: u32 = 0x100;
/// Bytes in a sector, the least that can be erased.
pub const SECTOR: u32 = 0x1000;

/// What the flash is busy with.
#[derive(Clone, Debug)]
enum Work {
    Erase { address: u32, size: u32 },
    Program { address: u32, data: Vec<u8> },
    Status { first: usize, values: Vec<u8> },
}

/// Work, from when to when.
#[derive(Clone, Debug)]
struct Busy {
    work: Work,
    start: Instant,
    end: Instant,
}

/// What a flash may be told next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mood {
    Awake,
    /// After power-down.
    Asleep,
    /// After enable-reset.
    MayReset,
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
    volatile_status: bool,
    four_byte: bool,
    mood: Mood,
    status: Status,
    busy: Option<Busy>,
    wear: Wear,
    sectors: HashMap<u32, SectorWear>,
}

/// JEDEC manufacturer id (Winbond) and memory type (Q-JV); the capacity
/// follows from the size.
const JEDEC: [u8; 2] = [0xef, 0x40];
/// The id of this very flash.
const UNIQUE_ID: [u8; 8] = *b"virtual1";
/// Dummy bytes before it.
const UNIQUE_ID_DUMMIES: usize = 4;

impl NorFlash {
    /// A blank flash of `size` bytes, rounded up to a power of two from 64 KB
    /// to 2 GB.
    #[must_use]
    pub fn new(size: u32, times: NorTimes) -> Self {
        let size = size.clamp(0x1_0000, 1 << 31).next_power_of_two();
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
            volatile_status: false,
            four_byte: false,
            mood: Mood::Awake,
            status: Status::new(),
            busy: None,
            wear: Wear::default(),
            sectors: HashMap::new(),
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

    /// What has been done to the sector that `address` is in.
    #[must_use]
    pub fn sector_wear(&self, address: u32) -> SectorWear {
        let sector = address % self.size / SECTOR;
        self.sectors.get(&sector).copied().unwrap_or_default()
    }

    /// When what it is busy with ends, if it is busy.
    #[must_use]
    pub fn busy_until(&self) -> Option<Instant> {
        self.busy.as_ref().map(|busy| busy.end)
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

    /// The power goes: what it was busy with stays half done, from its first
    /// byte to where the time ran out.
    pub fn cut_power(&mut self, now: Instant) {
        self.settle(now);
        self.abandon(now);
        self.status.power_up();
        self.start_over();
    }

    /// Stops in the middle of what it is busy with.
    fn abandon(&mut self, now: Instant) {
        let Some(Busy { work, start, end }) = self.busy.take() else {
            return;
        };
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
            Work::Status { .. } => {}
        }
    }

    /// Forgets what does not outlast a reset.
    const fn start_over(&mut self) {
        self.write_enabled = false;
        self.volatile_status = false;
        self.four_byte = false;
        self.mood = Mood::Awake;
    }

    /// Ends what is over by now.
    pub(super) fn settle(&mut self, now: Instant) {
        if let Some(Busy { work, .. }) = self.busy.take_if(|busy| busy.end <= now) {
            match work {
                Work::Erase { address, size } => self.memory.fill(address, size),
                Work::Program { address, data } => self.clear_bits(address, &data),
                Work::Status { first, values } => {
                    self.status.write(first, &values, Lasting::Forever);
                }
            }
            self.write_enabled = false;
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
        self.go_on(now, out, 0, read);
    }

    /// As [`NorFlash::transfer`], the first `received` of the bytes having been
    /// received before.
    pub(in crate::sim) fn go_on(
        &mut self,
        now: Instant,
        out: &[u8],
        received: u32,
        read: &mut [u8],
    ) {
        self.settle(now);
        read.fill(0xff);
        let Some((code, rest)) = out.split_first() else {
            return;
        };
        let mood = std::mem::replace(&mut self.mood, Mood::Awake);
        let op = Op::of(*code);
        let what = op.map(|op| op.what);
        match (mood, what) {
            (Mood::Asleep, Some(What::Release)) => {}
            (Mood::Asleep, _) => {
                self.mood = Mood::Asleep;
                self.wear.ignored += 1;
                return;
            }
            _ => {}
        }
        match (op, self.busy.is_some()) {
            (Some(op), false) => self.obey_on(now, (op, rest, mood), received, read),
            (Some(op), true) if matches!(op.what, What::ReadStatus(_) | What::EnableReset) => {
                self.obey_on(now, (op, rest, mood), received, read);
            }
            (Some(op), true) if (mood, op.what) == (Mood::MayReset, What::Reset) => {
                self.obey_on(now, (op, rest, mood), received, read);
            }
            _ => self.wear.ignored += 1,
        }
    }

    /// Obeys, and leaves out what has been received before.
    fn obey_on(
        &mut self,
        now: Instant,
        (op, rest, mood): (&Op, &[u8], Mood),
        received: u32,
        read: &mut [u8],
    ) {
        // A read may go on for as long as one likes; the others are short.
        if received == 0 || matches!(op.what, What::Read(_)) {
            return self.obey(now, (op, rest, mood), received, read);
        }
        let received = received as usize;
        let mut whole = vec![0xff; received + read.len()];
        self.obey(now, (op, rest, mood), 0, &mut whole);
        read.copy_from_slice(&whole[received..]);
    }

    /// Obeys; a read begins so many bytes behind its address.
    fn obey(
        &mut self,
        now: Instant,
        (op, rest, mood): (&Op, &[u8], Mood),
        behind: u32,
        read: &mut [u8],
    ) {
        match op.what {
            What::ReadStatus(number) => read.fill(self.read_status(number)),
            What::WriteEnable => self.write_enabled = true,
            What::WriteEnableVolatile => self.volatile_status = true,
            What::WriteDisable => self.write_enabled = false,
            What::EnterFourByte => self.four_byte = true,
            What::ExitFourByte => self.four_byte = false,
            What::PowerDown => self.mood = Mood::Asleep,
            What::EnableReset => self.mood = Mood::MayReset,
            What::Reset if mood == Mood::MayReset => {
                self.abandon(now);
                self.status.power_up();
                self.start_over();
            }
            What::Reset => self.wear.ignored += 1,
            What::Release => read.fill(capacity_code(self.size).wrapping_sub(1)),
            What::ReadId => {
                let id = [JEDEC[0], JEDEC[1], capacity_code(self.size)];
                for (slot, byte) in read.iter_mut().zip(id.iter().cycle()) {
                    *slot = *byte;
                }
            }
            What::ReadUniqueId => {
                if rest.len() >= UNIQUE_ID_DUMMIES {
                    for (slot, byte) in read.iter_mut().zip(UNIQUE_ID) {
                        *slot = byte;
                    }
                }
            }
            What::ReadSfdp => self.read_sfdp(rest, read),
            What::Read(dummies) => {
                if let Some((address, after)) = self.address(op, rest) {
                    if after.len() >= dummies {
                        self.memory.read(address.wrapping_add(behind), read);
                    }
                }
            }
            What::WriteStatus(first) if self.volatile_status => {
                self.volatile_status = false;
                self.status.write(first, rest, Lasting::UntilPowerIsCut);
            }
            What::WriteStatus(_) | What::Program | What::Erase(_) | What::EraseChip => {
                self.change(now, op, rest);
            }
        }
    }

    fn read_status(&self, number: usize) -> u8 {
        let mut register = self.status.register(number);
        if number == 0 {
            if self.busy.is_some() {
                register |= status::BUSY;
            }
            if self.write_enabled {
                register |= status::WRITE_ENABLED;
            }
        }
        register
    }

    /// Address and what comes behind it.
    fn address<'a>(&self, op: &Op, rest: &'a [u8]) -> Option<(u32, &'a [u8])> {
        let len = match op.address {
            Address::None => 0,
            Address::ByMode if !self.four_byte => 3,
            Address::ByMode | Address::Four => 4,
        };
        let (bytes, after) = rest.split_at_checked(len)?;
        let address = bytes
            .iter()
            .fold(0, |sum, byte| sum << 8 | u32::from(*byte));
        Some((address % self.size, after))
    }

    fn read_sfdp(&self, rest: &[u8], read: &mut [u8]) {
        if let [high, middle, low, _dummy, ..] = rest {
            let start = u32::from_be_bytes([0, *high, *middle, *low]) as usize;
            let table = sfdp::table(self.size);
            for (slot, byte) in read.iter_mut().zip(table.iter().skip(start)) {
                *slot = *byte;
            }
        }
    }

    /// What changes something and needs the write enable latch.
    fn change(&mut self, now: Instant, op: &Op, rest: &[u8]) {
        let work = match (op.what, self.address(op, rest)) {
            (What::WriteStatus(first), _) => Some(Work::Status {
                first,
                values: rest.to_vec(),
            }),
            (What::Program, Some((address, data))) if !data.is_empty() => {
                // More than a page overwrites what the chip had taken.
                let skipped = data.len().saturating_sub(PAGE as usize);
                let address = page_address(address, skipped);
                let data = data.get(skipped..).unwrap_or(data).to_vec();
                Some(Work::Program { address, data })
            }
            (What::Erase(piece), Some((address, _))) => Some(Work::Erase {
                address: address / piece.size() * piece.size(),
                size: piece.size(),
            }),
            (What::EraseChip, _) => Some(Work::Erase {
                address: 0,
                size: self.size,
            }),
            _ => None,
        };
        let work = work.filter(|work| self.write_enabled && self.permits(work));
        let Some(work) = work else {
            self.wear.ignored += 1;
            return;
        };
        let time = match op.what {
            What::Program => self.times.program,
            What::Erase(piece) => self.times.erase(piece),
            What::EraseChip => self.times.erase_chip_per_mb * (self.size >> 20).max(1),
            _ => self.times.write_status,
        };
        self.count(&work);
        self.busy = Some(Busy {
            work,
            start: now,
            end: now + time,
        });
        self.settle(now);
    }

    /// Whether no protected place is touched.
    fn permits(&self, work: &Work) -> bool {
        let protected = self.status.protected(self.size);
        let (address, size) = match work {
            Work::Erase { address, size } => (*address, *size),
            Work::Program { address, .. } => (address / PAGE * PAGE, PAGE),
            Work::Status { .. } => return true,
        };
        address + (size - 1) < protected.start || address >= protected.end
    }

    fn count(&mut self, work: &Work) {
        match work {
            Work::Erase { address, size } => {
                self.wear.erases += 1;
                self.wear.sectors_erased += u64::from(size / SECTOR);
                for sector in address / SECTOR..(address + (size - 1)) / SECTOR + 1 {
                    self.sectors.entry(sector).or_default().erases += 1;
                }
            }
            Work::Program { address, .. } => {
                self.wear.programs += 1;
                let sector = self.sectors.entry(address / SECTOR).or_default();
                sector.programs += 1;
            }
            Work::Status { .. } => {}
        }
    }
}

/// The address `further` bytes on in the same page.
fn page_address(address: u32, further: usize) -> u32 {
    let further = u32::try_from(further % PAGE as usize).unwrap_or(0);
    address / PAGE * PAGE + (address % PAGE + further) % PAGE
}

/// The third byte of the JEDEC id: the size's power of two, which goes on
/// with 20 (hex) after 64 MB on some makers' chips, but not on this one's.
fn capacity_code(size: u32) -> u8 {
    u8::try_from(size.trailing_zeros()).unwrap_or(0)
}

#[cfg(test)]
mod tests;
