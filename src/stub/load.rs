//! Upload and entry, through a ROM.

use super::{Image, Origin, Piece, WithoutStub};
use crate::connection::{Connection, timing};
use crate::error::{Error, Result};
use crate::transport::Transport;
use crate::wire::{Dialect, MemBegin, MemData, MemEnd};

/// Uploads an image in blocks of at most `block` bytes, jumps to it, and waits
/// for its greeting. From then on the connection talks to it.
///
/// A block that was lost or refused spoils its upload, which starts again, in
/// smaller blocks: a ROM whose core is slow for the rate keeps 2 KiB of what
/// comes and loses the rest.
///
/// # Errors
/// The outer one: the port is gone; cancelled; the deadline passed. The inner
/// one: the stub does not run. Whether the ROM still does is not known then.
pub fn start<T: Transport>(
    connection: &mut Connection<T>,
    image: &Image,
    block: u32,
) -> Result<Result<(), WithoutStub>> {
    for piece in &image.pieces {
        if let Err(error) = upload(connection, piece, block) {
            return not_started(error);
        }
    }
    let patience = match image.origin {
        Origin::Embedded => timing::STUB_GREETING,
        Origin::Elsewhere => timing::COMMAND,
    };
    match connection.jump(&MemEnd::Jump(image.entry), patience) {
        Ok(true) => log::info!(target: "espwire::stub",
            "{} runs, {} bytes", image.name, image.len()),
        // Its greeting may have been lost; what it says next will tell.
        Ok(false) => log::debug!(target: "espwire::stub", "no greeting"),
        Err(error) => return not_started(error),
    }
    connection.set_dialect(Dialect::STUB);
    Ok(Ok(()))
}

/// A failure that is about the stub is no failure of the session.
fn not_started<T>(error: Error) -> Result<Result<T, WithoutStub>> {
    match error {
        Error::NoAnswer(_) | Error::Wire(_) | Error::Device(_) => {
            Ok(Err(WithoutStub::Upload(error.to_string())))
        }
        error => Err(error),
    }
}

fn upload<T: Transport>(
    connection: &mut Connection<T>,
    piece: &Piece,
    mut block: u32,
) -> Result<()> {
    for smaller in SMALLER {
        match upload_once(connection, piece, block) {
            Err(error @ (Error::NoAnswer(_) | Error::Wire(_) | Error::Device(_))) => {
                log::debug!(target: "espwire::stub", "{error}; uploading again");
                block = block.min(smaller);
            }
            outcome => return outcome,
        }
    }
    upload_once(connection, piece, block)
}

/// Bytes in a block at most, after one was lost.
const SMALLER: [u32; 2] = [0x800, 0x400];

fn upload_once<T: Transport>(
    connection: &mut Connection<T>,
    piece: &Piece,
    block: u32,
) -> Result<()> {
    let len = usize::try_from(block).unwrap_or(usize::MAX);
    let blocks = piece.bytes.len().div_ceil(len);
    let begin = MemBegin {
        size: count(piece.bytes.len()),
        blocks: count(blocks),
        block_size: block,
        address: piece.address,
    };
    connection.command(&begin, timing::COMMAND)?;
    for (sequence, data) in (0..).zip(piece.bytes.chunks(len)) {
        connection.command(&MemData { sequence, data }, timing::COMMAND)?;
    }
    Ok(())
}

/// No image is larger than a chip's RAM.
fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
