//! What can be said on the command line.
//!
//! Commands and options are spelled as esptool 5 spells them.

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// Flash and verify ESP8266 and ESP32-family chips over their serial ROM loader.
#[derive(Parser, Debug)]
#[command(name = "espwire", version, about, after_help = AFTER_HELP)]
pub struct Cli {
    #[command(flatten)]
    pub connect: ConnectArgs,

    /// Print what the layers do, on stderr
    #[arg(short, long, global = true)]
    pub verbose: bool,

    #[command(subcommand)]
    pub command: Command,
}

const AFTER_HELP: &str = "\
Ports: a device (/dev/ttyUSB0, COM3), socket://HOST:PORT, or a virtual board:
sim:CHIP[,flash=FILE][,size=4MB][,usb][,secure-download][,rom=FILE].

Exit status: 0 done, 1 verify found a difference, 2 anything else.";

/// How to reach the chip and how to leave it.
#[derive(Args, Debug)]
pub struct ConnectArgs {
    /// Chip, or auto to ask it
    #[arg(
        short,
        long,
        global = true,
        default_value = "auto",
        env = "ESPWIRE_CHIP"
    )]
    pub chip: String,

    /// Serial port, socket://HOST:PORT or sim:CHIP[,flash=FILE]
    #[arg(short, long, global = true, env = "ESPWIRE_PORT")]
    pub port: Option<String>,

    /// Baud rate to flash and read with
    #[arg(short, long, global = true, default_value = "460800", env = "ESPWIRE_BAUD",
          value_parser = clap::value_parser!(u32).range(1..))]
    pub baud: u32,

    /// Reset before: default-reset, usb-reset; no-reset, no-reset-no-sync for a
    /// chip that is in its loader or runs a stub, whoever brought it; or a
    /// sequence such as D0|R1|W0.1|D1|R0|W0.05|D0
    #[arg(long, global = true, default_value = "default-reset")]
    pub before: String,

    /// Reset after: hard-reset, soft-reset, watchdog-reset into the application;
    /// no-reset stays in the loader, or in the stub if one runs, for a next
    /// command with --before no-reset; no-reset-stub insists on a stub
    #[arg(short, long, global = true, default_value = "hard-reset")]
    pub after: String,

    /// Let the ROM loader do everything
    #[arg(long, global = true)]
    pub no_stub: bool,

    /// Stub image to upload instead of the built-in one: a file as esptool
    /// ships them (JSON)
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "no_stub")]
    pub stub: Option<PathBuf>,

    /// Print what passes through the port in hex, on stderr
    #[arg(short, long, global = true)]
    pub trace: bool,
}

/// What the image header at the bootloader's offset shall say.
#[derive(Args, Debug)]
pub struct HeaderArgs {
    /// Flash mode: keep, qio, qout, dio, dout
    #[arg(long, default_value = "keep")]
    pub flash_mode: String,

    /// Flash frequency: keep, 80m, 60m, 48m, 40m, …
    #[arg(long, default_value = "keep")]
    pub flash_freq: String,

    /// Flash size: keep, detect, 1MB, 2MB, 4MB, …
    #[arg(long, default_value = "keep")]
    pub flash_size: String,
}

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Write files to flash, and check them
    #[command(alias = "write_flash")]
    WriteFlash {
        #[command(flatten)]
        header: HeaderArgs,
        /// Pairs of flash address and file
        #[arg(required = true, num_args = 2.., value_names = ["ADDR", "FILE"])]
        files: Vec<String>,
    },
    /// Compare flash with files
    #[command(alias = "verify_flash")]
    VerifyFlash {
        #[command(flatten)]
        header: HeaderArgs,
        /// Pairs of flash address and file
        #[arg(required = true, num_args = 2.., value_names = ["ADDR", "FILE"])]
        files: Vec<String>,
    },
    /// Read flash into a file
    #[command(alias = "read_flash")]
    ReadFlash {
        /// Flash address
        #[arg(value_parser = number)]
        address: u32,
        /// Bytes to read, or ALL
        size: String,
        /// File to write
        file: PathBuf,
    },
    /// Erase the whole flash
    #[command(alias = "erase_flash")]
    EraseFlash,
    /// Erase a range of flash
    #[command(alias = "erase_region")]
    EraseRegion {
        /// Flash address, a multiple of 4096
        #[arg(value_parser = number)]
        address: u32,
        /// Bytes to erase, a multiple of 4096, or ALL
        size: String,
    },
    /// Print the flash chip's JEDEC id and size
    #[command(alias = "flash_id")]
    FlashId,
    /// Print chip, revision, MAC and security settings
    #[command(alias = "chip_info", visible_alias = "chip-id", alias = "chip_id")]
    ChipInfo,
    /// Serve a virtual board to other programs
    Sim(SimArgs),
}

/// The board to serve, and how.
#[derive(Args, Debug)]
pub struct SimArgs {
    /// File that holds the flash; made blank if it is missing
    #[arg(long)]
    pub flash: Option<PathBuf>,

    /// Flash size: 1MB, 2MB, 4MB, …; default 4MB, or the file's size
    #[arg(long)]
    pub size: Option<String>,

    /// ELF file with the chip's mask ROM, to be executed; without it the loader
    /// is modelled
    #[arg(long)]
    pub rom: Option<PathBuf>,

    /// Serve on this TCP address, HOST:PORT; port 0 takes any free one;
    /// rfc2217://HOST:PORT serves it with a baud rate and control lines
    #[arg(long, required_unless_present = "pty", conflicts_with = "pty")]
    pub listen: Option<String>,

    /// Serve on a new pseudo terminal
    #[arg(long)]
    pub pty: bool,

    /// Take as long as the real link and flash would
    #[arg(long)]
    pub paced: bool,
}

/// A number as people write them: 4096, 0x1000, 4k, 2MB.
pub fn number(text: &str) -> Result<u32, String> {
    let plain = text.trim().replace('_', "");
    let lower = plain.to_ascii_lowercase();
    let (digits, unit) = if lower.starts_with("0x") {
        (lower.as_str(), 1)
    } else {
        let digits = lower.trim_end_matches("b");
        match digits.strip_suffix('k') {
            Some(digits) => (digits, 1 << 10),
            None => match digits.strip_suffix('m') {
                Some(digits) => (digits, 1 << 20),
                None => (digits, 1),
            },
        }
    };
    let value = match digits.strip_prefix("0x") {
        Some(hex) => u32::from_str_radix(hex, 16),
        None => digits.parse(),
    };
    value
        .ok()
        .and_then(|value| value.checked_mul(unit))
        .ok_or_else(|| format!("'{text}' is no number below 4 GB (write 4096, 0x1000, 4k or 2MB)"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_parser_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn numbers() {
        for (text, expected) in [
            ("4096", Some(4096)),
            ("0x1000", Some(4096)),
            ("0X1b", Some(27)),
            ("4k", Some(4096)),
            ("4KB", Some(4096)),
            ("2MB", Some(2 << 20)),
            ("4096M", None),
            ("", None),
            ("-1", None),
            ("0x", None),
            ("x", None),
        ] {
            assert_eq!(number(text).ok(), expected, "{text}");
        }
    }
}
