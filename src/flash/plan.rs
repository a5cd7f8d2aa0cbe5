//! What a write sends: cut up, compressed and counted, without any I/O.

use super::Abilities;
use crate::chip::RomErase;
use crate::image::SECTOR;
use flate2::{Compression, write::ZlibEncoder};
use std::borrow::Cow;
use std::io::Write;

/// A region is written in chunks that end at multiples of this: a lost block
/// costs no more than its chunk, no answer takes longer than the erase of one,
/// and the flash can be erased in its blocks of 64 KiB.
pub const CHUNK: u32 = 256 << 10;

/// What erased flash reads as.
const ERASED: u8 = 0xff;
/// Sectors in an erase block: what the ESP8266's ROM reckons with.
const SECTORS_PER_BLOCK: u32 = 16;

/// A part of a region that has a FLASH_BEGIN of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunk<'a> {
    /// Flash address of its first byte, a multiple of the sector size.
    pub address: u32,
    /// Its bytes.
    pub data: &'a [u8],
}

/// Cuts a region that starts at a sector into chunks.
pub fn chunks(mut address: u32, mut data: &[u8]) -> impl Iterator<Item = Chunk<'_>> {
    std::iter::from_fn(move || {
        let room = usize::try_from(CHUNK - address % CHUNK).unwrap_or(usize::MAX);
        let (head, tail) = data.split_at(room.min(data.len()));
        let chunk = Chunk {
            address,
            data: head,
        };
        data = tail;
        address = address.saturating_add(chunk.size());
        (!head.is_empty()).then_some(chunk)
    })
}

impl<'a> Chunk<'a> {
    /// Its quarters, in whole sectors: what is tried when the chunk itself
    /// could not be sent in one go. A single sector stays as it is.
    pub fn parts(self) -> impl Iterator<Item = Self> {
        let part = self.sectors().div_ceil(4) * SECTOR;
        let len = usize::try_from(part).unwrap_or(usize::MAX);
        let data: &'a [u8] = self.data;
        (self.address..)
            .step_by(len)
            .zip(data.chunks(len))
            .map(|(address, data)| Self { address, data })
    }

    /// Number of its bytes.
    #[must_use]
    pub fn size(&self) -> u32 {
        // A chunk is cut to CHUNK bytes.
        u32::try_from(self.data.len()).unwrap_or(CHUNK)
    }

    /// Number of sectors it touches.
    #[must_use]
    pub fn sectors(&self) -> u32 {
        self.size().div_ceil(SECTOR)
    }
}

/// How a chunk's bytes travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// As they are.
    Plain,
    /// As a zlib stream.
    Deflate,
}

/// A chunk's bytes, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload<'a> {
    /// How they are coded.
    pub encoding: Encoding,
    bytes: Cow<'a, [u8]>,
    block: usize,
}

impl<'a> Payload<'a> {
    /// The shorter coding of those that the loader takes.
    #[must_use]
    pub fn shortest(data: &'a [u8], abilities: &Abilities) -> Self {
        let plain = Self::plain(data, abilities);
        if !abilities.deflates() {
            return plain;
        }
        let deflated = Self {
            encoding: Encoding::Deflate,
            bytes: Cow::Owned(deflate(data)),
            block: plain.block,
        };
        if deflated.blocks() < plain.blocks() {
            deflated
        } else {
            plain
        }
    }

    /// The bytes as they are.
    #[must_use]
    pub fn plain(data: &'a [u8], abilities: &Abilities) -> Self {
        Self {
            encoding: Encoding::Plain,
            bytes: Cow::Borrowed(data),
            block: usize::try_from(abilities.flash_block).unwrap_or(usize::MAX),
        }
    }

    /// Number of blocks.
    #[must_use]
    pub fn blocks(&self) -> u32 {
        // A chunk has at most CHUNK bytes.
        u32::try_from(self.bytes.len().div_ceil(self.block)).unwrap_or(CHUNK)
    }

    /// The blocks in the order in which they are sent. Of plain bytes the last
    /// one is filled up with FF.
    pub fn iter(&self) -> impl Iterator<Item = Cow<'_, [u8]>> {
        self.bytes.chunks(self.block).map(|block| {
            if self.encoding == Encoding::Deflate || block.len() == self.block {
                return Cow::Borrowed(block);
            }
            let mut full = block.to_vec();
            full.resize(self.block, ERASED);
            Cow::Owned(full)
        })
    }
}

fn deflate(data: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    // Writing to a Vec cannot fail.
    let _ = encoder.write_all(data);
    encoder.finish().unwrap_or_default()
}

/// How a chunk's sectors get erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Erase {
    /// The size to tell FLASH_BEGIN, in bytes.
    pub announced: u32,
    /// A sector that FLASH_BEGIN leaves, to be erased through the SPI
    /// controller.
    pub by_register: Option<u32>,
}

/// The erase that hits exactly the chunk's sectors.
///
/// The ESP8266's ROM erases n + min(head, n) sectors for n, where head is what
/// is left of the first erase block. Half of an even number, or all but head
/// of a large one, comes out exactly; of a small odd number the last sector is
/// left over.
#[must_use]
pub fn erase(chunk: &Chunk<'_>, rom: RomErase) -> Erase {
    let sectors = chunk.sectors();
    match rom {
        RomErase::Region => Erase {
            announced: chunk.size(),
            by_register: None,
        },
        RomErase::TooMuch => {
            let head = SECTORS_PER_BLOCK - chunk.address / SECTOR % SECTORS_PER_BLOCK;
            let announced = if sectors > 2 * head {
                sectors - head
            } else {
                sectors / 2
            };
            let erased = announced + head.min(announced);
            Erase {
                announced: announced * SECTOR,
                by_register: (erased < sectors).then_some(chunk.address + erased * SECTOR),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chip::{Chip, ESP32, ESP32C3, ESP8266};
    use flate2::read::ZlibDecoder;
    use std::io::Read;

    /// Bytes that do not compress.
    fn noise(len: usize) -> Vec<u8> {
        let mut state = 1u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        };
        std::iter::repeat_with(&mut next).take(len).collect()
    }

    fn rom(chip: &'static Chip) -> Abilities {
        Abilities::of_rom(chip)
    }

    #[test]
    fn chunks_end_at_multiples_and_lose_nothing() {
        let data = noise(0x9_1234);
        for address in [0, 0x1000, 0x1_0000, 0x3_f000] {
            let parts: Vec<_> = chunks(address, &data).collect();
            let mut at = address;
            for (index, part) in parts.iter().enumerate() {
                assert_eq!(part.address, at);
                at += part.size();
                let last = index + 1 == parts.len();
                assert!(last || at % CHUNK == 0, "{address:#x}: {at:#x}");
                assert!(!part.data.is_empty() && part.size() <= CHUNK);
            }
            let joined: Vec<u8> = parts.iter().flat_map(|part| part.data.to_vec()).collect();
            assert_eq!(joined, data);
        }
        assert_eq!(chunks(0x1000, &[]).count(), 0);
        assert_eq!(chunks(0, &data[..0x8_0000]).count(), 2);
    }

    #[test]
    fn chunks_come_apart_down_to_sectors() {
        let data = noise(0x4_0000);
        let chunk = |address, len: usize| Chunk {
            address,
            data: &data[..len],
        };
        for (whole, parts) in [
            (chunk(0x4_0000, 0x4_0000), vec![0x1_0000; 4]),
            (chunk(0x1000, 0x5001), vec![0x2000, 0x2000, 0x1001]),
            (chunk(0x1000, 0x1001), vec![0x1000, 1]),
            (chunk(0x1000, 0x1000), vec![0x1000]),
            (chunk(0x1000, 4), vec![4]),
        ] {
            let mut at = whole.address;
            let mut lens = Vec::new();
            for part in whole.parts() {
                assert_eq!(part.address, at);
                at += part.size();
                lens.push(part.data.len());
            }
            assert_eq!((at, lens), (whole.address + whole.size(), parts));
        }
    }

    #[test]
    fn the_shorter_coding_is_taken() {
        let text = vec![7; 10_000];
        let payload = Payload::shortest(&text, &rom(&ESP32C3));
        assert_eq!((payload.encoding, payload.blocks()), (Encoding::Deflate, 1));
        let mut inflated = Vec::new();
        let bytes: Vec<u8> = payload.iter().flat_map(Cow::into_owned).collect();
        ZlibDecoder::new(&bytes[..])
            .read_to_end(&mut inflated)
            .unwrap();
        assert_eq!(inflated, text);

        let noise = noise(10_000);
        let payload = Payload::shortest(&noise, &rom(&ESP32C3));
        assert_eq!((payload.encoding, payload.blocks()), (Encoding::Plain, 10));
        // A coding that saves no block is not worth the inflating.
        let payload = Payload::shortest(&text[..1000], &rom(&ESP32C3));
        assert_eq!(payload.encoding, Encoding::Plain);
        let payload = Payload::shortest(&text, &rom(&ESP8266));
        assert_eq!((payload.encoding, payload.blocks()), (Encoding::Plain, 10));
    }

    #[test]
    fn plain_blocks_are_filled_up() {
        let data = noise(2500);
        let payload = Payload::plain(&data, &rom(&ESP32));
        let blocks: Vec<_> = payload.iter().collect();
        assert_eq!(blocks.len(), 3);
        assert!(blocks.iter().all(|block| block.len() == 1024));
        assert_eq!(blocks[0][..], data[..1024]);
        assert_eq!(blocks[2][..452], data[2048..]);
        assert!(blocks[2][452..].iter().all(|byte| *byte == 0xff));
    }

    #[test]
    fn the_esp8266_erases_exactly_what_it_should() {
        let data = noise(CHUNK as usize);
        for start in 0..32 {
            for sectors in 1..=64u32 {
                let address = start * SECTOR;
                let len = usize::try_from(sectors * SECTOR).unwrap();
                let chunk = Chunk {
                    address,
                    data: &data[..len],
                };
                let plan = erase(&chunk, RomErase::TooMuch);
                let told = plan.announced / SECTOR;
                let head = 16 - start % 16;
                // The ROM's own arithmetic.
                let by_rom = told + head.min(told);
                match plan.by_register {
                    None => assert_eq!(by_rom, sectors, "{start} {sectors}"),
                    Some(at) => {
                        assert_eq!(by_rom + 1, sectors, "{start} {sectors}");
                        assert_eq!(at, address + (sectors - 1) * SECTOR);
                    }
                }
            }
        }
    }

    #[test]
    fn other_roms_are_told_the_size() {
        let chunk = Chunk {
            address: 0x1_0000,
            data: &[0; 5000],
        };
        let expected = Erase {
            announced: 5000,
            by_register: None,
        };
        assert_eq!(erase(&chunk, RomErase::Region), expected);
        assert_eq!(chunk.sectors(), 2);
    }
}
