//! The virtual board, executing the real mask ROMs, answers what was recorded
//! of them, byte for byte.
//!
//! `tests/roms.sh` fetches the ROMs. Without them there is nothing to execute,
//! and the test says so; with ESPWIRE_REQUIRE_ROMS=1 that is a failure.

#![cfg(feature = "sim")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "all of it is a test"
)]

#[path = "../common/mod.rs"]
mod common;

use common::captures::{self, Exchange};
use common::excuses::{Book, Excuse, Excuses};
use common::line::{hear, send, waits};
use common::roms;
use espwire::chip::Chip;
use espwire::sim::rom::Security;
use espwire::sim::soc::RomImage;
use espwire::sim::{Board, NorTimes, Port, Strapping};
use espwire::time::Duration;
use espwire::transport::Transport;

/// What the note begins with of what is asked when the loader has ended.
const AFTERWARDS: &str = "afterwards: ";

/// Which exchanges are excused.
const EXCUSES: &Excuses = &[
    // What address comes of it is that of the UART's FIFO. The emulators had
    // different ideas of what an empty one gives.
    (
        "rom-esp32.txt",
        "READ_REG with a short payload (2 bytes)",
        Excuse::Value,
    ),
    (
        "rom-esp32c3.txt",
        "READ_REG with a short payload (2 bytes)",
        Excuse::Value,
    ),
    (
        "rom-esp32s2.txt",
        "READ_REG with a short payload (2 bytes)",
        Excuse::Value,
    ),
    (
        "rom-esp32s3.txt",
        "READ_REG with a short payload (2 bytes)",
        Excuse::Value,
    ),
    // The value is what the loader found where the payload ought to be. It is
    // what is left of the first SYNC, which here is lost as a whole.
    ("rom-esp32c3-rev0", "SYNC again", Excuse::Value),
    ("rom-esp32c61", "SYNC again", Excuse::Value),
    // Bytes of the first SYNC that it answers are lost: the ROM looks at one
    // port and another in turn, and drops what comes in just before it turns.
    ("rom-esp32.txt", "SYNC (autobaud", Excuse::Value),
    ("rom-esp32s2.txt", "SYNC (autobaud", Excuse::Value),
    ("rom-esp32s2-", "SYNC", Excuse::Value),
    // It sends four address bytes behind the opcodes that have three; what it
    // was recorded with took that for an address, a flash does not.
    (
        "rom-esp32s3-a32",
        "FLASH_MD5SUM 1024 at 16 MB + 0x5000",
        Excuse::Data,
    ),
    (
        "rom-esp32s3-a32",
        "READ_FLASH_SLOW 16 bytes at 16 MB + 0x5000",
        Excuse::Data,
    ),
    // What it was recorded with could not be reset.
    ("rom-esp32s3-secure-boot", "FLASH_END (1)", Excuse::Reset),
    // In secure download mode the loader ends with a reset, behind which the
    // recording emulators stood still. The chip starts from its flash, which is
    // blank; some go on about it.
    ("-secure-", "FLASH_END", Excuse::Farewell),
    ("esp32s2-secure", AFTERWARDS, Excuse::Started),
    ("esp32s3-secure", AFTERWARDS, Excuse::Started),
    ("esp32c2-rev100-secure", AFTERWARDS, Excuse::Started),
    ("esp32c3-rev0-secure", AFTERWARDS, Excuse::Started),
    ("esp32c6-rev0-secure", AFTERWARDS, Excuse::Started),
    ("esp32h2-rev0-secure", AFTERWARDS, Excuse::Started),
    ("esp32p4-rev0-secure", AFTERWARDS, Excuse::Started),
    // It calls nothing, at address 0.
    ("rom-esp32c2", "FLASH_END", Excuse::Crash),
    ("rom-esp32c3", "FLASH_END", Excuse::Crash),
    // It falls back to BASIC, unless an eFuse forbids it that Espressif burns.
    ("rom-esp32.txt", "FLASH_END", Excuse::Farewell),
    ("rom-esp32.txt", AFTERWARDS, Excuse::Gone),
    // It is a READ_REG of the flash's window, in which nothing is shown yet; what
    // it was recorded with had a table of the ROM's file there.
    ("rom-esp32p4", "invalid escape DB 00", Excuse::Value),
    // It is a READ_REG of an address where that chip has nothing.
    ("rom-esp32s31", "invalid escape DB 00", Excuse::Crash),
];

/// How long the loader may take until it says that it waits.
const BOOT: Duration = Duration::from_millis(500);
/// How long an answer may take to begin, and to go on.
const ANSWER: Duration = Duration::from_secs(5);
/// How long must be silent what is recorded as silent.
const SILENCE: Duration = Duration::from_millis(30);

/// How many SYNCs the ROM may take to find out the rate.
const MOST_SYNCS: u32 = 8;

/// What a capture's name says about the chip.
struct Recorded {
    image: RomImage,
    security: Security,
    flash_size: u32,
}

impl Recorded {
    /// None where the chip or its ROM is not at hand.
    fn of(file: &str) -> Option<Self> {
        let name = file.trim_start_matches("rom-").trim_end_matches(".txt");
        let mut words = name.split('-');
        let chip = Chip::from_name(words.next().unwrap())?;
        espwire::sim::soc::of_chip(chip)?;
        let mut revision = None;
        let mut security = Security::default();
        let mut flash_size = 4 << 20;
        for word in words {
            match word {
                "download" => security.secure_download = true,
                "boot" => (security.secure_boot, security.crypt_count) = (true, 1),
                "a32" => flash_size = 32 << 20,
                word if word.starts_with("rev") => revision = Some(word),
                "secure" | "extra" => {}
                word => panic!("{file}: {word}?"),
            }
        }
        let rom = roms::read(chip.arg, revision)?;
        Some(Self {
            image: RomImage::new(chip, &rom).unwrap(),
            security,
            flash_size,
        })
    }

    fn board(self) -> Port {
        let (_, port) = Board::builder(self.image.chip())
            .security(self.security)
            .flash_size(self.flash_size)
            .flash_times(NorTimes::NONE)
            .starts_in(Strapping::Download)
            .rom_image(self.image)
            .build();
        port
    }
}

fn ask(port: &mut Port, exchange: &Exchange) -> Vec<u8> {
    send(port, &exchange.sent);
    let patience = match exchange.silence {
        Some(_) => SILENCE,
        None => ANSWER,
    };
    hear(port, patience, SILENCE, |heard| {
        heard.len() >= exchange.answer.len()
    })
}

/// Answers of a file that are not the recorded ones.
fn differences(file: &str, recorded: Recorded, book: &mut Book) -> Vec<String> {
    let exchanges = captures::exchanges(file);
    let mut port = recorded.board();
    let banner = hear(&mut port, BOOT, SILENCE, waits);
    assert!(
        waits(&banner),
        "{file}: {}",
        String::from_utf8_lossy(&banner)
    );
    let first = &exchanges[0];
    let mut sync = vec![];
    if first.silence.is_none() {
        // It was recorded on a line without time, where the ROM sees the whole
        // of the first SYNC at once; here it measures the rate on one or more,
        // and which of them it answers is its business.
        let lost = (0..MOST_SYNCS).find(|_| {
            send(&mut port, &first.sent);
            sync = hear(&mut port, SILENCE, SILENCE, |_| false);
            !sync.is_empty()
        });
        assert!(lost.is_some(), "{file}: no SYNC is answered");
    }
    let mut wrong = vec![];
    let mut afterwards = "";
    for exchange in &exchanges {
        let note = format!("{afterwards}{}", exchange.note);
        let answer = match sync.is_empty() {
            true => ask(&mut port, exchange),
            false => std::mem::take(&mut sync),
        };
        if let [0xc0, 0x00, 0x0f, 0x08, _, _, _, _, _, rate @ ..] = exchange.sent.as_slice() {
            let rate = u32::from_le_bytes([rate[0], rate[1], rate[2], rate[3]]);
            port.set_baud(rate).unwrap();
        }
        if !book.same(file, &note, exchange, &answer) {
            let hex = |bytes: &[u8]| -> String {
                bytes
                    .iter()
                    .take(70)
                    .map(|byte| format!("{byte:02x}"))
                    .collect()
            };
            wrong.push(format!(
                "{}: {}\n  sent     {}\n  recorded {}\n  ROM      {}",
                exchange.place,
                note,
                hex(&exchange.sent),
                hex(&exchange.answer),
                hex(&answer),
            ));
        }
        if exchange.note.starts_with("FLASH_END") {
            afterwards = AFTERWARDS;
        }
    }
    wrong
}

#[test]
fn the_real_roms_answer_what_was_recorded() {
    let mut wrong = vec![];
    let mut checked = 0;
    let mut book = Book::new(EXCUSES);
    for file in captures::files("rom-") {
        let Some(recorded) = Recorded::of(&file) else {
            continue;
        };
        checked += 1;
        let found = differences(&file, recorded, &mut book);
        if !found.is_empty() {
            wrong.push(format!("{} in {file}:\n{}", found.len(), found.join("\n")));
        }
    }
    if !roms::at_hand() {
        return;
    }
    assert!(checked > 0);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(book.idle().is_empty(), "not needed: {:?}", book.idle());
}
