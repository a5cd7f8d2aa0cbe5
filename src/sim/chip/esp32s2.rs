//! ESP32-S2.

use crate::chip::{self, Field};
use crate::sim::cpu::{Rule, xtensa};
use crate::sim::soc::{
    Controller, CoreModel, Extent, FlashCacheLayout, FlashControllerLayout, FlashWindow, Habit,
    Kind, Mirror, MmuEntries, Piece, Placed, Rate, ResetCauses, SecurityFuses, ShaLayout,
    ShaRegisters, Soc, Straps, TimerGroupLayout, UartLayout, Window,
};

/// RC_FAST_CLK (TRM, "Reset and Clock").
const RC_FAST: Rate = Rate::Hz(8_000_000);
/// SYSTEM_SYSCLK_CONF, SOC_CLK_SEL.
const SELECT: Field = Field::new(0x3f4c_008c, 10, 2);
/// SYSTEM_SYSCLK_CONF, PRE_DIV_CNT.
const PRE_DIVIDER: Field = Field::new(0x3f4c_008c, 0, 10);

/// SYSTEM_CPU_PER_CONF, CPUPERIOD_SEL divides the PLL's clock.
const CPU: Rate = Rate::Select(
    SELECT,
    &[
        Rate::Divide(&Rate::Crystal, PRE_DIVIDER),
        Rate::Select(
            Field::new(0x3f4c_0018, 0, 2),
            &[
                Rate::Hz(80_000_000),
                Rate::Hz(160_000_000),
                Rate::Hz(240_000_000),
            ],
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

/// UART_CONF0, TICK_REF_ALWAYS_ON.
const UART: Rate = Rate::Select(Field::new(0x3f40_0020, 27, 1), &[Rate::Hz(1_000_000), APB]);

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

/// ESP32-S2 (TRM; register header).
pub static ESP32S2: Soc = Soc {
    chip: &chip::ESP32S2,
    core: CoreModel::Xtensa(&xtensa::Model::LX7),
    core_clock: CPU,
    core_clock_update: None,
    memory: &[
        // TRM, "System and Memory", internal memory address mapping.
        Piece::new(0x4000_0000, 0x2_0000, Rule::RomWords),
        Piece::alias(0x3ffa_0000, 0x1_0000, 0x4001_0000, Rule::Rom),
        Piece::new(0x3ffb_0000, 0x5_0000, Rule::Ram),
        Piece::alias(0x4002_0000, 0x5_0000, 0x3ffb_0000, Rule::RamWords),
        // RTC FAST and RTC SLOW.
        Piece::new(0x3ff9_e000, 0x2000, Rule::Ram),
        Piece::alias(0x4007_0000, 0x2000, 0x3ff9_e000, Rule::RamWords),
        Piece::new(0x5000_0000, 0x2000, Rule::Ram),
    ],
    windows: &[
        Window {
            start: 0x3f40_0000,
            len: 0x10_0000,
        },
        // USB-OTG.
        Window {
            start: 0x6008_0000,
            len: 0x4_0000,
        },
        // Cache and MMU.
        Window {
            start: 0x6180_0000,
            len: 0x4000,
        },
    ],
    mirrors: &[
        // TRM, "System and Memory": PeriBus2 has what PeriBus1 has.
        Mirror {
            start: 0x6000_0000,
            len: 0x8_0000,
            of: 0x3f40_0000,
        },
    ],
    after_reset: &[
        // SPI_MEM_USER: a command phase.
        (0x3f40_2018, 1 << 31),
        // RTC_CNTL_RESET_STATE: static vectors for the core.
        (0x3f40_8038, 0x3000),
        // SYSTEM_SYSCLK_CONF: the crystal's MHz in bits 12 and up; not divided,
        // as the ROM sets the UART's rate as if it were not.
        (0x3f4c_008c, 0x2_8000),
        // SYSTEM_PERIP_RST_EN1.
        (0x3f4c_004c, 0x7e),
    ],
    habits: &[],
    devices: &[
        Placed {
            base: 0x3f40_0000,
            clock: UART,
            interrupt: Some(0x3f4c_2094),
            kind: Kind::Uart(UartLayout::S2),
        },
        Placed {
            base: 0x3f41_f000,
            clock: APB,
            interrupt: None,
            kind: Kind::TimerGroup(TimerGroupLayout {
                number: 0,
                slow: Rate::Hz(90_000),
                fast: RC_FAST,
            }),
        },
        Placed {
            base: 0x6180_1000,
            clock: Rate::Crystal,
            interrupt: None,
            kind: Kind::FlashCache(FlashCacheLayout {
                windows: &[FlashWindow {
                    start: 0x3f00_0000,
                    len: 0x40_0000,
                    first_entry: 128,
                }],
                entries: MmuEntries::Table(384),
                valid: (1 << 14, 0),
                page: 0x3fff,
                nothing: None,
                control: &[
                    // EXTMEM_PRO_DCACHE_CTRL and ICACHE_CTRL: invalidating, writing back,
                    // cleaning, loading ahead are done.
                    Habit::ones(0x6180_0000, 1 << 9 | 1 << 11 | 1 << 13 | 1 << 19 | 1 << 21),
                    Habit::ones(0x6180_0040, 1 << 9 | 1 << 19 | 1 << 21),
                    // Their states: idle.
                    Habit::ones(0x6180_011c, 1 << 12 | 1),
                ],
            }),
        },
        Placed {
            base: 0x3f43_b000,
            clock: CRYPTO,
            interrupt: None,
            kind: Kind::Sha(ShaLayout {
                registers: ShaRegisters::Shared,
                algorithms: ShaLayout::UP_TO_512,
                // SYSTEM_PERIP_CLK_EN1.
                clocks: &[Field::new(0x3f4c_0044, 2, 1)],
                // SYSTEM_PERIP_RST_EN1: its own, DS and HMAC.
                resets: &[
                    Field::new(0x3f4c_004c, 2, 1),
                    Field::new(0x3f4c_004c, 4, 1),
                    Field::new(0x3f4c_004c, 5, 1),
                ],
            }),
        },
        Placed {
            base: 0x3f40_2000,
            clock: APB,
            interrupt: None,
            kind: Kind::FlashController(FlashControllerLayout::SPI_MEM),
        },
        Placed {
            base: 0x3f41_a1d4,
            clock: Rate::Crystal,
            interrupt: None,
            kind: Kind::FuseCommand,
        },
        Placed {
            base: 0x3f43_5110,
            clock: Rate::Crystal,
            interrupt: None,
            kind: Kind::Random,
        },
    ],
    interrupts: Controller::None,
    interrupt_latency: 8,
    straps: Straps {
        register: 0x3f40_4038,
        download: 0x0,
        flash: 0x8,
    },
    reset_cause: ResetCauses {
        register: 0x3f40_8038,
        shifts: &[0, 6],
        usb: 0x15,
    },
    security: SecurityFuses {
        // EFUSE_RD_REPEAT_DATA3, DATA2 and DATA1 (TRM, "eFuse Controller").
        secure_download: Field::new(0x3f41_a03c, 5, 1),
        secure_boot: Some(Field::new(0x3f41_a038, 20, 1)),
        crypt_count: Some(Field::new(0x3f41_a034, 18, 3)),
    },
    software_reset: &[
        // RTC_CNTL_OPTIONS0: SW_SYS_RST, SW_PROCPU_RST.
        (Field::new(0x3f40_8000, 31, 1), Extent::Core),
        (Field::new(0x3f40_8000, 5, 1), Extent::Cpu),
    ],
    low_power: &[Window {
        start: 0x3f40_8000,
        len: 0x1000,
    }],
};
