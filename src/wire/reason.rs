//! Why a device refuses.

use std::fmt;

/// Why a device refused, as it said it. Unknown reasons are kept as they came.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Reason(pub u8);

/// One row per known reason: constant, number, words.
macro_rules! reasons {
    ($($constant:ident = $number:literal, $words:literal;)*) => {
        impl Reason {
            $(#[doc = concat!("The device says: ", $words, ".")]
            pub const $constant: Self = Self($number);)*

            /// The reason in words, if it is a known one.
            #[must_use]
            pub const fn words(self) -> Option<&'static str> {
                match self.0 {
                    $($number => Some($words),)*
                    _ => None,
                }
            }
        }
    };
}

reasons! {
    BAD_REQUEST = 0x05, "bad request, or a command it does not know";
    FAILED = 0x06, "failed to act";
    CHECKSUM = 0x07, "wrong checksum";
    FLASH_WRITE = 0x08, "flash write failed, or reads back differently";
    FLASH_READ = 0x09, "flash read failed";
    FLASH_READ_LENGTH = 0x0a, "flash read too long";
    DEFLATE = 0x0b, "broken deflate stream";
    DEFLATE_ADLER = 0x0c, "deflate stream has a wrong Adler-32";
    DEFLATE_PARAMETER = 0x0d, "deflate stream is longer or shorter than announced";
    RAM_SIZE = 0x0e, "size for RAM not allowed";
    RAM_ADDRESS = 0x0f, "address in RAM not allowed";
    STUB_LENGTH = 0xc0, "payload has the wrong length";
    STUB_CHECKSUM = 0xc1, "wrong checksum";
    STUB_BLOCK_SIZE = 0xc2, "block size not allowed";
    STUB_COMMAND = 0xc3, "unknown command";
    STUB_SPI = 0xc4, "the flash does not do what it is told";
    STUB_UNLOCK = 0xc5, "the flash stays write-protected";
    STUB_NOT_IN_FLASH_MODE = 0xc6, "data without a begin";
    STUB_INFLATE = 0xc7, "broken deflate stream";
    STUB_TOO_LITTLE = 0xc8, "less data than announced";
    STUB_TOO_MUCH = 0xc9, "more data than announced";
    STUB_ADDRESS = 0xca, "flash address not aligned, not ascending, or outside the flash";
    STUB_CANCELLED = 0xcb, "cancelled by the host";
    STUB_UNIMPLEMENTED = 0xff, "not implemented";
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.words() {
            Some(words) => write!(f, "{words} (0x{:02x})", self.0),
            None => write!(f, "unknown reason 0x{:02x}", self.0),
        }
    }
}

impl fmt::Debug for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
