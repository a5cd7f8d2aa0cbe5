//! The virtual board, fed what was sent to the real mask ROMs, answers what
//! they answered, byte for byte.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "all of it is a test"
)]

#[path = "../common/mod.rs"]
mod common;
mod sessions;

use common::captures::{self, Exchange};
use common::excuses::{Book, Excuse, Excuses};
use espwire::chip::Chip;
use espwire::sim::rom::{Autobaud, Security, Variant};
use espwire::sim::{Board, Builder, NorTimes, Strapping};
use espwire::time::Duration;
use espwire::transport::Transport;

/// The requests that a recorded ROM did not survive: what comes then in that
/// file is silence, where the model still answers.
const CRASHES: &[(&str, &str)] = &[(
    "rom-esp32s31-rev0.txt",
    // It is a READ_REG of an address where that chip has nothing.
    "invalid escape DB 00 inside a frame",
)];

/// Which exchanges are excused.
const EXCUSES: &Excuses = &[
    // The recording emulators' UART FIFO, read at its address.
    (
        "rom-",
        "READ_REG with a short payload (2 bytes)",
        Excuse::Value,
    ),
    // The first SYNC after autobaud lost its beginning.
    ("rom-esp32c3-rev0", "SYNC again", Excuse::Value),
    ("rom-esp32c61", "SYNC again", Excuse::Value),
    // It is a READ_REG of the flash's window, in which nothing is shown yet; the
    // recording emulators had a table of the ROM's file there.
    ("rom-esp32p4", "invalid escape DB 00", Excuse::Value),
    // Each system prints its own words, the ESP32 those of its BASIC.
    ("rom-", "FLASH_END stay in loader (1)", Excuse::Farewell),
    ("rom-", "FLASH_END (1)", Excuse::Farewell),
    ("rom-esp32.txt", "SYNC after FLASH_END", Excuse::Gone),
];

/// A board as the one that was recorded.
fn board(file: &str, first: &Exchange) -> Builder {
    let name = file.trim_start_matches("rom-").trim_end_matches(".txt");
    let mut words = name.split('-');
    let chip: &'static Chip = words.next().unwrap().parse().unwrap();
    let mut builder = Board::builder(chip)
        .flash_times(NorTimes::NONE)
        .starts_in(Strapping::Download);
    let mut security = Security::default();
    let rest: Vec<&str> = words.collect();
    for word in &rest {
        if word.starts_with("rev") {
            builder = builder.rom(Variant::named(chip, word).unwrap());
        }
    }
    if rest.ends_with(&["secure", "download"]) {
        security.secure_download = true;
    }
    if rest.ends_with(&["secure", "boot"]) {
        security.secure_boot = true;
        security.crypt_count = 1;
    }
    if rest.ends_with(&["a32"]) {
        builder = builder.flash_size(32 << 20);
    }
    if first.silence.is_none() {
        builder = builder.autobaud(Autobaud::Instant);
    }
    builder.security(security)
}

/// What the board answers to `sent`, until it has been silent for a while.
fn ask(port: &mut impl Transport, sent: &[u8]) -> Vec<u8> {
    const QUIET: Duration = Duration::from_millis(500);
    let mut rest = sent;
    while !rest.is_empty() {
        let deadline = port.now() + QUIET;
        let taken = port.write(rest, deadline).unwrap();
        rest = &rest[taken..];
    }
    let mut answer = vec![];
    let mut buf = [0; 4096];
    loop {
        let deadline = port.now() + QUIET;
        match port.read(&mut buf, deadline).unwrap() {
            0 => return answer,
            count => answer.extend_from_slice(&buf[..count]),
        }
    }
}

#[test]
fn the_board_answers_what_the_roms_answered() {
    let mut wrong = vec![];
    let mut checked = 0;
    let mut book = Book::new(EXCUSES);
    for file in captures::files("rom-") {
        let exchanges = captures::exchanges(&file);
        let (board, mut port) = board(&file, &exchanges[0]).build();
        board.run_for(Duration::from_secs(1));
        ask(&mut port, &[]);
        let survived = exchanges
            .iter()
            .take_while(|it| !CRASHES.contains(&(file.as_str(), it.note.as_str())));
        for exchange in survived {
            let answer = ask(&mut port, &exchange.sent);
            if let [0xc0, 0x00, 0x0f, 0x08, _, _, _, _, _, rate @ ..] = exchange.sent.as_slice() {
                // Only a ROM that knows the command changes its rate.
                if answer.get(2) == Some(&0x0f) {
                    let rate = u32::from_le_bytes([rate[0], rate[1], rate[2], rate[3]]);
                    port.set_baud(rate).unwrap();
                }
            }
            checked += 1;
            if !book.same(&file, &exchange.note, exchange, &answer) {
                wrong.push(format!(
                    "{}: {}\n  sent     {:02x?}\n  recorded {:02x?}\n  board    {:02x?}",
                    exchange.place,
                    exchange.note,
                    &exchange.sent[..exchange.sent.len().min(40)],
                    &exchange.answer[..exchange.answer.len().min(60)],
                    &answer[..answer.len().min(60)],
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {checked}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(book.idle().is_empty(), "not needed: {:?}", book.idle());
}
