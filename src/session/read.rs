//! Reading flash.

use super::Session;
use super::event::{Action, Event};
use super::report::Outcome;
use super::work::tell;
use crate::error::{InputError, Result};
use crate::flash::{FastFlasher, Flasher};
use crate::image;
use crate::transport::Transport;
use crate::wire::Opcode;
use std::io;

impl<T: Transport> Session<'_, T> {
    /// Reads `size` bytes of flash from `address` on into `out`, and makes
    /// sure of them by a digest that the chip computes.
    ///
    /// # Errors
    /// The range does not fit into the flash; `out` does not take the bytes;
    /// the loader cannot read (ESP8266, secure download mode); no answer; the
    /// port is gone; cancelled; the deadline passed.
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
        let mut done = 0;
        let observer = &mut self.observer;
        let mut sink = |bytes: &[u8]| {
            out.write_all(bytes).map_err(|error| InputError::Output {
                reason: error.to_string(),
            })?;
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
        let outcome = Outcome::Read;
        self.emit(&Event::End { index, outcome });
        Ok(())
    }
}
