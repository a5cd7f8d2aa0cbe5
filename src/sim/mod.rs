//! The virtual board: a chip, its flash and its wiring, without hardware.
//!
//! Not a mock of the protocol but a board: control lines drive EN and IO0
//! through the reset circuit, bytes take their time on the line, the NOR flash
//! can only clear bits and is busy for as long as its data sheet says. What
//! runs on the chip is a [`Firmware`]; here it is the mask ROM's loader as
//! modelled in [`rom`].
//!
//! All of it lives in virtual time: the board's clock advances only while a
//! host waits, so that a session's duration is a number that comes out the
//! same on every run.
//!
//! ```
//! use espwire::chip::ESP32S3;
//! use espwire::sim::Board;
//!
//! let (board, port) = Board::builder(&ESP32S3).build();
//! // `port` is a `Transport`; `board` shows what happened to the chip.
//! assert_eq!(board.flash().read(0, 4), [0xff; 4]);
//! # drop(port);
//! ```

mod board;
pub mod chip;
pub mod cpu;
mod firmware;
mod hybrid;
mod line;
mod nor;
mod port;
mod reset_circuit;
pub mod rom;
mod serve;
pub mod soc;
mod spec;
mod watchdog;

pub use board::{Board, Builder, FlashView, Record, Running};
pub use firmware::{Firmware, Reset, ResetCause, Strapping, Wires};
pub use line::{LineFaults, Link, LinkKind};
pub use nor::{FlashFile, NorFlash, NorTimes, SectorWear, Wear};
pub use port::Port;
pub use reset_circuit::{ResetCircuit, Wiring};
#[cfg(all(unix, feature = "serial"))]
pub use serve::Pty;
pub use serve::{Pace, serve_rfc2217, serve_tcp};
pub use spec::{BadSpec, Spec};
