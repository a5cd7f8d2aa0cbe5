//! A chip that executes code: core, memory and devices, on a board.

use super::description::{CoreModel, Ratio, Soc};
use super::device::{Asked, Clock, Clocks, Device, Io, NEVER};
use super::registers::{Owner, Registers, Trace};
use super::rom::{Rom, RomError};
use crate::chip::{Chip, Revision};
use crate::sim::Running;
use crate::sim::cpu::riscv::RiscV;
use crate::sim::cpu::{
    Bus, Core, Devices, Fault, FaultKind, Halt, MapError, Memory, Requests, Stop, Width,
};
use crate::sim::firmware::{Firmware, Reset, ResetCause, Strapping, Wires};
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
        let mut memory = Memory::new();
        for piece in soc.memory {
            match piece.alias_of {
                None => memory.add(piece.start, piece.len, piece.rule)?,
                Some(of) => memory.alias(piece.start, piece.len, of, piece.rule)?,
            }
        }
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
        }
    }
}

/// The crystal on most boards, in MHz.
const USUAL_CRYSTAL: u32 = 40;

/// A device with what the machine knows about it.
struct Slot {
    device: Box<dyn Device>,
    base: u32,
    /// The interrupt matrix's register for it.
    interrupt: Option<u32>,
    raised: bool,
}

/// Everything but core and memory.
struct Peripherals {
    soc: &'static Soc,
    clock: Clock,
    clocks: Clocks,
    registers: Registers,
    devices: Vec<Slot>,
    /// Which device hears the wires.
    listener: Option<usize>,
    asked: Asked,
}

/// The peripherals, connected to the wires.
struct Connected<'a, 'w> {
    peripherals: &'a mut Peripherals,
    wires: &'a mut Wires<'w>,
    attention: bool,
}

impl Connected<'_, '_> {
    /// Lets a device do something, and looks at what has come of it.
    fn with<R>(
        &mut self,
        number: usize,
        now: u64,
        work: impl FnOnce(&mut dyn Device, &mut Io<'_, '_>) -> R,
    ) -> Option<R> {
        let Peripherals {
            registers,
            devices,
            asked,
            clock,
            clocks,
            ..
        } = &mut *self.peripherals;
        let slot = devices.get_mut(number)?;
        let mut io = Io {
            now,
            clock: *clock,
            clocks: *clocks,
            registers,
            wires: self.wires,
            asked,
        };
        let result = work(slot.device.as_mut(), &mut io);
        let raised = slot.device.interrupts(registers);
        self.attention |=
            raised != slot.raised || asked.sent || asked.rescheduled || asked.reset.is_some();
        slot.raised = raised;
        Some(result)
    }
}

impl Devices for Connected<'_, '_> {
    fn load(&mut self, now: u64, address: u32, width: Width) -> Result<u32, Fault> {
        self.attention = false;
        let unmapped = Fault {
            address,
            kind: FaultKind::Unmapped,
        };
        let word = match self.peripherals.registers.owner(address).ok_or(unmapped)? {
            Owner::Storage => self.peripherals.registers.load(address),
            Owner::Device(number) => {
                let base = self.peripherals.devices.get(number).map_or(0, |it| it.base);
                let offset = (address & !3).wrapping_sub(base);
                let value = self.with(number, now, |device, io| device.load(offset, io));
                match value.flatten() {
                    Some(value) => value,
                    None => self.peripherals.registers.get(address),
                }
            }
        };
        Ok(word >> (address % 4 * 8) & width.mask())
    }

    fn store(&mut self, now: u64, address: u32, width: Width, value: u32) -> Result<(), Fault> {
        self.attention = false;
        let unmapped = Fault {
            address,
            kind: FaultKind::Unmapped,
        };
        let owner = self.peripherals.registers.owner(address).ok_or(unmapped)?;
        let shift = address % 4 * 8;
        let kept = self.peripherals.registers.get(address) & !(width.mask() << shift);
        let word = kept | value << shift;
        self.peripherals.registers.set(address, word);
        match owner {
            Owner::Storage => {
                self.peripherals.registers.stored(address, word);
                self.peripherals.software_reset(address, word);
                // It may be the interrupt controller's.
                self.attention = true;
            }
            Owner::Device(number) => {
                let base = self.peripherals.devices.get(number).map_or(0, |it| it.base);
                let offset = (address & !3).wrapping_sub(base);
                self.with(number, now, |device, io| device.store(offset, word, io));
            }
        }
        Ok(())
    }

    fn attention(&self) -> bool {
        self.attention
    }
}

impl Peripherals {
    fn new(soc: &'static Soc, options: &Options) -> Self {
        let mut registers = Registers::new(soc.windows, soc.habits, options.trace.clone());
        let devices = (0..).zip(soc.devices).map(|(number, placed)| {
            registers.give(placed.base, placed.kind.len(), number);
            Slot {
                device: placed.kind.make(placed.base),
                base: placed.base,
                interrupt: placed.interrupt,
                raised: false,
            }
        });
        Self {
            soc,
            clock: Clock::new(soc.clock.hz(options.crystal)),
            clocks: Clocks {
                crystal: Ratio::CRYSTAL.hz(options.crystal),
                uart: Ratio::CRYSTAL
                    .hz(options.crystal)
                    .saturating_mul(soc.chip.uart.clock_multiple),
            },
            devices: devices.collect(),
            registers,
            listener: Some(0),
            asked: Asked::default(),
        }
    }

    fn software_reset(&mut self, address: u32, word: u32) {
        for (register, bit) in self.soc.software_reset {
            if address & !3 == *register && word & bit != 0 {
                self.asked.reset = Some(ResetCause::Software);
            }
        }
    }

    /// The next cycle at which a device does something by itself.
    fn next(&self) -> u64 {
        let all = self.devices.iter().map(|slot| slot.device.next());
        all.min().unwrap_or(NEVER)
    }

    /// What is asked of the core as things stand.
    fn requests(&self) -> Requests {
        let mut lines = 0;
        for slot in &self.devices {
            if let (true, Some(register)) = (slot.raised, slot.interrupt) {
                lines |= 1 << (self.registers.get(register) & 0x3f);
            }
        }
        self.soc.interrupts.requests(lines, &self.registers)
    }
}

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
    strapping: Strapping,
}

impl<C: Core> Machine<C> {
    fn new(soc: &'static Soc, core: C, memory: Memory, options: Options) -> Self {
        Self {
            core,
            memory,
            peripherals: Peripherals::new(soc, &options),
            options,
            cycle: 0,
            applied: Requests::default(),
            pending: None,
            halted: None,
            strapping: Strapping::Flash,
        }
    }

    /// Takes what has arrived and what is due; true if the board has to look.
    fn catch_up(&mut self, wires: &mut Wires<'_>) -> bool {
        let clock = self.peripherals.clock;
        let now = self.cycle;
        let mut connected = Connected {
            peripherals: &mut self.peripherals,
            wires,
            attention: false,
        };
        for number in 0..connected.peripherals.devices.len() {
            let due = connected.peripherals.devices.get(number);
            if due.is_some_and(|slot| slot.device.next() <= now) {
                connected.with(number, now, |device, io| device.advance(io));
            }
        }
        while let Some(at) = connected.wires.next_arrival() {
            if clock.cycle_from(at) > now {
                break;
            }
            match connected.peripherals.listener {
                Some(number) => {
                    connected.with(number, now, |device, io| device.arrival(io));
                }
                None => {
                    connected.wires.receive(clock.instant(now), None);
                }
            }
        }
        let asked = std::mem::take(&mut self.peripherals.asked);
        if let Some(cause) = asked.reset {
            wires.request_reset(cause);
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
        let mut connected = Connected {
            peripherals: &mut self.peripherals,
            wires,
            attention: false,
        };
        let mut bus = Bus::new(&mut self.memory, &mut connected, self.cycle);
        let stop = self.core.run(&mut bus, end - self.cycle);
        self.cycle = bus.cycle;
        match stop {
            Stop::Budget | Stop::Attention => {}
            Stop::Waiting => self.cycle = end,
            Stop::Halted(halt) => {
                log::warn!(target: "espwire::sim", "the chip cannot go on: {halt}");
                self.halted = Some(halt);
            }
        }
    }
}

impl<C: Core> Firmware for Machine<C> {
    fn reset(&mut self, reset: Reset, now: Instant) {
        let soc = self.peripherals.soc;
        self.peripherals = Peripherals::new(soc, &self.options);
        let registers = &mut self.peripherals.registers;
        let Options {
            identity, security, ..
        } = &self.options;
        let fuses = fuses::words(soc.chip, identity, security);
        for (address, value) in soc.after_reset.iter().chain(&fuses) {
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
        let causes = soc.reset_cause;
        let [power_on, usb, software, watchdog] = causes.codes;
        let code = match reset.cause {
            ResetCause::PowerOn => power_on,
            ResetCause::Usb => usb,
            ResetCause::Software => software,
            ResetCause::Watchdog => watchdog,
        };
        let kept = registers.get(causes.register);
        registers.set(causes.register, kept | code << causes.shift);
        self.strapping = reset.strapping;
        self.cycle = self.peripherals.clock.cycle_from(now);
        self.applied = Requests::default();
        self.pending = None;
        self.halted = None;
        self.core.reset(self.cycle);
        self.core.set_interrupts(self.applied);
    }

    fn run(&mut self, now: Instant, until: Instant, wires: &mut Wires<'_>) -> Instant {
        let clock = self.peripherals.clock;
        self.cycle = self.cycle.max(clock.cycle(now));
        let end = clock.cycle(until);
        loop {
            if self.catch_up(wires) {
                return clock.instant(self.cycle).max(now);
            }
            if self.cycle >= end {
                return until;
            }
            if self.halted.is_some() {
                // Nobody listens, and nothing happens.
                while wires.receive(until, None).is_some() {}
                return until;
            }
            self.ask();
            let arrival = wires
                .next_arrival()
                .map_or(NEVER, |at| clock.cycle_from(at));
            let asked = self.pending.map_or(NEVER, |(_, at)| at);
            let horizon = end
                .min(arrival)
                .min(asked)
                .min(self.peripherals.next())
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
        match self.strapping {
            Strapping::Download => Running::Loader,
            Strapping::Flash => Running::Application,
        }
    }
}
