//! Leaving the chip, and giving the port back.

use super::event::Event;
use super::resets::After;
use super::timings::Timings;
use super::{Known, Session};
use crate::chip::{RtcWatchdog, UsbPort, WatchdogBite};
use crate::connection::{Connection, ResetSequence, timing};
use crate::error::{ChipError, Error, PortError, Result};
use crate::flash::controller;
use crate::transport::{Settings, Transport};
use crate::wire::{
    Encryption, FlashBegin, FlashEnd, Leave, Loader, Opcode, RegWrite, RunUserCode, Sync, WriteReg,
};
use std::fmt;

/// A session that is over.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Finished<T> {
    /// The port.
    pub port: T,
    /// What became of it.
    pub state: PortState,
    /// How long each phase took, on the transport's clock.
    pub timings: Timings,
}

/// What became of a port by the end of its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PortState {
    /// It is there, with the settings that it had.
    Restored,
    /// The reset took it away, as it does to USB devices: its handle is dead,
    /// and the system may give the next one another name.
    Gone,
}

/// A session that could not begin or end, and the port it was given.
pub struct Failed<T> {
    /// Why.
    pub error: Error,
    /// The port, with its settings restored as far as it still listens. An
    /// [`Error::Port`] says whether it is gone.
    pub port: T,
}

impl<T> fmt::Debug for Failed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failed")
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}

impl<T> fmt::Display for Failed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl<T> std::error::Error for Failed<T> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

impl<T: Transport> Session<'_, T> {
    /// Leaves the chip as told, and gives the port back with the settings it
    /// had, and with what became of it: a reset over USB may take it away.
    ///
    /// # Errors
    /// With the port: it was gone before the reset; the chip cannot be left
    /// this way; no answer; cancelled; the deadline passed.
    pub fn finish(mut self, after: After) -> Result<Finished<T>, Failed<T>> {
        self.emit(&Event::Finishing { after });
        let left = self.timed(
            |timings| &mut timings.finish,
            |session| {
                leave(
                    &mut session.connection,
                    &session.known,
                    &session.settings,
                    after,
                )
            },
        );
        if left.is_ok() {
            self.emit(&Event::Finished { after });
        }
        let timings = self.timings;
        let mut port = self.connection.into_transport();
        let restored = port.restore(&self.settings).map_err(Error::from);
        let state = match (left, restored) {
            (Ok(PortState::Restored), Ok(())) => PortState::Restored,
            // What a reset takes away need not be restored.
            (Ok(_), Err(error)) if self.known.port.is_some() && is_gone(&error) => PortState::Gone,
            (Ok(state @ PortState::Gone), _) => state,
            (Err(error), _) | (Ok(_), Err(error)) => return Err(Failed { error, port }),
        };
        Ok(Finished {
            port,
            state,
            timings,
        })
    }
}

fn is_gone(error: &Error) -> bool {
    matches!(error, Error::Port(PortError::Gone(_)))
}

/// Leaves the chip.
fn leave<T: Transport>(
    connection: &mut Connection<T>,
    known: &Known,
    settings: &Settings,
    after: After,
) -> Result<PortState> {
    // Whether the reset took the port away can only be told of one that was
    // there before.
    connection.transport().settings()?;
    let outcome = match (after, known.port) {
        (After::HardReset, Some(UsbPort::Otg)) | (After::WatchdogReset, _) => {
            forget_download(connection, known);
            reset_by_watchdog(connection, known)
        }
        (After::HardReset, usb) => {
            forget_download(connection, known);
            let sequence = match usb {
                None => ResetSequence::HARD,
                Some(_) => ResetSequence::HARD_USB,
            };
            connection.reset(&sequence)
        }
        (After::SoftReset, _) => {
            forget_download(connection, known);
            reset_by_loader(connection, known)
        }
        (After::NoResetStub, _) if known.loader == Loader::Rom => {
            return Err(ChipError::Unable {
                chip: known.chip.name,
                what: "staying in a stub",
            }
            .into());
        }
        (After::NoReset | After::NoResetStub, _) => {
            return stay(connection, known, settings).map(|()| PortState::Restored);
        }
    };
    match outcome {
        Err(error) if known.port.is_some() && is_gone(&error) => Ok(PortState::Gone),
        outcome => outcome.map(|()| PortState::Restored),
    }
}

/// Goes back to the rate at which the next one will look for the loader.
fn stay<T: Transport>(
    connection: &mut Connection<T>,
    known: &Known,
    settings: &Settings,
) -> Result<()> {
    let baud = settings.baud;
    if baud != connection.baud() && known.abilities.has(Opcode::CHANGE_BAUDRATE) {
        connection.change_baud(baud, &Sync)?;
    }
    Ok(())
}

/// Clears the bit that would send the chip into its loader again. The reset is
/// worth a try even if that fails.
fn forget_download<T: Transport>(connection: &mut Connection<T>, known: &Known) {
    let Some(bit) = known.chip.force_download_boot else {
        return;
    };
    if !known.abilities.has(Opcode::WRITE_REG) {
        return;
    }
    let writes = [RegWrite {
        mask: bit.mask(),
        ..RegWrite::new(bit.address, 0)
    }];
    let write = WriteReg { writes: &writes };
    if let Err(error) = connection.command(&write, timing::COMMAND) {
        log::warn!(target: "espwire::session", "before the reset: {error}");
    }
}

/// Tells the loader to leave.
fn reset_by_loader<T: Transport>(connection: &mut Connection<T>, known: &Known) -> Result<()> {
    match known.loader {
        Loader::Stub => connection.send(&RunUserCode, timing::COMMAND),
        Loader::Rom => {
            // An END ends a write, and every write has a BEGIN.
            let begin = FlashBegin {
                size: 0,
                blocks: 0,
                block_size: known.abilities.flash_block,
                offset: 0,
                encryption: Encryption::Off,
            };
            connection.command(&begin, timing::COMMAND)?;
            // Not every ROM still answers.
            connection.send(&FlashEnd(Leave::Reboot), timing::COMMAND)
        }
    }?;
    connection.pause(timing::SOFT_RESET)
}

fn reset_by_watchdog<T: Transport>(connection: &mut Connection<T>, known: &Known) -> Result<()> {
    let what = "a reset by its watchdog";
    let watchdog: &RtcWatchdog = match &known.chip.watchdogs {
        Some(watchdogs) if watchdogs.rtc.bite == WatchdogBite::Resets => &watchdogs.rtc,
        _ => {
            let chip = known.chip.name;
            return Err(ChipError::Unable { chip, what }.into());
        }
    };
    known.abilities.need(Opcode::WRITE_REG, what)?;
    let writes = controller::let_watchdog_bite(watchdog);
    connection.command(&WriteReg { writes: &writes }, timing::COMMAND)?;
    connection.pause(timing::WATCHDOG_BITE)
}
