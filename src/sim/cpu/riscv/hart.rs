//! The state of a core, and how it traps.

use super::csr::{CsrFile, number};
use super::model::{Enable, Model, Vectors};
use crate::sim::cpu::{Request, idle};

/// Where what is written to x0 goes.
pub(super) const SINK: u8 = 32;

/// Machine interrupt enable, previous one, previous privilege (volume II,
/// 3.1.6).
const MSTATUS_MIE: u32 = 1 << 3;
const MSTATUS_MPIE: u32 = 1 << 7;
const MSTATUS_MPP: u32 = 0b11 << 11;

/// What an instruction does to the flow of instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// The one behind it comes next.
    Next,
    /// The one at `pc` comes next: it jumped or trapped.
    Jump,
    /// As [`Flow::Next`], but a device has to be looked at first.
    Attention,
    /// As [`Flow::Next`], but not before there is an interrupt.
    Wait,
    /// None: nobody knows what it does.
    Halt,
}

impl Flow {
    /// Whether the next instruction is the one behind.
    #[inline(always)]
    pub(super) const fn goes_on_behind(self) -> bool {
        matches!(self, Self::Next | Self::Attention | Self::Wait)
    }
}

/// Why a core traps: the codes of `mcause` (volume II, table 3.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Cause {
    InstructionAccess = 1,
    IllegalInstruction = 2,
    Breakpoint = 3,
    LoadMisaligned = 4,
    LoadAccess = 5,
    StoreMisaligned = 6,
    StoreAccess = 7,
    Ecall = 11,
}

/// The state of a core.
#[derive(Clone, Debug)]
pub(super) struct Hart {
    /// x0 to x31, then [`SINK`]; as long as a number of eight bits can say, so
    /// that none is out of bounds.
    x: [u32; 256],
    /// The instruction that is executed, or comes next.
    pub(super) pc: u32,
    pub(super) csr: CsrFile,
    pub(super) model: &'static Model,
    /// Whether an interrupt is to be taken before the next instruction.
    pub(super) interrupted: bool,
    /// Whether it waits for an interrupt.
    pub(super) waiting: bool,
    /// Why it cannot go on.
    pub(super) halted: Option<String>,
    /// The word that LR has reserved.
    pub(super) reserved: Option<u32>,
    request: Option<Request>,
    /// The level that is served (CLIC).
    level: u8,
}

impl idle::State for Hart {
    /// One that has halted executes nothing more, and the model stays the same.
    #[inline(always)]
    fn is(&self, other: &Self) -> bool {
        self.pc == other.pc
            && self.x[..SINK.into()] == other.x[..SINK.into()]
            && self.interrupted == other.interrupted
            && self.waiting == other.waiting
            && self.reserved == other.reserved
            && self.request == other.request
            && self.level == other.level
            && self.csr == other.csr
    }
}

impl Hart {
    pub(super) fn new(model: &'static Model) -> Self {
        Self {
            x: [0; 256],
            pc: model.reset_vector,
            csr: CsrFile::new(model),
            model,
            interrupted: false,
            waiting: false,
            halted: None,
            reserved: None,
            request: None,
            level: 0,
        }
    }

    #[inline(always)]
    pub(super) const fn get(&self, register: u8) -> u32 {
        self.x[register as usize]
    }

    /// Writes to any register but x0, in whose place [`SINK`] stands.
    #[inline(always)]
    pub(super) const fn set(&mut self, register: u8, value: u32) {
        self.x[register as usize] = value;
    }

    /// Goes to `address`.
    #[inline(always)]
    pub(super) const fn jump(&mut self, address: u32) -> Flow {
        self.pc = address;
        Flow::Jump
    }

    /// Nobody knows how to go on from here.
    #[cold]
    pub(super) fn halt(&mut self, why: String) -> Flow {
        self.halted = Some(why);
        Flow::Halt
    }

    /// Where exceptions lead.
    pub(super) fn trap_vector(&self) -> u32 {
        let low = match self.model.vectors {
            Vectors::Table => 0xff,
            Vectors::Clic => 0x3f,
        };
        self.csr.get(number::MTVEC) & !low
    }

    /// Takes an exception at the current instruction.
    #[cold]
    pub(super) fn trap(&mut self, cause: Cause, value: u32) -> Flow {
        self.enter(cause as u32);
        self.csr.set(number::MTVAL, value);
        self.pc = self.trap_vector();
        Flow::Jump
    }

    /// What every way into a handler has in common. `cause` is the register's
    /// value without what the CLIC keeps in it.
    fn enter(&mut self, cause: u32) {
        let status = self.csr.get(number::MSTATUS);
        let enabled = status & MSTATUS_MIE != 0;
        let before = if enabled { MSTATUS_MPIE } else { 0 };
        let kept = status & !(MSTATUS_MIE | MSTATUS_MPIE);
        self.csr.set(number::MSTATUS, kept | before | MSTATUS_MPP);
        self.csr.set(number::MEPC, self.pc);
        let clic = match self.model.vectors {
            Vectors::Table => 0,
            // Previous privilege, previous enable, previous level (CLIC, "mcause").
            Vectors::Clic => 0b11 << 28 | u32::from(enabled) << 27 | u32::from(self.level) << 16,
        };
        self.csr.set(number::MCAUSE, cause | clic);
        self.reserved = None;
        self.look_at_interrupts();
    }

    /// Returns from a handler.
    pub(super) fn leave(&mut self) -> Flow {
        let status = self.csr.get(number::MSTATUS);
        if status & MSTATUS_MPP != MSTATUS_MPP {
            return self.halt("there is no user mode here".to_owned());
        }
        let enabled = if status & MSTATUS_MPIE != 0 {
            MSTATUS_MIE
        } else {
            0
        };
        let status = status & !MSTATUS_MIE | enabled | MSTATUS_MPIE;
        self.csr.set(number::MSTATUS, status);
        if self.model.vectors == Vectors::Clic {
            let [_, _, level, _] = self.csr.get(number::MCAUSE).to_le_bytes();
            self.level = level;
        }
        self.look_at_interrupts();
        self.jump(self.csr.get(number::MEPC))
    }

    /// What the interrupt controller asks for from now on.
    pub(super) fn request(&mut self, request: Option<Request>) {
        self.request = request;
        if request.is_some() {
            self.waiting = false;
        }
        self.look_at_interrupts();
    }

    /// Waits, unless an interrupt is there already; whether it is enabled does
    /// not matter (volume II, 3.3.3).
    pub(super) const fn wait(&mut self) {
        self.waiting = self.request.is_none();
    }

    /// Finds out whether an interrupt is to be taken; to be called whenever
    /// something that decides about it has changed.
    pub(super) fn look_at_interrupts(&mut self) {
        let enabled = self.csr.get(number::MSTATUS) & MSTATUS_MIE != 0;
        self.interrupted = enabled
            && self
                .request
                .is_some_and(|request| match self.model.vectors {
                    Vectors::Table => {
                        self.model.enable == Enable::Controller
                            || self.csr.line_enabled(request.line)
                    }
                    Vectors::Clic => request.level > self.level.max(self.csr.threshold()),
                });
    }

    /// Takes the interrupt that is asked for.
    #[cold]
    pub(super) fn take_interrupt(&mut self) {
        let Some(Request { line, level }) = self.request else {
            return;
        };
        self.interrupted = false;
        let vector = self.trap_vector();
        self.enter(1 << 31 | u32::from(line));
        match self.model.vectors {
            Vectors::Table => self.pc = vector + 4 * u32::from(line),
            Vectors::Clic => {
                self.level = level;
                self.pc = vector;
            }
        }
    }

    /// The level that is served, for `mintstatus`.
    pub(super) const fn level(&self) -> u8 {
        self.level
    }
}
