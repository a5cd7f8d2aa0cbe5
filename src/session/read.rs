//! Reading flash.

use super::Session;
use super::event::{Action, Event};
use super::report::Outcome;
use super::work::tell;
use crate::error::{InputError, Result};
use crate::flash::{FastFlasher, Flasher};
use crate::image;
use crate::stub::{Sight, is_uniform};
use crate::transport::Transport;
use crate::wire::Opcode;
use crate::wire::own::FlashCommand;
use std::io;

impl<T: Transport> Session<'_, T> {
    /// Reads `size` bytes of flash from `address` on into `out`, and makes
    /// sure of them: a ROM and stubs of others compute a digest, and a stub of ours
    /// checks each answer. As long as it has not shown how it reads, some of the
    /// bytes are read in another way as well.
    ///
    /// # Errors
    /// The range does not fit into the flash; `out` does not take the bytes;
    /// the loader cannot read (ESP8266, secure download mode); the bytes turn
    /// out to be wrong ([`Error::Mismatch`](crate::error::Error::Mismatch)); no
    /// answer; the port is gone; cancelled; the deadline passed.
    pub fn read(&mut self, address: u32, size: u32, out: &mut impl io::Write) -> Result<()> {
        self.timed(
            |timings| &mut timings.read,
            |session| session.read_range(address, size, out),
        )
    }

    fn read_range(&mut self, address: u32, size: u32, out: &mut impl io::Write) -> Result<()> {
        let abilities = &self.known.abilities;
        if !abilities.has(Opcode::READ_FLASH) {
            abilities.need(Opcode::READ_FLASH_SLOW, "reading flash")?;
        }
        let target = self.target()?;
        let name = "the range to read";
        image::check_range(name, address, size, &target)?;
        let index = 0;
        self.emit(&Event::Start {
            index,
            name,
            address,
            size,
            action: Action::Read,
        });
        let own = self.capability();
        let proven = own.is_none() || self.known.sight == Sight::Proven;
        let mut sample = None;
        let mut done = 0;
        let observer = &mut self.observer;
        let mut sink = |bytes: &[u8]| {
            out.write_all(bytes).map_err(|error| InputError::Output {
                reason: error.to_string(),
            })?;
            if !proven && sample.is_none() {
                sample = Sample::of(address.saturating_add(done), bytes);
            }
            done += u32::try_from(bytes.len()).unwrap_or(u32::MAX);
            let total = size;
            tell(observer, &Event::Progress { index, done, total });
            Ok(())
        };
        let connection = &mut self.connection;
        match own {
            Some(own) => FastFlasher::new(connection, own).read(address, size, &mut sink)?,
            None => Flasher::new(connection, self.known.abilities, self.known.flash.size)
                .read(address, size, &mut sink)?,
        }
        if let (Some(own), Some(Sample { address, bytes })) = (own, sample) {
            FastFlasher::new(connection, own).agrees_with_plain_read(address, &bytes)?;
            if !is_uniform(&bytes) {
                self.known.sight = Sight::Proven;
            }
        }
        let outcome = Outcome::Read;
        self.emit(&Event::End { index, outcome });
        Ok(())
    }
}

/// Bytes that show, or suggest, that a stub reads right.
struct Sample {
    address: u32,
    bytes: Vec<u8>,
}

impl Sample {
    /// The first of those read from `address` on that are not blank.
    fn of(address: u32, bytes: &[u8]) -> Option<Self> {
        let mut chunks = (address..)
            .step_by(FlashCommand::MAX.into())
            .zip(bytes.chunks(FlashCommand::MAX.into()));
        let blank = |chunk: &[u8]| chunk.iter().all(|byte| *byte == 0xff);
        let (address, bytes) = chunks.find(|(_, chunk)| !blank(chunk))?;
        Some(Self {
            address,
            bytes: bytes.to_vec(),
        })
    }
}
