//! Driving the control lines, and letting time pass.

use super::{Connection, ResetSequence, Step};
use crate::error::{Error, Result};
use crate::time::{Duration, Instant};
use crate::transport::{Lines, Reopen, Transport};
use crate::wire::Exchange;

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
        loop {
            // Behind the last slice, too.
            self.check("waiting for a reset")?;
            if self.transport.now() >= until {
                return Ok(());
            }
            let slice = self.slice(until);
            self.transport.sleep_until(slice);
        }
    }

    /// Waits for a port that a reset has taken away, and goes on with what it
    /// has become, at the rate as it was and with the lines released.
    ///
    /// # Errors
    /// `gone`, if nobody knows how to find it again, or it does not come back;
    /// it cannot be opened; [`Error::Cancelled`], [`Error::Deadline`].
    pub fn reopen(&mut self, gone: Error) -> Result<()> {
        let since = self.transport.now();
        loop {
            self.check("waiting for the port to come back")?;
            let now = self.transport.now();
            match self.transport.reopen(now.since(since))? {
                Reopen::Never => return Err(gone),
                Reopen::Done => break,
                Reopen::NotYet => {
                    let slice = self.slice(Instant::FAR_FUTURE);
                    self.transport.sleep_until(slice);
                }
            }
        }
        log::info!(target: "espwire::connection", "the port is back");
        self.lines = Lines::default();
        self.transport.set_baud(self.baud)?;
        self.transport.set_lines(self.lines)?;
        self.forget()
    }

    /// Throws away what was received and half decoded.
    pub(crate) fn forget(&mut self) -> Result<()> {
        self.received.clear();
        self.read_at = 0;
        self.decoder.reset();
        self.log.clear();
        self.exchange = Exchange::new();
        self.transport.discard_input()?;
        Ok(())
    }
}
