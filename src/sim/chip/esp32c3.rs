//! ESP32-C3.

use crate::chip::{self, Field};
use crate::sim::cpu::{Rule, riscv};
use crate::sim::soc::{
    Controller, CoreModel, FlashControllerLayout, Kind, Piece, Placed, Ratio, ResetCauses,
    SecurityFuses, Soc, Straps, UartLayout, Window,
};

/// ESP32-C3 (TRM; register header).
pub static ESP32C3: Soc = Soc {
    chip: &chip::ESP32C3,
    core: CoreModel::RiscV(&riscv::Model::C3),
    // SYSTEM_SYSCLK_CONF after reset: the crystal, divided by 2.
    clock: Ratio::HALF,
    memory: &[
        // TRM, "System and Memory", memory map.
        Piece::new(0x4000_0000, 0x6_0000, Rule::Rom),
        Piece::alias(0x3ff0_0000, 0x2_0000, 0x4004_0000, Rule::Rom),
        Piece::new(0x3fc8_0000, 0x6_0000, Rule::Ram),
        Piece::alias(0x4038_0000, 0x6_0000, 0x3fc8_0000, Rule::Ram),
        Piece::new(0x4037_c000, 0x4000, Rule::Ram),
        Piece::new(0x5000_0000, 0x2000, Rule::Ram),
    ],
    windows: &[Window {
        start: 0x6000_0000,
        len: 0xd_1000,
    }],
    after_reset: &[
        // UART_CLKDIV, CONF1.
        (0x6000_0014, 0x2b6),
        (0x6000_0020, 0x1000_001c),
        (0x6000_0024, 0xc060),
        // SPI_MEM_USER: a command phase.
        (0x6000_2018, 1 << 31),
        // SYSTEM_SYSCLK_CONF: the crystal's MHz in bits 12 and up, and a
        // divider less one.
        (0x600c_0058, 0x2_8001),
    ],
    habits: &[],
    devices: &[
        Placed {
            base: 0x6000_0000,
            interrupt: Some(0x600c_2054),
            kind: Kind::Uart(UartLayout::C3),
        },
        Placed {
            base: 0x6000_2000,
            interrupt: None,
            kind: Kind::FlashController(FlashControllerLayout::SPI_MEM),
        },
        Placed {
            base: 0x6002_60b0,
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
        shift: 0,
        codes: [1, 0x15, 3, 0x10],
    },
    security: SecurityFuses {
        // EFUSE_RD_REPEAT_DATA3, DATA2 and DATA1 (TRM, "eFuse Controller").
        secure_download: Field::new(0x6000_883c, 5, 1),
        secure_boot: Some(Field::new(0x6000_8838, 20, 1)),
        crypt_count: Some(Field::new(0x6000_8834, 18, 3)),
    },
    software_reset: &[(0x6000_8000, 1 << 31)],
};
