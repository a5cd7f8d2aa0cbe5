//! A virtual board in words: `sim:esp32s3,flash=FILE,size=8MB`.

use super::board::{Board, Builder};
use super::line::LinkKind;
use super::nor::{FlashFile, NorFlash, NorTimes};
use super::rom::Security;
use super::soc::RomImage;
use super::{Link, Strapping, Wiring};
use crate::chip::{Chip, FlashSize};
use crate::time::Duration;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// On its way into the loader, a host asserts DTR while RTS is still asserted,
/// and both together hold nothing low: a chip whose EN rose before RTS is
/// released would start with IO0 high. pySerial lets 50 to 100 ms pass there
/// over RFC 2217, and about as long before it releases DTR.
const SLOW_EN_RISE: Duration = Duration::from_millis(140);

/// A virtual board, as it is asked for.
///
/// As text: the chip's name, then options with commas between them:
/// `flash=FILE`, `size=4MB`, `usb` for a board on USB-Serial/JTAG,
/// `secure-download` for a chip in secure download mode, `rom=FILE` for one that
/// executes its mask ROM, from an ELF file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    /// The chip.
    pub chip: &'static Chip,
    /// The file that keeps the flash; none: a blank flash in memory.
    pub flash: Option<PathBuf>,
    /// Bytes of flash; none: the file's size, or 4 MB.
    pub size: Option<u32>,
    /// Which port of the chip.
    pub link: LinkKind,
    /// The chip's security eFuses.
    pub security: Security,
    /// The file with the chip's mask ROM; none: the loader is modelled.
    pub rom: Option<PathBuf>,
}

/// A description that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "virtual board '{text}': {why}; write \
     CHIP[,flash=FILE][,size=4MB][,usb][,secure-download][,rom=FILE]"
)]
pub struct BadSpec {
    text: String,
    why: String,
}

impl FromStr for Spec {
    type Err = BadSpec;

    fn from_str(text: &str) -> Result<Self, BadSpec> {
        let bad = |why: String| BadSpec {
            text: text.to_owned(),
            why,
        };
        let mut parts = text.split(',');
        let name = parts.next().unwrap_or_default();
        let chip: &'static Chip = name.parse().map_err(|error| bad(format!("{error}")))?;
        let mut spec = Self {
            chip,
            flash: None,
            size: None,
            link: LinkKind::Uart,
            security: Security::default(),
            rom: None,
        };
        for part in parts {
            match part.split_once('=') {
                Some(("flash", path)) if !path.is_empty() => spec.flash = Some(path.into()),
                Some(("rom", path)) if !path.is_empty() => spec.rom = Some(path.into()),
                Some(("size", size)) => {
                    let size: FlashSize = size.parse().map_err(|error| bad(format!("{error}")))?;
                    spec.size = Some(size.bytes());
                }
                None if part == "usb" => {
                    if !chip.has_usb(crate::chip::UsbPort::SerialJtag) {
                        return Err(bad(format!("the {chip} has no USB-Serial/JTAG")));
                    }
                    spec.link = LinkKind::UsbSerialJtag;
                }
                None if part == "secure-download" => {
                    if chip.rom.secure_download_commands.is_empty() {
                        return Err(bad(format!("the {chip} has no secure download mode")));
                    }
                    spec.security.secure_download = true;
                }
                _ => return Err(bad(format!("unknown option '{part}'"))),
            }
        }
        Ok(spec)
    }
}

impl Spec {
    /// The board to be made.
    ///
    /// # Errors
    /// The file cannot be used.
    pub fn builder(&self) -> io::Result<Builder> {
        let mut builder = Board::builder(self.chip)
            .security(self.security)
            .link(Link {
                kind: self.link,
                ..Link::default()
            });
        if let Some(size) = self.size {
            builder = builder.flash_size(size);
        }
        if let Some(path) = &self.flash {
            let file = FlashFile::open(path, self.size).map_err(|error| named(path, error))?;
            builder = builder.flash(NorFlash::with_file(file, NorTimes::TYPICAL));
        }
        if let Some(path) = &self.rom {
            let rom = std::fs::read(path).map_err(|error| named(path, error))?;
            let image = RomImage::new(self.chip, &rom).map_err(|error| {
                let error = error.to_string();
                named(path, io::Error::new(io::ErrorKind::InvalidData, error))
            })?;
            builder = builder.rom_image(image);
        }
        Ok(builder)
    }

    /// The same, with a reset circuit for hosts that set one control line at a
    /// time and wait for an answer in between, as over RFC 2217.
    ///
    /// # Errors
    /// The file cannot be used.
    pub fn builder_for_slow_lines(&self) -> io::Result<Builder> {
        let builder = self.builder()?;
        Ok(match self.link {
            LinkKind::Uart => builder.wiring(Wiring::Transistors {
                en_rise: SLOW_EN_RISE,
            }),
            LinkKind::UsbSerialJtag => builder,
        })
    }

    /// The same, waiting in its loader, for links without control lines.
    ///
    /// # Errors
    /// The file cannot be used.
    pub fn builder_in_loader(&self) -> io::Result<Builder> {
        Ok(self.builder()?.starts_in(Strapping::Download))
    }
}

/// An error with the file it is about.
fn named(path: &Path, error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chip;

    #[test]
    fn boards_in_words() {
        let plain = Spec {
            chip: &chip::ESP32C3,
            flash: None,
            size: None,
            link: LinkKind::Uart,
            security: Security::default(),
            rom: None,
        };
        assert_eq!("esp32c3".parse(), Ok(plain.clone()));
        assert_eq!(
            "ESP32-C3,size=8MB,flash=a b.bin,usb,secure-download,rom=c3.elf".parse(),
            Ok(Spec {
                flash: Some("a b.bin".into()),
                size: Some(8 << 20),
                link: LinkKind::UsbSerialJtag,
                rom: Some("c3.elf".into()),
                security: Security {
                    secure_download: true,
                    ..Security::default()
                },
                ..plain
            })
        );
        for (text, word) in [
            ("", "esp32c3"),
            ("esp99", "esp99"),
            ("esp32c3,", "''"),
            ("esp32c3,flash=", "flash="),
            ("esp32c3,size=3MB", "3MB"),
            ("esp32c3,size", "size"),
            ("esp32c2,usb", "USB-Serial/JTAG"),
            ("esp32,secure-download", "secure download"),
        ] {
            let error = text.parse::<Spec>().unwrap_err().to_string();
            assert!(error.contains(word), "{text}: {error}");
        }
    }
}
