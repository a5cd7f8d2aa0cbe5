//! ESP32-C5.

use crate::chip::{self, Field};
use crate::sim::cpu::{Rule, riscv};
use crate::sim::soc::{
    Controller, CoreModel, FlashControllerLayout, Habit, Kind, Piece, Placed, Ratio, ResetCauses,
    SecurityFuses, Soc, Straps, UartLayout, Window,
};

/// ESP32-C5 (TRM; register header).
pub static ESP32C5: Soc = Soc {
    chip: &chip::ESP32C5,
    core: CoreModel::RiscV(&riscv::Model::C5),
    clock: Ratio::CRYSTAL,
    memory: &[
        // TRM, "System and Memory".
        Piece::new(0x4000_0000, 0x5_0000, Rule::Rom),
        Piece::new(0x4080_0000, 0x6_0000, Rule::Ram),
        Piece::new(0x5000_0000, 0x4000, Rule::Ram),
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
    after_reset: &[
        // PCR_SYSCLK_CONF: the crystal's MHz in bits 24 and up.
        (0x6009_6110, 48 << 24),
        // UART_CLKDIV_SYNC.
        (0x6000_0014, 0x2b6),
        // UART_CONF0_SYNC.
        (0x6000_0020, 0x1c),
        // UART_CONF1.
        (0x6000_0024, 0x6060),
    ],
    habits: &[
        // Register 178h of SPI_MEM 0
        Habit::ones(0x6000_2178, 0x8000_0000),
        //
        Habit::ones(0x6009_6000, 0x4),
        //
        Habit::ones(0x6009_6018, 0x8),
    ],
    devices: &[
        Placed {
            base: 0x6000_0000,
            interrupt: Some(0x6001_00bc),
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
    interrupts: Controller::Clic {
        control: 0x2080_1000,
    },
    interrupt_latency: 8,
    straps: Straps {
        register: 0x6009_1000,
        download: 0x8,
        flash: 0x18,
    },
    reset_cause: ResetCauses {
        register: 0x600b_0410,
        shift: 0,
        codes: [1, 0x15, 3, 0x10],
    },
    security: SecurityFuses {
        secure_download: Field::new(0x600b_483c, 5, 1),
        secure_boot: None,
        crypt_count: None,
    },
    software_reset: &[(0x600b_1034, 1 << 31)],
};
