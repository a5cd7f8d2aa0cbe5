//! What differs from ROM to ROM besides the chip table.

use crate::chip::{self, Chip};
use crate::sim::firmware::Strapping;
use crate::wire::Opcode;

/// One revision of a chip's mask ROM.
#[derive(Debug)]
pub struct Variant {
    /// The chip.
    pub chip: &'static Chip,
    /// The revision's name: `rev300`; empty where there is only one.
    pub revision: &'static str,
    /// The word at 0x4000_1000.
    pub magic: u32,
    /// Version of the loader's interface, in GET_SECURITY_INFO.
    pub api_version: u32,
    /// The last key purpose in GET_SECURITY_INFO, which stands for no key.
    pub last_key_purpose: u8,
    /// What UART_DATE reads, and where.
    pub uart_date: (u32, u32),
    /// What it knows besides the commands of the chip table.
    pub extra_commands: &'static [Opcode],
    /// The mode numbers and words in the banner: download, flash.
    pub boot: [(u8, &'static str); 2],
}

/// The chip's security eFuses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Security {
    /// Secure download mode.
    pub secure_download: bool,
    /// Secure boot.
    pub secure_boot: bool,
    /// The flash encryption counter.
    pub crypt_count: u8,
}

impl Variant {
    /// The newest revision of a chip's ROM.
    #[must_use]
    pub fn newest(chip: &'static Chip) -> Option<&'static Self> {
        VARIANTS.iter().rev().find(|variant| variant.chip == chip)
    }

    /// The revision of a chip's ROM by its name.
    #[must_use]
    pub fn named(chip: &'static Chip, revision: &str) -> Option<&'static Self> {
        VARIANTS
            .iter()
            .find(|variant| variant.chip == chip && variant.revision == revision)
    }

    /// What the ROM says before anything else.
    pub(super) fn banner(&self, strapping: Strapping) -> String {
        let [download, flash] = self.boot;
        let ((number, words), wait) = match strapping {
            Strapping::Download => (download, "waiting for download\r\n"),
            Strapping::Flash => (flash, ""),
        };
        format!("\r\nrst:0x1 (POWERON),boot:{number:#x} ({words})\r\n{wait}")
    }
}

/// Sets how many address bits the flash commands send: four bytes, for erase
/// 4K, block erase, program and read, then four zeros.
pub(super) const SET_ADDRESS_BITS: Opcode = Opcode(0x15);

/// What the banner of most chips says.
const BOOT_RISC_V: [(u8, &str); 2] = [(0x5, "DOWNLOAD(USB/UART0)"), (0xc, "SPI_FAST_FLASH_BOOT")];

/// All ROMs, chips in the order of the chip table, revisions from old to new.
/// Magic, interface version, key purpose and UART_DATE as recorded.
pub static VARIANTS: &[Variant] = &[
    Variant {
        chip: &chip::ESP8266,
        revision: "",
        magic: 0xfff0_c101,
        api_version: 0,
        last_key_purpose: 0,
        uart_date: (0x6000_0078, 0x0620_0000),
        extra_commands: &[],
        boot: [(0x1, "UART"), (0x3, "FLASH")],
    },
    Variant {
        chip: &chip::ESP32,
        revision: "",
        magic: 0x00f0_1d83,
        api_version: 0,
        last_key_purpose: 0,
        uart_date: (0x3ff4_0078, 0x1512_2500),
        extra_commands: &[],
        boot: [
            (0x3, "DOWNLOAD_BOOT(UART0/UART1/SDIO_REI_REO_V2)"),
            (0x13, "SPI_FAST_FLASH_BOOT"),
        ],
    },
    Variant {
        chip: &chip::ESP32S2,
        revision: "",
        magic: 0x0000_07c6,
        api_version: 0,
        last_key_purpose: 0,
        uart_date: (0x3f40_0074, 0x1903_1400),
        extra_commands: &[SET_ADDRESS_BITS],
        boot: [
            (0x0, "DOWNLOAD(USB/UART0/SPI)"),
            (0x8, "SPI_FAST_FLASH_BOOT"),
        ],
    },
    Variant {
        chip: &chip::ESP32S3,
        revision: "",
        magic: 0x0000_0009,
        api_version: 0,
        last_key_purpose: 0x0c,
        uart_date: (0x6000_007c, 0x0200_8270),
        extra_commands: &[SET_ADDRESS_BITS],
        boot: [(0x0, "DOWNLOAD(USB/UART0)"), (0x8, "SPI_FAST_FLASH_BOOT")],
    },
    Variant {
        chip: &chip::ESP32C2,
        revision: "rev100",
        magic: 0x7c41_a06f,
        api_version: 1,
        last_key_purpose: 0x0c,
        uart_date: (0x6000_007c, 0),
        extra_commands: &[],
        boot: BOOT_RISC_V,
    },
    Variant {
        chip: &chip::ESP32C3,
        revision: "rev0",
        magic: 0x6921_506f,
        api_version: 0,
        last_key_purpose: 0x0c,
        uart_date: (0x6000_007c, 0),
        extra_commands: &[],
        boot: BOOT_RISC_V,
    },
    Variant {
        chip: &chip::ESP32C3,
        revision: "rev101",
        magic: 0x4361_606f,
        api_version: 7,
        last_key_purpose: 0x0c,
        uart_date: (0x6000_007c, 0),
        extra_commands: &[],
        boot: BOOT_RISC_V,
    },
    Variant {
        chip: &chip::ESP32C3,
        revision: "rev300",
        magic: 0x1b31_506f,
        api_version: 3,
        last_key_purpose: 0x0c,
        uart_date: (0x6000_007c, 0),
        extra_commands: &[],
        boot: BOOT_RISC_V,
    },
    Variant {
        chip: &chip::ESP32C5,
        revision: "rev100",
        magic: 0x5fd1_406f,
        api_version: 2,
        last_key_purpose: 0x13,
        uart_date: (0x6000_008c, 0),
        extra_commands: &[],
        boot: BOOT_RISC_V,
    },
    Variant {
        chip: &chip::ESP32C6,
        revision: "rev0",
        magic: 0x2ce0_806f,
        api_version: 0,
        last_key_purpose: 0x0c,
        uart_date: (0x6000_008c, 0),
        extra_commands: &[],
        boot: BOOT_RISC_V,
    },
    Variant {
        chip: &chip::ESP32C61,
        revision: "rev100",
        magic: 0x7211_606f,
        api_version: 3,
        last_key_purpose: 0x10,
        uart_date: (0x6000_008c, 0),
        extra_commands: &[],
        boot: BOOT_RISC_V,
    },
    Variant {
        chip: &chip::ESP32H2,
        revision: "rev0",
        magic: 0xd7b7_3e80,
        api_version: 0,
        last_key_purpose: 0x0c,
        uart_date: (0x6000_008c, 0),
        extra_commands: &[],
        boot: BOOT_RISC_V,
    },
    Variant {
        chip: &chip::ESP32P4,
        revision: "rev0",
        magic: 0x0000_001e,
        api_version: 0,
        last_key_purpose: 0x0c,
        uart_date: (0x500c_a08c, 0),
        extra_commands: &[],
        boot: BOOT_RISC_V,
    },
    Variant {
        chip: &chip::ESP32P4,
        revision: "rev300",
        magic: 0x0010_0000,
        api_version: 5,
        last_key_purpose: 0x13,
        uart_date: (0x500c_a08c, 0),
        extra_commands: &[],
        boot: BOOT_RISC_V,
    },
];
