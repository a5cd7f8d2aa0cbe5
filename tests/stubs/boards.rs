//! The boards that all of this is tried on.

use crate::common::roms;
use crate::images::{IMAGES, Image};
use espwire::chip::{Chip, ESP8266};
use espwire::sim::rom::{VARIANTS, Variant};
use espwire::sim::soc::RomImage;
use espwire::sim::{Board, Builder, NorTimes};
use espwire::time::Duration;
use espwire::wire::Opcode;

/// A flash that is busy for long enough to be waited for, and no longer: a
/// core is emulated all the while.
const TIMES: NorTimes = NorTimes {
    program: Duration::from_micros(60),
    erase_4k: Duration::from_millis(1),
    erase_32k: Duration::from_millis(2),
    erase_64k: Duration::from_millis(3),
    ..NorTimes::TYPICAL
};

/// Where the ROM comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It is modelled.
    Modelled,
    /// It is executed.
    Real,
}

/// A chip with one of its ROMs, and the stub for it.
#[derive(Clone, Copy)]
pub struct Sort {
    pub chip: &'static Chip,
    pub variant: &'static Variant,
    pub image: Image,
}

/// A chip with each of its ROMs.
pub fn of(arg: &str) -> impl Iterator<Item = Sort> {
    let known = VARIANTS.iter().filter(move |it| it.chip.arg == arg);
    known.map(|variant| {
        let chip = variant.chip;
        let early = variant.wafer.major < 3 && chip.arg == "esp32p4";
        let name = format!("{}{}", chip.arg, if early { "-early" } else { "" });
        let image = IMAGES.iter().find(|image| image.name == name).unwrap();
        Sort {
            chip,
            variant,
            image: *image,
        }
    })
}

/// A chip with the newest of its ROMs that each of its stubs is for.
pub fn stubs_of(arg: &str) -> impl Iterator<Item = Sort> {
    let sorts: Vec<Sort> = of(arg).collect();
    let next = sorts
        .clone()
        .into_iter()
        .skip(1)
        .map(|sort| sort.image.name);
    let next: Vec<_> = next.chain([""]).collect();
    let last = sorts.into_iter().zip(next);
    last.filter_map(|(sort, next)| (sort.image.name != next).then_some(sort))
}

/// Tests of functions that try something with a sort of board: one test a
/// chip, with all sorts that `boards::of` or `boards::stubs_of` tells.
macro_rules! on_every_chip {
    ($of:ident: $($test:ident),*) => {
        $(mod $test {
            $crate::boards::tests_of_chips! {
                $of super::$test:
                esp8266 esp32 esp32s2 esp32s3 esp32c2 esp32c3 esp32c5 esp32c6 esp32c61 esp32h2 esp32p4
                esp32s31
            }
        })*
    };
}

macro_rules! tests_of_chips {
    ($of:ident $test:path: $($chip:ident)*) => {
        $(#[test]
        fn $chip() {
            for sort in $crate::boards::$of(stringify!($chip)) {
                $test(sort);
            }
        })*

        #[test]
        fn no_chip_is_missing() {
            let tested = [$(stringify!($chip)),*];
            for soc in espwire::sim::chip::ALL {
                assert!(tested.contains(&soc.chip.arg), "{}", soc.chip);
            }
        }
    };
}

pub(crate) use {on_every_chip, tests_of_chips};

impl Sort {
    /// For messages.
    pub fn name(&self) -> String {
        format!("{} {}", self.chip.arg, self.variant.revision)
    }

    /// Whether the chip's ROM has a command.
    pub fn knows(&self, opcode: u8) -> bool {
        self.chip.rom.supports(Opcode(opcode))
    }

    /// A board of this sort; none if its ROM is not at hand, or not published.
    pub fn builder(&self, kind: Kind) -> Option<Builder> {
        let builder = Board::builder(self.chip)
            .rom(self.variant)
            .flash_times(TIMES);
        match kind {
            Kind::Modelled => Some(builder),
            Kind::Real => {
                if self.chip == &ESP8266 || !roms::at_hand() {
                    return None;
                }
                let revision = Some(self.variant.revision).filter(|name| !name.is_empty());
                let rom = roms::read(self.chip.arg, revision).unwrap();
                let image = RomImage::new(self.chip, &rom).unwrap();
                Some(builder.rom_image(image))
            }
        }
    }
}
