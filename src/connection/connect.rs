//! From a port to a loader that answers.

use super::reset::ResetSequence;
use super::{Connection, timing};
use crate::error::{Error, Result};
use crate::transport::Transport;
use crate::wire::{Loader, Opcode};

/// How to bring the chip into its loader.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Approach {
    /// Reset by these sequences in turn, and SYNC, several times.
    Reset(Vec<ResetSequence>),
    /// The chip is in its loader; SYNC.
    Sync,
    /// The chip is in its loader, and in step.
    Nothing,
}

impl Approach {
    /// Through the two transistors of a usual board, all the ways that work
    /// on one or another, the likeliest first; at last as for
    /// [`usb_serial_jtag`](Self::usb_serial_jtag).
    #[must_use]
    pub fn classic() -> Self {
        Self::Reset(vec![
            ResetSequence::TIGHT,
            ResetSequence::TIGHT_LONG,
            ResetSequence::CLASSIC,
            ResetSequence::CLASSIC_LONG,
            // Nobody may have said that the port is one.
            ResetSequence::USB_SERIAL_JTAG,
        ])
    }

    /// Through USB-Serial/JTAG.
    #[must_use]
    pub fn usb_serial_jtag() -> Self {
        Self::Reset(vec![ResetSequence::USB_SERIAL_JTAG])
    }
}

/// What answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Greeting {
    /// Who.
    pub loader: Loader,
    /// How many resets it took.
    pub resets: u32,
}

impl<T: Transport> Connection<T> {
    /// Brings the chip into its loader.
    ///
    /// # Errors
    /// [`Error::NoAnswer`], with what was heard instead; the port is gone;
    /// cancelled; the deadline passed.
    pub fn connect(&mut self, approach: &Approach) -> Result<Greeting> {
        match approach {
            Approach::Nothing => Ok(Greeting {
                loader: self.dialect.loader,
                resets: 0,
            }),
            Approach::Sync => self
                .sync_patiently()
                .map(|loader| Greeting { loader, resets: 0 }),
            Approach::Reset(sequences) => self.connect_by_reset(sequences),
        }
    }

    fn sync_patiently(&mut self) -> Result<Loader> {
        for _ in 1..timing::CONNECT_TRIES {
            match self.sync(&timing::RESYNC) {
                Err(Error::NoAnswer(_)) => {}
                outcome => return outcome,
            }
        }
        self.sync(&timing::RESYNC)
    }

    fn connect_by_reset(&mut self, sequences: &[ResetSequence]) -> Result<Greeting> {
        let mut silence = self.no_answer(Opcode::SYNC);
        for (sequence, resets) in sequences.iter().cycle().zip(1..=timing::CONNECT_TRIES) {
            match self.reset_and_sync(sequence) {
                Err(error @ Error::NoAnswer(_)) => {
                    log::debug!(target: "espwire::connection", "reset {resets}: {error}");
                    silence = error;
                }
                outcome => return outcome.map(|loader| Greeting { loader, resets }),
            }
        }
        Err(silence)
    }

    /// The port may vanish with the reset, and come back.
    fn reset_and_sync(&mut self, sequence: &ResetSequence) -> Result<Loader> {
        let synced = self
            .reset(sequence)
            .and_then(|()| self.sync(&timing::SYNC_AFTER_RESET));
        match synced {
            Err(error) if error.is_port_gone() => {
                self.reopen(error)?;
                self.sync(&timing::SYNC_AFTER_RESET)
            }
            outcome => outcome,
        }
    }
}
