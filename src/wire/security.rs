//! Security settings and the chip's id.

use super::command::put_words;
use super::payload::{FromPayload, Payload, RequestError};
use super::{Command, Dialect, Opcode, WireError};
use std::fmt;

/// GET_SECURITY_INFO: not on the ESP8266 and the ESP32.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GetSecurityInfo;

/// The chip's security settings, from its eFuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecurityInfo {
    /// What is on.
    pub flags: SecurityFlags,
    /// Flash encryption counter: encryption is on if an odd number of bits is
    /// set.
    pub crypt_count: u8,
    /// What each key block is for.
    pub key_purposes: [u8; 7],
    /// The chip's id; the ESP32-S2 does not tell.
    pub chip_id: Option<u32>,
    /// Version of the loader's interface; the ESP32-S2 does not tell.
    pub api_version: Option<u32>,
}

impl SecurityInfo {
    /// Appends the data of an answer, in the layout of the dialect. What is
    /// not known is 0.
    pub fn encode(&self, dialect: &Dialect, out: &mut Vec<u8>) {
        put_words(out, &[self.flags.0]);
        out.push(self.crypt_count);
        out.extend_from_slice(&self.key_purposes);
        if dialect.security_info_len > 12 {
            let chip_id = self.chip_id.unwrap_or(0);
            put_words(out, &[chip_id, self.api_version.unwrap_or(0)]);
        }
    }

    /// Whether the chip encrypts its flash.
    #[must_use]
    pub const fn flash_encryption(&self) -> bool {
        self.crypt_count.count_ones() % 2 == 1
    }
}

/// Flag bits of [`SecurityInfo`].
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct SecurityFlags(pub u32);

impl SecurityFlags {
    /// Secure boot is on.
    pub const SECURE_BOOT: u32 = 1 << 0;
    /// Secure download mode is on: no reading, hashing, or running from RAM.
    pub const SECURE_DOWNLOAD: u32 = 1 << 2;
    /// Secure boot keys 0 to 2 are revoked.
    pub const KEYS_REVOKED: [u32; 3] = [1 << 3, 1 << 4, 1 << 5];
    /// JTAG is off, but software may turn it on.
    pub const SOFT_DISABLE_JTAG: u32 = 1 << 6;
    /// JTAG is off for good.
    pub const HARD_DISABLE_JTAG: u32 = 1 << 7;
    /// USB is off.
    pub const DISABLE_USB: u32 = 1 << 8;

    /// Whether every bit of `bits` is set.
    #[must_use]
    pub const fn has(self, bits: u32) -> bool {
        self.0 & bits == bits
    }
}

impl fmt::Debug for SecurityFlags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}

impl Command for GetSecurityInfo {
    const OPCODE: Opcode = Opcode::GET_SECURITY_INFO;
    type Answer = SecurityInfo;

    fn payload(&self, _: &Dialect, _: &mut Vec<u8>) {}

    /// Either layout, whatever the dialect: this is asked before the chip is
    /// known.
    fn answer_lens(&self, _: &Dialect) -> &'static [usize] {
        &[20, 12]
    }

    /// Layout: flags u32, crypt_count u8, key_purposes 7 × u8, and but for the
    /// ESP32-S2 chip_id u32, api_version u32.
    fn answer(&self, _: &Dialect, _: u32, data: &[u8]) -> Result<SecurityInfo, WireError> {
        let short = WireError::Malformed {
            command: Self::OPCODE,
            what: "neither 12 nor 20 bytes",
        };
        let Some((head, rest)) = data.split_first_chunk::<12>() else {
            return Err(short);
        };
        let [f0, f1, f2, f3, crypt_count, key_purposes @ ..] = *head;
        let (chip_id, api_version) = match *rest {
            [] => (None, None),
            [c0, c1, c2, c3, a0, a1, a2, a3] => (
                Some(u32::from_le_bytes([c0, c1, c2, c3])),
                Some(u32::from_le_bytes([a0, a1, a2, a3])),
            ),
            _ => return Err(short),
        };
        Ok(SecurityInfo {
            flags: SecurityFlags(u32::from_le_bytes([f0, f1, f2, f3])),
            crypt_count,
            key_purposes,
            chip_id,
            api_version,
        })
    }
}

impl<'a> FromPayload<'a> for GetSecurityInfo {
    fn from_payload(_: &mut Payload<'a>, _: &Dialect) -> Result<Self, RequestError> {
        Ok(Self)
    }
}
