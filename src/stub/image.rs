//! What is uploaded.

use super::embedded::{IMAGES, Image as Embedded};
use crate::chip::{Chip, Revision};
use std::borrow::Cow;

#[cfg(feature = "cli")]
mod json;
#[cfg(feature = "cli")]
pub use json::ImageFileError;

/// A program for a chip's RAM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// What it is called in messages.
    pub name: Cow<'static, str>,
    /// Where it is from.
    pub origin: Origin,
    /// Where to jump to.
    pub entry: u32,
    /// What to upload, in order.
    pub pieces: Vec<Piece>,
}

/// Where an image is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It is one of our own, which take several commands at once.
    Embedded,
    /// It is from elsewhere: whoever that is, it is sent one command at a time.
    Elsewhere,
}

/// Bytes for one place in RAM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The address of the first byte, a multiple of 4.
    pub address: u32,
    /// The bytes.
    pub bytes: Cow<'static, [u8]>,
}

impl Image {
    /// The stub that is embedded for a chip. Its revision matters where
    /// [`StubRules::ask_revision`](crate::chip::StubRules::ask_revision) says
    /// so; the newest is assumed if it is not known.
    #[must_use]
    pub fn embedded(chip: &Chip, revision: Option<Revision>) -> Option<Self> {
        let early = match (chip.stub.early_before, revision) {
            (Some(first), Some(revision)) => revision.number() < first,
            _ => false,
        };
        let fits = |image: &&Embedded| match image.name.strip_suffix("-early") {
            Some(name) => early && name == chip.arg,
            None => !early && image.name == chip.arg,
        };
        IMAGES.iter().find(fits).map(Self::from)
    }

    /// Whether it goes on at the rate at which the ROM jumps to it. Of images
    /// from elsewhere that is not known: some set the rate of a ROM that has
    /// just started.
    #[must_use]
    pub fn keeps_rate(&self) -> bool {
        self.origin == Origin::Embedded
    }

    /// Bytes in all.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pieces.iter().map(|piece| piece.bytes.len()).sum()
    }

    /// Whether there is nothing to upload.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl From<&'static Embedded> for Image {
    fn from(image: &'static Embedded) -> Self {
        Self {
            name: image.name.into(),
            origin: Origin::Embedded,
            entry: image.entry,
            pieces: vec![Piece {
                address: image.load,
                bytes: image.bytes.into(),
            }],
        }
    }
}
