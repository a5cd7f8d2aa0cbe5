//! What a host does: one request, right or wrong.

use espwire::slip;
use espwire::wire::{Opcode, Sync, checksum};
use std::fmt;
use std::io::Write;

/// One request, or what is sent in place of one.
#[derive(Clone)]
pub struct Step {
    /// What it is, for people.
    pub what: String,
    /// As on the wire.
    pub sent: Vec<u8>,
    /// The rate at which the host goes on then, if it is to be another one.
    pub baud: Option<u32>,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<40} {}", self.what, hex(&self.sent, 48))
    }
}

/// The first bytes in hex digits.
pub fn hex(bytes: &[u8], most: usize) -> String {
    let digits = bytes.iter().take(most).map(|byte| format!("{byte:02x}"));
    let rest = if bytes.len() > most { "…" } else { "" };
    digits.chain([rest.to_owned()]).collect()
}

/// A request that is made up field by field.
pub struct Request {
    what: String,
    pub opcode: u8,
    pub len: u16,
    pub checksum: u32,
    pub payload: Vec<u8>,
}

impl Request {
    /// As it should be.
    pub fn new(opcode: Opcode, payload: Vec<u8>) -> Self {
        let name = opcode
            .name()
            .map_or_else(|| format!("{:02x}", opcode.0), str::to_owned);
        Self {
            what: name,
            opcode: opcode.0,
            len: u16::try_from(payload.len()).unwrap(),
            checksum: 0,
            payload,
        }
    }

    /// With words as its payload.
    pub fn words(opcode: Opcode, words: &[u32]) -> Self {
        let payload = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        let mut it = Self::new(opcode, payload);
        for word in words {
            it.what += &format!(" {word:x}");
        }
        it
    }

    /// A block of data.
    pub fn data(opcode: Opcode, sequence: u32, data: &[u8]) -> Self {
        let len = u32::try_from(data.len()).unwrap();
        let mut it = Self::words(opcode, &[len, sequence, 0, 0]);
        it.payload.extend_from_slice(data);
        it.len = u16::try_from(it.payload.len()).unwrap();
        it.checksum = checksum(data);
        it
    }

    /// What is special about it.
    pub fn note(mut self, words: &str) -> Self {
        self.what += ", ";
        self.what += words;
        self
    }

    /// Something about it is changed.
    pub fn with(mut self, words: &str, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self.note(words)
    }

    pub fn step(self) -> Step {
        let mut frame = vec![0, self.opcode];
        frame.extend(self.len.to_le_bytes());
        frame.extend(self.checksum.to_le_bytes());
        frame.extend(self.payload);
        let mut sent = vec![];
        slip::encode(&frame, &mut sent);
        Step {
            what: self.what,
            sent,
            baud: None,
        }
    }
}

/// The greeting.
pub fn sync() -> Step {
    Request::new(Opcode::SYNC, Sync::PAYLOAD.to_vec()).step()
}

/// Bytes that are no request.
pub fn noise(what: &str, sent: &[u8]) -> Step {
    Step {
        what: what.to_owned(),
        sent: sent.to_vec(),
        baud: None,
    }
}

/// Bytes that look like firmware: some repeat, some do not.
pub fn pattern(len: usize, seed: u32) -> Vec<u8> {
    let bytes = (0u32..).map(|at| {
        let noise = at.wrapping_mul(0x9e37_79b1 ^ seed) >> 13;
        (if at % 64 < 24 {
            noise
        } else {
            at ^ at >> 6 ^ seed
        })
        .to_le_bytes()[0]
    });
    bytes.take(len).collect()
}

/// The same as a zlib stream.
pub fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(vec![], flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
