//! A machine whose mask ROM is not at hand.
//!
//! Something else takes the ROM's place: it brings the chip to where the ROM
//! would have brought it, starts the core there, and stands in for the ROM's
//! functions when they are called.

use super::{BuildError, Machine, Options, memory};
use crate::sim::cpu::riscv::RiscV;
use crate::sim::cpu::xtensa::Xtensa;
use crate::sim::cpu::{Caller, Calling, Halt, Rule};
use crate::sim::firmware::Firmware;
use crate::sim::soc::description::{CoreModel, Soc};
use crate::sim::watchdog::Watchdogs;
use crate::time::Instant;

/// A machine whose mask ROM is not at hand. A reset stops its core before the
/// ROM's first instruction.
pub(in crate::sim) trait Bare: Firmware {
    /// Puts words into RAM, ROM and registers, as somebody has left them, with
    /// the watchdogs as they are.
    fn leave(&mut self, words: &[(u32, u32)], watchdogs: &Watchdogs);

    /// Puts bytes into RAM.
    fn store(&mut self, address: u32, bytes: &[u8]);

    /// Lets the core execute what is at `entry` from `now` on.
    fn call(&mut self, entry: u32, caller: Caller, now: Instant);

    /// The address of the ROM's code that the core should execute next, if it
    /// should.
    fn called(&self) -> Option<u32>;

    /// What was passed to the ROM's function that is called.
    fn argument(&self, number: u8) -> u32;

    /// Returns from the ROM's function that is called.
    fn return_value(&mut self, value: u32);

    /// Stops the core before the ROM's code that is called, because nobody
    /// knows what it does.
    fn halt(&mut self);
}

/// The machine of a chip, without its ROM.
///
/// # Errors
/// The chip's description has pieces of memory that overlap.
pub(in crate::sim) fn bare(
    soc: &'static Soc,
    options: Options,
) -> Result<Box<dyn Bare>, BuildError> {
    let memory = memory(soc, |rule| match rule {
        Rule::Rom | Rule::RomLoses | Rule::RomWords => Rule::Absent,
        ram => ram,
    })?;
    Ok(match soc.core {
        CoreModel::RiscV(model) => Box::new(Machine::new(soc, RiscV::new(model), memory, options)),
        CoreModel::Xtensa(model) => {
            Box::new(Machine::new(soc, Xtensa::new(model), memory, options))
        }
    })
}

impl<C: Calling> Bare for Machine<C> {
    fn leave(&mut self, words: &[(u32, u32)], watchdogs: &Watchdogs) {
        for (address, word) in words {
            if self.memory.poke(*address, &word.to_le_bytes()) == 0 {
                self.peripherals.leave(*address, *word);
            }
        }
        self.peripherals.resume(watchdogs);
    }

    fn store(&mut self, address: u32, bytes: &[u8]) {
        self.memory.poke(address, bytes);
    }

    fn call(&mut self, entry: u32, caller: Caller, now: Instant) {
        self.core.call(entry, caller);
        self.absent = false;
        self.cycle = self.peripherals.clock.cycle_from(now);
        self.peripherals.tune_core(self.cycle);
    }

    fn called(&self) -> Option<u32> {
        self.absent.then(|| self.core.pc())
    }

    fn argument(&self, number: u8) -> u32 {
        self.core.argument(number)
    }

    fn return_value(&mut self, value: u32) {
        self.core.return_value(value);
        self.absent = false;
    }

    fn halt(&mut self) {
        self.absent = false;
        let last = self.core.exception();
        let last = last.map_or(String::new(), |it| format!("; the last {it}"));
        self.stop(Halt {
            pc: self.core.pc(),
            word: 0,
            text: format!("this code of the mask ROM is not at hand{last}"),
        });
    }
}
