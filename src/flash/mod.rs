//! Plans and the machines that carry them out: write, verify, read.
//!
//! [`plan`] cuts, compresses and counts, [`controller`] lays out register
//! writes, both without any I/O. [`Flasher`] does what they say, over a
//! [`Connection`].

mod abilities;
mod attach;
pub mod controller;
mod digest;
mod jedec;
pub mod plan;
mod read;
mod write;

pub use abilities::Abilities;
pub use jedec::JedecId;
pub use write::{Proof, WriteStep};

use crate::connection::Connection;
use crate::error::{Error, Result};
use crate::time::Duration;
use crate::transport::Transport;
use crate::wire::Command;

/// How often a chunk is written, or the flash is asked for its id, before that
/// counts as failed.
const TRIES: u32 = 3;

/// The flash of the chip at the other end.
#[derive(Debug)]
pub struct Flasher<'c, T> {
    connection: &'c mut Connection<T>,
    abilities: Abilities,
}

impl<'c, T: Transport> Flasher<'c, T> {
    /// Works through a connection whose loader has these abilities.
    pub fn new(connection: &'c mut Connection<T>, abilities: Abilities) -> Self {
        Self {
            connection,
            abilities,
        }
    }

    /// Sends a command that may be sent again, because it changes nothing.
    fn ask<C: Command>(&mut self, command: &C, timeout: Duration) -> Result<C::Answer> {
        self.connection.ask(command, timeout)
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
