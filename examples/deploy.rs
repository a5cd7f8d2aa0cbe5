//! A whole deployer, as a build daemon has one: compares bootloader, partition
//! table and firmware with the flash, writes those that differ, resets the
//! board once, gives the port back.
//!
//! On virtual boards, which need no hardware:
//!
//! ```console
//! cargo run --example deploy
//! ```
//!
//! On a real one:
//!
//! ```console
//! cargo run --example deploy -- /dev/ttyUSB0 esp32s3 build/
//! ```

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

use espwire::chip::{Chip, ESP32C6};
use espwire::connection::CancelToken;
use espwire::image::{HeaderPatch, Region, SizePatch};
use espwire::session::{After, Event, Failed, Finished, Options, Outcome, Report, Session};
use espwire::sim::Board;
use espwire::time::Duration;
use espwire::transport::{self, Transport};
use std::error::Error;
use std::path::Path;

/// The three things that a deploy puts into flash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The second-stage bootloader, at the chip's own offset.
    Bootloader,
    /// The partition table, at 0x8000.
    Partitions,
    /// The application, at 0x10000.
    Firmware,
}

const PARTS: [Part; 3] = [Part::Bootloader, Part::Partitions, Part::Firmware];

impl Part {
    fn offset(self, chip: &Chip) -> u32 {
        match self {
            Self::Bootloader => chip.bootloader_offset,
            Self::Partitions => 0x8000,
            Self::Firmware => 0x1_0000,
        }
    }

    const fn file(self) -> &'static str {
        match self {
            Self::Bootloader => "bootloader.bin",
            Self::Partitions => "partitions.bin",
            Self::Firmware => "firmware.bin",
        }
    }

    /// The number by which a report names it.
    const fn tag(self) -> u32 {
        self as u32
    }
}

/// What a deploy came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deployed {
    /// The board held it all already.
    Match,
    /// These were written, the others were there.
    Selective(Vec<Part>),
    /// All of them were written.
    Full,
}

impl Deployed {
    fn of(report: &Report) -> Self {
        let wrote = |outcome| matches!(outcome, Outcome::Written | Outcome::WrittenUnproven);
        let mut written = Vec::new();
        for part in PARTS {
            let mut regions = report.regions.iter();
            if regions.any(|region| region.tag == part.tag() && wrote(region.outcome)) {
                written.push(part);
            }
        }
        match written.len() {
            0 => Self::Match,
            all if all == report.regions.len() => Self::Full,
            _ => Self::Selective(written),
        }
    }
}

/// What to deploy, and to what.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The chip that must be there.
    pub chip: &'static Chip,
    /// Bits per second.
    pub baud: u32,
    /// Bytes, where there are any: firmware alone may be deployed.
    pub parts: Vec<(Part, Vec<u8>)>,
    /// Ends the deploy from another thread.
    pub cancel: CancelToken,
}

/// As long as a deploy may take.
const DEADLINE: Duration = Duration::from_secs(180);

impl Plan {
    /// Reads what a build has left in its folder.
    pub fn from_build(chip: &'static Chip, folder: &Path) -> std::io::Result<Self> {
        let mut parts = Vec::new();
        for part in PARTS {
            match std::fs::read(folder.join(part.file())) {
                Ok(bytes) => parts.push((part, bytes)),
                Err(_) if part != Part::Firmware => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Self {
            chip,
            baud: 921_600,
            parts,
            cancel: CancelToken::new(),
        })
    }

    fn regions(&self) -> Vec<Region<'_>> {
        // Only the bootloader has a header to be patched; the same patch goes
        // into what is compared and into what is written.
        let patch = HeaderPatch {
            size: SizePatch::Detect,
            ..HeaderPatch::default()
        };
        let regions = self.parts.iter().map(|(part, bytes)| {
            Region::new(part.offset(self.chip), bytes)
                .tagged(part.tag())
                .named(part.file())
                .patched(patch)
        });
        regions.collect()
    }
}

/// Deploys over a port, and gives it back in every outcome.
pub fn deploy<T: Transport>(
    port: T,
    plan: &Plan,
    observer: impl FnMut(&Event<'_>) + Send,
) -> Result<(Finished<T>, Deployed), Failed<T>> {
    let options = Options::new()
        .chip(plan.chip)
        .baud(plan.baud)
        .deadline(DEADLINE)
        .cancel(plan.cancel.clone())
        .observer(observer);
    let mut session = Session::connect(port, options)?;
    match session.write_changed(&plan.regions()) {
        Ok(report) => {
            let deployed = Deployed::of(&report);
            // The only reset. The application runs.
            Ok((session.finish(After::HardReset)?, deployed))
        }
        Err(error) => Err(Failed {
            error,
            port: session.abort(),
        }),
    }
}

/// Deploys to a virtual board, which executes the stub that is uploaded to it:
/// everything, nothing, and one part of three.
pub fn demo(chip: &'static Chip) -> Result<[Deployed; 3], Box<dyn Error>> {
    let (_, port) = Board::builder(chip).build();
    let mut plan = Plan {
        chip,
        baud: 921_600,
        parts: vec![
            (Part::Bootloader, image(chip, 8_000)),
            (Part::Partitions, vec![0xaa; 0xc00]),
            (Part::Firmware, image(chip, 40_000)),
        ],
        cancel: CancelToken::new(),
    };
    let (finished, first) = deploy(port, &plan, tell)?;
    show(&first, &finished);
    let (finished, second) = deploy(finished.port, &plan, tell)?;
    show(&second, &finished);
    plan.parts[2].1[20_000] ^= 1;
    let (finished, third) = deploy(finished.port, &plan, tell)?;
    show(&third, &finished);
    Ok([first, second, third])
}

fn show<T>(deployed: &Deployed, finished: &Finished<T>) {
    let timings = finished.timings;
    println!("{deployed:?} in {:.2?}: {timings:.2?}", timings.total());
}

fn tell(event: &Event<'_>) {
    match event {
        Event::Connected { chip, baud, .. } => println!("{chip} at {baud} baud"),
        Event::Stub { outcome, .. } => println!("  {outcome:?}"),
        Event::Start { name, action, .. } => println!("  {action:?} {name}"),
        Event::End { outcome, .. } => println!("    {outcome:?}"),
        _ => {}
    }
}

/// An image with one segment of so many bytes, a multiple of 16.
fn image(chip: &Chip, len: u32) -> Vec<u8> {
    let segment: Vec<u8> = (0..len).map(|at| (at * 31 / 7 % 251) as u8).collect();
    // Magic, segments, DIO, 4 MB. All but the ESP8266's say for which chip and
    // revision they are: this chip, and any.
    let mut image = vec![0xe9, 1, 2, 0x20, 0, 0, 0, 0];
    if let Some(id) = chip.id {
        image.resize(24, 0);
        image[12..14].copy_from_slice(&id.to_le_bytes());
        image[17..19].copy_from_slice(&u16::MAX.to_le_bytes());
    }
    image.extend(0x4038_0000u32.to_le_bytes());
    image.extend(len.to_le_bytes());
    image.extend(&segment);
    // The checksum fills up 16 bytes.
    image.resize(image.len() | 0xf, 0);
    image.push(segment.iter().fold(0xef, |sum, byte| sum ^ byte));
    image
}

#[allow(dead_code, reason = "the tests include this file for what it does")]
fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match &args[..] {
        [] => {
            demo(&ESP32C6)?;
        }
        [port, chip, folder] => {
            let plan = Plan::from_build(chip.parse()?, Path::new(folder))?;
            let (finished, deployed) = deploy(transport::open(port)?, &plan, tell)?;
            show(&deployed, &finished);
        }
        _ => return Err("usage: deploy [PORT CHIP BUILD_FOLDER]".into()),
    }
    Ok(())
}
