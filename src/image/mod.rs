//! Flash images and the regions they are written to.
//!
//! A caller's [`Region`]s become [`Prepared`] bytes, exactly those that are to
//! be in flash, and every check that can be made without the chip is made on
//! the way: nothing has been erased when one fails.

mod header;
mod prepare;
mod region;

pub use header::{Extended, Header, HeaderForm, ImageError, MAGIC, Sha256Trailer};
pub use prepare::{Prepared, Purpose, SECTOR, Target, check_range, limits_revision, prepare};
pub use region::{Content, HeaderPatch, Region, SizePatch};

#[cfg(test)]
mod tests;
