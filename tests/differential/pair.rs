//! Two boards side by side: one with the modelled loader, one that executes
//! the real ROM.

use crate::common::line::{hear, send, waits};
use crate::common::roms::File;
use crate::step::{Step, sync};
use espwire::chip::Chip;
use espwire::sim::rom::{Security, Variant};
use espwire::sim::soc::RomImage;
use espwire::sim::{Board, Builder, NorTimes, Port, Strapping};
use espwire::time::Duration;
use espwire::transport::Transport;

/// Bytes of flash.
pub const FLASH: u32 = 4 << 20;
/// The rate of all requests; the ROMs measure it. The higher it is, the less
/// there is to execute while a byte is under way.
pub const BAUD: u32 = 460_800;

/// How long the banner may take.
const BOOT: Duration = Duration::from_millis(500);
/// Between two SYNCs of the greeting.
const PAUSE: Duration = Duration::from_millis(10);
const MOST_SYNCS: usize = 20;
/// How long the model may be silent in its answer; its waiting costs nothing.
const MODEL_QUIET: Duration = Duration::from_millis(500);
/// How long the real ROM may be silent while it owes an answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long it must be silent where the model is, or when it has said as much.
/// What comes later shows with the next request.
const QUIET: Duration = Duration::from_millis(1);

/// A ROM to be compared, in one of its modes.
pub struct Subject {
    pub name: String,
    pub chip: &'static Chip,
    pub variant: &'static Variant,
    pub security: Security,
    elf: Vec<u8>,
}

impl Subject {
    /// None where the chip cannot be executed.
    pub fn new(file: &File, security: Security) -> Option<Self> {
        let chip = Chip::from_name(&file.chip)?;
        espwire::sim::soc::of_chip(chip)?;
        if security.secure_download && chip.rom.secure_download_commands.is_empty() {
            return None;
        }
        let elf = std::fs::read(&file.path).unwrap();
        let variant = RomImage::new(chip, &elf).unwrap().variant();
        let mode = if security.secure_download {
            ", secure download mode"
        } else {
            ""
        };
        Some(Self {
            name: format!("{} {}{mode}", file.chip, file.revision),
            chip,
            variant: variant.unwrap_or_else(|| panic!("{}: no such variant", file.path.display())),
            security,
            elf,
        })
    }

    fn board(&self) -> Builder {
        Board::builder(self.chip)
            .rom(self.variant)
            .security(self.security)
            .flash_size(FLASH)
            .flash_times(NorTimes::NONE)
            .starts_in(Strapping::Download)
    }
}

/// What both have answered.
#[derive(Debug, PartialEq, Eq)]
pub struct Answers {
    pub model: Vec<u8>,
    pub real: Vec<u8>,
}

/// Says SYNC until it is answered. The first one is measured and lost, on some
/// chips the next one too, while the ROM still looks at its other ports.
fn greet(port: &mut Port, name: &str) {
    for _ in 0..MOST_SYNCS {
        send(port, &sync().sent);
        if !hear(port, PAUSE, PAUSE, |_| false).is_empty() {
            return;
        }
    }
    panic!("{name}: no answer to {MOST_SYNCS} SYNCs");
}

/// The two boards, in their loaders, and the rate known.
pub struct Pair {
    model: Port,
    real: Port,
}

impl Pair {
    pub fn greeted(subject: &Subject) -> Self {
        let image = RomImage::new(subject.chip, &subject.elf).unwrap();
        let (_, mut model) = subject.board().build();
        let (_, mut real) = subject.board().rom_image(image).build();
        hear(&mut model, BOOT, MODEL_QUIET, |_| false);
        let banner = hear(&mut real, BOOT, QUIET, waits);
        assert!(
            waits(&banner),
            "{}: {}",
            subject.name,
            String::from_utf8_lossy(&banner)
        );
        let mut pair = Self { model, real };
        pair.set_baud(BAUD);
        for port in [&mut pair.model, &mut pair.real] {
            greet(port, &subject.name);
        }
        // Of the greeting not all may have come into the request buffer.
        pair.take(&sync());
        pair
    }

    fn set_baud(&mut self, baud: u32) {
        self.model.set_baud(baud).unwrap();
        self.real.set_baud(baud).unwrap();
    }

    /// Lets both do the same.
    pub fn take(&mut self, step: &Step) -> Answers {
        send(&mut self.model, &step.sent);
        let model = hear(&mut self.model, MODEL_QUIET, MODEL_QUIET, |_| false);
        send(&mut self.real, &step.sent);
        // The last byte is still under way.
        let line = 12 * Duration::from_secs(1) / BAUD;
        let under_way = line * u32::try_from(step.sent.len()).unwrap();
        let patience = if model.is_empty() {
            under_way + QUIET
        } else {
            PATIENCE
        };
        let real = hear(&mut self.real, patience, QUIET, |heard| {
            !heard.is_empty() && heard.len() >= model.len()
        });
        if let Some(baud) = step.baud {
            self.set_baud(baud);
        }
        Answers { model, real }
    }

    /// The first address at which the flashes differ.
    pub fn flash_differs(&self) -> Option<usize> {
        let all = |port: &Port| port.board().flash().read(0, FLASH as usize);
        let (model, real) = (all(&self.model), all(&self.real));
        model.iter().zip(&real).position(|(a, b)| a != b)
    }
}
