//! RAM and ROM, at all the addresses where a chip shows them.

use super::bus::{FaultKind, Width};

/// What is mapped is mapped in pages of so many bytes.
const PAGE: u32 = 1 << PAGE_BITS;
const PAGE_BITS: u32 = 12;
const PAGES: usize = 1 << (32 - PAGE_BITS);
const OFFSET: u32 = PAGE - 1;

// Bits of an entry of the page table, below the offset of its first byte.
// An entry without any of the first four goes the slow way.
const LOAD_ANY: u32 = 1 << 0;
const LOAD_WORD: u32 = 1 << 1;
const STORE_ANY: u32 = 1 << 2;
const STORE_WORD: u32 = 1 << 3;
/// Something is there, however it can be accessed.
const MAPPED: u32 = 1 << 4;

/// How a piece of memory can be accessed at one of its addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Read and written with any width.
    Ram,
    /// Read with any width; a store is refused.
    Rom,
    /// Read with any width; a store is lost.
    RomLoses,
    /// Read and written in aligned words only.
    RamWords,
    /// Read in aligned words only; a store is refused.
    RomWords,
    /// As [`Rule::RamWords`], but the first word here is the last one there.
    RamWordsReversed,
    /// As [`Rule::Rom`], but the code in it is not at hand: what a core would
    /// execute there, nobody knows.
    Absent,
}

/// Memory that cannot be laid out so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "memory at {start:#x}, {len:#x} bytes: not whole pages of 4 KiB, or something else is there"
)]
pub struct MapError {
    /// Where it should have begun.
    pub start: u32,
    /// How long it should have been, in bytes.
    pub len: u32,
}

/// The outcome of an access that is not of the common kind.
pub(super) enum Access {
    Done(u32),
    Refused(FaultKind),
    /// No memory is there.
    Elsewhere,
}

/// A range of addresses and what is there.
#[derive(Clone, Copy, Debug)]
struct Region {
    start: u32,
    len: u32,
    /// Of its first byte in `bytes`.
    offset: u32,
    rule: Rule,
}

impl Region {
    /// The offset in `bytes` of an address in this region.
    const fn offset_of(&self, address: u32) -> u32 {
        let at = address.wrapping_sub(self.start);
        match self.rule {
            Rule::RamWordsReversed => self.offset + (self.len - 4 - (at & !3)) + (at & 3),
            _ => self.offset + at,
        }
    }

    /// The page table's flags for its pages while they hold no decoded code.
    const fn flags(&self) -> u32 {
        match self.rule {
            Rule::Ram => LOAD_ANY | LOAD_WORD | STORE_ANY | STORE_WORD,
            Rule::Rom | Rule::RomLoses | Rule::Absent => LOAD_ANY | LOAD_WORD,
            Rule::RamWords => LOAD_WORD | STORE_WORD,
            Rule::RomWords => LOAD_WORD,
            Rule::RamWordsReversed => 0,
        }
    }
}

/// All RAM and ROM of a chip.
///
/// The same bytes can be there at several addresses ([`Memory::alias`]), under
/// different rules. Words that a core has decoded are marked
/// ([`Memory::mark_code`]); a store to one of them, at whichever address,
/// begins a new [`Memory::generation`] and takes all marks away.
pub struct Memory {
    bytes: Vec<u8>,
    /// For each page of the address space the offset in `bytes`, and flags.
    pages: Box<[u32; PAGES]>,
    regions: Vec<Region>,
    /// One for each word of `bytes`: not zero if it has been decoded.
    code: Vec<u8>,
    marked: Vec<u32>,
    generation: u64,
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

impl Memory {
    /// None at all.
    #[must_use]
    pub fn new() -> Self {
        let pages: Box<[u32]> = vec![0; PAGES].into_boxed_slice();
        Self {
            bytes: vec![],
            // The length is right, so that the other arm is never taken.
            pages: pages.try_into().unwrap_or_else(|_| Box::new([0; PAGES])),
            regions: vec![],
            code: vec![],
            marked: vec![],
            generation: 0,
        }
    }

    /// Adds `len` zero bytes at `start`.
    ///
    /// # Errors
    /// Both must be multiples of 4 KiB, and nothing may be there yet.
    pub fn add(&mut self, start: u32, len: u32, rule: Rule) -> Result<(), MapError> {
        let fail = MapError { start, len };
        let offset = u32::try_from(self.bytes.len()).map_err(|_| fail)?;
        let end = offset.checked_add(len).ok_or(fail)?;
        self.map(Region {
            start,
            len,
            offset,
            rule,
        })?;
        self.bytes.resize(end as usize, 0);
        self.code.resize(end as usize / 4, 0);
        Ok(())
    }

    /// Shows `len` bytes that are at `of` at `start` as well, under a rule of
    /// its own.
    ///
    /// # Errors
    /// As [`Memory::add`]; at `of` there must be one piece of memory that is
    /// long enough.
    pub fn alias(&mut self, start: u32, len: u32, of: u32, rule: Rule) -> Result<(), MapError> {
        let fail = MapError { start, len };
        let there = self.region(of).ok_or(fail)?;
        let room = there.len - (of - there.start);
        if len > room || there.rule == Rule::RamWordsReversed {
            return Err(fail);
        }
        let offset = there.offset_of(of);
        self.map(Region {
            start,
            len,
            offset,
            rule,
        })
    }

    fn map(&mut self, region: Region) -> Result<(), MapError> {
        let Region { start, len, .. } = region;
        let fail = MapError { start, len };
        let last = len.checked_sub(1).and_then(|len| start.checked_add(len));
        let last = last.ok_or(fail)?;
        let free = self
            .pages
            .get(page(start)..=page(last))
            .is_some_and(|pages| pages.iter().all(|entry| *entry == 0));
        if start % PAGE != 0 || len % PAGE != 0 || region.offset % PAGE != 0 || !free {
            return Err(fail);
        }
        for at in 0..len / PAGE {
            let address = start + at * PAGE;
            let offset = match region.rule {
                Rule::RamWordsReversed => region.offset,
                _ => region.offset + at * PAGE,
            };
            self.pages[page(address)] = offset | region.flags() | MAPPED;
        }
        self.regions.push(region);
        Ok(())
    }

    /// Loads in the common case; none if it has to be looked at more closely.
    #[inline(always)]
    pub(super) fn load(&self, address: u32, width: Width) -> Option<u32> {
        let entry = self.pages[page(address)];
        let wanted = match width {
            Width::B4 => LOAD_WORD,
            _ => LOAD_ANY,
        };
        if entry & wanted == 0 || address & (width.bytes() - 1) != 0 {
            return None;
        }
        let at = (entry & !OFFSET | address & OFFSET) as usize;
        match width {
            Width::B1 => self.bytes.get(at).map(|byte| u32::from(*byte)),
            Width::B2 => {
                let bytes = self.bytes.get(at..at + 2)?;
                Some(u32::from(u16::from_le_bytes([bytes[0], bytes[1]])))
            }
            Width::B4 => {
                let bytes = self.bytes.get(at..at + 4)?;
                Some(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
            }
        }
    }

    /// Stores in the common case, and says whether that changed anything; none
    /// if it has to be looked at more closely.
    #[inline(always)]
    pub(super) fn store(&mut self, address: u32, width: Width, value: u32) -> Option<bool> {
        let entry = self.pages[page(address)];
        let wanted = match width {
            Width::B4 => STORE_WORD,
            _ => STORE_ANY,
        };
        if entry & wanted == 0 || address & (width.bytes() - 1) != 0 {
            return None;
        }
        let at = (entry & !OFFSET | address & OFFSET) as usize;
        let len = width.bytes() as usize;
        let bytes = self.bytes.get_mut(at..at + len)?;
        let value = &value.to_le_bytes()[..len];
        let changes = *bytes != *value;
        bytes.copy_from_slice(value);
        Some(changes)
    }

    fn region(&self, address: u32) -> Option<Region> {
        self.regions
            .iter()
            .copied()
            .find(|region| address.wrapping_sub(region.start) < region.len)
    }

    /// Whether any memory is at an address.
    #[must_use]
    pub fn contains(&self, address: u32) -> bool {
        self.pages[page(address)] != 0
    }

    /// Where in `bytes` an access goes that is in one region as a whole, or
    /// why it cannot be made.
    fn place(&self, address: u32, width: Width) -> Result<(Region, usize), Access> {
        let region = self.region(address).ok_or(Access::Elsewhere)?;
        let words_only = matches!(
            region.rule,
            Rule::RamWords | Rule::RomWords | Rule::RamWordsReversed
        );
        if words_only && width != Width::B4 {
            return Err(Access::Refused(FaultKind::Width));
        }
        if words_only && address % 4 != 0 {
            return Err(Access::Refused(FaultKind::Misaligned));
        }
        Ok((region, region.offset_of(address) as usize))
    }

    #[cold]
    pub(super) fn load_slowly(&self, address: u32, width: Width) -> Access {
        if let Err(access) = self.place(address, width) {
            return access;
        }
        let mut value = 0;
        for at in 0..width.bytes() {
            match self.byte_at(address.wrapping_add(at)) {
                Some(byte) => value |= u32::from(byte) << (at * 8),
                None => return Access::Refused(FaultKind::Unmapped),
            }
        }
        Access::Done(value)
    }

    fn byte_at(&self, address: u32) -> Option<u8> {
        let region = self.region(address)?;
        self.bytes.get(region.offset_of(address) as usize).copied()
    }

    /// Stores; what is done is 0 if it changed nothing.
    #[cold]
    pub(super) fn store_slowly(&mut self, address: u32, width: Width, value: u32) -> Access {
        let region = match self.place(address, width) {
            Ok((region, _)) => region,
            Err(access) => return access,
        };
        match region.rule {
            Rule::Rom | Rule::RomWords | Rule::Absent => {
                return Access::Refused(FaultKind::ReadOnly);
            }
            Rule::RomLoses => return Access::Done(0),
            Rule::Ram | Rule::RamWords | Rule::RamWordsReversed => {}
        }
        let mut changes = 0;
        for (at, byte) in (0..width.bytes()).zip(value.to_le_bytes()) {
            let Some(region) = self.region(address.wrapping_add(at)) else {
                return Access::Refused(FaultKind::Unmapped);
            };
            let offset = region.offset_of(address.wrapping_add(at)) as usize;
            if self.code.get(offset / 4).is_some_and(|mark| *mark != 0) {
                self.forget_code();
                changes = 1;
            }
            if let Some(cell) = self.bytes.get_mut(offset) {
                changes |= u32::from(*cell != byte);
                *cell = byte;
            }
        }
        Access::Done(changes)
    }

    /// Whether code belongs at an address, but is not at hand.
    #[must_use]
    pub fn is_absent(&self, address: u32) -> bool {
        self.region(address)
            .is_some_and(|region| region.rule == Rule::Absent)
    }

    /// Four bytes of code at an address; the last two are zero where memory
    /// ends before them.
    #[must_use]
    pub fn fetch(&self, address: u32) -> Option<u32> {
        let word = |address: u32| {
            let region = self.region(address)?;
            if region.rule == Rule::Absent {
                return None;
            }
            let at = region.offset_of(address & !3) as usize;
            let bytes = self.bytes.get(at..at + 4)?;
            Some(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
        };
        let shift = address % 4 * 8;
        let low = word(address)? >> shift;
        if shift == 0 {
            return Some(low);
        }
        let high = word(address.wrapping_add(4)).unwrap_or(0);
        Some(low | high << (32 - shift))
    }

    /// Notes that what is at `address`, so many bytes long, has been decoded.
    pub fn mark_code(&mut self, address: u32, len: u32) {
        let mut at = address & !3;
        while at.wrapping_sub(address & !3) < len + address % 4 {
            if let Some(region) = self.region(at) {
                let offset = region.offset_of(at);
                let mark = self.code.get_mut(offset as usize / 4);
                if mark.is_some_and(|mark| std::mem::replace(mark, 1) == 0) {
                    self.marked.push(offset / 4);
                    self.watch(offset);
                }
            }
            at = at.wrapping_add(4);
        }
    }

    /// Sends stores to the page of this byte the slow way, at all its
    /// addresses.
    fn watch(&mut self, offset: u32) {
        for region in &self.regions {
            let Some(at) = (offset & !OFFSET).checked_sub(region.offset) else {
                continue;
            };
            if at < region.len {
                self.pages[page(region.start + at)] &= !(STORE_ANY | STORE_WORD);
            }
        }
    }

    /// Grows whenever code that had been decoded was overwritten.
    #[must_use]
    pub const fn generation(&self) -> u64 {
        self.generation
    }

    fn forget_code(&mut self) {
        self.generation += 1;
        for word in std::mem::take(&mut self.marked) {
            if let Some(mark) = self.code.get_mut(word as usize) {
                *mark = 0;
            }
        }
        for region in &self.regions {
            for at in 0..region.len / PAGE {
                self.pages[page(region.start + at * PAGE)] |= region.flags();
            }
        }
    }

    /// Bytes as they are, for whoever looks from outside; none where not all
    /// of them are memory.
    #[must_use]
    pub fn peek(&self, address: u32, len: usize) -> Option<Vec<u8>> {
        let last = u32::try_from(len).ok()?;
        (0..last)
            .map(|at| self.byte_at(address.checked_add(at)?))
            .collect()
    }

    /// Puts bytes in place, read-only or not; returns how many of them fell
    /// on memory.
    pub fn poke(&mut self, address: u32, bytes: &[u8]) -> usize {
        self.forget_code();
        let mut placed = 0;
        for (at, byte) in (0..).zip(bytes) {
            let address = address.wrapping_add(at);
            let Some(region) = self.region(address) else {
                continue;
            };
            if let Some(cell) = self.bytes.get_mut(region.offset_of(address) as usize) {
                *cell = *byte;
                placed += 1;
            }
        }
        placed
    }
}

/// The page table's index of an address.
#[inline(always)]
const fn page(address: u32) -> usize {
    (address >> PAGE_BITS) as usize
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Memory")
            .field("regions", &self.regions)
            .field("generation", &self.generation)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
