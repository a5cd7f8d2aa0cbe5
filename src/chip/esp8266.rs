//! ESP8266.

use super::*;
use crate::wire::Opcode;

/// Single core, Wi-Fi; also ESP8285.
pub static ESP8266: Chip = Chip {
    name: "ESP8266",
    arg: "esp8266",
    // Its images have no chip id.
    id: None,
    // Recorded.
    magics: &[0xfff0_c101],
    // The ROM boots the image at the start of the flash.
    bootloader_offset: 0,
    rom: RomLoader::ESP8266,
    stub: StubRules {
        others_left_by: Some(Opcode::RUN_USER_CODE),
        ..StubRules::ALWAYS
    },
    flash: FlashCodes {
        // The low nibble of byte 3 in the image header format.
        frequencies: FlashCodes::FREQUENCIES,
        // The high nibble of byte 3; the ESP8266 has its own codes.
        sizes: &[
            (FlashSize::Kb512, 0x0),
            (FlashSize::Kb256, 0x1),
            (FlashSize::Mb1, 0x2),
            (FlashSize::Mb2, 0x3),
            (FlashSize::Mb4, 0x4),
            (FlashSize::Mb2C1, 0x5),
            (FlashSize::Mb4C1, 0x6),
            (FlashSize::Mb8, 0x8),
            (FlashSize::Mb16, 0x9),
        ],
    },
    spi: SpiController {
        // SPI0: the ROM's loader drives the flash with it (recorded: a sector
        // erase written to it erases).
        base: 0x6000_0200,
        layout: &SpiLayout::ESP8266,
    },
    flash_power: None,
    uart: Uart {
        // UART_FIFO(0), UART_CLKDIV(0) (register header).
        base: 0x6000_0000,
        divider: Field::new(0x6000_0014, 0, 20),
        // 52 or 80 MHz from a crystal of 26 or 40 MHz.
        clock_multiple: 2,
    },
    usb: &[],
    watchdogs: None,
    force_download_boot: None,
    // Four one-time programmable words from EFUSE_DATA0 on.
    mac: MacFuses::Esp8266(0x3ff0_0050),
    revision: None,
    security_fuses: None,
};
