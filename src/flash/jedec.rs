//! What a flash chip says of itself.

use std::fmt;

/// The answer to RDID (9F): manufacturer, type, capacity (JEDEC JEP106 and
/// the manufacturers' datasheets).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct JedecId {
    /// Manufacturer.
    pub manufacturer: u8,
    /// The manufacturer's device type.
    pub device: u8,
    /// A code for the capacity.
    pub capacity: u8,
}

impl JedecId {
    /// The id as it lies in the SPI controller's first data register: the byte
    /// that came first is the lowest. The top byte is not looked at.
    ///
    /// A flash that is missing or unpowered answers all zeros or all ones,
    /// which is no id.
    #[must_use]
    pub fn from_word(word: u32) -> Option<Self> {
        let [manufacturer, device, capacity, _] = word.to_le_bytes();
        let id = Self {
            manufacturer,
            device,
            capacity,
        };
        match [manufacturer, device, capacity] {
            [0, 0, 0] | [0xff, 0xff, 0xff] => None,
            _ => Some(id),
        }
    }

    /// The id as a word, see [`from_word`](Self::from_word); its top byte is 0.
    #[must_use]
    pub const fn word(self) -> u32 {
        u32::from_le_bytes([self.manufacturer, self.device, self.capacity, 0])
    }

    /// Size of the flash in bytes, if the capacity code is a usual one.
    ///
    /// Most manufacturers give the power of two. Above 32 MB some count on
    /// from 20 (64 MB); some low-voltage parts set bit 5. Adesto (1F) counts
    /// from 32 KB in the device byte's low bits.
    #[must_use]
    pub fn size(self) -> Option<u32> {
        const ADESTO: u8 = 0x1f;
        if self.manufacturer == ADESTO {
            return match self.device & 0x1f {
                code @ 3..=9 => Some(1 << (code + 15)),
                _ => None,
            };
        }
        match self.capacity {
            code @ 0x12..=0x1c => Some(1 << code),
            code @ 0x20..=0x22 => Some(1 << (code - 6)),
            code @ 0x32..=0x3a => Some(1 << (code - 0x20)),
            _ => None,
        }
    }
}

impl fmt::Display for JedecId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c] = [self.manufacturer, self.device, self.capacity];
        write!(f, "{a:02x} {b:02x} {c:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_of_known_flash_chips() {
        for (word, text, size) in [
            // What an ESP32-C3's flash answered in a recorded session.
            (0x0016_40c8, "c8 40 16", Some(4 << 20)),
            (0xff16_40ef, "ef 40 16", Some(4 << 20)),
            (0x0012_40ef, "ef 40 12", Some(256 << 10)),
            (0x0019_40ef, "ef 40 19", Some(32 << 20)),
            (0x0020_ba20, "20 ba 20", Some(64 << 20)),
            (0x003a_25c2, "c2 25 3a", Some(64 << 20)),
            (0x0001_471f, "1f 47 01", Some(4 << 20)),
            (0x0001_401f, "1f 40 01", None),
            (0x0000_40ef, "ef 40 00", None),
        ] {
            let id = JedecId::from_word(word).unwrap();
            assert_eq!((id.to_string().as_str(), id.size()), (text, size));
        }
        assert_eq!(JedecId::from_word(0xab00_0000), None);
        assert_eq!(JedecId::from_word(0x00ff_ffff), None);
    }
}
