//! Driving the control lines, and letting time pass.

use super::{Connection, ResetSequence, Step};
use crate::error::Result;
use crate::time::Duration;
use crate::transport::{Lines, Transport};
use crate::wire::Exchange;

#[cfg(doc)]
use crate::error::Error;

impl<T: Transport> Connection<T> {
    /// Drives the control lines, and forgets what was on the wire before the
    /// chip went into reset. What it says afterwards stays to be read.
    ///
    /// # Errors
    /// The port is gone, [`Error::Cancelled`], [`Error::Deadline`]; the lines
    /// are then released if they can be.
    pub fn reset(&mut self, sequence: &ResetSequence) -> Result<()> {
        log::debug!(target: "espwire::connection", "reset {sequence}");
        self.forget()?;
        let outcome = self.steps(sequence.steps());
        if outcome.is_err() {
            // Nobody must be left with a chip that is held in reset. That the
            // port is gone is what `outcome` says already.
            let _ = self.set_lines(Lines::default());
        }
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
        let resets = |lines: Lines| lines.rts && !lines.dtr;
        let before = std::mem::replace(&mut self.lines, lines);
        self.transport.set_lines(lines)?;
        if resets(lines) && !resets(before) {
            self.forget()?;
        }
        Ok(())
    }

    /// Lets time pass, bounded like every wait. What comes in meanwhile stays
    /// to be read.
    ///
    /// # Errors
    /// [`Error::Cancelled`], [`Error::Deadline`].
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
}
