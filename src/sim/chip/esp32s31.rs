//! ESP32-S31.

use crate::chip::{self, Field};
use crate::sim::cpu::{Rule, riscv};
use crate::sim::soc::{
    Controller, CoreModel, Extent, FlashControllerLayout, Habit, Kind, Piece, Placed, Rate,
    ResetCauses, SecurityFuses, ShaLayout, ShaRegisters, Soc, Straps, TimerGroupLayout, UartLayout,
    Window,
};

/// RC_FAST_CLK (ESP-IDF, clock tree).
const RC_FAST: Rate = Rate::Hz(17_500_000);

/// For the cryptographic accelerators: HP_SYS_CLKRST_CRYPTO_CTRL0,
/// CRYPTO_CLK_SRC_SEL.
const CRYPTO: Rate = Rate::Select(
    Field::new(0x2058_7058, 20, 2),
    &[Rate::Crystal, RC_FAST, Rate::Hz(240_000_000)],
);

/// ESP32-S31 (register header). Everything runs from the crystal: what its
/// clocks can be switched to has not been described, nor has its cache, through
/// which the ROM looks for an application in the flash.
pub static ESP32S31: Soc = Soc {
    chip: &chip::ESP32S31,
    core: CoreModel::RiscV(&riscv::Model::S31),
    core_clock: Rate::Crystal,
    core_clock_update: None,
    memory: &[
        // ESP-IDF, soc.h.
        Piece::new(0x2f80_0000, 0x5_0000, Rule::Rom),
        Piece::new(0x2f00_0000, 0x8_0000, Rule::Ram),
    ],
    windows: &[
        // The core's own: CLINT, CLIC.
        Window {
            start: 0x1080_0000,
            len: 0x1_0000,
        },
        Window {
            start: 0x2030_0000,
            len: 0x30_0000,
        },
        Window {
            start: 0x2070_0000,
            len: 0x12_0000,
        },
        // The cache's.
        Window {
            start: 0x2c00_0000,
            len: 0x1000,
        },
        Window {
            start: 0x2d00_0000,
            len: 0x5000,
        },
    ],
    mirrors: &[],
    after_reset: &[
        // HP_SYS_CLKRST_CRYPTO_CTRL0: the accelerators have their clocks.
        (0x2058_7058, 0x41_5555),
        // UART_CLKDIV_SYNC.
        (0x2038_a014, 0x2b6),
        // UART_CONF0_SYNC.
        (0x2038_a020, 0x1c),
        // UART_CONF1.
        (0x2038_a024, 0x6060),
    ],
    habits: &[
        // Register 178h of SPI_MEM 0
        Habit::ones(0x2050_0178, 0x8000_0000),
        // HP_SYS_CLKRST: an update that is done at once.
        Habit::zeros(0x2058_7014, 1),
    ],
    devices: &[
        Placed {
            base: 0x2038_a000,
            clock: Rate::Crystal,
            interrupt: Some(0x2058_5024),
            kind: Kind::Uart(UartLayout::C6),
        },
        Placed {
            base: 0x2039_1000,
            clock: Rate::Hz(48_000_000),
            interrupt: Some(0x2058_5008),
            kind: Kind::UsbSerialJtag,
        },
        Placed {
            base: 0x2058_0000,
            clock: Rate::Crystal,
            interrupt: None,
            kind: Kind::TimerGroup(TimerGroupLayout {
                number: 0,
                slow: Rate::Hz(136_000),
                fast: RC_FAST,
            }),
        },
        Placed {
            base: 0x2050_9000,
            clock: CRYPTO,
            interrupt: None,
            kind: Kind::Sha(ShaLayout {
                registers: ShaRegisters::Shared,
                algorithms: ShaLayout::UP_TO_512,
                // HP_SYS_CLKRST_CRYPTO_CTRL0.
                clocks: &[Field::new(0x2058_7058, 0, 1), Field::new(0x2058_7058, 6, 1)],
                // The same: all of the kind, its own, DS, HMAC, ECDSA.
                resets: &[
                    Field::new(0x2058_7058, 1, 1),
                    Field::new(0x2058_7058, 7, 1),
                    Field::new(0x2058_7058, 11, 1),
                    Field::new(0x2058_7058, 15, 1),
                    Field::new(0x2058_7058, 17, 1),
                ],
            }),
        },
        Placed {
            base: 0x2050_1000,
            clock: Rate::Crystal,
            interrupt: None,
            kind: Kind::FlashController(FlashControllerLayout::SPI_MEM),
        },
        Placed {
            // LP_TRNG, as the ROM reads it.
            base: 0x2081_4044,
            clock: Rate::Crystal,
            interrupt: None,
            kind: Kind::Random,
        },
    ],
    interrupts: Controller::Clic {
        control: 0x1080_1000,
    },
    interrupt_latency: 8,
    straps: Straps {
        register: 0x2058_3000,
        download: 0x8,
        flash: 0x18,
    },
    reset_cause: ResetCauses {
        // LP_AONCLKRST_HPCORE0_RESET_CAUSE.
        register: 0x2070_1030,
        shifts: &[1],
        usb: 0x17,
    },
    security: SecurityFuses {
        // EFUSE_ENABLE_SECURITY_DOWNLOAD, as the ROM reads it.
        secure_download: Field::new(0x2071_503c, 21, 1),
        secure_boot: None,
        crypt_count: None,
    },
    software_reset: &[
        // LP_SYSTEM_REG_SYS_CTRL; LP_AONCLKRST's bit for core 0, as the ROM
        // sets it.
        (Field::new(0x2070_0008, 1, 1), Extent::Core),
        (Field::new(0x2070_103c, 20, 1), Extent::Cpu),
    ],
    low_power: &[
        Window {
            start: 0x2070_0000,
            len: 0x2_0000,
        },
        Window {
            start: 0x2080_0000,
            len: 0x2_0000,
        },
    ],
};
