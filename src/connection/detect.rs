//! Which chip it is.

use super::{Connection, timing};
use crate::chip::{self, Chip};
use crate::error::{ChipError, Error, Result, SecurityError};
use crate::transport::Transport;
use crate::wire::{Dialect, GetSecurityInfo, Loader, Opcode, ReadReg, SecurityFlags, SecurityInfo};

/// The word by which older chips are told apart (Espressif's protocol pages).
const MAGIC_ADDRESS: u32 = 0x4000_1000;

/// Which chip it is, and what its security settings allow.
#[derive(Clone, Copy, Debug)]
pub struct Detected {
    /// The chip.
    pub chip: &'static Chip,
    /// What it said of its security settings; the ESP8266 and ESP32 say
    /// nothing.
    pub security: Option<SecurityInfo>,
}

impl Detected {
    /// Whether the chip is in secure download mode, in which it takes data
    /// but gives none.
    #[must_use]
    pub fn secure_download(&self) -> bool {
        self.security
            .is_some_and(|info| info.flags.has(SecurityFlags::SECURE_DOWNLOAD))
    }
}

fn by_id(id: u32) -> Option<&'static Chip> {
    u16::try_from(id).ok().and_then(Chip::from_id)
}

/// The chip whose answer to GET_SECURITY_INFO is too short for an id.
fn without_id() -> Option<&'static Chip> {
    let len = Dialect::ROM_ESP32S2.security_info_len;
    let mut chips = chip::ALL.iter().copied();
    chips.find(|chip| chip.rom.dialect.security_info_len == len)
}

impl<T: Transport> Connection<T> {
    /// Finds out which chip it is, and that it is the expected one.
    ///
    /// With an expectation this takes one command; without, at most two.
    ///
    /// # Errors
    /// [`ChipError`]; the loader does not answer; the port is gone; cancelled;
    /// the deadline passed.
    pub fn detect(&mut self, expected: Option<&'static Chip>, loader: Loader) -> Result<Detected> {
        let mut security = match expected {
            Some(chip) if !chip.rom.supports(Opcode::GET_SECURITY_INFO) => None,
            _ => self.security_info()?,
        };
        let mut id = security.and_then(|info| info.chip_id);
        let (mut found, magic) = match (id, security) {
            (Some(id), _) => (by_id(id), None),
            (None, Some(_)) => (without_id(), None),
            (None, None) => self.by_magic()?,
        };
        if let (None, Some(_), Some(_)) = (found, magic, expected) {
            // Chips that the magic word does not tell have an id.
            id = self.security_info()?.and_then(|info| info.chip_id);
            found = id.and_then(by_id);
        }
        let Some(chip) = found else {
            return Err(ChipError::Unknown { id, magic }.into());
        };
        self.settle(expected, chip)?;
        if loader == Loader::Rom {
            self.dialect = chip.rom.dialect;
            if security.is_none() && chip.rom.supports(Opcode::GET_SECURITY_INFO) {
                // It does tell: the request must have been garbled.
                security = Some(self.ask(&GetSecurityInfo, timing::COMMAND)?);
            }
        }
        Ok(Detected { chip, security })
    }

    /// Takes it on trust which chip it is and who answers, for somebody who
    /// has talked to both before.
    pub(crate) fn take_for_granted(&mut self, chip: &'static Chip, loader: Loader) {
        self.chip = Some(chip);
        self.dialect = match loader {
            Loader::Rom => chip.rom.dialect,
            Loader::Stub => Dialect::STUB,
        };
    }

    /// Takes the chip that was found, if it is the expected one.
    ///
    /// # Errors
    /// [`ChipError::Wrong`].
    pub fn settle(&mut self, expected: Option<&'static Chip>, found: &'static Chip) -> Result<()> {
        if let Some(expected) = expected.filter(|expected| *expected != found) {
            return Err(ChipError::Wrong {
                expected: expected.name,
                found: found.name,
                found_arg: found.arg,
            }
            .into());
        }
        log::info!(target: "espwire::connection", "this is an {found}");
        self.chip = Some(found);
        Ok(())
    }

    /// By the word at the magic address.
    fn by_magic(&mut self) -> Result<(Option<&'static Chip>, Option<u32>)> {
        let address = MAGIC_ADDRESS;
        match self.ask(&ReadReg { address }, timing::COMMAND) {
            Ok(magic) => Ok((Chip::from_magic(magic), Some(magic))),
            Err(Error::Device(_)) => Err(SecurityError::SecureDownload {
                what: "finding out which chip it is",
            }
            .into()),
            Err(error) => Err(error),
        }
    }

    /// The security settings; `None` from a loader that does not know the
    /// command.
    ///
    /// # Errors
    /// The loader does not answer; the port is gone; cancelled; the deadline
    /// passed.
    pub fn security_info(&mut self) -> Result<Option<SecurityInfo>> {
        match self.offer(&GetSecurityInfo, timing::COMMAND) {
            Ok(info) => Ok(Some(info)),
            Err(Error::Device(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
