//! ESP32-S2.

use super::*;

/// Single core, Wi-Fi, USB-OTG.
pub static ESP32S2: Chip = Chip {
    name: "ESP32-S2",
    arg: "esp32s2",
    // Image header format, chip id.
    id: Some(2),
    // Recorded.
    magics: &[0x0000_07c6],
    // ESP-IDF, "Bootloader": offset of the second-stage bootloader.
    bootloader_offset: 0x1000,
    rom: RomLoader::ESP32S2,
    stub: StubRules::ALWAYS,
    flash: FlashCodes {
        // The low nibble of byte 3 in the image header format.
        frequencies: FlashCodes::FREQUENCIES,
        sizes: FlashCodes::SIZES,
    },
    spi: SpiController {
        base: 0x3f40_2000,
        layout: &SpiLayout::SPI_MEM,
    },
    flash_power: None,
    uart: Uart {
        // UART_FIFO_REG(0), UART_CLKDIV_REG(0) (register header).
        base: 0x6000_0000,
        divider: Field::new(0x6000_0014, 0, 20),
        clock_multiple: 1,
    },
    usb: &[UsbPort::Otg],
    watchdogs: Some(Watchdogs {
        // RTC_CNTL_WDTCONFIG0_REG, WDTCONFIG1_REG, WDTWPROTECT_REG (register header).
        rtc: RtcWatchdog {
            config0: 0x3f40_8094,
            config1: 0x3f40_8098,
            protect: 0x3f40_80ac,
            bite: WatchdogBite::Resets,
            // WDT_FLASHBOOT_MOD_EN, STG0_HOLD; RC_SLOW_CLK (register header; TRM, "Reset and Clock").
            flash_boot: 1 << 12,
            boot_hold: 200_000,
            first_stage: 2,
            slow_clock: 90_000,
        },
        // RTC_CNTL_SWD_CONF_REG, SWD_AUTO_FEED_EN; SWD_WPROTECT_REG (register header).
        super_watchdog: Some(SuperWatchdog {
            auto_feed: Field::new(0x3f40_80b0, 31, 1),
            protect: 0x3f40_80b4,
            key: SuperWatchdog::KEY_RTC_CNTL,
        }),
    }),
    // RTC_CNTL_OPTION1_REG, FORCE_DOWNLOAD_BOOT (register header).
    force_download_boot: Some(Field::new(0x3f40_8128, 0, 1)),
    // EFUSE_RD_MAC_SPI_SYS_0_REG and _1 (TRM, "eFuse Controller").
    mac: MacFuses::Words(0x3f41_a044),
    // EFUSE_WAFER_VERSION_MAJOR, _MINOR_HI and _LO, block 1 words 3 and 4
    // (eFuse table of the ESP32-S2).
    revision: Some(RevisionFuses {
        major: &[Field::new(0x3f41_a050, 18, 2)],
        major_code: MajorCode::Binary,
        minor: &[Field::new(0x3f41_a050, 20, 1), Field::new(0x3f41_a054, 4, 3)],
        zero_if: &[],
    }),
    security_fuses: None,
};
