//! The flash as memory: which page of it the MMU shows where (TRM, "System and
//! Memory", "External Memory"; register header).
//!
//! Loads go to the flash each time, as there is no cache to keep what came; they
//! take no time. Code in it is not executed: no ROM does that.

use super::{Device, Io, Shown};
use crate::sim::soc::registers::{Habit, Registers};

/// What differs between the MMUs of chips.
#[derive(Debug)]
pub struct FlashCacheLayout {
    /// Where the flash is seen.
    pub windows: &'static [FlashWindow],
    /// Where the entries are, one for a page of 64 KiB.
    pub entries: MmuEntries,
    /// The bit of an entry that says whether it counts, and its value then.
    pub valid: (u32, u32),
    /// The bits of an entry that are the page's number.
    pub page: u32,
    /// What is read where no page is shown; none if that is a fault.
    pub nothing: Option<u32>,
    /// The registers that invalidate it, load it ahead and freeze it: here all
    /// of that is done at once.
    pub control: &'static [Habit],
}

/// Addresses at which the flash is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlashWindow {
    /// First address, a multiple of 64 KiB.
    pub start: u32,
    /// Bytes.
    pub len: u32,
    /// The number of the entry for the first page.
    pub first_entry: u32,
}

impl FlashWindow {
    /// So many bytes from `start` on, shown by the entries from the first one on.
    #[must_use]
    pub const fn new(start: u32, len: u32) -> Self {
        Self {
            start,
            len,
            first_entry: 0,
        }
    }
}

/// Where an MMU's entries are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MmuEntries {
    /// In so many registers, one after the other.
    Table(u32),
    /// Behind a register for the entry of the number in the register after it.
    Indexed,
}

impl FlashCacheLayout {
    /// ESP32-C6 and H2.
    pub const C6: Self = Self {
        windows: &[FlashWindow::new(0x4200_0000, 0x100_0000)],
        entries: MmuEntries::Indexed,
        valid: (1 << 9, 1 << 9),
        page: 0x1ff,
        nothing: None,
        control: &[
            // CACHE_L1_CACHE_FREEZE_CTRL, LOCK_CTRL, SYNC_CTRL, PRELOAD_CTRL,
            // AUTOLOAD_CTRL.
            Habit::echo(0x600c_802c, 1 << 16, 1 << 18),
            Habit::done(0x600c_8088, 0b11, 1 << 2),
            Habit::done(0x600c_8098, 0xf, 1 << 4),
            Habit::done(0x600c_80d8, 1 << 0, 1 << 1),
            Habit::ones(0x600c_8134, 1 << 1),
        ],
    };
    /// ESP32-C5 and C61.
    pub const C5: Self = Self {
        windows: &[FlashWindow::new(0x4200_0000, 0x200_0000)],
        entries: MmuEntries::Indexed,
        valid: (1 << 10, 1 << 10),
        page: 0x1ff,
        nothing: None,
        control: &[
            // CACHE_L1_CACHE_FREEZE_CTRL, LOCK_CTRL, SYNC_CTRL, PRELOAD_CTRL,
            // AUTOLOAD_CTRL.
            Habit::echo(0x600c_8028, 1 << 16, 1 << 18),
            Habit::done(0x600c_8084, 0b11, 1 << 2),
            Habit::done(0x600c_8094, 0xf, 1 << 4),
            Habit::done(0x600c_80d4, 1 << 0, 1 << 1),
            Habit::ones(0x600c_8130, 1 << 1),
        ],
    };

    /// Bytes of registers.
    pub(super) const fn len(&self) -> u32 {
        match self.entries {
            MmuEntries::Table(count) => count * 4,
            MmuEntries::Indexed => 8,
        }
    }
}

const CONTENT: u32 = 0;
const INDEX: u32 = 4;

/// Most entries behind an index.
const MOST: usize = 1024;
/// Bytes in a page, as a shift.
const PAGE: u32 = 16;

/// The MMU.
pub(super) struct FlashCache {
    base: u32,
    layout: &'static FlashCacheLayout,
    /// The entries behind the index.
    indexed: Vec<u32>,
}

impl FlashCache {
    pub(super) fn new(base: u32, layout: &'static FlashCacheLayout) -> Self {
        let count = match layout.entries {
            MmuEntries::Table(_) => 0,
            MmuEntries::Indexed => MOST,
        };
        Self {
            base,
            layout,
            indexed: vec![0; count],
        }
    }

    /// The entry that the index is at.
    fn index(&self, registers: &Registers) -> usize {
        registers.get(self.base + INDEX) as usize % MOST
    }
}

impl Device for FlashCache {
    fn load(&mut self, offset: u32, io: &mut Io<'_, '_>) -> Option<u32> {
        match (self.layout.entries, offset) {
            (MmuEntries::Indexed, CONTENT) => self.indexed.get(self.index(io.registers)).copied(),
            _ => None,
        }
    }

    fn store(&mut self, offset: u32, value: u32, io: &mut Io<'_, '_>) {
        if (self.layout.entries, offset) == (MmuEntries::Indexed, CONTENT) {
            let index = self.index(io.registers);
            if let Some(entry) = self.indexed.get_mut(index) {
                *entry = value;
            }
        }
    }

    fn shown(&self, address: u32, registers: &Registers) -> Option<Shown> {
        let within = |window: &&FlashWindow| address.wrapping_sub(window.start) < window.len;
        let window = self.layout.windows.iter().find(within)?;
        let at = address - window.start;
        let number = (at >> PAGE) + window.first_entry;
        let entry = match self.layout.entries {
            MmuEntries::Table(count) if number < count => registers.get(self.base + 4 * number),
            MmuEntries::Table(_) => return None,
            MmuEntries::Indexed => self.indexed.get(number as usize).copied()?,
        };
        let (valid, value) = self.layout.valid;
        let page = entry & self.layout.page;
        if entry & valid == value {
            Some(Shown::Flash(page << PAGE | at & ((1 << PAGE) - 1)))
        } else {
            self.layout.nothing.map(Shown::Word)
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::sim::Link;
    use crate::sim::chip::{ESP32C3, ESP32C6};
    use crate::sim::cpu::FaultKind;
    use crate::sim::soc::bench::Bench;

    #[test]
    fn a_table_says_which_page_is_where() {
        const TABLE: u32 = 0x600c_5000;
        let mut bench = Bench::new(&ESP32C3, Link::default());
        bench.flash.poke(0x2_0010, b"abcdefgh");
        for number in 0..128 {
            bench.store(TABLE + 4 * number, 1 << 8);
        }
        bench.store(TABLE + 4, 2);
        for window in [0x3c00_0000, 0x4200_0000] {
            assert_eq!(bench.load(window + 0x1_0014).to_le_bytes(), *b"efgh");
            let fault = bench.try_load(window + 0x2_0014).unwrap_err();
            assert_eq!(fault.kind, FaultKind::Unmapped);
        }
    }

    #[test]
    fn entries_are_behind_an_index() {
        const CONTENT: u32 = 0x6000_237c;
        let mut bench = Bench::new(&ESP32C6, Link::default());
        bench.flash.poke(0x2_0010, b"abcdefgh");
        for (number, entry) in [(1, 1 << 9 | 2), (2, 2)] {
            bench.store(CONTENT + 4, number);
            bench.store(CONTENT, entry);
        }
        assert_eq!(bench.load(CONTENT), 2);
        assert_eq!(bench.load(0x4201_0014).to_le_bytes(), *b"efgh");
        assert!(bench.try_load(0x4202_0014).is_err());
        assert!(bench.try_load(0x4200_0014).is_err());
    }
}
