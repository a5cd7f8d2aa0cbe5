//! Writing: sessions of the stub until all is in flash and proven.

use super::session::End;
use super::watch::{Watch, Watcher};
use super::{FastFlasher, range};
use crate::connection::{BaudChange, timing};
use crate::digest::Digest;
use crate::error::{Error, PortError, Result};
use crate::flash::erase::{BLOCK as ERASE_BLOCK, ERASED, blank_digest};
use crate::flash::stream::pace::Pace;
use crate::flash::stream::segment::{BLANK_SECTOR, Kind, Segment, segments};
use crate::flash::stream::sender::Outcome;
use crate::image::Prepared;
use crate::transport::Transport;
use crate::wire::own::{GetCapability, Port, Range};
use crate::wire::{Opcode, Sync};
use std::collections::BTreeSet;

/// What a write may leave as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// Nothing: every sector is erased, and written if it is not blank.
    Nothing,
    /// Sectors of which the sector map says that they hold what they should.
    /// They are hashed in the end.
    Matching,
}

/// Sessions that get no further one after the other before the write fails.
const TRIES: u32 = 4;
/// Rates to step down to, in bits per second.
const RATES: [u32; 5] = [921_600, 460_800, 230_400, 115_200, 57_600];

impl<T: Transport> FastFlasher<'_, T> {
    /// Erases the sectors of regions, writes the regions, and makes sure of
    /// them: by the digest of what the stub has read back, by the sector map of
    /// what was erased only, and where that is not enough by a digest of each
    /// region.
    ///
    /// # Errors
    /// [`Error::Mismatch`] if flash does not hold a region in spite of
    /// everything; the stub refuses, with the address; no answer; the port is
    /// gone; cancelled; the deadline passed.
    pub fn write(
        &mut self,
        regions: &[&Prepared<'_>],
        held: Held,
        watcher: &mut Watcher<'_>,
    ) -> Result<()> {
        let extents = regions.iter().map(|region| (region.address, region.size()));
        let mut watch = Watch::new(extents, watcher);
        let parts = || regions.iter().map(|region| (region.address, region.data()));
        let mut wanted = segments(parts(), |_, _| false);
        if held == Held::Matching {
            let differing = self.all_differing(regions)?;
            wanted = segments(parts(), |address, _| !differing.contains(&address));
        }
        let proven = self.write_segments(&wanted, &mut watch)? && held == Held::Nothing;
        watch.all_written();
        if proven && self.are_blank(&wanted)? || self.hold(regions)?.is_ok() {
            return Ok(());
        }
        let differing = self.all_differing(regions)?;
        log::warn!(target: "espwire::flash",
            "{} sectors are not what was written; writing them again", differing.len());
        let again = segments(parts(), |address, _| !differing.contains(&address));
        if let Some(first) = again.first() {
            watch.again(first.address);
        }
        self.write_segments(&again, &mut watch)?;
        watch.all_written();
        self.hold(regions)?
    }

    /// Erases `size` bytes from `address` on, both multiples of the sector size,
    /// and makes sure by the chip's own digest, which it returns.
    ///
    /// # Errors
    /// [`Error::Mismatch`] if they are not blank afterwards; the stub refuses,
    /// with the address; no answer; the port is gone; cancelled; the deadline
    /// passed.
    pub fn erase(&mut self, address: u32, size: u32, watcher: &mut Watcher<'_>) -> Result<Digest> {
        let mut watch = Watch::new([(address, size)], watcher);
        let mut blocks = Vec::new();
        let mut done = 0;
        while done < size {
            let address = address.saturating_add(done);
            let len = (ERASE_BLOCK - address % ERASE_BLOCK).min(size - done);
            blocks.push(Segment {
                address,
                bytes: ERASED.get(..len as usize).unwrap_or(&ERASED),
                kind: Kind::Blank,
            });
            done += len;
        }
        self.write_segments(&blocks, &mut watch)?;
        watch.all_written();
        let length = size;
        let found = self.digests_of(&[Range { address, length }])?;
        let found = found.first().copied().unwrap_or_default();
        let kind = self.digest_kind();
        let expected = blank_digest(kind, size);
        if found == expected {
            return Ok(found);
        }
        Err(Error::Mismatch {
            address,
            size,
            kind,
            expected,
            found,
        })
    }

    /// Writes segments in as many sessions as it takes; whether digests of all
    /// data were the right ones.
    fn write_segments(
        &mut self,
        wanted: &[Segment<'_>],
        watch: &mut Watch<'_, '_>,
    ) -> Result<bool> {
        let mut pace = Pace::new(self.capability.max_data, self.capability.window);
        let mut proven = true;
        for batch in wanted.chunks(usize::from(self.capability.max_segments.max(1))) {
            proven &= self.write_batch(batch, &mut pace, watch)?;
        }
        Ok(proven)
    }

    fn write_batch(
        &mut self,
        batch: &[Segment<'_>],
        pace: &mut Pace,
        watch: &mut Watch<'_, '_>,
    ) -> Result<bool> {
        let mut rest = batch.to_vec();
        let mut whole = true;
        let mut tries = 0;
        loop {
            let (address, why) = match self.session(&rest, pace, watch)? {
                End::Done { proven } => return Ok(proven && whole),
                End::Again { address, why } => (address, why),
            };
            let before = rest.first().map_or(0, |segment| segment.address);
            rest = rest.into_iter().filter_map(|it| it.from(address)).collect();
            let after = rest.first().map_or(u32::MAX, |segment| segment.address);
            tries = if after > before { 0 } else { tries + 1 };
            log::warn!(target: "espwire::flash",
                "the write was interrupted ({why:?}); going on from {after:#x}");
            self.recover(why, tries)?;
            watch.again(after);
            whole = false;
        }
    }

    /// Gets in step with the stub again, at a lower rate if this one is no
    /// good.
    fn recover(&mut self, why: Outcome, tries: u32) -> Result<()> {
        if why == Outcome::Silence {
            self.connection.resync()?;
        }
        if why == Outcome::TooLossy || tries > 1 {
            self.step_down()?;
        }
        let stub = self.connection.own(&GetCapability, timing::COMMAND)?;
        if tries >= TRIES {
            return Err(self.connection.no_answer(Opcode::WRITE_DATA));
        }
        self.capability = stub;
        Ok(())
    }

    /// The next lower rate, where there are rates.
    fn step_down(&mut self) -> Result<()> {
        let now = self.connection.baud();
        let lower = RATES.into_iter().find(|rate| *rate < now);
        let (Port::Uart0, Some(rate)) = (self.capability.port, lower) else {
            return Ok(());
        };
        log::warn!(target: "espwire::flash", "too much is lost at {now} baud; trying {rate}");
        self.connection.resync()?;
        match self.connection.change_baud(rate, &Sync) {
            Ok(BaudChange::Done | BaudChange::Failed) => Ok(()),
            // A link that knows no rates.
            Err(Error::Port(PortError::Baud { .. })) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The sectors of all regions that do not hold what they should.
    fn all_differing(&mut self, regions: &[&Prepared<'_>]) -> Result<BTreeSet<u32>> {
        let mut differing = BTreeSet::new();
        for region in regions {
            differing.extend(self.differing(region)?);
        }
        Ok(differing)
    }

    /// Whether what was erased only is blank.
    fn are_blank(&mut self, segments: &[Segment<'_>]) -> Result<bool> {
        let blank = segments.iter().filter(|it| it.kind == Kind::Blank);
        let ranges: Vec<Range> = blank
            .map(|segment| Range {
                address: segment.address,
                length: segment.end() - segment.address,
            })
            .collect();
        let sectors = self.map(&ranges)?;
        Ok(sectors.iter().all(|sector| *sector == BLANK_SECTOR))
    }

    /// Whether flash holds all regions: the outer error is another one.
    fn hold(&mut self, regions: &[&Prepared<'_>]) -> Result<Result<()>> {
        let kind = self.digest_kind();
        let found = self.digests(regions)?;
        for (region, found) in regions.iter().zip(found) {
            let expected = region.digest(kind);
            let Range { address, length } = range(region);
            if found != expected {
                return Ok(Err(Error::Mismatch {
                    address,
                    size: length,
                    kind,
                    expected,
                    found,
                }));
            }
        }
        Ok(Ok(()))
    }
}
