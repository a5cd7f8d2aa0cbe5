//! The host's side of every recorded exchange: what the crate makes of the
//! answer is what the recording's note says of it.
//!
//! [`script`] tells what to expect, row by row, and [`device`] what is
//! particular about each file. A note that is not in the script, an exchange
//! too many or too few, or a file without a script fails.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "all of it is a test"
)]

#[path = "../common/mod.rs"]
mod common;
mod device;
mod expect;
mod host;
mod requests;
mod script;
mod script_esp8266;
mod stub;

use common::captures;
use device::{DEVICES, Device, Mode};
use expect::Expect;
use host::Host;
use md5::{Digest, Md5};

/// Plays one file and returns how many exchanges it had.
fn play(device: &Device) -> usize {
    let exchanges = captures::exchanges(device.file);
    let rows = device.script;
    assert_eq!(exchanges.len(), rows.len(), "{}", device.file);
    let mut host = Host::new(device.dialect);
    let mut crashed = false;
    for (exchange, row) in exchanges.iter().zip(rows) {
        let place = &exchange.place;
        assert!(
            row.is_about(&exchange.note),
            "{place}: the script has '{}' here",
            row.note
        );
        let heard = host.hear(exchange);
        let expect = match device.mode {
            _ if crashed => Expect::Silence,
            _ if device.crash == Some(row.note) => Expect::Text(device.last_words),
            Mode::SecureDownload => row.secure_download,
            Mode::Open | Mode::SecureBoot => row.open,
        };
        crashed |= device.crash == Some(row.note);
        expect.check(&heard, device, place);
    }
    exchanges.len()
}

#[test]
fn every_answer_of_every_rom_means_what_its_note_says() {
    let files: Vec<_> = DEVICES.iter().map(|device| device.file).collect();
    assert_eq!(files, captures::files("rom-"), "each file has its script");
    let exchanges: usize = DEVICES.iter().map(play).sum();
    assert_eq!((files.len(), exchanges), (31, 1793));
}

/// A block with a wrong checksum is counted but not written, and what follows
/// is written in its place.
#[test]
fn a_refused_block_is_replaced_by_the_next_one() {
    let exchanges = captures::exchanges("rom-esp32.txt");
    let second = exchanges
        .iter()
        .find(|exchange| exchange.note == "FLASH_DATA seq 1")
        .unwrap();
    let request = host::frames(&second.sent).pop().unwrap();
    let mut written = request[24..].to_vec();
    written.resize(2048, 0xff);
    let digest: String = Md5::digest(&written)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(script::SHIFTED.md5(), digest);
}
