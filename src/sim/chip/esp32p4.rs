//! ESP32-P4.

use crate::chip::{self, Field};
use crate::sim::cpu::{Rule, riscv};
use crate::sim::soc::{
    Controller, CoreModel, Extent, FlashCacheLayout, FlashControllerLayout, FlashWindow, Habit,
    Kind, MmuEntries, Piece, Placed, Rate, ResetCauses, SecurityFuses, ShaLayout, ShaRegisters,
    Soc, Straps, TimerGroupLayout, UartLayout, Window,
};

/// RC_FAST_CLK (TRM, "Reset and Clock").
const RC_FAST: Rate = Rate::Hz(17_500_000);
/// CPLL_CLK as the bootloader sets it on the older revisions; 400 MHz on newer
/// ones.
const CPLL: Rate = Rate::Hz(360_000_000);

/// LP_CLKRST_HP_CLK_CTRL, HP_ROOT_CLK_SRC_SEL; HP_SYS_CLKRST_ROOT_CLK_CTRL0,
/// CPU_CLK_DIV_NUM.
const CPU: Rate = Rate::Divide(
    &Rate::Select(
        Field::new(0x5011_1040, 0, 2),
        &[Rate::Crystal, CPLL, RC_FAST],
    ),
    Field::new(0x500e_6004, 5, 8),
);

/// HP_SYS_CLKRST_PERI_CLK_CTRL00: FLASH_CLK_SRC_SEL and FLASH_CORE_CLK_DIV_NUM.
const FLASH: Rate = Rate::Divide(
    &Rate::Select(
        Field::new(0x500e_6030, 0, 2),
        &[Rate::Crystal, Rate::Hz(480_000_000), CPLL],
    ),
    Field::new(0x500e_6030, 4, 8),
);

/// HP_SYS_CLKRST_PERI_CLK_CTRL110, UART0_CLK_SRC_SEL; PERI_CLK_CTRL111,
/// UART0_SCLK_DIV_NUM.
const UART: Rate = Rate::Divide(
    &Rate::Select(
        Field::new(0x500e_6068, 24, 2),
        &[Rate::Crystal, RC_FAST, Rate::Hz(80_000_000)],
    ),
    Field::new(0x500e_606c, 0, 8),
);

/// HP_SYS_CLKRST_PERI_CLK_CTRL20, TIMERGRP0_WDT_SRC_SEL.
const TIMER_GROUP: Rate = Rate::Select(
    Field::new(0x500e_6094, 28, 2),
    &[Rate::Crystal, Rate::Hz(80_000_000), RC_FAST],
);

/// For the cryptographic accelerators: HP_SYS_CLKRST_PERI_CLK_CTRL25,
/// CRYPTO_CLK_SRC_SEL.
const CRYPTO: Rate = Rate::Select(
    Field::new(0x500e_60a8, 12, 2),
    &[Rate::Crystal, RC_FAST, Rate::Hz(240_000_000)],
);

/// ESP32-P4 (TRM; register header).
pub static ESP32P4: Soc = Soc {
    chip: &chip::ESP32P4,
    core: CoreModel::RiscV(&riscv::Model::P4),
    core_clock: CPU,
    core_clock_update: Some(Field::new(0x500e_6004, 4, 1)),
    memory: &[
        // TRM, "System and Memory".
        Piece::new(0x4fc0_0000, 0x2_0000, Rule::Rom),
        Piece::new(0x4ff0_0000, 0xc_0000, Rule::Ram),
        Piece::alias(0x8ff0_0000, 0xc_0000, 0x4ff0_0000, Rule::Ram),
        Piece::new(0x3010_0000, 0x2000, Rule::Ram),
        Piece::new(0x5010_8000, 0x8000, Rule::Ram),
    ],
    windows: &[
        Window {
            start: 0x2080_0000,
            len: 0x1_0000,
        },
        Window {
            start: 0x3ff0_0000,
            len: 0x2_0000,
        },
        Window {
            start: 0x5000_0000,
            len: 0x10_8000,
        },
        Window {
            start: 0x5011_0000,
            len: 0x3_0000,
        },
    ],
    mirrors: &[],
    after_reset: &[
        // HP_SYS_CLKRST_PERI_CLK_CTRL00: the crystal, divided by 4.
        (0x500e_6030, 0xc03c),
        // HP_SYS_CLKRST_SOC_CLK_CTRL1, PERI_CLK_CTRL25: the accelerators have
        // their clocks.
        (0x500e_6018, 0x7c7f_001f),
        (0x500e_60a8, 0x7f_c000),
    ],
    habits: &[
        // SPI_SMEM_AXI_ADDR_CTRL, ALL_AXI_TRANS_AFIFO_EMPTY.
        Habit::ones(0x5008_c178, 1 << 31),
        // HP_SYS_CLKRST_ROOT_CLK_CTRL0: an update that is done at once.
        Habit::zeros(0x500e_6004, 1 << 4),
    ],
    devices: &[
        Placed {
            base: 0x500c_a000,
            clock: UART,
            interrupt: Some(0x500d_607c),
            kind: Kind::Uart(UartLayout::C6),
        },
        Placed {
            base: 0x500d_2000,
            clock: Rate::Hz(48_000_000),
            interrupt: Some(0x500d_6058),
            kind: Kind::UsbSerialJtag,
        },
        Placed {
            base: 0x500c_2000,
            clock: TIMER_GROUP,
            interrupt: None,
            kind: Kind::TimerGroup(TimerGroupLayout {
                number: 0,
                slow: Rate::Hz(136_000),
                fast: RC_FAST,
            }),
        },
        Placed {
            base: 0x5008_c37c,
            clock: Rate::Crystal,
            interrupt: None,
            kind: Kind::FlashCache(FlashCacheLayout {
                windows: &[FlashWindow::new(0x4000_0000, 0x400_0000)],
                entries: MmuEntries::Indexed,
                valid: (1 << 12, 1 << 12),
                page: 0x7ff,
                // What an ESP32-P4 of revision 0 is known to answer to READ_REG there.
                nothing: Some(0),
                control: &[
                    // The cache synchronises, loads ahead and freezes at once: its
                    // …_CTRL and …_FREEZE registers.
                    Habit::done(0x3ff1_00a8, 1 << 0, 1 << 1),
                    Habit::done(0x3ff1_00b4, 1 << 0, 1 << 1),
                    Habit::done(0x3ff1_00d8, 1 << 0, 1 << 1),
                    Habit::done(0x3ff1_02a8, 1 << 0, 1 << 1),
                    Habit::ones(0x3ff1_00e4, 1 << 1),
                    Habit::ones(0x3ff1_00f8, 1 << 1),
                    Habit::ones(0x3ff1_0134, 1 << 1),
                    Habit::ones(0x3ff1_02b4, 1 << 1),
                    Habit::done(0x3ff1_0088, 0b11, 1 << 2),
                    Habit::echo(0x3ff1_002c, 1 << 0, 1 << 2),
                    Habit::echo(0x3ff1_002c, 1 << 4, 1 << 6),
                    Habit::echo(0x3ff1_002c, 1 << 16, 1 << 18),
                    Habit::echo(0x3ff1_028c, 1 << 20, 1 << 22),
                    Habit::ones(0x3ff1_0098, 1 << 4),
                ],
            }),
        },
        Placed {
            base: 0x5009_1000,
            clock: CRYPTO,
            interrupt: None,
            kind: Kind::Sha(ShaLayout {
                registers: ShaRegisters::Shared,
                algorithms: ShaLayout::UP_TO_512,
                // HP_SYS_CLKRST_SOC_CLK_CTRL1, PERI_CLK_CTRL25.
                clocks: &[
                    Field::new(0x500e_6018, 26, 1),
                    Field::new(0x500e_60a8, 20, 1),
                ],
                // HP_SYS_CLKRST_HP_RST_EN2: all of the kind, DS, its own,
                // HMAC, ECDSA.
                resets: &[
                    Field::new(0x500e_60c8, 14, 1),
                    Field::new(0x500e_60c8, 17, 1),
                    Field::new(0x500e_60c8, 18, 1),
                    Field::new(0x500e_60c8, 19, 1),
                    Field::new(0x500e_60c8, 20, 1),
                ],
            }),
        },
        Placed {
            base: 0x5008_d000,
            clock: FLASH,
            interrupt: None,
            kind: Kind::FlashController(FlashControllerLayout::SPI_MEM),
        },
        Placed {
            base: 0x5012_6004,
            clock: Rate::Crystal,
            interrupt: None,
            kind: Kind::Random,
        },
    ],
    interrupts: Controller::Clic {
        control: 0x2080_1000,
    },
    interrupt_latency: 8,
    straps: Straps {
        register: 0x500e_0038,
        download: 0x5,
        flash: 0xf,
    },
    reset_cause: ResetCauses {
        register: 0x5011_1010,
        shifts: &[7],
        usb: 0x17,
    },
    security: SecurityFuses {
        secure_download: Field::new(0x5012_d03c, 5, 1),
        secure_boot: None,
        crypt_count: None,
    },
    software_reset: &[
        // LP_SYSTEM_REG_SYS_CTRL; LP_CLKRST_HPCPU_RESET_CTRL0, HPCORE0_SW_RESET.
        (Field::new(0x5011_0008, 1, 1), Extent::Core),
        (Field::new(0x5011_1014, 13, 1), Extent::Cpu),
    ],
    low_power: &[Window {
        start: 0x5011_0000,
        len: 0x1_0000,
    }],
};
