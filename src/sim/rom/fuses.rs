//! What the eFuses of a chip say, as the registers show it.

use super::Security;
use crate::chip::{Chip, Field, Mac, MacFuses, MajorCode, Revision};

/// What tells a chip from others of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Its base MAC address.
    pub mac: Mac,
    /// The revision of its wafer.
    pub revision: Revision,
}

impl Identity {
    /// The MAC address of boards that are not given another one; locally
    /// administered, so that it is no real chip's.
    pub const MAC: Mac = Mac([0x02, 0xe5, 0x70, 0x00, 0x00, 0x01]);
}

/// The words of the eFuse registers: address, value.
pub(in crate::sim) fn words(
    chip: &Chip,
    identity: &Identity,
    security: &Security,
) -> Vec<(u32, u32)> {
    let mut words: Vec<(u32, u32)> = mac_words(chip.mac, identity.mac);
    let mut put = |field: Field, value: u32| {
        let bits = value << field.shift & field.mask();
        match words.iter_mut().find(|(at, _)| *at == field.address) {
            Some((_, word)) => *word |= bits,
            None => words.push((field.address, bits)),
        }
    };
    // The fields come with the most significant one first.
    let mut spread = |fields: &[Field], mut value: u32| {
        for field in fields.iter().rev() {
            put(*field, value);
            value >>= field.width;
        }
    };
    if let Some(fuses) = &chip.revision {
        let major = u32::from(identity.revision.major);
        spread(
            fuses.major,
            match fuses.major_code {
                MajorCode::Binary => major,
                MajorCode::Thermometer => (1 << major.min(31)) - 1,
            },
        );
        spread(fuses.minor, u32::from(identity.revision.minor));
    }
    if let Some(fuses) = &chip.security_fuses {
        put(fuses.flash_crypt_count, u32::from(security.crypt_count));
        put(fuses.secure_boot_v1, u32::from(security.secure_boot));
    }
    words
}

fn mac_words(fuses: MacFuses, Mac([a, b, c, d, e, f]): Mac) -> Vec<(u32, u32)> {
    let word = u32::from_be_bytes;
    match fuses {
        MacFuses::Words(base) => vec![(base, word([c, d, e, f])), (base + 4, word([0, 0, a, b]))],
        MacFuses::Esp8266(base) => vec![
            (base, word([f, 0, 0, 0])),
            (base + 4, word([0, 0, d, e])),
            (base + 12, word([0, a, b, c])),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chip::ALL;
    use std::collections::HashMap;
    use std::convert::Infallible;

    #[test]
    fn hosts_read_what_the_fuses_say() {
        for chip in ALL {
            for (major, minor) in [(0, 0), (0, 2), (1, 0), (2, 1), (3, 3)] {
                let identity = Identity {
                    mac: Mac([2, 0x34, 0x56, 0x78, 0x9a, 0xbc]),
                    revision: Revision { major, minor },
                };
                let security = Security {
                    crypt_count: 5,
                    ..Security::default()
                };
                let words: HashMap<u32, u32> =
                    words(chip, &identity, &security).into_iter().collect();
                let read =
                    |address: u32| Ok::<_, Infallible>(words.get(&address).copied().unwrap_or(0));
                assert_eq!(chip.mac.read(read), Ok(identity.mac), "{chip}");
                if let Some(fuses) = &chip.revision {
                    assert_eq!(fuses.read(read), Ok(identity.revision), "{chip}");
                }
                if let Some(fuses) = &chip.security_fuses {
                    let count = fuses.flash_crypt_count;
                    assert_eq!(count.of(words[&count.address]), 5, "{chip}");
                }
            }
        }
    }
}
