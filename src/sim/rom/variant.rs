//! What differs from ROM to ROM besides the chip table.

use crate::chip::{self, Chip, Revision};
use crate::sim::cpu::Caller;
use crate::sim::firmware::{Reset, ResetCause, Strapping};
use crate::wire::Opcode;

/// One revision of a chip's mask ROM.
#[derive(Debug)]
pub struct Variant {
    /// The chip.
    pub chip: &'static Chip,
    /// The revision's name: `rev300`; empty where there is only one.
    pub revision: &'static str,
    /// Version of the loader's interface, in GET_SECURITY_INFO.
    pub api_version: u32,
    /// The last of the seven key purposes in GET_SECURITY_INFO: those of keys
    /// that the chip has not.
    pub absent_keys: &'static [u8],
    /// Words that memory and registers hold from the start: address, value.
    pub words: &'static [(u32, u32)],
    /// What it knows besides the commands of the chip table.
    pub extra_commands: &'static [Opcode],
    /// What it says first.
    pub banner: Banner,
    /// A revision of the chip that has this ROM.
    pub wafer: Revision,
    /// The crystal.
    pub crystal: Crystal,
    /// What uploaded code finds.
    pub hand_over: HandOver,
}

/// What code that was uploaded finds of the ROM that jumps to it.
#[derive(Clone, Copy, Debug)]
pub struct HandOver {
    /// The loader's stack, where exceptions lead, and where the code would
    /// return to.
    pub caller: Caller,
    /// The ROM's functions that it may call: address, and what they do.
    pub functions: &'static [(u32, Function)],
}

/// A function of a ROM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// Puts what GET_SECURITY_INFO tells where the third argument says, and
    /// returns 0.
    SecurityInfo,
    /// Resets the chip.
    SoftwareReset,
}

/// What a ROM says before anything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Banner {
    /// `rst:0x1 (POWERON),boot:0x5 (DOWNLOAD(USB/UART0))`, then
    /// `waiting for download`.
    Words {
        /// What stands behind the word for the reset's cause.
        suffix: &'static str,
        /// Number and words of the boot mode with these straps.
        download: (u8, &'static str),
        /// The same.
        flash: (u8, &'static str),
    },
    /// `ets …,rst cause:2, boot mode:(1,6)`.
    Numbers,
}

/// A chip's crystal, in MHz. Where a ROM believes in another one than there
/// is, each rate that it sets is off by their ratio.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crystal {
    /// What the ROM takes it for.
    pub believed: u32,
    /// What is on the usual board.
    pub usual: u32,
}

impl Crystal {
    const MHZ_40: Self = Self {
        believed: 40,
        usual: 40,
    };
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
    pub(super) fn says(&self, reset: Reset) -> String {
        let download = reset.strapping == Strapping::Download;
        match self.banner {
            Banner::Words {
                suffix,
                download: into_download,
                flash,
            } => {
                let (number, mode) = if download { into_download } else { flash };
                // Causes and their words (ESP-IDF, reset reasons).
                let (code, cause) = match reset.cause {
                    ResetCause::PowerOn => (0x1, "POWERON"),
                    ResetCause::Software => (0x3, "SW"),
                    ResetCause::Watchdog => (0x10, "RTCWDT_RTC"),
                    ResetCause::Usb => (0x15, "USB_UART_CHIP"),
                };
                let wait = if download {
                    "waiting for download\r\n"
                } else {
                    ""
                };
                format!("\r\nrst:{code:#x} ({cause}{suffix}),boot:{number:#x} ({mode})\r\n{wait}")
            }
            Banner::Numbers => {
                let mode = if download { 1 } else { 3 };
                let cause = match reset.cause {
                    ResetCause::PowerOn | ResetCause::Usb => 2,
                    ResetCause::Software => 1,
                    ResetCause::Watchdog => 4,
                };
                format!("\r\n ets,rst cause:{cause}, boot mode:({mode},6)\r\n\r\n")
            }
        }
    }
}

/// Sets how many address bits the flash commands send: four bytes, for erase
/// 4K, block erase, program and read, then four zeros.
pub(super) const SET_ADDRESS_BITS: Opcode = Opcode(0x15);

/// What most chips say.
const BANNER_RISC_V: Banner = Banner::Words {
    suffix: "",
    download: (0x5, "DOWNLOAD(USB/UART0)"),
    flash: (0xc, FLASH_BOOT),
};
const FLASH_BOOT: &str = "SPI_FAST_FLASH_BOOT";

const fn revision(major: u16, minor: u16) -> Revision {
    Revision { major, minor }
}

/// All ROMs, chips in the order of the chip table, revisions from old to new.
/// Interface version, key purpose and words (magic, UART_DATE) as recorded;
/// what is handed over, the UART's clock and the flash's (UART_CLK_CONF,
/// SPI_CLOCK) as `tests/stubs` has them from the ROMs.
pub static VARIANTS: &[Variant] = &[
    Variant {
        chip: &chip::ESP8266,
        revision: "",
        api_version: 0,
        absent_keys: &[],
        words: &[
            (0x4000_1000, 0xfff0_c101),
            (0x6000_0078, 0x0006_2000),
            // The ROM's flash chip: where it is, id, size, block, sector,
            // page, status mask.
            (0x3fff_c714, 0x3fff_c718),
            (0x3fff_c718, 0x0016_40ef),
            (0x3fff_c71c, 0x0040_0000),
            (0x3fff_c720, 0x0001_0000),
            (0x3fff_c724, 0x0000_1000),
            (0x3fff_c728, 0x0000_0100),
            (0x3fff_c72c, 0x0000_ffff),
        ],
        extra_commands: &[],
        banner: Banner::Numbers,
        wafer: revision(0, 0),
        crystal: Crystal {
            believed: 40,
            usual: 26,
        },
        hand_over: HandOver {
            // Its stack begins at 4000_0000; how far down it is, and from where
            // it calls, is not known.
            caller: Caller {
                stack: 0x3fff_ff00,
                vectors: 0x4000_0000,
                back: 0x4000_0080,
            },
            functions: &[(0x4000_264c, Function::SoftwareReset)],
        },
    },
    Variant {
        chip: &chip::ESP32,
        revision: "",
        api_version: 0,
        absent_keys: &[],
        words: &[
            (0x4000_1000, 0x00f0_1d83),
            (0x3ff4_0078, 0x1512_2500),
            // What the ROM counted of its 8 MHz oscillator, and that one's
            // eFuse (TIMG_RTCCALICFG1, EFUSE_RD_CK8M_FREQ): together a
            // crystal of 40 MHz.
            (0x3ff5_f06c, 0x3200 << 7),
            (0x3ff5_a010, 8),
            // EFUSE_BLK0_RDATA6, CONSOLE_DEBUG_DISABLE, which Espressif burns.
            (0x3ff5_a018, 1 << 2),
            (0x3ff4_2018, 0x0000_3043),
        ],
        extra_commands: &[],
        banner: Banner::Words {
            suffix: "_RESET",
            download: (0x3, "DOWNLOAD_BOOT(UART0/UART1/SDIO_REI_REO_V2)"),
            flash: (0x13, FLASH_BOOT),
        },
        wafer: revision(3, 0),
        crystal: Crystal::MHZ_40,
        hand_over: HandOver {
            caller: Caller {
                stack: 0x3ffe_3eb0,
                vectors: 0x4000_0000,
                back: 0x4000_7c18,
            },
            functions: &[],
        },
    },
    Variant {
        chip: &chip::ESP32S2,
        revision: "",
        api_version: 0,
        absent_keys: &[],
        words: &[
            (0x4000_1000, 0x0000_07c6),
            (0x3f40_0074, 0x1903_1400),
            (0x3f40_2014, 0x0003_0103),
        ],
        extra_commands: &[],
        banner: Banner::Words {
            suffix: "",
            download: (0x0, "DOWNLOAD(USB/UART0/SPI)"),
            flash: (0x8, FLASH_BOOT),
        },
        wafer: revision(1, 0),
        crystal: Crystal::MHZ_40,
        hand_over: HandOver {
            caller: Caller {
                stack: 0x3fff_e6f0,
                vectors: 0x4000_0000,
                back: 0x4000_f960,
            },
            functions: &[(0x4001_2098, Function::SecurityInfo)],
        },
    },
    Variant {
        chip: &chip::ESP32S3,
        revision: "",
        api_version: 0,
        absent_keys: &[0x0c],
        words: &[
            (0x4000_1000, 0x0000_0009),
            (0x6000_007c, 0x0200_8270),
            (0x6000_0078, 0x0370_0000),
            (0x6000_2014, 0x0003_0103),
        ],
        extra_commands: &[SET_ADDRESS_BITS],
        banner: Banner::Words {
            suffix: "",
            download: (0x0, "DOWNLOAD(USB/UART0)"),
            flash: (0x8, FLASH_BOOT),
        },
        wafer: revision(0, 2),
        crystal: Crystal::MHZ_40,
        hand_over: HandOver {
            caller: Caller {
                stack: 0x3fce_b6f0,
                vectors: 0x4000_0000,
                back: 0x4004_3cb0,
            },
            functions: &[(0x4004_8174, Function::SecurityInfo)],
        },
    },
    Variant {
        chip: &chip::ESP32C2,
        revision: "rev100",
        api_version: 1,
        absent_keys: &[],
        words: &[
            (0x4000_1000, 0x7c41_a06f),
            (0x6000_0078, 0x0370_0000),
            (0x6000_2014, 0x0003_0103),
        ],
        extra_commands: &[],
        banner: BANNER_RISC_V,
        wafer: revision(1, 0),
        crystal: Crystal::MHZ_40,
        hand_over: HandOver {
            caller: Caller {
                stack: 0x3fcd_eb60,
                vectors: 0x4000_2d01,
                back: 0x4005_4192,
            },
            functions: &[(0x4000_00b0, Function::SecurityInfo)],
        },
    },
    Variant {
        chip: &chip::ESP32C3,
        revision: "rev0",
        api_version: 0,
        absent_keys: &[0x0c],
        words: &[
            (0x4000_1000, 0x6921_506f),
            (0x6000_0078, 0x0370_0000),
            (0x6000_2014, 0x0003_0103),
        ],
        extra_commands: &[],
        banner: BANNER_RISC_V,
        wafer: revision(0, 0),
        crystal: Crystal::MHZ_40,
        hand_over: HandOver {
            caller: Caller {
                stack: 0x3fcd_e900,
                vectors: 0x4000_1c01,
                back: 0x4004_797a,
            },
            functions: &[(0x4004_b13e, Function::SecurityInfo)],
        },
    },
    Variant {
        chip: &chip::ESP32C3,
        revision: "rev101",
        api_version: 7,
        absent_keys: &[0x0c],
        words: &[
            (0x4000_0014, 7),
            (0x4000_1000, 0x4361_606f),
            (0x6000_0078, 0x0370_0000),
            (0x6000_2014, 0x0003_0103),
        ],
        extra_commands: &[],
        banner: BANNER_RISC_V,
        wafer: revision(1, 1),
        crystal: Crystal::MHZ_40,
        hand_over: HandOver {
            caller: Caller {
                stack: 0x3fcd_e700,
                vectors: 0x4000_1f01,
                back: 0x4004_9ce2,
            },
            functions: &[(0x4004_d51e, Function::SecurityInfo)],
        },
    },
    Variant {
        chip: &chip::ESP32C3,
        revision: "rev300",
        api_version: 3,
        absent_keys: &[0x0c],
        words: &[
            (0x4000_0014, 3),
            (0x4000_1000, 0x1b31_506f),
            (0x6000_0078, 0x0370_0000),
            (0x6000_2014, 0x0003_0103),
        ],
        extra_commands: &[],
        banner: BANNER_RISC_V,
        wafer: revision(0, 3),
        crystal: Crystal::MHZ_40,
        hand_over: HandOver {
            caller: Caller {
                stack: 0x3fcd_e700,
                vectors: 0x4000_1d01,
                back: 0x4004_815c,
            },
            functions: &[(0x4004_b9da, Function::SecurityInfo)],
        },
    },
    Variant {
        chip: &chip::ESP32C5,
        revision: "rev100",
        api_version: 2,
        absent_keys: &[0x13],
        words: &[(0x4000_1000, 0x5fd1_406f), (0x6000_3014, 0x0003_0103)],
        extra_commands: &[],
        banner: BANNER_RISC_V,
        wafer: revision(1, 0),
        // Most modules have 48 MHz, and PCR_SYSCLK_CONF says so after reset.
        crystal: Crystal {
            believed: 48,
            usual: 48,
        },
        hand_over: HandOver {
            caller: Caller {
                stack: 0x4085_e570,
                vectors: 0x4000_1601,
                back: 0x4001_d270,
            },
            functions: &[(0x4000_00c0, Function::SecurityInfo)],
        },
    },
    Variant {
        chip: &chip::ESP32C6,
        revision: "rev0",
        api_version: 0,
        absent_keys: &[0x0c],
        words: &[(0x4000_1000, 0x2ce0_806f), (0x6000_3014, 0x0003_0103)],
        extra_commands: &[],
        banner: BANNER_RISC_V,
        wafer: revision(0, 0),
        crystal: Crystal::MHZ_40,
        hand_over: HandOver {
            caller: Caller {
                stack: 0x4087_e5f0,
                vectors: 0x4000_1501,
                back: 0x4001_8b7a,
            },
            functions: &[(0x4000_00bc, Function::SecurityInfo)],
        },
    },
    Variant {
        chip: &chip::ESP32C61,
        revision: "rev100",
        api_version: 3,
        absent_keys: &[0x10],
        words: &[(0x4000_1000, 0x7211_606f), (0x6000_3014, 0x0003_0103)],
        extra_commands: &[],
        banner: BANNER_RISC_V,
        wafer: revision(1, 0),
        crystal: Crystal::MHZ_40,
        hand_over: HandOver {
            caller: Caller {
                stack: 0x4084_e640,
                vectors: 0x4000_1601,
                back: 0x4001_d278,
            },
            functions: &[(0x4000_00c0, Function::SecurityInfo)],
        },
    },
    Variant {
        chip: &chip::ESP32H2,
        revision: "rev0",
        api_version: 0,
        absent_keys: &[0x0c],
        words: &[(0x4000_1000, 0xd7b7_3e80), (0x6000_3014, 0x0003_0103)],
        extra_commands: &[],
        banner: BANNER_RISC_V,
        wafer: revision(0, 0),
        crystal: Crystal {
            believed: 32,
            usual: 32,
        },
        hand_over: HandOver {
            caller: Caller {
                stack: 0x4084_f360,
                vectors: 0x4000_0a01,
                back: 0x4000_2670,
            },
            functions: &[(0x4000_00bc, Function::SecurityInfo)],
        },
    },
    Variant {
        chip: &chip::ESP32P4,
        revision: "rev0",
        api_version: 0,
        absent_keys: &[0x0c],
        words: &[
            (0x4fc0_0010, 0x12),
            (0x4fc0_0014, 0),
            (0x5008_d014, 0x0003_0103),
        ],
        extra_commands: &[],
        banner: BANNER_RISC_V,
        wafer: revision(0, 0),
        crystal: Crystal::MHZ_40,
        hand_over: HandOver {
            caller: Caller {
                stack: 0x4ff3_cfa0,
                vectors: 0x4fc0_0b01,
                back: 0x4fc0_2c2e,
            },
            functions: &[(0x4fc0_00bc, Function::SecurityInfo)],
        },
    },
    Variant {
        chip: &chip::ESP32P4,
        revision: "rev300",
        api_version: 5,
        absent_keys: &[0x13],
        words: &[
            (0x4fc0_0010, 0x12),
            (0x4fc0_0014, 5),
            (0x5008_d014, 0x0003_0103),
        ],
        extra_commands: &[],
        banner: BANNER_RISC_V,
        wafer: revision(3, 0),
        crystal: Crystal::MHZ_40,
        hand_over: HandOver {
            caller: Caller {
                stack: 0x4ffb_cf90,
                vectors: 0x4fc0_0b01,
                back: 0x4fc0_2c28,
            },
            functions: &[(0x4fc0_00bc, Function::SecurityInfo)],
        },
    },
    Variant {
        chip: &chip::ESP32S31,
        revision: "rev0",
        api_version: 0,
        absent_keys: &[0x14, 0x14],
        words: &[
            (0x2f80_0010, 0x20),
            (0x2050_1014, 0x0003_0103),
            // HP_SYS_CLKRST_FLASH_CTRL0: the flash's clock is not divided.
            (0x2058_7064, 0x181),
        ],
        extra_commands: &[],
        banner: Banner::Words {
            suffix: "",
            download: (0x8, "DOWNLOAD(USB/UART0/SPI)"),
            flash: (0x18, FLASH_BOOT),
        },
        wafer: revision(0, 0),
        crystal: Crystal::MHZ_40,
        hand_over: HandOver {
            caller: Caller {
                stack: 0x2f07_c5b0,
                vectors: 0x2f80_1701,
                back: 0x2f80_4be2,
            },
            functions: &[(0x2f80_00c4, Function::SecurityInfo)],
        },
    },
];
