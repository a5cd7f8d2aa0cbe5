//! Flashes a virtual board that executes its chip's real mask ROM.
//!
//! `tests/roms.sh` fetches the ROMs; `cargo run --example real_rom`, or with
//! another chip: `cargo run --example real_rom esp32p4`.

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

use espwire::chip::Chip;
use espwire::image::Region;
use espwire::session::{After, Options, Session};
use espwire::sim::Board;
use espwire::sim::soc::RomImage;
use std::error::Error;
use std::path::{Path, PathBuf};

/// The newest ROM of a chip that has been fetched.
fn rom(folder: &Path, chip: &Chip) -> Option<PathBuf> {
    let start = format!("{}_rev", chip.arg);
    let names = std::fs::read_dir(folder).ok()?.filter_map(|entry| {
        let path = entry.ok()?.path();
        let name = path.file_name()?.to_str()?;
        let revision = name.strip_prefix(&start)?.strip_suffix("_rom.elf")?;
        Some((revision.parse::<u32>().ok()?, path))
    });
    names.max().map(|(_, path)| path)
}

fn main() -> Result<(), Box<dyn Error>> {
    let name = std::env::args().nth(1);
    let chip: &'static Chip = name.as_deref().unwrap_or("esp32c3").parse()?;
    let Some(path) = rom(Path::new("target/roms"), chip) else {
        println!("no ROM of the {chip} in target/roms: tests/roms.sh fetches them");
        return Ok(());
    };
    println!("{chip}: {}", path.display());
    let image = RomImage::new(chip, &std::fs::read(path)?)?;
    let (board, port) = Board::builder(chip).rom_image(image).build();

    // From here on it is a board like any other: the control lines reset it,
    // the ROM measures the rate, answers, erases and programs.
    let firmware: Vec<u8> = (0..40_000u32)
        .map(|at| (at >> 4).to_le_bytes()[0])
        .collect();
    let mut session = Session::connect(port, Options::new())?;
    let region = Region::new(0x1_0000, &firmware[..]);
    let report = session.write(std::slice::from_ref(&region))?;
    println!("{:?} after {:?}", report.regions[0].outcome, board.now());
    session.finish(After::HardReset)?;
    println!(
        "the flash holds it: {}",
        board.flash().read(0x1_0000, firmware.len()) == firmware
    );
    Ok(())
}
