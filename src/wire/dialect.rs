//! How the loaders differ.

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
    /// two mean anything; a ROM leaves stale bytes in the others.
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
}
