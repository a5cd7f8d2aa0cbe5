//! What came of the regions of a call.

use crate::flash::Proof;
use crate::image::Prepared;

/// What came of each region, in the order they were given in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// The regions.
    pub regions: Vec<RegionReport>,
}

impl Report {
    /// Whether the flash is known to hold every region.
    #[must_use]
    pub fn all_hold(&self) -> bool {
        self.regions.iter().all(|region| region.outcome.holds())
    }
}

/// What came of a region.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RegionReport {
    /// The region's name.
    pub name: String,
    /// Its flash address in bytes.
    pub address: u32,
    /// Its size in bytes, filled up to a whole word.
    pub size: u32,
    /// MD5 of the bytes that should be there: header patched, filled up to a
    /// whole word with FF.
    pub expected: [u8; 16],
    /// MD5 that the chip computed of its flash; `None` if it cannot.
    pub found: Option<[u8; 16]>,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// The flash holds it; the chip's digest says so.
    Matches,
    /// The flash holds something else.
    Differs,
    /// It was written, and the chip's digest says so.
    Written,
    /// It was written and the loader took every byte, but can compute no
    /// digest to prove it.
    WrittenUnproven,
    /// It was read.
    Read,
}

impl Outcome {
    /// Whether the chip's digest says that the flash holds the region.
    #[must_use]
    pub const fn holds(self) -> bool {
        matches!(self, Self::Matches | Self::Written)
    }
}

impl RegionReport {
    fn new(region: &Prepared<'_>, found: Option<[u8; 16]>, outcome: Outcome) -> Self {
        Self {
            name: region.name.to_owned(),
            address: region.address,
            size: region.size(),
            expected: region.digest(),
            found,
            outcome,
        }
    }

    pub(super) fn compared(region: &Prepared<'_>, found: [u8; 16]) -> Self {
        let mut report = Self::new(region, Some(found), Outcome::Differs);
        if report.expected == found {
            report.outcome = Outcome::Matches;
        }
        report
    }

    pub(super) fn written(region: &Prepared<'_>, proof: Proof) -> Self {
        match proof {
            Proof::Digest(found) => Self::new(region, Some(found), Outcome::Written),
            Proof::Acknowledged => Self::new(region, None, Outcome::WrittenUnproven),
        }
    }
}
