//! Bytes and the place in flash they belong to.

use crate::chip::{FlashFrequency, FlashMode, FlashSize};
use crate::digest::Remembered;
use crate::error::InputError;
use std::borrow::Cow;
use std::path::Path;

/// Bytes and the flash address they belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region<'a> {
    pub(super) address: u32,
    pub(super) data: Cow<'a, [u8]>,
    pub(super) name: Cow<'a, str>,
    pub(super) tag: u32,
    pub(super) patch: HeaderPatch,
    pub(super) content: Content,
    /// Of `data`: a caller who keeps its regions has them hashed once.
    pub(super) digests: Remembered,
}

/// What a region's bytes are taken for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Content {
    /// At the bootloader's offset an image for this chip, elsewhere anything;
    /// where it is an image, it must be for this chip.
    #[default]
    Checked,
    /// Bytes that nobody looks into or changes: an image encrypted
    /// beforehand, say.
    Raw,
}

/// Flash settings to be put into the header of the image at the bootloader's
/// offset. The default keeps them all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeaderPatch {
    /// The mode; `None` keeps the image's.
    pub mode: Option<FlashMode>,
    /// The frequency; `None` keeps the image's.
    pub frequency: Option<FlashFrequency>,
    /// The size.
    pub size: SizePatch,
}

/// The flash size to be put into an image's header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SizePatch {
    /// The image's own.
    #[default]
    Keep,
    /// That of the flash at hand.
    Detect,
    /// This one.
    Set(FlashSize),
}

impl<'a> Region<'a> {
    /// Bytes, borrowed or owned, and the flash address of the first one.
    #[must_use]
    pub fn new(address: u32, data: impl Into<Cow<'a, [u8]>>) -> Self {
        Self {
            address,
            data: data.into(),
            name: Cow::Owned(format!("region at {address:#x}")),
            tag: 0,
            patch: HeaderPatch::default(),
            content: Content::default(),
            digests: Remembered::default(),
        }
    }

    /// A file's bytes. The region is named after the file.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn from_file(address: u32, path: impl AsRef<Path>) -> Result<Self, InputError> {
        let path = path.as_ref();
        let name = path.display().to_string();
        match std::fs::read(path) {
            Ok(data) => Ok(Self::new(address, data).named(name)),
            Err(error) => Err(InputError::File {
                name,
                kind: error.kind(),
                reason: error.to_string(),
            }),
        }
    }

    /// The name it has in errors and reports, "region at 0x…" if none is given.
    #[must_use]
    pub fn named(mut self, name: impl Into<Cow<'a, str>>) -> Self {
        self.name = name.into();
        self
    }

    /// A number by which the caller finds the region again in a report,
    /// default 0. Nothing else looks at it.
    #[must_use]
    pub fn tagged(mut self, tag: u32) -> Self {
        self.tag = tag;
        self
    }

    /// Flash settings for its header, where it is the bootloader's image.
    #[must_use]
    pub fn patched(mut self, patch: HeaderPatch) -> Self {
        self.patch = patch;
        self
    }

    /// Whether anybody looks into its bytes. [`Content::Raw`] switches the
    /// checks off that keep an image for another chip away.
    #[must_use]
    pub fn with_content(mut self, content: Content) -> Self {
        self.content = content;
        self
    }

    /// Flash address of its first byte.
    #[must_use]
    pub fn address(&self) -> u32 {
        self.address
    }

    /// Its bytes, as the caller gave them.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// Whether anybody looks into its bytes.
    #[must_use]
    pub fn content(&self) -> Content {
        self.content
    }

    /// The caller's number for it.
    #[must_use]
    pub fn tag(&self) -> u32 {
        self.tag
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}
