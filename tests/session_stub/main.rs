//! Whole sessions with the committed stubs, executed on the virtual board, in
//! virtual time.
#![cfg(feature = "sim")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "all of it is a test"
)]

#[path = "../common/cancelling.rs"]
mod cancelling;
mod deploy;
mod digests;
mod liar;
mod moments;
mod park;
mod sight;
#[allow(dead_code, reason = "these tests need one kind of fault only")]
#[path = "../common/spoiled.rs"]
mod spoiled;
mod stream;
mod sweep;
mod trust;
mod usb;

use espwire::chip::{Chip, ESP32C6, ESP32S3};
use espwire::image::Region;
use espwire::session::{Options, Outcome, Report, Session};
use espwire::sim::{Board, Builder, Link};
use espwire::time::Duration;
use espwire::transport::Transport;

/// The chips on which all of this is tried: the others' stubs are made of the
/// same sources, and tried for what they do elsewhere.
const CHIPS: [&Chip; 2] = [&ESP32S3, &ESP32C6];
const LATENCY: Duration = Duration::from_millis(1);

fn board(chip: &'static Chip) -> Builder {
    Board::builder(chip).link(Link {
        latency: LATENCY,
        ..Link::default()
    })
}

fn options(chip: &'static Chip) -> Options<'static> {
    Options::new().chip(chip).baud(921_600)
}

fn connect<T: Transport>(port: T, chip: &'static Chip) -> Session<'static, T> {
    let session = Session::connect(port, options(chip)).unwrap();
    session.stub().unwrap();
    session
}

fn outcomes(report: &Report) -> Vec<Outcome> {
    report.regions.iter().map(|region| region.outcome).collect()
}

/// Bytes that deflate to something like what firmware deflates to.
fn firmware(len: usize) -> Vec<u8> {
    let mut state = 0x1234_5678u32;
    let mut bytes = Vec::with_capacity(len + 4);
    while bytes.len() < len {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [a, b, c, _] = state.to_be_bytes();
        bytes.extend([a, b & 0x3f, c & 0x1f, 0x20]);
    }
    bytes.truncate(len);
    bytes
}

/// A partition table, OTA data and an application.
fn regions(application: &[u8]) -> [Region<'_>; 3] {
    [
        Region::new(0x8000, firmware(0xc00)).tagged(0),
        Region::new(0xe000, firmware(0x2000)).tagged(1),
        Region::new(0x1_0000, application).tagged(2),
    ]
}
