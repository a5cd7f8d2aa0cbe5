//! What a chip tells about itself.

use super::Session;
use crate::chip::{Chip, Mac, Revision};
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
        let mac = if self.abilities.has(Opcode::READ_REG) {
            Some(self.chip.mac.read(|address| self.register(address))?)
        } else {
            None
        };
        Ok(ChipInfo {
            chip: self.chip,
            loader: self.loader,
            revision: self.revision()?,
            mac,
            security: self.security,
            flash_id: self.flash.id,
            flash_size: self.flash.size,
        })
    }

    /// The chip's revision, if it has one and tells.
    pub(super) fn revision(&mut self) -> Result<Option<Revision>> {
        if let (None, Some(fuses)) = (self.revision, &self.chip.revision) {
            if self.abilities.has(Opcode::READ_REG) {
                self.revision = Some(fuses.read(|address| self.register(address))?);
            }
        }
        Ok(self.revision)
    }

    pub(super) fn register(&mut self, address: u32) -> Result<u32> {
        self.connection.ask(&ReadReg { address }, timing::COMMAND)
    }
}
