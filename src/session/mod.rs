//! What a build tool calls: connect → verify → write → finish.
//!
//! A [`Session`] owns the caller's port and hands it back in every outcome,
//! with the settings it had. Nothing resets the chip but [`Session::connect`],
//! to get it into its loader, and [`Session::finish`]. A chip that was
//! [parked](Session::park) is met again without a reset.
//!
//! Digests cover the bytes as they are in flash: see
//! [`RegionReport::expected`].

mod check;
mod event;
mod fast;
mod finish;
mod options;
mod park;
mod probe;
mod read;
mod report;
mod resets;
mod start;
mod stub;
mod timings;
mod usb;
mod work;

pub use event::{Action, Event};
pub use finish::{Failed, Finished, PortState};
pub use options::{Locate, Observer, Options, StubPolicy};
pub use park::{Arrival, Lost, Parked};
pub use probe::ChipInfo;
pub use report::{Outcome, RegionReport, Report};
pub use resets::{After, Before, UnknownReset};
pub use timings::Timings;
pub use usb::UsbId;

use crate::chip::{Chip, Mac, Revision, UsbPort};
use crate::connection::{Connection, Counters};
use crate::flash::{Abilities, Flasher, JedecId};
use crate::stub::{Sight, Stub, WithoutStub};
use crate::transport::{Settings, Transport};
use crate::wire::{Loader, SecurityInfo};
use std::fmt;

/// A session with the loader of one chip, over a port that it owns.
pub struct Session<'o, T> {
    connection: Connection<T>,
    /// What the port gets back.
    settings: Settings,
    observer: Option<Box<Observer<'o>>>,
    locate: Locate,
    known: Known,
    arrival: Arrival,
    /// Of the last verify, write or erase.
    report: Report,
    timings: Timings,
}

/// What is known of the chip and its loader.
#[derive(Clone, Debug)]
struct Known {
    chip: &'static Chip,
    loader: Loader,
    /// The stub that works, or why the ROM's loader does.
    stub: Result<Stub, WithoutStub>,
    sight: Sight,
    abilities: Abilities,
    /// Which of the chip's own USB ports it is.
    port: Option<UsbPort>,
    security: Option<SecurityInfo>,
    flash: Flash,
    /// Once it has been asked for.
    revision: Option<Revision>,
    /// Once it has been asked for.
    mac: Option<Mac>,
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
        self.known.chip
    }

    /// The stub that does the work, or why the ROM's loader does it alone.
    ///
    /// # Errors
    /// [`WithoutStub`].
    pub const fn stub(&self) -> Result<&Stub, &WithoutStub> {
        self.known.stub.as_ref()
    }

    /// What went over the wire so far.
    #[must_use]
    pub const fn counters(&self) -> Counters {
        self.connection.counters()
    }

    fn flasher(&mut self) -> Flasher<'_, T> {
        Flasher::new(
            &mut self.connection,
            self.known.abilities,
            self.known.flash.size,
        )
    }

    fn emit(&mut self, event: &Event<'_>) {
        work::tell(&mut self.observer, event);
    }
}

impl<T> fmt::Debug for Session<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("known", &self.known)
            .finish_non_exhaustive()
    }
}
