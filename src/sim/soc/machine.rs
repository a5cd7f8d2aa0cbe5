//! A chip that executes code: core, memory and devices, on a board.

mod bare;

pub(in crate::sim) use bare::{Bare, bare};

use super::description::{CoreModel, Soc};
use super::peripherals::{Connected, Peripherals};
use super::registers::Trace;
use super::resets::Cause;
use super::rom::{Rom, RomError};
use crate::chip::{Chip, Revision};
use crate::sim::Running;
use crate::sim::cpu::riscv::RiscV;
use crate::sim::cpu::xtensa::Xtensa;
use crate::sim::cpu::{Bus, Core, Halt, MapError, Memory, Requests, Rule, Stop};
use crate::sim::firmware::{Firmware, Reset, Strapping, Wires};
use crate::sim::rom::{Identity, Security, VARIANTS, Variant, fuses};
use crate::time::Instant;

/// Most cycles between two looks at devices and wires.
const SLICE: u64 = 1_000_000;

/// What a chip is besides its kind.
#[derive(Clone, Debug)]
pub struct Options {
    /// MAC address and revision.
    pub identity: Identity,
    /// The eFuses that lock the chip up.
    pub security: Security,
    /// The crystal, in MHz.
    pub crystal: u32,
    /// Where to note the registers that nobody models.
    pub trace: Option<Trace>,
}

/// Why there is no machine with this ROM.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// Nobody has described the chip.
    #[error("the {0} has not been described as a machine yet")]
    Chip(&'static str),
    /// The ROM's file.
    #[error(transparent)]
    Rom(#[from] RomError),
    /// The chip's description.
    #[error(transparent)]
    Map(#[from] MapError),
}

/// A chip's memory, under its rules or others in their stead.
fn memory(soc: &Soc, rule: impl Fn(Rule) -> Rule) -> Result<Memory, MapError> {
    let mut memory = Memory::new();
    for piece in soc.memory {
        let rule = rule(piece.rule);
        match piece.alias_of {
            None => memory.add(piece.start, piece.len, rule)?,
            Some(of) => memory.alias(piece.start, piece.len, of, rule)?,
        }
    }
    Ok(memory)
}

/// A mask ROM in its place in a chip's memory.
#[derive(Debug)]
pub struct RomImage {
    soc: &'static Soc,
    memory: Memory,
}

impl RomImage {
    /// Takes a chip's ROM from an ELF file.
    ///
    /// # Errors
    /// It is no ELF file, or one for another chip, or there is no machine for
    /// this chip.
    pub fn new(chip: &'static Chip, elf: &[u8]) -> Result<Self, BuildError> {
        let soc = super::of_chip(chip).ok_or(BuildError::Chip(chip.name))?;
        let mut memory = memory(soc, |rule| rule)?;
        Rom::parse(elf)?.load(&mut memory, soc.core.reset_vector())?;
        Ok(Self { soc, memory })
    }

    /// The chip.
    #[must_use]
    pub const fn chip(&self) -> &'static Chip {
        self.soc.chip
    }

    /// Which of the known ROMs it is: the one whose words it holds.
    #[must_use]
    pub fn variant(&self) -> Option<&'static Variant> {
        VARIANTS.iter().find(|variant| {
            let holds = |(address, word): &(u32, u32)| {
                let bytes = self.memory.peek(*address, 4);
                bytes.is_none_or(|bytes| bytes == word.to_le_bytes())
            };
            variant.chip == self.soc.chip && variant.words.iter().all(holds)
        })
    }

    /// The chip with this ROM and nothing special about it.
    #[must_use]
    pub fn options(&self) -> Options {
        let variant = self.variant();
        Options {
            identity: Identity {
                mac: Identity::MAC,
                revision: variant.map_or_else(Revision::default, |it| it.wafer),
            },
            security: Security::default(),
            crystal: variant.map_or(USUAL_CRYSTAL, |it| it.crystal.usual),
            trace: None,
        }
    }

    /// The chip, executing this ROM.
    #[must_use]
    pub fn firmware(self, options: Options) -> Box<dyn Firmware> {
        match self.soc.core {
            CoreModel::RiscV(model) => {
                let core = RiscV::new(model);
                Box::new(Machine::new(self.soc, core, self.memory, options))
            }
            CoreModel::Xtensa(model) => {
                let core = Xtensa::new(model);
                Box::new(Machine::new(self.soc, core, self.memory, options))
            }
        }
    }
}

/// The crystal on most boards, in MHz.
const USUAL_CRYSTAL: u32 = 40;

/// A chip that executes code.
struct Machine<C> {
    core: C,
    memory: Memory,
    peripherals: Peripherals,
    options: Options,
    cycle: u64,
    /// What the core has been asked for, and what it will be, and when.
    applied: Requests,
    pending: Option<(Requests, u64)>,
    halted: Option<Halt>,
    /// The core has stopped before code that is not at hand.
    absent: bool,
    strapping: Strapping,
    /// The core has been seen outside of the ROM since the last reset.
    left_rom: bool,
    /// The reset that it has asked for.
    asked: Option<Cause>,
}

impl<C: Core> Machine<C> {
    fn new(soc: &'static Soc, core: C, memory: Memory, options: Options) -> Self {
        Self {
            core,
            memory,
            peripherals: Peripherals::new(
                soc,
                options.crystal,
                options.trace.clone(),
                Instant::ZERO,
            ),
            options,
            cycle: 0,
            applied: Requests::default(),
            pending: None,
            halted: None,
            absent: false,
            strapping: Strapping::Flash,
            left_rom: false,
            asked: None,
        }
    }

    /// Takes what has arrived and what is due; true if the board has to look.
    fn catch_up(&mut self, wires: &mut Wires<'_>) -> bool {
        Connected::new(&mut self.peripherals, wires).catch_up(self.cycle);
        let asked = std::mem::take(&mut self.peripherals.asked);
        if let Some(cause) = asked.reset {
            self.asked = Some(cause);
            wires.request_reset(cause.of_board());
        }
        asked.sent || asked.reset.is_some()
    }

    /// Hands the core what is asked of it, in its time.
    fn ask(&mut self) {
        let requests = self.peripherals.requests();
        if requests == self.applied {
            self.pending = None;
            return;
        }
        let at = match self.pending {
            Some((pending, at)) if pending == requests => at,
            _ => self.cycle + self.peripherals.soc.interrupt_latency,
        };
        if at <= self.cycle {
            self.core.set_interrupts(requests);
            self.applied = requests;
            self.pending = None;
        } else {
            self.pending = Some((requests, at));
        }
    }

    /// Executes until `end` at most.
    fn execute(&mut self, end: u64, wires: &mut Wires<'_>) {
        let mut connected = Connected::new(&mut self.peripherals, wires);
        let mut bus = Bus::new(&mut self.memory, &mut connected, self.cycle);
        let stop = self.core.run(&mut bus, end - self.cycle);
        self.cycle = bus.cycle;
        self.peripherals.tune_core(self.cycle);
        if !self.left_rom {
            self.left_rom = !self.peripherals.soc.is_rom(self.core.pc());
        }
        match stop {
            Stop::Budget | Stop::Attention => {}
            Stop::Waiting => self.cycle = end,
            Stop::Absent => self.absent = true,
            Stop::Halted(halt) => self.stop(halt),
        }
    }

    fn stop(&mut self, halt: Halt) {
        log::warn!(target: "espwire::sim", "the chip cannot go on: {halt}");
        self.halted = Some(halt);
    }
}

impl<C: Core> Firmware for Machine<C> {
    fn reset(&mut self, reset: Reset, now: Instant) {
        let soc = self.peripherals.soc;
        let Options {
            identity,
            security,
            trace,
            ..
        } = &self.options;
        let cause = match self.asked.take() {
            Some(cause) if cause.of_board() == reset.cause => cause,
            _ => Cause::from_board(reset.cause),
        };
        self.peripherals.reset(cause, trace.clone(), now);
        let registers = &mut self.peripherals.registers;
        for (address, value) in &fuses::words(soc.chip, identity, security) {
            registers.set(*address, registers.get(*address) | value);
        }
        let Security {
            secure_download,
            secure_boot,
            crypt_count,
        } = self.options.security;
        let fuses = soc.security;
        for (field, value) in [
            (Some(fuses.secure_download), u32::from(secure_download)),
            (fuses.secure_boot, u32::from(secure_boot)),
            (fuses.crypt_count, u32::from(crypt_count)),
        ] {
            if let Some(field) = field {
                let kept = registers.get(field.address) & !field.mask();
                registers.set(field.address, kept | value << field.shift);
            }
        }
        let straps = soc.straps;
        let strapped = match reset.strapping {
            Strapping::Download => straps.download,
            Strapping::Flash => straps.flash,
        };
        registers.set(straps.register, strapped);
        let code = cause.code(&soc.reset_cause);
        for shift in soc.reset_cause.shifts {
            let register = soc.reset_cause.register;
            let kept = registers.get(register) & !(0x3f << shift);
            registers.set(register, kept | code << shift);
        }
        self.peripherals.started(reset, now);
        self.strapping = reset.strapping;
        self.left_rom = false;
        self.cycle = 0;
        self.applied = Requests::default();
        self.pending = None;
        self.halted = None;
        self.absent = false;
        self.core.reset(self.cycle);
        self.core.set_interrupts(self.applied);
    }

    fn run(&mut self, now: Instant, until: Instant, wires: &mut Wires<'_>) -> Instant {
        self.cycle = self.cycle.max(self.peripherals.clock.cycle(now));
        loop {
            if self.catch_up(wires) || self.absent {
                return self.peripherals.clock.instant(self.cycle).max(now);
            }
            let clock = &self.peripherals.clock;
            let end = clock.cycle(until);
            if self.cycle >= end {
                return until;
            }
            if self.halted.is_some() {
                // Nobody listens, and nothing happens.
                while wires.receive(until, None).is_some() {}
                return until;
            }
            let event = clock.cycle_from(self.peripherals.next(wires));
            self.ask();
            let asked = self.pending.map_or(u64::MAX, |(_, at)| at);
            let horizon = end
                .min(event)
                .min(asked)
                .min(self.cycle + SLICE)
                .max(self.cycle + 1);
            self.execute(horizon, wires);
        }
    }

    fn idle(&self) -> bool {
        self.halted.is_some()
    }

    fn running(&self) -> Running {
        if self.halted.is_some() {
            return Running::Nothing;
        }
        match (self.strapping, self.left_rom) {
            (Strapping::Download, false) => Running::Loader,
            (Strapping::Download, true) => Running::Uploaded,
            (Strapping::Flash, false) => Running::Boot,
            (Strapping::Flash, true) => Running::Application,
        }
    }
}

#[cfg(test)]
mod tests;
