//! Leaving the chip, and giving the port back.

use super::event::Event;
use super::options::After;
use super::{Failed, Session};
use crate::chip::{RtcWatchdog, UsbPort, WatchdogBite};
use crate::connection::{ResetSequence, timing};
use crate::error::{ChipError, Result};
use crate::flash::controller;
use crate::transport::Transport;
use crate::wire::{Opcode, RegWrite, Sync, WriteReg};

impl<T: Transport> Session<'_, T> {
    /// Leaves the chip as told, and gives the port back with the settings it
    /// had.
    ///
    /// # Errors
    /// With the port: it is gone, as USB ports are after a reset; the chip
    /// cannot be reset this way; no answer; cancelled; the deadline passed.
    pub fn finish(mut self, after: After) -> Result<T, Failed<T>> {
        let left = self.leave(after);
        if left.is_ok() {
            self.emit(&Event::Reset { after });
        }
        let mut port = self.connection.into_transport();
        let restored = port.restore(&self.settings).map_err(Into::into);
        match left.and(restored) {
            Ok(()) => Ok(port),
            Err(error) => Err(Failed { error, port }),
        }
    }

    fn leave(&mut self, after: After) -> Result<()> {
        match (after, self.usb) {
            (After::HardReset, Some(UsbPort::Otg)) | (After::WatchdogReset, _) => {
                self.forget_download();
                self.reset_by_watchdog()
            }
            (After::HardReset, usb) => {
                self.forget_download();
                let sequence = match usb {
                    None => ResetSequence::HARD,
                    Some(_) => ResetSequence::HARD_USB,
                };
                self.connection.reset(&sequence)
            }
            (After::NoReset, _) => {
                let baud = self.settings.baud;
                if baud != self.connection.baud() && self.abilities.has(Opcode::CHANGE_BAUDRATE) {
                    self.connection.change_baud(baud, &Sync)?;
                }
                Ok(())
            }
        }
    }

    /// Clears the bit that would send the chip into its loader again. The
    /// reset is worth a try even if that fails.
    fn forget_download(&mut self) {
        let Some(bit) = self.chip.force_download_boot else {
            return;
        };
        if !self.abilities.has(Opcode::WRITE_REG) {
            return;
        }
        let writes = [RegWrite {
            mask: bit.mask(),
            ..RegWrite::new(bit.address, 0)
        }];
        let write = WriteReg { writes: &writes };
        if let Err(error) = self.connection.command(&write, timing::COMMAND) {
            log::warn!(target: "espwire::session", "before the reset: {error}");
        }
    }

    fn reset_by_watchdog(&mut self) -> Result<()> {
        let unable = ChipError::Unable {
            chip: self.chip.name,
            what: "a reset by its watchdog",
        };
        let watchdog: &RtcWatchdog = match &self.chip.watchdogs {
            Some(watchdogs) if watchdogs.rtc.bite == WatchdogBite::Resets => &watchdogs.rtc,
            _ => return Err(unable.into()),
        };
        self.abilities
            .need(Opcode::WRITE_REG, "a reset by its watchdog")?;
        let writes = controller::let_watchdog_bite(watchdog);
        self.connection
            .command(&WriteReg { writes: &writes }, timing::COMMAND)?;
        self.connection.pause(timing::WATCHDOG_BITE)
    }
}
