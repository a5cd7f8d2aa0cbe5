//! What a chip tells about itself.

use super::Session;
use crate::chip::{Chip, Mac, Revision, UsbPort};
use crate::connection::timing;
use crate::error::Result;
use crate::flash::JedecId;
use crate::transport::Transport;
use crate::wire::{Loader, Opcode, ReadReg, SecurityInfo};

/// What a chip tells about itself.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ChipInfo {
    /// The chip.
    pub chip: &'static Chip,
    /// Who answers.
    pub loader: Loader,
    /// Which of the chip's own USB ports it is, as far as the caller said
    /// which device it has; `None` for UART0.
    pub port: Option<UsbPort>,
    /// The rate, in bits per second. Over USB it means nothing.
    pub baud: u32,
    /// Its revision; `None` on the ESP8266 and in secure download mode.
    pub revision: Option<Revision>,
    /// Its base MAC address; `None` in secure download mode.
    pub mac: Option<Mac>,
    /// Its security settings; the ESP8266 and the ESP32 do not tell.
    pub security: Option<SecurityInfo>,
    /// What the flash says of itself; `None` if it was not asked or says
    /// nothing.
    pub flash_id: Option<JedecId>,
    /// Size of the flash in bytes, if it is known.
    pub flash_size: Option<u32>,
}

impl<T: Transport> Session<'_, T> {
    /// Asks the chip for its revision and MAC address; the rest is known from
    /// connecting.
    ///
    /// # Errors
    /// The loader refuses; no answer; the port is gone; cancelled; the
    /// deadline passed.
    pub fn probe(&mut self) -> Result<ChipInfo> {
        self.timed(|timings| &mut timings.read, Self::ask)
    }

    fn ask(&mut self) -> Result<ChipInfo> {
        let mac = self.mac()?;
        let revision = self.revision()?;
        let security = self.security()?;
        let known = &self.known;
        Ok(ChipInfo {
            chip: known.chip,
            loader: known.loader,
            port: known.port,
            baud: self.connection.baud(),
            revision,
            mac,
            security,
            flash_id: known.flash.id,
            flash_size: known.flash.size,
        })
    }

    /// The chip's base MAC address, if it tells.
    pub(super) fn mac(&mut self) -> Result<Option<Mac>> {
        if self.known.mac.is_none() && self.known.abilities.has(Opcode::READ_REG) {
            let fuses = self.known.chip.mac;
            self.known.mac = Some(fuses.read(|address| self.register(address))?);
        }
        Ok(self.known.mac)
    }

    /// The chip's revision, if it has one and tells.
    pub(super) fn revision(&mut self) -> Result<Option<Revision>> {
        if let (None, Some(fuses)) = (self.known.revision, &self.known.chip.revision) {
            if self.known.abilities.has(Opcode::READ_REG) {
                self.known.revision = Some(fuses.read(|address| self.register(address))?);
            }
        }
        Ok(self.known.revision)
    }

    pub(super) fn register(&mut self, address: u32) -> Result<u32> {
        self.connection.ask(&ReadReg { address }, timing::COMMAND)
    }
}
