//! Command numbers.

use std::fmt;

/// A command's number. Unknown numbers are kept as they came.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Opcode(pub u8);

/// One row per known opcode: constant, number, name, documentation.
macro_rules! opcodes {
    ($($(#[$doc:meta])* $constant:ident = $number:literal;)*) => {
        impl Opcode {
            $($(#[$doc])* pub const $constant: Self = Self($number);)*

            /// The name in Espressif's protocol documentation, or in this
            /// crate's, if it is a known command.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self.0 {
                    $($number => Some(stringify!($constant)),)*
                    _ => None,
                }
            }
        }
    };
}

opcodes! {
    /// Announce a write of plain data, and erase.
    FLASH_BEGIN = 0x02;
    /// One block of plain data.
    FLASH_DATA = 0x03;
    /// Leave flash mode.
    FLASH_END = 0x04;
    /// Announce an upload to RAM.
    MEM_BEGIN = 0x05;
    /// End an upload to RAM, and jump.
    MEM_END = 0x06;
    /// One block for RAM.
    MEM_DATA = 0x07;
    /// Say hello.
    SYNC = 0x08;
    /// Write registers.
    WRITE_REG = 0x09;
    /// Read a register.
    READ_REG = 0x0a;
    /// Tell the flash's geometry.
    SPI_SET_PARAMS = 0x0b;
    /// Connect the flash's pins.
    SPI_ATTACH = 0x0d;
    /// Read up to 64 bytes of flash (ROM).
    READ_FLASH_SLOW = 0x0e;
    /// Change the baud rate.
    CHANGE_BAUDRATE = 0x0f;
    /// Announce a write of deflated data, and erase.
    FLASH_DEFL_BEGIN = 0x10;
    /// One block of deflated data.
    FLASH_DEFL_DATA = 0x11;
    /// Leave flash mode.
    FLASH_DEFL_END = 0x12;
    /// MD5 of a range of flash.
    FLASH_MD5SUM = 0x13;
    /// Security flags and chip id.
    GET_SECURITY_INFO = 0x14;
    /// Set the number of address bits (ESP32-S3 ROM).
    FLASH_SET_ADDRESS_BITS = 0x15;
    /// Erase the whole flash (stub).
    ERASE_FLASH = 0xd0;
    /// Erase a range of flash (stub).
    ERASE_REGION = 0xd1;
    /// Stream a range of flash (stub).
    READ_FLASH = 0xd2;
    /// Leave the stub and start the application.
    RUN_USER_CODE = 0xd3;
    /// What the stub is and can do (this crate's stub, as all below).
    CAPABILITY = 0xf0;
    /// MD5 of many ranges of flash.
    DIGEST = 0xf1;
    /// CRC-32 of each sector of ranges of flash.
    MAP = 0xf2;
    /// Ranges of flash.
    READ = 0xf3;
    /// Open a write session, or erase.
    WRITE_BEGIN = 0xf4;
    /// One frame of a write session's data.
    WRITE_DATA = 0xf5;
    /// Where a write session stands.
    STATE = 0xf6;
    /// One raw transaction with the flash.
    FLASH_COMMAND = 0xf7;
    /// Stop whatever is running.
    CANCEL = 0xf9;
}

impl fmt::Display for Opcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "command 0x{:02x}", self.0),
        }
    }
}

impl fmt::Debug for Opcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self} (0x{:02x})", self.0)
    }
}
