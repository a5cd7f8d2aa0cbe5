//! Reading flash: through a ROM in small pieces, through a stub in a stream.

use super::{Flasher, at};
use crate::connection::timing;
use crate::digest::DigestKind;
use crate::error::{Error, Result};
use crate::transport::Transport;
use crate::wire::{Opcode, ReadFlash, ReadFlashSlow, WireError};

impl<T: Transport> Flasher<'_, T> {
    /// Reads `size` bytes of flash from `address` on, and makes sure through
    /// the chip's own digest that they are what it holds. `sink` is given the
    /// bytes in order, up to 4096 at a time.
    ///
    /// # Errors
    /// Those of `sink`; [`Error::Mismatch`] if the digest disagrees; the
    /// loader refuses or cannot read; no answer; the port is gone; cancelled;
    /// the deadline passed.
    pub fn read(
        &mut self,
        address: u32,
        size: u32,
        sink: &mut dyn FnMut(&[u8]) -> Result<()>,
    ) -> Result<()> {
        let kind = DigestKind::Md5;
        let mut hasher = kind.hasher();
        let mut hashed = |bytes: &[u8]| {
            hasher.update(bytes);
            sink(bytes)
        };
        if self.abilities.has(Opcode::READ_FLASH) {
            self.read_stream(address, size, &mut hashed)?;
        } else {
            self.read_pieces(address, size, &mut hashed)?;
        }
        let found = self.digest(address, size)?;
        let expected = hasher.finish();
        if found == expected {
            return Ok(());
        }
        Err(Error::Mismatch {
            address,
            size,
            kind,
            expected,
            found,
        })
    }

    /// Up to 64 bytes with each command.
    fn read_pieces(
        &mut self,
        address: u32,
        size: u32,
        sink: &mut dyn FnMut(&[u8]) -> Result<()>,
    ) -> Result<()> {
        self.abilities
            .need(Opcode::READ_FLASH_SLOW, "reading flash")?;
        let mut done = 0;
        while done < size {
            let size = ReadFlashSlow::MAX.min(size - done);
            let address = address.saturating_add(done);
            let block = self
                .connection
                .ask(&ReadFlashSlow { address, size }, timing::COMMAND)
                .map_err(at(address))?;
            let len = usize::try_from(size).unwrap_or(block.len());
            sink(block.get(..len).unwrap_or(&block))?;
            done += size;
        }
        Ok(())
    }

    /// A stream of packets, each acknowledged; where one is lost, the rest is
    /// asked for anew.
    fn read_stream(
        &mut self,
        address: u32,
        size: u32,
        sink: &mut dyn FnMut(&[u8]) -> Result<()>,
    ) -> Result<()> {
        let mut done = 0;
        let mut failures = 0;
        while done < size {
            let before = done;
            match self.read_on(address, size, &mut done, sink) {
                Ok(()) => break,
                Err(error) if failures < timing::ASK_TRIES => {
                    // What is asked for next must not be taken for an
                    // acknowledgement.
                    self.recover(error)?;
                }
                Err(error) => return Err(error),
            }
            failures = if done > before { 1 } else { failures + 1 };
        }
        Ok(())
    }

    /// Reads from `done` on, and counts there what has come whole.
    fn read_on(
        &mut self,
        address: u32,
        size: u32,
        done: &mut u32,
        sink: &mut dyn FnMut(&[u8]) -> Result<()>,
    ) -> Result<()> {
        let address = address.saturating_add(*done);
        let left = size - *done;
        let command = ReadFlash {
            address,
            size: left,
            packet: PACKET,
            in_flight: 1,
        };
        self.connection
            .command(&command, timing::COMMAND)
            .map_err(at(address))?;
        let mut came = 0;
        while came < left {
            let due = PACKET.min(left - came);
            let packet = self.packet(due)?;
            sink(&packet)?;
            came += due;
            *done += due;
            self.connection
                .send_raw(&came.to_le_bytes(), timing::COMMAND)?;
        }
        // The digest of all; the caller asks for one of the whole.
        self.packet(DIGEST).map(|_| ())
    }

    fn packet(&mut self, len: u32) -> Result<Vec<u8>> {
        let until = self.connection.transport().now() + timing::PACKET;
        let wrong = |got| WireError::Length {
            command: Opcode::READ_FLASH,
            got,
        };
        let packet = self.connection.receive_raw(until)?.ok_or(wrong(0))?;
        if u32::try_from(packet.len()) == Ok(len) {
            Ok(packet.to_vec())
        } else {
            Err(wrong(packet.len()).into())
        }
    }
}

/// Bytes in a packet (recorded hosts).
const PACKET: u32 = 0x1000;
/// Bytes of the MD5 behind the last one.
const DIGEST: u32 = 16;
