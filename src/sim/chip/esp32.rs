//! ESP32.

use crate::chip::{self, Field};
use crate::sim::cpu::{Rule, xtensa};
use crate::sim::soc::{
    Algorithm, Controller, CoreModel, Extent, FlashCacheLayout, FlashControllerLayout, FlashWindow,
    Habit, Kind, Mirror, MmuEntries, Piece, Placed, Rate, ResetCauses, SecurityFuses, ShaLayout,
    ShaRegisters, Soc, Straps, TimerGroupLayout, UartLayout, Window,
};

/// RC_FAST_CLK (TRM, "Reset and Clock").
const RC_FAST: Rate = Rate::Hz(8_000_000);
/// RTC_CNTL_CLK_CONF, SOC_CLK_SEL.
const SELECT: Field = Field::new(0x3ff4_8070, 27, 2);
/// SYSCON_SYSCLK_CONF, PRE_DIV_CNT.
const PRE_DIVIDER: Field = Field::new(0x3ff6_6000, 0, 10);

/// DPORT_CPU_PER_CONF, CPUPERIOD_SEL divides the PLL's clock.
const CPU: Rate = Rate::Select(
    SELECT,
    &[
        Rate::Divide(&Rate::Crystal, PRE_DIVIDER),
        Rate::Select(
            Field::new(0x3ff0_003c, 0, 2),
            &[
                Rate::Hz(80_000_000),
                Rate::Hz(160_000_000),
                Rate::Hz(240_000_000),
            ],
        ),
        RC_FAST,
    ],
);

/// 80 MHz from the PLL, else as the CPU (TRM, "Reset and Clock").
const APB: Rate = Rate::Select(
    SELECT,
    &[
        Rate::Divide(&Rate::Crystal, PRE_DIVIDER),
        Rate::Hz(80_000_000),
        RC_FAST,
    ],
);

/// UART_CONF0, TICK_REF_ALWAYS_ON.
const UART: Rate = Rate::Select(Field::new(0x3ff4_0020, 27, 1), &[Rate::Hz(1_000_000), APB]);

/// ESP32 (TRM; register header).
pub static ESP32: Soc = Soc {
    chip: &chip::ESP32,
    core: CoreModel::Xtensa(&xtensa::Model::ESP32),
    core_clock: CPU,
    core_clock_update: None,
    memory: &[
        // TRM, "System and Memory", embedded memory address mapping.
        Piece::new(0x4000_0000, 0x6_8000, Rule::RomWords),
        Piece::new(0x3ff9_0000, 0x1_0000, Rule::Rom),
        // SRAM2 and SRAM1.
        Piece::new(0x3ffa_e000, 0x3_2000, Rule::Ram),
        Piece::new(0x3ffe_0000, 0x2_0000, Rule::Ram),
        // SRAM0.
        Piece::new(0x4007_0000, 0x3_0000, Rule::RamWords),
        // SRAM1, with its words the other way round.
        Piece::alias(0x400a_0000, 0x2_0000, 0x3ffe_0000, Rule::RamWordsReversed),
        // RTC FAST and RTC SLOW.
        Piece::new(0x3ff8_0000, 0x2000, Rule::Ram),
        Piece::alias(0x400c_0000, 0x2000, 0x3ff8_0000, Rule::RamWords),
        Piece::new(0x5000_0000, 0x2000, Rule::Ram),
    ],
    windows: &[Window {
        start: 0x3ff0_0000,
        len: 0x8_0000,
    }],
    mirrors: &[
        // The peripherals' AHB addresses (ESP-IDF, "APB and AHB address").
        Mirror {
            start: 0x6000_0000,
            len: 0x4_0000,
            of: 0x3ff4_0000,
        },
    ],
    after_reset: &[
        // EFUSE_BLK0_RDATA4; RDATA6, CONSOLE_DEBUG_DISABLE, which Espressif
        // burns: a ROM with nothing to start offers no BASIC.
        (0x3ff5_a010, 8),
        (0x3ff5_a018, 1 << 2),
        // SPI_USER: a command phase.
        (0x3ff4_201c, 1 << 31),
        // TIMG0_RTCCALICFG: ten cycles of the fast RC oscillator over 256, over
        // and over, as the ROM takes the result (ets_get_detected_xtal_freq).
        (0x3ff5_f068, 10 << 16 | 1 << 13 | 1 << 12),
    ],
    habits: &[
        // SLC_SLC0TX_LINK, PARK: the SDIO slave's DMA has nothing to do.
        Habit::ones(0x3ff5_8040, 1 << 31),
    ],
    devices: &[
        Placed {
            base: 0x3ff4_0000,
            clock: UART,
            interrupt: Some(0x3ff0_018c),
            kind: Kind::Uart(UartLayout::ESP32),
        },
        Placed {
            base: 0x3ff1_0000,
            clock: Rate::Crystal,
            interrupt: None,
            kind: Kind::FlashCache(FlashCacheLayout {
                windows: &[FlashWindow::new(0x3f40_0000, 0x40_0000)],
                entries: MmuEntries::Table(256),
                valid: (1 << 8, 0),
                page: 0xff,
                nothing: None,
                control: &[
                    // DPORT_PRO_CACHE_CTRL, APP_CACHE_CTRL: it is flushed at once.
                    Habit::echo(0x3ff0_0040, 1 << 4, 1 << 5),
                    Habit::echo(0x3ff0_0058, 1 << 4, 1 << 5),
                ],
            }),
        },
        Placed {
            base: 0x3ff0_3000,
            clock: CPU,
            interrupt: None,
            kind: Kind::Sha(ShaLayout {
                registers: ShaRegisters::Separate,
                algorithms: &[
                    Algorithm::Sha1,
                    Algorithm::Sha256,
                    Algorithm::Sha384,
                    Algorithm::Sha512,
                ],
                // DPORT_PERI_CLK_EN.
                clocks: &[Field::new(0x3ff0_001c, 1, 1)],
                // DPORT_PERI_RST_EN: its own, secure boot.
                resets: &[Field::new(0x3ff0_0020, 1, 1), Field::new(0x3ff0_0020, 3, 1)],
            }),
        },
        Placed {
            base: 0x3ff4_2000,
            clock: APB,
            interrupt: None,
            kind: Kind::FlashController(FlashControllerLayout::ESP32),
        },
        Placed {
            base: 0x3ff5_a104,
            clock: Rate::Crystal,
            interrupt: None,
            kind: Kind::FuseCommand,
        },
        Placed {
            base: 0x3ff5_f000,
            clock: APB,
            interrupt: None,
            kind: Kind::TimerGroup(TimerGroupLayout {
                number: 0,
                slow: Rate::Hz(320_000),
                fast: RC_FAST,
            }),
        },
        Placed {
            base: 0x3ff7_5144,
            clock: Rate::Crystal,
            interrupt: None,
            kind: Kind::Random,
        },
    ],
    interrupts: Controller::None,
    interrupt_latency: 8,
    straps: Straps {
        register: 0x3ff4_4038,
        download: 0x03,
        flash: 0x13,
    },
    reset_cause: ResetCauses {
        // RTC_CNTL_RESET_STATE, both cores.
        register: 0x3ff4_8034,
        shifts: &[0, 6],
        usb: 1,
    },
    security: SecurityFuses {
        // EFUSE_BLK0_RDATA0, UART_DOWNLOAD_DIS: there is no secure download
        // mode, but none at all.
        secure_download: Field::new(0x3ff5_a000, 27, 1),
        secure_boot: None,
        crypt_count: None,
    },
    software_reset: &[
        // RTC_CNTL_OPTIONS0: SW_SYS_RST, SW_PROCPU_RST.
        (Field::new(0x3ff4_8000, 31, 1), Extent::Core),
        (Field::new(0x3ff4_8000, 5, 1), Extent::Cpu),
    ],
    low_power: &[Window {
        start: 0x3ff4_8000,
        len: 0x1000,
    }],
};
