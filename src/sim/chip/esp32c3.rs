//! ESP32-C3.

use crate::chip::{self, Field};
use crate::sim::cpu::{Rule, riscv};
use crate::sim::soc::{
    Controller, CoreModel, Extent, FlashCacheLayout, FlashControllerLayout, FlashWindow, Habit,
    Kind, MmuEntries, Piece, Placed, Rate, ResetCauses, SecurityFuses, ShaLayout, ShaRegisters,
    Soc, Straps, TimerGroupLayout, UartLayout, Window,
};

/// RC_FAST_CLK (TRM, "Reset and Clock").
const RC_FAST: Rate = Rate::Hz(17_500_000);
/// SYSTEM_SYSCLK_CONF, SOC_CLK_SEL.
const SELECT: Field = Field::new(0x600c_0058, 10, 2);
/// SYSTEM_SYSCLK_CONF, PRE_DIV_CNT.
const PRE_DIVIDER: Field = Field::new(0x600c_0058, 0, 10);

/// SYSTEM_CPU_PER_CONF, CPUPERIOD_SEL divides the PLL's clock.
const CPU: Rate = Rate::Select(
    SELECT,
    &[
        Rate::Divide(&Rate::Crystal, PRE_DIVIDER),
        Rate::Select(
            Field::new(0x600c_0008, 0, 2),
            &[Rate::Hz(80_000_000), Rate::Hz(160_000_000)],
        ),
        Rate::Divide(&RC_FAST, PRE_DIVIDER),
    ],
);

/// 80 MHz from the PLL, else as the CPU (TRM, "Reset and Clock").
const APB: Rate = Rate::Select(
    SELECT,
    &[
        Rate::Divide(&Rate::Crystal, PRE_DIVIDER),
        Rate::Hz(80_000_000),
        Rate::Divide(&RC_FAST, PRE_DIVIDER),
    ],
);

/// UART_CLK_CONF: SCLK_SEL and SCLK_DIV_NUM (TRM, "UART Controller").
const UART: Rate = Rate::Divide(
    &Rate::Select(
        Field::new(0x6000_0078, 20, 2),
        &[Rate::Crystal, APB, RC_FAST, Rate::Crystal],
    ),
    Field::new(0x6000_0078, 12, 8),
);

/// TIMG_WDTCONFIG0, WDT_USE_XTAL.
const TIMER_GROUP: Rate = Rate::Select(Field::new(0x6001_f048, 21, 1), &[APB, Rate::Crystal]);

/// For the cryptographic accelerators: 160 MHz from the PLL, else as the CPU
/// (TRM, "Reset and Clock").
const CRYPTO: Rate = Rate::Select(
    SELECT,
    &[
        Rate::Divide(&Rate::Crystal, PRE_DIVIDER),
        Rate::Hz(160_000_000),
        Rate::Divide(&RC_FAST, PRE_DIVIDER),
    ],
);

/// ESP32-C3 (TRM; register header).
pub static ESP32C3: Soc = Soc {
    chip: &chip::ESP32C3,
    core: CoreModel::RiscV(&riscv::Model::C3),
    core_clock: CPU,
    core_clock_update: None,
    memory: &[
        // TRM, "System and Memory", memory map.
        Piece::new(0x4000_0000, 0x6_0000, Rule::Rom),
        Piece::alias(0x3ff0_0000, 0x2_0000, 0x4004_0000, Rule::Rom),
        Piece::new(0x3fc8_0000, 0x6_0000, Rule::Ram),
        Piece::alias(0x4038_0000, 0x6_0000, 0x3fc8_0000, Rule::Ram),
        Piece::new(0x4037_c000, 0x4000, Rule::Ram),
        Piece::new(0x5000_0000, 0x2000, Rule::Ram),
        // Nothing. Espressif's stub of version 1 reads a flash's status mask
        // here, and boards do not mind.
        Piece::new(0x3fce_0000, 0x1000, Rule::RomLoses),
    ],
    windows: &[Window {
        start: 0x6000_0000,
        len: 0xd_1000,
    }],
    mirrors: &[],
    after_reset: &[
        // SPI_MEM_USER: a command phase.
        (0x6000_2018, 1 << 31),
        // SYSTEM_SYSCLK_CONF: the crystal's MHz in bits 12 and up, and a
        // divider less one.
        (0x600c_0058, 0x2_8001),
        // SYSTEM_PERIP_RST_EN1.
        (0x600c_001c, 0x1fe),
    ],
    habits: &[],
    devices: &[
        Placed {
            base: 0x6000_0000,
            clock: UART,
            interrupt: Some(0x600c_2054),
            kind: Kind::Uart(UartLayout::C3),
        },
        Placed {
            base: 0x6004_3000,
            clock: Rate::Hz(48_000_000),
            interrupt: Some(0x600c_2068),
            kind: Kind::UsbSerialJtag,
        },
        Placed {
            base: 0x6001_f000,
            clock: TIMER_GROUP,
            interrupt: None,
            kind: Kind::TimerGroup(TimerGroupLayout {
                number: 0,
                slow: Rate::Hz(136_000),
                fast: RC_FAST,
            }),
        },
        Placed {
            base: 0x600c_5000,
            clock: Rate::Crystal,
            interrupt: None,
            kind: Kind::FlashCache(FlashCacheLayout {
                windows: &[
                    FlashWindow::new(0x3c00_0000, 0x80_0000),
                    FlashWindow::new(0x4200_0000, 0x80_0000),
                ],
                entries: MmuEntries::Table(128),
                valid: (1 << 8, 0),
                page: 0xff,
                nothing: None,
                control: &[
                    // The cache synchronises, loads ahead and freezes at once: its
                    // …_CTRL and …_FREEZE registers.
                    Habit::done(0x600c_4028, 1 << 0, 1 << 1),
                    Habit::done(0x600c_4034, 1 << 0, 1 << 1),
                    Habit::ones(0x600c_4040, 1 << 3),
                    Habit::echo(0x600c_40cc, 1 << 0, 1 << 2),
                ],
            }),
        },
        Placed {
            base: 0x6003_b000,
            clock: CRYPTO,
            interrupt: None,
            kind: Kind::Sha(ShaLayout {
                registers: ShaRegisters::Shared,
                algorithms: ShaLayout::UP_TO_256,
                // SYSTEM_PERIP_CLK_EN1.
                clocks: &[Field::new(0x600c_0014, 2, 1)],
                // SYSTEM_PERIP_RST_EN1: its own, DS and HMAC.
                resets: &[
                    Field::new(0x600c_001c, 2, 1),
                    Field::new(0x600c_001c, 4, 1),
                    Field::new(0x600c_001c, 5, 1),
                ],
            }),
        },
        Placed {
            base: 0x6000_2000,
            clock: APB,
            interrupt: None,
            kind: Kind::FlashController(FlashControllerLayout::SPI_MEM),
        },
        Placed {
            base: 0x6002_60b0,
            clock: Rate::Crystal,
            interrupt: None,
            kind: Kind::Random,
        },
    ],
    interrupts: Controller::Priorities {
        enable: 0x600c_2104,
        priority: 0x600c_2114,
        threshold: 0x600c_2194,
    },
    interrupt_latency: 8,
    straps: Straps {
        register: 0x6000_4038,
        download: 0x5,
        flash: 0xc,
    },
    reset_cause: ResetCauses {
        register: 0x6000_8038,
        shifts: &[0],
        usb: 0x15,
    },
    security: SecurityFuses {
        // EFUSE_RD_REPEAT_DATA3, DATA2 and DATA1 (TRM, "eFuse Controller").
        secure_download: Field::new(0x6000_883c, 5, 1),
        secure_boot: Some(Field::new(0x6000_8838, 20, 1)),
        crypt_count: Some(Field::new(0x6000_8834, 18, 3)),
    },
    software_reset: &[
        // RTC_CNTL_OPTIONS0: SW_SYS_RST, SW_PROCPU_RST.
        (Field::new(0x6000_8000, 31, 1), Extent::Core),
        (Field::new(0x6000_8000, 5, 1), Extent::Cpu),
    ],
    low_power: &[Window {
        start: 0x6000_8000,
        len: 0x800,
    }],
};
