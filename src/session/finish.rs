//! Leaving the chip, and giving the port back.

use super::event::Event;
use super::resets::After;
use super::timings::Timings;
use super::{Known, Session};
use crate::chip::{RtcWatchdog, UsbPort, WatchdogBite};
use crate::connection::{Connection, ResetSequence, timing};
use crate::error::{ChipError, Error, Result};
use crate::flash::controller;
use crate::stub::Stub;
use crate::transport::{Settings, Transport};
use crate::wire::{
    Encryption, FlashBegin, FlashEnd, Leave, Loader, Opcode, RegWrite, RunUserCode, Sync, WriteReg,
};
use std::fmt;

/// A session that is over.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Finished<T> {
    /// The port.
    pub port: T,
    /// What became of it.
    pub state: PortState,
    /// How long each phase took, on the transport's clock.
    pub timings: Timings,
}

// Not every port can print itself.
impl<T> fmt::Debug for Finished<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Finished")
            .field("state", &self.state)
            .field("timings", &self.timings)
            .finish_non_exhaustive()
    }
}

/// What became of a port by the end of its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PortState {
    /// It is there, with the settings that it had.
    Restored,
    /// The reset took it away, as it does to USB devices, and it was found
    /// again (see [`Reopening`](crate::transport::Reopening)): this is the new
    /// one, with the settings that the old one had.
    Reopened,
    /// The reset took it away, as it does to USB devices: its handle is dead,
    /// and the system may give the next one another name.
    Gone,
}

/// A session that could not begin, or come to its end, and the port it was
/// given.
pub struct Failed<T> {
    /// Why.
    pub error: Error,
    /// The port, with its settings restored as far as it still listens. An
    /// [`Error::Port`] says whether it is gone.
    pub port: T,
}

impl<T: Transport> Failed<T> {
    /// Gives the port back as it was, as far as it still listens: the error
    /// says more than a failure to restore would.
    pub(super) fn restored(error: Error, connection: Connection<T>, settings: &Settings) -> Self {
        let mut port = connection.into_transport();
        let _ = port.restore(settings);
        Self { error, port }
    }
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
            |session| session.leave(after),
        );
        if left.is_ok() {
            self.emit(&Event::Finished { after });
        }
        match left {
            Ok(state) => Ok(Finished {
                port: self.connection.into_transport(),
                state,
                timings: self.timings,
            }),
            Err(error) => Err(Failed::restored(error, self.connection, &self.settings)),
        }
    }

    /// Gives the port back at once, with the settings that it had as far as it
    /// still listens, and leaves the chip to itself: what a caller does who has
    /// had an error and does not want to wait for anything.
    pub fn abort(self) -> T {
        let mut port = self.connection.into_transport();
        // There is nobody left to tell.
        let _ = port.restore(&self.settings);
        port
    }

    /// Leaves the chip, and restores the port. Over USB a reset may take that
    /// away, at any moment from then on.
    fn leave(&mut self, after: After) -> Result<PortState> {
        // Whether a reset took it away can only be told of a port that was
        // there before.
        self.connection.transport().settings()?;
        let left = leave(&mut self.connection, &self.known, &self.settings, after);
        let vanishes = self.known.port.is_some() && after.resets();
        match left.and_then(|()| self.restore()) {
            Err(gone) if vanishes && gone.is_port_gone() => match self.connection.reopen(gone) {
                Ok(()) => self.restore().map(|()| PortState::Reopened),
                Err(error) if error.is_port_gone() => Ok(PortState::Gone),
                Err(error) => Err(error),
            },
            outcome => outcome.map(|()| PortState::Restored),
        }
    }

    fn restore(&mut self) -> Result<()> {
        Ok(self.connection.transport_mut().restore(&self.settings)?)
    }
}

/// Leaves the chip.
fn leave<T: Transport>(
    connection: &mut Connection<T>,
    known: &Known,
    settings: &Settings,
    after: After,
) -> Result<()> {
    match (after, known.port) {
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
            let chip = known.chip.name;
            let what = "staying in a stub";
            Err(ChipError::Unable { chip, what }.into())
        }
        (After::NoReset | After::NoResetStub, _) => stay(connection, known, settings),
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
    if let Err(error) = connection.command(&write, timing::BEFORE_RESET) {
        log::warn!(target: "espwire::session", "before the reset: {error}");
    }
}

/// Tells the loader to leave.
fn reset_by_loader<T: Transport>(connection: &mut Connection<T>, known: &Known) -> Result<()> {
    let others = known.chip.stub.others_left_by;
    if known.stub == Ok(Stub::Other) && others != Some(Opcode::RUN_USER_CODE) {
        let chip = known.chip.name;
        let what = "be reset by the stub that runs, which is not espwire's";
        return Err(ChipError::Leave { chip, what }.into());
    }
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
    let watchdog: &RtcWatchdog = match &known.chip.watchdogs {
        Some(watchdogs) if watchdogs.rtc.bite == WatchdogBite::Resets => &watchdogs.rtc,
        _ => {
            let chip = known.chip.name;
            let what = "be reset by its watchdog";
            return Err(ChipError::Leave { chip, what }.into());
        }
    };
    let what = "a reset by its watchdog";
    known.abilities.need(Opcode::WRITE_REG, what)?;
    let writes = controller::let_watchdog_bite(watchdog);
    connection.command(&WriteReg { writes: &writes }, timing::COMMAND)?;
    connection.pause(timing::WATCHDOG_BITE)
}
