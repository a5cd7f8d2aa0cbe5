//! ESP32-C3.

use super::*;

/// Single core, Wi-Fi, Bluetooth LE.
pub static ESP32C3: Chip = Chip {
    name: "ESP32-C3",
    arg: "esp32c3",
    // Image header format, chip id.
    id: Some(5),
    // Revisions 0, 101, 300 (recorded) and 400.
    magics: &[0x6921_506f, 0x4361_606f, 0x1b31_506f, 0x4881_606f],
    // ESP-IDF, "Bootloader": offset of the second-stage bootloader.
    bootloader_offset: 0,
    rom: RomLoader::LATER,
    stub: StubRules {
        // Known hosts run it without one.
        never: &[NoStub::SecureBoot],
        ..StubRules::ALWAYS
    },
    flash: FlashCodes {
        // The low nibble of byte 3 in the image header format.
        frequencies: FlashCodes::FREQUENCIES,
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
    usb: &[UsbPort::SerialJtag],
    watchdogs: Some(Watchdogs {
        // RTC_CNTL_WDTCONFIG0_REG, WDTCONFIG1_REG, WDTWPROTECT_REG (register header).
        rtc: RtcWatchdog {
            config0: 0x6000_8090,
            config1: 0x6000_8094,
            protect: 0x6000_80a8,
            bite: WatchdogBite::Resets,
            // WDT_FLASHBOOT_MOD_EN, STG0_HOLD; RC_SLOW_CLK (register header; TRM, "Reset and Clock").
            flash_boot: 1 << 12,
            boot_hold: 200_000,
            first_stage: 2,
            slow_clock: 136_000,
        },
        // RTC_CNTL_SWD_CONF_REG, SWD_AUTO_FEED_EN; SWD_WPROTECT_REG (register header).
        super_watchdog: Some(SuperWatchdog {
            auto_feed: Field::new(0x6000_80ac, 31, 1),
            protect: 0x6000_80b0,
            key: SuperWatchdog::KEY_RTC_CNTL,
        }),
    }),
    // RTC_CNTL_OPTION1_REG, FORCE_DOWNLOAD_BOOT (TRM, "Low-Power Management").
    force_download_boot: Some(Field::new(0x6000_80f4, 0, 1)),
    // EFUSE_RD_MAC_SPI_SYS_0_REG and _1 (TRM, "eFuse Controller").
    mac: MacFuses::Words(0x6000_8844),
    // EFUSE_WAFER_VERSION_MAJOR, _MINOR_HI and _LO, block 1 words 5, 5
    // and 3 (eFuse table of the ESP32-C3).
    revision: Some(RevisionFuses {
        major: &[Field::new(0x6000_8858, 24, 2)],
        major_code: MajorCode::Binary,
        minor: &[Field::new(0x6000_8858, 23, 1), Field::new(0x6000_8850, 18, 3)],
        zero_if: &[],
    }),
    security_fuses: None,
};
