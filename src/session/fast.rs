//! Regions, all at once, through our own stub.

use super::Session;
use super::event::Action;
use super::options::Locate;
use super::report::Outcome;
use super::work::see;
use crate::digest::DigestKind;
use crate::error::{Error, Result};
use crate::flash::{FastFlasher, Held, Proof};
use crate::image::Prepared;
use crate::stub::Stub;
use crate::transport::Transport;
use crate::wire::own::Capability;

impl<T: Transport> Session<'_, T> {
    /// What our own stub can do, if it does the work.
    pub(super) fn capability(&self) -> Option<Capability> {
        match self.known.stub {
            Ok(Stub::Own(capability)) => Some(capability),
            _ => None,
        }
    }

    /// How the digests are made that are compared: a stub of ours says how, all
    /// others have MD5 only.
    pub(super) fn digest_kind(&self) -> DigestKind {
        self.capability()
            .map_or(DigestKind::Md5, |own| own.features.digest_kind())
    }

    /// Compares all regions with the flash, in one command.
    pub(super) fn compare_fast(&mut self, own: Capability, regions: &[Prepared<'_>]) -> Result<()> {
        if let Some(first) = regions.first() {
            self.tell_begin(0, first, Action::Verify);
        }
        let all: Vec<&Prepared<'_>> = regions.iter().collect();
        let kind = self.digest_kind();
        let digests = FastFlasher::new(&mut self.connection, own).digests(&all)?;
        for (index, (region, found)) in regions.iter().zip(digests).enumerate() {
            if index > 0 {
                self.tell_begin(index, region, Action::Verify);
            }
            self.note(index, |report| report.compare(found));
            if self.locate != Locate::Never && found != region.digest(kind) {
                let mut flasher = FastFlasher::new(&mut self.connection, own);
                let at = flasher.first_difference(region)?;
                self.note(index, |report| report.first_difference = at);
            }
            self.tell_end(index);
        }
        Ok(())
    }

    /// Writes those regions whose outcome so far is a `due` one.
    pub(super) fn put_fast(
        &mut self,
        own: Capability,
        regions: &[Prepared<'_>],
        due: fn(Outcome) -> bool,
        held: Held,
    ) -> Result<()> {
        let so_far = self.report.regions.iter().zip(regions).enumerate();
        let wanted: Vec<(usize, &Prepared<'_>)> = so_far
            .filter(|(_, (report, _))| due(report.outcome))
            .map(|(index, (_, region))| (index, region))
            .collect();
        if wanted.is_empty() {
            return Ok(());
        }
        for (index, region) in &wanted {
            self.tell_begin(*index, region, Action::Write);
        }
        let (indices, wanted): (Vec<usize>, Vec<&Prepared<'_>>) = wanted.into_iter().unzip();
        let (observer, report) = (&mut self.observer, &mut self.report);
        let outcome =
            FastFlasher::new(&mut self.connection, own).write(&wanted, held, &mut |at, step| {
                if let Some(index) = indices.get(at) {
                    see(observer, report, *index, step);
                }
            });
        if let Err(Error::Mismatch { address, found, .. }) = &outcome {
            let (address, found) = (*address, *found);
            let at = regions.iter().position(|region| region.address == address);
            self.note(at.unwrap_or(0), |region| region.compare(found));
        }
        outcome?;
        let kind = self.digest_kind();
        for (index, region) in indices.into_iter().zip(wanted) {
            self.note(index, |report| {
                report.written(Proof::Digest(region.digest(kind)))
            });
            self.tell_end(index);
        }
        Ok(())
    }

    /// Erases the range that the report is about.
    pub(super) fn erase_fast(&mut self, own: Capability, address: u32, size: u32) -> Result<Proof> {
        let (observer, report) = (&mut self.observer, &mut self.report);
        let outcome =
            FastFlasher::new(&mut self.connection, own).erase(address, size, &mut |index, step| {
                see(observer, report, index, step)
            });
        if let Err(Error::Mismatch { found, .. }) = &outcome {
            let found = *found;
            self.note(0, |region| region.compare(found));
        }
        outcome.map(Proof::Digest)
    }
}
