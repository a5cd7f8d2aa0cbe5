//! What came of the regions of a call.

use crate::digest::{Digest, DigestKind};
use crate::flash::{Proof, blank_digest};
use crate::image::Prepared;
use crate::stub::WithoutStub;

/// What came of each region, in the order they were given in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// The regions.
    pub regions: Vec<RegionReport>,
    /// Why the ROM's loader did the work alone; `None` if a stub did it.
    pub without_stub: Option<WithoutStub>,
}

impl Report {
    /// Whether the flash is known to hold every region.
    #[must_use]
    pub fn all_hold(&self) -> bool {
        self.regions.iter().all(RegionReport::matched)
    }

    /// A report of a call that has done nothing yet, and will have digests of
    /// this kind.
    pub(super) fn pending(
        regions: &[Prepared<'_>],
        kind: DigestKind,
        without_stub: Option<&WithoutStub>,
    ) -> Self {
        let pending = |region| RegionReport::pending(region, kind);
        Self {
            regions: regions.iter().map(pending).collect(),
            without_stub: without_stub.cloned(),
        }
    }

    /// A report of an erase that has not begun.
    pub(super) fn erasing(
        name: &str,
        address: u32,
        size: u32,
        kind: DigestKind,
        without_stub: Option<&WithoutStub>,
    ) -> Self {
        let expected = blank_digest(kind, size);
        Self {
            regions: vec![RegionReport::new(0, name, address, size, kind, expected)],
            without_stub: without_stub.cloned(),
        }
    }
}

/// What came of a region.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RegionReport {
    /// The caller's number for it, 0 if it was given none.
    pub tag: u32,
    /// The region's name.
    pub name: String,
    /// Its flash address in bytes.
    pub address: u32,
    /// Its size in bytes, filled up to a whole word.
    pub size: u32,
    /// How the two digests are made: MD5, unless a stub did the work that hashes
    /// by SHA-256.
    pub digest_kind: DigestKind,
    /// Digest of the bytes that should be there: header patched, filled up to a
    /// whole word with FF.
    pub expected: Digest,
    /// The digest that the chip computed of its flash; `None` if it cannot, or
    /// has not yet.
    pub found: Option<Digest>,
    /// Flash address of the first sector that does not hold what it should,
    /// of a region that differs or differed, if anybody looked: see
    /// [`Locate`](super::Locate).
    pub first_difference: Option<u32>,
    /// What came of it.
    pub outcome: Outcome,
    /// So many bytes from the region's start have been written by this call,
    /// as the loader said.
    pub certain: u32,
    /// So many bytes from the region's start, in whole sectors, may no longer
    /// be what they were before this call. Behind them nothing was touched.
    pub touched: u32,
}

/// What came of a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// Nobody has come to it yet: its flash is as it was.
    Pending,
    /// A write of it has begun and not come to its end; how far it came, see
    /// [`RegionReport::certain`] and [`RegionReport::touched`].
    Unfinished,
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
    /// It was erased.
    Erased,
}

impl Outcome {
    /// Whether the chip's digest says that the flash holds the region.
    #[must_use]
    pub const fn holds(self) -> bool {
        matches!(self, Self::Matches | Self::Written)
    }
}

impl RegionReport {
    /// Whether the chip's digest says that the flash holds the region.
    #[must_use]
    pub const fn matched(&self) -> bool {
        self.outcome.holds()
    }

    fn pending(region: &Prepared<'_>, kind: DigestKind) -> Self {
        let (address, size) = (region.address, region.size());
        let expected = region.digest(kind);
        Self::new(region.tag, region.name, address, size, kind, expected)
    }

    fn new(
        tag: u32,
        name: &str,
        address: u32,
        size: u32,
        digest_kind: DigestKind,
        expected: Digest,
    ) -> Self {
        Self {
            tag,
            name: name.to_owned(),
            address,
            size,
            digest_kind,
            expected,
            found: None,
            first_difference: None,
            outcome: Outcome::Pending,
            certain: 0,
            touched: 0,
        }
    }

    /// The chip has hashed its flash.
    pub(super) fn compare(&mut self, found: Digest) {
        self.found = Some(found);
        self.outcome = if found == self.expected {
            Outcome::Matches
        } else {
            Outcome::Differs
        };
    }

    /// From now on so many bytes from its start may have changed.
    pub(super) fn touch(&mut self, touched: u32) {
        self.outcome = Outcome::Unfinished;
        self.found = None;
        self.touched = self.touched.max(touched);
    }

    /// It has been written.
    pub(super) fn written(&mut self, proof: Proof) {
        self.certain = self.size;
        (self.found, self.outcome) = match proof {
            Proof::Digest(found) => (Some(found), Outcome::Written),
            Proof::Acknowledged => (None, Outcome::WrittenUnproven),
        };
    }

    /// It has been erased.
    pub(super) fn erased(&mut self, proof: Proof) {
        self.certain = self.size;
        self.outcome = Outcome::Erased;
        if let Proof::Digest(found) = proof {
            self.found = Some(found);
        }
    }
}
