//! ESP32-C61.

use crate::chip::{self, Field};
use crate::sim::cpu::{Rule, riscv};
use crate::sim::soc::{
    Controller, CoreModel, Extent, FlashCacheLayout, FlashControllerLayout, Habit, Kind, Piece,
    Placed, Rate, ResetCauses, SecurityFuses, ShaLayout, ShaRegisters, Soc, Straps,
    TimerGroupLayout, UartLayout, Window,
};

/// RC_FAST_CLK (TRM, "Reset and Clock").
const RC_FAST: Rate = Rate::Hz(17_500_000);

/// PCR_SYSCLK_CONF, SOC_CLK_SEL; PCR_CPU_FREQ_CONF, CPU_DIV_NUM.
const CPU: Rate = Rate::Divide(
    &Rate::Select(
        Field::new(0x6009_60e8, 16, 2),
        &[Rate::Crystal, RC_FAST, Rate::Hz(160_000_000)],
    ),
    Field::new(0x6009_60f0, 0, 8),
);

/// PCR_MSPI_CLK_CONF: MSPI_FUNC_CLK_SEL and MSPI_FAST_DIV_NUM.
const FLASH: Rate = Rate::Divide(
    &Rate::Select(
        Field::new(0x6009_6028, 8, 2),
        &[Rate::Crystal, RC_FAST, Rate::Hz(480_000_000)],
    ),
    Field::new(0x6009_6028, 0, 8),
);

/// PCR_UART0_SCLK_CONF: SCLK_SEL and SCLK_DIV_NUM.
const UART: Rate = Rate::Divide(
    &Rate::Select(
        Field::new(0x6009_6004, 20, 2),
        &[Rate::Crystal, RC_FAST, Rate::Hz(80_000_000)],
    ),
    Field::new(0x6009_6004, 12, 8),
);

/// PCR_TIMERGROUP0_WDT_CLK_CONF, TG0_WDT_CLK_SEL.
const TIMER_GROUP: Rate = Rate::Select(
    Field::new(0x6009_6048, 20, 2),
    &[Rate::Crystal, Rate::Hz(80_000_000), RC_FAST],
);

/// For the cryptographic accelerators: PCR_SEC_CONF, SEC_CLK_SEL.
const CRYPTO: Rate = Rate::Select(
    Field::new(0x6009_6118, 0, 2),
    &[Rate::Crystal, RC_FAST, Rate::Hz(480_000_000)],
);

/// ESP32-C61 (TRM; register header).
pub static ESP32C61: Soc = Soc {
    chip: &chip::ESP32C61,
    core: CoreModel::RiscV(&riscv::Model::C5),
    core_clock: CPU,
    core_clock_update: Some(Field::new(0x6009_6120, 0, 1)),
    memory: &[
        // TRM, "System and Memory".
        Piece::new(0x4000_0000, 0x4_0000, Rule::Rom),
        Piece::new(0x4080_0000, 0x5_0000, Rule::Ram),
    ],
    windows: &[
        Window {
            start: 0x2080_0000,
            len: 0x1_0000,
        },
        Window {
            start: 0x6000_0000,
            len: 0x10_0000,
        },
    ],
    mirrors: &[],
    after_reset: &[
        // PCR_UART0_SCLK_CONF: the crystal.
        (0x6009_6004, 0x0040_0000),
        // PCR_MSPI_CLK_CONF: the crystal.
        (0x6009_6028, 0x0400),
        // PCR_SYSCLK_CONF: the crystal's MHz in bits 24 and up.
        (0x6009_60e8, 40 << 24),
        // PCR_SHA_CONF: it has its clock.
        (0x6009_60a0, 1),
    ],
    habits: &[
        // PCR_SHA_CONF, SHA_READY.
        Habit::ones(0x6009_60a0, 1 << 2),
        // PCR_BUS_CLK_UPDATE is done at once.
        Habit::zeros(0x6009_6120, 1 << 0),
        // SPI_SMEM_AXI_ADDR_CTRL, ALL_AXI_TRANS_AFIFO_EMPTY.
        Habit::ones(0x6000_2178, 1 << 31),
        // PCR_UART0_CONF, UART0_READY; PCR_MSPI_CONF, MSPI_READY.
        Habit::ones(0x6009_6000, 1 << 2),
        Habit::ones(0x6009_6024, 1 << 3),
    ],
    devices: &[
        Placed {
            base: 0x6000_0000,
            clock: UART,
            interrupt: Some(0x6001_00a0),
            kind: Kind::Uart(UartLayout::C6),
        },
        Placed {
            base: 0x6000_f000,
            clock: Rate::Hz(48_000_000),
            interrupt: Some(0x6001_00b0),
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
            kind: Kind::FlashCache(FlashCacheLayout::C5),
        },
        Placed {
            base: 0x6008_9000,
            clock: CRYPTO,
            interrupt: None,
            kind: Kind::Sha(ShaLayout {
                registers: ShaRegisters::Shared,
                algorithms: ShaLayout::UP_TO_256,
                // PCR_SHA_CONF.
                clocks: &[Field::new(0x6009_60a0, 0, 1)],
                // PCR_SHA_CONF, ECDSA_CONF (it has no DS and no HMAC).
                resets: &[Field::new(0x6009_60a0, 1, 1), Field::new(0x6009_60bc, 1, 1)],
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
    interrupts: Controller::Clic {
        control: 0x2080_1000,
    },
    interrupt_latency: 8,
    straps: Straps {
        register: 0x6009_1000,
        download: 0x5,
        flash: 0xc,
    },
    reset_cause: ResetCauses {
        register: 0x600b_0410,
        shifts: &[0],
        usb: 0x15,
    },
    security: SecurityFuses {
        secure_download: Field::new(0x600b_4838, 4, 1),
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
