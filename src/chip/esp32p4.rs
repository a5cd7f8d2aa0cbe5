//! ESP32-P4.

use super::*;

/// Dual core, USB, no radio.
pub static ESP32P4: Chip = Chip {
    name: "ESP32-P4",
    arg: "esp32p4",
    // Image header format, chip id.
    id: Some(18),
    // The word is not a magic here: the chip tells its id.
    magics: &[],
    // ESP-IDF, "Bootloader": offset of the second-stage bootloader.
    bootloader_offset: 0x2000,
    rom: RomLoader::LATER,
    flash: FlashCodes {
        // The low nibble of byte 3 in the image header format.
        frequencies: FlashCodes::FREQUENCIES,
        sizes: FlashCodes::SIZES,
    },
    spi: SpiController {
        base: 0x5008_d000,
        layout: &SpiLayout::SPI_MEM,
    },
    uart: Uart {
        // UART_FIFO_REG(0), UART_CLKDIV_REG(0) (register header).
        base: 0x500c_a000,
        divider: Field::new(0x500c_a014, 0, 12),
        clock_multiple: 1,
    },
    usb: &[UsbPort::SerialJtag, UsbPort::Otg],
    watchdogs: Some(Watchdogs {
        // LP_WDT_CONFIG0_REG, CONFIG1_REG, WPROTECT_REG (register header).
        rtc: RtcWatchdog {
            config0: 0x5011_6000,
            config1: 0x5011_6004,
            protect: 0x5011_6018,
            bite: WatchdogBite::Resets,
        },
        // LP_WDT_SWD_CONFIG_REG, SWD_AUTO_FEED_EN; SWD_WPROTECT_REG (register header).
        super_watchdog: Some(SuperWatchdog {
            auto_feed: Field::new(0x5011_601c, 18, 1),
            protect: 0x5011_6020,
            key: SuperWatchdog::KEY_LP_WDT,
        }),
    }),
    // LP_SYSTEM_REG_SYS_CTRL_REG, FORCE_DOWNLOAD_BOOT (register header).
    force_download_boot: Some(Field::new(0x5011_0008, 2, 1)),
    // EFUSE_RD_MAC_SYS0_REG and 1 (register header).
    mac: MacFuses::Words(0x5012_d044),
    // EFUSE_WAFER_VERSION_MAJOR_HI, _LO and _MINOR, block 1 word 2 (eFuse
    // table of the ESP32-P4).
    revision: Some(RevisionFuses {
        major: &[Field::new(0x5012_d04c, 23, 1), Field::new(0x5012_d04c, 4, 2)],
        major_code: MajorCode::Binary,
        minor: &[Field::new(0x5012_d04c, 0, 4)],
        zero_if: &[],
    }),
    security_fuses: None,
};
