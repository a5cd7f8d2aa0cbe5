//! Other programs on the virtual board: esptool as the host; on the chip its
//! own stub, or ours, or none.
//!
//! `tests/peers.sh` fetches esptool, `tests/roms.sh` the mask ROMs. What is not
//! there is not tried, and the test says so; with ESPWIRE_REQUIRE_TOOLS=1 and
//! ESPWIRE_REQUIRE_ROMS=1 that is a failure.

#![cfg(feature = "cli")]
#![allow(
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "all of it is a test"
)]

#[path = "../common/mod.rs"]
mod common;

use common::roms;
use espwire::chip::{self, Chip};
use espwire::sim::soc;
use std::io::{BufRead, BufReader};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::thread;

/// Where the firmware goes, and how long it is; all the rest stays blank.
const ADDRESS: usize = 0x1_0000;
const LENGTH: u32 = 12_345;

/// The interpreter of esptool's environment, if there is one.
fn python() -> Option<PathBuf> {
    // The test program is in the target folder's debug/deps.
    let program = std::env::current_exe().unwrap();
    let target = program.ancestors().nth(3).unwrap();
    let python = target.join("peers/bin/python");
    if python.exists() {
        return Some(python);
    }
    assert!(
        std::env::var("ESPWIRE_REQUIRE_TOOLS").is_err(),
        "there is no esptool in {}: run tests/peers.sh",
        target.display()
    );
    eprintln!("skipped: tests/peers.sh fetches the esptool that this runs");
    None
}

/// Bytes of which some repeat, so that they go deflated.
fn firmware() -> Vec<u8> {
    (0..LENGTH)
        .map(|at| (at ^ (at >> 7) ^ (at >> 11)).to_le_bytes()[0])
        .collect()
}

/// Esptool's configuration: patience with a machine that has much to do. Its
/// clock is the machine's, the board's is not.
const PATIENCE: &str = "[esptool]
timeout = 60
sync_timeout = 1
mem_end_rom_timeout = 5
serial_write_timeout = 60
";

/// Sessions at a time, for each of the machine's cores. Over RFC 2217, pySerial
/// looks for an answer every 50 ms, and esptool asks four times a command: most
/// of a session is sleep.
const AT_ONCE: usize = 4;

/// `espwire sim`, lending a board.
struct Served {
    child: Child,
    address: String,
}

impl Served {
    fn new(chip: &str, rom: Option<&Path>, flash: &Path, listen: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_espwire"));
        command.args(["sim", "--chip", chip, "--listen", listen, "--flash"]);
        command.arg(flash);
        if let Some(rom) = rom {
            command.arg("--rom").arg(rom);
        }
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let out = child.stdout.take().unwrap();
        BufReader::new(out).read_line(&mut line).unwrap();
        let address = line.trim().rsplit(' ').next().unwrap().to_owned();
        Self { child, address }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How a session goes.
#[derive(Clone, Copy, Debug)]
struct Way {
    listen: &'static str,
    connect: &'static str,
    baud: &'static str,
    stub: &'static str,
}

/// Resets by the control lines, another rate, esptool's own stub.
const WITH_STUB: Way = Way {
    listen: "rfc2217://127.0.0.1:0",
    connect: "default-reset",
    baud: "460800",
    stub: "own",
};
/// The same with the stub that it had before.
const WITH_OLDER_STUB: Way = Way {
    stub: "older",
    ..WITH_STUB
};

/// A board that waits in its loader.
const WITHOUT_STUB: Way = Way {
    listen: "127.0.0.1:0",
    connect: "no-reset",
    baud: "0",
    stub: "none",
};

/// A board on which this crate's stub runs already.
const ON_OUR_STUB: Way = Way {
    stub: "resident",
    ..WITHOUT_STUB
};

/// Writes with `espwire`, and leaves its stub on the chip.
fn leave_our_stub(address: &str, chip: &Chip, image: &Path) -> Result<(), String> {
    let output = Command::new(env!("CARGO_BIN_EXE_espwire"))
        .args(["--port", address, "--chip", chip.arg])
        .args(["--before", "no-reset", "--after", "no-reset-stub"])
        .args(["write-flash", &ADDRESS.to_string()])
        .arg(image)
        .output()
        .unwrap();
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    Err(String::from_utf8_lossy(&said).into_owned())
}

/// What went wrong in a session with a board.
fn session(python: &Path, chip: &Chip, rom: Option<&Path>, way: Way) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let names = ["flash", "image", "read", "esptool.cfg"];
    let [flash, image, read, config] = names.map(|name| folder.path().join(name));
    std::fs::write(&config, PATIENCE).unwrap();
    let firmware = firmware();
    std::fs::write(&image, &firmware).unwrap();
    let served = Served::new(chip.arg, rom, &flash, way.listen);
    if way.stub == "resident" {
        leave_our_stub(&served.address, chip, &image)?;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers/session.py");
    let output = Command::new(python)
        .arg(script)
        .args([&served.address, way.connect, way.baud, way.stub])
        .args([&image, &read])
        .env("ESPTOOL_CFGFILE", &config)
        .output()
        .unwrap();
    drop(served);
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    let found = if way.stub == "resident" {
        "stub"
    } else {
        "rom"
    };
    if !said.ends_with("done\n") || !said.contains(&format!("chip {} {found}\n", chip.name)) {
        return Err(said);
    }
    let hashes = chip.rom.supports(espwire::wire::Opcode::FLASH_MD5SUM);
    if (hashes || way.stub != "none") && std::fs::read(&read).unwrap() != firmware {
        return Err("it read something else".to_owned());
    }
    let bytes = std::fs::read(&flash).unwrap();
    let mut expected = vec![0xff; bytes.len()];
    expected[ADDRESS..ADDRESS + firmware.len()].copy_from_slice(&firmware);
    if way.stub != "none" {
        expected[ADDRESS..ADDRESS + 0x1000].fill(0xff);
    }
    // The last block may be filled up.
    match bytes.iter().zip(&expected).position(|(a, b)| a != b) {
        Some(at) => Err(format!("the flash differs from {at:#x} on")),
        None => Ok(()),
    }
}

/// A board, and how esptool is to use it.
struct Try {
    chip: &'static Chip,
    rom: Option<PathBuf>,
    way: Way,
}

impl Try {
    fn name(&self) -> String {
        let rom = self.rom.as_ref().and_then(|rom| rom.file_name());
        let rom = rom.map_or("modelled".into(), |rom| rom.to_string_lossy());
        format!("{} {rom}, stub: {}", self.chip.arg, self.way.stub)
    }
}

/// Tries all, some at a time.
fn all_succeed(tries: Vec<Try>) {
    let Some(python) = python() else {
        return;
    };
    let only = std::env::var("ESPWIRE_ONLY").unwrap_or_default();
    let tries = tries.into_iter().filter(|it| it.name().contains(&only));
    let tries = Mutex::new(tries.collect::<Vec<_>>().into_iter());
    let failed = Mutex::new(vec![]);
    let worker = || {
        loop {
            let Some(it) = tries.lock().unwrap().next() else {
                return;
            };
            match session(&python, it.chip, it.rom.as_deref(), it.way) {
                Ok(()) => eprintln!("{}: good", it.name()),
                Err(error) => failed
                    .lock()
                    .unwrap()
                    .push(format!("{}:\n{error}", it.name())),
            }
        }
    };
    thread::scope(|scope| {
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        for _ in 0..cores * AT_ONCE {
            scope.spawn(worker);
        }
    });
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}

/// The ROMs of chips that can be executed, in one of the ways.
fn executed(way: Way) -> Vec<Try> {
    if !roms::at_hand() {
        return vec![];
    }
    let files = roms::files().into_iter();
    let tries = files.filter_map(|file| {
        let chip = Chip::from_name(&file.chip)?;
        soc::of_chip(chip)?;
        Some(Try {
            chip,
            rom: Some(file.path),
            way,
        })
    });
    tries.collect()
}

#[test]
fn esptool_uses_the_modelled_loader() {
    let tries = chip::ALL.iter().map(|chip| Try {
        chip,
        rom: None,
        way: WITHOUT_STUB,
    });
    all_succeed(tries.collect());
}

#[test]
fn esptool_uses_our_stub() {
    let tries = chip::ALL.iter().map(|chip| Try {
        chip,
        rom: None,
        way: ON_OUR_STUB,
    });
    all_succeed(tries.collect());
}

#[test]
fn esptool_uses_our_stub_behind_the_real_roms() {
    all_succeed(executed(ON_OUR_STUB));
}

#[test]
fn esptool_uses_the_real_roms() {
    all_succeed(executed(WITHOUT_STUB));
}

#[test]
fn esptool_uses_its_own_stub_on_the_real_roms() {
    all_succeed(executed(WITH_STUB));
}

/// That one asks more of a board: it calls the ROM's functions and has them read
/// beyond the chip's memory. It does not run on an ESP32-P4 here, and the newest
/// chips have none.
#[test]
fn esptool_uses_its_older_stub_on_the_real_roms() {
    const RUNS: [&Chip; 8] = [
        &chip::ESP32,
        &chip::ESP32S2,
        &chip::ESP32S3,
        &chip::ESP32C2,
        &chip::ESP32C3,
        &chip::ESP32C5,
        &chip::ESP32C6,
        &chip::ESP32H2,
    ];
    let mut tries = executed(WITH_OLDER_STUB);
    tries.retain(|it| RUNS.contains(&it.chip));
    // The newest ROM of each.
    tries.reverse();
    tries.dedup_by_key(|it| it.chip.arg);
    all_succeed(tries);
}
