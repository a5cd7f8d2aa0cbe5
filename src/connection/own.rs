//! Requests to our own stub: numbered, repeated on silence, several under way
//! at once.
//!
//! [`Connection::own`] sends a command and waits for its answer. What keeps a
//! link full does it in two parts: [`Connection::send_own`] and
//! [`Connection::send_data`] do not wait, and [`Connection::receive_own`] hands
//! out what comes, answers and reports alike.

use super::{Connection, timing};
use crate::error::{DeviceError, Error, Result};
use crate::slip;
use crate::time::{Duration, Instant};
use crate::transport::Transport;
use crate::wire::own::{self, Command, GetState, WriteData};
use crate::wire::{Dialect, Exchange, MemEnd, Opcode, Reason, Reply, Response};

impl<T: Transport> Connection<T> {
    /// A number that no request has had yet, and that is not 0.
    pub fn next_tag(&mut self) -> u32 {
        self.last_tag = self.last_tag.checked_add(1).unwrap_or(1);
        self.last_tag
    }

    /// Sends a command to our stub and waits for its answer. On silence it
    /// asks whether the stub has the command, and sends it again if not.
    ///
    /// Answers to other requests, and reports, that come meanwhile are lost.
    ///
    /// # Errors
    /// [`Error::Device`] if the stub refuses, with the address where it failed;
    /// with [`Reason::BAD_REQUEST`] at once if it is no stub of ours;
    /// [`Error::NoAnswer`] after `timeout`, or if the command got lost several
    /// times; [`Error::Wire`] if the answer cannot be one; the port is gone;
    /// cancelled; the deadline passed.
    pub fn own<C: Command>(&mut self, command: &C, timeout: Duration) -> Result<C::Answer> {
        let tag = self.next_tag();
        self.ask_own(command, tag)?;
        self.own_answer(command, tag, timeout)
    }

    /// The first half of [`own`](Self::own): several may be sent before the
    /// first is waited for, in the order in which they were sent.
    ///
    /// # Errors
    /// As [`send_own`](Self::send_own).
    pub fn ask_own<C: Command>(&mut self, command: &C, tag: u32) -> Result<()> {
        self.exchange.sent(C::OPCODE);
        self.send_own(command, tag, timing::COMMAND)
    }

    /// The second half of [`own`](Self::own).
    ///
    /// # Errors
    /// As [`own`](Self::own).
    pub fn own_answer<C: Command>(
        &mut self,
        command: &C,
        tag: u32,
        timeout: Duration,
    ) -> Result<C::Answer> {
        let until = self.transport.now() + timeout;
        for _ in 1..timing::ASK_TRIES {
            if let Some(answer) = self.await_own(command, tag, until)? {
                return Ok(answer);
            }
            if self.transport.now() >= until {
                return Err(self.no_answer(C::OPCODE));
            }
            log::debug!(target: "espwire::connection", "{} was lost; asking again", C::OPCODE);
            self.ask_own(command, tag)?;
        }
        let answer = self.await_own(command, tag, until)?;
        answer.ok_or_else(|| self.no_answer(C::OPCODE))
    }

    /// Waits for the answer to a command; `None` if the command was lost, or
    /// until `until`.
    fn await_own<C: Command>(
        &mut self,
        command: &C,
        tag: u32,
        until: Instant,
    ) -> Result<Option<C::Answer>> {
        let mut asked = None;
        loop {
            let soon = self.transport.now() + timing::STUB_SILENCE;
            if !self.receive_frame(soon.min(until))? {
                if self.transport.now() >= until {
                    return Ok(None);
                }
                let state = self.next_tag();
                self.send_own(&GetState, state, timing::COMMAND)?;
                asked = Some(state);
                continue;
            }
            let Some(response) = own::Response::parse(&self.answer) else {
                self.refuse_if_foreign(C::OPCODE)?;
                continue;
            };
            if (response.opcode, response.tag) == (C::OPCODE, tag) {
                self.exchange = Exchange::new();
                self.log.clear();
                return response
                    .outcome(command)?
                    .map(Some)
                    .map_err(|failure| refusal(C::OPCODE, failure));
            }
            if response.opcode == Opcode::STATE && Some(response.tag) == asked {
                return Ok(None);
            }
            log::debug!(target: "espwire::connection",
                "skipped {} {}", response.opcode, response.tag);
        }
    }

    /// Fails if the frame in `answer` is the refusal of somebody who has not
    /// this family of commands.
    fn refuse_if_foreign(&mut self, command: Opcode) -> Result<()> {
        let Some(response) = Response::parse(&self.answer) else {
            self.log.push(&self.answer);
            return Ok(());
        };
        // Another stub refuses each of those under way, whichever that is.
        let by_stub =
            response.opcode >= own::FIRST && response.body.len() == Dialect::STUB.status_len;
        let reply = if by_stub {
            Reply::Unsupported
        } else {
            self.exchange.classify(&response)
        };
        match reply {
            Reply::Unsupported => {
                self.exchange = Exchange::new();
                Err(DeviceError {
                    command,
                    reason: Reason::BAD_REQUEST,
                    address: None,
                }
                .into())
            }
            // A damaged frame of this family.
            Reply::Answer => {
                self.exchange.sent(command);
                Ok(())
            }
            Reply::Stale => Ok(()),
        }
    }

    /// Sends a command to our stub and does not wait for the answer, which will
    /// have the same tag. The tag is one of [`next_tag`](Self::next_tag), or,
    /// for a command that is sent again, the one it had.
    ///
    /// # Errors
    /// [`Error::NoAnswer`] if it cannot be sent within `timeout`; the port is
    /// gone; cancelled; the deadline passed.
    pub fn send_own<C: Command>(&mut self, command: &C, tag: u32, timeout: Duration) -> Result<()> {
        self.body.clear();
        own::encode(command, tag, &mut self.body);
        self.send_body(C::OPCODE, timeout)
    }

    /// Tells our stub to stop whatever is running, without waiting for its
    /// answer: for a caller who has cancelled, or whose deadline has passed,
    /// and who waits for nothing more than for the line to take it.
    pub(crate) fn stop_own(&mut self) {
        let tag = self.next_tag();
        self.body.clear();
        own::encode(&own::Cancel, tag, &mut self.body);
        self.frame.clear();
        slip::encode(&self.body, &mut self.frame);
        let until = self.transport.now() + timing::STOP;
        let mut at = 0;
        while let Some(rest) = self.frame.get(at..).filter(|rest| !rest.is_empty()) {
            match self.transport.write(rest, until) {
                Ok(0) => break,
                Ok(taken) => at += taken,
                Err(error) => {
                    log::debug!(target: "espwire::connection", "not stopped: {error}");
                    break;
                }
            }
        }
        self.counters.bytes_out += at as u64;
    }

    /// Sends a frame of data, which is not answered.
    ///
    /// # Errors
    /// As [`send_own`](Self::send_own).
    pub fn send_data(&mut self, data: &WriteData<'_>, timeout: Duration) -> Result<()> {
        self.body.clear();
        data.encode(&mut self.body);
        self.send_body(WriteData::OPCODE, timeout)
    }

    /// The next frame of our stub's that comes until `until`, whole and
    /// undamaged; `None` if none does. With an `until` that has passed it looks
    /// at what has come.
    ///
    /// Everything else is skipped.
    ///
    /// # Errors
    /// The port is gone; cancelled; the deadline passed.
    pub fn receive_own(&mut self, until: Instant) -> Result<Option<own::Response<'_>>> {
        loop {
            if !self.receive_frame(until)? {
                return Ok(None);
            }
            if own::Response::parse(&self.answer).is_some() {
                break;
            }
            if Response::parse(&self.answer).is_none() {
                self.log.push(&self.answer);
            }
        }
        Ok(own::Response::parse(&self.answer))
    }

    /// Lets the ROM jump into a stub that has been uploaded, and waits for its
    /// greeting; false if none came within `patience`. The ROM's answer may get lost in the jump.
    ///
    /// # Errors
    /// [`Error::Device`] if the ROM refuses; [`Error::NoAnswer`] if the command
    /// cannot be sent; the port is gone; cancelled; the deadline passed.
    pub fn jump(&mut self, entry: &MemEnd, patience: Duration) -> Result<bool> {
        self.send(entry, timing::COMMAND)?;
        let until = self.transport.now() + patience;
        let mut greeted = false;
        while !greeted && self.receive_frame(until)? {
            greeted = self.answer == own::GREETING;
            let Some(response) = Response::parse(&self.answer) else {
                self.log.push(&self.answer);
                continue;
            };
            let reason = match self.exchange.classify(&response) {
                Reply::Stale => continue,
                Reply::Unsupported => Reason::BAD_REQUEST,
                Reply::Answer => match response.outcome(entry, &self.dialect) {
                    Ok(Err(reason)) => reason,
                    // Spoiled or not, it is no refusal.
                    Ok(Ok(())) | Err(_) => continue,
                },
            };
            return Err(DeviceError {
                command: Opcode::MEM_END,
                reason,
                address: None,
            }
            .into());
        }
        // Whoever is there now was not asked anything yet.
        self.exchange = Exchange::new();
        Ok(greeted)
    }

    /// Waits for a frame that is no response: what a stub sends behind its
    /// answer to READ_FLASH. `None` if none came until `until`.
    ///
    /// # Errors
    /// The port is gone; cancelled; the deadline passed.
    pub fn receive_raw(&mut self, until: Instant) -> Result<Option<&[u8]>> {
        Ok(self.receive_frame(until)?.then_some(&self.answer))
    }

    /// Sends a frame that is no request: how READ_FLASH is acknowledged.
    ///
    /// # Errors
    /// As [`send_own`](Self::send_own).
    pub fn send_raw(&mut self, frame: &[u8], timeout: Duration) -> Result<()> {
        self.body.clear();
        self.body.extend_from_slice(frame);
        self.send_body(Opcode::READ_FLASH, timeout)
    }
}

/// What a refusal of our stub's is to a caller.
#[must_use]
pub fn refusal(command: Opcode, failure: own::Failure) -> Error {
    DeviceError {
        command,
        reason: failure.reason,
        address: Some(failure.address),
    }
    .into()
}
