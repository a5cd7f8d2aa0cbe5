//! ESP8266. There is no file of its mask ROM: what is executed is what was
//! uploaded to the modelled one.

use crate::chip::{self, Field};
use crate::sim::cpu::{Rule, xtensa};
use crate::sim::soc::{
    Controller, CoreModel, FlashControllerLayout, Kind, Piece, Placed, Rate, ResetCauses,
    SecurityFuses, Soc, Straps, UartLayout, Window,
};

/// What its ROM runs everything at: twice the crystal's 26 MHz (there is no
/// register that it would set for that before it loads an application).
const CLOCK: Rate = Rate::Times(&Rate::Crystal, 2);

/// ESP8266 (register header).
pub static ESP8266: Soc = Soc {
    chip: &chip::ESP8266,
    core: CoreModel::Xtensa(&xtensa::Model::LX106),
    core_clock: CLOCK,
    core_clock_update: None,
    memory: &[
        // ESP8266 data sheet, "Internal SRAM and ROM"; SDK, linker scripts.
        Piece::new(0x4000_0000, 0x1_0000, Rule::RomWords),
        Piece::new(0x4010_0000, 0x1_0000, Rule::RamWords),
        // For users, and for the ROM.
        Piece::new(0x3ffe_8000, 0x1_4000, Rule::Ram),
        Piece::new(0x3fff_c000, 0x4000, Rule::Ram),
    ],
    windows: &[
        Window {
            start: 0x3ff0_0000,
            len: 0x1000,
        },
        Window {
            start: 0x6000_0000,
            len: 0x2000,
        },
    ],
    mirrors: &[],
    after_reset: &[
        // SPI_USER: a command phase.
        (0x6000_021c, 1 << 31),
    ],
    habits: &[],
    devices: &[
        Placed {
            base: 0x6000_0000,
            clock: CLOCK,
            // It has a line of the core of its own.
            interrupt: None,
            kind: Kind::Uart(UartLayout::ESP8266),
        },
        Placed {
            base: 0x6000_0200,
            clock: CLOCK,
            interrupt: None,
            kind: Kind::FlashController(FlashControllerLayout::ESP8266),
        },
    ],
    interrupts: Controller::None,
    interrupt_latency: 8,
    straps: Straps {
        // GPIO_IN: MTDO, GPIO0 and GPIO2 in bits 18 to 16.
        register: 0x6000_0318,
        download: 0xc001_0000,
        flash: 0xc003_0000,
    },
    reset_cause: ResetCauses {
        // RTC_STATE1.
        register: 0x6000_0714,
        shifts: &[0],
        // There is no such reset.
        usb: 1,
    },
    security: SecurityFuses {
        secure_download: Field::new(0x3ff0_005c, 31, 1),
        secure_boot: None,
        crypt_count: None,
    },
    // Its ROM has a function for that.
    software_reset: &[],
    low_power: &[],
};
