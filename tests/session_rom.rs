//! Whole sessions with the modelled ROM of every chip, in virtual time.
#![cfg(feature = "sim")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "all of it is a test"
)]

use espwire::chip::{ALL, Chip, ESP32, ESP32C3, ESP32C6, ESP32S3, ESP8266, FlashMode, UsbPort};
use espwire::connection::CancelToken;
use espwire::error::{ChipError, Error, InputError, PortError, SecurityError};
use espwire::flash::Abilities;
use espwire::flash::plan::{Payload, chunks};
use espwire::image::{Content, HeaderPatch, Region};
use espwire::session::{After, Before, Event, Options, Outcome, Report, Session, UsbId};
use espwire::sim::rom::{Application, Security};
use espwire::sim::{Board, LineFaults, Link, LinkKind, Port, Running, Strapping};
use espwire::time::{Duration, Instant};
use espwire::transport::{Lines, Settings, Transport};
use espwire::wire::{Loader, Opcode};
use std::io;
use std::sync::{Arc, Mutex};

/// 2.4 MB, as an application with its data weighs.
const SIZE: usize = 2_400_000;
const ADDRESS: u32 = 0x1_0000;

/// Bytes that deflate to something like what firmware deflates to: two thirds.
fn firmware(len: usize) -> Vec<u8> {
    let mut state = 0x1234_5678u32;
    let mut bytes = Vec::with_capacity(len + 4);
    while bytes.len() < len {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [a, b, c, _] = state.to_be_bytes();
        // Three random bytes in four, one of few values.
        bytes.extend([a, b & 0x3f, c & 0x1f, 0x20]);
    }
    bytes.truncate(len);
    bytes
}

fn options(chip: &'static Chip) -> Options<'static> {
    Options::new().chip(chip).baud(921_600)
}

fn connect<T: Transport>(port: T, chip: &'static Chip) -> Session<'static, T> {
    Session::connect(port, options(chip)).unwrap()
}

fn outcomes(report: &Report) -> Vec<Outcome> {
    report.regions.iter().map(|region| region.outcome).collect()
}

fn hashes(chip: &Chip) -> bool {
    chip.rom.supports(Opcode::FLASH_MD5SUM)
}

#[test]
fn every_chip_writes_verifies_finds_a_change_and_writes_again() {
    let image = firmware(SIZE);
    for chip in ALL {
        let (board, port) = Board::builder(chip).build();
        let mut session = connect(port, chip);
        let region = [Region::new(ADDRESS, &image[..])];
        let report = session.write(&region).unwrap();
        assert!(board.flash().read(ADDRESS, SIZE) == image, "{chip}");
        if hashes(chip) {
            assert_eq!(outcomes(&report), [Outcome::Written], "{chip}");
            assert_eq!(report.regions[0].found, Some(report.regions[0].expected));
            assert_eq!(
                outcomes(&session.verify(&region).unwrap()),
                [Outcome::Matches]
            );

            let mut changed = image.clone();
            changed[SIZE / 2] ^= 0x10;
            let region = [Region::new(ADDRESS, &changed[..])];
            let report = session.verify(&region).unwrap();
            assert_eq!(outcomes(&report), [Outcome::Differs], "{chip}");
            assert_ne!(report.regions[0].found, Some(report.regions[0].expected));
            assert_eq!(
                outcomes(&session.write(&region).unwrap()),
                [Outcome::Written]
            );
            assert!(board.flash().read(ADDRESS, SIZE) == changed, "{chip}");
        } else {
            assert_eq!(outcomes(&report), [Outcome::WrittenUnproven], "{chip}");
            let error = session.verify(&region).unwrap_err();
            assert!(
                matches!(error, Error::Chip(ChipError::Unable { .. })),
                "{chip}: {error}"
            );
        }
        session.finish(After::HardReset).unwrap();
        board.run_for(Duration::from_secs(1));
        assert_eq!(board.running(), Running::Application, "{chip}");
        let resets = board.record().resets;
        assert_eq!(
            resets.len(),
            2,
            "{chip}: into the loader and out of it: {resets:?}"
        );
    }
}

/// What connecting takes, lost SYNC included: the limit is eight.
#[test]
fn connecting_takes_at_most_eight_commands() {
    for chip in ALL {
        for size in [None, Some(4 << 20)] {
            let (board, port) = Board::builder(chip).build();
            let mut options = options(chip);
            if let Some(size) = size {
                options = options.flash_size(size);
            }
            let mut session = Session::connect(port, options).unwrap();
            let mut expected = vec![Opcode::SYNC];
            expected.push(match chip.rom.supports(Opcode::GET_SECURITY_INFO) {
                true => Opcode::GET_SECURITY_INFO,
                false => Opcode::READ_REG,
            });
            match chip.rom.supports(Opcode::CHANGE_BAUDRATE) {
                true => expected.extend([Opcode::CHANGE_BAUDRATE, Opcode::SPI_ATTACH]),
                // FLASH_BEGIN of nothing attaches an ESP8266's flash.
                false => expected.push(Opcode::FLASH_BEGIN),
            }
            match size {
                None => expected.extend([Opcode::WRITE_REG, Opcode::READ_REG]),
                // The watchdogs.
                Some(_) if chip.has_usb(UsbPort::SerialJtag) => expected.push(Opcode::WRITE_REG),
                Some(_) => {}
            }
            expected.push(Opcode::SPI_SET_PARAMS);
            assert_eq!(board.record().commands, expected, "{chip} {size:?}");
            // The loader does not see the SYNC on which it measures the rate.
            let sent = session.counters().commands;
            assert_eq!(sent, expected.len() as u64 + 1, "{chip}");
            assert!(sent <= 8, "{chip}: {sent}");

            if hashes(chip) {
                session
                    .verify(&[Region::new(ADDRESS, &[0; 64][..])])
                    .unwrap();
                expected.push(Opcode::FLASH_MD5SUM);
                assert_eq!(board.record().commands, expected, "{chip}");
            }
        }
    }
}

/// What a verify and a write of 2.4 MB at 921600 baud send. Run with
/// `--nocapture` for the figures.
#[test]
fn what_a_verify_and_a_write_cost() {
    let image = firmware(SIZE);
    println!("2.4 MB at 921600 baud over UART, chip named, flash asked for its size;");
    println!("from the first reset to the last answer: commands, bytes out, bytes in, seconds");
    for chip in ALL {
        let work = |action: &str| {
            let (board, port) = Board::builder(chip).build();
            let mut session = connect(port, chip);
            let connected = session.counters();
            let region = [Region::new(ADDRESS, &image[..])];
            match action {
                "verify" => session.verify(&region).unwrap(),
                _ => session.write(&region).unwrap(),
            };
            let all = session.counters();
            let figures = (all.commands, all.bytes_out, all.bytes_in, board.now());
            (figures, all.commands - connected.commands)
        };
        for action in ["verify", "write"] {
            if action == "verify" && !hashes(chip) {
                continue;
            }
            let ((commands, bytes_out, bytes_in, time), by_action) = work(action);
            let seconds = time.since(Instant::ZERO).as_secs_f64();
            println!("{chip:10} {action:6} {commands:5} {bytes_out:8} {bytes_in:6} {seconds:7.3}");

            // No command that is not needed: one digest, or BEGINs, blocks and
            // one digest, and on the ESP32 a look at two eFuses.
            let rom = Abilities::of(chip, Loader::Rom);
            let blocks: u32 = chunks(ADDRESS, &image)
                .map(|chunk| 1 + Payload::shortest(chunk.data, &rom).blocks())
                .sum();
            let expected = match action {
                "verify" => 1,
                _ => {
                    let fuses = u64::from(chip.security_fuses.is_some());
                    u64::from(blocks) + fuses + u64::from(hashes(chip))
                }
            };
            assert_eq!(by_action, expected, "{chip} {action}");
            if *chip == &ESP32C3 {
                let again = work(action).0;
                assert_eq!(
                    again,
                    (commands, bytes_out, bytes_in, time),
                    "the same every time"
                );
            }
        }
    }
}

/// A transport whose host-to-chip stream is spoiled at one byte.
struct Spoiled {
    port: Port,
    at: usize,
    fault: Fault,
    sent: Arc<Mutex<usize>>,
}

#[derive(Clone, Copy, Debug)]
enum Fault {
    None,
    Lost,
    Flipped,
    /// The port is gone, before this byte is sent.
    Gone,
}

impl Spoiled {
    fn new(port: Port, fault: Fault, at: usize) -> (Self, Arc<Mutex<usize>>) {
        let sent = Arc::new(Mutex::new(0));
        let spoiled = Self {
            port,
            at,
            fault,
            sent: sent.clone(),
        };
        (spoiled, sent)
    }

    fn plugged(&self) -> io::Result<()> {
        match self.fault {
            Fault::Gone if *self.sent.lock().unwrap() >= self.at => {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            _ => Ok(()),
        }
    }
}

impl Transport for Spoiled {
    fn now(&self) -> Instant {
        self.port.now()
    }
    fn sleep_until(&mut self, until: Instant) {
        self.port.sleep_until(until);
    }
    fn read(&mut self, buf: &mut [u8], deadline: Instant) -> io::Result<usize> {
        self.plugged()?;
        self.port.read(buf, deadline)
    }
    fn write(&mut self, data: &[u8], deadline: Instant) -> io::Result<usize> {
        self.plugged()?;
        let before = *self.sent.lock().unwrap();
        let upto = match self.at.checked_sub(before) {
            Some(0) => {
                match self.fault {
                    Fault::Lost => {}
                    _ => {
                        let byte = data[0] ^ u8::from(matches!(self.fault, Fault::Flipped));
                        if self.port.write(&[byte], deadline)? == 0 {
                            return Ok(0);
                        }
                    }
                }
                *self.sent.lock().unwrap() += 1;
                return Ok(1);
            }
            Some(room) => room.min(data.len()),
            None => data.len(),
        };
        let taken = self.port.write(&data[..upto], deadline)?;
        *self.sent.lock().unwrap() += taken;
        Ok(taken)
    }
    fn set_baud(&mut self, baud: u32) -> io::Result<()> {
        self.plugged()?;
        self.port.set_baud(baud)
    }
    fn set_lines(&mut self, lines: Lines) -> io::Result<()> {
        self.plugged()?;
        self.port.set_lines(lines)
    }
    fn discard_input(&mut self) -> io::Result<()> {
        self.plugged()?;
        self.port.discard_input()
    }
    fn settings(&self) -> io::Result<Settings> {
        self.plugged()?;
        self.port.settings()
    }
    fn restore(&mut self, settings: &Settings) -> io::Result<()> {
        self.plugged()?;
        self.port.restore(settings)
    }
}

/// A board that is quick to make.
fn small_board(chip: &'static Chip) -> (Board, Port) {
    Board::builder(chip).flash_size(256 << 10).build()
}

/// Connects, writes and finishes.
fn deploy(port: Spoiled, region: &Region<'_>, chip: &'static Chip) -> Result<(), Error> {
    let mut session = Session::connect(port, options(chip)).map_err(|failed| failed.error)?;
    let written = session.write(std::slice::from_ref(region));
    let finished = session
        .finish(After::HardReset)
        .map_err(|failed| failed.error);
    written?;
    finished?;
    Ok(())
}

/// Places all over the host's stream of a deploy: each byte of its beginning,
/// then every so many.
fn places(region: &Region<'_>, chip: &'static Chip) -> Vec<usize> {
    let (_, port) = small_board(chip);
    let (port, sent) = Spoiled::new(port, Fault::None, usize::MAX);
    deploy(port, region, chip).unwrap();
    let total = *sent.lock().unwrap();
    (0..400).chain((400..total).step_by(211)).collect()
}

#[test]
fn a_lost_or_flipped_byte_anywhere_is_survived_or_reported() {
    let image = firmware(6_000);
    for chip in [&ESP8266, &ESP32, &ESP32C3] {
        let region = Region::new(ADDRESS, &image[..]);
        let mut failures = 0;
        let places = places(&region, chip);
        let count = places.len();
        for at in places {
            for fault in [Fault::Lost, Fault::Flipped] {
                let (board, port) = small_board(chip);
                let (port, _) = Spoiled::new(port, fault, at);
                match deploy(port, &region, chip) {
                    Ok(()) => {
                        let flash = board.flash().read(ADDRESS, image.len());
                        // A spoiled FLASH_BEGIN of an ESP8266, which has
                        // neither checksum nor digest, nobody can see: it
                        // counts as written without proof.
                        assert!(
                            flash == image || !hashes(chip),
                            "{chip}: {fault:?} at byte {at} went unnoticed"
                        );
                    }
                    Err(error) => {
                        failures += 1;
                        println!("{chip}: {fault:?} at byte {at}: {error}");
                        assert!(error.is_retryable(), "{chip} {fault:?} at {at}: {error}");
                    }
                }
            }
        }
        // A spoiled WRITE_REG with which the ESP8266's sectors get erased may
        // make it wait for hours. A READ_REG that loses its opcode is a
        // FLASH_END, with which the ESP32 leaves its loader.
        let most = if hashes(chip) { 1 } else { count / 10 };
        assert!(
            failures <= most,
            "{chip}: {failures} failures at {count} places"
        );
    }
}

#[test]
fn a_refused_block_restarts_its_chunk() {
    let image = firmware(600_000);
    let region = Region::new(ADDRESS, &image[..]);
    let (_, port) = Board::builder(&ESP32C3).build();
    let (port, sent) = Spoiled::new(port, Fault::None, usize::MAX);
    deploy(port, &region, &ESP32C3).unwrap();
    let total = *sent.lock().unwrap();

    // In the middle of some block of the second chunk.
    let (board, port) = Board::builder(&ESP32C3).build();
    let (port, _) = Spoiled::new(port, Fault::Flipped, total / 2);
    let again = Arc::new(Mutex::new(Vec::new()));
    let seen = again.clone();
    let options = options(&ESP32C3).observer(move |event| {
        if let Event::Again { address, .. } = event {
            seen.lock().unwrap().push(*address);
        }
    });
    let mut session = Session::connect(port, options).unwrap();
    let report = session.write(&[region]).unwrap();
    assert_eq!(outcomes(&report), [Outcome::Written]);
    assert!(board.flash().read(ADDRESS, image.len()) == image);
    assert_eq!(*again.lock().unwrap(), [0x4_0000]);
}

#[test]
fn a_port_that_vanishes_anywhere_is_reported_and_nothing_hangs() {
    let image = firmware(6_000);
    for chip in [&ESP8266, &ESP32C3] {
        let region = Region::new(ADDRESS, &image[..]);
        for at in places(&region, chip) {
            let (_, port) = small_board(chip);
            let (port, _) = Spoiled::new(port, Fault::Gone, at);
            let error = deploy(port, &region, chip).unwrap_err();
            assert!(
                matches!(error, Error::Port(PortError::Gone(_))),
                "{chip} gone at {at}: {error}"
            );
        }
    }
}

#[test]
fn noise_on_the_line_never_makes_a_false_success() {
    let image = firmware(60_000);
    let mut successes = 0;
    for seed in 0..20 {
        let (board, port) = Board::builder(&ESP32C3)
            .link(Link {
                faults: LineFaults {
                    seed,
                    lost_per_million: 20,
                    flipped_per_million: 20,
                },
                ..Link::default()
            })
            .build();
        let Ok(mut session) = Session::connect(port, options(&ESP32C3)) else {
            continue;
        };
        let Ok(report) = session.write(&[Region::new(ADDRESS, &image[..])]) else {
            continue;
        };
        assert_eq!(outcomes(&report), [Outcome::Written]);
        assert_eq!(
            board.flash().read(ADDRESS, image.len()),
            image,
            "seed {seed}"
        );
        successes += 1;
    }
    assert!(successes > 15, "{successes} of 20 sessions got through");
}

#[test]
fn secure_download_mode_writes_and_refuses_the_rest() {
    let image = firmware(30_000);
    let region = [Region::new(ADDRESS, &image[..])];
    for chip in ALL
        .iter()
        .filter(|chip| !chip.rom.secure_download_commands.is_empty())
    {
        let security = Security {
            secure_download: true,
            ..Security::default()
        };
        let (board, port) = Board::builder(chip).security(security).build();
        let mut session = Session::connect(port, options(chip).flash_size(4 << 20)).unwrap();
        for error in [
            session.verify(&region).unwrap_err(),
            session.read(ADDRESS, 64, &mut Vec::new()).unwrap_err(),
        ] {
            assert!(
                matches!(error, Error::Security(SecurityError::SecureDownload { .. })),
                "{chip}: {error}"
            );
            assert!(!error.is_retryable());
        }
        let report = session.write(&region).unwrap();
        assert_eq!(outcomes(&report), [Outcome::WrittenUnproven], "{chip}");
        assert_eq!(report.regions[0].found, None);
        assert!(board.flash().read(ADDRESS, image.len()) == image, "{chip}");
        let info = session.probe().unwrap();
        assert_eq!((info.mac, info.revision), (None, None), "{chip}");
        session.finish(After::HardReset).unwrap();

        // Without a size nobody knows where the flash ends.
        let (board, port) = Board::builder(chip).security(security).build();
        let mut session = connect(port, chip);
        let error = session.write(&region).unwrap_err();
        assert!(
            matches!(error, Error::Chip(ChipError::FlashSize { id: None })),
            "{chip}: {error}"
        );
        assert_eq!(board.flash().wear().erases, 0, "{chip}");
    }
}

#[test]
fn an_esp8266_refuses_what_its_rom_cannot_do() {
    let (_, port) = Board::builder(&ESP8266).build();
    let mut session = connect(port, &ESP8266);
    let region = [Region::new(ADDRESS, &[1; 64][..])];
    let sent = session.counters().commands;
    let verify = session.verify(&region).unwrap_err().to_string();
    assert_eq!(
        verify,
        "the ESP8266's ROM loader has no command for verifying; it takes a stub"
    );
    let read = session
        .read(0, 64, &mut Vec::new())
        .unwrap_err()
        .to_string();
    assert_eq!(
        read,
        "the ESP8266's ROM loader has no command for reading flash; it takes a stub"
    );
    assert_eq!(session.counters().commands, sent);
    session.finish(After::HardReset).unwrap();
}

#[test]
fn an_esp8266_erases_exactly_its_sectors() {
    // Odd and even, within an erase block and across, up to the last sector.
    for (address, sectors) in [
        (0, 1),
        (0x3000, 3),
        (0xe000, 5),
        (0x1_0000, 33),
        (0x3f_f000, 1),
    ] {
        let (board, port) = Board::builder(&ESP8266).build();
        board.flash().write(0, &vec![0; 4 << 20]);
        let len = sectors * 0x1000 - 100;
        let image = firmware(len);
        let mut session = connect(port, &ESP8266);
        session
            .write(&[Region::new(address, &image[..]).with_content(Content::Raw)])
            .unwrap();
        let end = address as usize + sectors * 0x1000;
        let flash = board.flash().read(0, 4 << 20);
        assert!(
            flash[..address as usize].iter().all(|byte| *byte == 0),
            "{address:#x}"
        );
        assert!(flash[address as usize..][..len] == image, "{address:#x}");
        assert!(
            flash[address as usize + len..end]
                .iter()
                .all(|byte| *byte == 0xff)
        );
        assert!(flash[end..].iter().all(|byte| *byte == 0), "{address:#x}");
    }
}

#[test]
fn bad_regions_are_refused_before_anything_is_erased() {
    let image = firmware(0x3000);
    let one = |address| Region::new(address, &image[..]).named("a.bin");
    let cases: [(Vec<Region<'_>>, &str); 6] = [
        (
            vec![one(0x1_0000), Region::new(0x2_0000, &[][..])],
            "is empty",
        ),
        (
            vec![one(0x1_0000), one(0x1_2000).named("b.bin")],
            "b.bin at 0x12000 overlaps a.bin",
        ),
        (
            vec![one(0x1_0000), one(0x2_0001)],
            "cannot be written at 0x20001",
        ),
        (
            vec![one(0x1_0000), one(0x3f_e000)],
            "would end at 0x401000, past",
        ),
        (vec![one(0x1_0000), one(0)], "is not an ESP image"),
        (vec![one(0x1_0000), one(0xffff_f000)], "past the flash"),
    ];
    let (board, port) = Board::builder(&ESP32C3).build();
    let mut session = connect(port, &ESP32C3);
    for (regions, text) in cases {
        let error = session.write(&regions).unwrap_err();
        assert!(matches!(error, Error::Input(_)), "{error}");
        assert!(
            error.to_string().contains(text),
            "{error} should say {text}"
        );
    }
    assert_eq!(board.flash().wear().erases, 0);
    assert!(!board.record().commands.contains(&Opcode::FLASH_BEGIN));
    let mut port = session.finish(After::HardReset).unwrap();
    assert_eq!(port.settings().unwrap().baud, 115_200);
    port.set_baud(115_200).unwrap();
}

#[test]
fn nothing_goes_past_16_mb_of_a_larger_flash() {
    let (board, port) = Board::builder(&ESP32S3).flash_size(32 << 20).build();
    let mut session = connect(port, &ESP32S3);
    let bytes = firmware(0x1000);
    for address in [0x100_0000, 0x100_3000, 0xff_f004] {
        let error = session
            .verify(&[Region::new(address, &bytes[..])])
            .unwrap_err();
        assert!(
            matches!(error, Error::Input(InputError::PastReach { .. })),
            "{error}"
        );
    }
    let last = [Region::new(0xff_f000, &bytes[..])];
    assert_eq!(outcomes(&session.write(&last).unwrap()), [Outcome::Written]);
    assert!(board.flash().read(0xff_f000, 0x1000) == bytes);
    let info = session.probe().unwrap();
    assert_eq!(info.flash_size, Some(32 << 20));
}

#[test]
fn another_chip_is_refused_and_the_port_comes_back_as_it_was() {
    for (named, present) in [(&ESP32S3, &ESP32C3), (&ESP32C3, &ESP32), (&ESP32, &ESP32C6)] {
        let (_, mut port) = Board::builder(present).build();
        port.set_baud(74_880).unwrap();
        let mut failed = Session::connect(port, options(named)).unwrap_err();
        let text = failed.error.to_string();
        assert!(
            matches!(failed.error, Error::Chip(ChipError::Wrong { .. })),
            "{named} for {present}: {text}"
        );
        assert!(
            text.contains(present.name) && text.contains(named.name),
            "{text}"
        );
        assert_eq!(failed.port.settings().unwrap().baud, 74_880);
        failed.port.set_baud(115_200).unwrap();
        // The same port serves a session with the right chip.
        let session = connect(failed.port, present);
        session.finish(After::HardReset).unwrap();
    }
}

#[test]
fn chips_are_detected_when_nobody_names_them() {
    for chip in ALL {
        let (_, port) = Board::builder(chip).build();
        let mut session = Session::connect(port, Options::new()).unwrap();
        assert_eq!(session.chip(), *chip);
        let info = session.probe().unwrap();
        assert_eq!(info.flash_size, Some(4 << 20), "{chip}");
        assert!(info.mac.is_some(), "{chip}");
        assert_eq!(info.revision.is_some(), chip.revision.is_some(), "{chip}");
        session.finish(After::HardReset).unwrap();
    }
}

#[test]
fn silence_and_chatter_are_told_apart() {
    for (application, heard) in [
        (Application::Quiet, "nothing was heard"),
        (Application::Floods, "something that is no loader talks"),
    ] {
        let (board, mut port) = Board::builder(&ESP32C3).application(application).build();
        board.run_for(Duration::from_secs(1));
        port.discard_input().unwrap();
        let options = options(&ESP32C3).before(Before::NoReset);
        let failed = Session::connect(port, options).unwrap_err();
        let text = failed.error.to_string();
        assert!(
            matches!(failed.error, Error::NoAnswer(_)) && text.contains(heard),
            "{text}"
        );
        // With a reset it is no matter what the application did.
        connect(failed.port, &ESP32C3)
            .finish(After::HardReset)
            .unwrap();
    }
}

#[test]
fn a_chip_left_in_its_loader_is_met_there() {
    for chip in ALL {
        let (board, port) = Board::builder(chip).build();
        let session = connect(port, chip);
        let port = session.finish(After::NoReset).unwrap();
        assert_eq!(port.settings().unwrap().baud, 115_200);
        let resets = board.record().resets.len();
        let options = Options::new().before(Before::NoReset);
        // An ESP8266 stays at the rate that it has measured.
        if chip.rom.supports(Opcode::CHANGE_BAUDRATE) {
            let session = Session::connect(port, options).unwrap();
            assert_eq!(session.chip(), *chip);
        }
        assert_eq!(board.record().resets.len(), resets, "{chip}");
    }
}

#[test]
fn usb_serial_jtag_has_no_rate_and_its_watchdogs_are_quieted() {
    let image = firmware(100_000);
    for chip in ALL.iter().filter(|chip| chip.has_usb(UsbPort::SerialJtag)) {
        let (board, port) = Board::builder(chip)
            .link(Link {
                kind: LinkKind::UsbSerialJtag,
                ..Link::default()
            })
            .build();
        let usb = UsbId {
            vid: 0x303a,
            pid: 0x1001,
        };
        let mut session = Session::connect(port, options(chip).usb(usb)).unwrap();
        let commands = board.record().commands;
        assert!(
            !commands.contains(&Opcode::CHANGE_BAUDRATE),
            "{chip}: {commands:?}"
        );
        let writes = commands
            .iter()
            .filter(|command| **command == Opcode::WRITE_REG);
        assert_eq!(writes.count(), 1, "{chip}: {commands:?}");
        let report = session.write(&[Region::new(ADDRESS, &image[..])]).unwrap();
        assert_eq!(outcomes(&report), [Outcome::Written], "{chip}");
        session.finish(After::HardReset).unwrap();
        board.run_for(Duration::from_secs(1));
        assert_eq!(board.running(), Running::Application, "{chip}");
    }
}

#[test]
fn what_was_written_can_be_read() {
    let image = firmware(5_001);
    for chip in ALL.iter().filter(|chip| hashes(chip)) {
        let (board, port) = Board::builder(chip).build();
        board.flash().write(0x1_0123, &image);
        let mut session = connect(port, chip);
        let mut read = Vec::new();
        session.read(0x1_0123, 5_001, &mut read).unwrap();
        assert!(read == image, "{chip}");
        let error = session.read(0x3f_ff00, 0x101, &mut read).unwrap_err();
        assert!(
            matches!(error, Error::Input(InputError::PastFlash { .. })),
            "{error}"
        );
        let error = session.read(0, 64, &mut &mut [0; 10][..]).unwrap_err();
        assert!(
            matches!(error, Error::Input(InputError::Output { .. })),
            "{error}"
        );
    }
}

#[test]
fn plain_bytes_are_kept_from_a_chip_that_encrypts() {
    let security = Security {
        crypt_count: 1,
        ..Security::default()
    };
    let (board, port) = Board::builder(&ESP32C3).security(security).build();
    let mut session = connect(port, &ESP32C3);
    let region = Region::new(ADDRESS, &[1; 64][..]).named("app.bin");
    let error = session.write(std::slice::from_ref(&region)).unwrap_err();
    assert!(
        matches!(&error, Error::Security(SecurityError::FlashEncryption { name })
        if name == "app.bin")
    );
    assert_eq!(board.flash().wear().erases, 0);
    let raw = [region.with_content(Content::Raw)];
    assert_eq!(outcomes(&session.write(&raw).unwrap()), [Outcome::Written]);
}

/// A small image for the ESP32-C3: header, one segment, checksum, no SHA-256.
fn bootloader() -> Vec<u8> {
    let mut image = vec![0xe9, 1, 2, 0x2f, 0, 0, 0x38, 0x40, 0xee, 0, 0, 0, 5, 0];
    image.resize(24, 0);
    image.extend([0, 0, 0x38, 0x40, 16, 0, 0, 0]);
    image.extend([0x11; 16]);
    image.resize(image.len() | 0xf, 0);
    image.push(0xef);
    image
}

#[test]
fn a_verify_hashes_what_a_write_would_have_written() {
    let (board, port) = Board::builder(&ESP32C3).build();
    let mut session = connect(port, &ESP32C3);
    let kept = [Region::new(0, bootloader())];
    let patch = HeaderPatch {
        mode: Some(FlashMode::Qio),
        ..HeaderPatch::default()
    };
    let patched = [Region::new(0, bootloader()).patched(patch)];
    session.write(&patched).unwrap();
    assert_eq!(board.flash().read(0, 4), [0xe9, 1, 0, 0x2f]);
    assert_eq!(
        outcomes(&session.verify(&patched).unwrap()),
        [Outcome::Matches]
    );
    assert_eq!(
        outcomes(&session.verify(&kept).unwrap()),
        [Outcome::Differs]
    );
}

#[test]
fn several_regions_are_reported_one_by_one() {
    let (board, port) = Board::builder(&ESP32C3).build();
    let images = [firmware(0x3000), firmware(5_001), firmware(0x1_0000)];
    board.flash().write(0x1_0000, &images[1]);
    let events = Arc::new(Mutex::new(Vec::new()));
    let seen = events.clone();
    let options = options(&ESP32C3).observer(move |event| {
        let word = match event {
            Event::Connected { chip, baud, .. } => format!("connected {chip} {baud}"),
            Event::Flash { size, .. } => format!("flash {size:?}"),
            Event::Start {
                name, action, size, ..
            } => format!("start {name} {action:?} {size}"),
            Event::Progress { done, total, .. } if done == total => "all".into(),
            Event::Progress { .. } => return,
            Event::End { index, outcome } => format!("end {index} {outcome:?}"),
            Event::Reset { after } => format!("reset {after}"),
            other => format!("{other:?}"),
        };
        seen.lock().unwrap().push(word);
    });
    let mut session = Session::connect(port, options).unwrap();
    let regions = [
        Region::new(0x8000, &images[0][..]).named("a"),
        Region::new(0x1_0000, &images[1][..]).named("b"),
        Region::new(0x2_0000, &images[2][..]).named("c"),
    ];
    let report = session.verify(&regions).unwrap();
    assert_eq!(
        outcomes(&report),
        [Outcome::Differs, Outcome::Matches, Outcome::Differs]
    );
    assert!(!report.all_hold());
    assert!(session.write(&regions).unwrap().all_hold());
    session.finish(After::HardReset).unwrap();
    let expected = [
        "connected ESP32-C3 921600",
        "flash Some(4194304)",
        "start a Verify 12288",
        "end 0 Differs",
        "start b Verify 5004",
        "end 1 Matches",
        "start c Verify 65536",
        "end 2 Differs",
        "start a Write 12288",
        "all",
        "end 0 Written",
        "start b Write 5004",
        "all",
        "end 1 Written",
        "start c Write 65536",
        "all",
        "end 2 Written",
        "reset hard-reset",
    ];
    assert_eq!(*events.lock().unwrap(), expected);
}

#[test]
fn a_session_can_be_cancelled_at_every_event() {
    let image = firmware(20_000);
    let run = |stop_at: usize| {
        let (board, port) = Board::builder(&ESP32C3).build();
        let token = CancelToken::new();
        let (inner, mut count) = (token.clone(), 0);
        let options = options(&ESP32C3).cancel(token).observer(move |_| {
            if count == stop_at {
                inner.cancel();
            }
            count += 1;
        });
        let mut session = Session::connect(port, options).unwrap();
        let before = board.now();
        let written = session.write(&[Region::new(ADDRESS, &image[..])]);
        let verified = session.verify(&[Region::new(ADDRESS, &image[..])]);
        (written.and(verified), session, board, before)
    };
    let mut cancelled = 0;
    for stop_at in 0.. {
        let (outcome, session, ..) = run(stop_at);
        let Err(error) = outcome else {
            break;
        };
        assert!(matches!(error, Error::Cancelled), "at {stop_at}: {error}");
        // The port comes back all the same.
        let failed = session.finish(After::HardReset).unwrap_err();
        assert!(matches!(failed.error, Error::Cancelled));
        assert_eq!(failed.port.settings().unwrap().baud, 115_200);
        cancelled += 1;
    }
    assert!(cancelled > 10, "{cancelled}");
}

#[test]
fn a_deadline_ends_a_session_in_time() {
    let image = firmware(SIZE);
    let (board, port) = Board::builder(&ESP32C3).build();
    let options = options(&ESP32C3).deadline(Duration::from_secs(5));
    let mut session = Session::connect(port, options).unwrap();
    let error = session
        .write(&[Region::new(ADDRESS, &image[..])])
        .unwrap_err();
    assert!(
        matches!(error, Error::Deadline { .. }) && error.is_retryable(),
        "{error}"
    );
    let end = board.now().since(Instant::ZERO);
    assert!(
        end >= Duration::from_secs(5) && end < Duration::from_millis(5_100),
        "{end:?}"
    );
    let failed = session.finish(After::NoReset).unwrap_err();
    assert_eq!(failed.port.settings().unwrap().baud, 115_200);
}

#[test]
fn a_rate_that_the_host_cannot_set_is_named() {
    let (_, port) = Board::builder(&ESP32C3).build();
    let failed = Session::connect(port, options(&ESP32C3).baud(5_000_000)).unwrap_err();
    assert!(matches!(
        failed.error,
        Error::Port(PortError::Baud {
            baud: 5_000_000,
            ..
        })
    ));
    assert_eq!(failed.port.settings().unwrap().baud, 115_200);
}

#[test]
fn the_plug_may_be_pulled_in_mid_write() {
    let image = firmware(100_000);
    let (board, port) = Board::builder(&ESP32C3).build();
    let puller = board.clone();
    let options = options(&ESP32C3).observer(move |event| {
        if matches!(event, Event::Progress { done, .. } if *done > 50_000) {
            puller.unplug();
        }
    });
    let mut session = Session::connect(port, options).unwrap();
    let error = session
        .write(&[Region::new(ADDRESS, &image[..])])
        .unwrap_err();
    assert!(matches!(error, Error::Port(PortError::Gone(_))), "{error}");
    let failed = session.finish(After::HardReset).unwrap_err();
    assert!(matches!(failed.error, Error::Port(PortError::Gone(_))));

    board.plug_in();
    board.press_reset(Strapping::Flash);
    let mut session = connect(failed.port, &ESP32C3);
    let region = [Region::new(ADDRESS, &image[..])];
    assert_eq!(
        outcomes(&session.verify(&region).unwrap()),
        [Outcome::Differs]
    );
    assert_eq!(
        outcomes(&session.write(&region).unwrap()),
        [Outcome::Written]
    );
}
