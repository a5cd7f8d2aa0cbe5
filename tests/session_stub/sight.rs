//! A stub whose fast reads are wrong, on data lines that give ones where they
//! should give zeros: blank flash comes out right.
//!
//! The answers of a stub that is right are made those of one that is not: what
//! it reads, maps and hashes is what the lines would have made of the flash.

use super::liar::{Fate, Liar, Meddler};
use super::{board, firmware, options, outcomes};
use espwire::chip::{Chip, ESP32C3};
use espwire::digest::DigestKind;
use espwire::error::Error;
use espwire::image::Region;
use espwire::session::{Outcome, Session};
use espwire::sim::{Board, Port};
use espwire::stub::{Untrusted, WithoutStub};
use espwire::wire::{Opcode, own};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// Every other bit is read over the line that is stuck.
const STUCK: u8 = 0x55;
const PARTITIONS: u32 = 0x8000;
const APPLICATION: u32 = 0x1_0000;

type Ranges = Vec<(u32, usize)>;

fn misread(board: &Board, (address, length): (u32, usize)) -> Vec<u8> {
    let read = board.flash().read(address, length);
    read.iter().map(|byte| byte | STUCK).collect()
}

fn ranges(body: &[u8]) -> Ranges {
    let word = |pair: &[u8], at: usize| u32::from_le_bytes(pair[at..at + 4].try_into().unwrap());
    body.chunks_exact(8)
        .map(|pair| (word(pair, 0), word(pair, 4) as usize))
        .collect()
}

/// A liar in whose hands a stub misreads. What it makes of the stream of a write
/// session is hashed from the segments, which all have data here.
fn misreading(board: &Board, port: Port) -> Liar<Port> {
    let asked: Arc<Mutex<HashMap<(Opcode, u32), Ranges>>> = Arc::default();
    let written: Arc<Mutex<Ranges>> = Arc::default();
    let (questions, segments) = (asked.clone(), written.clone());
    let to_chip: Meddler = Box::new(move |frame| {
        if let Some(request) = own::Request::parse(frame) {
            match request.opcode {
                Opcode::WRITE_BEGIN => *segments.lock().unwrap() = ranges(&request.body[8..]),
                opcode => {
                    let mut questions = questions.lock().unwrap();
                    questions.insert((opcode, request.tag), ranges(request.body));
                }
            }
        }
        Fate::Arrives
    });
    let board = board.clone();
    let mut kind = DigestKind::Md5;
    let to_host: Meddler = Box::new(move |frame| {
        let Some(response) = own::Response::parse(frame) else {
            return Fate::Arrives;
        };
        let mut body = response.body.to_vec();
        let asked = asked.lock().unwrap();
        let ranges = asked.get(&(response.opcode, response.tag));
        let read = ranges
            .into_iter()
            .flatten()
            .map(|range| misread(&board, *range));
        match response.opcode {
            Opcode::CAPABILITY => kind = own::Features(body[9]).digest_kind(),
            Opcode::READ => body.splice(4.., read.flatten()).for_each(drop),
            Opcode::DIGEST => {
                let digests = read.flat_map(|bytes| kind.of(&bytes));
                body.splice(4.., digests).for_each(drop);
            }
            Opcode::MAP => {
                let crcs = read.flat_map(|bytes| {
                    let sectors = bytes.chunks(0x1000);
                    sectors.map(crc32).collect::<Vec<_>>()
                });
                body.splice(4.., crcs.flat_map(u32::to_le_bytes))
                    .for_each(drop);
            }
            Opcode::STATE if body[2] == 2 => {
                let segments = written.lock().unwrap();
                let stream: Vec<u8> = segments
                    .iter()
                    .flat_map(|range| misread(&board, *range))
                    .collect();
                body[20..36].copy_from_slice(&kind.of(&stream));
            }
            _ => return Fate::Arrives,
        }
        let mut sealed = vec![];
        own::Response {
            body: &body,
            ..response
        }
        .encode(&mut sealed);
        *frame = sealed;
        Fate::Arrives
    });
    Liar::new(port, to_host, to_chip)
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

fn connect(chip: &'static Chip, held: &[(u32, &[u8])]) -> (Board, Session<'static, Liar<Port>>) {
    let (board, port) = board(chip).build();
    for (address, bytes) in held {
        board.flash().write(*address, bytes);
    }
    let port = misreading(&board, port);
    let session = Session::connect(port, options(chip));
    (board, session.unwrap())
}

#[test]
fn wherever_flash_holds_something_a_stub_that_misreads_is_found_out() {
    let chip = &ESP32C3;
    let something = firmware(0x400);
    let erased = [0; 0x1000];
    for (held, address) in [
        (
            vec![(chip.bootloader_offset, &something[..])],
            chip.bootloader_offset,
        ),
        (vec![(PARTITIONS, &something[..])], PARTITIONS),
        (vec![(APPLICATION, &something[..])], APPLICATION),
        // What is all zeros says less than what is not.
        (
            vec![
                (chip.bootloader_offset, &erased[..]),
                (PARTITIONS, &something[..]),
            ],
            PARTITIONS,
        ),
    ] {
        let (board, mut session) = connect(chip, &held);
        let length = 0x200;
        let why = WithoutStub::from(Untrusted::Read { address, length });
        assert_eq!(session.stub(), Err(&why));
        let image = firmware(5_000);
        let region = [Region::new(APPLICATION, &image[..])];
        let report = session.write(&region).unwrap();
        assert_eq!(outcomes(&report), [Outcome::Written]);
        assert!(board.flash().read(APPLICATION, image.len()) == image);
    }
}

/// Where nothing is to be found, a stub that misreads is taken: and says of
/// nothing that it is there, or was written.
#[test]
fn where_flash_is_blank_a_stub_that_misreads_makes_no_false_success() {
    let chip = &ESP32C3;
    let image = firmware(9_000);
    let region = [Region::new(APPLICATION, &image[..])];

    let elsewhere = [(0x2_0000, &image[..])];
    let (_, mut session) = connect(chip, &elsewhere);
    session.stub().unwrap();
    let other = [Region::new(0x2_0000, &image[..])];
    let report = session.verify(&other).unwrap();
    assert_eq!(outcomes(&report), [Outcome::Differs]);

    let (_, mut session) = connect(chip, &[]);
    session.stub().unwrap();
    for write in [Session::write, Session::write_changed] {
        let error = write(&mut session, &region).unwrap_err();
        assert!(matches!(error, Error::Mismatch { .. }), "{error}");
        assert!(!session.last_report().all_hold());
    }
    let error = session.read(APPLICATION, 100, &mut vec![]).unwrap_err();
    assert!(matches!(error, Error::Mismatch { .. }), "{error}");
}
