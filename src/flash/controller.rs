//! Register writes that do what the loader has no command for: drive the
//! flash through the chip's SPI controller, quiet the watchdogs.
//!
//! Each is one WRITE_REG batch: the ROM carries it out without a word from the
//! host in between.

use crate::chip::{DataLength, RtcWatchdog, SpiAddress, SpiController, Watchdogs};
use crate::wire::RegWrite;

/// RDID: manufacturer, type, capacity.
const RDID: u32 = 0x9f;
/// Its answer has three bytes.
const RDID_BITS: u32 = 24;
/// READ, with three bytes of address.
const READ: u32 = 0x03;
/// Bytes that one transaction receives at most: sixteen words.
pub const MOST: u32 = 64;
/// 32 bits at 1 MHz, slower than any ROM clocks its flash, and some more.
const TRANSACTION_US: u32 = 100;
/// The same for 64 bytes behind opcode and address.
const LONG_TRANSACTION_US: u32 = 1000;

/// Makes the flash tell its JEDEC id, and leaves the controller as it was. The
/// answer stands in its first data register, see [`id_register`].
#[must_use]
pub fn read_id(spi: &SpiController) -> Vec<RegWrite> {
    receive(spi, RDID, None, RDID_BITS, TRANSACTION_US)
}

/// Makes the flash give `len` bytes, [`MOST`] at most, from a 24-bit address
/// on, and leaves the controller as it was but for ADDR. They stand in its data
/// registers, see [`id_register`].
#[must_use]
pub fn read(spi: &SpiController, address: u32, len: u32) -> Vec<RegWrite> {
    receive(spi, READ, Some(address), len * 8, LONG_TRANSACTION_US)
}

/// A transaction that receives so many bits behind an opcode and an address.
fn receive(
    spi: &SpiController,
    opcode: u32,
    address: Option<u32>,
    bits: u32,
    delay_us: u32,
) -> Vec<RegWrite> {
    let at = |offset| spi.base + offset;
    let layout = spi.layout;
    let phases = |value| RegWrite {
        mask: SpiController::USER_PHASES,
        ..RegWrite::new(at(layout.user), value)
    };
    let length = match layout.data_length {
        DataLength::Registers { miso, .. } => RegWrite::new(at(miso), bits - 1),
        DataLength::User1 => RegWrite {
            mask: 0x1ff << 8,
            ..RegWrite::new(at(layout.user1), (bits - 1) << 8)
        },
    };
    let command = SpiController::USER2_COMMAND_8_BITS;
    let mut writes = vec![
        RegWrite::new(id_register(spi), 0),
        RegWrite::new(at(layout.user2), command | opcode),
        length,
    ];
    let mut used = SpiController::USER_COMMAND | SpiController::USER_MISO;
    if let Some(address) = address {
        used |= SpiController::USER_ADDRESS;
        let address = match layout.address {
            SpiAddress::Left => address << 8,
            SpiAddress::Right => address,
        };
        writes.extend([
            RegWrite::new(at(ADDR), address),
            RegWrite {
                mask: 0x3f << 26,
                ..RegWrite::new(at(layout.user1), (ADDRESS_BITS - 1) << 26)
            },
        ]);
    }
    writes.extend([
        phases(used),
        RegWrite {
            delay_us,
            ..RegWrite::new(spi.base, SpiController::CMD_USR)
        },
        // As the ROM leaves them: a command phase and nothing else.
        phases(SpiController::USER_COMMAND),
        RegWrite::new(at(layout.user2), command),
    ]);
    writes
}

/// Where the answer to [`read_id`] and [`read`] begins.
#[must_use]
pub fn id_register(spi: &SpiController) -> u32 {
    spi.base + spi.layout.w0
}

/// ADDR, in both layouts.
const ADDR: u32 = 4;
/// Bits of an address in a transaction.
const ADDRESS_BITS: u32 = 24;

/// The ESP8266's controller has ready-made commands in CMD, at offset 0.
const CMD_WREN: u32 = 1 << 30;
const CMD_RDSR: u32 = 1 << 27;
const CMD_SE: u32 = 1 << 24;
/// RD_STATUS, where RDSR puts the flash's status register.
const RD_STATUS: u32 = 0x10;
/// The flash's status register, bit 0: write in progress.
pub const STATUS_BUSY: u32 = 1;
/// A sector erase takes 45 ms as a rule (W25Q32 datasheet, tSE).
const SECTOR_ERASE_US: u32 = 45_000;
const POLL_US: u32 = 5_000;

/// Erases one sector, as an ESP8266's ROM does it, and looks at the flash's
/// status, see [`status_register`].
#[must_use]
pub fn erase_sector(spi: &SpiController, address: u32) -> Vec<RegWrite> {
    let command = |value, delay_us| RegWrite {
        delay_us,
        ..RegWrite::new(spi.base, value)
    };
    vec![
        command(CMD_WREN, TRANSACTION_US),
        RegWrite::new(spi.base + ADDR, address),
        command(CMD_SE, SECTOR_ERASE_US),
        command(CMD_RDSR, TRANSACTION_US),
    ]
}

/// Looks at the flash's status again, a little later.
#[must_use]
pub fn poll_status(spi: &SpiController) -> Vec<RegWrite> {
    vec![
        RegWrite {
            mask: 0,
            delay_us: POLL_US,
            ..RegWrite::new(spi.base + ADDR, 0)
        },
        RegWrite {
            delay_us: TRANSACTION_US,
            ..RegWrite::new(spi.base, CMD_RDSR)
        },
    ]
}

/// Where the answer to [`erase_sector`] and [`poll_status`] stands.
#[must_use]
pub fn status_register(spi: &SpiController) -> u32 {
    spi.base + RD_STATUS
}

/// Disables the RTC watchdog, and lets the chip feed the super watchdog by
/// itself.
#[must_use]
pub fn quiet_watchdogs(watchdogs: &Watchdogs) -> Vec<RegWrite> {
    let rtc = &watchdogs.rtc;
    let mut writes = vec![
        RegWrite::new(rtc.protect, RtcWatchdog::KEY),
        RegWrite::new(rtc.config0, 0),
        RegWrite::new(rtc.protect, 0),
    ];
    if let Some(dog) = &watchdogs.super_watchdog {
        let auto_feed = dog.auto_feed;
        writes.extend([
            RegWrite::new(dog.protect, dog.key),
            RegWrite {
                mask: auto_feed.mask(),
                ..RegWrite::new(auto_feed.address, auto_feed.mask())
            },
            RegWrite::new(dog.protect, 0),
        ]);
    }
    writes
}

/// Arms the RTC watchdog so that it resets the system at once.
#[must_use]
pub fn let_watchdog_bite(rtc: &RtcWatchdog) -> Vec<RegWrite> {
    vec![
        RegWrite::new(rtc.protect, RtcWatchdog::KEY),
        RegWrite::new(rtc.config1, RtcWatchdog::CONFIG1_BITE),
        RegWrite::new(rtc.config0, RtcWatchdog::CONFIG0_BITE),
        RegWrite::new(rtc.protect, 0),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chip::{ALL, ESP32, ESP32C3, ESP32H2, ESP32S3, ESP8266};
    use std::collections::HashMap;

    /// Registers after a batch, from what they held before.
    fn run(writes: &[RegWrite], before: &[(u32, u32)]) -> HashMap<u32, u32> {
        let mut registers: HashMap<u32, u32> = before.iter().copied().collect();
        for write in writes {
            let register = registers.entry(write.address).or_default();
            *register = (*register & !write.mask) | (write.value & write.mask);
        }
        registers
    }

    #[test]
    fn asking_for_the_id_leaves_the_controller_as_it_was() {
        // As recorded before a host asked for the id.
        let c3 = run(&read_id(&ESP32C3.spi), &[(0x6000_2018, 0x8000_00c0)]);
        assert_eq!(c3[&0x6000_2018], 0x8000_00c0);
        assert_eq!(c3[&0x6000_2020], 0x7000_0000);
        let esp32 = run(&read_id(&ESP32.spi), &[(0x3ff4_201c, 0x8000_0000)]);
        assert_eq!(esp32[&0x3ff4_201c], 0x8000_0000);
        assert_eq!(esp32[&0x3ff4_2024], 0x7000_0000);
        let esp8266 = run(&read_id(&ESP8266.spi), &[(0x6000_0220, 0x5c00_0007)]);
        assert_eq!(esp8266[&0x6000_0220], 0x5c00_1707);
        assert_eq!(esp8266[&0x6000_0240], 0);
    }

    #[test]
    fn asking_for_the_id_receives_24_bits() {
        for chip in ALL {
            let spi = &chip.spi;
            let writes = read_id(spi);
            let start = writes.iter().position(|write| write.address == spi.base);
            let before = run(&writes[..start.unwrap()], &[]);
            let register = |offset| before[&(spi.base + offset)];
            // Phases: command, data in. Eight bits of command, 9F.
            assert_eq!(register(spi.layout.user), 0x9000_0000, "{chip}");
            assert_eq!(register(spi.layout.user2), 0x7000_009f, "{chip}");
            let bits = match spi.layout.data_length {
                DataLength::Registers { miso, .. } => register(miso),
                DataLength::User1 => register(spi.layout.user1) >> 8,
            };
            assert_eq!(bits, 23, "{chip}");
            assert_eq!(writes[start.unwrap()].value, 1 << 18, "{chip}");
        }
    }

    #[test]
    fn reading_sends_opcode_and_address() {
        for chip in ALL {
            let spi = &chip.spi;
            let writes = read(spi, 0x12_3456, 16);
            let start = writes.iter().position(|write| write.address == spi.base);
            let before = run(&writes[..start.unwrap()], &[]);
            let register = |offset| before[&(spi.base + offset)];
            // Phases: command, address, data in. Eight bits of command, 03.
            assert_eq!(register(spi.layout.user), 0xd000_0000, "{chip}");
            assert_eq!(register(spi.layout.user2), 0x7000_0003, "{chip}");
            assert_eq!(register(spi.layout.user1) >> 26, 23, "{chip}");
            let address = match spi.layout.address {
                SpiAddress::Left => 0x1234_5600,
                SpiAddress::Right => 0x12_3456,
            };
            assert_eq!(register(ADDR), address, "{chip}");
            let bits = match spi.layout.data_length {
                DataLength::Registers { miso, .. } => register(miso),
                DataLength::User1 => register(spi.layout.user1) >> 8 & 0x1ff,
            };
            assert_eq!(bits, 127, "{chip}");
            let after = run(&writes, &[]);
            assert_eq!(after[&(spi.base + spi.layout.user)], 0x8000_0000, "{chip}");
        }
    }

    #[test]
    fn the_recorded_erase_of_a_sector() {
        let writes = erase_sector(&ESP8266.spi, 0x3f_f000);
        let recorded = [
            (0x6000_0200, 0x4000_0000),
            (0x6000_0204, 0x3f_f000),
            (0x6000_0200, 0x0100_0000),
        ];
        for (write, (address, value)) in writes.iter().zip(recorded) {
            assert_eq!((write.address, write.value), (address, value));
        }
        assert_eq!(status_register(&ESP8266.spi), 0x6000_0210);
    }

    #[test]
    fn watchdogs_are_unlocked_quieted_and_locked() {
        let s3 = ESP32S3.watchdogs.as_ref().unwrap();
        let after = run(
            &quiet_watchdogs(s3),
            &[(0x6000_8098, 0x8001_3214), (0x6000_80b4, 0x0400_0000)],
        );
        assert_eq!(after[&0x6000_8098], 0);
        assert_eq!(after[&0x6000_80b4], 0x8400_0000);
        let h2 = ESP32H2.watchdogs.as_ref().unwrap();
        let writes = quiet_watchdogs(h2);
        let at = |address, value| {
            writes
                .iter()
                .position(|w| (w.address, w.value) == (address, value))
        };
        let order = [
            at(0x600b_1c1c, 0x50d8_3aa1),
            at(0x600b_1c00, 0),
            at(0x600b_1c1c, 0),
            at(0x600b_1c24, 0x50d8_3aa1),
            at(0x600b_1c20, 1 << 18),
            at(0x600b_1c24, 0),
        ];
        assert_eq!(order, [0, 1, 2, 3, 4, 5].map(Some));
        let bite = run(&let_watchdog_bite(&h2.rtc), &[]);
        assert_eq!(bite[&0x600b_1c00], 0xd000_0102);
        assert_eq!(bite[&0x600b_1c04], 2000);
    }
}
