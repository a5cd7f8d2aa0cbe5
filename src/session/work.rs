//! Verifying, writing and reading regions.

use super::event::{Action, Event};
use super::report::{Outcome, RegionReport, Report};
use super::{Observer, Session};
use crate::error::{ChipError, Error, InputError, Result, SecurityError};
use crate::flash::{Flasher, WriteStep};
use crate::image::{self, Content, Prepared, Purpose, Region, Target};
use crate::transport::Transport;
use crate::wire::Opcode;
use std::io;

/// Below this address lies the bootloader that secure boot version 1 trusts
/// (ESP-IDF, "Secure Boot": the partition table follows at 0x8000 or above).
const SECURE_BOOT_END: u32 = 0x8000;

impl<T: Transport> Session<'_, T> {
    /// Compares regions with the flash, by a digest that the chip computes of
    /// each. That the flash holds something else is no error: the report says
    /// so.
    ///
    /// # Errors
    /// A region cannot be prepared ([`InputError`]); the loader cannot hash
    /// (ESP8266, secure download mode); no answer; the port is gone;
    /// cancelled; the deadline passed.
    pub fn verify(&mut self, regions: &[Region<'_>]) -> Result<Report> {
        self.abilities.need(Opcode::FLASH_MD5SUM, "verifying")?;
        let regions = self.prepare(regions, Purpose::Verify)?;
        let mut report = Report::default();
        for (index, region) in regions.iter().enumerate() {
            self.tell_begin(index, region, Action::Verify);
            let found = self.flasher().digest(region.address, region.size())?;
            let result = RegionReport::compared(region, found);
            self.tell_end(index, &result);
            report.regions.push(result);
        }
        Ok(report)
    }

    /// Writes regions, and makes sure of each by a digest that the chip
    /// computes, where its loader can. All regions are checked before the
    /// first byte is erased.
    ///
    /// # Errors
    /// A region cannot be prepared ([`InputError`]), or the chip's security
    /// settings forbid it: nothing has been erased then. The flash does not
    /// hold what was written to it; the loader refuses; no answer; the port
    /// is gone; cancelled; the deadline passed.
    pub fn write(&mut self, regions: &[Region<'_>]) -> Result<Report> {
        self.check_security(regions)?;
        let regions = self.prepare(regions, Purpose::Write)?;
        let mut report = Report::default();
        for (index, region) in regions.iter().enumerate() {
            self.tell_begin(index, region, Action::Write);
            let total = region.size();
            let observer = &mut self.observer;
            let mut observe = |step| {
                let event = match step {
                    WriteStep::Written(done) => Event::Progress { index, done, total },
                    WriteStep::Again(address) => Event::Again { index, address },
                };
                tell(observer, &event);
            };
            let proof = Flasher::new(&mut self.connection, self.abilities, self.flash.size)
                .write(region, &mut observe)?;
            let result = RegionReport::written(region, proof);
            self.tell_end(index, &result);
            report.regions.push(result);
        }
        Ok(report)
    }

    /// Reads `size` bytes of flash from `address` on into `out`, and makes
    /// sure of them by a digest that the chip computes.
    ///
    /// # Errors
    /// The range does not fit into the flash; `out` does not take the bytes;
    /// the loader cannot read (ESP8266, secure download mode); no answer; the
    /// port is gone; cancelled; the deadline passed.
    pub fn read(&mut self, address: u32, size: u32, out: &mut impl io::Write) -> Result<()> {
        self.abilities
            .need(Opcode::READ_FLASH_SLOW, "reading flash")?;
        let target = self.target()?;
        let name = "the range to read";
        image::check_range(name, address, size, &target)?;
        let index = 0;
        self.emit(&Event::Start {
            index,
            name,
            address,
            size,
            action: Action::Read,
        });
        let mut done = 0;
        let observer = &mut self.observer;
        let mut sink = |bytes: &[u8]| {
            out.write_all(bytes).map_err(|error| InputError::Output {
                reason: error.to_string(),
            })?;
            done += u32::try_from(bytes.len()).unwrap_or(u32::MAX);
            let total = size;
            tell(observer, &Event::Progress { index, done, total });
            Ok(())
        };
        Flasher::new(&mut self.connection, self.abilities, self.flash.size)
            .read(address, size, &mut sink)?;
        let outcome = Outcome::Read;
        self.emit(&Event::End { index, outcome });
        Ok(())
    }

    fn prepare<'r>(
        &mut self,
        regions: &'r [Region<'_>],
        purpose: Purpose,
    ) -> Result<Vec<Prepared<'r>>> {
        let mut target = self.target()?;
        if purpose == Purpose::Write && image::limits_revision(self.chip, regions) {
            target.revision = self.revision()?;
        }
        Ok(image::prepare(regions, &target, purpose)?)
    }

    fn target(&self) -> Result<Target> {
        let Some(flash_size) = self.flash.size else {
            return Err(match self.flash.id {
                None if self.abilities.has(Opcode::WRITE_REG) => ChipError::NoFlash {
                    chip: self.chip.name,
                },
                id => ChipError::FlashSize { id },
            }
            .into());
        };
        Ok(Target {
            chip: self.chip,
            revision: None,
            flash_size,
            address_limit: self.abilities.address_limit,
        })
    }

    /// Keeps plain bytes from a chip that decrypts its flash, and other
    /// bootloaders from a chip that trusts one only.
    fn check_security(&mut self, regions: &[Region<'_>]) -> Result<()> {
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
        match (below, &self.chip.security_fuses) {
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

    fn flash_encryption(&mut self) -> Result<bool> {
        match (self.security, &self.chip.security_fuses) {
            (Some(info), _) => Ok(info.flash_encryption()),
            (None, Some(fuses)) => {
                let count = fuses.flash_crypt_count;
                let bits = count.of(self.register(count.address)?);
                Ok(bits.count_ones() % 2 == 1)
            }
            (None, None) => Ok(false),
        }
    }

    fn tell_begin(&mut self, index: usize, region: &Prepared<'_>, action: Action) {
        self.emit(&Event::Start {
            index,
            name: region.name,
            address: region.address,
            size: region.size(),
            action,
        });
    }

    fn tell_end(&mut self, index: usize, report: &RegionReport) {
        let outcome = report.outcome;
        log::info!(target: "espwire::session", "{}: {outcome:?}", report.name);
        self.emit(&Event::End { index, outcome });
    }
}

fn tell(observer: &mut Option<Box<Observer<'_>>>, event: &Event<'_>) {
    if let Some(observer) = observer {
        observer(event);
    }
}
