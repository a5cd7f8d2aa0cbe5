//! Another rate.

use super::{Connection, timing};
use crate::error::{Error, PortError, Result};
use crate::time::Duration;
use crate::transport::Transport;
use crate::wire::{ChangeBaudrate, Command};

/// What came of a change of the baud rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BaudChange {
    /// Both sides talk at the new rate.
    Done,
    /// They do not understand each other at the new rate; both are at the old
    /// one.
    Failed,
}

/// Crystal frequencies in MHz: what a ROM takes its chip's for, and what it
/// is. Such a ROM sets every rate wrong by their ratio.
///
/// The ESP32-C2's ROM believes in 40 MHz, also on modules with 26 MHz
/// (ESP8684 data sheet); the ESP32-C5 has 40 or 48 MHz (its data sheet).
const CRYSTALS: [(u32, u32); 3] = [(40, 26), (40, 48), (48, 40)];

impl<T: Transport> Connection<T> {
    /// Changes the rate on both sides. `check` shows that both mean the same:
    /// the command that is due next, if it does no harm twice, or SYNC.
    ///
    /// A chip that turns out to have set a rate off by the ratio of two
    /// crystals is told one that makes up for it. If the chip is to be heard
    /// at the old rate only, both go on there, and `check` is sent there.
    ///
    /// # Errors
    /// [`PortError::Baud`] if the host cannot set the rate, before the chip
    /// was told; [`Error::Device`] if the chip refuses (the ESP8266's ROM
    /// always does); [`Error::NoAnswer`] if it is to be heard at neither rate:
    /// then it takes a reset, and the host is at the old rate.
    pub fn change_baud<C: Command>(&mut self, baud: u32, check: &C) -> Result<BaudChange> {
        let old = self.baud;
        if baud == old {
            self.ask(check, timing::COMMAND)?;
            return Ok(BaudChange::Done);
        }
        self.set_host_baud(baud)?;
        self.set_host_baud(old)?;
        match self.command(&ChangeBaudrate { new: baud, old }, timing::COMMAND) {
            // It may have changed its rate all the same.
            Ok(()) | Err(Error::NoAnswer(_) | Error::Wire(_)) => {}
            Err(error) => return Err(error),
        }
        self.pause(self.rate_pause)?;
        self.set_host_baud(baud)?;
        if self.works(check)? || self.make_up_for_crystal(baud, check)? {
            return Ok(BaudChange::Done);
        }
        log::warn!(target: "espwire::connection",
            "no answer at {baud} baud; going back to {old}");
        self.set_host_baud(old)?;
        self.resync()?;
        self.ask(check, timing::COMMAND)?;
        Ok(BaudChange::Failed)
    }

    /// Whether `check` is answered at the rate that the host is set to.
    fn works<C: Command>(&mut self, check: &C) -> Result<bool> {
        match self.command(check, timing::RATE_CHECK) {
            Err(Error::NoAnswer(_) | Error::Wire(_)) => {}
            outcome => return outcome.map(|_| true),
        }
        // The chip may have been deaf for the moment of the change.
        Ok(self.in_step(&timing::RATE_SYNC)? && heard(self.ask(check, timing::RATE_CHECK))?)
    }

    /// Whether a SYNC is answered.
    fn in_step(&mut self, waits: &[Duration]) -> Result<bool> {
        heard(self.sync(waits))
    }

    /// Looks for a chip that set another rate than it was told, and tells it
    /// one that makes up for it.
    fn make_up_for_crystal<C: Command>(&mut self, baud: u32, check: &C) -> Result<bool> {
        for (believed, real) in CRYSTALS {
            let set = scale(baud, real, believed);
            match self.set_host_baud(set) {
                Err(Error::Port(PortError::Baud { .. })) => continue,
                outcome => outcome?,
            }
            if !self.in_step(&timing::RATE_SYNC)? {
                continue;
            }
            log::info!(target: "espwire::connection",
                "the chip talks at {set} baud instead of {baud}: its crystal has {real} MHz, not {believed}");
            let request = ChangeBaudrate {
                new: scale(baud, believed, real),
                old: set,
            };
            self.command(&request, timing::COMMAND)?;
            self.set_host_baud(baud)?;
            return self.works(check);
        }
        Ok(false)
    }

    /// Says that nothing may be sent for so long after the other side was told
    /// another rate. ROMs need nothing.
    pub const fn set_rate_pause(&mut self, pause: Duration) {
        self.rate_pause = pause;
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

/// Whether there was an answer, whatever it was.
fn heard<A>(outcome: Result<A>) -> Result<bool> {
    match outcome {
        Ok(_) => Ok(true),
        Err(Error::NoAnswer(_) | Error::Wire(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// `baud × to / from`, rounded.
fn scale(baud: u32, to: u32, from: u32) -> u32 {
    let scaled = (u64::from(baud) * u64::from(to) + u64::from(from) / 2) / u64::from(from);
    u32::try_from(scaled).unwrap_or(u32::MAX)
}
