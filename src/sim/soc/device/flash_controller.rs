//! The SPI controller that the flash hangs on (TRM, "SPI Controller", register
//! header of SPI_MEM).
//!
//! Modelled: transactions by USR in all their phases on one, two and four
//! lines, also several under one chip select, the commands that the controller
//! knows by itself, and the time they take. A transaction goes to the flash as a
//! whole when it is started; one that keeps the chip select low, and reads
//! nothing, when its last part is.

use super::{Device, Io, NEVER};
use crate::chip::{DataLength, SpiAddress, SpiLayout};
use crate::sim::firmware::Wires;
use crate::sim::soc::clocks::time_of;
use crate::sim::soc::registers::Registers;
use crate::time::{Duration, Instant};

/// What differs between the controllers of chips.
#[derive(Debug)]
pub struct FlashControllerLayout {
    /// Where registers are, from CMD on.
    pub registers: &'static SpiLayout,
    /// RD_STATUS: the flash's status.
    pub status: u32,
    /// CLOCK.
    pub clock: u32,
    /// Shift and mask of CLKCNT_N in CLOCK: the divider less one.
    pub divider: (u32, u32),
    /// Shift and mask of a divider in front of it, less one.
    pub prescaler: (u32, u32),
    /// The register and the bit of it that keeps the chip select low after a
    /// transaction.
    pub keep_active: (u32, u32),
}

impl FlashControllerLayout {
    /// SPI of the ESP8266 (register header), whose chip select rises behind each
    /// transaction.
    pub const ESP8266: Self = Self {
        registers: &SpiLayout::ESP8266,
        keep_active: (0x34, 0),
        ..Self::ESP32
    };

    /// SPI of the ESP32 (register header).
    pub const ESP32: Self = Self {
        registers: &SpiLayout::ESP32,
        status: 0x10,
        clock: 0x18,
        divider: (12, 0x3f),
        prescaler: (18, 0x1fff),
        keep_active: (0x34, 1 << 30),
    };

    /// SPI_MEM of ESP32-S2 and later (register header).
    pub const SPI_MEM: Self = Self {
        registers: &SpiLayout::SPI_MEM,
        status: 0x2c,
        clock: 0x14,
        divider: (16, 0xff),
        prescaler: (0, 0),
        keep_active: (0x34, 1 << 10),
    };
}

/// Bytes of registers.
pub(super) const REGISTERS: u32 = 0x100;

const CMD: u32 = 0x00;
const ADDR: u32 = 0x04;
const CTRL: u32 = 0x08;
/// Bytes that W0 to W15 hold.
const BUFFER: u32 = 64;

// Bits of CTRL: which phases go over two or four lines, and that WRSR has two
// bytes.
const FREAD_DUAL: u32 = 1 << 14;
const FREAD_QUAD: u32 = 1 << 20;
const WRSR_2B: u32 = 1 << 22;
const FREAD_DIO: u32 = 1 << 23;
const FREAD_QIO: u32 = 1 << 24;

// Bits of USER: the phases; and that data to be sent are in W8 to W15.
const USER_COMMAND: u32 = 1 << 31;
const USER_ADDRESS: u32 = 1 << 30;
const USER_DUMMY: u32 = 1 << 29;
const USER_IN: u32 = 1 << 28;
const USER_OUT: u32 = 1 << 27;
const USER_OUT_HIGH: u32 = 1 << 25;

/// What the controller does by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Own {
    /// Opcode alone.
    Plain,
    /// Opcode, address.
    Address,
    /// Opcode, address, data: as many bytes from W0 on as the top byte of ADDR
    /// says.
    Program,
    /// Opcode; then so many bytes go to W0.
    Read(u32),
    /// Opcode, address; then as many bytes go to W0 as the top byte of ADDR
    /// says.
    ReadData,
    /// Opcode; then the status comes.
    ReadStatus,
    /// Opcode, status.
    WriteStatus,
}

/// Bits of CMD: the opcode that each sends, and what goes with it.
const OWN: &[(u32, u8, Own)] = &[
    (1 << 31, 0x03, Own::ReadData),
    (1 << 30, 0x06, Own::Plain),
    (1 << 29, 0x04, Own::Plain),
    (1 << 28, 0x9f, Own::Read(3)),
    (1 << 27, 0x05, Own::ReadStatus),
    (1 << 26, 0x01, Own::WriteStatus),
    (1 << 25, 0x02, Own::Program),
    (1 << 24, 0x20, Own::Address),
    (1 << 23, 0xd8, Own::Address),
    (1 << 22, 0x60, Own::Plain),
    (1 << 21, 0xb9, Own::Plain),
    (1 << 20, 0xab, Own::Plain),
];
const USR: u32 = 1 << 18;

/// One cycle of chip select.
#[derive(Debug, Default)]
struct Transaction {
    out: Vec<u8>,
    read: u32,
    /// Cycles of the SPI clock.
    clocks: u64,
}

/// The controller.
pub(super) struct FlashController {
    base: u32,
    layout: &'static FlashControllerLayout,
    /// What was started, and when it is done.
    running: Option<(u32, Instant)>,
    /// What has gone over the wires since the chip select went low, if it still
    /// is.
    selected: Option<Transaction>,
}

impl FlashController {
    pub(super) const fn new(base: u32, layout: &'static FlashControllerLayout) -> Self {
        Self {
            base,
            layout,
            running: None,
            selected: None,
        }
    }

    fn get(&self, registers: &Registers, offset: u32) -> u32 {
        registers.get(self.base + offset)
    }

    /// Bytes from W0 on.
    fn buffer(&self, registers: &Registers, from: u32, len: u32) -> Vec<u8> {
        (from..from.saturating_add(len).min(BUFFER))
            .map(|at| self.get(registers, self.layout.registers.w0 + at / 4 * 4) >> (at % 4 * 8))
            .map(|word| word.to_le_bytes()[0])
            .collect()
    }

    fn set_buffer(&self, registers: &mut Registers, bytes: &[u8]) {
        let w0 = self.base + self.layout.registers.w0;
        for (at, byte) in (0..BUFFER).zip(bytes) {
            let (address, shift) = (w0 + at / 4 * 4, at % 4 * 8);
            let kept = registers.get(address) & !(0xff << shift);
            registers.set(address, kept | u32::from(*byte) << shift);
        }
    }

    /// What USR does.
    fn user(&self, registers: &Registers) -> Transaction {
        let SpiLayout {
            user,
            user1,
            user2,
            data_length,
            address,
            ..
        } = *self.layout.registers;
        let [user, user1, user2] = [user, user1, user2].map(|at| self.get(registers, at));
        let ctrl = self.get(registers, CTRL);
        let (address_lines, data_lines) = match ctrl {
            _ if ctrl & FREAD_QIO != 0 => (4, 4),
            _ if ctrl & FREAD_DIO != 0 => (2, 2),
            _ if ctrl & FREAD_QUAD != 0 => (1, 4),
            _ if ctrl & FREAD_DUAL != 0 => (1, 2),
            _ => (1, 1),
        };
        let (bits_out, bits_in) = match data_length {
            DataLength::Registers { mosi, miso } => {
                (self.get(registers, mosi), self.get(registers, miso))
            }
            DataLength::User1 => (user1 >> 17 & 0x1ff, user1 >> 8 & 0x1ff),
        };
        let bytes = |bits_less_one: u32| ((bits_less_one & 0x3ff) + 1).div_ceil(8).min(BUFFER);

        let mut it = Transaction::default();
        if user & USER_COMMAND != 0 {
            let len = (user2 >> 28) + 1;
            it.out
                .extend(user2.to_le_bytes().iter().take(len.div_ceil(8) as usize));
            it.clocks += u64::from(len);
        }
        if user & USER_ADDRESS != 0 {
            let len = ((user1 >> 26) + 1).min(32);
            let value = self.get(registers, ADDR);
            let left = match address {
                SpiAddress::Left => value,
                SpiAddress::Right => value << (32 - len),
            };
            it.out
                .extend(left.to_be_bytes().iter().take(len.div_ceil(8) as usize));
            it.clocks += u64::from(len / address_lines);
        }
        if user & USER_DUMMY != 0 {
            let cycles = (user1 & 0xff) + 1;
            let bytes = (cycles * address_lines).div_ceil(8);
            it.out.extend(std::iter::repeat_n(0, bytes as usize));
            it.clocks += u64::from(cycles);
        }
        if user & USER_OUT != 0 {
            let from = if user & USER_OUT_HIGH == 0 {
                0
            } else {
                BUFFER / 2
            };
            let len = bytes(bits_out);
            it.out.extend(self.buffer(registers, from, len));
            it.clocks += u64::from(len * 8);
        }
        if user & USER_IN != 0 {
            it.read = bytes(bits_in);
            it.clocks += u64::from(it.read * 8 / data_lines);
        }
        it
    }

    /// What one of the controller's own commands does.
    fn own(&self, registers: &Registers, opcode: u8, what: Own) -> Transaction {
        let address = self.get(registers, ADDR);
        let [len, high, middle, low] = address.to_be_bytes();
        let mut out = vec![opcode];
        let mut read = 0;
        if let Own::Address | Own::Program | Own::ReadData = what {
            out.extend([high, middle, low]);
        }
        match what {
            Own::Plain | Own::Address => {}
            Own::Program => out.extend(self.buffer(registers, 0, u32::from(len))),
            Own::Read(len) => read = len,
            Own::ReadData => read = u32::from(len).min(BUFFER),
            Own::ReadStatus => read = 1,
            Own::WriteStatus => {
                let [first, second, ..] = self.get(registers, self.layout.status).to_le_bytes();
                out.push(first);
                if self.get(registers, CTRL) & WRSR_2B != 0 {
                    out.push(second);
                }
            }
        }
        let clocks = (out.len() as u64 + u64::from(read)) * 8;
        Transaction { out, read, clocks }
    }

    /// How long so many cycles of the SPI clock take.
    fn time(&self, clocks: u64, io: &Io<'_, '_>) -> Duration {
        let clock = self.get(io.registers, self.layout.clock);
        let part = |(shift, mask): (u32, u32)| (clock >> shift & mask) + 1;
        let divider = if clock >> 31 != 0 {
            1
        } else {
            part(self.layout.divider) * part(self.layout.prescaler)
        };
        time_of(clocks * u64::from(divider), io.hz)
    }

    /// Carries a transaction out: what it has read, and when it is done. What the
    /// flash has been told to do begins when the chip select goes high.
    fn run(&mut self, transaction: Transaction, io: &mut Io<'_, '_>) -> (Vec<u8>, Instant) {
        let (keep, bit) = self.layout.keep_active;
        let keep = self.get(io.registers, keep) & bit != 0;
        let end = io.now + self.time(transaction.clocks, io);
        let before = self.selected.take().unwrap_or_default();
        let whole = Transaction {
            out: [before.out, transaction.out].concat(),
            read: before.read + transaction.read,
            ..transaction
        };
        let mut read = vec![0; transaction.read as usize];
        let start = if whole.read == 0 { end } else { io.now };
        if whole.read != 0 || !keep {
            let flash = &mut io.wires.flash;
            flash.go_on(start, &whole.out, before.read, &mut read);
        }
        if keep {
            self.selected = Some(whole);
        }
        (read, end)
    }
}

impl Device for FlashController {
    fn load(&mut self, offset: u32, io: &mut Io<'_, '_>) -> Option<u32> {
        if offset != CMD {
            return None;
        }
        match self.running {
            Some((command, end)) if io.now < end => Some(command),
            _ => Some(0),
        }
    }

    fn steady(&self, _offset: u32, _wires: &Wires<'_>) -> bool {
        true
    }

    fn store(&mut self, offset: u32, value: u32, io: &mut Io<'_, '_>) {
        if offset != CMD {
            return;
        }
        let mut end = io.now;
        if value & USR != 0 {
            let read;
            (read, end) = self.run(self.user(io.registers), io);
            self.set_buffer(io.registers, &read);
        } else if let Some((_, opcode, what)) = OWN.iter().find(|(bit, ..)| value & bit != 0) {
            let read;
            (read, end) = self.run(self.own(io.registers, *opcode, *what), io);
            match what {
                Own::ReadStatus => {
                    let status = read.first().copied().unwrap_or(0);
                    io.registers
                        .set(self.base + self.layout.status, u32::from(status));
                }
                _ => self.set_buffer(io.registers, &read),
            }
        }
        self.running = Some((value, end));
        io.asked.rescheduled = true;
    }

    fn next(&self) -> Instant {
        self.running.map_or(NEVER, |(_, end)| end)
    }

    fn advance(&mut self, io: &mut Io<'_, '_>) {
        self.running = self.running.filter(|(_, end)| io.now < *end);
    }
}

#[cfg(test)]
mod tests {
    use crate::sim::Link;
    use crate::sim::chip::ESP32C3;
    use crate::sim::soc::bench::Bench;
    use crate::time::Duration;

    const SPI1: u32 = 0x6000_2000;
    const READ: u32 = 1 << 31;

    #[test]
    fn a_transaction_takes_as_long_as_its_clocks() {
        // SYSTEM_SYSCLK_CONF, CLOCK, and how long the opcode, three bytes of
        // address and 64 of data take: 544 clocks.
        #[rustfmt::skip]
        let table = [
            (0x2_8001, 1 << 31, Duration::from_nanos(27_200)),
            (0x2_8000, 1 << 31, Duration::from_nanos(13_600)),
            (0x2_8000, 1 << 16, Duration::from_nanos(27_200)),
            (0x2_8400, 1 << 16, Duration::from_nanos(13_600)),
            (0x2_8400, 3 << 16, Duration::from_nanos(27_200)),
        ];
        for (sysclk, clock, takes) in table {
            let mut bench = Bench::new(&ESP32C3, Link::default());
            bench.flash.poke(0x123, b"abcd");
            bench.store(0x600c_0058, sysclk);
            bench.store(SPI1 + 0x14, clock);
            bench.store(SPI1 + 0x04, 64 << 24 | 0x123);
            let started = bench.now();
            bench.store(SPI1, READ);
            bench.pass(takes - (bench.now() - started) - Duration::from_nanos(60));
            assert_eq!(bench.load(SPI1), READ);
            bench.pass(Duration::from_nanos(100));
            assert_eq!(bench.load(SPI1), 0, "{sysclk:x} {clock:x}");
            assert_eq!(bench.load(SPI1 + 0x58).to_le_bytes(), *b"abcd");
        }
    }

    /// A transaction by USR: opcode (none: it continues the last one), address,
    /// bytes to send, bytes to receive, whether the chip select stays low.
    fn user(bench: &mut Bench, what: (u32, u32, &[u8], u32, bool)) -> [u8; 4] {
        let (opcode, address, out, read, keep) = what;
        let phase = |bit: u32, there: bool| u32::from(there) << bit;
        let len = u32::try_from(out.len()).unwrap();
        let phases = phase(31, opcode != 0)
            | phase(30, address != 0)
            | phase(28, read != 0)
            | phase(27, len != 0);
        for (at, bytes) in (0..).zip(out.chunks(4)) {
            let mut word = [0; 4];
            word[..bytes.len()].copy_from_slice(bytes);
            bench.store(SPI1 + 0x58 + 4 * at, u32::from_le_bytes(word));
        }
        bench.store(SPI1 + 0x18, phases);
        bench.store(SPI1 + 0x1c, 23 << 26);
        bench.store(SPI1 + 0x20, 7 << 28 | opcode);
        bench.store(SPI1 + 0x04, address);
        bench.store(SPI1 + 0x24, (len * 8).wrapping_sub(1));
        bench.store(SPI1 + 0x28, (read * 8).wrapping_sub(1));
        bench.store(SPI1 + 0x34, u32::from(keep) << 10);
        bench.store(SPI1, 1 << 18);
        bench.pass(Duration::from_micros(20));
        bench.load(SPI1 + 0x58).to_le_bytes()
    }

    #[test]
    fn a_chip_select_that_stays_low_makes_one_of_several() {
        let mut bench = Bench::new(&ESP32C3, Link::default());
        let id = user(&mut bench, (0x9f, 0, &[], 1, true));
        assert_eq!(id[0], 0xef);
        let id = user(&mut bench, (0, 0, &[], 2, false));
        assert_eq!(id[..2], [0x40, 0x14]);

        user(&mut bench, (0x06, 0, &[], 0, false));
        user(&mut bench, (0x02, 0x100, b"in ", 0, true));
        user(&mut bench, (0, 0, b"pieces", 0, false));
        bench.pass(Duration::from_millis(1));
        let read = user(&mut bench, (0x03, 0x105, &[], 4, false));
        assert_eq!(read, *b"eces");
        assert_eq!(bench.flash.wear().programs, 1);
    }

    #[test]
    fn a_read_goes_on_for_as_long_as_the_chip_select_stays_low() {
        let mut bench = Bench::new(&ESP32C3, Link::default());
        bench.flash.poke(0xffe, b"0123456789ab");
        let pieces = [(0x03, 0xffe, true), (0, 0, true), (0, 0, false)];
        let read =
            pieces.map(|(opcode, address, keep)| user(&mut bench, (opcode, address, &[], 4, keep)));
        assert_eq!(read.concat(), b"0123456789ab");
    }
}
