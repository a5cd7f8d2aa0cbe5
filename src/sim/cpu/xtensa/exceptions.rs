//! Exceptions (ISA manual, 4.4.1), and what they have in common with
//! interrupts of high levels (4.4.5).

use super::model::LEVELS;
use super::special::number;
use super::state::{Flow, PS_EXCM, PS_INTLEVEL, PS_UM, State};

/// Why there is an exception: the codes of EXCCAUSE (ISA manual, table 4-64).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Cause {
    IllegalInstruction = 0,
    Syscall = 1,
    LoadStoreError = 3,
    Level1Interrupt = 4,
    Alloca = 5,
    DivideByZero = 6,
    Misaligned = 9,
    FetchProhibited = 20,
    LoadProhibited = 28,
    StoreProhibited = 29,
}

impl State {
    /// Where an exception leads as things stand.
    pub(super) fn exception_vector(&self) -> u32 {
        let vectors = &self.model.vectors;
        let offset = match self.ps() {
            ps if ps & PS_EXCM != 0 => vectors.double,
            ps if ps & PS_UM != 0 => vectors.user,
            _ => vectors.kernel,
        };
        self.special(number::VECBASE).wrapping_add(offset)
    }

    /// Takes an exception at the current instruction.
    #[cold]
    pub(super) fn exception(&mut self, cause: Cause) -> Flow {
        let vector = self.exception_vector();
        let saved = match self.ps() & PS_EXCM {
            0 => number::EPC,
            _ => number::DEPC,
        };
        self.set_special(saved, self.pc);
        self.set_special(number::EXCCAUSE, cause as u32);
        self.set_ps(self.ps() | PS_EXCM);
        self.jump(vector)
    }

    /// The same about an address.
    #[cold]
    pub(super) fn exception_at(&mut self, cause: Cause, address: u32) -> Flow {
        self.set_special(number::EXCVADDR, address);
        self.exception(cause)
    }

    /// RFE.
    pub(super) fn return_from_exception(&mut self) -> Flow {
        self.set_ps(self.ps() & !PS_EXCM);
        self.jump(self.special(number::EPC))
    }

    /// RFDE: EXCM stays.
    pub(super) const fn return_from_double_exception(&mut self) -> Flow {
        self.jump(self.special(number::DEPC))
    }

    /// Goes to the vector of a level above 1.
    pub(super) fn enter_level(&mut self, level: u8) {
        let above = level.saturating_sub(1);
        self.set_special(number::EPC.wrapping_add(above), self.pc);
        self.set_special(number::EPS.wrapping_add(above).wrapping_sub(1), self.ps());
        self.set_ps(self.ps() & !PS_INTLEVEL | PS_EXCM | u32::from(level));
        let offset = self.model.vectors.levels[usize::from(level) % LEVELS];
        self.pc = self.special(number::VECBASE).wrapping_add(offset);
    }

    /// RFI.
    pub(super) fn return_from_level(&mut self, level: u8) -> Flow {
        if !(2..8).contains(&level) {
            return self.exception(Cause::IllegalInstruction);
        }
        self.set_ps(self.special(number::EPS.wrapping_add(level - 2)));
        self.jump(self.special(number::EPC.wrapping_add(level - 1)))
    }

    /// BREAK, which is one of the causes in DEBUGCAUSE; where its level is
    /// kept out, nothing comes of it.
    pub(super) fn debug(&mut self, cause: u32) -> Flow {
        let level = self.model.debug_level;
        if level <= self.current_level() {
            return Flow::Next;
        }
        self.set_special(number::DEBUGCAUSE, cause);
        self.enter_level(level);
        Flow::Jump
    }
}
