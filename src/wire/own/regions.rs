//! What is said of ranges of flash: digests, sector maps, the bytes
//! themselves.

use super::super::command::put_words;
use super::super::{Opcode, WireError};
use super::{Command, results, wrong_length};
use crate::digest;

/// A range of flash. Any address, any length, 0 included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// Flash address of its first byte.
    pub address: u32,
    /// Number of its bytes.
    pub length: u32,
}

/// Bytes that one CRC-32 of MAP covers.
const MAPPED: u32 = 0x1000;
/// DIGEST: the digest of each range, in one answer; of which kind,
/// [`Features`](super::Features) tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest<'a> {
    /// The ranges.
    pub ranges: &'a [Range],
}

/// MAP: for each range a CRC-32 for each started 4096 bytes from its address
/// on, the last one of what is left. All of them in turn make the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Map<'a> {
    /// The ranges.
    pub ranges: &'a [Range],
}

/// READ: the bytes of each range, one behind the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Read<'a> {
    /// The ranges.
    pub ranges: &'a [Range],
}

/// Bytes of results in the answer to one of [`Digest`], [`Map`] and [`Read`]:
/// what a stub bounds by its
/// [`max_response`](super::Capability::max_response). `None` for other
/// commands, and if the number is too large for the answer's length field.
#[must_use]
pub fn results_len(command: Opcode, ranges: &[Range]) -> Option<u16> {
    let len = |range: &Range| match command {
        Opcode::DIGEST => Some(digest::LEN),
        Opcode::MAP => usize::try_from(range.length.div_ceil(MAPPED))
            .ok()?
            .checked_mul(4),
        Opcode::READ => usize::try_from(range.length).ok(),
        _ => None,
    };
    let sum = ranges
        .iter()
        .try_fold(0usize, |sum, range| sum.checked_add(len(range)?))?;
    u16::try_from(sum).ok()
}

fn put_ranges(ranges: &[Range], out: &mut Vec<u8>) {
    for range in ranges {
        put_words(out, &[range.address, range.length]);
    }
}

/// The results, if there are as many as the ranges promise.
fn promised<'b>(command: Opcode, ranges: &[Range], body: &'b [u8]) -> Result<&'b [u8], WireError> {
    let found = results(command, body)?;
    match results_len(command, ranges) {
        Some(len) if usize::from(len) == found.len() => Ok(found),
        _ => Err(wrong_length(command, body)),
    }
}

impl Command for Digest<'_> {
    const OPCODE: Opcode = Opcode::DIGEST;
    /// One a range.
    type Answer = Vec<digest::Digest>;

    fn body(&self, out: &mut Vec<u8>) {
        put_ranges(self.ranges, out);
    }

    fn answer(&self, body: &[u8]) -> Result<Self::Answer, WireError> {
        let found = promised(Self::OPCODE, self.ranges, body)?;
        Ok(chunks(found).collect())
    }
}

impl Command for Map<'_> {
    const OPCODE: Opcode = Opcode::MAP;
    /// The CRC-32s, those of all ranges one behind the other.
    type Answer = Vec<u32>;

    fn body(&self, out: &mut Vec<u8>) {
        put_ranges(self.ranges, out);
    }

    fn answer(&self, body: &[u8]) -> Result<Self::Answer, WireError> {
        let found = promised(Self::OPCODE, self.ranges, body)?;
        Ok(chunks(found).map(u32::from_le_bytes).collect())
    }
}

impl Command for Read<'_> {
    const OPCODE: Opcode = Opcode::READ;
    /// The bytes of all ranges, one behind the other.
    type Answer = Vec<u8>;

    fn body(&self, out: &mut Vec<u8>) {
        put_ranges(self.ranges, out);
    }

    fn answer(&self, body: &[u8]) -> Result<Self::Answer, WireError> {
        Ok(promised(Self::OPCODE, self.ranges, body)?.to_vec())
    }
}

/// The bytes in pieces of `N`; they are a multiple of it.
fn chunks<const N: usize>(bytes: &[u8]) -> impl Iterator<Item = [u8; N]> {
    bytes
        .chunks_exact(N)
        .filter_map(|chunk| chunk.try_into().ok())
}
