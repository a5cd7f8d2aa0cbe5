//! One loader session: reset, sync, request and response.
//!
//! Every wait ends: at its timeout, at the caller's deadline, or when the
//! caller cancels. Nothing sleeps after a command; what is left over from one
//! is recognised by its content when the next answer is awaited.

mod baud;
mod boot_log;
mod cancel;
mod connect;
mod detect;
mod drive;
mod exchange;
mod own;
mod reset;
mod sync;
pub mod timing;

pub use baud::BaudChange;
pub use boot_log::{BootLog, Heard};
pub use cancel::{CancelToken, Limits};
pub use connect::{Approach, Greeting};
pub use detect::Detected;
pub use own::refusal;
pub use reset::{BadSequence, ResetSequence, Step};

use crate::chip::Chip;
use crate::error::{Error, Result};
use crate::slip::Decoder;
use crate::time::{Duration, Instant};
use crate::transport::{Lines, Transport};
use crate::wire::{Dialect, Exchange};

/// The longest frame a loader sends: an answer of our stub's, as long as its
/// length field can tell, behind the header.
const LONGEST_FRAME: usize = 0x1_0007;
/// How much is read at once.
const READ_SIZE: usize = 0x1000;

/// What went over the wire so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counters {
    /// Requests sent.
    pub commands: u64,
    /// Bytes sent, framing included.
    pub bytes_out: u64,
    /// Bytes received, framing included.
    pub bytes_in: u64,
}

/// A connection to a loader, over a transport that it owns.
#[derive(Debug)]
pub struct Connection<T> {
    transport: T,
    limits: Limits,
    lines: Lines,
    baud: u32,
    chip: Option<&'static Chip>,
    dialect: Dialect,
    decoder: Decoder,
    log: BootLog,
    /// Bytes received; those from `read_at` on have not been decoded.
    received: Vec<u8>,
    read_at: usize,
    /// The request's body, and the request as it goes out.
    body: Vec<u8>,
    frame: Vec<u8>,
    /// The last frame received.
    answer: Vec<u8>,
    /// Tells the answer to the command under way from leftovers.
    exchange: Exchange,
    /// What the other side needs to change its rate.
    rate_pause: Duration,
    /// The last number given to a request of our stub's.
    last_tag: u32,
    counters: Counters,
}

impl<T: Transport> Connection<T> {
    /// A connection that has not said anything yet, at the rate the transport
    /// is set to.
    ///
    /// # Errors
    /// The port does not tell its rate.
    pub fn new(transport: T, limits: Limits) -> Result<Self, (Error, T)> {
        let baud = match transport.settings() {
            Ok(settings) => settings.baud,
            Err(error) => return Err((error.into(), transport)),
        };
        Ok(Self {
            transport,
            limits,
            lines: Lines::default(),
            baud,
            chip: None,
            dialect: Dialect::ROM,
            decoder: Decoder::new(LONGEST_FRAME),
            log: BootLog::default(),
            received: Vec::with_capacity(READ_SIZE),
            read_at: 0,
            body: Vec::new(),
            frame: Vec::new(),
            answer: Vec::new(),
            exchange: Exchange::new(),
            rate_pause: Duration::ZERO,
            last_tag: 0,
            counters: Counters::default(),
        })
    }

    /// The transport.
    pub const fn transport(&self) -> &T {
        &self.transport
    }

    /// The transport, to be used past the connection.
    pub const fn transport_mut(&mut self) -> &mut T {
        &mut self.transport
    }

    /// Gives the transport back.
    pub fn into_transport(self) -> T {
        self.transport
    }

    /// The chip, once it is known.
    pub const fn chip(&self) -> Option<&'static Chip> {
        self.chip
    }

    /// How the loader speaks.
    pub const fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    /// Says how the loader speaks from now on.
    pub const fn set_dialect(&mut self, dialect: Dialect) {
        self.dialect = dialect;
    }

    /// What went over the wire so far.
    pub const fn counters(&self) -> Counters {
        self.counters
    }

    /// What came outside frames since the last reset or answer.
    pub const fn boot_log(&self) -> &BootLog {
        &self.log
    }

    /// The rate in bits per second.
    pub const fn baud(&self) -> u32 {
        self.baud
    }

    /// What bounds this connection.
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Whether it is still time to do something.
    ///
    /// # Errors
    /// [`Error::Cancelled`], [`Error::Deadline`].
    pub fn check(&self, doing: &'static str) -> Result<()> {
        if self.limits.cancel.is_cancelled() {
            return Err(Error::Cancelled);
        }
        match self.limits.deadline {
            Some(deadline) if self.transport.now() >= deadline => Err(Error::Deadline { doing }),
            _ => Ok(()),
        }
    }

    /// The end of a wait that may take until `until`, or of the slice of it
    /// after which the caller's wishes are looked at again.
    fn slice(&self, until: Instant) -> Instant {
        let soon = self.transport.now() + timing::CANCEL_POLL;
        let bound = self.limits.deadline.unwrap_or(Instant::FAR_FUTURE);
        soon.min(until).min(bound)
    }
}

#[cfg(test)]
mod tests;
