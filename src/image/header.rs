//! The header of an ESP image, and what follows from it.
//!
//! ```text
//!  0  E9        8  pins and their drive strengths   12 chip id: u16
//!  1  segments                                      14 lowest revision, old form
//!  2  flash mode                                    15 lowest revision: u16
//!  3  flash size << 4 | frequency                   17 highest revision: u16
//!  4  entry: u32                                    19 reserved
//!                                                   23 1 if a SHA-256 follows
//! ```
//!
//! The ESP8266's header ends after the entry. Then come the segments, each an
//! address, a size (u32 both, little-endian) and data; then padding, so that
//! a checksum byte fills up 16 bytes; then the SHA-256 of all that, if byte 23
//! says so. (Source: ESP-IDF, "App Image Format".)

use crate::chip::Revision;
use sha2::{Digest, Sha256};
use std::ops::Range;

/// First byte of every image.
pub const MAGIC: u8 = 0xe9;
/// Offset of the flash mode.
pub(super) const MODE: usize = 2;
/// Offset of the byte with flash size and frequency.
pub(super) const SIZE_FREQUENCY: usize = 3;

const SHORT_LEN: usize = 8;
const EXTENDED_LEN: usize = 24;
const SEGMENT_HEADER_LEN: usize = 8;
/// ESP-IDF, ESP_IMAGE_MAX_SEGMENTS.
const MAX_SEGMENTS: u8 = 16;
const CHECKSUM_SEED: u8 = 0xef;
const SHA256_LEN: usize = 32;

/// Which of the two headers an image has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderForm {
    /// 8 bytes: ESP8266.
    Short,
    /// 24 bytes, with the chip and its revisions: all others.
    Extended,
}

/// Why bytes are no image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImageError {
    /// The first byte is another.
    #[error("it starts with {0:#04x} where an image starts with 0xe9")]
    Magic(u8),
    /// It ends inside the header.
    #[error("it ends inside its header")]
    Header,
    /// It has no segments, or more than a loader takes.
    #[error("it has {0} segments where an image has 1 to 16")]
    Segments(u8),
    /// It ends inside a segment.
    #[error("it ends inside its segment {0}")]
    Segment(u8),
    /// It ends before the checksum.
    #[error("it ends before its checksum")]
    NoChecksum,
    /// The checksum is wrong.
    #[error("its checksum is {found:#04x}, its segments give {expected:#04x}")]
    Checksum {
        /// What the segments give.
        expected: u8,
        /// What the image has.
        found: u8,
    },
    /// It ends before the SHA-256 that it announces.
    #[error("it ends before the SHA-256 that its header announces")]
    NoSha256,
}

/// The header of an image whose segments and checksum have been found sound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Number of segments.
    pub segments: u8,
    /// Byte 2, the flash mode.
    pub mode: u8,
    /// Byte 3, flash size and frequency.
    pub size_frequency: u8,
    /// Address at which the chip starts to run it.
    pub entry: u32,
    /// What the ESP8266's header lacks.
    pub extended: Option<Extended>,
    /// Bytes up to and with the checksum, without the SHA-256.
    pub len: usize,
}

/// The second part of a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extended {
    /// The chip it is for.
    pub chip_id: u16,
    /// The oldest revision it runs on, major × 100 + minor.
    pub min_revision: u16,
    /// The newest revision it runs on; 0 and 65535 stand for any.
    pub max_revision: u16,
    /// Whether a SHA-256 follows the checksum.
    pub sha256: Sha256Trailer,
}

/// Whether a SHA-256 follows an image's checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sha256Trailer {
    /// It does.
    Present,
    /// It does not.
    Absent,
}

impl Header {
    /// Reads an image. What stands behind it is left out of account: a file
    /// may hold more than one image.
    ///
    /// # Errors
    /// The bytes are not a whole image.
    pub fn parse(image: &[u8], form: HeaderForm) -> Result<Self, ImageError> {
        let [magic, segments, mode, size_frequency, e0, e1, e2, e3, ..] = *image else {
            return match image.first() {
                Some(&first) if first != MAGIC => Err(ImageError::Magic(first)),
                _ => Err(ImageError::Header),
            };
        };
        if magic != MAGIC {
            return Err(ImageError::Magic(magic));
        }
        if !(1..=MAX_SEGMENTS).contains(&segments) {
            return Err(ImageError::Segments(segments));
        }
        let (extended, start) = match form {
            HeaderForm::Short => (None, SHORT_LEN),
            HeaderForm::Extended => {
                let rest = image.get(SHORT_LEN..EXTENDED_LEN);
                (
                    Some(Extended::parse(rest.ok_or(ImageError::Header)?)),
                    EXTENDED_LEN,
                )
            }
        };
        let len = checked_len(image, segments, start)?;
        let header = Self {
            segments,
            mode,
            size_frequency,
            entry: u32::from_le_bytes([e0, e1, e2, e3]),
            extended,
            len,
        };
        match header.sha256_range() {
            Some(range) if image.len() < range.end => Err(ImageError::NoSha256),
            _ => Ok(header),
        }
    }

    /// Where the SHA-256 is, if there is one.
    #[must_use]
    pub fn sha256_range(&self) -> Option<Range<usize>> {
        let trailer = self.extended?.sha256;
        (trailer == Sha256Trailer::Present).then_some(self.len..self.len + SHA256_LEN)
    }

    /// Makes the SHA-256 fit again after a change to the image.
    pub(super) fn refresh_sha256(&self, image: &mut [u8]) {
        if let Some(range) = self.sha256_range() {
            if let Some((body, trailer)) = image.split_at_mut_checked(range.start) {
                if let Some(trailer) = trailer.get_mut(..SHA256_LEN) {
                    trailer.copy_from_slice(&Sha256::digest(body));
                }
            }
        }
    }
}

impl Extended {
    fn parse(bytes: &[u8]) -> Self {
        // Bytes 8 to 23 of the header; the caller has cut them.
        let word = |at: usize| match bytes.get(at..at + 2) {
            Some(&[low, high]) => u16::from_le_bytes([low, high]),
            _ => 0,
        };
        Self {
            chip_id: word(4),
            min_revision: word(7),
            max_revision: word(9),
            sha256: match bytes.get(15) {
                Some(1) => Sha256Trailer::Present,
                _ => Sha256Trailer::Absent,
            },
        }
    }

    /// Whether it asks for certain revisions of the chip.
    #[must_use]
    pub const fn limits_revision(&self) -> bool {
        self.min_revision != 0 || self.highest() != u16::MAX
    }

    /// Whether it runs on a revision.
    #[must_use]
    pub const fn runs_on(&self, revision: Revision) -> bool {
        self.min_revision <= revision.number() && revision.number() <= self.highest()
    }

    /// Images from before the field existed have 0 in it.
    const fn highest(&self) -> u16 {
        match self.max_revision {
            0 => u16::MAX,
            max => max,
        }
    }
}

/// Walks through the segments and returns the length with the checksum.
fn checked_len(image: &[u8], segments: u8, start: usize) -> Result<usize, ImageError> {
    let mut at = start;
    let mut expected = CHECKSUM_SEED;
    for segment in 0..segments {
        let data = segment_data(image, at).ok_or(ImageError::Segment(segment))?;
        expected = data.iter().fold(expected, |sum, byte| sum ^ byte);
        at += SEGMENT_HEADER_LEN + data.len();
    }
    let checksum = at | 0xf;
    match image.get(checksum) {
        Some(&found) if found == expected => Ok(checksum + 1),
        Some(&found) => Err(ImageError::Checksum { expected, found }),
        None => Err(ImageError::NoChecksum),
    }
}

fn segment_data(image: &[u8], at: usize) -> Option<&[u8]> {
    let (header, rest) = image.get(at..)?.split_at_checked(SEGMENT_HEADER_LEN)?;
    let [_, _, _, _, size @ ..] = header else {
        return None;
    };
    let size = u32::from_le_bytes(size.try_into().ok()?);
    rest.get(..usize::try_from(size).ok()?)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// An image with one segment, for tests.
    pub(crate) fn image(form: HeaderForm, chip_id: u16, data: &[u8]) -> Vec<u8> {
        let mut image = vec![MAGIC, 1, 2, 0x2f, 0x78, 0x56, 0x34, 0x12];
        if form == HeaderForm::Extended {
            image.extend([0xee, 0, 0, 0]);
            image.extend(chip_id.to_le_bytes());
            image.extend([0, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 1]);
        }
        image.extend(0x4037_c000u32.to_le_bytes());
        image.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
        image.extend(data);
        image.resize(image.len() | 0xf, 0);
        image.push(data.iter().fold(CHECKSUM_SEED, |sum, byte| sum ^ byte));
        if form == HeaderForm::Extended {
            let sha = Sha256::digest(&image);
            image.extend(sha);
        }
        image
    }

    #[test]
    fn whole_images_parse() {
        for len in [0, 1, 3, 7, 8, 15, 16, 100] {
            let bytes = image(HeaderForm::Extended, 9, &vec![0x5a; len]);
            let header = Header::parse(&bytes, HeaderForm::Extended).unwrap();
            assert_eq!(header.entry, 0x1234_5678);
            assert_eq!((header.mode, header.size_frequency), (2, 0x2f));
            let extended = header.extended.unwrap();
            assert_eq!(extended.chip_id, 9);
            assert!(!extended.limits_revision());
            assert_eq!(header.len % 16, 0);
            let range = header.sha256_range().unwrap();
            assert_eq!(range.end, bytes.len());
            assert_eq!(Sha256::digest(&bytes[..range.start])[..], bytes[range]);

            let bytes = image(HeaderForm::Short, 0, &vec![0x5a; len]);
            let header = Header::parse(&bytes, HeaderForm::Short).unwrap();
            assert_eq!((header.extended, header.len), (None, bytes.len()));
        }
    }

    #[test]
    fn every_truncation_is_told() {
        for form in [HeaderForm::Short, HeaderForm::Extended] {
            let bytes = image(form, 9, &[0x5a; 37]);
            for len in 0..bytes.len() {
                let error = Header::parse(&bytes[..len], form).unwrap_err();
                let start = if form == HeaderForm::Short { 8 } else { 24 };
                let expected = match len {
                    _ if len < start => ImageError::Header,
                    _ if len < start + 8 + 37 => ImageError::Segment(0),
                    _ if len <= (start + 8 + 37) | 0xf => ImageError::NoChecksum,
                    _ => ImageError::NoSha256,
                };
                assert_eq!(error, expected, "{form:?} cut to {len}");
            }
        }
    }

    #[test]
    fn damage_is_told() {
        let bytes = image(HeaderForm::Extended, 9, &[0x5a; 37]);
        let parse = |at: usize, value: u8| {
            let mut bytes = bytes.clone();
            bytes[at] = value;
            Header::parse(&bytes, HeaderForm::Extended)
        };
        assert_eq!(parse(0, 0xea), Err(ImageError::Magic(0xea)));
        assert_eq!(parse(1, 16), Err(ImageError::Segment(2)));
        assert_eq!(parse(1, 17), Err(ImageError::Segments(17)));
        assert_eq!(parse(1, 0), Err(ImageError::Segments(0)));
        assert_eq!(parse(31, 0xff), Err(ImageError::Segment(0)));
        assert!(matches!(parse(40, 0), Err(ImageError::Checksum { .. })));
        assert_eq!(
            Header::parse(&[0xff], HeaderForm::Short),
            Err(ImageError::Magic(0xff))
        );
        assert_eq!(
            Header::parse(&[], HeaderForm::Short),
            Err(ImageError::Header)
        );
    }

    /// What a fuzzer does, in small: whole images with bytes changed.
    #[test]
    fn any_bytes_are_taken_without_harm() {
        let mut state = 1u32;
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            usize::try_from(state >> 8).unwrap()
        };
        for form in [HeaderForm::Short, HeaderForm::Extended] {
            let whole = image(form, 9, &[0x5a; 37]);
            for _ in 0..20_000 {
                let mut bytes = whole.clone();
                for _ in 0..random() % 4 {
                    let at = random() % bytes.len();
                    bytes[at] = random().to_le_bytes()[0];
                }
                bytes.truncate(random() % (bytes.len() + 1));
                if let Ok(header) = Header::parse(&bytes, form) {
                    assert!(header.len <= bytes.len());
                    assert!(
                        header
                            .sha256_range()
                            .is_none_or(|range| range.end <= bytes.len())
                    );
                    header.refresh_sha256(&mut bytes);
                }
            }
        }
    }

    #[test]
    fn revisions_are_compared() {
        let extended = |min_revision, max_revision| Extended {
            chip_id: 0,
            min_revision,
            max_revision,
            sha256: Sha256Trailer::Absent,
        };
        let v1_1 = Revision { major: 1, minor: 1 };
        for (min, max, limits, runs) in [
            (0, 0, false, true),
            (0, u16::MAX, false, true),
            (101, 199, true, true),
            (102, 199, true, false),
            (0, 100, true, false),
        ] {
            assert_eq!(extended(min, max).limits_revision(), limits);
            assert_eq!(extended(min, max).runs_on(v1_1), runs, "{min} to {max}");
        }
    }
}
