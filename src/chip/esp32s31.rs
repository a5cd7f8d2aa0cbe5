//! ESP32-S31.

use super::*;

/// Dual core, Wi-Fi, Bluetooth, 802.15.4.
pub static ESP32S31: Chip = Chip {
    name: "ESP32-S31",
    arg: "esp32s31",
    // Image header format, chip id.
    id: Some(32),
    // The ROM is elsewhere, and the chip tells its id (recorded).
    magics: &[],
    // ESP-IDF, CONFIG_BOOTLOADER_OFFSET_IN_FLASH.
    bootloader_offset: 0x2000,
    rom: RomLoader::LATER,
    stub: StubRules::ALWAYS,
    flash: FlashCodes {
        // The low nibble of byte 3 in the image header format.
        frequencies: FlashCodes::FREQUENCIES,
        sizes: FlashCodes::SIZES,
    },
    spi: SpiController {
        // FLASH_SPI1 (register header).
        base: 0x2050_1000,
        layout: &SpiLayout::SPI_MEM,
    },
    flash_power: None,
    uart: Uart {
        // UART_FIFO_REG(0), UART_CLKDIV_REG(0) (register header).
        base: 0x2038_a000,
        divider: Field::new(0x2038_a014, 0, 12),
        clock_multiple: 1,
    },
    usb: &[UsbPort::SerialJtag, UsbPort::Otg],
    watchdogs: Some(Watchdogs {
        // LP_WDT_CONFIG0_REG, CONFIG1_REG, WPROTECT_REG (register header).
        rtc: RtcWatchdog {
            config0: 0x2080_1000,
            config1: 0x2080_1004,
            protect: 0x2080_1018,
            bite: WatchdogBite::Resets,
            // WDT_FLASHBOOT_MOD_EN, STG0_HOLD (register header); the rest as
            // on the ESP32-P4.
            flash_boot: 1 << 12,
            boot_hold: 200_000,
            first_stage: 2,
            slow_clock: 136_000,
        },
        // LP_WDT_SWD_CONFIG_REG, SWD_AUTO_FEED_EN; SWD_WPROTECT_REG (register header).
        super_watchdog: Some(SuperWatchdog {
            auto_feed: Field::new(0x2080_101c, 18, 1),
            protect: 0x2080_1020,
            key: SuperWatchdog::KEY_LP_WDT,
        }),
    }),
    // LP_SYSTEM_REG_SYS_CTRL_REG, FORCE_DOWNLOAD_BOOT (register header).
    force_download_boot: Some(Field::new(0x2070_0008, 2, 1)),
    // EFUSE_RD_MAC_SYS0_REG and 1 (register header; the ROM reads it there).
    mac: MacFuses::Words(0x2071_5050),
    // EFUSE_WAFER_VERSION_MAJOR and _MINOR, block 1 word 3 (eFuse table of
    // the ESP32-S31).
    revision: Some(RevisionFuses {
        major: &[Field::new(0x2071_505c, 22, 2)],
        major_code: MajorCode::Binary,
        minor: &[Field::new(0x2071_505c, 18, 4)],
        zero_if: &[],
    }),
    security_fuses: None,
};
