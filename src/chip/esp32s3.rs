//! ESP32-S3.

use super::*;

/// Dual core, Wi-Fi, Bluetooth LE, USB.
pub static ESP32S3: Chip = Chip {
    name: "ESP32-S3",
    arg: "esp32s3",
    // Image header format, chip id.
    id: Some(9),
    // Recorded.
    magics: &[9],
    // ESP-IDF, "Bootloader": offset of the second-stage bootloader.
    bootloader_offset: 0,
    rom: RomLoader::LATER,
    stub: StubRules {
        // Its ROM refuses MEM_END (recorded).
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
    usb: &[UsbPort::SerialJtag, UsbPort::Otg],
    watchdogs: Some(Watchdogs {
        // RTC_CNTL_WDTCONFIG0_REG, WDTCONFIG1_REG, WDTWPROTECT_REG (register header).
        rtc: RtcWatchdog {
            config0: 0x6000_8098,
            config1: 0x6000_809c,
            protect: 0x6000_80b0,
            bite: WatchdogBite::Resets,
            // WDT_FLASHBOOT_MOD_EN, STG0_HOLD; RC_SLOW_CLK (register header; TRM, "Reset and Clock").
            flash_boot: 1 << 12,
            boot_hold: 200_000,
            first_stage: 2,
            slow_clock: 136_000,
        },
        // RTC_CNTL_SWD_CONF_REG, SWD_AUTO_FEED_EN; SWD_WPROTECT_REG (register header).
        super_watchdog: Some(SuperWatchdog {
            auto_feed: Field::new(0x6000_80b4, 31, 1),
            protect: 0x6000_80b8,
            key: SuperWatchdog::KEY_RTC_CNTL,
        }),
    }),
    // RTC_CNTL_OPTION1_REG, FORCE_DOWNLOAD_BOOT (TRM, "Low-Power Management").
    force_download_boot: Some(Field::new(0x6000_812c, 0, 1)),
    // EFUSE_RD_MAC_SPI_SYS_0_REG and _1 (TRM, "eFuse Controller").
    mac: MacFuses::Words(0x6000_7044),
    // EFUSE_WAFER_VERSION_MAJOR, _MINOR_HI and _LO, block 1 words 5, 5
    // and 3 (eFuse table of the ESP32-S3).
    revision: Some(RevisionFuses {
        major: &[Field::new(0x6000_7058, 24, 2)],
        major_code: MajorCode::Binary,
        minor: &[Field::new(0x6000_7058, 23, 1), Field::new(0x6000_7050, 18, 3)],
        zero_if: &[
            // The first wafers have other data in the major number's place;
            // EFUSE_BLK_VERSION_MAJOR and _MINOR 1.1 tell them.
            (Field::new(0x6000_7050, 18, 3), 0),
            (Field::new(0x6000_706c, 0, 2), 1),
            (Field::new(0x6000_7050, 24, 3), 1),
        ],
    }),
    security_fuses: None,
};
