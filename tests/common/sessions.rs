//! Sessions on the virtual board whose virtual time is measured, and what they
//! could take at best: for the test of the limits and for the benchmark.

#![allow(
    dead_code,
    clippy::panic,
    clippy::unwrap_used,
    reason = "all of it is a test, and no program uses all of it"
)]

use espwire::chip::Chip;
use espwire::connection::timing;
use espwire::image::{Region, SECTOR};
use espwire::session::{Options, Outcome, Session, UsbId};
use espwire::sim::soc::RomImage;
use espwire::sim::{Board, Link, LinkKind, NorTimes, Port};
use espwire::time::Duration;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use std::io::Write;

/// Bytes of the image that the limits are about.
pub const WHOLE: usize = 2_400_000;
/// Where it goes, and where a bootloader and a partition table go before it.
pub const ADDRESS: u32 = 0x1_0000;
/// Addresses of other regions of a deploy.
const OTHERS: [u32; 2] = [0x8000, 0xe000];

/// The link to a chip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wire {
    /// Rate in bits per second; none: USB-Serial/JTAG.
    pub baud: Option<u32>,
    /// What the adapter adds in either direction, in milliseconds.
    pub latency_ms: u32,
}

/// What full-speed USB carries at most, in bytes a second: 19 bulk packets of
/// 64 bytes a millisecond (USB 2.0, 5.8.4).
const USB_RATE: f64 = 1_216_000.0;

impl Wire {
    /// A UART through an adapter.
    pub const fn uart(baud: u32, latency_ms: u32) -> Self {
        Self {
            baud: Some(baud),
            latency_ms,
        }
    }

    /// The chip's own USB port.
    pub const USB: Self = Self {
        baud: None,
        latency_ms: 0,
    };

    /// What so many bytes take at least.
    pub fn time(self, bytes: usize) -> Duration {
        let rate = self.baud.map_or(USB_RATE, |baud| f64::from(baud) / 10.0);
        Duration::from_secs_f64(bytes as f64 / rate)
    }
}

/// An image like firmware: code, of which much repeats, and what does not
/// shrink, as pictures, sounds and keys. zlib leaves three quarters of it.
///
/// Stretches of 48 words, drawn from 4096 with a preference for some, as a
/// program's instructions are from all that there are, take turns with 125 bytes
/// of noise. The seed is fixed.
pub fn firmware(len: usize) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(1);
    let words: Vec<[u8; 4]> = (0..4096).map(|_| random.u32(..).to_le_bytes()).collect();
    let mut image = Vec::with_capacity(len + 256);
    while image.len() < len {
        for _ in 0..48 {
            image.extend(words[random.usize(..64) * random.usize(..64)]);
        }
        image.extend(std::iter::repeat_with(|| random.u8(..)).take(125));
    }
    image.truncate(len);
    image
}

/// The same image of which only the first tenth is not blank.
pub fn mostly_blank(len: usize) -> Vec<u8> {
    let mut image = firmware(len / 10);
    image.resize(len, 0xff);
    image
}

/// What a write takes at least: the time of its bytes, as zlib makes them at
/// level 9, on the link, or that of its erases and page programs by the data
/// sheet's typical figures, whichever is longer.
pub fn write_floor(wire: Wire, image: &[u8]) -> Duration {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(image).unwrap();
    let deflated = encoder.finish().unwrap().len();
    wire.time(deflated).max(flash_time(image))
}

/// What the flash needs for an image that starts at a block of 64 KiB.
pub fn flash_time(image: &[u8]) -> Duration {
    let times = NorTimes::TYPICAL;
    let sectors = u32::try_from(image.len()).unwrap().div_ceil(SECTOR);
    let blank = |page: &&[u8]| page.iter().all(|byte| *byte == 0xff);
    let pages = image.chunks(256).filter(|page| !blank(page)).count();
    times.erase_64k * (sectors / 16)
        + times.erase_32k * (sectors % 16 / 8)
        + times.erase_4k * (sectors % 8)
        + times.program * u32::try_from(pages).unwrap()
}

/// A board at the end of a link; with its chip's mask ROM, if that is given,
/// else with the modelled one. What is uploaded is executed either way.
pub fn board(chip: &'static Chip, wire: Wire, rom: Option<&[u8]>) -> (Board, Port) {
    let kind = match wire.baud {
        Some(_) => LinkKind::Uart,
        None => LinkKind::UsbSerialJtag,
    };
    let builder = Board::builder(chip).link(Link {
        kind,
        latency: Duration::from_millis(wire.latency_ms.into()),
        ..Link::default()
    });
    match rom {
        Some(elf) => builder.rom_image(RomImage::new(chip, elf).unwrap()),
        None => builder,
    }
    .build()
}

pub fn options(chip: &'static Chip, wire: Wire) -> Options<'static> {
    let options = Options::new().chip(chip);
    match wire.baud {
        Some(baud) => options.baud(baud),
        None => options.usb(UsbId {
            vid: 0x303a,
            pid: 0x1001,
        }),
    }
}

/// The reset that connecting begins with, which the limits do not count.
fn reset_time(wire: Wire) -> Duration {
    match wire.baud {
        Some(_) => timing::RESET_HOLD + timing::BOOT_HOLD,
        None => timing::USB_STEP * 3,
    }
}

/// A chip whose stub does the work.
pub struct Bench {
    chip: &'static Chip,
    wire: Wire,
    board: Board,
    session: Session<'static, Port>,
}

impl Bench {
    /// Connects.
    pub fn new(chip: &'static Chip, wire: Wire, rom: Option<&[u8]>) -> Self {
        let (board, port) = board(chip, wire, rom);
        let session = Session::connect(port, options(chip, wire)).unwrap();
        assert!(session.stub().is_ok(), "{chip}: {:?}", session.stub());
        Self {
            chip,
            wire,
            board,
            session,
        }
    }

    fn timed<R>(&mut self, work: impl FnOnce(&mut Session<'static, Port>) -> R) -> (Duration, R) {
        let began = self.board.now();
        let result = work(&mut self.session);
        (self.board.now().since(began), result)
    }

    /// Writes an image, whatever is there.
    pub fn write(&mut self, image: &[u8]) -> Duration {
        let (time, report) = self.timed(|it| it.write(&[Region::new(ADDRESS, image)]).unwrap());
        assert_eq!(report.regions[0].outcome, Outcome::Written);
        assert!(self.board.flash().read(ADDRESS, image.len()) == image);
        time
    }

    /// Verifies an image that is there.
    pub fn verify(&mut self, image: &[u8]) -> Duration {
        let (time, report) = self.timed(|it| it.verify(&[Region::new(ADDRESS, image)]).unwrap());
        assert_eq!(report.regions[0].outcome, Outcome::Matches);
        time
    }

    /// Writes what has changed of an image that is there: nothing.
    pub fn write_unchanged(&mut self, image: &[u8]) -> Duration {
        let regions = [Region::new(ADDRESS, image)];
        let before = self.board.flash().wear();
        let (time, report) = self.timed(|it| it.write_changed(&regions).unwrap());
        assert_eq!(report.regions[0].outcome, Outcome::Matches);
        assert_eq!(self.board.flash().wear(), before);
        time
    }

    /// Reads an image that is there.
    pub fn read(&mut self, image: &[u8]) -> Duration {
        let size = u32::try_from(image.len()).unwrap();
        let mut read = Vec::new();
        let (time, ()) = self.timed(|it| it.read(ADDRESS, size, &mut read).unwrap());
        assert!(read == image);
        time
    }

    /// Parks the chip; then resumes and verifies three regions of next to
    /// nothing: what a verify with the stub resident takes but for the hashing.
    pub fn verify_resident(self) -> Duration {
        let (port, parked) = self.session.park().unwrap();
        let began = self.board.now();
        let mut session = Session::resume(port, &parked, options(self.chip, self.wire)).unwrap();
        verify_three(&mut session);
        self.board.now().since(began)
    }
}

/// What a verify of three regions takes from a board that runs its application
/// on, but for the reset and the hashing: the regions hold next to nothing. And
/// the commands of it.
pub fn verify_cold(chip: &'static Chip, wire: Wire, rom: Option<&[u8]>) -> (Duration, u64) {
    let (board, port) = board(chip, wire, rom);
    let mut session = Session::connect(port, options(chip, wire)).unwrap();
    assert!(session.stub().is_ok(), "{chip}: {:?}", session.stub());
    verify_three(&mut session);
    let took = board.now().since(espwire::time::Instant::ZERO);
    (took - reset_time(wire), session.counters().commands)
}

fn verify_three(session: &mut Session<'static, Port>) {
    const BLANK: [u8; 4] = [0xff; 4];
    let [first, second] = OTHERS;
    let regions = [first, second, ADDRESS].map(|at| Region::new(at, &BLANK[..]));
    let report = session.verify(&regions).unwrap();
    assert!(report.all_hold());
}
