//! Where a session's time went.

use super::Session;
use crate::connection::Connection;
use crate::error::{Error, Result};
use crate::time::{Duration, Instant};
use crate::transport::Transport;

/// How long each phase of a session has taken, on the transport's clock. What
/// the caller does between its calls is in none of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timings {
    /// From the port to a chip whose flash is connected, its resets included,
    /// without the stub; or to a parked chip that answers.
    pub connect: Duration,
    /// Loading the stub, starting it, and making sure of it.
    pub stub: Duration,
    /// Comparing regions with the flash.
    pub verify: Duration,
    /// Writing regions, erase and proof included.
    pub write: Duration,
    /// Erasing.
    pub erase: Duration,
    /// Reading flash, and asking the chip about itself.
    pub read: Duration,
    /// Leaving the chip, the reset included.
    pub finish: Duration,
}

impl Timings {
    /// All of them together.
    #[must_use]
    pub fn total(&self) -> Duration {
        let Self {
            connect,
            stub,
            verify,
            write,
            erase,
            read,
            finish,
        } = *self;
        connect + stub + verify + write + erase + read + finish
    }
}

impl Timings {
    /// Those of a session that has just come to its chip.
    pub(super) fn connected_since<T: Transport>(
        began: Instant,
        connection: &Connection<T>,
    ) -> Self {
        Self {
            connect: connection.transport().now().since(began),
            ..Self::default()
        }
    }
}

/// A phase, as the place where its time is kept.
pub(super) type Phase = fn(&mut Timings) -> &mut Duration;

impl<T: Transport> Session<'_, T> {
    /// How long each phase has taken so far.
    #[must_use]
    pub const fn timings(&self) -> Timings {
        self.timings
    }

    /// Works, and counts the time that passes for `phase`. A stub that works on
    /// after the caller has had enough is told to stop.
    pub(super) fn timed<R>(
        &mut self,
        phase: Phase,
        work: impl FnOnce(&mut Self) -> Result<R>,
    ) -> Result<R> {
        let began = self.connection.transport().now();
        let outcome = work(self);
        if let (Err(Error::Cancelled | Error::Deadline { .. }), Some(_)) =
            (&outcome, self.capability())
        {
            self.connection.stop_own();
        }
        let took = self.connection.transport().now().since(began);
        *phase(&mut self.timings) += took;
        outcome
    }
}
