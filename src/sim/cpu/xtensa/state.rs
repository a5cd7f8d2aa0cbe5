//! The state of a core. Windows, exceptions and interrupts are in files of
//! their own.

use super::model::{Model, TIMERS};
use super::special::{Kind, kinds, number};
use crate::sim::cpu::idle;

// Fields of PS (ISA manual, table 4-63).
pub(super) const PS_INTLEVEL: u32 = 0xf;
pub(super) const PS_EXCM: u32 = 1 << 4;
pub(super) const PS_UM: u32 = 1 << 5;
pub(super) const PS_OWB: u32 = 0xf << 8;
pub(super) const PS_CALLINC: u32 = 0b11 << 16;
pub(super) const PS_WOE: u32 = 1 << 18;

/// Regions of 512 MiB, each with its attributes.
const REGIONS: usize = 8;
/// An attribute: uncached memory (ISA manual, table 4-102).
const BYPASS: u32 = 2;

/// What an instruction does to the flow of instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// The one behind it comes next, or, at the end of a loop, its first.
    Next,
    /// The one at `pc` comes next: it jumped or there was an exception.
    Jump,
    /// As [`Flow::Next`], but a device has to be looked at first.
    Attention,
    /// None: nobody knows what it does.
    Halt,
}

impl Flow {
    /// Whether the next instruction is the one behind.
    #[inline(always)]
    pub(super) const fn goes_on_behind(self) -> bool {
        matches!(self, Self::Next | Self::Attention)
    }
}

/// The state of a core.
#[derive(Clone, Debug)]
pub(super) struct State {
    /// The registers in view.
    pub(super) a: [u32; 16],
    /// The instruction that is executed, or comes next.
    pub(super) pc: u32,
    pub(super) model: &'static Model,
    /// The lowest group of registers in view that belongs to another call and
    /// has to be spilled before it is used; 4 if all can be used.
    pub(super) limit: u8,
    /// Whether a loop is under way.
    pub(super) looping: bool,
    /// Whether an interrupt is to be taken before the next instruction.
    pub(super) interrupted: bool,
    /// Whether it waits for an interrupt.
    pub(super) waiting: bool,
    /// Why it cannot go on.
    pub(super) halted: Option<String>,
    /// The cycle at which the next timer raises its interrupt.
    pub(super) timer: u64,
    special: [u32; 256],
    kinds: [Kind; 256],
    pub(super) user: [u32; 256],
    /// Attributes of the regions, for instructions and for data.
    pub(super) regions: [[u32; REGIONS]; 2],
    /// All registers, in groups of four; those in view are out of date.
    pub(super) physical: [[u32; 4]; 16],
    /// Lines from outside as they are.
    pub(super) lines: u32,
    /// Interrupts that stay until they are cleared.
    pub(super) latched: u32,
    /// The cycle at which CCOUNT stood at 0.
    pub(super) count_start: u64,
    /// The cycle at which each timer raises its interrupt.
    pub(super) due: [u64; TIMERS],
}

impl idle::State for State {
    /// One that has halted executes nothing more, and the model stays the same.
    #[inline(always)]
    fn is(&self, other: &Self) -> bool {
        self.pc == other.pc
            && self.a == other.a
            && self.limit == other.limit
            && self.looping == other.looping
            && self.interrupted == other.interrupted
            && self.waiting == other.waiting
            && self.special == other.special
            && self.user == other.user
            && self.regions == other.regions
            && self.physical == other.physical
            && self.lines == other.lines
            && self.latched == other.latched
            && self.count_start == other.count_start
            && self.due == other.due
    }
}

impl State {
    pub(super) fn new(model: &'static Model, cycle: u64) -> Self {
        let mut state = Self {
            a: [0; 16],
            pc: model.reset_vector,
            model,
            limit: 4,
            looping: false,
            interrupted: false,
            waiting: false,
            halted: None,
            timer: 0,
            special: [0; 256],
            kinds: kinds(model),
            user: [0; 256],
            regions: [[BYPASS; REGIONS]; 2],
            physical: [[0; 4]; 16],
            lines: 0,
            latched: 0,
            count_start: cycle,
            due: [0; TIMERS],
        };
        state.set_special(number::PS, PS_INTLEVEL | PS_EXCM);
        state.set_special(number::VECBASE, model.vector_base);
        state.set_special(number::WINDOWSTART, 1);
        state.await_timers(cycle);
        state.refresh();
        state
    }

    #[inline(always)]
    pub(super) const fn get(&self, register: u8) -> u32 {
        self.a[(register & 0xf) as usize]
    }

    #[inline(always)]
    pub(super) const fn set(&mut self, register: u8, value: u32) {
        self.a[(register & 0xf) as usize] = value;
    }

    #[inline(always)]
    pub(super) const fn special(&self, number: u8) -> u32 {
        self.special[number as usize]
    }

    /// Sets a register without anything that comes of it.
    #[inline(always)]
    pub(super) const fn set_special(&mut self, number: u8, value: u32) {
        self.special[number as usize] = value;
    }

    pub(super) const fn kind(&self, number: u8) -> Kind {
        self.kinds[number as usize]
    }

    /// Goes to `address`.
    #[inline(always)]
    pub(super) const fn jump(&mut self, address: u32) -> Flow {
        self.pc = address;
        Flow::Jump
    }

    /// Nobody knows how to go on from here.
    #[cold]
    pub(super) fn halt(&mut self, why: &str) -> Flow {
        self.halted = Some(why.to_owned());
        Flow::Halt
    }

    pub(super) const fn ps(&self) -> u32 {
        self.special(number::PS)
    }

    pub(super) fn set_ps(&mut self, value: u32) {
        self.set_special(number::PS, value);
        self.refresh();
    }

    /// Works out all that depends on registers that were written.
    pub(super) fn refresh(&mut self) {
        let outside = self.ps() & PS_EXCM == 0;
        self.looping = outside && self.special(number::LCOUNT) != 0;
        self.interrupted = self.highest_interrupt().is_some();
        self.refresh_limit();
    }
}
