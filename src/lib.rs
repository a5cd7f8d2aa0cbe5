//! Flash and verify ESP8266 and ESP32-family chips over their serial ROM
//! loader, in process.
//!
//! The module tree is the architecture: each layer knows only those above it
//! in this list.
//!
//! | layer | what it knows |
//! |---|---|
//! | [`slip`] | framing |
//! | [`digest`] | what bytes come to in sixteen bytes |
//! | [`wire`] | commands and responses, byte by byte |
//! | [`chip`] | one table entry a chip |
//! | [`image`] | image headers, regions of flash |
//! | [`transport`] | a byte stream with baud, control lines, deadline and clock |
//! | [`connection`] | reset, sync, request and response |
//! | [`stub`] | images for the chips' RAM: upload, entry, cross-check |
//! | [`flash`] | plan, write, verify, read |
//! | [`session`] | connect → verify → write → finish |
//! | [`sim`] | the virtual board (feature `sim`) |

pub mod chip;
pub mod connection;
pub mod digest;
pub mod error;
pub mod flash;
pub mod image;
pub mod session;
#[cfg(feature = "sim")]
pub mod sim;
pub mod slip;
pub mod stub;
pub mod time;
pub mod transport;
pub mod wire;

pub use error::{Error, Result};

/// Compiles and runs the examples of the pages in `docs/`.
#[cfg(all(doctest, feature = "sim", feature = "serial"))]
mod pages {
    #[doc = include_str!("../docs/virtual-board.md")]
    struct VirtualBoard;
    #[doc = include_str!("../docs/fbuild.md")]
    struct Fbuild;
}
