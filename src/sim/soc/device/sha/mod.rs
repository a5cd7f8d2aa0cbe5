//! The SHA accelerator (TRM, "SHA Accelerator"), in its two forms, with blocks
//! that the core brings itself.
//!
//! It needs its clock, and not to be held in reset: else it takes nothing and
//! reads as 0. While it works on a block, the registers for the next one can be
//! written already, as the mask ROMs do it; what they and the digest's show
//! then is not known, and 0 here.

mod algorithm;
#[cfg(test)]
mod tests;

pub use algorithm::Algorithm;

use super::{Device, Io};
use crate::chip::Field;
use crate::sim::soc::clocks::time_of;
use crate::sim::soc::registers::Registers;
use crate::time::Instant;
use algorithm::{BLOCK, Engine, STATE, initial_for};

/// Bytes of registers.
pub(super) const REGISTERS: u32 = 0x100;

/// What differs from chip to chip.
#[derive(Debug)]
pub struct ShaLayout {
    /// Which registers it has.
    pub registers: ShaRegisters,
    /// What it knows, by the numbers that its registers have for it.
    pub algorithms: &'static [Algorithm],
    /// Bits that let it have its clock: all of them.
    pub clocks: &'static [Field],
    /// Bits that hold it in reset: any of them.
    pub resets: &'static [Field],
}

/// Which registers an accelerator has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShaRegisters {
    /// Four for each algorithm, and the text registers for all of them, which
    /// hold the block and, when asked for, the digest. Words are big-endian.
    /// Digests of several algorithms can be calculated at once.
    Separate,
    /// One set, with the algorithm in MODE, the digest in H, the block in M.
    /// Bytes are in the order of memory.
    Shared,
}

impl ShaLayout {
    /// What the smaller ones of the newer chips know.
    pub const UP_TO_256: &'static [Algorithm] =
        &[Algorithm::Sha1, Algorithm::Sha224, Algorithm::Sha256];
    /// What the larger ones know.
    pub const UP_TO_512: &'static [Algorithm] = &[
        Algorithm::Sha1,
        Algorithm::Sha224,
        Algorithm::Sha256,
        Algorithm::Sha384,
        Algorithm::Sha512,
        Algorithm::Sha512T224,
        Algorithm::Sha512T256,
        Algorithm::Sha512T,
    ];
}

// Registers of the form `Separate`: text, then four for each algorithm.
const TEXT_END: u32 = 0x80;
const SEPARATE_START: u32 = 0x0;
const SEPARATE_CONTINUE: u32 = 0x4;
const SEPARATE_LOAD: u32 = 0x8;
const SEPARATE_BUSY: u32 = 0xc;

// Registers of the form `Shared`.
const MODE: u32 = 0x00;
const T_STRING: u32 = 0x04;
const T_LENGTH: u32 = 0x08;
const START: u32 = 0x10;
const CONTINUE: u32 = 0x14;
const BUSY: u32 = 0x18;
const DMA_START: u32 = 0x1c;
const DMA_CONTINUE: u32 = 0x20;
const H_MEM: u32 = 0x40;
const H_LAST: u32 = 0x7c;
const M_MEM: u32 = 0x80;
const M_LAST: u32 = 0xfc;

/// Cycles until eight words of a digest are in the text registers. All of them
/// take 8 to 20 (TRM of the ESP32).
const LOAD: u64 = 8;

/// The accelerator.
pub(super) struct Sha {
    base: u32,
    layout: &'static ShaLayout,
    /// The text registers, or M.
    text: [u32; BLOCK],
    /// Until when a digest is on its way there.
    loads: Instant,
    /// The digests so far: one for each engine, or H.
    digests: [[u32; STATE]; 3],
    /// Until when each of them is worked on.
    works: [Instant; 3],
}

/// How a block is to be taken in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    First,
    Next,
}

impl Sha {
    pub(super) const fn new(base: u32, layout: &'static ShaLayout) -> Self {
        Self {
            base,
            layout,
            text: [0; BLOCK],
            loads: Instant::ZERO,
            digests: [[0; STATE]; 3],
            works: [Instant::ZERO; 3],
        }
    }

    fn held_in_reset(&self, registers: &Registers) -> bool {
        let mut resets = self.layout.resets.iter();
        resets.any(|bit| bit.of(registers.get(bit.address)) != 0)
    }

    fn runs(&self, registers: &Registers) -> bool {
        let mut clocks = self.layout.clocks.iter();
        clocks.all(|bit| bit.of(registers.get(bit.address)) != 0) && !self.held_in_reset(registers)
    }

    /// Which of the digests is an engine's.
    const fn slot(&self, engine: Engine) -> usize {
        match self.layout.registers {
            ShaRegisters::Separate => engine as usize,
            ShaRegisters::Shared => 0,
        }
    }

    fn works(&self, now: Instant) -> bool {
        self.loads > now || self.works.iter().any(|until| *until > now)
    }

    /// The algorithm in MODE.
    fn mode(&self, io: &Io<'_, '_>) -> Option<Algorithm> {
        let mode = io.registers.get(self.base + MODE);
        let known = self.layout.algorithms.get(mode as usize);
        if known.is_none() {
            not_modelled(&format!("mode {mode}"));
        }
        known.copied()
    }

    /// Takes in the block, as the first one or behind those before it.
    fn take(&mut self, algorithm: Algorithm, block: Block, io: &Io<'_, '_>) {
        let engine = algorithm.engine();
        let slot = self.slot(engine);
        if self.loads > io.now || self.works[slot] > io.now {
            return;
        }
        let digest = &mut self.digests[slot];
        match (block, algorithm) {
            (Block::First, Algorithm::Sha512T) => {
                // It begins with the name, not yet with a block.
                let register = |at| io.registers.get(self.base + at);
                *digest = initial_for(register(T_STRING), register(T_LENGTH));
            }
            (Block::First, _) => {
                let initial = algorithm.initial();
                digest[..engine.state()].copy_from_slice(&initial[..engine.state()]);
                engine.compress(digest, &self.text);
            }
            (Block::Next, _) => engine.compress(digest, &self.text),
        }
        self.works[slot] = io.now + time_of(engine.cycles(), io.hz);
    }

    /// Shows an engine's digest in the text registers.
    fn show(&mut self, engine: Engine, io: &Io<'_, '_>) {
        let slot = self.slot(engine);
        if self.loads > io.now || self.works[slot] > io.now {
            return;
        }
        let words = engine.state();
        self.text[..words].copy_from_slice(&self.digests[slot][..words]);
        let cycles = LOAD * if words > 8 { 2 } else { 1 };
        self.loads = io.now + time_of(cycles, io.hz);
        self.works[slot] = self.loads;
    }

    /// The algorithm whose register it is in the form `Separate`, and which.
    fn separate(&self, offset: u32) -> Option<(Algorithm, u32)> {
        let at = offset.checked_sub(TEXT_END)?;
        let algorithm = self.layout.algorithms.get(at as usize / 0x10)?;
        Some((*algorithm, at % 0x10))
    }

    fn store_separate(&mut self, offset: u32, value: u32, io: &Io<'_, '_>) {
        if offset < TEXT_END {
            if self.loads <= io.now {
                self.text[offset as usize / 4] = value;
            }
            return;
        }
        match self.separate(offset) {
            Some((algorithm, SEPARATE_START)) if value & 1 != 0 => {
                self.take(algorithm, Block::First, io);
            }
            Some((algorithm, SEPARATE_CONTINUE)) if value & 1 != 0 => {
                self.take(algorithm, Block::Next, io);
            }
            Some((algorithm, SEPARATE_LOAD)) if value & 1 != 0 => {
                self.show(algorithm.engine(), io);
            }
            _ => {}
        }
    }

    fn load_separate(&self, offset: u32, now: Instant) -> Option<u32> {
        if offset < TEXT_END {
            let word = self.text[offset as usize / 4];
            return Some(if self.works(now) { 0 } else { word });
        }
        let (algorithm, register) = self.separate(offset)?;
        let works = self.works[self.slot(algorithm.engine())] > now;
        // The others are written only.
        Some(u32::from(register == SEPARATE_BUSY && works))
    }

    fn store_shared(&mut self, offset: u32, value: u32, io: &Io<'_, '_>) {
        match offset {
            START | CONTINUE if value & 1 != 0 => {
                let block = if offset == START {
                    Block::First
                } else {
                    Block::Next
                };
                if let Some(algorithm) = self.mode(io) {
                    self.take(algorithm, block, io);
                }
            }
            DMA_START | DMA_CONTINUE => not_modelled("DMA"),
            H_MEM..=H_LAST if !self.works(io.now) => {
                self.digests[0][(offset - H_MEM) as usize / 4] = value.swap_bytes();
            }
            M_MEM..=M_LAST => self.text[(offset - M_MEM) as usize / 4] = value.swap_bytes(),
            _ => {}
        }
    }

    fn load_shared(&self, offset: u32, now: Instant) -> Option<u32> {
        let word = match offset {
            START | CONTINUE | DMA_START | DMA_CONTINUE => return Some(0),
            BUSY => return Some(u32::from(self.works(now))),
            H_MEM..=H_LAST => self.digests[0][(offset - H_MEM) as usize / 4],
            M_MEM..=M_LAST => self.text[(offset - M_MEM) as usize / 4],
            _ => return None,
        };
        Some(if self.works(now) {
            0
        } else {
            word.swap_bytes()
        })
    }
}

/// Says that something was asked of it that it does not do.
fn not_modelled(what: &str) {
    log::warn!(target: "espwire::sim", "the SHA accelerator's {what} is not modelled");
}

impl Device for Sha {
    fn load(&mut self, offset: u32, io: &mut Io<'_, '_>) -> Option<u32> {
        if !self.runs(io.registers) {
            return Some(0);
        }
        match self.layout.registers {
            ShaRegisters::Separate => self.load_separate(offset, io.now),
            ShaRegisters::Shared => self.load_shared(offset, io.now),
        }
    }

    fn permits(&self, _offset: u32, registers: &Registers) -> bool {
        self.runs(registers)
    }

    fn store(&mut self, offset: u32, value: u32, io: &mut Io<'_, '_>) {
        match self.layout.registers {
            ShaRegisters::Separate => self.store_separate(offset, value, io),
            ShaRegisters::Shared => self.store_shared(offset, value, io),
        }
    }

    fn watches(&self, address: u32) -> bool {
        { self.layout.resets.iter() }.any(|bit| bit.address == address)
    }

    fn noticed(&mut self, registers: &mut Registers) {
        if self.held_in_reset(registers) {
            for offset in (0..REGISTERS).step_by(4) {
                registers.set(self.base + offset, 0);
            }
            *self = Self::new(self.base, self.layout);
        }
    }
}
