//! Request and response.

use super::{Connection, READ_SIZE, timing};
use crate::error::{DeviceError, Error, NoAnswer, Result};
use crate::slip::{self, Event};
use crate::time::{Duration, Instant};
use crate::transport::Transport;
use crate::wire::{self, Command, Exchange, Opcode, ReadReg, Reply, Response};

impl<T: Transport> Connection<T> {
    /// Sends a command and waits for its answer.
    ///
    /// If the command before got no answer, a SYNC goes first: a late answer
    /// to that one must not be taken for the answer to this one.
    ///
    /// # Errors
    /// [`Error::Device`] if the device refuses, with the reason
    /// [`BAD_REQUEST`](wire::Reason::BAD_REQUEST) at once for a command that
    /// it does not know; [`Error::NoAnswer`] after `timeout`; [`Error::Wire`]
    /// if the answer cannot be one; the port is gone; cancelled; the deadline
    /// passed.
    pub fn command<C: Command>(&mut self, command: &C, timeout: Duration) -> Result<C::Answer> {
        if C::OPCODE != Opcode::SYNC && self.exchange.waiting().is_some() {
            self.resync()?;
        }
        self.send(command, timeout)?;
        let until = self.transport.now() + timeout;
        self.await_answer(command, until)
    }

    /// Asks for the words at several addresses, without waiting for anything:
    /// all requests together take one round trip.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub fn ask_regs(&mut self, addresses: &[u32]) -> Result<()> {
        for address in addresses {
            let address = *address;
            self.send(&ReadReg { address }, timing::COMMAND)?;
        }
        Ok(())
    }

    /// Waits for the answers to [`ask_regs`](Self::ask_regs). Nothing is asked
    /// again.
    ///
    /// # Errors
    /// As [`command`](Self::command).
    pub fn asked_regs(&mut self, addresses: &[u32], timeout: Duration) -> Result<Vec<u32>> {
        let until = self.transport.now() + timeout;
        let mut words = Vec::new();
        for address in addresses {
            // Loaders answer in order, so that this is the one that is due.
            self.exchange = Exchange::new();
            self.exchange.sent(Opcode::READ_REG);
            let address = *address;
            words.push(self.await_answer(&ReadReg { address }, until)?);
        }
        Ok(words)
    }

    /// Waits for the answer to the command that was sent last.
    fn await_answer<C: Command>(&mut self, command: &C, until: Instant) -> Result<C::Answer> {
        loop {
            self.receive_response(C::OPCODE, until)?;
            let Some(response) = Response::parse(&self.answer) else {
                continue;
            };
            let reason = match self.exchange.classify(&response) {
                Reply::Stale => {
                    log::debug!(target: "espwire::connection", "late answer to {}", response.opcode);
                    continue;
                }
                Reply::Unsupported => wire::Reason::BAD_REQUEST,
                Reply::Answer => {
                    self.log.clear();
                    self.dialect = self.dialect.corrected_by_sync(&response);
                    match response.outcome(command, &self.dialect)? {
                        Ok(answer) => return Ok(answer),
                        Err(reason) => reason,
                    }
                }
            };
            return Err(DeviceError {
                command: C::OPCODE,
                reason,
                address: None,
            }
            .into());
        }
    }

    /// Sends a command that may be sent again because it does no harm twice,
    /// and that the loader knows: up to [`timing::ASK_TRIES`] times if its
    /// answer is lost or garbled, or if it is refused, as a garbled request is.
    ///
    /// # Errors
    /// As [`command`](Self::command), of the last try.
    pub fn ask<C: Command>(&mut self, command: &C, timeout: Duration) -> Result<C::Answer> {
        self.insist(command, timeout, |error| {
            is_lost(error) || matches!(error, Error::Device(_))
        })
    }

    /// Sends a command that may be sent again because it does no harm twice,
    /// but that the loader may not know: a refusal counts.
    ///
    /// # Errors
    /// As [`command`](Self::command), of the last try.
    pub fn offer<C: Command>(&mut self, command: &C, timeout: Duration) -> Result<C::Answer> {
        self.insist(command, timeout, is_lost)
    }

    fn insist<C: Command>(
        &mut self,
        command: &C,
        timeout: Duration,
        again: impl Fn(&Error) -> bool,
    ) -> Result<C::Answer> {
        for _ in 1..timing::ASK_TRIES {
            let error = match self.command(command, timeout) {
                Err(error) if again(&error) => error,
                outcome => return outcome,
            };
            log::debug!(target: "espwire::connection", "{error}; asking again");
            if !is_lost(&error) {
                continue;
            }
            match self.resync() {
                Ok(_) => {}
                // That SYNC is not answered either says less than the command.
                Err(Error::NoAnswer(_)) => return Err(error),
                Err(other) => return Err(other),
            }
        }
        self.command(command, timeout)
    }

    /// Sends a command and does not wait for an answer.
    ///
    /// # Errors
    /// [`Error::NoAnswer`] if it cannot be sent within `timeout`; the port is
    /// gone; cancelled; the deadline passed.
    pub fn send<C: Command>(&mut self, command: &C, timeout: Duration) -> Result<()> {
        self.body.clear();
        wire::encode(command, &self.dialect, &mut self.body);
        self.exchange.sent(C::OPCODE);
        self.send_body(C::OPCODE, timeout)
    }

    /// Sends what stands in `body` as a frame.
    pub(super) fn send_body(&mut self, command: Opcode, timeout: Duration) -> Result<()> {
        self.frame.clear();
        slip::encode(&self.body, &mut self.frame);
        log::trace!(target: "espwire::connection", "> {command}");
        self.counters.commands += 1;
        let until = self.transport.now() + timeout;
        let mut at = 0;
        while let Some(rest) = self.frame.get(at..).filter(|rest| !rest.is_empty()) {
            self.check("sending a command")?;
            if self.transport.now() >= until {
                return Err(self.no_answer(command));
            }
            let slice = self.slice(until);
            let taken = self.transport.write(rest, slice)?;
            self.counters.bytes_out += taken as u64;
            at += taken;
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
    /// until `until`. What has come by then is looked at in any case.
    pub(super) fn receive_frame(&mut self, until: Instant) -> Result<bool> {
        let mut late = false;
        loop {
            if self.decode_frame() {
                return Ok(true);
            }
            self.check("waiting for the device")?;
            // Bounded: something may talk faster than this reads.
            if late {
                return Ok(false);
            }
            late = self.transport.now() >= until;
            self.read_some(self.slice(until))?;
        }
    }

    /// Decodes what was received up to the next frame and leaves that in
    /// `answer`; false if there is none.
    fn decode_frame(&mut self) -> bool {
        let mut input = self.received.get(self.read_at..).unwrap_or_default();
        while let Some(event) = self.decoder.next(&mut input) {
            match event {
                Event::Frame(frame) => {
                    self.answer.clear();
                    self.answer.extend_from_slice(frame);
                    self.read_at = self.received.len() - input.len();
                    return true;
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
        false
    }

    /// Reads what comes until `deadline`; false if nothing came.
    fn read_some(&mut self, deadline: Instant) -> Result<bool> {
        self.received.resize(READ_SIZE, 0);
        let read = self.transport.read(&mut self.received, deadline);
        let count = *read.as_ref().unwrap_or(&0);
        self.received.truncate(count);
        read?;
        self.counters.bytes_in += count as u64;
        Ok(count > 0)
    }

    /// Throws away what has come and not been looked at: nothing of it can
    /// answer a command that has not been sent yet. Text goes into the log.
    pub(super) fn skip_received(&mut self) -> Result<()> {
        // Bounded: something may talk faster than this reads.
        for _ in 0..SKIPPED_READS {
            while self.decode_frame() {
                if Response::parse(&self.answer).is_none() {
                    self.log.push(&self.answer);
                }
            }
            let now = self.transport.now();
            if !self.read_some(now)? {
                break;
            }
        }
        Ok(())
    }

    pub(crate) fn no_answer(&self, command: Opcode) -> Error {
        let mut log = self.log.clone();
        log.push(self.decoder.pending());
        NoAnswer {
            command,
            heard: log.diagnosis(),
        }
        .into()
    }
}

/// Whether there was no answer that could be understood.
fn is_lost(error: &Error) -> bool {
    matches!(error, Error::NoAnswer(_) | Error::Wire(_))
}

/// What [`Connection::skip_received`] reads at most, in pieces of
/// [`READ_SIZE`]: more than a driver buffers.
const SKIPPED_READS: usize = 16;
