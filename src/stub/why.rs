//! Why a session does without a stub.

use crate::chip::{Chip, NoStub, Revision, UsbPort};
use crate::error::Error;
use crate::wire::{SecurityFlags, SecurityInfo};
use std::fmt;

/// Why a session works with the ROM's loader alone.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WithoutStub {
    /// The caller asked for it.
    AsAsked,
    /// There is no stub for this chip.
    NoneForChip,
    /// The chip runs no code that is uploaded: secure download mode.
    SecureDownload,
    /// The chip runs no code that is uploaded: secure boot.
    SecureBoot,
    /// The chip's revision runs no code that is uploaded.
    Revision(Revision),
    /// USB-OTG is software in the ROM, which a stub has not.
    UsbOtg,
    /// No flash has answered the ROM: there is nothing to compare.
    NoFlash,
    /// It could not be uploaded, or the ROM would not jump to it; in words.
    Upload(String),
    /// It was started, and was not heard of.
    NoGreeting,
    /// It runs, but cannot be trusted.
    Untrusted(Untrusted),
}

/// What a stub says that it should not.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Untrusted {
    /// It is of a later version than this program knows.
    Version(u16),
    /// It was made for another chip, with this id.
    OtherChip(Option<u16>),
    /// The flash's id is another one than the ROM says.
    FlashId {
        /// What the ROM says: manufacturer lowest.
        rom: u32,
        /// What the stub says.
        stub: u32,
    },
    /// What it reads of a region is not what the ROM hashes.
    Read {
        /// The region's flash address.
        address: u32,
        /// Its length in bytes.
        length: u32,
    },
    /// The digest of a region is not that of what it holds, which is the one
    /// that the ROM says.
    Digest {
        /// The region's flash address.
        address: u32,
        /// Its length in bytes.
        length: u32,
    },
    /// It could not be asked; in words.
    Silent(String),
}

impl WithoutStub {
    /// Why this chip, over this port, with these settings, can run no stub at
    /// all, as far as is known without asking for its revision.
    #[must_use]
    pub fn for_chip(
        chip: &Chip,
        security: Option<&SecurityInfo>,
        usb: Option<UsbPort>,
    ) -> Option<Self> {
        let has = |bits| security.is_some_and(|info| info.flags.has(bits));
        let barred = chip.stub.never.contains(&NoStub::SecureBoot);
        if has(SecurityFlags::SECURE_DOWNLOAD) {
            Some(Self::SecureDownload)
        } else if barred && has(SecurityFlags::SECURE_BOOT) {
            Some(Self::SecureBoot)
        } else if usb == Some(UsbPort::Otg) {
            Some(Self::UsbOtg)
        } else {
            None
        }
    }

    /// Why this revision of the chip can run no stub.
    #[must_use]
    pub fn for_revision(chip: &Chip, revision: Option<Revision>) -> Option<Self> {
        let revision = revision?;
        let barred = NoStub::Revision(revision.number());
        (chip.stub.never.contains(&barred)).then_some(Self::Revision(revision))
    }

    /// Whether it had to be: the caller did not ask for it, and the chip could
    /// have run a stub.
    #[must_use]
    pub const fn is_fallback(&self) -> bool {
        matches!(
            self,
            Self::Upload(_) | Self::NoGreeting | Self::Untrusted(_)
        )
    }
}

impl From<Untrusted> for WithoutStub {
    fn from(why: Untrusted) -> Self {
        Self::Untrusted(why)
    }
}

impl Untrusted {
    pub(super) fn silent(error: &Error) -> Self {
        Self::Silent(error.to_string())
    }
}

impl fmt::Display for WithoutStub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AsAsked => f.write_str("no stub, as asked"),
            Self::NoneForChip => f.write_str("there is no stub for this chip"),
            Self::SecureDownload => f.write_str("secure download mode forbids a stub"),
            Self::SecureBoot => f.write_str("with secure boot on, this chip runs no stub"),
            Self::Revision(revision) => {
                write!(f, "this chip's revision {revision} runs no stub")
            }
            Self::UsbOtg => f.write_str("a stub cannot talk over USB-OTG"),
            Self::NoFlash => f.write_str("no flash has answered"),
            Self::Upload(why) => write!(f, "the stub could not be started: {why}"),
            Self::NoGreeting => f.write_str("the stub was started and did not greet"),
            Self::Untrusted(why) => write!(f, "the stub cannot be trusted: {why}"),
        }
    }
}

impl fmt::Display for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(version) => write!(f, "it speaks version {version}, which is later"),
            Self::OtherChip(Some(id)) => write!(f, "it is for the chip with the id {id}"),
            Self::OtherChip(None) => f.write_str("it is for a chip without an id"),
            Self::FlashId { rom, stub } => write!(
                f,
                "the flash's id is {stub:06x} to it and {rom:06x} to the ROM"
            ),
            Self::Read { address, length } => write!(
                f,
                "the {length} bytes that it reads at {address:#x} are not what the ROM hashes"
            ),
            Self::Digest { address, length } => {
                write!(f, "its digest of {length} bytes at {address:#x} is wrong")
            }
            Self::Silent(why) => write!(f, "it does not say what it should ({why})"),
        }
    }
}
