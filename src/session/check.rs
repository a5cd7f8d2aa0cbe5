//! What is looked at before anything is erased.

use super::Session;
use crate::error::{ChipError, Error, Result, SecurityError};
use crate::image::{self, Content, Prepared, Purpose, Region, Target};
use crate::transport::Transport;
use crate::wire::{Opcode, SecurityInfo};

/// Below this address lies the bootloader that secure boot version 1 trusts
/// (ESP-IDF, "Secure Boot": the partition table follows at 0x8000 or above).
const SECURE_BOOT_END: u32 = 0x8000;

impl<T: Transport> Session<'_, T> {
    pub(super) fn prepare<'r>(
        &mut self,
        regions: &'r [Region<'_>],
        purpose: Purpose,
    ) -> Result<Vec<Prepared<'r>>> {
        let mut target = self.target()?;
        if purpose == Purpose::Write && image::limits_revision(self.known.chip, regions) {
            target.revision = self.revision()?;
        }
        Ok(image::prepare(regions, &target, purpose)?)
    }

    pub(super) fn target(&self) -> Result<Target> {
        let known = &self.known;
        let Some(flash_size) = known.flash.size else {
            return Err(match known.flash.id {
                None if known.abilities.has(Opcode::WRITE_REG) => ChipError::NoFlash {
                    chip: known.chip.name,
                },
                id => ChipError::FlashSize { id },
            }
            .into());
        };
        Ok(Target {
            chip: known.chip,
            revision: None,
            flash_size,
            address_limit: known.abilities.address_limit,
        })
    }

    /// Keeps plain bytes from a chip that decrypts its flash, and other
    /// bootloaders from a chip that trusts one only.
    pub(super) fn check_security(&mut self, regions: &[Region<'_>]) -> Result<()> {
        let mut checked = regions
            .iter()
            .filter(|region| region.content() == Content::Checked);
        let Some(first) = checked.clone().next() else {
            return Ok(());
        };
        if self.flash_encryption()? {
            let name = first.name().to_owned();
            return Err(SecurityError::FlashEncryption { name }.into());
        }
        let below = checked.find(|region| region.address() < SECURE_BOOT_END);
        match (below, &self.known.chip.security_fuses) {
            (Some(region), Some(fuses)) => {
                let bit = fuses.secure_boot_v1;
                match bit.of(self.register(bit.address)?) {
                    0 => Ok(()),
                    _ => Err(Error::from(SecurityError::SecureBoot {
                        name: region.name().to_owned(),
                        address: region.address(),
                    })),
                }
            }
            _ => Ok(()),
        }
    }

    /// The chip's security settings, if it tells. A stub that was met is not
    /// asked for them before they are needed.
    pub(super) fn security(&mut self) -> Result<Option<SecurityInfo>> {
        let tells = self.known.chip.rom.supports(Opcode::GET_SECURITY_INFO);
        if tells && self.known.security.is_none() {
            self.known.security = self.connection.security_info()?;
        }
        Ok(self.known.security)
    }

    fn flash_encryption(&mut self) -> Result<bool> {
        match (self.security()?, &self.known.chip.security_fuses) {
            (Some(info), _) => Ok(info.flash_encryption()),
            (None, Some(fuses)) => {
                let count = fuses.flash_crypt_count;
                let bits = count.of(self.register(count.address)?);
                Ok(bits.count_ones() % 2 == 1)
            }
            (None, None) => Ok(false),
        }
    }
}
