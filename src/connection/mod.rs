//! One loader session: reset, sync, request and response.
//!
//! Every wait ends: at its timeout, at the caller's deadline, or when the
//! caller cancels. Nothing sleeps after a command; what is left over from one
//! is recognised by its content when the next answer is awaited.

mod boot_log;
mod cancel;
mod connect;
mod detect;
mod reset;
pub mod timing;

pub use boot_log::{BootLog, Heard};
pub use cancel::{CancelToken, Limits};
pub use connect::{Approach, Greeting};
pub use detect::Detected;
pub use reset::{BadSequence, ResetSequence, Step};

use crate::chip::Chip;
use crate::error::{DeviceError, Error, NoAnswer, PortError, Result};
use crate::slip::{self, Decoder, Event};
use crate::time::{Duration, Instant};
use crate::transport::{Lines, Transport};
use crate::wire::{
    self, ChangeBaudrate, Command, Dialect, Exchange, Loader, Opcode, Reply, Response, Sync,
};

/// The longest frame a loader sends: a stub's 16 KiB block of flash, with room.
const LONGEST_FRAME: usize = 0x4100;
/// How much is read at once.
const READ_SIZE: usize = 0x1000;

/// What went over the wire so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Requests sent.
    pub commands: u64,
    /// Bytes sent, framing included.
    pub bytes_out: u64,
    /// Bytes received, framing included.
    pub bytes_in: u64,
}

/// A connection to a loader, over a transport that it owns.
#[derive(Debug)]
pub struct Connection<T> {
    transport: T,
    limits: Limits,
    lines: Lines,
    baud: u32,
    chip: Option<&'static Chip>,
    dialect: Dialect,
    decoder: Decoder,
    log: BootLog,
    /// Bytes received; those from `read_at` on have not been decoded.
    received: Vec<u8>,
    read_at: usize,
    /// The request's body, and the request as it goes out.
    body: Vec<u8>,
    frame: Vec<u8>,
    /// The last frame received.
    answer: Vec<u8>,
    /// Tells the answer to the command under way from leftovers.
    exchange: Exchange,
    counters: Counters,
}

impl<T: Transport> Connection<T> {
    /// A connection that has not said anything yet, at the rate the transport
    /// is set to.
    ///
    /// # Errors
    /// The port does not tell its rate.
    pub fn new(transport: T, limits: Limits) -> Result<Self, (Error, T)> {
        let baud = match transport.settings() {
            Ok(settings) => settings.baud,
            Err(error) => return Err((error.into(), transport)),
        };
        Ok(Self {
            transport,
            limits,
            lines: Lines::default(),
            baud,
            chip: None,
            dialect: Dialect::ROM,
            decoder: Decoder::new(LONGEST_FRAME),
            log: BootLog::default(),
            received: Vec::with_capacity(READ_SIZE),
            read_at: 0,
            body: Vec::new(),
            frame: Vec::new(),
            answer: Vec::new(),
            exchange: Exchange::new(),
            counters: Counters::default(),
        })
    }

    /// The transport.
    pub const fn transport(&self) -> &T {
        &self.transport
    }

    /// The transport, to be used past the connection.
    pub const fn transport_mut(&mut self) -> &mut T {
        &mut self.transport
    }

    /// Gives the transport back.
    pub fn into_transport(self) -> T {
        self.transport
    }

    /// The chip, once it is known.
    pub const fn chip(&self) -> Option<&'static Chip> {
        self.chip
    }

    /// How the loader speaks.
    pub const fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    /// Says how the loader speaks from now on.
    pub const fn set_dialect(&mut self, dialect: Dialect) {
        self.dialect = dialect;
    }

    /// What went over the wire so far.
    pub const fn counters(&self) -> Counters {
        self.counters
    }

    /// What came outside frames since the last reset.
    pub const fn boot_log(&self) -> &BootLog {
        &self.log
    }

    /// The rate in bits per second.
    pub const fn baud(&self) -> u32 {
        self.baud
    }

    /// What bounds this connection.
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Whether it is still time to do something.
    ///
    /// # Errors
    /// [`Error::Cancelled`], [`Error::Deadline`].
    pub fn check(&self, doing: &'static str) -> Result<()> {
        if self.limits.cancel.is_cancelled() {
            return Err(Error::Cancelled);
        }
        match self.limits.deadline {
            Some(deadline) if self.transport.now() >= deadline => Err(Error::Deadline { doing }),
            _ => Ok(()),
        }
    }

    /// The end of a wait that may take `timeout`, and of the slice of it after
    /// which the caller's wishes are looked at again.
    fn slice(&self, until: Instant) -> Instant {
        let soon = self.transport.now() + timing::CANCEL_POLL;
        let bound = self.limits.deadline.unwrap_or(Instant::FAR_FUTURE);
        soon.min(until).min(bound)
    }

    /// Drives the control lines, and forgets what was on the wire before.
    ///
    /// # Errors
    /// The port is gone, cancelled, the deadline passed; the lines are then
    /// released if they can be.
    pub fn reset(&mut self, sequence: &ResetSequence) -> Result<()> {
        log::debug!(target: "espwire::connection", "reset {sequence}");
        let outcome = self.steps(sequence.steps());
        if outcome.is_err() {
            // Nobody must be left with a chip that is held in reset. That the
            // port is gone is what `outcome` says already.
            let _ = self.transport.set_lines(Lines::default());
            self.lines = Lines::default();
        }
        self.forget()?;
        outcome
    }

    fn steps(&mut self, steps: &[Step]) -> Result<()> {
        for step in steps {
            match *step {
                Step::Dtr(dtr) => self.set_lines(Lines { dtr, ..self.lines })?,
                Step::Rts(rts) => self.set_lines(Lines { rts, ..self.lines })?,
                Step::Both(lines) => self.set_lines(lines)?,
                Step::Wait(time) => self.pause(time)?,
            }
        }
        Ok(())
    }

    fn set_lines(&mut self, lines: Lines) -> Result<()> {
        self.transport.set_lines(lines)?;
        self.lines = lines;
        Ok(())
    }

    /// Lets time pass, bounded like every wait. What comes in meanwhile stays
    /// to be read.
    ///
    /// # Errors
    /// Cancelled; the deadline passed.
    pub fn pause(&mut self, time: Duration) -> Result<()> {
        let until = self.transport.now() + time;
        while self.transport.now() < until {
            self.check("waiting for a reset")?;
            let slice = self.slice(until);
            self.transport.sleep_until(slice);
        }
        Ok(())
    }

    /// Throws away what was received and half decoded.
    fn forget(&mut self) -> Result<()> {
        self.received.clear();
        self.read_at = 0;
        self.decoder.reset();
        self.log.clear();
        self.exchange = Exchange::new();
        self.transport.discard_input()?;
        Ok(())
    }

    /// Sends a command and waits for its answer.
    ///
    /// # Errors
    /// [`Error::Device`] if the device refuses, with the reason
    /// [`BAD_REQUEST`](wire::Reason::BAD_REQUEST) at once for a command that
    /// it does not know; [`Error::NoAnswer`] after `timeout`; the port is
    /// gone; cancelled; the deadline passed.
    pub fn command<C: Command>(&mut self, command: &C, timeout: Duration) -> Result<C::Answer> {
        self.send(command, timeout)?;
        let until = self.transport.now() + timeout;
        loop {
            self.receive_response(C::OPCODE, until)?;
            let Some(response) = Response::parse(&self.answer) else {
                continue;
            };
            let refused = match self.exchange.classify(&response) {
                Reply::Stale => {
                    log::debug!(target: "espwire::connection", "late answer to {}", response.opcode);
                    continue;
                }
                Reply::Unsupported => wire::Reason::BAD_REQUEST,
                Reply::Answer => {
                    self.dialect = self.dialect.corrected_by_sync(&response);
                    match response.outcome(command, &self.dialect)? {
                        Ok(answer) => return Ok(answer),
                        Err(reason) => reason,
                    }
                }
            };
            return Err(DeviceError {
                command: C::OPCODE,
                reason: refused,
                address: None,
            }
            .into());
        }
    }

    /// Sends a command and does not wait for an answer.
    ///
    /// # Errors
    /// As [`command`](Self::command), without the answer's.
    pub fn send<C: Command>(&mut self, command: &C, timeout: Duration) -> Result<()> {
        self.body.clear();
        wire::encode(command, &self.dialect, &mut self.body);
        self.frame.clear();
        slip::encode(&self.body, &mut self.frame);
        log::trace!(target: "espwire::connection", "> {}", C::OPCODE);
        self.exchange.sent(C::OPCODE);
        self.counters.commands += 1;
        let until = self.transport.now() + timeout;
        let mut rest = self.frame.as_slice();
        while !rest.is_empty() {
            self.check("sending a command")?;
            if self.transport.now() >= until {
                return Err(self.no_answer(C::OPCODE));
            }
            let slice = self.slice(until);
            let taken = self.transport.write(rest, slice)?;
            self.counters.bytes_out += taken as u64;
            rest = rest.get(taken..).unwrap_or_default();
        }
        Ok(())
    }

    /// Waits for the next frame that is a response and leaves it in `answer`.
    fn receive_response(&mut self, command: Opcode, until: Instant) -> Result<()> {
        loop {
            if !self.receive_frame(until)? {
                return Err(self.no_answer(command));
            }
            if Response::parse(&self.answer).is_some() {
                return Ok(());
            }
            // Text between two frames, or a frame that lost its beginning.
            self.log.push(&self.answer);
        }
    }

    /// Waits for the next frame and leaves it in `answer`; false if none came
    /// until `until`.
    fn receive_frame(&mut self, until: Instant) -> Result<bool> {
        loop {
            let mut input = self.received.get(self.read_at..).unwrap_or_default();
            while let Some(event) = self.decoder.next(&mut input) {
                match event {
                    Event::Frame(frame) => {
                        self.answer.clear();
                        self.answer.extend_from_slice(frame);
                        self.read_at = self.received.len() - input.len();
                        return Ok(true);
                    }
                    Event::Noise(noise) => self.log.push(noise),
                    Event::Broken { error, bytes } => {
                        log::debug!(target: "espwire::connection", "dropped {error}");
                        self.log.push(bytes);
                    }
                }
            }
            self.read_at = 0;
            self.received.clear();
            self.check("waiting for the device")?;
            if self.transport.now() >= until {
                return Ok(false);
            }
            let slice = self.slice(until);
            self.received.resize(READ_SIZE, 0);
            let read = self.transport.read(&mut self.received, slice);
            self.received.truncate(*read.as_ref().unwrap_or(&0));
            self.counters.bytes_in += read? as u64;
        }
    }

    fn no_answer(&self, command: Opcode) -> Error {
        let mut log = self.log.clone();
        log.push(self.decoder.pending());
        NoAnswer {
            command,
            heard: log.diagnosis(),
        }
        .into()
    }

    /// Sends SYNC, up to `tries` times, and tells who answers.
    ///
    /// The other seven answers of a ROM are left on the line: their content
    /// tells them from the next command's.
    ///
    /// # Errors
    /// [`Error::NoAnswer`] if nobody does; the port is gone; cancelled; the
    /// deadline passed.
    pub fn sync(&mut self, tries: u32) -> Result<Loader> {
        let mut outcome = Err(self.no_answer(Opcode::SYNC));
        for _ in 0..tries {
            outcome = self.command(&Sync, timing::SYNC);
            match outcome {
                Err(Error::NoAnswer(_) | Error::Device(_) | Error::Wire(_)) => {}
                _ => break,
            }
        }
        outcome
    }

    /// Changes the rate on both sides. `check` shows that both meant the same:
    /// the command that is due next, if it does no harm twice, or SYNC. If the
    /// new rate does not work, both go on at the old one, and `check` is sent
    /// there.
    ///
    /// # Errors
    /// [`PortError::Baud`] if the host cannot set the rate, before the chip
    /// was told; [`Error::Device`] if the chip refuses (the ESP8266's ROM
    /// always does); [`Error::NoAnswer`] if the line is lost.
    pub fn change_baud<C: Command>(&mut self, baud: u32, check: &C) -> Result<BaudChange> {
        let old = self.baud;
        if baud == old {
            self.command(check, timing::COMMAND)?;
            return Ok(BaudChange::Done);
        }
        self.set_host_baud(baud)?;
        self.set_host_baud(old)?;
        self.command(&ChangeBaudrate { new: baud, old }, timing::COMMAND)?;
        self.set_host_baud(baud)?;
        for _ in 0..timing::SYNC_TRIES {
            match self.command(check, timing::SYNC) {
                Ok(_) => return Ok(BaudChange::Done),
                Err(Error::NoAnswer(_) | Error::Wire(_)) => {}
                Err(error) => return Err(error),
            }
        }
        log::warn!(target: "espwire::connection",
            "no answer at {baud} baud; going back to {old}");
        self.set_host_baud(old)?;
        self.sync(timing::SYNC_TRIES)?;
        self.command(check, timing::COMMAND)?;
        Ok(BaudChange::Failed)
    }

    /// Changes the rate on this side only: before the chip's first SYNC, at
    /// which it measures the rate.
    ///
    /// # Errors
    /// [`PortError::Baud`] if the host cannot set the rate; the port is gone.
    pub fn set_host_baud(&mut self, baud: u32) -> Result<()> {
        self.transport
            .set_baud(baud)
            .map_err(|source| match PortError::from(source) {
                PortError::Other(source) => PortError::Baud { baud, source },
                gone => gone,
            })?;
        self.baud = baud;
        Ok(())
    }
}

/// What came of a change of the baud rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BaudChange {
    /// Both sides talk at the new rate.
    Done,
    /// They do not understand each other at the new rate; both are at the old
    /// one.
    Failed,
}
