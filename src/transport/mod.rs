//! A byte stream to a chip, with a baud rate, two control lines and a clock.
//!
//! Everything above this layer sees only [`Transport`].

pub(crate) mod clock;
mod faults;
#[cfg(all(unix, feature = "serial"))]
mod lines;
mod open;
mod reopening;
#[cfg(feature = "serial")]
mod serial;
mod tcp;
#[cfg(test)]
pub(crate) mod testing;
mod trace;

pub use faults::{FaultCounts, FaultRates, Faults};
pub use open::open;
pub use reopening::{ReopenHook, Reopening};
pub use tcp::Tcp;
pub use trace::{Trace, Traced};

use crate::time::{Duration, Instant};
use std::io;

/// The two control lines of a serial port, `true` = asserted (electrically low).
///
/// Through a board's usual two transistors RTS pulls EN low and DTR pulls IO0
/// low; with both asserted, neither transistor conducts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Lines {
    /// Data Terminal Ready.
    pub dtr: bool,
    /// Request To Send.
    pub rts: bool,
}

/// What a caller had set on its port and gets back with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Baud rate in bits per second.
    pub baud: u32,
    /// The port's own read/write timeout, where it has one.
    pub timeout: Option<Duration>,
}

/// What came of looking for a port that is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reopen {
    /// Nobody knows how to find it, or it took too long.
    Never,
    /// It is not back yet.
    NotYet,
    /// It is back.
    Done,
}

/// A byte stream to a chip.
///
/// No method waits past the deadline it is given. I/O errors are final: the
/// port is gone or refuses; a deadline that passes is not an error here.
pub trait Transport: Send {
    /// The transport's clock, the only one a session looks at.
    fn now(&self) -> Instant;

    /// Lets time pass until `until`.
    fn sleep_until(&mut self, until: Instant);

    /// Reads what has arrived, at least one byte, waiting for it until
    /// `deadline`; 0 if nothing came by then.
    ///
    /// # Errors
    /// The port is gone or broken.
    fn read(&mut self, buf: &mut [u8], deadline: Instant) -> io::Result<usize>;

    /// Hands over bytes to be sent and returns how many were taken; 0 if the
    /// link took none until `deadline`.
    ///
    /// # Errors
    /// The port is gone or broken.
    fn write(&mut self, data: &[u8], deadline: Instant) -> io::Result<usize>;

    /// Sets the rate in bits per second, in both directions, from the next
    /// byte on. Bytes already handed over leave at the old rate.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidInput`] or [`io::ErrorKind::Unsupported`] if
    /// this host cannot set that rate; anything else if the port is gone.
    fn set_baud(&mut self, baud: u32) -> io::Result<()>;

    /// Sets both control lines, in one step where the system has a call for it.
    /// A link without control lines ignores it.
    ///
    /// # Errors
    /// The port is gone or broken.
    fn set_lines(&mut self, lines: Lines) -> io::Result<()>;

    /// Throws away everything that has been received and not been read.
    ///
    /// # Errors
    /// The port is gone or broken.
    fn discard_input(&mut self) -> io::Result<()>;

    /// The settings a session must give back.
    ///
    /// # Errors
    /// The port is gone or broken.
    fn settings(&self) -> io::Result<Settings>;

    /// Puts the settings back.
    ///
    /// # Errors
    /// The port is gone or broken.
    fn restore(&mut self, settings: &Settings) -> io::Result<()>;

    /// Looks once whether a port that a reset has taken away is back, and goes
    /// on with that; `waited` is the time since it was missed. The default is a
    /// port that nobody can find again: see [`Reopening`].
    ///
    /// # Errors
    /// The port is back and cannot be opened.
    fn reopen(&mut self, waited: Duration) -> io::Result<Reopen> {
        let _ = waited;
        Ok(Reopen::Never)
    }
}

impl<T: Transport + ?Sized> Transport for Box<T> {
    fn now(&self) -> Instant {
        (**self).now()
    }
    fn sleep_until(&mut self, until: Instant) {
        (**self).sleep_until(until);
    }
    fn read(&mut self, buf: &mut [u8], deadline: Instant) -> io::Result<usize> {
        (**self).read(buf, deadline)
    }
    fn write(&mut self, data: &[u8], deadline: Instant) -> io::Result<usize> {
        (**self).write(data, deadline)
    }
    fn set_baud(&mut self, baud: u32) -> io::Result<()> {
        (**self).set_baud(baud)
    }
    fn set_lines(&mut self, lines: Lines) -> io::Result<()> {
        (**self).set_lines(lines)
    }
    fn discard_input(&mut self) -> io::Result<()> {
        (**self).discard_input()
    }
    fn settings(&self) -> io::Result<Settings> {
        (**self).settings()
    }
    fn restore(&mut self, settings: &Settings) -> io::Result<()> {
        (**self).restore(settings)
    }
    fn reopen(&mut self, waited: Duration) -> io::Result<Reopen> {
        (**self).reopen(waited)
    }
}
