//! What is around a chip's core: devices and registers, with their clocks.

use super::clocks::{Clock, Rate};
use super::description::Soc;
use super::device::{Asked, Device, Io, NEVER, Placed, RtcWatchdog, Shown, Started};
use super::registers::{Habit, Owner, Registers, Trace};
use super::resets::{Cause, Extent};
use crate::sim::cpu::{Devices, Fault, FaultKind, Requests, Width};
use crate::sim::firmware::{Reset, Wires};
use crate::sim::watchdog::Watchdogs;
use crate::time::Instant;

/// The flash's opcode for reading (W25Q32JV data sheet, "Read Data").
const READ_DATA: u8 = 0x03;

/// A device with what the machine knows about it.
struct Slot {
    device: Box<dyn Device>,
    base: u32,
    clock: &'static Rate,
    /// The interrupt matrix's register for it.
    interrupt: Option<u32>,
    /// How fast its clock ticks, in Hz.
    hz: u32,
    raised: bool,
}

/// Everything but core and memory.
pub(super) struct Peripherals {
    pub(super) soc: &'static Soc,
    /// What the core's cycles are.
    pub(super) clock: Clock,
    /// How fast the core's clock is to tick, in Hz.
    core_hz: u32,
    /// The crystal's frequency in Hz.
    crystal: u32,
    /// The registers that have a say in clocks.
    clock_registers: Vec<u32>,
    pub(super) registers: Registers,
    devices: Vec<Slot>,
    pub(super) asked: Asked,
}

/// The peripherals, connected to the wires.
pub(super) struct Connected<'a, 'w> {
    pub(super) peripherals: &'a mut Peripherals,
    pub(super) wires: &'a mut Wires<'w>,
    attention: bool,
    steady: bool,
}

impl<'a, 'w> Connected<'a, 'w> {
    pub(super) fn new(peripherals: &'a mut Peripherals, wires: &'a mut Wires<'w>) -> Self {
        Self {
            peripherals,
            wires,
            attention: false,
            steady: false,
        }
    }

    /// Lets the devices do what is due, and take what has arrived.
    pub(super) fn catch_up(&mut self, cycle: u64) {
        let now = self.peripherals.clock.instant(cycle);
        for number in 0..self.peripherals.devices.len() {
            let slot = self.peripherals.devices.get(number);
            if slot.is_some_and(|slot| slot.device.next() <= now) {
                self.with(number, now, |device, io| device.advance(io));
            }
        }
        for number in 0..self.peripherals.devices.len() {
            while self.arrives(number) <= now {
                self.with(number, now, |device, io| device.arrival(io));
            }
        }
    }

    /// The word that a cache shows at an address of memory.
    fn flash_word(&mut self, address: u32, now: u64) -> Option<u32> {
        let Peripherals {
            devices, registers, ..
        } = &*self.peripherals;
        let shown = devices
            .iter()
            .find_map(|slot| slot.device.shown(address, registers))?;
        let at = match shown {
            Shown::Flash(at) => at,
            Shown::Word(word) => return Some(word),
        };
        let [_, high, middle, low] = at.to_be_bytes();
        let mut word = [0; 4];
        let now = self.peripherals.clock.instant(now);
        self.wires
            .flash
            .transfer(now, &[READ_DATA, high, middle, low], &mut word);
        Some(u32::from_le_bytes(word))
    }

    /// When a device can take something from the host.
    fn arrives(&self, number: usize) -> Instant {
        let slot = self.peripherals.devices.get(number);
        slot.map_or(NEVER, |slot| slot.device.arrives(self.wires))
    }

    /// Whether a device's register is as it is read until something happens.
    fn is_steady(&self, number: usize, offset: u32) -> bool {
        let slot = self.peripherals.devices.get(number);
        slot.is_some_and(|slot| slot.device.steady(offset, self.wires))
    }

    /// Lets a device do something, and looks at what has come of it.
    fn with<R>(
        &mut self,
        number: usize,
        now: Instant,
        work: impl FnOnce(&mut dyn Device, &mut Io<'_, '_>) -> R,
    ) -> Option<R> {
        let Peripherals {
            registers,
            devices,
            asked,
            crystal,
            ..
        } = &mut *self.peripherals;
        let slot = devices.get_mut(number)?;
        let mut io = Io {
            now,
            hz: slot.hz,
            crystal: *crystal,
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
        self.steady = false;
        let unmapped = Fault {
            address,
            kind: FaultKind::Unmapped,
        };
        let address = self.peripherals.canonical(address);
        let Some(owner) = self.peripherals.registers.owner(address) else {
            let flash = self.flash_word(address & !3, now).ok_or(unmapped)?;
            return Ok(flash >> (address % 4 * 8) & width.mask());
        };
        let word = match owner {
            Owner::Storage => {
                self.steady = !self.peripherals.registers.traced();
                self.peripherals.registers.load(address)
            }
            Owner::Device(number) => {
                let now = self.peripherals.clock.instant(now);
                let offset = self.peripherals.offset(number, address);
                self.steady = self.is_steady(number, offset);
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
        let address = self.peripherals.canonical(address);
        let owner = self.peripherals.registers.owner(address).ok_or(unmapped)?;
        let shift = address % 4 * 8;
        if !self.peripherals.permits(owner, address) {
            return Ok(());
        }
        let kept = self.peripherals.registers.get(address) & !(width.mask() << shift);
        let word = kept | value << shift;
        self.peripherals.registers.set(address, word);
        match owner {
            Owner::Storage => {
                self.peripherals.registers.stored(address, word);
                self.peripherals.notice(address & !3);
                self.peripherals.software_reset(address, word);
                // It may be the interrupt controller's.
                self.attention = true;
            }
            Owner::Device(number) => {
                let now = self.peripherals.clock.instant(now);
                let offset = self.peripherals.offset(number, address);
                self.with(number, now, |device, io| device.store(offset, word, io));
            }
        }
        self.attention |= self.peripherals.tune(address & !3, word);
        Ok(())
    }

    fn attention(&self) -> bool {
        self.attention
    }

    fn steady(&self) -> bool {
        self.steady
    }
}

impl Peripherals {
    /// The peripherals of a chip that comes out of reset at `now`, with a
    /// crystal of so many MHz.
    pub(super) fn new(soc: &'static Soc, crystal: u32, trace: Option<Trace>, now: Instant) -> Self {
        let of_devices = soc.devices.iter().flat_map(|placed| placed.kind.habits());
        let habits: Vec<Habit> = soc.habits.iter().chain(of_devices).copied().collect();
        let mut registers = Registers::new(soc.windows, &habits, trace);
        for (address, value) in soc.after_reset {
            registers.set(*address, *value);
        }
        let mut clock_registers: Vec<u32> =
            soc.core_clock_update.iter().map(|it| it.address).collect();
        soc.core_clock.registers(&mut clock_registers);
        let mut peripherals = Self {
            soc,
            clock: Clock::new(1, now),
            core_hz: 1,
            crystal: crystal.saturating_mul(1_000_000),
            devices: vec![],
            clock_registers,
            registers,
            asked: Asked::default(),
        };
        for Placed {
            base,
            clock,
            interrupt,
            kind,
        } in soc.devices
        {
            peripherals.place((*base, kind.len()), clock, *interrupt, kind.make(*base));
        }
        if let Some(facts) = &soc.chip.watchdogs {
            let dogs = RtcWatchdog::new(facts);
            let registers = (dogs.base(), dogs.len());
            peripherals.place(registers, &Rate::Crystal, None, Box::new(dogs));
        }
        peripherals.start_clocks(now);
        peripherals
    }

    fn place(
        &mut self,
        (base, len): (u32, u32),
        clock: &'static Rate,
        interrupt: Option<u32>,
        device: Box<dyn Device>,
    ) {
        let number = u8::try_from(self.devices.len()).unwrap_or(u8::MAX);
        self.registers.give(base, len, number);
        for (offset, value) in device.reset_values() {
            self.registers.set(base + offset, value);
        }
        clock.registers(&mut self.clock_registers);
        self.devices.push(Slot {
            device,
            base,
            clock,
            interrupt,
            hz: 1,
            raised: false,
        });
    }

    fn start_clocks(&mut self, now: Instant) {
        self.tune_devices();
        self.core_hz = self.asked_core_hz();
        self.clock = Clock::new(self.core_hz, now);
    }

    /// What is left of them after a reset.
    pub(super) fn reset(&mut self, cause: Cause, trace: Option<Trace>, now: Instant) {
        if cause.extent() == Extent::Cpu {
            self.clock = Clock::new(self.core_hz, now);
            return;
        }
        let crystal = self.crystal / 1_000_000;
        let before = std::mem::replace(self, Self::new(self.soc, crystal, trace, now));
        if cause.extent() == Extent::Core {
            for window in self.soc.low_power {
                for address in (window.start..window.start + window.len).step_by(4) {
                    self.registers.set(address, before.registers.get(address));
                }
            }
            for (slot, before) in self.devices.iter_mut().zip(before.devices) {
                if before.device.outlives_core_reset() {
                    *slot = before;
                }
            }
            self.start_clocks(now);
        }
    }

    /// Tells the devices that the chip comes out of a reset.
    pub(super) fn started(&mut self, reset: Reset, now: Instant) {
        for slot in &mut self.devices {
            let mut with = Started {
                now,
                hz: slot.hz,
                registers: &self.registers,
            };
            slot.device.started(reset, &mut with);
        }
    }

    /// Looks after the clocks when a register has been written; true if the
    /// core's is to tick at another rate.
    fn tune(&mut self, address: u32, word: u32) -> bool {
        if !self.clock_registers.contains(&address) {
            return false;
        }
        self.tune_devices();
        let counts = self
            .soc
            .core_clock_update
            .is_none_or(|update| update.address == address && update.of(word) != 0);
        if !counts {
            return false;
        }
        let before = self.core_hz;
        self.core_hz = self.asked_core_hz();
        self.core_hz != before
    }

    /// How fast the core's clock is to tick as its registers are, in Hz.
    fn asked_core_hz(&self) -> u32 {
        self.soc.core_clock.hz(&self.registers, self.crystal)
    }

    /// Puts a word into a register, as somebody has left it.
    pub(super) fn leave(&mut self, address: u32, word: u32) {
        self.registers.set(self.canonical(address), word);
    }

    /// Goes on with registers and watchdogs that somebody has left who took the
    /// core's place so far.
    pub(super) fn resume(&mut self, watchdogs: &Watchdogs) {
        self.tune_devices();
        self.core_hz = self.asked_core_hz();
        for slot in &mut self.devices {
            slot.device.resume(&self.registers, watchdogs);
        }
    }

    fn tune_devices(&mut self) {
        for slot in &mut self.devices {
            slot.hz = slot.clock.hz(&self.registers, self.crystal);
        }
    }

    /// Lets the core's clock tick as the registers say, from a cycle on.
    pub(super) fn tune_core(&mut self, cycle: u64) {
        self.clock.change(cycle, self.core_hz);
    }

    /// Where a register is that is at several addresses.
    fn canonical(&self, address: u32) -> u32 {
        let mut mirrors = self.soc.mirrors.iter();
        let found = mirrors.find(|it| address.wrapping_sub(it.start) < it.len);
        found.map_or(address, |it| it.of.wrapping_add(address - it.start))
    }

    /// Where a register is, from the first one of its device.
    fn offset(&self, number: usize, address: u32) -> u32 {
        let base = self.devices.get(number).map_or(0, |it| it.base);
        (address & !3).wrapping_sub(base)
    }

    /// Whether a register takes what is stored.
    fn permits(&self, owner: Owner, address: u32) -> bool {
        match owner {
            Owner::Storage => true,
            Owner::Device(number) => self.devices.get(number).is_none_or(|slot| {
                let offset = (address & !3).wrapping_sub(slot.base);
                slot.device.permits(offset, &self.registers)
            }),
        }
    }

    /// Tells the devices that watch a register that it has been written.
    fn notice(&mut self, address: u32) {
        for slot in &mut self.devices {
            if slot.device.watches(address) {
                slot.device.noticed(&mut self.registers);
            }
        }
    }

    fn software_reset(&mut self, address: u32, word: u32) {
        for (bit, extent) in self.soc.software_reset {
            if address & !3 == bit.address && bit.of(word) != 0 {
                self.asked.reset = Some(Cause::Software(*extent));
            }
        }
    }

    /// When a device next does something by itself, or can take something from
    /// the host.
    pub(super) fn next(&self, wires: &Wires<'_>) -> Instant {
        let devices = self.devices.iter().map(|slot| &slot.device);
        let all = devices.map(|device| device.next().min(device.arrives(wires)));
        all.min().unwrap_or(NEVER)
    }

    /// What is asked of the core as things stand.
    pub(super) fn requests(&self) -> Requests {
        let mut lines = 0;
        for slot in &self.devices {
            if let (true, Some(register)) = (slot.raised, slot.interrupt) {
                lines |= 1 << (self.registers.get(register) & 0x3f);
            }
        }
        self.soc.interrupts.requests(lines, &self.registers)
    }
}
