//! Flash through our own stub: all of it windowed, compressed and checked, at
//! the speed of the link.
//!
//! The machines are in [`stream`](super::stream); here they are connected to a
//! [`Connection`].

mod read;
mod session;
mod watch;
mod write;

pub use watch::Watcher;
pub use write::Held;

use crate::connection::{Connection, timing};
use crate::digest::{Digest, DigestKind};
use crate::error::Result;
use crate::image::{Prepared, SECTOR};
use crate::transport::Transport;
use crate::wire::own::{self, Capability, Map, Range};
use flate2::Crc;

/// The flash of a chip that runs our own stub.
#[derive(Debug)]
pub struct FastFlasher<'c, T> {
    connection: &'c mut Connection<T>,
    capability: Capability,
}

/// Sectors in one sector map: the answer is a frame of 12 KiB then.
const MAP_SECTORS: u32 = 3072;

impl<'c, T: Transport> FastFlasher<'c, T> {
    /// Works through a connection to a stub of these abilities.
    pub const fn new(connection: &'c mut Connection<T>, capability: Capability) -> Self {
        Self {
            connection,
            capability,
        }
    }

    /// How the stub's digests are made.
    #[must_use]
    pub const fn digest_kind(&self) -> DigestKind {
        self.capability.features.digest_kind()
    }

    /// The digest of each region of flash, computed by the chip: one command
    /// for as many regions as the stub takes.
    ///
    /// # Errors
    /// The stub refuses; no answer; the port is gone; cancelled; the deadline
    /// passed.
    pub fn digests(&mut self, regions: &[&Prepared<'_>]) -> Result<Vec<Digest>> {
        let ranges: Vec<Range> = regions.iter().map(|region| range(region)).collect();
        self.digests_of(&ranges)
    }

    fn digests_of(&mut self, ranges: &[Range]) -> Result<Vec<Digest>> {
        let mut digests = Vec::with_capacity(ranges.len());
        for ranges in ranges.chunks(usize::from(self.capability.max_segments.max(1))) {
            let bytes = ranges
                .iter()
                .fold(0u32, |sum, range| sum.saturating_add(range.length));
            let timeout = timing::for_size(timing::DIGEST_PER_MB, bytes);
            digests.extend(self.connection.own(&own::Digest { ranges }, timeout)?);
        }
        Ok(digests)
    }

    /// Flash address of the first sector of a region that does not hold what
    /// it should, if there is one, by its sector map. A region need not begin
    /// at a sector; its sectors count from its own first byte.
    ///
    /// # Errors
    /// As [`digests`](Self::digests).
    pub fn first_difference(&mut self, region: &Prepared<'_>) -> Result<Option<u32>> {
        let differing = self.differing(region)?;
        Ok(differing.first().copied())
    }

    /// The sectors of a region that do not hold what they should.
    fn differing(&mut self, region: &Prepared<'_>) -> Result<Vec<u32>> {
        let found = self.map(&[range(region)])?;
        let sectors = region.data().chunks(SECTOR as usize).zip(found);
        let addresses = (region.address..).step_by(SECTOR as usize);
        let differing = addresses
            .zip(sectors)
            .filter_map(|(address, (bytes, found))| (crc32(bytes) != found).then_some(address));
        Ok(differing.collect())
    }

    /// CRC-32 of each sector of ranges, those of all ranges one behind the
    /// other.
    fn map(&mut self, ranges: &[Range]) -> Result<Vec<u32>> {
        let mut sectors = Vec::new();
        for part in parts(ranges, usize::from(self.capability.max_segments.max(1))) {
            let bytes = part
                .iter()
                .fold(0u32, |sum, range| sum.saturating_add(range.length));
            let timeout = timing::for_size(timing::DIGEST_PER_MB, bytes);
            sectors.extend(self.connection.own(&Map { ranges: &part }, timeout)?);
        }
        Ok(sectors)
    }
}

/// Cuts ranges into requests: of so many ranges, and of so many sectors as one
/// answer can tell.
fn parts(ranges: &[Range], most: usize) -> Vec<Vec<Range>> {
    let mut parts: Vec<Vec<Range>> = vec![vec![]];
    let mut room = MAP_SECTORS;
    for range in ranges {
        let mut rest = *range;
        while rest.length > 0 {
            let full = parts.last().is_some_and(|part| part.len() == most);
            if full || room == 0 {
                parts.push(vec![]);
                room = MAP_SECTORS;
            }
            let length = rest.length.min(room.saturating_mul(SECTOR));
            if let Some(part) = parts.last_mut() {
                part.push(Range {
                    address: rest.address,
                    length,
                });
            }
            room -= length.div_ceil(SECTOR);
            rest.address = rest.address.saturating_add(length);
            rest.length -= length;
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

fn range(region: &Prepared<'_>) -> Range {
    Range {
        address: region.address,
        length: region.size(),
    }
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}

#[cfg(test)]
mod tests;
