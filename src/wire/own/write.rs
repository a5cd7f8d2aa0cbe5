//! A write session: its table of segments, and its data.

use super::super::command::put_words;
use super::super::{Opcode, WireError};
use super::{Command, State, frame};

/// WRITE_BEGIN: opens a session; one of blank segments alone is an erase. The
/// answer is awaited before the first [`WriteData`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WriteBegin<'a> {
    /// The session's number: not 0, and not that of the one before.
    pub session: u16,
    /// How the data is coded.
    pub encoding: Encoding,
    /// What is written. Ascending; no two share a sector.
    pub segments: &'a [Segment],
}

/// How the data of a session is coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// The bytes themselves.
    Plain,
    /// One deflate stream (RFC 1951) without a zlib header.
    Deflate,
}

/// A piece of flash that a session writes or erases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Flash address of its first byte, a multiple of 4096.
    pub address: u32,
    /// Number of its bytes, not 0. Every sector that it touches is erased.
    pub length: u32,
    /// What happens to it.
    pub kind: SegmentKind,
}

/// What happens to a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SegmentKind {
    /// Erased and written.
    Data,
    /// Erased; no data comes for it.
    Blank,
    /// Written and not erased: the host knows that it is blank.
    DataOnBlank,
}

impl SegmentKind {
    /// The low bits of the address.
    const fn bits(self) -> u32 {
        match self {
            Self::Data => 0,
            Self::Blank => 1,
            Self::DataOnBlank => 2,
        }
    }
}

impl Command for WriteBegin<'_> {
    const OPCODE: Opcode = Opcode::WRITE_BEGIN;
    type Answer = State;

    fn body(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.session.to_le_bytes());
        let encoding: u16 = match self.encoding {
            Encoding::Plain => 0,
            Encoding::Deflate => 1,
        };
        out.extend_from_slice(&encoding.to_le_bytes());
        let count = u32::try_from(self.segments.len()).unwrap_or(u32::MAX);
        put_words(out, &[count]);
        for segment in self.segments {
            put_words(
                out,
                &[segment.address | segment.kind.bits(), segment.length],
            );
        }
    }

    fn answer(&self, body: &[u8]) -> Result<State, WireError> {
        State::parse(Self::OPCODE, body)
    }
}

/// WRITE_DATA: a frame of the session's data. It has no answer: states tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WriteData<'a> {
    /// The session's number.
    pub session: u16,
    /// The frame's number: from 0 in each session, wrapping.
    pub sequence: u16,
    /// Its bytes, 1 or more, at most the stub's
    /// [`max_data`](super::Capability::max_data).
    pub data: &'a [u8],
}

impl WriteData<'_> {
    /// Its number.
    pub const OPCODE: Opcode = Opcode::WRITE_DATA;
    /// What a frame costs of the stub's window beyond its data.
    pub const OVERHEAD: u32 = 16;

    /// Appends a whole request without SLIP.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let tag = u32::from(self.session) << 16 | u32::from(self.sequence);
        frame::put_request(Self::OPCODE, tag, out, |out| {
            out.extend_from_slice(self.data);
        });
    }
}
