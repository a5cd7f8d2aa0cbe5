//! Verifying, writing and erasing regions.

use super::event::{Action, Event};
use super::options::Locate;
use super::report::{Outcome, RegionReport, Report};
use super::{Observer, Session};
use crate::digest::{Digest, DigestKind};
use crate::error::{Error, InputError, Result};
use crate::flash::{Flasher, Held, Proof, WriteStep};
use crate::image::{self, Prepared, Purpose, Region, SECTOR};
use crate::transport::Transport;
use crate::wire::Opcode;

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
        self.report = Report::default();
        self.known
            .abilities
            .need(Opcode::FLASH_MD5SUM, "verifying")?;
        let regions = self.prepare(regions, Purpose::Verify)?;
        self.compare(&regions)?;
        Ok(self.report.clone())
    }

    /// Writes regions, and makes sure of each by a digest that the chip
    /// computes, where its loader can. All regions are checked before the
    /// first byte is erased. After an error, [`last_report`](Self::last_report)
    /// says how far it came.
    ///
    /// # Errors
    /// A region cannot be prepared ([`InputError`]), or the chip's security
    /// settings forbid it: nothing has been erased then. The flash does not
    /// hold what was written to it; the loader refuses; no answer; the port
    /// is gone; cancelled; the deadline passed.
    pub fn write(&mut self, regions: &[Region<'_>]) -> Result<Report> {
        self.report = Report::default();
        self.check_security(regions)?;
        let regions = self.prepare(regions, Purpose::Write)?;
        self.put(&regions, |_| true, Held::Nothing)?;
        Ok(self.report.clone())
    }

    /// Verifies regions, and writes those that the flash does not hold. All of
    /// them are checked as for a write before anything is done. A loader that
    /// cannot hash has all of them written. After an error,
    /// [`last_report`](Self::last_report) says how far it came.
    ///
    /// # Errors
    /// Those of [`verify`](Self::verify) and [`write`](Self::write).
    pub fn write_changed(&mut self, regions: &[Region<'_>]) -> Result<Report> {
        self.report = Report::default();
        self.check_security(regions)?;
        let regions = self.prepare(regions, Purpose::Write)?;
        if self.known.abilities.has(Opcode::FLASH_MD5SUM) {
            self.compare(&regions)?;
        }
        let due = |outcome| outcome != Outcome::Matches;
        self.put(&regions, due, Held::Matching)?;
        Ok(self.report.clone())
    }

    /// What is certain about the regions of the last verify or write, also if
    /// that failed, was cancelled or lost its port in the middle. Empty if its
    /// regions were refused before anything was done.
    #[must_use]
    pub const fn last_report(&self) -> &Report {
        &self.report
    }

    /// Erases `size` bytes of flash from `address` on, both multiples of 4096,
    /// and makes sure that they are blank, where the loader can hash.
    ///
    /// # Errors
    /// The range is not made of sectors of this flash ([`InputError`]); it is
    /// not blank afterwards; the loader refuses; no answer; the port is gone;
    /// cancelled; the deadline passed. A part may be erased then.
    pub fn erase(&mut self, address: u32, size: u32) -> Result<()> {
        let name = "the range to erase";
        let target = self.target()?;
        image::check_range(name, address, size, &target)?;
        if let Some(odd) = [address, size].into_iter().find(|at| at % SECTOR != 0) {
            return Err(InputError::Unaligned {
                name: name.to_owned(),
                address: odd,
                alignment: SECTOR,
            }
            .into());
        }
        self.report = Report::erasing(
            name,
            address,
            size,
            self.digest_kind(),
            self.known.stub.as_ref().err(),
        );
        let index = 0;
        self.emit(&Event::Start {
            index,
            name,
            address,
            size,
            action: Action::Erase,
        });
        let proof = self.timed(
            |timings| &mut timings.erase,
            |session| match session.capability() {
                Some(own) => session.erase_fast(own, address, size),
                None => session.observed(index, |flasher, see| flasher.erase(address, size, see)),
            },
        )?;
        self.note(index, |report| report.erased(proof));
        self.tell_end(index);
        Ok(())
    }

    /// A report of a call that has done nothing with these regions yet.
    fn pending(&self, regions: &[Prepared<'_>]) -> Report {
        Report::pending(regions, self.digest_kind(), self.known.stub.as_ref().err())
    }

    /// Compares each region with the flash.
    fn compare(&mut self, regions: &[Prepared<'_>]) -> Result<()> {
        self.report = self.pending(regions);
        self.timed(
            |timings| &mut timings.verify,
            |session| {
                if let Some(own) = session.capability() {
                    return session.compare_fast(own, regions);
                }
                for (index, region) in regions.iter().enumerate() {
                    session.tell_begin(index, region, Action::Verify);
                    let found = session.flasher().digest(region.address, region.size())?;
                    session.note(index, |report| report.compare(found));
                    session.locate(index, region, found)?;
                    session.tell_end(index);
                }
                Ok(())
            },
        )
    }

    /// Looks where a region differs first, if it does and that is wanted.
    fn locate(&mut self, index: usize, region: &Prepared<'_>, found: Digest) -> Result<()> {
        if self.locate != Locate::Always || found == region.digest(DigestKind::Md5) {
            return Ok(());
        }
        let at = self.flasher().first_difference(region)?;
        self.note(index, |report| report.first_difference = Some(at));
        Ok(())
    }

    /// Writes those regions whose outcome so far is a `due` one.
    fn put(
        &mut self,
        regions: &[Prepared<'_>],
        due: fn(Outcome) -> bool,
        held: Held,
    ) -> Result<()> {
        if self.report.regions.is_empty() {
            self.report = self.pending(regions);
        }
        self.timed(
            |timings| &mut timings.write,
            |session| {
                if let Some(own) = session.capability() {
                    return session.put_fast(own, regions, due, held);
                }
                for (index, region) in regions.iter().enumerate() {
                    let so_far = session.report.regions.get(index);
                    if so_far.is_some_and(|report| due(report.outcome)) {
                        session.put_one(index, region)?;
                    }
                }
                Ok(())
            },
        )
    }

    fn put_one(&mut self, index: usize, region: &Prepared<'_>) -> Result<()> {
        self.tell_begin(index, region, Action::Write);
        let proof = self.observed(index, |flasher, see| flasher.write(region, see))?;
        self.note(index, |report| report.written(proof));
        self.tell_end(index);
        Ok(())
    }

    /// Changes flash, and keeps report and observer up to date with it.
    fn observed(
        &mut self,
        index: usize,
        work: impl FnOnce(&mut Flasher<'_, T>, &mut dyn FnMut(WriteStep)) -> Result<Proof>,
    ) -> Result<Proof> {
        let observer = &mut self.observer;
        let report = &mut self.report;
        let mut see = |step| see(observer, report, index, step);
        let mut flasher = Flasher::new(
            &mut self.connection,
            self.known.abilities,
            self.known.flash.size,
        );
        let outcome = work(&mut flasher, &mut see);
        if let Err(Error::Mismatch { found, .. }) = &outcome {
            let found = *found;
            self.note(index, |region| region.compare(found));
        }
        outcome
    }

    /// Changes what the report says of a region.
    pub(super) fn note(&mut self, index: usize, change: impl FnOnce(&mut RegionReport)) {
        if let Some(region) = self.report.regions.get_mut(index) {
            change(region);
        }
    }

    pub(super) fn tell_begin(&mut self, index: usize, region: &Prepared<'_>, action: Action) {
        self.emit(&Event::Start {
            index,
            name: region.name,
            address: region.address,
            size: region.size(),
            action,
        });
    }

    pub(super) fn tell_end(&mut self, index: usize) {
        if let Some(region) = self.report.regions.get(index) {
            let outcome = region.outcome;
            log::info!(target: "espwire::session", "{}: {outcome:?}", region.name);
            self.emit(&Event::End { index, outcome });
        }
    }
}

/// Keeps report and observer up to date with what happens to a region.
pub(super) fn see(
    observer: &mut Option<Box<Observer<'_>>>,
    report: &mut Report,
    index: usize,
    step: WriteStep,
) {
    let Some(region) = report.regions.get_mut(index) else {
        return;
    };
    let event = match step {
        WriteStep::Touching(bytes) => return region.touch(bytes),
        WriteStep::Certain(bytes) => {
            region.certain = bytes;
            return;
        }
        WriteStep::Written(done) => Event::Progress {
            index,
            done,
            total: region.size,
        },
        WriteStep::Again(address) => {
            region.certain = region.certain.min(address.saturating_sub(region.address));
            Event::Again { index, address }
        }
        WriteStep::Hashing => Event::Hashing { index },
    };
    tell(observer, &event);
}

pub(super) fn tell(observer: &mut Option<Box<Observer<'_>>>, event: &Event<'_>) {
    if let Some(observer) = observer {
        observer(event);
    }
}
