//! The settings in an image's header that say how the chip reads its flash.

use std::fmt;
use std::str::FromStr;

/// A name that means nothing here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} is not {what}; use one of {}", allowed.join(", "))]
pub struct UnknownName {
    /// What was given.
    pub name: String,
    /// What it should have been.
    pub what: &'static str,
    /// What can be given.
    pub allowed: Vec<&'static str>,
}

/// An enum with a name for each value: parsed from it, in any case, and
/// printed as it.
macro_rules! named {
    ($type:ident, $what:literal, $($value:ident = $name:literal,)*) => {
        impl $type {
            /// All values.
            pub const ALL: &'static [Self] = &[$(Self::$value),*];

            /// The name on a command line.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$value => $name,)*
                }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.name())
            }
        }

        impl FromStr for $type {
            type Err = UnknownName;
            fn from_str(name: &str) -> Result<Self, UnknownName> {
                let found = Self::ALL.iter().find(|value| value.name().eq_ignore_ascii_case(name));
                found.copied().ok_or_else(|| UnknownName {
                    name: name.to_owned(),
                    what: $what,
                    allowed: Self::ALL.iter().map(|value| value.name()).collect(),
                })
            }
        }
    };
}

/// How the chip reads its flash when it boots: how many lines carry the
/// address and the data. Byte 2 of an image's header, the same on all chips.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FlashMode {
    /// Four lines for both.
    Qio,
    /// Four lines for data.
    Qout,
    /// Two lines for both.
    Dio,
    /// Two lines for data.
    Dout,
}

named! { FlashMode, "a flash mode",
    Qio = "qio",
    Qout = "qout",
    Dio = "dio",
    Dout = "dout",
}

impl FlashMode {
    /// Byte 2 of an image's header.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Qio => 0,
            Self::Qout => 1,
            Self::Dio => 2,
            Self::Dout => 3,
        }
    }
}

/// The clock the chip reads its flash with when it boots. Which of them a
/// chip has, and their codes, is in its table entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FlashFrequency {
    /// 80 MHz.
    Mhz80,
    /// 60 MHz.
    Mhz60,
    /// 48 MHz.
    Mhz48,
    /// 40 MHz.
    Mhz40,
    /// 30 MHz.
    Mhz30,
    /// 26 MHz.
    Mhz26,
    /// 24 MHz.
    Mhz24,
    /// 20 MHz.
    Mhz20,
    /// 16 MHz.
    Mhz16,
    /// 15 MHz.
    Mhz15,
    /// 12 MHz.
    Mhz12,
}

named! { FlashFrequency, "a flash frequency",
    Mhz80 = "80m",
    Mhz60 = "60m",
    Mhz48 = "48m",
    Mhz40 = "40m",
    Mhz30 = "30m",
    Mhz26 = "26m",
    Mhz24 = "24m",
    Mhz20 = "20m",
    Mhz16 = "16m",
    Mhz15 = "15m",
    Mhz12 = "12m",
}

/// A size of flash that image headers can name. Which of them a chip has, and
/// their codes, is in its table entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FlashSize {
    /// 256 KiB.
    Kb256,
    /// 512 KiB.
    Kb512,
    /// 1 MiB.
    Mb1,
    /// 2 MiB.
    Mb2,
    /// 2 MiB in two applications of 1 MiB (ESP8266).
    Mb2C1,
    /// 4 MiB.
    Mb4,
    /// 4 MiB with two applications of 1 MiB (ESP8266).
    Mb4C1,
    /// 8 MiB.
    Mb8,
    /// 16 MiB.
    Mb16,
    /// 32 MiB.
    Mb32,
    /// 64 MiB.
    Mb64,
    /// 128 MiB.
    Mb128,
}

named! { FlashSize, "a flash size",
    Kb256 = "256KB",
    Kb512 = "512KB",
    Mb1 = "1MB",
    Mb2 = "2MB",
    Mb2C1 = "2MB-c1",
    Mb4 = "4MB",
    Mb4C1 = "4MB-c1",
    Mb8 = "8MB",
    Mb16 = "16MB",
    Mb32 = "32MB",
    Mb64 = "64MB",
    Mb128 = "128MB",
}

impl FlashSize {
    /// The size in bytes.
    #[must_use]
    pub const fn bytes(self) -> u32 {
        match self {
            Self::Kb256 => 256 << 10,
            Self::Kb512 => 512 << 10,
            Self::Mb1 => 1 << 20,
            Self::Mb2 | Self::Mb2C1 => 2 << 20,
            Self::Mb4 | Self::Mb4C1 => 4 << 20,
            Self::Mb8 => 8 << 20,
            Self::Mb16 => 16 << 20,
            Self::Mb32 => 32 << 20,
            Self::Mb64 => 64 << 20,
            Self::Mb128 => 128 << 20,
        }
    }

    /// The plain size of that many bytes.
    #[must_use]
    pub fn from_bytes(bytes: u32) -> Option<Self> {
        let found = Self::ALL.iter().find(|size| size.bytes() == bytes);
        found.copied()
    }
}

/// How a chip's image headers code the flash's clock and size: byte 3, the
/// size in its high nibble, the frequency in the low one.
#[derive(Debug)]
pub struct FlashCodes {
    /// Frequencies and their low nibbles.
    pub frequencies: &'static [(FlashFrequency, u8)],
    /// Sizes and their high nibbles.
    pub sizes: &'static [(FlashSize, u8)],
}

impl FlashCodes {
    /// Frequencies of most chips.
    pub const FREQUENCIES: &'static [(FlashFrequency, u8)] = &[
        (FlashFrequency::Mhz80, 0xf),
        (FlashFrequency::Mhz40, 0x0),
        (FlashFrequency::Mhz26, 0x1),
        (FlashFrequency::Mhz20, 0x2),
    ];

    /// Sizes of all chips but the ESP8266.
    pub const SIZES: &'static [(FlashSize, u8)] = &[
        (FlashSize::Mb1, 0x0),
        (FlashSize::Mb2, 0x1),
        (FlashSize::Mb4, 0x2),
        (FlashSize::Mb8, 0x3),
        (FlashSize::Mb16, 0x4),
        (FlashSize::Mb32, 0x5),
        (FlashSize::Mb64, 0x6),
        (FlashSize::Mb128, 0x7),
    ];

    /// The low nibble of byte 3 for a frequency.
    #[must_use]
    pub fn frequency(&self, frequency: FlashFrequency) -> Option<u8> {
        lookup(self.frequencies, frequency)
    }

    /// The high nibble of byte 3 for a size.
    #[must_use]
    pub fn size(&self, size: FlashSize) -> Option<u8> {
        lookup(self.sizes, size)
    }
}

fn lookup<K: Copy + PartialEq>(table: &[(K, u8)], key: K) -> Option<u8> {
    let found = table.iter().find(|(known, _)| *known == key);
    found.map(|(_, code)| *code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_parse_and_print() {
        for size in FlashSize::ALL {
            assert_eq!(size.to_string().parse(), Ok(*size));
            assert_eq!(size.to_string().to_lowercase().parse(), Ok(*size));
        }
        for frequency in FlashFrequency::ALL {
            assert_eq!(frequency.to_string().parse(), Ok(*frequency));
        }
        for mode in FlashMode::ALL {
            assert_eq!(mode.to_string().to_uppercase().parse(), Ok(*mode));
        }
        assert_eq!(
            "3MB".parse::<FlashMode>().unwrap_err().to_string(),
            "\"3MB\" is not a flash mode; use one of qio, qout, dio, dout"
        );
    }

    #[test]
    fn plain_sizes_win() {
        assert_eq!(FlashSize::from_bytes(2 << 20), Some(FlashSize::Mb2));
        assert_eq!(FlashSize::from_bytes(4 << 20), Some(FlashSize::Mb4));
        assert_eq!(FlashSize::from_bytes(3 << 20), None);
    }
}
