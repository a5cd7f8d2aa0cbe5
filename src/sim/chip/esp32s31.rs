//! ESP32-S31.

use crate::chip::{self, Field};
use crate::sim::cpu::{Rule, riscv};
use crate::sim::soc::{
    Controller, CoreModel, Extent, FlashCacheLayout, FlashControllerLayout, FlashWindow, Habit,
    Kind, MmuEntries, Piece, Placed, Rate, ResetCauses, SecurityFuses, ShaLayout, ShaRegisters,
    Soc, Straps, TimerGroupLayout, UartLayout, Window,
};

/// RC_FAST_CLK (ESP-IDF, clock tree).
const RC_FAST: Rate = Rate::Hz(17_500_000);

/// CPLL_CLK as software sets it (ESP-IDF, clock tree).
const CPLL: Rate = Rate::Hz(320_000_000);

/// HP_SYS_CLKRST_SOC_CLK_SEL; CPU_FREQ_CTRL0, CPU_CLK_DIV_NUM.
const CPU: Rate = Rate::Divide(
    &Rate::Select(
        Field::new(0x2058_7000, 0, 2),
        &[Rate::Crystal, CPLL, RC_FAST, Rate::Hz(240_000_000)],
    ),
    Field::new(0x2058_7004, 0, 8),
);

/// HP_SYS_CLKRST_FLASH_CTRL0: FLASH_CLK_SRC_SEL and FLASH_CORE_CLK_DIV_NUM.
const FLASH: Rate = Rate::Divide(
    &Rate::Select(
        Field::new(0x2058_7064, 5, 2),
        &[Rate::Crystal, Rate::Hz(480_000_000), CPLL],
    ),
    Field::new(0x2058_7064, 9, 8),
);

/// HP_SYS_CLKRST_UART0_CTRL0: UART0_CLK_SRC_SEL and UART0_SCLK_DIV_NUM.
const UART: Rate = Rate::Divide(
    &Rate::Select(
        Field::new(0x2058_7088, 5, 2),
        &[Rate::Crystal, RC_FAST, Rate::Hz(80_000_000)],
    ),
    Field::new(0x2058_7088, 8, 8),
);

/// HP_SYS_CLKRST_TIMERGRP0_CTRL0, TIMERGRP0_WDT_SRC_SEL.
const TIMER_GROUP: Rate = Rate::Select(
    Field::new(0x2058_7114, 9, 2),
    &[Rate::Crystal, Rate::Hz(80_000_000), RC_FAST],
);

/// For the cryptographic accelerators: HP_SYS_CLKRST_CRYPTO_CTRL0,
/// CRYPTO_CLK_SRC_SEL.
const CRYPTO: Rate = Rate::Select(
    Field::new(0x2058_7058, 20, 2),
    &[Rate::Crystal, RC_FAST, Rate::Hz(240_000_000)],
);

/// ESP32-S31 (register header; ESP-IDF).
pub static ESP32S31: Soc = Soc {
    chip: &chip::ESP32S31,
    core: CoreModel::RiscV(&riscv::Model::S31),
    core_clock: CPU,
    core_clock_update: Some(Field::new(0x2058_7014, 0, 1)),
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
        // HP_SYS_CLKRST_FLASH_CTRL0: the crystal, divided by 4.
        (0x2058_7064, 0x781),
        // HP_SYS_CLKRST_UART0_CTRL0: the crystal.
        (0x2058_7088, 0x83),
    ],
    habits: &[
        // SPI_SMEM_AXI_ADDR_CTRL, ALL_AXI_TRANS_AFIFO_EMPTY.
        Habit::ones(0x2050_0178, 1 << 31),
        // HP_SYS_CLKRST_ROOT_CLK_CTRL0: an update that is done at once.
        Habit::zeros(0x2058_7014, 1 << 0),
    ],
    devices: &[
        Placed {
            base: 0x2038_a000,
            clock: UART,
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
            clock: TIMER_GROUP,
            interrupt: None,
            kind: Kind::TimerGroup(TimerGroupLayout {
                number: 0,
                slow: Rate::Hz(136_000),
                fast: RC_FAST,
            }),
        },
        Placed {
            base: 0x2050_037c,
            clock: Rate::Crystal,
            interrupt: None,
            kind: Kind::FlashCache(FlashCacheLayout {
                windows: &[FlashWindow::new(0x4000_0000, 0x400_0000)],
                entries: MmuEntries::Indexed,
                valid: (1 << 12, 1 << 12),
                page: 0x7ff,
                nothing: None,
                control: &[
                    // The cache locks, synchronises, loads ahead and freezes at once: its
                    // …_CTRL registers.
                    Habit::done(0x2c00_008c, 0b11, 1 << 2),
                    Habit::done(0x2c00_009c, 0xf, 1 << 4),
                    Habit::done(0x2c00_00ac, 1 << 0, 1 << 1),
                    Habit::done(0x2c00_00b8, 1 << 0, 1 << 1),
                    Habit::done(0x2c00_00dc, 1 << 0, 1 << 1),
                    Habit::ones(0x2c00_00e8, 1 << 1),
                    Habit::ones(0x2c00_00fc, 1 << 1),
                    Habit::ones(0x2c00_0138, 1 << 1),
                    Habit::echo(0x2c00_0030, 1 << 0, 1 << 2),
                    Habit::echo(0x2c00_0030, 1 << 4, 1 << 6),
                    Habit::echo(0x2c00_0030, 1 << 16, 1 << 18),
                ],
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
            clock: FLASH,
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
