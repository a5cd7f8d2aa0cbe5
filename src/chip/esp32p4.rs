//! ESP32-P4.

use super::*;
use crate::wire::RegWrite;

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
    stub: StubRules {
        // ESP-IDF's memory maps: revision 3 moved the cache's RAM to where
        // code may lie before.
        early_before: Some(300),
        ..StubRules::ALWAYS
    },
    flash: FlashCodes {
        // The low nibble of byte 3 in the image header format.
        frequencies: FlashCodes::FREQUENCIES,
        sizes: FlashCodes::SIZES,
    },
    spi: SpiController {
        base: 0x5008_d000,
        layout: &SpiLayout::SPI_MEM,
    },
    flash_power: Some(FlashPower {
        since_api_version: 6,
        // Revisions 3.1 and 3.2 leave the flash's supply off, so that 1.8 V
        // parts come to no harm.
        revisions: &[
            RevisionPower {
                revision: 301,
                on: FLASH_ON,
                by_rom: None,
            },
            RevisionPower {
                revision: 302,
                on: FLASH_ON,
                // EFUSE_RD_REPEAT_DATA1_REG, DOWNLOAD_MODE_XPD_ON: the ROM
                // turns the supply on, and fails the second time unless the
                // force-on bits are cleared.
                by_rom: Some((
                    Field::new(0x5012_d034, 16, 1),
                    &[clear(PMU_DATE, PMU_FLASH_FORCE_ON, 0)],
                )),
            },
        ],
    }),
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
            // WDT_FLASHBOOT_MOD_EN, STG0_HOLD; RC_SLOW_CLK (register header; TRM, "Reset and Clock").
            flash_boot: 1 << 12,
            boot_hold: 200_000,
            first_stage: 2,
            slow_clock: 136_000,
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

/// LP_SYSTEM_REG_ANA_XPD_PAD_GROUP_REG (register header).
const ANA_XPD_PAD_GROUP: u32 = 0x5011_010c;
/// PMU_EXT_LDO_P0_0P1A_REG: bits 23 to 30 target voltage, bit 7 force high.
const PMU_LDO: u32 = 0x5011_51b8;
const PMU_LDO_TARGET: u32 = 0xff << 23;
const PMU_LDO_FORCE_HIGH: u32 = 1 << 7;
/// PMU_EXT_LDO_P0_0P1A_ANA_REG: bit 27 limits the current.
const PMU_LDO_ANA: u32 = 0x5011_51bc;
const PMU_LDO_LIMIT_CURRENT: u32 = 1 << 27;
/// PMU_DATE_REG, whose lowest two bits force the flash's supply on.
const PMU_DATE: u32 = 0x5011_53fc;
const PMU_FLASH_FORCE_ON: u32 = 3;

/// Turns the flash's supply on, with the current limited at first; the times
/// are those that the common host waits.
const FLASH_ON: &[RegWrite] = &[
    set(ANA_XPD_PAD_GROUP, 1, 10_000),
    set(PMU_LDO_ANA, PMU_LDO_LIMIT_CURRENT, 0),
    set(PMU_LDO, PMU_LDO_FORCE_HIGH, 0),
    set(PMU_DATE, PMU_FLASH_FORCE_ON, 50),
    clear(PMU_LDO_ANA, PMU_LDO_LIMIT_CURRENT, 0),
    clear(PMU_LDO, PMU_LDO_TARGET, 0),
    clear(PMU_LDO, PMU_LDO_FORCE_HIGH, 1_800),
];

const fn set(address: u32, bits: u32, delay_us: u32) -> RegWrite {
    RegWrite {
        address,
        value: bits,
        mask: bits,
        delay_us,
    }
}

const fn clear(address: u32, bits: u32, delay_us: u32) -> RegWrite {
    RegWrite {
        address,
        value: 0,
        mask: bits,
        delay_us,
    }
}
