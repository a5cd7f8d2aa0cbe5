//! How the loaders differ.

use super::{Opcode, Reason, Response};

/// How the device on the other side lays out what it says.
///
/// The loaders differ in a handful of figures, not in structure; each chip's
/// table entry names its ROM's dialect, and every stub speaks
/// [`Dialect::STUB`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// Who is talking.
    pub loader: Loader,
    /// Status bytes behind the data of every response: 2 or 4. Only the first
    /// two mean anything; a ROM leaves stale bytes in the others. See
    /// [`Dialect::reason`].
    pub status_len: usize,
    /// Words in FLASH_BEGIN and FLASH_DEFL_BEGIN: 4, or 5 with the
    /// "encrypted" word that the ROMs from the ESP32-S2 on insist on.
    pub flash_begin_words: usize,
    /// Bytes of data in the answer to GET_SECURITY_INFO: 20, ESP32-S2 12.
    pub security_info_len: usize,
}

/// Who is talking: a mask ROM or a stub.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loader {
    /// The chip's mask ROM.
    Rom,
    /// A stub flasher in RAM.
    Stub,
}

impl Dialect {
    /// The ESP8266's ROM.
    pub const ROM_ESP8266: Self = Self {
        loader: Loader::Rom,
        status_len: 2,
        flash_begin_words: 4,
        security_info_len: 0,
    };
    /// The ESP32's ROM.
    pub const ROM_ESP32: Self = Self {
        loader: Loader::Rom,
        status_len: 4,
        flash_begin_words: 4,
        security_info_len: 0,
    };
    /// The ESP32-S2's ROM.
    pub const ROM_ESP32S2: Self = Self {
        loader: Loader::Rom,
        status_len: 4,
        flash_begin_words: 5,
        security_info_len: 12,
    };
    /// The ROMs from the ESP32-S3 and ESP32-C3 on.
    pub const ROM: Self = Self {
        loader: Loader::Rom,
        status_len: 4,
        flash_begin_words: 5,
        security_info_len: 20,
    };
    /// Any stub.
    pub const STUB: Self = Self {
        loader: Loader::Stub,
        status_len: 2,
        flash_begin_words: 5,
        security_info_len: 20,
    };

    /// What the first two status bytes say: the reason for a refusal, or none.
    ///
    /// The first byte is 0 for success and nothing else counts then. A ROM
    /// refuses with `01 reason`; stubs are known to refuse with `reason 00` as
    /// well.
    #[must_use]
    pub const fn reason(&self, first: u8, second: u8) -> Option<Reason> {
        match (self.loader, first, second) {
            (_, 0, _) => None,
            (Loader::Stub, first, 0) => Some(Reason(first)),
            (_, _, reason) => Some(Reason(reason)),
        }
    }

    /// What a successful answer to SYNC tells before anything else is known:
    /// whether a stub or a ROM answers, and how long its status is. Which ROM
    /// it is, beyond that, the chip must tell.
    ///
    /// Only a stub's value word is 0; in a ROM's it may be anything else.
    #[must_use]
    pub fn from_sync(response: &Response<'_>) -> Option<Self> {
        match (response.opcode, response.value, response.body) {
            (Opcode::SYNC, 0, [0, _]) => Some(Self::STUB),
            (Opcode::SYNC, _, [0, _]) => Some(Self::ROM_ESP8266),
            (Opcode::SYNC, _, [0, _, _, _]) => Some(Self::ROM),
            _ => None,
        }
    }

    /// This dialect, unless an answer to SYNC shows that another loader
    /// answers than was thought: then the one it shows.
    #[must_use]
    pub fn corrected_by_sync(self, response: &Response<'_>) -> Self {
        match Self::from_sync(response) {
            Some(shown) if shown.key() != self.key() => shown,
            _ => self,
        }
    }

    /// What an answer to SYNC tells apart.
    const fn key(&self) -> (bool, usize) {
        (matches!(self.loader, Loader::Stub), self.status_len)
    }
}
