//! Getting, and getting back, into step with a loader.

use super::{Connection, timing};
use crate::error::{Error, Result};
use crate::time::Duration;
use crate::transport::Transport;
use crate::wire::{Loader, Opcode, Response, Sync};

impl<T: Transport> Connection<T> {
    /// Sends SYNC, once for each of `waits` until one is answered, and tells
    /// who answers.
    ///
    /// The other seven answers of a ROM are left on the line: their content
    /// tells them from the next command's. Those of a stub are waited for: one
    /// that is sent a command while it still answers may stop for good, as
    /// Espressif's for the ESP32-C5 does.
    ///
    /// # Errors
    /// [`Error::NoAnswer`] if nobody does; the port is gone; cancelled; the
    /// deadline passed.
    pub fn sync(&mut self, waits: &[Duration]) -> Result<Loader> {
        self.skip_received()?;
        for wait in waits {
            match self.command(&Sync, *wait) {
                // Only with the length of its status does the answer's value
                // tell a stub from a ROM.
                Ok(_) => {
                    if self.dialect.loader == Loader::Stub {
                        self.await_copies()?;
                    }
                    return Ok(self.dialect.loader);
                }
                Err(Error::NoAnswer(_) | Error::Device(_) | Error::Wire(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Err(self.no_answer(Opcode::SYNC))
    }

    /// Waits for the other answers to a SYNC.
    fn await_copies(&mut self) -> Result<()> {
        let until = self.transport.now() + timing::SYNC_COPIES;
        for _ in 1..Sync::ROM_ANSWERS {
            if !self.receive_frame(until)? {
                break;
            }
            if Response::parse(&self.answer).is_none() {
                self.log.push(&self.answer);
            }
        }
        Ok(())
    }

    /// Gets back into step after a command whose answer was lost or garbled:
    /// what comes before the answer to this SYNC belongs to earlier commands.
    ///
    /// # Errors
    /// As [`sync`](Self::sync).
    pub fn resync(&mut self) -> Result<Loader> {
        self.sync(&timing::RESYNC)
    }
}
