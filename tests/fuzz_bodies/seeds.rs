//! Where the fuzzers start: recorded bytes, and small images.

use crate::common::captures::{self, Exchange};
use espwire::wire::{Opcode, own};
use espwire::{chip, slip};
use md5::{Digest, Md5};
use sha2::Sha256;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

/// File name and content. Equal contents share a name.
pub type Seeds = BTreeMap<String, Vec<u8>>;

/// One of each kind of device. The others say nothing new.
const FILES: &[&str] = &[
    "rom-esp32.txt",
    "rom-esp32s2-extra.txt",
    "rom-esp32s3-secure-download.txt",
    "rom-esp8266.txt",
    "stub-esp32-espressif-v2.txt",
];
/// Longer ones slow the fuzzers down.
const LONGEST: usize = 1200;

fn exchanges() -> impl Iterator<Item = Exchange> {
    FILES.iter().flat_map(|file| captures::exchanges(file))
}

fn collect(seeds: impl Iterator<Item = Vec<u8>>) -> Seeds {
    seeds
        .filter(|seed| seed.len() <= LONGEST)
        .map(|seed| {
            let digest = Md5::digest(&seed);
            let name = digest[..8]
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            (name, seed)
        })
        .collect()
}

/// Bytes of both directions, with limits that some frames exceed.
pub fn slip() -> Seeds {
    let streams: BTreeSet<Vec<u8>> = exchanges()
        .step_by(3)
        .flat_map(|exchange| [exchange.sent, exchange.answer])
        .collect();
    let limits = [255, 12, 40, 0].into_iter().cycle();
    collect(
        streams
            .into_iter()
            .zip(limits)
            .map(|(stream, limit)| [&[limit, 2, 9], stream.as_slice()].concat()),
    )
}

/// Every answer, behind the command it belongs to and a SYNC; and our stub's.
pub fn response() -> Seeds {
    let recorded = exchanges().map(|exchange| {
        let opcode = exchange.sent.get(2).copied().unwrap_or_default();
        [&[opcode, 8], exchange.answer.as_slice()].concat()
    });
    let own = own_answers().map(|(opcode, body)| {
        let mut frame = Vec::new();
        let (opcode, tag, body) = (opcode, 7, &body[..]);
        own::Response { opcode, tag, body }.encode(&mut frame);
        [&[opcode.0, 8], on_the_wire(&frame).as_slice()].concat()
    });
    collect(recorded.chain(own))
}

pub fn request() -> Seeds {
    let own = own_requests().map(|frame| on_the_wire(&frame));
    collect(exchanges().map(|exchange| exchange.sent).chain(own))
}

fn on_the_wire(frame: &[u8]) -> Vec<u8> {
    let mut wire = Vec::new();
    slip::encode(frame, &mut wire);
    wire
}

/// A request of each kind that our stub knows.
fn own_requests() -> impl Iterator<Item = Vec<u8>> {
    fn frame(command: &impl own::Command) -> Vec<u8> {
        let mut out = Vec::new();
        own::encode(command, 7, &mut out);
        out
    }
    let ranges = &[own::Range {
        address: 0x1_0000,
        length: 5,
    }];
    let begin = own::WriteBegin {
        session: 1,
        encoding: own::Encoding::Deflate,
        segments: &[own::Segment {
            address: 0x1_0000,
            length: 5,
            kind: own::SegmentKind::Data,
        }],
    };
    let mut data = Vec::new();
    let block = own::WriteData {
        session: 1,
        sequence: 0,
        data: &[0xc0, 0xdb],
    };
    block.encode(&mut data);
    [
        frame(&own::GetCapability),
        frame(&own::Digest { ranges }),
        frame(&own::Map { ranges }),
        frame(&own::Read { ranges }),
        frame(&begin),
        data,
        frame(&own::GetState),
        frame(&own::Cancel),
    ]
    .into_iter()
}

/// Bodies of answers of each kind that our stub gives.
fn own_answers() -> impl Iterator<Item = (Opcode, Vec<u8>)> {
    let mut capability = vec![0; 32];
    capability[4..8].copy_from_slice(&[1, 0, 9, 0]);
    let mut state = Vec::new();
    let done = own::State {
        phase: own::Phase::Done([7; 16]),
        go_back: true,
        session: 1,
        next: 3,
        refused: 1,
        address: u32::MAX,
        programmed: 5,
        digested: 5,
    };
    done.encode(&mut state);
    [
        (Opcode::CAPABILITY, capability),
        (Opcode::DIGEST, vec![0; 20]),
        (Opcode::MAP, vec![0; 8]),
        (Opcode::READ, vec![0; 9]),
        (Opcode::STATE, state),
        (Opcode::CANCEL, vec![0; 4]),
        (Opcode::WRITE_BEGIN, vec![1, 0xca, 0, 0, 0, 0x10, 0, 0]),
    ]
    .into_iter()
}

/// One image per chip, and settings that change some of it.
pub fn image() -> Seeds {
    let settings = [0, 0b10_0101, 0b10_1010, 0b00_0011].into_iter().cycle();
    let chips = chip::ALL.iter().enumerate().zip(settings);
    collect(chips.map(|((index, chip), settings)| {
        let index = u8::try_from(index).unwrap();
        [&[index, settings], esp_image(chip.id).as_slice()].concat()
    }))
}

/// An image with two segments, and a SHA-256 where the chip's images have one.
fn esp_image(chip_id: Option<u16>) -> Vec<u8> {
    let mut image = vec![0xe9, 2, 2, 0x20, 0x04, 0x00, 0x37, 0x40];
    if let Some(id) = chip_id {
        image.extend([0xee, 0, 0, 0]);
        image.extend(id.to_le_bytes());
        image.extend([0, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 1]);
    }
    let mut checksum = 0xef;
    for (address, data) in [
        (0x3fff_0018_u32, &b"data"[..]),
        (0x4037_0000, b"\x36\x41\x00\x1d\xf0"),
    ] {
        image.extend(address.to_le_bytes());
        image.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
        image.extend(data);
        checksum = data.iter().fold(checksum, |sum, byte| sum ^ byte);
    }
    image.resize(image.len() | 0xf, 0);
    image.push(checksum);
    if chip_id.is_some() {
        let digest = Sha256::digest(&image);
        image.extend(digest);
    }
    image
}

/// Compares the files on disk with what they should be, or writes them.
pub fn compare(target: &str, seeds: &Seeds) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/seeds")
        .join(target);
    if std::env::var_os("ESPWIRE_WRITE_SEEDS").is_some() {
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        for (name, seed) in seeds {
            fs::write(folder.join(name), seed).unwrap();
        }
        return;
    }
    let on_disk: Seeds = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read(&path).unwrap())
        })
        .collect();
    assert!(
        on_disk == *seeds,
        "fuzz/seeds/{target} is not what its sources give"
    );
}
