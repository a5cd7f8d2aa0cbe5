//! ESP32-H2.

use super::*;

/// Single core, Bluetooth LE, 802.15.4.
pub static ESP32H2: Chip = Chip {
    name: "ESP32-H2",
    arg: "esp32h2",
    // Image header format, chip id.
    id: Some(16),
    // Recorded.
    magics: &[0xd7b7_3e80],
    // ESP-IDF, "Bootloader": offset of the second-stage bootloader.
    bootloader_offset: 0,
    rom: RomLoader::LATER,
    stub: StubRules::ALWAYS,
    flash: FlashCodes {
        // The low nibble of byte 3 in the image header format.
        frequencies: &[
            (FlashFrequency::Mhz48, 0xf),
            (FlashFrequency::Mhz24, 0x0),
            (FlashFrequency::Mhz16, 0x1),
            (FlashFrequency::Mhz12, 0x2),
        ],
        sizes: FlashCodes::SIZES,
    },
    spi: SpiController {
        base: 0x6000_3000,
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
        // LP_WDT_CONFIG0_REG, CONFIG1_REG, WPROTECT_REG (register header).
        rtc: RtcWatchdog {
            config0: 0x600b_1c00,
            config1: 0x600b_1c04,
            protect: 0x600b_1c1c,
            bite: WatchdogBite::Unsupported,
            // WDT_FLASHBOOT_MOD_EN, STG0_HOLD; RC_SLOW_CLK (register header; TRM, "Reset and Clock").
            flash_boot: 1 << 12,
            boot_hold: 200_000,
            first_stage: 2,
            slow_clock: 136_000,
        },
        // LP_WDT_SWD_CONFIG_REG, SWD_AUTO_FEED_EN; SWD_WPROTECT_REG (register header).
        super_watchdog: Some(SuperWatchdog {
            auto_feed: Field::new(0x600b_1c20, 18, 1),
            protect: 0x600b_1c24,
            key: SuperWatchdog::KEY_LP_WDT,
        }),
    }),
    force_download_boot: None,
    // EFUSE_RD_MAC_SYS0_REG and 1 (register header).
    mac: MacFuses::Words(0x600b_0844),
    // EFUSE_WAFER_VERSION_MAJOR and _MINOR, block 1 word 3 (eFuse table of
    // the ESP32-H2).
    revision: Some(RevisionFuses {
        major: &[Field::new(0x600b_0850, 21, 2)],
        major_code: MajorCode::Binary,
        minor: &[Field::new(0x600b_0850, 18, 3)],
        zero_if: &[],
    }),
    security_fuses: None,
};
