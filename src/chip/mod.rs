//! What is known about each chip: one table entry per chip, no logic.
//!
//! Every figure has its source beside it: "TRM" is the chip's Technical
//! Reference Manual, "register header" Espressif's published register
//! definitions, "recorded" an exchange with the real mask ROM in
//! `tests/captures`. A new chip is one new file and one line in this one;
//! `docs/adding-a-chip.md` is the checklist.

mod efuse;
mod flash;
mod power;
mod registers;
mod rom;
mod stub;

pub use efuse::{Mac, MacFuses, MajorCode, Revision, RevisionFuses};
pub use flash::{FlashCodes, FlashFrequency, FlashMode, FlashSize, UnknownName};
pub use power::{FlashPower, RevisionPower};
pub use registers::{
    DataLength, Field, RtcWatchdog, SpiAddress, SpiController, SpiLayout, SuperWatchdog, Uart,
    WatchdogBite, Watchdogs,
};
pub use rom::{RomErase, RomInflate, RomLoader};
pub use stub::{NoStub, StubRules};

use std::fmt;
use std::str::FromStr;

/// One line per chip: file, entry, and its place in [`ALL`].
macro_rules! chips {
    ($($module:ident :: $entry:ident,)*) => {
        $(
            mod $module;
            pub use $module::$entry;
        )*

        /// All chips the crate knows.
        pub static ALL: &[&Chip] = &[$(&$entry),*];
    };
}

chips! {
    esp8266::ESP8266,
    esp32::ESP32,
    esp32s2::ESP32S2,
    esp32s3::ESP32S3,
    esp32c2::ESP32C2,
    esp32c3::ESP32C3,
    esp32c5::ESP32C5,
    esp32c6::ESP32C6,
    esp32c61::ESP32C61,
    esp32h2::ESP32H2,
    esp32p4::ESP32P4,
    esp32s31::ESP32S31,
}

/// Everything the host needs to know about a chip.
///
/// Chips are compared by identity: there is one static entry per chip.
#[derive(Debug)]
pub struct Chip {
    /// The name people write: `ESP32-S3`.
    pub name: &'static str,
    /// The name on a command line: `esp32s3`.
    pub arg: &'static str,
    /// The chip id in image headers and GET_SECURITY_INFO; none on the ESP8266.
    pub id: Option<u16>,
    /// Values of the word at 0x4000_1000 by which the chip can be told. Chips
    /// that tell their id need none.
    pub magics: &'static [u32],
    /// Flash offset of the second-stage bootloader in bytes.
    pub bootloader_offset: u32,
    /// The mask ROM's loader.
    pub rom: RomLoader,
    /// Whether it runs what is uploaded to it.
    pub stub: StubRules,
    /// How image headers code the flash's clock and size.
    pub flash: FlashCodes,
    /// The controller the flash hangs on.
    pub spi: SpiController,
    /// How the flash gets power, where the ROM of some revision leaves it off.
    pub flash_power: Option<FlashPower>,
    /// UART0.
    pub uart: Uart,
    /// Ways into the ROM loader besides UART0.
    pub usb: &'static [UsbPort],
    /// Watchdogs to be quieted, where there are any.
    pub watchdogs: Option<Watchdogs>,
    /// The bit that sends the chip into its loader at the next reset whatever
    /// the strapping pins say, and that must be cleared before it.
    pub force_download_boot: Option<Field>,
    /// Where the base MAC address is.
    pub mac: MacFuses,
    /// Where the revision is; the ESP8266 has none.
    pub revision: Option<RevisionFuses>,
    /// Where flash encryption and secure boot can be read, on the chip whose
    /// loader does not tell.
    pub security_fuses: Option<SecurityFuses>,
}

/// A USB device that a chip's ROM loader talks over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UsbPort {
    /// The fixed-function serial port and JTAG adapter.
    SerialJtag,
    /// A serial port in ROM software on the USB-OTG controller. It vanishes
    /// on reset.
    Otg,
}

/// Flash encryption and secure boot, read from eFuses.
#[derive(Debug)]
pub struct SecurityFuses {
    /// Flash encryption is on if the number of bits set here is odd.
    pub flash_crypt_count: Field,
    /// Secure boot of the first version, with a bootloader that nobody can
    /// replace, is on if it is 1.
    pub secure_boot_v1: Field,
}

impl Chip {
    /// The chip with this id in GET_SECURITY_INFO or an image's header.
    #[must_use]
    pub fn from_id(id: u16) -> Option<&'static Self> {
        find(|chip| chip.id == Some(id))
    }

    /// The chip with this id, or the one that has none.
    #[must_use]
    pub fn from_id_or_none(id: Option<u16>) -> Option<&'static Self> {
        find(|chip| chip.id == id)
    }

    /// The chip with this word at 0x4000_1000.
    #[must_use]
    pub fn from_magic(magic: u32) -> Option<&'static Self> {
        find(|chip| chip.magics.contains(&magic))
    }

    /// The chip of this name, with or without hyphens or underscores, in any
    /// case: `esp32s3`, `ESP32-S3`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<&'static Self> {
        let bare = |c: char| !matches!(c, '-' | '_');
        find(|chip| {
            let letters = name.chars().filter(|c| bare(*c));
            letters.map(|c| c.to_ascii_lowercase()).eq(chip.arg.chars())
        })
    }

    /// Whether its ROM loader can be reached over this kind of USB.
    #[must_use]
    pub fn has_usb(&self, port: UsbPort) -> bool {
        self.usb.contains(&port)
    }
}

fn find(fits: impl Fn(&Chip) -> bool) -> Option<&'static Chip> {
    ALL.iter().copied().find(|chip| fits(chip))
}

impl FromStr for &'static Chip {
    type Err = UnknownName;
    fn from_str(name: &str) -> Result<Self, UnknownName> {
        Chip::from_name(name).ok_or_else(|| UnknownName {
            name: name.to_owned(),
            what: "a chip",
            allowed: ALL.iter().map(|chip| chip.arg).collect(),
        })
    }
}

impl PartialEq for Chip {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}
impl Eq for Chip {}

impl fmt::Display for Chip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name)
    }
}

#[cfg(test)]
mod tests;
