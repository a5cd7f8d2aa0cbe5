//! A real board, for whoever has one. Ignored by default:
//!
//! ```console
//! ESPWIRE_PORT=/dev/ttyUSB0 cargo test --test hardware -- --ignored --test-threads 1
//! ```
//!
//! | variable | meaning | default |
//! |---|---|---|
//! | `ESPWIRE_PORT` | the port | none: the tests fail |
//! | `ESPWIRE_CHIP` | the chip that it must be | any |
//! | `ESPWIRE_BAUD` | the rate to work at | 460800 |
//! | `ESPWIRE_USB` | vendor and product number, `303a:1001`, if it is a USB port of the chip's own | none |
//! | `ESPWIRE_REGION` | flash address of 256 KiB that may be overwritten | none: nothing is written |

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "all of it is a test"
)]
#![cfg(feature = "serial")]

use espwire::chip::Chip;
use espwire::image::Region;
use espwire::session::{After, Arrival, Options, Outcome, Session, UsbId};
use espwire::transport::{self, Transport};
use espwire::wire::Opcode;
use std::env;
use std::time::Instant;

/// Bytes that are written and read.
const SIZE: u32 = 0x4_0000;

type Board = Session<'static, Box<dyn Transport>>;

fn options() -> Options<'static> {
    let mut options = Options::new();
    if let Ok(usb) = env::var("ESPWIRE_USB") {
        let (vid, pid) = usb.split_once(':').expect("two numbers, 303a:1001");
        let number = |digits| u16::from_str_radix(digits, 16).unwrap();
        options = options.usb(UsbId {
            vid: number(vid),
            pid: number(pid),
        });
    }
    if let Ok(chip) = env::var("ESPWIRE_CHIP") {
        let chip: &'static Chip = chip.parse().unwrap();
        options = options.chip(chip);
    }
    if let Ok(baud) = env::var("ESPWIRE_BAUD") {
        options = options.baud(baud.parse().unwrap());
    }
    options
}

fn connect() -> Board {
    let port = env::var("ESPWIRE_PORT").expect("ESPWIRE_PORT says where the board is");
    let began = Instant::now();
    let session = Session::connect(transport::open(&port).unwrap(), options()).unwrap();
    println!("{} connected after {:.2?}", session.chip(), began.elapsed());
    println!("stub: {:?}", session.stub());
    session
}

fn region() -> Option<u32> {
    let text = env::var("ESPWIRE_REGION").ok()?;
    let digits = text.strip_prefix("0x").expect("a hexadecimal address, 0x…");
    Some(u32::from_str_radix(digits, 16).unwrap())
}

#[test]
#[ignore = "needs a board"]
fn the_board_tells_about_itself_and_starts_again() {
    let mut session = connect();
    println!("{:#?}", session.probe().unwrap());
    session.finish(After::HardReset).unwrap();
}

#[test]
#[ignore = "needs a board, and writes to it"]
fn what_is_written_is_there() {
    let Some(address) = region() else {
        println!("nothing was written: ESPWIRE_REGION does not say where");
        return;
    };
    let mut session = connect();
    let proves = session.stub().is_ok() || session.chip().rom.supports(Opcode::FLASH_MD5SUM);
    let seed = std::process::id();
    let mut bytes: Vec<u8> = (0..SIZE)
        .map(|at| (at ^ seed ^ (at >> 8)).to_le_bytes()[0])
        .collect();
    let began = Instant::now();
    let report = session.write(&[Region::new(address, &bytes[..])]).unwrap();
    println!("written after {:.2?}", began.elapsed());
    if !proves {
        assert_eq!(report.regions[0].outcome, Outcome::WrittenUnproven);
        session.finish(After::HardReset).unwrap();
        return;
    }
    let began = Instant::now();
    let report = session.verify(&[Region::new(address, &bytes[..])]).unwrap();
    assert_eq!(report.regions[0].outcome, Outcome::Matches);
    println!("verified after {:.2?}", began.elapsed());

    let mut read = vec![];
    session.read(address, 0x1000, &mut read).unwrap();
    assert_eq!(read, bytes[..0x1000]);

    bytes[SIZE as usize / 2] ^= 1;
    let report = session.verify(&[Region::new(address, &bytes[..])]).unwrap();
    assert_eq!(report.regions[0].outcome, Outcome::Differs);
    session.finish(After::HardReset).unwrap();
}

/// A second session on the same port, without a new handle.
#[test]
#[ignore = "needs a board"]
fn the_port_comes_back_for_another_session() {
    let port = connect().finish(After::HardReset).unwrap().port;
    let session = Session::connect(port, options()).unwrap();
    session.finish(After::HardReset).unwrap();
}

/// Left in its loader, met there, and let go.
#[test]
#[ignore = "needs a board"]
fn a_parked_board_is_met_again() {
    let (port, parked) = connect().park().unwrap();
    println!("{parked}");
    let session = Session::resume(port, &parked, options()).unwrap();
    assert_eq!(session.arrival(), Arrival::Resumed);
    println!("resumed after {:.2?}", session.timings().connect);
    let (port, parked) = session.park().unwrap();
    let finished = Session::release(port, &parked, options()).unwrap();
    println!("released: {finished:?}");
}

/// What a build daemon does.
#[test]
#[ignore = "needs a board, and writes to it"]
fn what_has_changed_is_written() {
    let Some(address) = region() else {
        println!("nothing was written: ESPWIRE_REGION does not say where");
        return;
    };
    let seed = std::process::id();
    let bytes: Vec<u8> = (0..SIZE).map(|at| (at ^ seed).to_le_bytes()[0]).collect();
    let half = SIZE / 2;
    let (first, second) = bytes.split_at(half as usize);
    let regions = |second| {
        [
            Region::new(address, first),
            Region::new(address + half, second),
        ]
    };
    let mut session = connect();
    session.write(&regions(second)).unwrap();
    let mut changed = second.to_vec();
    changed[0x5000] ^= 1;
    let report = session.write_changed(&regions(&changed)).unwrap();
    for region in &report.regions {
        println!("{region:?}");
    }
    let finished = session.finish(After::HardReset).unwrap();
    println!("{finished:?}");
}
