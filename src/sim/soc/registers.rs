//! Device registers: who owns which, and plain storage for those that nobody
//! models.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Addresses that belong to devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// First address, a multiple of 4.
    pub start: u32,
    /// Bytes, a multiple of 4.
    pub len: u32,
}

/// A register whose bits do something by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Habit {
    /// Its address.
    pub address: u32,
    /// Bits that always read as 1.
    pub ones: u32,
    /// Bits that always read as 0: those that are written to start something
    /// which is done at once, and those that stand for something that never
    /// happens here.
    pub zeros: u32,
    /// A bit that is written, and the one that echoes it, because what it asks
    /// for is done at once.
    pub echo: (u32, u32),
}

impl Habit {
    const NONE: Self = Self {
        address: 0,
        ones: 0,
        zeros: 0,
        echo: (0, 0),
    };

    /// These bits read as 1.
    #[must_use]
    pub const fn ones(address: u32, ones: u32) -> Self {
        Self {
            address,
            ones,
            ..Self::NONE
        }
    }

    /// These bits read as 0.
    #[must_use]
    pub const fn zeros(address: u32, zeros: u32) -> Self {
        Self {
            address,
            zeros,
            ..Self::NONE
        }
    }

    /// What the bits `starts` start is done at once, as the bit `done` says.
    #[must_use]
    pub const fn done(address: u32, starts: u32, done: u32) -> Self {
        Self {
            address,
            zeros: starts,
            ones: done,
            ..Self::NONE
        }
    }

    /// The bit `shown` reads as the bit `written`.
    #[must_use]
    pub const fn echo(address: u32, written: u32, shown: u32) -> Self {
        Self {
            address,
            echo: (written, shown),
            ..Self::NONE
        }
    }
}

/// Which registers that nobody models were accessed, for whoever wants to
/// know. Clones share what they hold.
#[derive(Clone, Debug, Default)]
pub struct Trace(Arc<Mutex<BTreeMap<u32, Touched>>>);

/// How a register was accessed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// How often it was read.
    pub loads: u64,
    /// How often it was written.
    pub stores: u64,
    /// What it held afterwards.
    pub value: u32,
}

impl Trace {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Addresses and what was done to them, in order.
    #[must_use]
    pub fn touched(&self) -> BTreeMap<u32, Touched> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn note(&self, address: u32, change: impl FnOnce(&mut Touched)) {
        let mut touched = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(touched.entry(address).or_default());
    }
}

/// Who answers for a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// Nobody: it is storage.
    Storage,
    /// The device of this number.
    Device(usize),
}

// Tags of registers: storage, storage with a habit, owned by device n - 2.
const PLAIN: u8 = 0;
const HABIT: u8 = 1;
const DEVICES: u8 = 2;

#[derive(Debug)]
struct Bank {
    window: Window,
    words: Vec<u32>,
    tags: Vec<u8>,
}

/// All device registers of a chip.
#[derive(Debug)]
pub(super) struct Registers {
    banks: Vec<Bank>,
    habits: Vec<Habit>,
    trace: Option<Trace>,
}

impl Registers {
    /// Registers that hold 0.
    pub(super) fn new(windows: &[Window], habits: &[Habit], trace: Option<Trace>) -> Self {
        let banks = windows.iter().map(|window| Bank {
            window: *window,
            words: vec![0; window.len as usize / 4],
            tags: vec![PLAIN; window.len as usize / 4],
        });
        let mut registers = Self {
            banks: banks.collect(),
            habits: habits.to_vec(),
            trace,
        };
        for habit in habits {
            registers.tag(habit.address, HABIT);
        }
        registers
    }

    fn find(&self, address: u32) -> Option<(usize, usize)> {
        self.banks.iter().enumerate().find_map(|(bank, it)| {
            let at = address.wrapping_sub(it.window.start);
            (at < it.window.len).then_some((bank, at as usize / 4))
        })
    }

    fn tag(&mut self, address: u32, tag: u8) {
        if let Some((bank, at)) = self.find(address) {
            if let Some(slot) = self.banks.get_mut(bank).and_then(|it| it.tags.get_mut(at)) {
                *slot = tag;
            }
        }
    }

    /// Gives `len` bytes of registers to a device.
    pub(super) fn give(&mut self, start: u32, len: u32, device: u8) {
        for address in (start..start.saturating_add(len)).step_by(4) {
            self.tag(address, DEVICES + device);
        }
    }

    /// Who answers for the register at an address; none where there is none.
    pub(super) fn owner(&self, address: u32) -> Option<Owner> {
        let (bank, at) = self.find(address)?;
        let tag = *self.banks.get(bank)?.tags.get(at)?;
        Some(match tag.checked_sub(DEVICES) {
            Some(device) => Owner::Device(usize::from(device)),
            None => Owner::Storage,
        })
    }

    /// What was stored last, whoever owns the register.
    pub(super) fn get(&self, address: u32) -> u32 {
        self.find(address)
            .and_then(|(bank, at)| self.banks.get(bank)?.words.get(at).copied())
            .unwrap_or(0)
    }

    /// Stores, whoever owns the register.
    pub(super) fn set(&mut self, address: u32, value: u32) {
        if let Some((bank, at)) = self.find(address) {
            if let Some(word) = self.banks.get_mut(bank).and_then(|it| it.words.get_mut(at)) {
                *word = value;
            }
        }
    }

    /// Whether somebody wants to know how often they are read.
    pub(super) const fn traced(&self) -> bool {
        self.trace.is_some()
    }

    /// What a core reads from a register that nobody owns.
    pub(super) fn load(&self, address: u32) -> u32 {
        let mut value = self.get(address);
        for habit in &self.habits {
            if habit.address == address & !3 {
                value = value & !habit.zeros | habit.ones;
                let (written, shown) = habit.echo;
                if value & written != 0 {
                    value |= shown;
                } else {
                    value &= !shown;
                }
            }
        }
        if let Some(trace) = &self.trace {
            trace.note(address & !3, |it| {
                it.loads += 1;
                it.value = value;
            });
        }
        value
    }

    /// Notes that a core has written a register that nobody owns.
    pub(super) fn stored(&self, address: u32, value: u32) {
        if let Some(trace) = &self.trace {
            trace.note(address & !3, |it| {
                it.stores += 1;
                it.value = value;
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Window = Window {
        start: 0x6000_0000,
        len: 0x100,
    };

    #[test]
    fn keeps_what_is_stored_and_shows_its_habits() {
        let habits = [
            Habit::ones(0x6000_0010, 4),
            Habit::zeros(0x6000_0014, 1),
            Habit::done(0x6000_0018, 1, 2),
            Habit::echo(0x6000_001c, 1, 8),
        ];
        let mut registers = Registers::new(&[WINDOW], &habits, None);
        for address in (0x6000_000c..=0x6000_001c).step_by(4) {
            assert_eq!(registers.owner(address), Some(Owner::Storage));
            registers.set(address, 0x11);
        }
        assert_eq!(registers.load(0x6000_000c), 0x11);
        assert_eq!(registers.load(0x6000_0010), 0x15);
        assert_eq!(registers.load(0x6000_0014), 0x10);
        assert_eq!(registers.load(0x6000_0018), 0x12);
        assert_eq!(registers.load(0x6000_001c), 0x19);
        registers.set(0x6000_001c, 0x18);
        assert_eq!(registers.load(0x6000_001c), 0x10);
        assert_eq!(registers.get(0x6000_0010), 0x11);
    }

    #[test]
    fn knows_whose_a_register_is() {
        let mut registers = Registers::new(&[WINDOW], &[], None);
        registers.give(0x6000_0020, 8, 3);
        let owners = [0x1c, 0x20, 0x24, 0x28].map(|at| registers.owner(WINDOW.start + at));
        let (storage, device) = (Some(Owner::Storage), Some(Owner::Device(3)));
        assert_eq!(owners, [storage, device, device, storage]);
        for address in [0x5fff_fffc, 0x6000_0100] {
            assert_eq!(registers.owner(address), None);
            registers.set(address, 1);
            assert_eq!(registers.get(address), 0);
        }
    }

    #[test]
    fn the_trace_lists_what_nobody_models() {
        let trace = Trace::new();
        let mut registers = Registers::new(&[WINDOW], &[], Some(trace.clone()));
        registers.load(0x6000_0008);
        registers.set(0x6000_0004, 7);
        registers.stored(0x6000_0004, 7);
        registers.load(0x6000_0004);
        let touched = |loads, stores, value| Touched {
            loads,
            stores,
            value,
        };
        let expected = [
            (0x6000_0004, touched(1, 1, 7)),
            (0x6000_0008, touched(1, 0, 0)),
        ];
        assert!(trace.touched().into_iter().eq(expected));
    }
}
