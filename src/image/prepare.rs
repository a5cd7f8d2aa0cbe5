//! From what the caller gives to the bytes as they go into flash: all checks
//! that need no chip at the other end.

use super::header::{Header, HeaderForm, MODE, SIZE_FREQUENCY};
use super::region::{Content, HeaderPatch, Region, SizePatch};
use crate::chip::{Chip, FlashSize, Revision};
use crate::digest::{Digest, DigestKind, Remembered};
use crate::error::InputError;
use std::borrow::Cow;

/// Bytes in a sector, the least that can be erased.
pub const SECTOR: u32 = 0x1000;
/// The ROM loaders write and hash whole words.
const WORD: usize = 4;
/// What erased flash reads as.
const ERASED: u8 = 0xff;

/// What regions are prepared for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// They will be written: each needs its sectors for itself.
    Write,
    /// They will be compared with the flash.
    Verify,
}

/// The chip at the other end, as far as preparing regions needs it.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The chip.
    pub chip: &'static Chip,
    /// Its revision. Needed if [`limits_revision`] says so; without it, no
    /// image is refused for its revision.
    pub revision: Option<Revision>,
    /// Size of the flash in bytes.
    pub flash_size: u32,
    /// First address that the loader cannot reach.
    pub address_limit: u32,
}

/// A region's bytes as they would be in flash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared<'a> {
    /// The region's name.
    pub name: &'a str,
    /// The caller's number for it.
    pub tag: u32,
    /// Flash address of the first byte.
    pub address: u32,
    data: Cow<'a, [u8]>,
    /// Of `data`; those of the caller's region where the bytes are its own.
    digests: Cow<'a, Remembered>,
}

impl<'a> Prepared<'a> {
    /// Bytes as they would be in flash, a multiple of 4 of them.
    #[must_use]
    pub fn new(name: &'a str, tag: u32, address: u32, data: impl Into<Cow<'a, [u8]>>) -> Self {
        Self {
            name,
            tag,
            address,
            data: data.into(),
            digests: Cow::default(),
        }
    }

    /// A region's bytes, filled up to a whole word.
    fn of(region: &'a Region<'_>, data: Cow<'a, [u8]>) -> Self {
        let data = filled_up(data);
        let digests = match data {
            Cow::Borrowed(_) => Cow::Borrowed(&region.digests),
            Cow::Owned(_) => Cow::default(),
        };
        Self {
            digests,
            ..Self::new(&region.name, region.tag, region.address, data)
        }
    }

    /// The bytes: header patched, filled up to a whole word with FF, which is
    /// what the erased flash behind it reads as.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// Bytes of the region. A region fits into the 32-bit address space.
    #[must_use]
    pub fn size(&self) -> u32 {
        u32::try_from(self.data.len()).unwrap_or(u32::MAX)
    }

    /// The address behind its last byte.
    #[must_use]
    pub fn end(&self) -> u32 {
        self.address.saturating_add(self.size())
    }

    /// The digest of the bytes. They are hashed once for each kind; where they
    /// are the region's own, that is once for each region.
    #[must_use]
    pub fn digest(&self, kind: DigestKind) -> Digest {
        self.digests.of(kind, &self.data)
    }
}

/// Whether any of the images asks for certain revisions of the chip, so that
/// [`prepare`] should be told the revision.
#[must_use]
pub fn limits_revision(chip: &Chip, regions: &[Region<'_>]) -> bool {
    regions
        .iter()
        .filter(|region| region.content == Content::Checked)
        .filter_map(|region| Header::parse(&region.data, form(chip)).ok()?.extended)
        .any(|extended| extended.limits_revision())
}

/// Checks regions against the chip and its flash, and makes of them the bytes
/// as they are to be in flash, in the order they were given in.
///
/// # Errors
/// A region is empty, unaligned, does not fit, overlaps another, is not an
/// image where one must be, or is an image for another chip or revision; a
/// setting for its header does not exist on this chip.
pub fn prepare<'a>(
    regions: &'a [Region<'_>],
    target: &Target,
    purpose: Purpose,
) -> Result<Vec<Prepared<'a>>, InputError> {
    let prepared = regions
        .iter()
        .map(|region| {
            check_bounds(region, target)?;
            if purpose == Purpose::Write && region.address % SECTOR != 0 {
                return Err(InputError::Unaligned {
                    name: region.name.to_string(),
                    address: region.address,
                    alignment: SECTOR,
                });
            }
            Ok(Prepared::of(region, patched(region, target)?))
        })
        .collect::<Result<Vec<_>, _>>()?;
    if purpose == Purpose::Write {
        check_overlap(&prepared)?;
    }
    Ok(prepared)
}

fn check_bounds(region: &Region<'_>, target: &Target) -> Result<(), InputError> {
    let len = region.data.len().next_multiple_of(WORD);
    let len = u64::try_from(len).unwrap_or(u64::MAX);
    check_fit(&region.name, region.address, len, target)
}

/// Checks that a range is not empty and lies within what the loader reaches of
/// the flash.
///
/// # Errors
/// [`InputError::Empty`], [`InputError::PastFlash`], [`InputError::PastReach`].
pub fn check_range(name: &str, address: u32, size: u32, target: &Target) -> Result<(), InputError> {
    check_fit(name, address, size.into(), target)
}

fn check_fit(name: &str, address: u32, len: u64, target: &Target) -> Result<(), InputError> {
    let name = || name.to_owned();
    if len == 0 {
        return Err(InputError::Empty { name: name() });
    }
    let end = u64::from(address).saturating_add(len);
    if end > u64::from(target.flash_size) {
        return Err(InputError::PastFlash {
            name: name(),
            end,
            flash_size: target.flash_size,
        });
    }
    if end > u64::from(target.address_limit) {
        return Err(InputError::PastReach {
            name: name(),
            end,
            limit: target.address_limit,
            chip: target.chip.name,
        });
    }
    Ok(())
}

fn check_overlap(prepared: &[Prepared<'_>]) -> Result<(), InputError> {
    let mut sorted: Vec<_> = prepared.iter().collect();
    sorted.sort_by_key(|region| region.address);
    for pair in sorted.windows(2) {
        if let [first, second] = pair {
            // Sectors are erased whole.
            let end = u64::from(first.end()).next_multiple_of(u64::from(SECTOR));
            if u64::from(second.address) < end {
                return Err(InputError::Overlap {
                    first: first.name.to_owned(),
                    first_end: first.end(),
                    second: second.name.to_owned(),
                    second_address: second.address,
                });
            }
        }
    }
    Ok(())
}

fn filled_up(mut data: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    let len = data.len().next_multiple_of(WORD);
    if len != data.len() {
        data.to_mut().resize(len, ERASED);
    }
    data
}

fn form(chip: &Chip) -> HeaderForm {
    match chip.id {
        Some(_) => HeaderForm::Extended,
        None => HeaderForm::Short,
    }
}

/// The region's bytes with the settings in its header, after a look whether
/// they may go to this chip.
fn patched<'a>(region: &'a Region<'_>, target: &Target) -> Result<Cow<'a, [u8]>, InputError> {
    let chip = target.chip;
    let data = Cow::Borrowed(&*region.data);
    let is_bootloader = region.address == chip.bootloader_offset;
    if region.content == Content::Raw {
        return Ok(data);
    }
    let header = match Header::parse(&region.data, form(chip)) {
        Ok(header) => header,
        Err(_) if !is_bootloader => return Ok(data),
        Err(error) => {
            return Err(InputError::NotAnImage {
                name: region.name.to_string(),
                address: region.address,
                chip: chip.name,
                error,
            });
        }
    };
    check_chip(region, &header, target)?;
    if !is_bootloader {
        return Ok(data);
    }
    let (mode, size_frequency) = settings(&region.patch, &header, target)?;
    if (mode, size_frequency) == (header.mode, header.size_frequency) {
        return Ok(data);
    }
    let mut bytes = data.into_owned();
    for (at, value) in [(MODE, mode), (SIZE_FREQUENCY, size_frequency)] {
        if let Some(byte) = bytes.get_mut(at) {
            *byte = value;
        }
    }
    header.refresh_sha256(&mut bytes);
    Ok(Cow::Owned(bytes))
}

fn check_chip(region: &Region<'_>, header: &Header, target: &Target) -> Result<(), InputError> {
    let Some(extended) = header.extended else {
        return Ok(());
    };
    if Some(extended.chip_id) != target.chip.id {
        let known = Chip::from_id(extended.chip_id);
        return Err(InputError::OtherChip {
            name: region.name.to_string(),
            image_chip: known.map_or_else(
                || format!("an unknown chip (id {})", extended.chip_id),
                |chip| format!("the {chip}"),
            ),
            chip: target.chip.name,
        });
    }
    match target.revision {
        Some(revision) if !extended.runs_on(revision) => Err(InputError::OtherRevision {
            name: region.name.to_string(),
            min: extended.min_revision,
            max: extended.max_revision,
            chip: target.chip.name,
            revision,
        }),
        _ => Ok(()),
    }
}

/// Bytes 2 and 3 of the header.
fn settings(patch: &HeaderPatch, header: &Header, target: &Target) -> Result<(u8, u8), InputError> {
    let codes = &target.chip.flash;
    let unknown = |setting: String, allowed: Vec<&'static str>| InputError::Setting {
        setting,
        chip: target.chip.name,
        allowed,
    };
    let sizes = || codes.sizes.iter().map(|(size, _)| size.name()).collect();
    let mode = patch.mode.map_or(header.mode, |mode| mode.code());
    let frequency = match patch.frequency {
        None => header.size_frequency & 0xf,
        Some(frequency) => codes.frequency(frequency).ok_or_else(|| {
            let names = codes
                .frequencies
                .iter()
                .map(|(frequency, _)| frequency.name());
            unknown(format!("flash frequency {frequency}"), names.collect())
        })?,
    };
    let size = match patch.size {
        SizePatch::Keep => header.size_frequency >> 4,
        SizePatch::Set(size) => codes
            .size(size)
            .ok_or_else(|| unknown(format!("flash size {size}"), sizes()))?,
        SizePatch::Detect => FlashSize::from_bytes(target.flash_size)
            .and_then(|size| codes.size(size))
            .ok_or_else(|| unknown(format!("flash size {} bytes", target.flash_size), sizes()))?,
    };
    Ok((mode, size << 4 | frequency))
}
