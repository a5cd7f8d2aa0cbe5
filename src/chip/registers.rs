//! Registers that the host touches through READ_REG and WRITE_REG.

/// Some bits of one 32-bit register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Field {
    /// Address of the register.
    pub address: u32,
    /// Number of the lowest bit, 0 to 31.
    pub shift: u8,
    /// Number of bits, 1 to 32.
    pub width: u8,
}

impl Field {
    /// `width` bits of the register at `address`, from bit `shift` on.
    #[must_use]
    pub const fn new(address: u32, shift: u8, width: u8) -> Self {
        Self {
            address,
            shift,
            width,
        }
    }

    /// The bits' place in the register.
    #[must_use]
    pub const fn mask(self) -> u32 {
        // A shift of 32 - width keeps a width of 32 within bounds.
        (u32::MAX >> (32 - self.width as u32)) << self.shift
    }

    /// The field's value in a word read from the register.
    #[must_use]
    pub const fn of(self, word: u32) -> u32 {
        (word & self.mask()) >> self.shift
    }
}

/// UART0.
#[derive(Debug)]
pub struct Uart {
    /// Address of its first register.
    pub base: u32,
    /// UART_CLKDIV: the clock's cycles per bit, whole part. The sixteenths are
    /// in bits 20 to 23 of the same register.
    pub divider: Field,
    /// The clock that is divided, in multiples of the crystal's frequency.
    pub clock_multiple: u32,
}

/// SPI1, the controller the ROM loader drives the flash with.
#[derive(Debug)]
pub struct SpiController {
    /// Address of its first register, which is CMD.
    pub base: u32,
    /// Where its other registers are.
    pub layout: &'static SpiLayout,
}

/// Where an SPI controller keeps what; offsets are in bytes from its base.
#[derive(Debug, PartialEq, Eq)]
pub struct SpiLayout {
    /// USER: the phases a transaction has.
    pub user: u32,
    /// USER1: lengths of the address and dummy phases.
    pub user1: u32,
    /// USER2: the command phase.
    pub user2: u32,
    /// Where the lengths of the data phases are.
    pub data_length: DataLength,
    /// W0, the first of sixteen data registers.
    pub w0: u32,
    /// How ADDR holds a 24-bit address.
    pub address: SpiAddress,
}

/// Where an SPI controller is told the lengths of its data phases, in bits
/// less one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataLength {
    /// In a register for each direction.
    Registers {
        /// Offset of MOSI_DLEN, bits to send.
        mosi: u32,
        /// Offset of MISO_DLEN, bits to receive.
        miso: u32,
    },
    /// In USER1: bits to send from bit 17 on, bits to receive from bit 8 on.
    User1,
}

/// How an SPI controller's ADDR register holds a 24-bit address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpiAddress {
    /// Its top bit is bit 31.
    Left,
    /// Its lowest bit is bit 0.
    Right,
}

impl SpiLayout {
    /// ESP8266 (register header of the ESP8266's SPI).
    pub const ESP8266: Self = Self {
        user: 0x1c,
        user1: 0x20,
        user2: 0x24,
        data_length: DataLength::User1,
        w0: 0x40,
        address: SpiAddress::Left,
    };
    /// ESP32 (TRM, "SPI Controller", register summary).
    pub const ESP32: Self = Self {
        user: 0x1c,
        user1: 0x20,
        user2: 0x24,
        data_length: DataLength::Registers {
            mosi: 0x28,
            miso: 0x2c,
        },
        w0: 0x80,
        address: SpiAddress::Left,
    };
    /// The SPI_MEM controllers from the ESP32-S2 on (TRM or register header,
    /// SPI_MEM_USER_REG, SPI_MEM_MOSI_DLEN_REG, SPI_MEM_W0_REG).
    pub const SPI_MEM: Self = Self {
        user: 0x18,
        user1: 0x1c,
        user2: 0x20,
        data_length: DataLength::Registers {
            mosi: 0x24,
            miso: 0x28,
        },
        w0: 0x58,
        address: SpiAddress::Right,
    };
}

impl SpiController {
    /// CMD bit 18, USR: starts the transaction that USER describes, and
    /// clears when it is over.
    pub const CMD_USR: u32 = 1 << 18;
    /// USER bit 31: the transaction has a command phase.
    pub const USER_COMMAND: u32 = 1 << 31;
    /// USER: there is an address phase.
    pub const USER_ADDRESS: u32 = 1 << 30;
    /// USER bit 28: the transaction receives data.
    pub const USER_MISO: u32 = 1 << 28;
    /// USER bits 31 to 27: command, address, dummy, data in, data out.
    pub const USER_PHASES: u32 = 0xf800_0000;
    /// USER2: a command phase of eight bits, its opcode in bits 0 to 7.
    pub const USER2_COMMAND_8_BITS: u32 = 7 << 28;
}

/// The watchdogs that can bite while the loader runs.
///
/// A reset through USB-Serial/JTAG leaves them armed as the application had
/// them.
#[derive(Debug)]
pub struct Watchdogs {
    /// The RTC watchdog.
    pub rtc: RtcWatchdog,
    /// The super watchdog, where there is one.
    pub super_watchdog: Option<SuperWatchdog>,
}

/// The RTC watchdog (RTC_CNTL_WDT… or LP_WDT_…).
#[derive(Debug)]
pub struct RtcWatchdog {
    /// Address of CONFIG0: bit 31 enables it, 0 disables it and all stages.
    pub config0: u32,
    /// Address of CONFIG1: timeout of stage 0 in cycles of the slow clock. Those
    /// of stages 1 to 3 follow it.
    pub config1: u32,
    /// Address of the write protection register.
    pub protect: u32,
    /// Whether its bite resets the chip out of the loader.
    pub bite: WatchdogBite,
    /// The bit of CONFIG0 that lets it guard the start from flash.
    pub flash_boot: u32,
    /// What CONFIG1 holds after a reset.
    pub boot_hold: u32,
    /// What CONFIG1 is multiplied with: 2, as long as the eFuse WDT_DELAY_SEL is
    /// 0, on the chips that have it.
    pub first_stage: u32,
    /// The usual frequency of the slow clock in Hz.
    pub slow_clock: u32,
}

/// What the RTC watchdog's system reset does to a chip in its ROM loader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WatchdogBite {
    /// It resets the chip, a way out of the loader where RTS is not one.
    Resets,
    /// It is not known to work.
    Unsupported,
}

impl RtcWatchdog {
    /// Lifts the write protection (TRM, "Watchdog Timers").
    pub const KEY: u32 = 0x50d8_3aa1;
    /// CONFIG0 that bites once: enabled, stage 0 resets the system, with the
    /// reset pulses' lengths at 1 and 2 steps (bits 31, 30 to 28 = 5, 8, 1).
    pub const CONFIG0_BITE: u32 = (1 << 31) | (5 << 28) | (1 << 8) | 2;
    /// CONFIG1 for a bite: 13 ms on the ESP32, 29 to 44 ms on the others.
    pub const CONFIG1_BITE: u32 = 2000;
}

/// The super watchdog (RTC_CNTL_SWD_… or LP_WDT_SWD_…).
#[derive(Debug)]
pub struct SuperWatchdog {
    /// The configuration register's bit that makes the chip feed it by itself.
    pub auto_feed: Field,
    /// Address of the write protection register.
    pub protect: u32,
    /// The word that lifts the write protection.
    pub key: u32,
}

impl SuperWatchdog {
    /// The key of the chips with RTC_CNTL registers.
    pub const KEY_RTC_CNTL: u32 = 0x8f1d_312a;
    /// The key of the chips with LP_WDT registers.
    pub const KEY_LP_WDT: u32 = 0x50d8_3aa1;
    /// The bit beside auto-feed that stops it.
    pub const DISABLE: u32 = 1 << 30;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_cut_words() {
        assert_eq!(Field::new(0, 0, 32).mask(), u32::MAX);
        assert_eq!(Field::new(0, 31, 1).mask(), 1 << 31);
        assert_eq!(Field::new(0, 18, 3).of(0x0014_0000), 5);
    }
}
