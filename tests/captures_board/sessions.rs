//! Whole sessions of another host, replayed against the virtual board.
//!
//! The recordings leave uploads out, and the modelled ROM executes nothing: in
//! the sessions with a stub, the board goes on as known stubs do once the host
//! has jumped to it.

use crate::ask;
use crate::common::captures::{self, Direction, Transfer};
use espwire::chip::{Chip, ESP32, ESP32C3};
use espwire::sim::rom::{Autobaud, Uploads};
use espwire::sim::{Board, NorTimes, Strapping};
use espwire::slip::{Decoder, Event};
use espwire::time::Duration;
use espwire::transport::Transport;
use espwire::wire::{Opcode, Request, Response};

/// What all sessions write or verify: bytes and address.
const SIZE: usize = 20_000;
const ADDRESS: u32 = 0x1_0000;

fn frames(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut decoder = Decoder::new(bytes.len().max(1));
    let mut rest = bytes;
    let mut found = vec![];
    while let Some(event) = decoder.next(&mut rest) {
        if let Event::Frame(frame) = event {
            found.push(frame.to_vec());
        }
    }
    found
}

/// The firmware of all the sessions, from the one that sends it undeflated.
fn firmware() -> Vec<u8> {
    let mut bytes = vec![];
    for line in captures::session("host-esptool-esp32c3-write-rom.txt") {
        for frame in frames(&line.bytes.unwrap_or_default()) {
            match Request::parse(&frame) {
                Some(request) if request.opcode == Opcode::FLASH_DATA => {
                    bytes.extend_from_slice(&request.payload[16..]);
                }
                _ => {}
            }
        }
    }
    bytes.truncate(SIZE);
    bytes
}

/// What counts of a response: the command, whether it succeeded, and its data.
/// The rest is registers of another board.
fn essence(frame: &[u8]) -> (Opcode, bool, Vec<u8>) {
    let response = Response::parse(frame).expect("a response");
    // Data stands before the status: a digest as hex digits or as bytes, or
    // the security settings.
    let data_len = match (response.opcode, response.body.len()) {
        (Opcode::FLASH_MD5SUM, 36) => 32,
        (Opcode::FLASH_MD5SUM, 18) => 16,
        (Opcode::GET_SECURITY_INFO, 24) => 20,
        _ => 0,
    };
    let (data, status) = response.body.split_at(data_len);
    (response.opcode, status[0] == 0, data.to_vec())
}

/// Replays a session; what the board answers must come to the same.
fn replay(file: &str, chip: &'static Chip, prepare: impl FnOnce(&Board)) -> Board {
    let (board, mut port) = Board::builder(chip)
        .flash_times(NorTimes::NONE)
        .autobaud(Autobaud::Instant)
        .uploads(Uploads::BecomeStub)
        .starts_in(Strapping::Download)
        .build();
    prepare(&board);
    board.run_for(Duration::from_secs(1));
    ask(&mut port, &[]);

    let lines = captures::session(file);
    let mut turns = lines
        .chunk_by(|_, next| next.direction == Direction::ToHost)
        .peekable();
    assert!(turns.peek().is_some(), "{file} is empty");
    for turn in turns {
        let [Transfer { bytes, place, .. }, answers @ ..] = turn else {
            unreachable!("chunks are not empty");
        };
        let Some(sent) = bytes else {
            continue;
        };
        let answered = ask(&mut port, sent);
        follow_rate(&mut port, sent);
        let recorded: Vec<_> = answers
            .iter()
            .flat_map(|line| frames(line.bytes.as_deref().unwrap_or_default()))
            .collect();
        let answered = frames(&answered);
        let greeting = b"OHAI".to_vec();
        let essences = |frames: &[Vec<u8>]| -> Vec<_> {
            let frames = frames.iter().filter(|frame| **frame != greeting);
            frames.map(|frame| essence(frame)).collect()
        };
        assert_eq!(essences(&answered), essences(&recorded), "{place}");
        assert_eq!(
            answered.contains(&greeting),
            recorded.contains(&greeting),
            "{place}"
        );
    }
    board
}

fn follow_rate(port: &mut impl Transport, sent: &[u8]) {
    for frame in frames(sent) {
        match Request::parse(&frame) {
            Some(request) if request.opcode == Opcode::CHANGE_BAUDRATE => {
                port.set_baud(request.word(0).unwrap()).unwrap();
            }
            _ => {}
        }
    }
}

#[test]
fn another_hosts_writes_leave_the_right_flash() {
    let firmware = firmware();
    assert_eq!(firmware.len(), SIZE);
    for (file, chip) in [
        ("host-esptool-esp32-write.txt", &ESP32),
        ("host-esptool-esp32c3-write-rom.txt", &ESP32C3),
    ] {
        let board = replay(file, chip, |_| {});
        assert!(board.flash().read(ADDRESS, SIZE) == firmware, "{file}");
        assert_eq!(
            board.flash().read(0, ADDRESS as usize),
            [0xff; ADDRESS as usize]
        );
    }
}

#[test]
fn another_hosts_verifies_find_what_is_there() {
    let firmware = firmware();
    for (file, chip) in [
        ("host-esptool-esp32-verify.txt", &ESP32),
        ("host-esptool-esp32c3-verify-rom.txt", &ESP32C3),
    ] {
        let board = replay(file, chip, |board| board.flash().write(ADDRESS, &firmware));
        assert_eq!(board.flash().wear().programs, 0);
    }
}
