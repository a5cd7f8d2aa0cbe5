//! ESP32.

use super::*;

/// Dual or single core, Wi-Fi, Bluetooth.
pub static ESP32: Chip = Chip {
    name: "ESP32",
    arg: "esp32",
    // Image header format, chip id.
    id: Some(0),
    // Recorded.
    magics: &[0x00f0_1d83],
    // ESP-IDF, "Bootloader": offset of the second-stage bootloader.
    bootloader_offset: 0x1000,
    rom: RomLoader::ESP32,
    stub: StubRules::ALWAYS,
    flash: FlashCodes {
        // The low nibble of byte 3 in the image header format.
        frequencies: FlashCodes::FREQUENCIES,
        sizes: FlashCodes::SIZES,
    },
    spi: SpiController {
        base: 0x3ff4_2000,
        layout: &SpiLayout::ESP32,
    },
    flash_power: None,
    uart: Uart {
        // UART_FIFO_REG(0), UART_CLKDIV_REG(0) (TRM, "UART Controller").
        base: 0x3ff4_0000,
        divider: Field::new(0x3ff4_0014, 0, 20),
        clock_multiple: 1,
    },
    usb: &[],
    watchdogs: Some(Watchdogs {
        // RTC_CNTL_WDTCONFIG0_REG, WDTCONFIG1_REG, WDTWPROTECT_REG (TRM,
        // "RTC_CNTL registers").
        rtc: RtcWatchdog {
            config0: 0x3ff4_808c,
            config1: 0x3ff4_8090,
            protect: 0x3ff4_80a4,
            bite: WatchdogBite::Unsupported,
            // WDT_FLASHBOOT_MOD_EN, STG0_HOLD (register header).
            flash_boot: 1 << 10,
            boot_hold: 128_000,
            first_stage: 1,
            // RC_SLOW_CLK has its 150 kHz only after software has tuned it
            // (RTC_CNTL_REG, SCK_DCAP, which is 0 at first); till then it is
            // this fast: boards whose start fails reset every 400 ms.
            slow_clock: 320_000,
        },
        super_watchdog: None,
    }),
    force_download_boot: None,
    // EFUSE_BLK0_RDATA1_REG and 2 (TRM, "eFuse Controller").
    mac: MacFuses::Words(0x3ff5_a004),
    revision: Some(RevisionFuses {
        // SYSCON date bit 31; EFUSE_BLK0_RDATA5 bit 20; EFUSE_BLK0_RDATA3 bit
        // 15 (ESP-IDF's documentation of chip revisions).
        major: &[
            Field::new(0x3ff6_607c, 31, 1),
            Field::new(0x3ff5_a014, 20, 1),
            Field::new(0x3ff5_a00c, 15, 1),
        ],
        major_code: MajorCode::Thermometer,
        // EFUSE_BLK0_RDATA5, WAFER_VERSION_MINOR.
        minor: &[Field::new(0x3ff5_a014, 24, 2)],
        zero_if: &[],
    }),
    security_fuses: Some(SecurityFuses {
        // EFUSE_BLK0_RDATA0, FLASH_CRYPT_CNT (TRM, "eFuse Controller").
        flash_crypt_count: Field::new(0x3ff5_a000, 20, 7),
        // EFUSE_BLK0_RDATA6, ABS_DONE_0.
        secure_boot_v1: Field::new(0x3ff5_a018, 4, 1),
    }),
};
