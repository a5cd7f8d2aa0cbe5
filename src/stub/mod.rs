//! Stub flashers: programs that take over from a ROM's loader.
//!
//! The chips' own images are embedded, see `docs/stubs.md`; others are taken
//! from a file. A stub is uploaded and entered through the ROM, greets, and has
//! to say the same of the flash as the ROM before anything is erased through
//! it. Where one cannot run, or cannot be trusted, [`WithoutStub`] says why.

mod check;
mod embedded;
mod image;
mod load;
mod why;

pub use check::{Sight, Stub, Witness, is_uniform, recognise};
pub use image::{Image, Origin, Piece};
pub use load::start;
pub use why::{Untrusted, WithoutStub};

#[cfg(feature = "cli")]
pub use image::ImageFileError;

#[cfg(test)]
mod tests;
