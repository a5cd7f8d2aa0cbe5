//! SLIP framing (RFC 1055): incremental, no I/O.
//!
//! A frame is `C0 … C0`; inside it `C0` is written `DB DC` and `DB` is written
//! `DB DD`.

mod decoder;
mod encoder;

pub use decoder::{Decoder, Event, FrameError};
pub use encoder::{encode, encoded_len};

/// Delimits frames.
pub const END: u8 = 0xc0;
/// Starts an escape sequence.
pub const ESC: u8 = 0xdb;
/// Behind [`ESC`]: a byte [`END`].
pub const ESC_END: u8 = 0xdc;
/// Behind [`ESC`]: a byte [`ESC`].
pub const ESC_ESC: u8 = 0xdd;

#[cfg(test)]
mod tests;
