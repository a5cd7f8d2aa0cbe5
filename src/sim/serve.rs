//! Lends a virtual board to other programs, over TCP or a pseudo terminal.

use super::board::Board;
use crate::connection::CancelToken;
use crate::time::{Duration, Instant};
use crate::transport::{Transport, clock};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};

/// How the board's clock runs while it is lent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// As fast as it can be computed.
    Fast,
    /// With real time: link and flash take as long as real ones.
    Real,
}

/// How much virtual time passes between two looks at the other side.
const SLICE: Duration = Duration::from_millis(2);
/// How long to wait for the other side when the board has nothing to do.
const IDLE_WAIT: Duration = Duration::from_millis(20);
/// How long to wait for the other side while the board follows real time.
const PACED_WAIT: Duration = Duration::from_millis(1);

/// The other side: bytes that come within a while, bytes that go.
trait Peer {
    /// `Ok(0)` if none came.
    fn read_within(&mut self, buf: &mut [u8], wait: Duration) -> io::Result<usize>;
    fn send(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// The rate it has set, if it has one.
    fn baud(&self) -> Option<u32>;
}

/// Serves until the other side goes, or `cancel`.
fn serve(board: &Board, peer: &mut impl Peer, pace: Pace, cancel: &CancelToken) -> io::Result<()> {
    let mut port = board.port();
    let start = (clock::now(), board.now());
    let mut buf = [0; 4096];
    while !cancel.is_cancelled() {
        let wait = match pace {
            Pace::Real => PACED_WAIT,
            Pace::Fast if board.lock().idle() => IDLE_WAIT,
            Pace::Fast => Duration::ZERO,
        };
        let count = peer.read_within(&mut buf, wait)?;
        if let Some(baud) = peer.baud().filter(|_| count > 0) {
            port.set_baud(baud)?;
        }
        let mut rest = buf.get(..count).unwrap_or_default();
        while !rest.is_empty() {
            let taken = port.write(rest, Instant::FAR_FUTURE)?;
            rest = rest.get(taken..).unwrap_or_default();
        }
        let until = match pace {
            Pace::Real => start.1 + (clock::now() - start.0),
            Pace::Fast => board.now() + SLICE,
        };
        // An idle board's clock may stand still.
        if pace == Pace::Real || !board.lock().idle() {
            loop {
                let count = port.read(&mut buf, until)?;
                if count == 0 {
                    break;
                }
                peer.send(buf.get(..count).unwrap_or_default())?;
            }
        }
    }
    Ok(())
}

struct Socket(TcpStream);

impl Peer for Socket {
    fn read_within(&mut self, buf: &mut [u8], wait: Duration) -> io::Result<usize> {
        self.0.set_nonblocking(wait.is_zero())?;
        if !wait.is_zero() {
            self.0.set_read_timeout(Some(wait))?;
        }
        match self.0.read(buf) {
            Ok(0) => Err(ErrorKind::UnexpectedEof.into()),
            Err(error) if is_wait(&error) => Ok(0),
            result => result,
        }
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.set_nonblocking(false)?;
        self.0.write_all(bytes)
    }

    fn baud(&self) -> Option<u32> {
        None
    }
}

fn is_wait(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted
    )
}

/// Serves one connection after the other, until `cancel`.
///
/// A socket has no control lines and no rate: start the board in its loader;
/// the line follows the rate that the chip uses. Between two connections the
/// board stays as it is.
///
/// # Errors
/// The listener fails. A connection that fails ends, and the next is awaited.
pub fn serve_tcp(
    board: &Board,
    listener: &TcpListener,
    pace: Pace,
    cancel: &CancelToken,
) -> io::Result<()> {
    board.lock().line.follow_chip();
    listener.set_nonblocking(true)?;
    while !cancel.is_cancelled() {
        match listener.accept() {
            Ok((stream, from)) => {
                log::info!(target: "espwire::sim", "connected: {from}");
                stream.set_nodelay(true)?;
                if let Err(error) = serve(board, &mut Socket(stream), pace, cancel) {
                    log::info!(target: "espwire::sim", "disconnected: {error}");
                }
            }
            Err(error) if is_wait(&error) => clock::sleep_until(clock::now() + IDLE_WAIT),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(all(unix, feature = "serial"))]
pub use pty::Pty;

#[cfg(all(unix, feature = "serial"))]
mod pty {
    use super::*;
    use serialport::{SerialPort, TTYPort};

    /// A pseudo terminal that a board can be served on.
    ///
    /// It has a baud rate, which the board's line takes over, but no control
    /// lines: start the board in its loader.
    #[derive(Debug)]
    pub struct Pty {
        ours: TTYPort,
        /// Kept open: when the last one is closed, ours fails.
        theirs: TTYPort,
    }

    impl Pty {
        /// Makes a new one.
        ///
        /// # Errors
        /// The system has none left.
        pub fn new() -> io::Result<Self> {
            let (ours, theirs) = TTYPort::pair()?;
            Ok(Self { ours, theirs })
        }

        /// The path that the other program opens.
        #[must_use]
        pub fn path(&self) -> String {
            self.theirs.name().unwrap_or_default()
        }

        /// Serves until `cancel`.
        ///
        /// # Errors
        /// The pseudo terminal fails.
        pub fn serve(mut self, board: &Board, pace: Pace, cancel: &CancelToken) -> io::Result<()> {
            serve(board, &mut self, pace, cancel)
        }
    }

    impl Peer for Pty {
        fn read_within(&mut self, buf: &mut [u8], wait: Duration) -> io::Result<usize> {
            self.ours.set_timeout(wait)?;
            match Read::read(&mut self.ours, buf) {
                Err(error) if is_wait(&error) => Ok(0),
                result => result,
            }
        }

        fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
            self.ours.set_timeout(Duration::from_secs(1))?;
            match Write::write_all(&mut self.ours, bytes) {
                // Nobody reads: a real board talks into the void as well.
                Err(error) if is_wait(&error) => Ok(()),
                result => result,
            }
        }

        fn baud(&self) -> Option<u32> {
            self.theirs.baud_rate().ok()
        }
    }
}
