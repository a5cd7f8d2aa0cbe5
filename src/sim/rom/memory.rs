//! The address space as READ_REG and WRITE_REG see it: plain storage, but for
//! the controller the flash hangs on and the watchdogs.

use super::{Config, fuses};
use crate::chip::{Chip, DataLength, SpiAddress, SpiController};
use crate::sim::nor::NorFlash;
use crate::sim::watchdog::Watchdogs;
use crate::time::Instant;
use std::collections::HashMap;

/// The commands that a controller has built in, by the bit of CMD that starts
/// them (ESP8266 and ESP32 register headers, SPI_CMD_REG).
const BUILT_IN: &[(u32, BuiltIn)] = &[
    (30, BuiltIn::Bare(0x06)),
    (29, BuiltIn::Bare(0x04)),
    (28, BuiltIn::Reads(0x9f, 3)),
    (27, BuiltIn::Reads(0x05, 1)),
    (25, BuiltIn::Programs),
    (24, BuiltIn::Addressed(0x20)),
    (23, BuiltIn::Addressed(0xd8)),
    (22, BuiltIn::Bare(0xc7)),
];

/// What a built-in command sends and receives.
#[derive(Clone, Copy, Debug)]
enum BuiltIn {
    /// An opcode.
    Bare(u8),
    /// An opcode; so many bytes come back.
    Reads(u8, usize),
    /// An opcode and the address in the low 24 bits of ADDR.
    Addressed(u8),
    /// PP: as many bytes from W0 on as ADDR's high byte says.
    Programs,
}

/// The most memory that writes may take, in words: RAM and registers of any
/// of the chips.
const MOST_WORDS: usize = 1 << 19;

#[derive(Debug)]
pub(super) struct AddressSpace {
    /// What was there from the start or has been stored since.
    words: HashMap<u32, u32>,
    fuses: HashMap<u32, u32>,
    chip: &'static Chip,
    spi: &'static SpiController,
    pub(super) watchdogs: Watchdogs,
}

impl AddressSpace {
    pub(super) fn new(chip: &'static Chip, config: &Config) -> Self {
        let fuses = fuses::words(chip, &config.identity, &config.security);
        let mut words: HashMap<u32, u32> = config.variant.words.iter().copied().collect();
        // USER after reset: a command phase.
        words.insert(
            chip.spi.base + chip.spi.layout.user,
            SpiController::USER_COMMAND,
        );
        Self {
            words,
            fuses: fuses.into_iter().collect(),
            chip,
            spi: &chip.spi,
            watchdogs: Watchdogs::new(chip.watchdogs.as_ref()),
        }
    }

    /// The UART is set to a rate, with a crystal of so many MHz.
    pub(super) fn set_divider(&mut self, baud: u32, crystal: u32) {
        let uart = &self.chip.uart;
        let clock = u64::from(crystal) * 1_000_000 * u64::from(uart.clock_multiple);
        let sixteenths = u32::try_from(clock * 16 / u64::from(baud.max(1))).unwrap_or(u32::MAX);
        let whole = ((sixteenths / 16) << uart.divider.shift) & uart.divider.mask();
        self.set(uart.divider.address, whole | (sixteenths & 0xf) << 20);
    }

    /// All words that something is known of, but for the eFuses.
    pub(super) fn words(&self) -> impl Iterator<Item = (u32, u32)> {
        self.words.iter().map(|(address, word)| (*address, *word))
    }

    pub(super) fn read(&self, address: u32) -> u32 {
        let word = self.words.get(&(address & !3));
        let word = word.or_else(|| self.fuses.get(&(address & !3)));
        word.copied().unwrap_or(0)
    }

    fn set(&mut self, address: u32, value: u32) {
        let room = self.words.len() < MOST_WORDS;
        match self.words.entry(address & !3) {
            std::collections::hash_map::Entry::Occupied(mut word) => {
                word.insert(value);
            }
            std::collections::hash_map::Entry::Vacant(word) if room => {
                word.insert(value);
            }
            std::collections::hash_map::Entry::Vacant(_) => {}
        }
    }

    /// Writes a register, and does what writing it does.
    pub(super) fn write(&mut self, address: u32, value: u32, now: Instant, flash: &mut NorFlash) {
        if address == self.spi.base {
            self.start(value, now, flash);
        } else if self.watchdogs.permit(address, |at| self.read(at)) {
            self.set(address, value);
            let words = &self.words;
            let word = |at: u32| words.get(&at).copied().unwrap_or(0);
            self.watchdogs.written(address, now, word);
        }
    }

    /// Stores bytes in RAM.
    pub(super) fn store(&mut self, address: u32, bytes: &[u8]) {
        for (at, byte) in (0..).zip(bytes) {
            let address = address.wrapping_add(at);
            let shift = address % 4 * 8;
            let word = self.read(address) & !(0xff << shift) | u32::from(*byte) << shift;
            self.set(address, word);
        }
    }

    fn spi(&self, offset: u32) -> u32 {
        self.read(self.spi.base + offset)
    }

    fn data_out(&self, len: usize) -> Vec<u8> {
        (0..16)
            .flat_map(|index| self.spi(self.spi.layout.w0 + index * 4).to_le_bytes())
            .take(len)
            .collect()
    }

    fn data_in(&mut self, bytes: &[u8]) {
        self.store(self.spi.base + self.spi.layout.w0, bytes);
    }

    /// A write to CMD: starts what the bit that is set stands for. CMD reads 0
    /// again when it is over, which is at once.
    fn start(&mut self, command: u32, now: Instant, flash: &mut NorFlash) {
        if command & SpiController::CMD_USR != 0 {
            self.user_transaction(now, flash);
        }
        let address = self.spi(4);
        let [length, a2, a1, a0] = address.to_be_bytes();
        for (bit, what) in BUILT_IN {
            if command & (1 << bit) == 0 {
                continue;
            }
            let mut read = vec![];
            let out = match *what {
                BuiltIn::Bare(opcode) => vec![opcode],
                BuiltIn::Reads(opcode, len) => {
                    read = vec![0; len];
                    vec![opcode]
                }
                BuiltIn::Addressed(opcode) => vec![opcode, a2, a1, a0],
                BuiltIn::Programs => {
                    let mut out = vec![0x02, a2, a1, a0];
                    out.extend(self.data_out(usize::from(length)));
                    out
                }
            };
            flash.transfer(now, &out, &mut read);
            self.data_in(&read);
        }
    }

    /// The transaction that USER, USER1 and USER2 describe.
    fn user_transaction(&mut self, now: Instant, flash: &mut NorFlash) {
        let layout = self.spi.layout;
        let (user, user1, user2) = (
            self.spi(layout.user),
            self.spi(layout.user1),
            self.spi(layout.user2),
        );
        let phase = |bit: u32| user & (1 << bit) != 0;
        let mut out = vec![];
        if phase(31) {
            let [opcode, ..] = user2.to_le_bytes();
            out.push(opcode);
        }
        if phase(30) {
            let bytes = ((user1 >> 26) + 1).div_ceil(8).min(4);
            let address = self.spi(4);
            let address = match layout.address {
                SpiAddress::Left => address,
                SpiAddress::Right => address << (32 - bytes * 8),
            };
            out.extend(address.to_be_bytes().iter().take(bytes as usize));
        }
        if phase(29) {
            out.extend(std::iter::repeat_n(
                0,
                ((user1 & 0xff) + 1).div_ceil(8) as usize,
            ));
        }
        let (bits_out, bits_in) = match layout.data_length {
            DataLength::Registers { mosi, miso } => (self.spi(mosi), self.spi(miso)),
            DataLength::User1 => (user1 >> 17 & 0x1ff, user1 >> 8 & 0x1ff),
        };
        let bytes = |bits: u32| (bits & 0x3ff).div_ceil(8).min(64) as usize;
        if phase(27) {
            out.extend(self.data_out(bytes(bits_out + 1)));
        }
        let mut read = vec![0; if phase(28) { bytes(bits_in + 1) } else { 0 }];
        flash.transfer(now, &out, &mut read);
        self.data_in(&read);
    }
}
