//! The recorded devices: one entry per file.

use crate::expect::Expect;
use crate::script::{FULL, LENGTHS, PAST_16_MB, Row, SECURITY};
use crate::script_esp8266::ESP8266;
use espwire::wire::Dialect;

/// What is particular about a file.
#[derive(Clone, Copy, Debug)]
pub struct Device {
    /// The file in `tests/captures`.
    pub file: &'static str,
    /// What was tried, in order.
    pub script: &'static [Row],
    pub dialect: Dialect,
    pub mode: Mode,
    pub first_sync: FirstSync,
    /// The word by which the chip is told.
    pub magic: u32,
    pub settings: Settings,
    /// Whether the ROM has the command for the number of address bits.
    pub address_bits: AddressBits,
    /// How the text begins that comes when the ROM leaves its loader.
    pub last_words: &'static str,
    /// What a SYNC after that gives.
    pub after_leaving: Expect,
    /// The note of the request that the ROM does not survive.
    pub crash: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Open,
    SecureDownload,
    SecureBoot,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstSync {
    Answered,
    /// The autobaud feeds on it.
    Lost,
}

/// What GET_SECURITY_INFO gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settings {
    Unsupported,
    /// 12 bytes.
    Short,
    /// 20 bytes, with the chip's id and the version of the interface.
    Long {
        id: u32,
        api: u32,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressBits {
    Missing,
    Present,
}

const PLAIN: Device = Device {
    file: "",
    script: FULL,
    dialect: Dialect::ROM,
    mode: Mode::Open,
    first_sync: FirstSync::Lost,
    magic: 0,
    settings: Settings::Unsupported,
    address_bits: AddressBits::Missing,
    last_words: "user code done",
    after_leaving: Expect::Silence,
    crash: None,
};

const fn rom(file: &'static str, magic: u32, id: u32, api: u32) -> Device {
    Device {
        file,
        magic,
        settings: Settings::Long { id, api },
        ..PLAIN
    }
}

const fn secure(file: &'static str, id: u32, api: u32) -> Device {
    Device {
        mode: Mode::SecureDownload,
        ..rom(file, 0, id, api)
    }
}

const S2: Device = Device {
    dialect: Dialect::ROM_ESP32S2,
    first_sync: FirstSync::Answered,
    magic: 0x7c6,
    settings: Settings::Short,
    ..PLAIN
};

const S3: Device = Device {
    first_sync: FirstSync::Answered,
    address_bits: AddressBits::Present,
    ..rom("", 9, 9, 0)
};

/// All files, in the order of their names.
pub const DEVICES: &[Device] = &[
    Device {
        file: "rom-esp32.txt",
        dialect: Dialect::ROM_ESP32,
        first_sync: FirstSync::Answered,
        magic: 0x00f0_1d83,
        last_words: "flash read err, 631",
        // The BASIC interpreter echoes it.
        after_leaving: Expect::Text("\x08 \x08$\x07\x07\x12 UUUU"),
        ..PLAIN
    },
    secure("rom-esp32c2-rev100-secure-download.txt", 12, 1),
    rom("rom-esp32c2-rev100.txt", 0x7c41_a06f, 12, 1),
    secure("rom-esp32c3-rev0-secure-download.txt", 5, 0),
    rom("rom-esp32c3-rev0.txt", 0x6921_506f, 5, 0),
    rom("rom-esp32c3-rev101.txt", 0x4361_606f, 5, 7),
    rom("rom-esp32c3-rev300.txt", 0x1b31_506f, 5, 3),
    Device {
        first_sync: FirstSync::Answered,
        ..rom("rom-esp32c3.txt", 0x1b31_506f, 5, 3)
    },
    secure("rom-esp32c5-rev100-secure-download.txt", 23, 2),
    rom("rom-esp32c5-rev100.txt", 0x5fd1_406f, 23, 2),
    secure("rom-esp32c6-rev0-secure-download.txt", 13, 0),
    rom("rom-esp32c6-rev0.txt", 0x2ce0_806f, 13, 0),
    secure("rom-esp32c61-rev100-secure-download.txt", 20, 3),
    rom("rom-esp32c61-rev100.txt", 0x7211_606f, 20, 3),
    secure("rom-esp32h2-rev0-secure-download.txt", 16, 0),
    rom("rom-esp32h2-rev0.txt", 0xd7b7_3e80, 16, 0),
    secure("rom-esp32p4-rev0-secure-download.txt", 18, 0),
    rom("rom-esp32p4-rev0.txt", 0x12, 18, 0),
    secure("rom-esp32p4-rev300-secure-download.txt", 18, 5),
    rom("rom-esp32p4-rev300.txt", 0x12, 18, 5),
    Device {
        file: "rom-esp32s2-a32.txt",
        // The ROM has no command for it.
        script: PAST_16_MB.split_at(7).0,
        ..S2
    },
    Device {
        file: "rom-esp32s2-extra.txt",
        script: LENGTHS,
        ..S2
    },
    Device {
        file: "rom-esp32s2-secure-download.txt",
        script: SECURITY,
        mode: Mode::SecureDownload,
        ..S2
    },
    Device {
        file: "rom-esp32s2.txt",
        ..S2
    },
    Device {
        file: "rom-esp32s3-a32.txt",
        script: PAST_16_MB,
        ..S3
    },
    Device {
        file: "rom-esp32s3-extra.txt",
        script: LENGTHS,
        ..S3
    },
    Device {
        file: "rom-esp32s3-secure-boot.txt",
        script: SECURITY,
        mode: Mode::SecureBoot,
        last_words: "Guru Meditation Error",
        ..S3
    },
    Device {
        file: "rom-esp32s3-secure-download.txt",
        script: SECURITY,
        mode: Mode::SecureDownload,
        ..S3
    },
    Device {
        file: "rom-esp32s3.txt",
        ..S3
    },
    Device {
        crash: Some("invalid escape DB 00 inside a frame"),
        last_words: "Guru Meditation Error",
        ..rom("rom-esp32s31-rev0.txt", 0x20, 32, 0)
    },
    Device {
        file: "rom-esp8266.txt",
        script: ESP8266,
        dialect: Dialect::ROM_ESP8266,
        magic: 0xfff0_c101,
        last_words: "ets_main.c",
        ..PLAIN
    },
];
