//! The serial port of USB-Serial/JTAG (TRM, "USB Serial/JTAG Controller").
//!
//! Modelled: a packet each way with its flags, frames, and the interrupts of
//! these. The host has enumerated it already; its control lines are the reset
//! circuit's business.

use super::{Device, Io, NEVER};
use crate::sim::firmware::Wires;
use crate::sim::line::{LinkKind, USB_PACKET};
use crate::sim::soc::registers::Registers;
use crate::time::{Duration, Instant};
use std::collections::VecDeque;

/// Bytes of registers.
pub(super) const REGISTERS: u32 = 0x100;

const EP1: u32 = 0x00;
const EP1_CONF: u32 = 0x04;
const INT_RAW: u32 = 0x08;
const INT_ST: u32 = 0x0c;
const INT_ENA: u32 = 0x10;
const INT_CLR: u32 = 0x14;
const FRAM_NUM: u32 = 0x24;
const IN_EP1_ST: u32 = 0x2c;
const OUT_EP1_ST: u32 = 0x3c;

// Bits of EP1_CONF. Directions are the host's: IN goes to it.
const WR_DONE: u32 = 1 << 0;
const IN_FREE: u32 = 1 << 1;
const OUT_AVAILABLE: u32 = 1 << 2;

// Interrupts.
const SOF: u32 = 1 << 1;
const OUT_RECEIVED: u32 = 1 << 2;
const IN_EMPTY: u32 = 1 << 3;
const IN_TOKEN: u32 = 1 << 8;

/// A frame of USB, in nanoseconds.
const FRAME: u64 = 1_000_000;
/// What a frame's number is counted up to.
const FRAME_INDEX: u64 = 0x7ff;
/// When the host asks again after it had no room: in the next microframe.
const RETRY: Duration = Duration::from_micros(125);

/// The packet for the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Packet {
    /// The chip fills it.
    Filling,
    /// It is complete; the host asks for it then.
    Complete { asked: Instant },
    /// The host has it then.
    Fetched { at: Instant },
}

/// The controller.
pub(super) struct UsbSerialJtag {
    base: u32,
    /// What is left of the packet from the host.
    received: VecDeque<u8>,
    /// Bytes that were in it.
    received_len: usize,
    filled: Vec<u8>,
    packet: Packet,
    /// Interrupts that stay until they are cleared.
    raised: u32,
    /// The last frame that has raised one.
    frame: u64,
    /// Whether the start of a frame interrupts.
    frames_interrupt: bool,
}

/// The number of the frame that a point in time is in.
fn frame(at: Instant) -> u64 {
    u64::try_from(at.since(Instant::ZERO).as_millis()).unwrap_or(u64::MAX)
}

impl UsbSerialJtag {
    pub(super) const fn new(base: u32) -> Self {
        Self {
            base,
            received: VecDeque::new(),
            received_len: 0,
            filled: vec![],
            packet: Packet::Filling,
            raised: IN_EMPTY,
            frame: 0,
            frames_interrupt: false,
        }
    }

    /// The chip says that the packet is complete, or it is full.
    fn complete(&mut self, io: &mut Io<'_, '_>) {
        if self.packet == Packet::Filling {
            // Without a host it stays there for ever.
            let asked = match io.wires.line.kind() {
                LinkKind::UsbSerialJtag => io.now,
                LinkKind::Uart => NEVER,
            };
            self.packet = Packet::Complete { asked };
            self.attend(io);
        }
    }

    /// What becomes of the packet for the host.
    fn attend(&mut self, io: &mut Io<'_, '_>) {
        match self.packet {
            Packet::Complete { asked } if asked <= io.now && io.wires.host_takes() => {
                let at = io.wires.send_packet(io.now, &self.filled);
                self.filled.clear();
                self.packet = Packet::Fetched { at };
                self.raised |= IN_TOKEN;
                io.asked.sent = true;
            }
            Packet::Complete { asked } if asked <= io.now => {
                self.packet = Packet::Complete {
                    asked: io.now + RETRY,
                };
            }
            Packet::Fetched { at } if at <= io.now => {
                self.packet = Packet::Filling;
                self.raised |= IN_EMPTY;
            }
            _ => {}
        }
        io.asked.rescheduled = true;
    }

    /// Takes notice of frames that have begun.
    fn count_frames(&mut self, io: &Io<'_, '_>) {
        let now = frame(io.now);
        if now > self.frame && io.wires.line.kind() == LinkKind::UsbSerialJtag {
            self.frame = now;
            self.raised |= SOF;
        }
    }
}

impl Device for UsbSerialJtag {
    fn load(&mut self, offset: u32, io: &mut Io<'_, '_>) -> Option<u32> {
        self.count_frames(io);
        let count = |bytes: usize| u32::try_from(bytes).unwrap_or(0);
        Some(match offset {
            EP1 => {
                let byte = self.received.pop_front().unwrap_or(0);
                io.asked.rescheduled |= self.received.is_empty();
                byte.into()
            }
            EP1_CONF => {
                let mut flags = 0;
                if self.packet == Packet::Filling {
                    flags |= IN_FREE;
                }
                if !self.received.is_empty() {
                    flags |= OUT_AVAILABLE;
                }
                flags
            }
            INT_RAW => self.raised,
            INT_ST => self.raised & io.registers.get(self.base + INT_ENA),
            FRAM_NUM => u32::try_from(self.frame & FRAME_INDEX).unwrap_or(0),
            IN_EP1_ST => count(self.filled.len()) << 2 | 1,
            OUT_EP1_ST => {
                let read = self.received_len - self.received.len();
                count(self.received_len) << 16
                    | count(read) << 9
                    | count(self.received_len + 2) << 2
            }
            _ => return None,
        })
    }

    fn steady(&self, offset: u32, wires: &Wires<'_>) -> bool {
        match offset {
            EP1 | FRAM_NUM => false,
            // The start of a frame shows there, unless one has before.
            INT_RAW | INT_ST => {
                wires.line.kind() != LinkKind::UsbSerialJtag || self.raised & SOF != 0
            }
            _ => true,
        }
    }

    fn store(&mut self, offset: u32, value: u32, io: &mut Io<'_, '_>) {
        self.count_frames(io);
        match offset {
            EP1 if self.packet == Packet::Filling => {
                self.filled.push(value.to_le_bytes()[0]);
                if self.filled.len() == USB_PACKET {
                    self.complete(io);
                }
            }
            EP1_CONF if value & WR_DONE != 0 => self.complete(io),
            INT_ENA => {
                self.frames_interrupt = value & SOF != 0;
                io.asked.rescheduled = true;
            }
            INT_CLR => {
                self.raised &= !value;
                io.asked.rescheduled = true;
            }
            _ => {}
        }
    }

    fn next(&self) -> Instant {
        let packet = match self.packet {
            Packet::Filling => NEVER,
            Packet::Complete { asked: at } | Packet::Fetched { at } => at,
        };
        if self.frames_interrupt && self.raised & SOF == 0 {
            packet.min(Instant::from_nanos((self.frame + 1).saturating_mul(FRAME)))
        } else {
            packet
        }
    }

    fn advance(&mut self, io: &mut Io<'_, '_>) {
        self.count_frames(io);
        self.attend(io);
    }

    fn arrives(&self, wires: &Wires<'_>) -> Instant {
        let here = wires.line.kind() == LinkKind::UsbSerialJtag && self.received.is_empty();
        let packet = if here { wires.next_packet() } else { None };
        packet.map_or(NEVER, |(_, at)| at)
    }

    fn arrival(&mut self, io: &mut Io<'_, '_>) {
        let Some((len, _)) = io.wires.next_packet() else {
            return;
        };
        for _ in 0..len {
            let byte = io.wires.receive(io.now, None);
            self.received.extend(byte.map(|(byte, _)| byte));
        }
        self.received_len = self.received.len();
        self.raised |= OUT_RECEIVED;
    }

    fn interrupts(&self, registers: &Registers) -> bool {
        self.raised & registers.get(self.base + INT_ENA) != 0
    }
}

#[cfg(test)]
mod tests;
