//! The mask ROMs that `tests/roms.sh` has fetched, if it has.

#![allow(
    dead_code,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "all of it is a test"
)]

use std::path::PathBuf;

fn folder() -> PathBuf {
    // The test program is in the target folder's debug/deps.
    let program = std::env::current_exe().unwrap();
    program.ancestors().nth(3).unwrap().join("roms")
}

/// Whether there are any; if not, says how to get them.
///
/// # Panics
/// There are none, and ESPWIRE_REQUIRE_ROMS is set.
pub fn at_hand() -> bool {
    let there = folder().is_dir();
    if !there {
        assert!(
            std::env::var("ESPWIRE_REQUIRE_ROMS").is_err(),
            "there are no ROMs in {}: run tests/roms.sh",
            folder().display()
        );
        eprintln!("skipped: tests/roms.sh fetches the mask ROMs that this executes");
    }
    there
}

/// The ROMs of a chip, in all their revisions.
pub fn of(chip: &str) -> impl Iterator<Item = File> {
    files().into_iter().filter(move |file| file.chip == chip)
}

/// The ROM of a chip: that of a revision (`rev300`), or the newest.
pub fn read(chip: &str, revision: Option<&str>) -> Option<Vec<u8>> {
    let start = format!("{chip}_{}", revision.unwrap_or_default());
    let mut names: Vec<(usize, PathBuf)> = std::fs::read_dir(folder())
        .ok()?
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let name = path.file_name()?.to_str()?;
            let fits = name.starts_with(&start) && name.ends_with("_rom.elf");
            fits.then(|| (name.len(), path.clone()))
        })
        .collect();
    names.sort();
    let (_, newest) = names.last()?;
    std::fs::read(newest).ok()
}

/// A ROM's file.
pub struct File {
    /// The chip, as on a command line.
    pub chip: String,
    /// The ROM's revision: `rev300`.
    pub revision: String,
    pub path: PathBuf,
}

impl File {
    pub fn read(&self) -> Vec<u8> {
        std::fs::read(&self.path).unwrap()
    }
}

/// All files with ROMs, in order.
pub fn files() -> Vec<File> {
    let Ok(entries) = std::fs::read_dir(folder()) else {
        return vec![];
    };
    let mut files: Vec<File> = entries
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let name = path.file_name()?.to_str()?.strip_suffix("_rom.elf")?;
            let (chip, revision) = name.split_once('_')?;
            let (chip, revision) = (chip.to_owned(), revision.to_owned());
            Some(File {
                chip,
                revision,
                path,
            })
        })
        .collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

/// Espressif's stub for a chip, as the text of a file in esptool's form. The
/// files that are fetched hold the same fields in another syntax.
pub fn stub(chip: &str) -> Option<String> {
    let path = folder().join("stubs").join(format!("{chip}.toml"));
    let text = std::fs::read_to_string(path).ok()?;
    let fields = text.lines().filter_map(|line| {
        let (name, value) = line.split_once('=')?;
        let value = match value.trim() {
            text if text.starts_with('"') => text.to_owned(),
            number => number.replace('_', ""),
        };
        Some(format!("{:?}: {value}", name.trim()))
    });
    Some(format!("{{{}}}", fields.collect::<Vec<_>>().join(", ")))
}
