//! What a core sees of its chip.

use super::memory::{Access, Memory};

/// How much a load or store moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// One byte.
    B1,
    /// Two bytes.
    B2,
    /// Four bytes.
    B4,
}

impl Width {
    /// In bytes.
    #[must_use]
    pub const fn bytes(self) -> u32 {
        match self {
            Self::B1 => 1,
            Self::B2 => 2,
            Self::B4 => 4,
        }
    }

    /// The bits it moves, from bit 0 on.
    #[must_use]
    pub const fn mask(self) -> u32 {
        match self {
            Self::B1 => 0xff,
            Self::B2 => 0xffff,
            Self::B4 => 0xffff_ffff,
        }
    }
}

/// An access that the chip refuses. What comes of it, an exception mostly, is
/// the core's business.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The address, in the core's address space.
    pub address: u32,
    /// Why.
    pub kind: FaultKind,
}

/// Why a chip refuses an access.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// Nothing is there.
    Unmapped,
    /// What is there cannot be accessed with this width.
    Width,
    /// The address is no multiple of the width, and what is there minds.
    Misaligned,
    /// It can only be read.
    ReadOnly,
}

/// Everything of a chip that is not plain memory.
pub trait Devices {
    /// Loads from a device at the cycle `now`. Bits beyond `width` are zero.
    ///
    /// # Errors
    /// The chip refuses the access.
    fn load(&mut self, now: u64, address: u32, width: Width) -> Result<u32, Fault>;

    /// Stores to a device at the cycle `now`.
    ///
    /// # Errors
    /// The chip refuses the access.
    fn store(&mut self, now: u64, address: u32, width: Width, value: u32) -> Result<(), Fault>;

    /// Whether the core has to stop after the access that was made last: an
    /// interrupt may have come or gone, something was sent, a reset is due.
    fn attention(&self) -> bool;

    /// Whether the load that was made last has changed nothing, and would give
    /// the same at any time until the core has to stop: as long as it stores
    /// nothing and its budget lasts.
    fn steady(&self) -> bool {
        false
    }
}

/// What a core sees of its chip while it runs.
pub struct Bus<'a> {
    /// RAM and ROM.
    pub memory: &'a mut Memory,
    /// Everything else.
    pub devices: &'a mut dyn Devices,
    /// The core's clock, in cycles; the core advances it, so that it is right
    /// at each access.
    pub cycle: u64,
    /// Set by an access after which the core has to stop.
    pub attention: bool,
    /// Set by what a core does that changes something beyond itself, or that
    /// may have another result when it does it again.
    pub eventful: bool,
}

impl<'a> Bus<'a> {
    /// A bus whose clock stands at `cycle`.
    pub fn new(memory: &'a mut Memory, devices: &'a mut dyn Devices, cycle: u64) -> Self {
        Self {
            memory,
            devices,
            cycle,
            attention: false,
            eventful: false,
        }
    }

    /// Loads; bits beyond `width` are zero.
    ///
    /// Memory takes any address; a core that minds misaligned ones checks for
    /// them itself.
    ///
    /// # Errors
    /// Nothing is there, or not with that width.
    #[inline(always)]
    pub fn load(&mut self, address: u32, width: Width) -> Result<u32, Fault> {
        match self.memory.load(address, width) {
            Some(value) => Ok(value),
            None => self.load_slowly(address, width),
        }
    }

    /// Stores the lowest `width` of `value`.
    ///
    /// # Errors
    /// Nothing is there, or not with that width, or it is read-only.
    #[inline(always)]
    pub fn store(&mut self, address: u32, width: Width, value: u32) -> Result<(), Fault> {
        match self.memory.store(address, width, value) {
            Some(changes) => {
                self.eventful |= changes;
                Ok(())
            }
            None => self.store_slowly(address, width, value),
        }
    }

    /// Fetches the four bytes at an address, of which those are zero that lie
    /// in a word behind the memory's end. Only memory holds code.
    ///
    /// # Errors
    /// No memory is there.
    pub fn fetch(&mut self, address: u32) -> Result<u32, Fault> {
        self.memory.fetch(address).ok_or(Fault {
            address,
            kind: FaultKind::Unmapped,
        })
    }

    #[cold]
    #[inline(never)]
    fn load_slowly(&mut self, address: u32, width: Width) -> Result<u32, Fault> {
        match self.memory.load_slowly(address, width) {
            Access::Done(value) => Ok(value),
            Access::Refused(kind) => Err(Fault { address, kind }),
            Access::Elsewhere => {
                let value = self.devices.load(self.cycle, address, width)?;
                self.attention |= self.devices.attention();
                self.eventful |= !self.devices.steady();
                Ok(value)
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn store_slowly(&mut self, address: u32, width: Width, value: u32) -> Result<(), Fault> {
        match self.memory.store_slowly(address, width, value) {
            Access::Done(changes) => {
                self.eventful |= changes != 0;
                Ok(())
            }
            Access::Refused(kind) => Err(Fault { address, kind }),
            Access::Elsewhere => {
                self.eventful = true;
                self.devices
                    .store(self.cycle, address, width, value & width.mask())?;
                self.attention |= self.devices.attention();
                Ok(())
            }
        }
    }
}

impl std::fmt::Debug for Bus<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bus")
            .field("cycle", &self.cycle)
            .field("attention", &self.attention)
            .finish_non_exhaustive()
    }
}
