//! Getting, and getting back, into step with a loader.

use super::{Connection, timing};
use crate::error::{Error, Result};
use crate::time::Duration;
use crate::transport::Transport;
use crate::wire::{Loader, Opcode, Sync};

impl<T: Transport> Connection<T> {
    /// Sends SYNC, once for each of `waits` until one is answered, and tells
    /// who answers.
    ///
    /// The other seven answers of a ROM are left on the line: their content
    /// tells them from the next command's.
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
                Ok(_) => return Ok(self.dialect.loader),
                Err(Error::NoAnswer(_) | Error::Device(_) | Error::Wire(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Err(self.no_answer(Opcode::SYNC))
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
