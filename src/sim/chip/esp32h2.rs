//! ESP32-H2.

use crate::chip::{self, Field};
use crate::sim::cpu::{Rule, riscv};
use crate::sim::soc::{
    Controller, CoreModel, FlashControllerLayout, Habit, Kind, Piece, Placed, Ratio, ResetCauses,
    SecurityFuses, Soc, Straps, UartLayout, Window,
};

/// ESP32-H2 (TRM; register header).
pub static ESP32H2: Soc = Soc {
    chip: &chip::ESP32H2,
    core: CoreModel::RiscV(&riscv::Model::C6),
    clock: Ratio::CRYSTAL,
    memory: &[
        // TRM, "System and Memory".
        Piece::new(0x4000_0000, 0x2_0000, Rule::Rom),
        Piece::new(0x4080_0000, 0x5_0000, Rule::Ram),
        Piece::new(0x5000_0000, 0x1000, Rule::Ram),
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
    after_reset: &[
        // PCR_SYSCLK_CONF: the crystal's MHz in bits 24 and up.
        (0x6009_610c, 32 << 24),
        // UART_CLKDIV_SYNC.
        (0x6000_0014, 0x2b6),
        // UART_CONF0_SYNC.
        (0x6000_0020, 0x1c),
        // UART_CONF1.
        (0x6000_0024, 0x6060),
    ],
    habits: &[
        // Register 170h of SPI_MEM 0
        Habit::ones(0x6000_2170, 0x8000_0000),
        //
        Habit::ones(0x6009_6000, 0x4),
        //
        Habit::ones(0x6009_6018, 0x20),
    ],
    devices: &[
        Placed {
            base: 0x6000_0000,
            interrupt: Some(0x6001_0084),
            kind: Kind::Uart(UartLayout::C6),
        },
        Placed {
            base: 0x6000_3000,
            interrupt: None,
            kind: Kind::FlashController(FlashControllerLayout::SPI_MEM),
        },
        Placed {
            base: 0x600b_2808,
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
        shift: 0,
        codes: [1, 0x15, 3, 0x10],
    },
    security: SecurityFuses {
        secure_download: Field::new(0x600b_083c, 5, 1),
        secure_boot: None,
        crypt_count: None,
    },
    software_reset: &[(0x600b_1034, 1 << 31)],
};
