//! A virtual board in words: `sim:esp32s3,flash=FILE,size=8MB`.

use super::board::{Board, Builder};
use super::line::LinkKind;
use super::nor::{FlashFile, NorFlash, NorTimes};
use super::{Link, Strapping};
use crate::chip::{Chip, FlashSize};
use std::io;
use std::path::PathBuf;
use std::str::FromStr;

/// A virtual board, as it is asked for.
///
/// As text: the chip's name, then options with commas between them:
/// `flash=FILE`, `size=4MB`, `usb` for a board on USB-Serial/JTAG.
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
}

/// A description that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("virtual board '{text}': {why}; write CHIP[,flash=FILE][,size=4MB][,usb]")]
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
        };
        for part in parts {
            match part.split_once('=') {
                Some(("flash", path)) if !path.is_empty() => spec.flash = Some(path.into()),
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
        let mut builder = Board::builder(self.chip).link(Link {
            kind: self.link,
            ..Link::default()
        });
        if let Some(size) = self.size {
            builder = builder.flash_size(size);
        }
        if let Some(path) = &self.flash {
            let named = |error: io::Error| {
                io::Error::new(error.kind(), format!("{}: {error}", path.display()))
            };
            let file = FlashFile::open(path, self.size).map_err(named)?;
            builder = builder.flash(NorFlash::with_file(file, NorTimes::TYPICAL));
        }
        Ok(builder)
    }

    /// The same, waiting in its loader, for links without control lines.
    ///
    /// # Errors
    /// The file cannot be used.
    pub fn builder_in_loader(&self) -> io::Result<Builder> {
        Ok(self.builder()?.starts_in(Strapping::Download))
    }
}
