//! A port that can be found again when a reset has taken it away.

use super::{Lines, Reopen, Settings, Transport};
use crate::time::{Duration, Instant};
use std::fmt;
use std::io;

/// Looks once whether a port is back, under whatever name, and opens it;
/// `Ok(None)` while it is not. It is given the time that is left, and should
/// return within some 20 ms.
pub type ReopenHook<'h, T> = dyn FnMut(Duration) -> io::Result<Option<T>> + Send + 'h;

/// A port with a way to find it again.
///
/// A USB device that a reset takes off the bus leaves a dead handle behind, and
/// comes back as a new device, on some systems under another name. A session
/// that resets the chip asks for it then, again and again until the time is up;
/// it never does so for a port that vanishes otherwise.
///
/// ```no_run
/// # #[cfg(feature = "serial")]
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use espwire::time::Duration;
/// use espwire::transport::Reopening;
///
/// let open = |name: &str| serialport::new(name, 115_200).open();
/// let port = Reopening::new(open("/dev/ttyACM0")?, Duration::from_secs(5), move |_| {
///     Ok(["/dev/ttyACM0", "/dev/ttyACM1"].iter().find_map(|name| open(name).ok()))
/// });
/// # drop(port);
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "serial"))]
/// # fn main() {}
/// ```
pub struct Reopening<'h, T> {
    port: T,
    within: Duration,
    hook: Box<ReopenHook<'h, T>>,
}

impl<'h, T: Transport> Reopening<'h, T> {
    /// A port that `hook` finds again within the time `within`. The new port's
    /// clock must be the old one's, as all serial ports' are the same.
    pub fn new(
        port: T,
        within: Duration,
        hook: impl FnMut(Duration) -> io::Result<Option<T>> + Send + 'h,
    ) -> Self {
        Self {
            port,
            within,
            hook: Box::new(hook),
        }
    }

    /// The port itself: the last one that was found.
    pub fn into_inner(self) -> T {
        self.port
    }
}

impl<T: fmt::Debug> fmt::Debug for Reopening<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reopening")
            .field("port", &self.port)
            .field("within", &self.within)
            .finish_non_exhaustive()
    }
}

impl<T: Transport> Transport for Reopening<'_, T> {
    fn now(&self) -> Instant {
        self.port.now()
    }
    fn sleep_until(&mut self, until: Instant) {
        self.port.sleep_until(until);
    }
    fn read(&mut self, buf: &mut [u8], deadline: Instant) -> io::Result<usize> {
        self.port.read(buf, deadline)
    }
    fn write(&mut self, data: &[u8], deadline: Instant) -> io::Result<usize> {
        self.port.write(data, deadline)
    }
    fn set_baud(&mut self, baud: u32) -> io::Result<()> {
        self.port.set_baud(baud)
    }
    fn set_lines(&mut self, lines: Lines) -> io::Result<()> {
        self.port.set_lines(lines)
    }
    fn discard_input(&mut self) -> io::Result<()> {
        self.port.discard_input()
    }
    fn settings(&self) -> io::Result<Settings> {
        self.port.settings()
    }
    fn restore(&mut self, settings: &Settings) -> io::Result<()> {
        self.port.restore(settings)
    }

    fn reopen(&mut self, waited: Duration) -> io::Result<Reopen> {
        let Some(left) = self.within.checked_sub(waited) else {
            return Ok(Reopen::Never);
        };
        Ok(match (self.hook)(left)? {
            Some(port) => {
                self.port = port;
                Reopen::Done
            }
            None => Reopen::NotYet,
        })
    }
}
