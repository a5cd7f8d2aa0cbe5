//! UART (TRM, "UART Controller").
//!
//! Modelled: both FIFOs, overflow, the divider, the measurement of the rate,
//! the receive timeout, and the interrupts of these. Not modelled: flow control,
//! parity, breaks and what a wrong rate does to a frame's end.

mod layout;

pub use layout::{AutobaudLayout, TimeoutLayout, UartLayout};

use super::{Device, Io, NEVER};
use crate::sim::firmware::Wires;
use crate::sim::line::LinkKind;
use crate::sim::soc::clocks::time_of;
use crate::sim::soc::registers::Registers;
use crate::sim::watchdog::Watchdogs;
use crate::time::{Duration, Instant};
use std::collections::VecDeque;

/// Bytes of registers.
pub(super) const REGISTERS: u32 = 0x100;

// Offsets that all of them have.
const FIFO: u32 = 0x00;
const INT_RAW: u32 = 0x04;
const INT_ST: u32 = 0x08;
const INT_ENA: u32 = 0x0c;
const INT_CLR: u32 = 0x10;
const CLKDIV: u32 = 0x14;
const STATUS: u32 = 0x1c;
const CONF0: u32 = 0x20;
const CONF1: u32 = 0x24;
const MEM_CONF: u32 = 0x60;
const TOUT_CONF: u32 = 0x64;

// Interrupts.
const RX_FULL: u32 = 1 << 0;
const TX_EMPTY: u32 = 1 << 1;
const RX_OVERFLOW: u32 = 1 << 4;
const RX_TIMEOUT: u32 = 1 << 8;
const TX_DONE: u32 = 1 << 14;

/// The most edges that are counted.
const MOST_EDGES: u32 = 0x3ff;
/// Bytes in a FIFO.
const DEPTH: usize = 128;
/// Start bit, eight data bits, stop bit.
const BITS_PER_BYTE: u64 = 10;

/// A UART.
pub(super) struct Uart {
    base: u32,
    layout: &'static UartLayout,
    received: VecDeque<u8>,
    waiting: VecDeque<u8>,
    /// When the byte that is leaving has left.
    leaves: Option<Instant>,
    /// When the receive timeout comes.
    timeout: Option<Instant>,
    /// Interrupts that stay until they are cleared.
    raised: u32,
    measure: Measure,
    /// What counts of the registers that are taken over: CLKDIV, CONF0,
    /// TOUT_CONF.
    latched: [u32; 3],
}

/// A measurement of the rate.
#[derive(Clone, Copy, Debug)]
struct Measure {
    low: u32,
    high: u32,
    edges: u32,
}

impl Measure {
    const NONE: Self = Self {
        low: u32::MAX,
        high: u32::MAX,
        edges: 0,
    };

    /// Takes in a byte whose bits last so many cycles each, of which so many are
    /// not counted.
    fn byte(&mut self, byte: u8, bit: u32, short: u32) {
        // The line as it goes by, the idle line before it and the stop bit.
        let levels = u32::from(byte) << 2 | 1 | 1 << 10;
        let mut run = 0;
        for at in 1..=10 {
            run += 1;
            let (this, next) = (levels >> at & 1, levels >> (at + 1) & 1);
            if at == 10 || this == next {
                continue;
            }
            let shortest = if this == 0 {
                &mut self.low
            } else {
                &mut self.high
            };
            *shortest = (*shortest).min((run * bit).saturating_sub(short));
            run = 0;
            self.edges += 1;
        }
        // The edge into the start bit.
        self.edges += 1;
    }
}

impl Uart {
    pub(super) fn new(base: u32, layout: &'static UartLayout) -> Self {
        Self {
            base,
            layout,
            received: VecDeque::with_capacity(DEPTH),
            waiting: VecDeque::with_capacity(DEPTH),
            leaves: None,
            timeout: None,
            raised: 0,
            measure: Measure::NONE,
            latched: [0; 3],
        }
    }

    /// What a register holds, as far as it counts.
    fn register(&self, registers: &Registers, offset: u32) -> u32 {
        if self.layout.update.is_some() {
            let latched = UartLayout::LATCHED.iter().zip(self.latched);
            if let Some((_, value)) = latched.into_iter().find(|(it, _)| **it == offset) {
                return value;
            }
        }
        registers.get(self.base + offset)
    }

    /// The divider in sixteenths.
    fn divider(&self, registers: &Registers) -> u32 {
        let divider = self.register(registers, CLKDIV);
        ((divider & 0xf_ffff) << 4 | divider >> 20 & 0xf).max(16)
    }

    fn baud(&self, io: &Io<'_, '_>) -> u32 {
        let clock = u64::from(io.hz) * 16;
        u32::try_from(clock / u64::from(self.divider(io.registers))).unwrap_or(u32::MAX)
    }

    /// How long so many bits take.
    fn bits(&self, io: &Io<'_, '_>, bits: u64) -> Duration {
        let sixteenths = bits * u64::from(self.divider(io.registers));
        time_of(sixteenths, io.hz) / 16
    }

    /// The interrupts as they stand.
    fn raw(&self, registers: &Registers) -> u32 {
        let UartLayout {
            full_threshold: mask,
            empty_threshold: shift,
            ..
        } = *self.layout;
        let conf1 = registers.get(self.base + CONF1);
        let [full, empty] = [conf1, conf1 >> shift].map(|it| (it & mask).max(1) as usize);
        let mut raw = self.raised;
        if self.received.len() >= full {
            raw |= RX_FULL;
        }
        if self.waiting.len() < empty {
            raw |= TX_EMPTY;
        }
        raw
    }

    /// Lets the next byte leave.
    fn send_next(&mut self, io: &mut Io<'_, '_>) {
        let Some(byte) = self.waiting.pop_front() else {
            if self.leaves.take().is_some() {
                self.raised |= TX_DONE;
            }
            return;
        };
        self.leaves = Some(io.now + self.bits(io, BITS_PER_BYTE));
        io.asked.rescheduled = true;
        if io.wires.line.kind() == LinkKind::Uart {
            let baud = self.baud(io);
            io.wires.send(io.now, &[byte], baud);
            io.asked.sent = true;
        }
    }

    /// From now on what is in the registers counts.
    fn take_over(&mut self, registers: &Registers) {
        self.latched = UartLayout::LATCHED.map(|at| registers.get(self.base + at));
    }

    /// The transmitter's state, if it is in this register.
    fn state_in(&self, offset: u32) -> u32 {
        let (register, shift) = self.layout.transmitter;
        u32::from(register == offset && self.leaves.is_some()) << shift
    }

    fn measures(&self, registers: &Registers) -> bool {
        let (offset, bit) = self.layout.autobaud.enable;
        self.register(registers, offset) & bit != 0
    }

    fn await_timeout(&mut self, io: &mut Io<'_, '_>) {
        let TimeoutLayout {
            enable: (offset, bit),
            threshold: (register, shift, mask),
            unit,
        } = self.layout.timeout;
        let enabled = self.register(io.registers, offset) & bit != 0;
        let threshold = self.register(io.registers, register) >> shift & mask;
        self.timeout = (enabled && !self.received.is_empty())
            .then(|| io.now + self.bits(io, u64::from(threshold * unit)));
        io.asked.rescheduled = true;
    }
}

impl Device for Uart {
    fn reset_values(&self) -> Vec<(u32, u32)> {
        self.layout.after_reset.to_vec()
    }

    fn load(&mut self, offset: u32, io: &mut Io<'_, '_>) -> Option<u32> {
        let AutobaudLayout {
            low,
            high,
            edges,
            longest,
            ..
        } = self.layout.autobaud;
        let count = |fifo: &VecDeque<u8>| u32::try_from(fifo.len()).unwrap_or(0);
        Some(match offset {
            FIFO => {
                let byte = self.received.pop_front().unwrap_or(0);
                if self.received.is_empty() {
                    self.timeout = None;
                }
                u32::from(byte)
            }
            INT_RAW => self.raw(io.registers),
            INT_ST => self.raw(io.registers) & io.registers.get(self.base + INT_ENA),
            STATUS => {
                let counts = count(&self.received) | count(&self.waiting) << 16;
                counts | self.state_in(STATUS)
            }
            _ if offset == low => self.measure.low.min(longest),
            _ if offset == high => self.measure.high.min(longest),
            _ if offset == edges => self.measure.edges.min(MOST_EDGES),
            _ if offset == self.layout.transmitter.0 => self.state_in(offset),
            _ if offset == self.layout.id => io.registers.get(self.base + offset) & !(1 << 31),
            _ if Some(offset) == self.layout.update => 0,
            _ => return None,
        })
    }

    fn steady(&self, offset: u32, _wires: &Wires<'_>) -> bool {
        offset != FIFO
    }

    fn store(&mut self, offset: u32, value: u32, io: &mut Io<'_, '_>) {
        let measured = self.measures(io.registers);
        let update = self.layout.update == Some(offset) && value & 1 != 0;
        if update {
            self.take_over(io.registers);
        }
        match offset {
            FIFO if self.waiting.len() < DEPTH => {
                self.waiting.push_back(value.to_le_bytes()[0]);
                if self.leaves.is_none() {
                    self.send_next(io);
                }
            }
            INT_CLR => self.raised &= !value,
            CONF0 => {
                if value & self.layout.rx_reset != 0 {
                    self.received.clear();
                    self.timeout = None;
                }
                if value & self.layout.rx_reset << 1 != 0 {
                    self.waiting.clear();
                }
            }
            _ => {}
        }
        // It starts anew whenever it is switched on.
        let (enable, bit) = self.layout.autobaud.enable;
        let switched = offset == enable && value & bit != 0 && self.layout.update.is_none();
        let taken_over = update && !measured;
        if (switched || taken_over) && self.measures(io.registers) {
            self.measure = Measure::NONE;
        }
    }

    fn resume(&mut self, registers: &Registers, _watchdogs: &Watchdogs) {
        self.take_over(registers);
    }

    fn next(&self) -> Instant {
        let leaves = self.leaves.unwrap_or(NEVER);
        leaves.min(self.timeout.unwrap_or(NEVER))
    }

    fn advance(&mut self, io: &mut Io<'_, '_>) {
        if self.leaves.is_some_and(|at| at <= io.now) {
            self.send_next(io);
        }
        if self.timeout.is_some_and(|at| at <= io.now) {
            self.timeout = None;
            self.raised |= RX_TIMEOUT;
        }
    }

    fn arrives(&self, wires: &Wires<'_>) -> Instant {
        match wires.line.kind() {
            LinkKind::Uart => wires.next_arrival().unwrap_or(NEVER),
            LinkKind::UsbSerialJtag => NEVER,
        }
    }

    fn arrival(&mut self, io: &mut Io<'_, '_>) {
        let baud = self.baud(io);
        let Some(sent) = io.wires.line.peek_at_chip() else {
            return;
        };
        let Some((seen, sent_at)) = io.wires.receive(io.now, Some(baud)) else {
            return;
        };
        if self.measures(io.registers) {
            let bit = io.hz / sent_at.max(1);
            self.measure.byte(sent, bit, self.layout.autobaud.short);
        }
        if self.register(io.registers, CONF0) & self.layout.rx_reset != 0 {
            return;
        }
        if self.received.len() < DEPTH {
            self.received.push_back(seen);
        } else {
            self.raised |= RX_OVERFLOW;
        }
        self.await_timeout(io);
    }

    fn interrupts(&self, registers: &Registers) -> bool {
        self.raw(registers) & registers.get(self.base + INT_ENA) != 0
    }
}

#[cfg(test)]
mod tests;
