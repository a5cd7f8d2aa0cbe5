//! The ROM's inflater, with the window through which it writes.
//!
//! What is inflated goes into a window of 32 KiB, and from there to the flash
//! when the window is full or the last announced block has come: nothing of it
//! is in the flash before.

use crate::wire::Reason;
use flate2::{Decompress, FlushDecompress, Status};

/// Bytes of the window.
pub(super) const WINDOW: usize = 0x8000;
/// Bytes inflated at a time.
const PIECE: usize = 0x1000;
/// Bytes before and behind the deflated data (RFC 1950).
const HEADER: usize = 2;
const TRAILER: usize = 4;

/// What comes after a block that is not the last one announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum More {
    /// Blocks. The ROM waits for them.
    Comes,
    /// Nothing. Where the stream has not ended, the ROM takes zeros for it.
    Nothing,
}

/// Where a stream is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Header,
    Data,
    Trailer,
    Ended,
    Spoiled(Reason),
}

/// What became of a block.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Inflated {
    /// All of it was taken.
    Taken,
    /// The window is full: write it, then go on behind so many bytes.
    Full(usize),
    /// It goes on behind the stream's end, where the ROM takes nothing and
    /// tries for ever (read from the ROM's code, and seen).
    Never,
}

/// A zlib stream that comes in blocks.
#[derive(Debug)]
pub(super) struct Inflater {
    stream: Decompress,
    part: Part,
    /// The bytes of header or trailer that have come.
    frame: Vec<u8>,
    adler: Adler,
    window: Box<[u8]>,
    filled: usize,
}

impl Inflater {
    pub(super) fn new() -> Self {
        Self {
            stream: Decompress::new(false),
            part: Part::Header,
            frame: vec![],
            adler: Adler::default(),
            window: vec![0; WINDOW].into_boxed_slice(),
            filled: 0,
        }
    }

    /// A new stream begins. What the window held it still holds.
    pub(super) fn begin(&mut self) {
        self.stream.reset(false);
        self.part = Part::Header;
        self.frame.clear();
        self.adler = Adler::default();
        self.filled = 0;
    }

    /// What the window holds of the stream, rounded up to whole words: the
    /// flash takes nothing else.
    pub(super) fn held(&self) -> &[u8] {
        let len = self.filled.next_multiple_of(4).min(WINDOW);
        self.window.get(..len).unwrap_or_default()
    }

    /// All of the window, whatever is in it.
    pub(super) fn window(&self) -> &[u8] {
        &self.window
    }

    /// The window has been written.
    pub(super) const fn written(&mut self) {
        self.filled = 0;
    }

    /// Takes a block, as far as the window has room.
    pub(super) fn push(&mut self, block: &[u8], more: More) -> Result<Inflated, Reason> {
        let mut taken = 0;
        while taken < block.len() {
            let rest = block.get(taken..).unwrap_or_default();
            let before = taken;
            taken += self.take(rest)?;
            if self.filled == WINDOW {
                return Ok(Inflated::Full(taken));
            }
            if self.part == Part::Ended && taken == before {
                return Ok(Inflated::Never);
            }
        }
        if more == More::Nothing {
            self.pad()?;
            if self.filled == WINDOW {
                return Ok(Inflated::Full(taken));
            }
        }
        Ok(Inflated::Taken)
    }

    /// Takes zeros until the stream or the window ends.
    fn pad(&mut self) -> Result<(), Reason> {
        while self.part != Part::Ended && self.filled < WINDOW {
            self.take(&[0; 64])?;
        }
        Ok(())
    }

    /// Takes some bytes; how many.
    fn take(&mut self, bytes: &[u8]) -> Result<usize, Reason> {
        match self.part {
            Part::Header => {
                let taken = self.frame(bytes, HEADER);
                if let [method, flags] = *self.frame.as_slice() {
                    let check = u32::from(method) << 8 | u32::from(flags);
                    // Deflate, at most 32 KiB, no dictionary.
                    if check % 31 != 0 || method & 0xf != 8 || method >> 4 > 7 || flags & 0x20 != 0
                    {
                        return Err(self.spoil(Reason::DEFLATE));
                    }
                    self.next(Part::Data);
                }
                Ok(taken)
            }
            Part::Data => self.inflate(bytes),
            Part::Trailer => {
                let taken = self.frame(bytes, TRAILER);
                if let [a, b, c, d] = *self.frame.as_slice() {
                    if u32::from_be_bytes([a, b, c, d]) != self.adler.sum() {
                        return Err(self.spoil(Reason::DEFLATE_ADLER));
                    }
                    self.next(Part::Ended);
                }
                Ok(taken)
            }
            Part::Ended => Ok(0),
            Part::Spoiled(reason) => Err(reason),
        }
    }

    /// Inflates as far as input and window go; how many bytes it took.
    fn inflate(&mut self, bytes: &[u8]) -> Result<usize, Reason> {
        let mut taken = 0;
        loop {
            // Not into the window itself: the inflater may use all the room
            // that it is given, and what it leaves there is not the ROM's.
            let mut out = [0; PIECE];
            let room = (WINDOW - self.filled.min(WINDOW)).min(PIECE);
            let out = out.get_mut(..room).unwrap_or_default();
            let rest = bytes.get(taken..).unwrap_or_default();
            let (before, made) = (self.stream.total_in(), self.stream.total_out());
            let status = self.stream.decompress(rest, out, FlushDecompress::None);
            taken += usize::try_from(self.stream.total_in() - before).unwrap_or(0);
            let made = usize::try_from(self.stream.total_out() - made).unwrap_or(0);
            self.put(out.get(..made).unwrap_or_default());
            match status {
                Err(_) => return Err(self.spoil(Reason::DEFLATE)),
                Ok(Status::StreamEnd) => {
                    self.next(Part::Trailer);
                    return Ok(taken);
                }
                // A piece that is not full is all there is.
                Ok(_) if made < room || self.filled == WINDOW => return Ok(taken),
                Ok(_) => {}
            }
        }
    }

    /// Puts what has been inflated into the window.
    fn put(&mut self, bytes: &[u8]) {
        self.adler.add(bytes);
        let end = self.filled + bytes.len();
        if let Some(place) = self.window.get_mut(self.filled..end) {
            place.copy_from_slice(bytes);
        }
        self.filled = end;
    }

    /// Collects header or trailer.
    fn frame(&mut self, bytes: &[u8], len: usize) -> usize {
        let taken = bytes.len().min(len - self.frame.len().min(len));
        self.frame.extend(bytes.iter().take(taken));
        taken
    }

    fn next(&mut self, part: Part) {
        self.frame.clear();
        self.part = part;
    }

    const fn spoil(&mut self, reason: Reason) -> Reason {
        self.part = Part::Spoiled(reason);
        reason
    }
}

/// Adler-32 (RFC 1950).
#[derive(Debug)]
struct Adler(u32, u32);

impl Default for Adler {
    fn default() -> Self {
        Self(1, 0)
    }
}

impl Adler {
    const MODULUS: u32 = 65_521;

    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 + u32::from(*byte)) % Self::MODULUS;
            self.1 = (self.1 + self.0) % Self::MODULUS;
        }
    }

    const fn sum(&self) -> u32 {
        self.1 << 16 | self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::ZlibEncoder;
    use std::io::Write;

    fn deflated(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(vec![], Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn streams_fill_the_window() {
        let bytes: Vec<u8> = (0..70_001u32)
            .map(|at| (at ^ at >> 9).to_le_bytes()[0])
            .collect();
        let stream = deflated(&bytes);
        let mut inflater = Inflater::new();
        let mut out = vec![];
        for block in stream.chunks(100) {
            let mut rest = block;
            while let Inflated::Full(taken) = inflater.push(rest, More::Comes).unwrap() {
                out.extend_from_slice(inflater.held());
                inflater.written();
                rest = &rest[taken..];
            }
        }
        assert_eq!(out.len(), 2 * WINDOW);
        assert_eq!(inflater.push(&[], More::Nothing), Ok(Inflated::Taken));
        out.extend_from_slice(inflater.held());
        // Up to a whole word come what the window held before.
        let stale = &bytes[WINDOW..][70_001 - 2 * WINDOW..][..3];
        assert_eq!(out, [&bytes[..], stale].concat());
        assert_eq!(inflater.push(&[1], More::Comes), Ok(Inflated::Never));
    }

    #[test]
    fn spoiled_streams_stay_so() {
        let stream = deflated(&[7; 1000]);
        let end = stream.len() - 1;
        for (at, reason) in [
            (0, Reason::DEFLATE),
            (1, Reason::DEFLATE),
            (end, Reason::DEFLATE_ADLER),
        ] {
            let mut inflater = Inflater::new();
            let mut spoiled = stream.clone();
            spoiled[at] ^= 1;
            assert_eq!(inflater.push(&spoiled, More::Comes), Err(reason), "{at}");
            assert_eq!(inflater.push(&[0], More::Comes), Err(reason), "{at}");
            inflater.begin();
            assert_eq!(inflater.push(&stream, More::Comes), Ok(Inflated::Taken));
        }
        let mut inflater = Inflater::new();
        let cut = &stream[..end];
        assert_eq!(inflater.push(cut, More::Comes), Ok(Inflated::Taken));
        // The last byte of the checksum is 0 for the ROM.
        let outcome = inflater.push(&[], More::Nothing);
        let expected = match stream[end] {
            0 => Ok(Inflated::Taken),
            _ => Err(Reason::DEFLATE_ADLER),
        };
        assert_eq!(outcome, expected);
    }
}
