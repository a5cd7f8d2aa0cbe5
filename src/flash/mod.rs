//! Plans and the machines that carry them out: write, verify, read.
//!
//! [`plan`] cuts, compresses and counts, [`controller`] lays out register
//! writes, both without any I/O. [`Flasher`] does what they say, over a
//! [`Connection`].

mod abilities;
mod attach;
pub mod controller;
mod digest;
mod erase;
mod fast;
mod jedec;
mod locate;
pub mod plan;
mod read;
pub mod stream;
mod write;

pub use abilities::Abilities;
pub use erase::blank_digest;
pub use fast::{FastFlasher, Held, Watcher};
pub use jedec::JedecId;
pub use write::{Proof, WriteStep};

use crate::connection::{Connection, timing};
use crate::error::{Error, Result};
use crate::transport::Transport;
use crate::wire::SpiSetParams;

/// The flash of the chip at the other end.
#[derive(Debug)]
pub struct Flasher<'c, T> {
    connection: &'c mut Connection<T>,
    abilities: Abilities,
    size: Option<u32>,
}

impl<'c, T: Transport> Flasher<'c, T> {
    /// Works through a connection whose loader has these abilities and, if a
    /// size in bytes is given, has been told it.
    pub fn new(connection: &'c mut Connection<T>, abilities: Abilities, size: Option<u32>) -> Self {
        Self {
            connection,
            abilities,
            size,
        }
    }

    /// Gets in step with the loader after a failure that may be noise, and
    /// tells it the flash's size again, which noise may have spoiled.
    ///
    /// # Errors
    /// The failure itself if it is of another kind; those of SYNC and
    /// SPI_SET_PARAMS.
    fn recover(&mut self, failure: Error) -> Result<()> {
        match failure {
            Error::Device(_) => {}
            Error::NoAnswer(_) | Error::Wire(_) => {
                self.connection.resync()?;
            }
            failure => return Err(failure),
        }
        self.tell_size_again()
    }

    fn tell_size_again(&mut self) -> Result<()> {
        match self.size {
            Some(size) => self.tell_size(size),
            None => Ok(()),
        }
    }

    fn tell_size(&mut self, size: u32) -> Result<()> {
        // A ROM addresses no more than that, whatever it is told.
        let size = size.min(self.abilities.address_limit);
        self.connection.ask(&SpiSetParams { size }, timing::COMMAND)
    }
}

/// Adds the flash address to a refusal.
fn at(address: u32) -> impl Fn(Error) -> Error {
    move |error| match error {
        Error::Device(mut refusal) => {
            refusal.address = Some(address);
            refusal.into()
        }
        error => error,
    }
}
