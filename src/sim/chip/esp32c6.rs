//! ESP32-C6.

use crate::chip::{self, Field};
use crate::sim::cpu::{Rule, riscv};
use crate::sim::soc::{
    Controller, CoreModel, Extent, FlashCacheLayout, FlashControllerLayout, Habit, Kind, Piece,
    Placed, Rate, ResetCauses, SecurityFuses, ShaLayout, ShaRegisters, Soc, Straps,
    TimerGroupLayout, UartLayout, Window,
};

/// RC_FAST_CLK (TRM, "Reset and Clock").
const RC_FAST: Rate = Rate::Hz(17_500_000);
/// PCR_SYSCLK_CONF, SOC_CLK_SEL.
const SELECT: Field = Field::new(0x6009_6110, 16, 2);
/// PCR_CPU_FREQ_CONF: CPU_LS_DIV_NUM, CPU_HS_DIV_NUM, CPU_HS_120M_FORCE.
const LOW_DIVIDER: Field = Field::new(0x6009_6118, 0, 8);
const HIGH_DIVIDER: Field = Field::new(0x6009_6118, 8, 8);
const FORCE_120M: Field = Field::new(0x6009_6118, 16, 1);

/// The PLL's 480 MHz are divided by 3 before they get here.
const CPU: Rate = Rate::Select(
    SELECT,
    &[
        Rate::Divide(&Rate::Crystal, LOW_DIVIDER),
        Rate::Select(
            FORCE_120M,
            &[
                Rate::Divide(&Rate::Hz(160_000_000), HIGH_DIVIDER),
                Rate::Hz(120_000_000),
            ],
        ),
        Rate::Divide(&RC_FAST, LOW_DIVIDER),
    ],
);

/// PCR_MSPI_CLK_CONF: MSPI_FAST_LS_DIV_NUM and MSPI_FAST_HS_DIV_NUM.
const FLASH: Rate = Rate::Select(
    SELECT,
    &[
        Rate::Divide(&Rate::Crystal, Field::new(0x6009_601c, 0, 8)),
        Rate::Divide(&Rate::Hz(480_000_000), Field::new(0x6009_601c, 8, 8)),
        Rate::Divide(&RC_FAST, Field::new(0x6009_601c, 0, 8)),
    ],
);

/// PCR_UART0_SCLK_CONF: SCLK_SEL and SCLK_DIV_NUM.
const UART: Rate = Rate::Divide(
    &Rate::Select(
        Field::new(0x6009_6004, 20, 2),
        &[Rate::Crystal, Rate::Hz(80_000_000), RC_FAST, Rate::Crystal],
    ),
    Field::new(0x6009_6004, 12, 8),
);

/// PCR_TIMERGROUP0_WDT_CLK_CONF, TG0_WDT_CLK_SEL.
const TIMER_GROUP: Rate = Rate::Select(
    Field::new(0x6009_6044, 20, 2),
    &[Rate::Crystal, Rate::Hz(80_000_000), RC_FAST],
);

/// For the cryptographic accelerators, by PCR_SYSCLK_CONF, SOC_CLK_SEL.
const CRYPTO: Rate = Rate::Select(
    Field::new(0x6009_6110, 16, 2),
    &[Rate::Crystal, Rate::Hz(160_000_000), RC_FAST],
);

/// ESP32-C6 (TRM; register header).
pub static ESP32C6: Soc = Soc {
    chip: &chip::ESP32C6,
    core: CoreModel::RiscV(&riscv::Model::C6),
    core_clock: CPU,
    core_clock_update: None,
    memory: &[
        // TRM, "System and Memory".
        Piece::new(0x4000_0000, 0x5_0000, Rule::Rom),
        Piece::new(0x4080_0000, 0x8_0000, Rule::Ram),
        Piece::new(0x5000_0000, 0x4000, Rule::Ram),
        // Nothing. Espressif's stub of version 1 reads a flash's status mask
        // here, and boards do not mind.
        Piece::new(0x3fce_0000, 0x1000, Rule::RomLoses),
    ],
    windows: &[
        Window {
            start: 0x2000_0000,
            len: 0x2000,
        },
        Window {
            start: 0x6000_0000,
            len: 0x10_0000,
        },
    ],
    mirrors: &[],
    after_reset: &[
        // PCR_UART0_SCLK_CONF: the crystal.
        (0x6009_6004, 0x0070_0000),
        // PCR_MSPI_CLK_CONF.
        (0x6009_601c, 0x0300),
        // PCR_SYSCLK_CONF: the crystal's MHz in bits 24 and up.
        (0x6009_6110, 40 << 24),
        // PCR_SHA_CONF: it has its clock.
        (0x6009_60cc, 1),
    ],
    habits: &[
        // SPI_MEM_AXI_ERR_ADDR, ALL_AXI_TRANS_AFIFO_EMPTY.
        Habit::ones(0x6000_2170, 1 << 31),
    ],
    devices: &[
        Placed {
            base: 0x6000_0000,
            clock: UART,
            interrupt: Some(0x6001_00ac),
            kind: Kind::Uart(UartLayout::C6),
        },
        Placed {
            base: 0x6000_f000,
            clock: Rate::Hz(48_000_000),
            interrupt: Some(0x6001_00c0),
            kind: Kind::UsbSerialJtag,
        },
        Placed {
            base: 0x6000_8000,
            clock: TIMER_GROUP,
            interrupt: None,
            kind: Kind::TimerGroup(TimerGroupLayout {
                number: 0,
                slow: Rate::Hz(136_000),
                fast: RC_FAST,
            }),
        },
        Placed {
            base: 0x6000_237c,
            clock: Rate::Crystal,
            interrupt: None,
            kind: Kind::FlashCache(FlashCacheLayout::C6),
        },
        Placed {
            base: 0x6008_9000,
            clock: CRYPTO,
            interrupt: None,
            kind: Kind::Sha(ShaLayout {
                registers: ShaRegisters::Shared,
                algorithms: ShaLayout::UP_TO_256,
                // PCR_SHA_CONF.
                clocks: &[Field::new(0x6009_60cc, 0, 1)],
                // PCR_SHA_CONF, DS_CONF, HMAC_CONF.
                resets: &[
                    Field::new(0x6009_60cc, 1, 1),
                    Field::new(0x6009_60e0, 1, 1),
                    Field::new(0x6009_60e4, 1, 1),
                ],
            }),
        },
        Placed {
            base: 0x6000_3000,
            clock: FLASH,
            interrupt: None,
            kind: Kind::FlashController(FlashControllerLayout::SPI_MEM),
        },
        Placed {
            base: 0x600b_2808,
            clock: Rate::Crystal,
            interrupt: None,
            kind: Kind::Random,
        },
    ],
    interrupts: Controller::Priorities {
        enable: 0x2000_1000,
        priority: 0x2000_1010,
        threshold: 0x2000_1090,
    },
    interrupt_latency: 8,
    straps: Straps {
        register: 0x6009_1038,
        download: 0x5,
        flash: 0xc,
    },
    reset_cause: ResetCauses {
        register: 0x600b_0410,
        shifts: &[0],
        usb: 0x15,
    },
    security: SecurityFuses {
        secure_download: Field::new(0x600b_083c, 5, 1),
        secure_boot: None,
        crypt_count: None,
    },
    software_reset: &[
        // LP_AON_SYS_CFG, HPSYS_SW_RESET; CPUCORE0_CFG, CPU_CORE0_SW_RESET.
        (Field::new(0x600b_1034, 31, 1), Extent::Core),
        (Field::new(0x600b_1038, 28, 1), Extent::Cpu),
    ],
    low_power: &[
        Window {
            start: 0x600b_0000,
            len: 0x800,
        },
        Window {
            start: 0x600b_0c00,
            len: 0xf400,
        },
    ],
};
