//! ESP32-C2.

use super::*;

/// Single core, Wi-Fi, Bluetooth LE (ESP8684).
pub static ESP32C2: Chip = Chip {
    name: "ESP32-C2",
    arg: "esp32c2",
    // Image header format, chip id.
    id: Some(12),
    // Revisions 0, 100 (recorded) and 200.
    magics: &[0x6f51_306f, 0x7c41_a06f, 0x0c21_e06f],
    // ESP-IDF, "Bootloader": offset of the second-stage bootloader.
    bootloader_offset: 0,
    rom: RomLoader::LATER,
    stub: StubRules {
        // Known hosts run it without one.
        never: &[NoStub::Revision(0)],
        ..StubRules::ALWAYS
    },
    flash: FlashCodes {
        // The low nibble of byte 3 in the image header format.
        frequencies: &[
            (FlashFrequency::Mhz60, 0xf),
            (FlashFrequency::Mhz30, 0x0),
            (FlashFrequency::Mhz20, 0x1),
            (FlashFrequency::Mhz15, 0x2),
        ],
        sizes: FlashCodes::SIZES,
    },
    spi: SpiController {
        base: 0x6000_2000,
        layout: &SpiLayout::SPI_MEM,
    },
    flash_power: None,
    uart: Uart {
        // UART_FIFO_REG(0), UART_CLKDIV_REG(0) (register header).
        base: 0x6000_0000,
        divider: Field::new(0x6000_0014, 0, 12),
        clock_multiple: 1,
    },
    usb: &[],
    watchdogs: Some(Watchdogs {
        // RTC_CNTL_WDTCONFIG0_REG, WDTCONFIG1_REG, WDTWPROTECT_REG (register header).
        rtc: RtcWatchdog {
            config0: 0x6000_8084,
            config1: 0x6000_8088,
            protect: 0x6000_809c,
            bite: WatchdogBite::Resets,
            // WDT_FLASHBOOT_MOD_EN, STG0_HOLD; RC_SLOW_CLK (register header; TRM, "Reset and Clock").
            flash_boot: 1 << 12,
            boot_hold: 200_000,
            first_stage: 2,
            slow_clock: 136_000,
        },
        // RTC_CNTL_SWD_CONF_REG, SWD_AUTO_FEED_EN; SWD_WPROTECT_REG (register header).
        super_watchdog: Some(SuperWatchdog {
            auto_feed: Field::new(0x6000_80a0, 31, 1),
            protect: 0x6000_80a4,
            key: SuperWatchdog::KEY_RTC_CNTL,
        }),
    }),
    // RTC_CNTL_OPTION1_REG, FORCE_DOWNLOAD_BOOT (register header).
    force_download_boot: Some(Field::new(0x6000_80e0, 0, 1)),
    // EFUSE_RD_BLK2_DATA0_REG and 1 (register header).
    mac: MacFuses::Words(0x6000_8840),
    // EFUSE_WAFER_VERSION_MAJOR and _MINOR, block 2 word 1 (eFuse table of
    // the ESP32-C2).
    revision: Some(RevisionFuses {
        major: &[Field::new(0x6000_8844, 20, 2)],
        major_code: MajorCode::Binary,
        minor: &[Field::new(0x6000_8844, 16, 4)],
        zero_if: &[],
    }),
    security_fuses: None,
};
