//! The seam between the board and what runs on its chip.

use super::board::Record;
use super::line::Line;
use super::nor::NorFlash;
use crate::time::Instant;
use crate::wire::Opcode;

/// What runs on the chip: the modelled ROM loader, or a core that executes
/// code.
pub trait Firmware: Send {
    /// The chip comes out of reset.
    fn reset(&mut self, reset: Reset, now: Instant);

    /// Runs from `now` until `until`, or until it has put something on a wire
    /// or asked for a reset; returns the time reached.
    ///
    /// It never runs past `until`: what the host does then is not known yet.
    fn run(&mut self, now: Instant, until: Instant, wires: &mut Wires<'_>) -> Instant;

    /// Whether nothing will happen until the host says something. A core that
    /// executes code cannot know, and says no.
    fn idle(&self) -> bool;

    /// Whether it is at work and known to come to an end with it, so that
    /// there is no sense in making the host wait.
    fn busy(&self) -> bool {
        false
    }

    /// What is running, for whoever looks at the board.
    fn running(&self) -> super::Running;
}

/// How a chip came out of reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reset {
    /// Why.
    pub cause: ResetCause,
    /// What the strapping pins said.
    pub strapping: Strapping,
}

/// Why a chip was reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResetCause {
    /// The power came, or EN rose.
    PowerOn,
    /// Over USB-Serial/JTAG.
    Usb,
    /// By its own software.
    Software,
    /// By a watchdog.
    Watchdog,
}

/// What the strapping pins select.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strapping {
    /// The serial loader.
    Download,
    /// The application in flash.
    Flash,
}

/// What a chip is connected to.
#[derive(Debug)]
pub struct Wires<'a> {
    pub(super) line: &'a mut Line,
    pub(super) record: &'a mut Record,
    pub(super) reset: &'a mut Option<ResetCause>,
    /// The flash, an SPI slave.
    pub flash: &'a mut NorFlash,
}

impl Wires<'_> {
    /// When the next byte from the host is complete, if one is under way.
    #[must_use]
    pub fn next_arrival(&self) -> Option<Instant> {
        self.line.next_to_chip()
    }

    /// Takes a byte from the host that is complete at `now`, as a receiver set
    /// to `baud` sees it; with the rate it was sent at.
    ///
    /// A UART has to take each byte when it is complete, and lose it where it
    /// has no room: the other side does not wait. USB does: what is not taken
    /// stays with the host.
    pub fn receive(&mut self, now: Instant, baud: Option<u32>) -> Option<(u8, u32)> {
        self.line.receive_at_chip(now, baud)
    }

    /// Whether the host has room for another byte. It reads along while it has
    /// the port open; when nobody takes what it has read, a UART's bytes are
    /// lost and a USB device has to wait.
    #[must_use]
    pub fn host_takes(&self) -> bool {
        self.line.host_takes()
    }

    /// Sends bytes to the host, one after the other from `now` on; returns
    /// when the last one has left.
    pub fn send(&mut self, now: Instant, bytes: &[u8], baud: u32) -> Instant {
        self.line.send_from_chip(now, bytes, baud)
    }

    /// The next packet from the host over USB: its bytes, and when it is there.
    #[must_use]
    pub(super) fn next_packet(&self) -> Option<(usize, Instant)> {
        self.line.next_packet()
    }

    /// Sends a packet over USB; returns when the host has it.
    pub(super) fn send_packet(&mut self, now: Instant, packet: &[u8]) -> Instant {
        self.line.send_packet_from_chip(now, packet)
    }

    /// Resets the chip, as soon as [`Firmware::run`] returns.
    pub fn request_reset(&mut self, cause: ResetCause) {
        *self.reset = Some(cause);
    }

    /// Notes that a loader took a request, for whoever looks at the board.
    pub fn note_command(&mut self, opcode: Opcode) {
        self.record.commands.push(opcode);
    }
}
