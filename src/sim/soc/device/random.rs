//! The random number register. Its numbers come from a seed, so that a chip
//! does the same on every run.

use super::{Device, Io};

/// The register.
pub(super) struct Random(fastrand::Rng);

impl Random {
    pub(super) fn new() -> Self {
        Self(fastrand::Rng::with_seed(0))
    }
}

impl Device for Random {
    fn load(&mut self, _offset: u32, _io: &mut Io<'_, '_>) -> Option<u32> {
        // ROMs take 0 for a sign that somebody has tampered with it.
        Some(self.0.u32(1..))
    }

    fn store(&mut self, _offset: u32, _value: u32, _io: &mut Io<'_, '_>) {}
}
