//! Where a chip keeps its MAC address and its revision.

use super::Field;
use std::fmt;

/// A chip's base MAC address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Mac(pub [u8; 6]);

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

/// Where the base MAC address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MacFuses {
    /// Address of two words: the first has the last four bytes, the second
    /// has the first two in its low half; most significant byte first.
    Words(u32),
    /// Address of the ESP8266's four eFuse words. Word 3 has the first three
    /// bytes; where it is 0, bits 16 to 23 of word 1 choose between two known
    /// prefixes. Then come the low half of word 1 and the top byte of word 0.
    Esp8266(u32),
}

impl MacFuses {
    /// The addresses that [`read`](Self::read) reads.
    #[must_use]
    pub fn addresses(self) -> Vec<u32> {
        let mut addresses = Vec::new();
        // None of them depends on what another one holds.
        let Ok(_) = self.read(|address| {
            addresses.push(address);
            Ok::<_, std::convert::Infallible>(0)
        });
        addresses
    }

    /// Reads the address through `read`, which reads the word at an address.
    ///
    /// # Errors
    /// Those of `read`.
    pub fn read<E>(self, mut read: impl FnMut(u32) -> Result<u32, E>) -> Result<Mac, E> {
        match self {
            Self::Words(base) => {
                let [c, d, e, g] = read(base)?.to_be_bytes();
                let [_, _, a, b] = read(base + 4)?.to_be_bytes();
                Ok(Mac([a, b, c, d, e, g]))
            }
            Self::Esp8266(base) => {
                let [g, _, _, _] = read(base)?.to_be_bytes();
                let [_, prefix, d, e] = read(base + 4)?.to_be_bytes();
                let [_, a, b, c] = match (read(base + 12)?, prefix) {
                    (0, 0) => 0x0018_fe34,
                    (0, 1) => 0x00ac_d074,
                    (word, _) => word,
                }
                .to_be_bytes();
                Ok(Mac([a, b, c, d, e, g]))
            }
        }
    }
}

/// A chip's revision, `v1.0`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision {
    /// Grows with changes that software must know of.
    pub major: u16,
    /// 0 to 99.
    pub minor: u16,
}

impl Revision {
    /// As image headers and log messages count: major × 100 + minor.
    #[must_use]
    pub const fn number(self) -> u16 {
        self.major * 100 + self.minor
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}.{}", self.major, self.minor)
    }
}

/// Where the wafer's revision is.
#[derive(Debug)]
pub struct RevisionFuses {
    /// The major number's bits, most significant first.
    pub major: &'static [Field],
    /// How the major number's bits count.
    pub major_code: MajorCode,
    /// The minor number's bits, most significant first.
    pub minor: &'static [Field],
    /// The chip is a v0.0 after all if each of these fields has its value.
    pub zero_if: &'static [(Field, u32)],
}

/// How the bits of a major revision count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MajorCode {
    /// As a number.
    Binary,
    /// One bit more with each revision.
    Thermometer,
}

impl RevisionFuses {
    /// Reads the revision through `read`, which reads the word at an address
    /// and is asked once for each.
    ///
    /// # Errors
    /// Those of `read`.
    pub fn read<E>(&self, mut read: impl FnMut(u32) -> Result<u32, E>) -> Result<Revision, E> {
        let mut words: Vec<(u32, u32)> = Vec::new();
        let mut field = |field: Field| -> Result<u32, E> {
            let word = match words.iter().find(|(address, _)| *address == field.address) {
                Some((_, word)) => *word,
                None => {
                    let word = read(field.address)?;
                    words.push((field.address, word));
                    word
                }
            };
            Ok(field.of(word))
        };
        let mut zero = !self.zero_if.is_empty();
        for (bits, value) in self.zero_if {
            zero = zero && field(*bits)? == *value;
        }
        if zero {
            return Ok(Revision::default());
        }
        let mut join = |fields: &[Field]| -> Result<u32, E> {
            fields
                .iter()
                .try_fold(0, |sum, bits| Ok(sum << bits.width | field(*bits)?))
        };
        let major = join(self.major)?;
        let major = match self.major_code {
            MajorCode::Binary => major,
            MajorCode::Thermometer => major.trailing_ones(),
        };
        let minor = join(self.minor)?;
        // The fields have a handful of bits.
        let narrow = |number| u16::try_from(number).unwrap_or(u16::MAX);
        Ok(Revision {
            major: narrow(major),
            minor: narrow(minor),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    fn mac(fuses: MacFuses, words: &[u32]) -> String {
        let base = match fuses {
            MacFuses::Words(base) | MacFuses::Esp8266(base) => base,
        };
        let read = |address: u32| {
            Ok::<_, Infallible>(words[usize::try_from((address - base) / 4).unwrap()])
        };
        fuses.read(read).unwrap().to_string()
    }

    #[test]
    fn mac_addresses() {
        // The words are those of a recorded session with an ESP32-C3.
        let words = [0x24fe_1001, 0x0000_c40a];
        assert_eq!(mac(MacFuses::Words(0x100), &words), "c4:0a:24:fe:10:01");
        let esp8266 = MacFuses::Esp8266(0x3ff0_0050);
        let cases: [(&[u32], &str); 3] = [
            (&[0x5600_0000, 0x0000_1234, 0, 0], "18:fe:34:12:34:56"),
            (&[0x5600_0000, 0x0001_1234, 0, 0], "ac:d0:74:12:34:56"),
            (
                &[0x5600_0000, 0x0002_1234, 0, 0x00a0_20a6],
                "a0:20:a6:12:34:56",
            ),
        ];
        for (words, text) in cases {
            assert_eq!(mac(esp8266, words), text);
        }
    }

    static FUSES: RevisionFuses = RevisionFuses {
        major: &[
            Field::new(8, 0, 1),
            Field::new(4, 0, 1),
            Field::new(0, 3, 1),
        ],
        major_code: MajorCode::Thermometer,
        minor: &[Field::new(0, 0, 2)],
        zero_if: &[],
    };

    #[test]
    fn revisions_ask_for_each_word_once() {
        for (words, text) in [
            ([0b0001, 0, 0], "v0.1"),
            ([0b1000, 0, 0], "v1.0"),
            ([0b1010, 1, 0], "v2.2"),
            ([0b1011, 1, 1], "v3.3"),
        ] {
            let mut asked = Vec::new();
            let revision = FUSES
                .read(|address| {
                    asked.push(address);
                    Ok::<_, Infallible>(words[usize::try_from(address / 4).unwrap()])
                })
                .unwrap();
            assert_eq!(revision.to_string(), text);
            assert_eq!(asked, [8, 4, 0]);
        }
    }
}
