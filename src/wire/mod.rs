//! The loader's commands: byte layouts, checksums, status codes, dialects.
//!
//! A request frame is `00 op len:u16 checksum:u32 payload`, a response frame
//! `01 op len:u16 value:u32 data… status`, all little-endian, inside SLIP.
//! This layer does no I/O and knows no chip.
//!
//! A command is a type that implements [`Command`]: its number, its payload,
//! and what its answer means. Adding one is adding one type. This crate's stub
//! has commands in a form of their own: see [`own`].

mod any;
mod command;
mod dialect;
mod exchange;
mod flash;
mod link;
mod mem;
mod opcode;
pub mod own;
mod payload;
mod reason;
mod reg;
mod request;
mod response;
mod security;
mod spi;
mod stub;

pub use any::AnyCommand;
pub use command::{Command, checksum, encode};
pub use dialect::{Dialect, Loader};
pub use exchange::{Exchange, Reply};
pub use flash::{
    Encryption, FlashBegin, FlashData, FlashDeflBegin, FlashDeflData, FlashDeflEnd, FlashEnd,
    FlashMd5, FlashSetAddressBits, Leave, ReadFlashSlow,
};
pub use link::{ChangeBaudrate, Sync};
pub use mem::{MemBegin, MemData, MemEnd};
pub use opcode::Opcode;
pub use payload::{FromPayload, Payload, RequestError};
pub use reason::Reason;
pub use reg::{ReadReg, RegWrite, WriteReg};
pub use request::Request;
pub use response::{Response, WireError};
pub use security::{GetSecurityInfo, SecurityFlags, SecurityInfo};
pub use spi::{SpiAttach, SpiPins, SpiSetParams};
pub use stub::{EraseFlash, EraseRegion, ReadFlash, RunUserCode};

/// Bytes before the payload of a request and before the data of a response.
pub const HEADER_LEN: usize = 8;
/// First byte of a request.
pub const TO_DEVICE: u8 = 0x00;
/// First byte of a response.
pub const TO_HOST: u8 = 0x01;

#[cfg(test)]
mod tests;
