//! What a build tool calls: connect → verify → write → finish.
//!
//! A [`Session`] owns the caller's port and hands it back in every outcome,
//! with the settings it had. Nothing resets the chip but [`Session::connect`],
//! to get it into its loader, and [`Session::finish`].
//!
//! Digests cover the bytes as they are in flash: see
//! [`RegionReport::expected`].

mod event;
mod finish;
mod options;
mod probe;
mod report;
mod start;
mod work;

pub use event::{Action, Event};
pub use options::{After, Before, Observer, Options, UnknownReset, UsbId};
pub use probe::ChipInfo;
pub use report::{Outcome, RegionReport, Report};

use crate::chip::{Chip, Revision, UsbPort};
use crate::connection::{Connection, Counters};
use crate::error::Error;
use crate::flash::{Abilities, Flasher, JedecId};
use crate::transport::{Settings, Transport};
use crate::wire::{Loader, SecurityInfo};
use std::fmt;

/// A session with the loader of one chip, over a port that it owns.
pub struct Session<'o, T> {
    connection: Connection<T>,
    /// What the port gets back.
    settings: Settings,
    observer: Option<Box<Observer<'o>>>,
    usb: Option<UsbPort>,
    chip: &'static Chip,
    loader: Loader,
    abilities: Abilities,
    security: Option<SecurityInfo>,
    flash: Flash,
    /// Once it has been asked for.
    revision: Option<Revision>,
}

/// The flash, as far as it is known.
#[derive(Clone, Copy, Debug)]
struct Flash {
    id: Option<JedecId>,
    size: Option<u32>,
}

impl<T: Transport> Session<'_, T> {
    /// The chip at the other end.
    #[must_use]
    pub const fn chip(&self) -> &'static Chip {
        self.chip
    }

    /// What went over the wire so far.
    #[must_use]
    pub const fn counters(&self) -> Counters {
        self.connection.counters()
    }

    fn flasher(&mut self) -> Flasher<'_, T> {
        Flasher::new(&mut self.connection, self.abilities, self.flash.size)
    }

    fn emit(&mut self, event: &Event<'_>) {
        if let Some(observer) = &mut self.observer {
            observer(event);
        }
    }
}

impl<T> fmt::Debug for Session<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("chip", &self.chip.name)
            .field("loader", &self.loader)
            .field("flash", &self.flash)
            .finish_non_exhaustive()
    }
}

/// A session that could not begin or end, and the port it was given.
pub struct Failed<T> {
    /// Why.
    pub error: Error,
    /// The port, with its settings restored as far as it still listens. An
    /// [`Error::Port`] says whether it is gone.
    pub port: T,
}

impl<T> fmt::Debug for Failed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failed")
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}

impl<T> fmt::Display for Failed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl<T> std::error::Error for Failed<T> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}
