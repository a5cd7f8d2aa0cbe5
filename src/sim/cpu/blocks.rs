//! Decoded code, kept.

/// Entries of the table, a power of two.
const ENTRIES: usize = 1 << 13;
/// Operations that are kept before all are thrown away.
const MOST_OPERATIONS: usize = 1 << 17;

/// Runs of decoded instructions without a jump into or out of them, found by
/// the address of the first.
///
/// They are good for one [generation](super::Memory::generation) of code.
#[derive(Debug)]
pub struct Blocks<O> {
    operations: Vec<O>,
    entries: Vec<Entry>,
    generation: u64,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    pc: u32,
    start: u32,
    len: u32,
}

impl Entry {
    const NONE: Self = Self {
        pc: 0,
        start: 0,
        len: 0,
    };
}

impl<O> Default for Blocks<O> {
    fn default() -> Self {
        Self::new()
    }
}

impl<O> Blocks<O> {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            operations: vec![],
            entries: vec![Entry::NONE; ENTRIES],
            generation: 0,
        }
    }

    /// Throws away what was decoded from another generation of code.
    #[inline(always)]
    pub fn refresh(&mut self, generation: u64) {
        if self.generation != generation {
            self.clear();
            self.generation = generation;
        }
    }

    /// Throws all away.
    #[cold]
    pub fn clear(&mut self) {
        self.operations.clear();
        self.entries.fill(Entry::NONE);
    }

    /// The block that begins at `pc`; empty if there is none.
    #[inline(always)]
    #[must_use]
    pub fn find(&self, pc: u32) -> &[O] {
        let entry = self.entries[slot(pc) & (ENTRIES - 1)];
        if entry.pc != pc {
            return &[];
        }
        let start = entry.start as usize;
        self.operations
            .get(start..start + entry.len as usize)
            .unwrap_or(&[])
    }

    /// Keeps the block that begins at `pc`.
    pub fn insert(&mut self, pc: u32, operations: Vec<O>) {
        if self.operations.len() + operations.len() > MOST_OPERATIONS {
            self.clear();
        }
        let (Ok(start), Ok(len)) = (
            u32::try_from(self.operations.len()),
            u32::try_from(operations.len()),
        ) else {
            return;
        };
        self.operations.extend(operations);
        if let Some(entry) = self.entries.get_mut(slot(pc)) {
            *entry = Entry { pc, start, len };
        }
    }
}

#[inline(always)]
const fn slot(pc: u32) -> usize {
    (pc >> 1 ^ pc >> 14) as usize & (ENTRIES - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_put_in_and_no_other() {
        let mut blocks = Blocks::new();
        blocks.insert(0x4000_0000, vec![1, 2, 3]);
        blocks.insert(0x4000_0002, vec![2, 3]);
        // The same slot as the first.
        let rival = (0x4000_0004..)
            .step_by(2)
            .find(|pc| slot(*pc) == slot(0x4000_0000));
        assert_eq!(blocks.find(0x4000_0000), [1, 2, 3]);
        assert_eq!(blocks.find(0x4000_0002), [2, 3]);
        assert_eq!(blocks.find(0x4000_0004), []);
        let rival = rival.unwrap();
        assert_eq!(blocks.find(rival), []);
        blocks.insert(rival, vec![9]);
        assert_eq!(blocks.find(rival), [9]);
        assert_eq!(blocks.find(0x4000_0000), []);
        // Nothing was ever decoded at address 0.
        assert_eq!(blocks.find(0), []);
    }

    #[test]
    fn another_generation_empties_it() {
        let mut blocks = Blocks::new();
        blocks.insert(4, vec!['a']);
        blocks.refresh(0);
        assert_eq!(blocks.find(4), ['a']);
        blocks.refresh(1);
        assert_eq!(blocks.find(4), []);
    }

    #[test]
    fn stays_bounded() {
        let mut blocks = Blocks::new();
        for pc in 0..10_000 {
            blocks.insert(pc * 2, vec![0_u8; 100]);
            assert!(blocks.operations.len() <= MOST_OPERATIONS);
        }
    }
}
