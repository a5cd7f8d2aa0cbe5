//! Lends a virtual board to other programs, over TCP, RFC 2217 or a pseudo
//! terminal.

#[cfg(all(unix, feature = "serial"))]
mod pty;
mod rfc2217;
mod tcp;
mod telnet;

#[cfg(all(unix, feature = "serial"))]
pub use pty::Pty;
pub use rfc2217::serve_rfc2217;
pub use tcp::serve_tcp;

use super::board::Board;
use super::port::Port;
use crate::connection::CancelToken;
use crate::time::{Duration, Instant};
use crate::transport::{Lines, Transport, clock};
use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::net::{TcpListener, TcpStream};

/// How the board's clock runs while it is lent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// Never slower than real time, and as fast as it can be computed while
    /// bytes are under way or the chip is busy with what it was asked for.
    Fast,
    /// With real time: link and flash take as long as real ones.
    Real,
}

/// How much virtual time passes between two looks at the other side, when the
/// clock runs ahead.
const SLICE: Duration = Duration::from_millis(2);
/// How long to wait for the other side when the board has nothing to do.
const IDLE_WAIT: Duration = Duration::from_millis(20);
/// How long to wait for the other side while the board follows real time.
const PACED_WAIT: Duration = Duration::from_millis(1);
/// How long the clock runs ahead after the last byte or work: a chip thinks
/// between two of them.
const AFTERGLOW: Duration = Duration::from_millis(50);
/// A board that is this late does not try to catch up any more: it runs on a
/// machine that cannot emulate it in real time, or that was busy.
const LATEST: Duration = Duration::from_millis(100);
/// How long the other side may refuse to take bytes.
const SEND_TIMEOUT: Duration = Duration::from_secs(1);

/// What the other side does.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Event {
    Data(Vec<u8>),
    Baud(u32),
    Dtr(bool),
    Rts(bool),
    /// What the host has received and not read shall go.
    PurgeInput,
    /// It is told that what came before is done.
    Reply(Vec<u8>),
}

/// The other side.
trait Peer {
    /// Waits for something to happen and notes it, in order.
    fn hear(&mut self, wait: Duration, events: &mut VecDeque<Event>) -> io::Result<()>;
    /// Passes on what the board sends.
    fn send(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Sends a reply as it is.
    fn reply(&mut self, bytes: &[u8]) -> io::Result<()>;
}

/// Real time against the board's.
struct Pacer {
    pace: Pace,
    /// The same moment on both clocks.
    real: Instant,
    board: Instant,
    last_work: Instant,
}

impl Pacer {
    fn new(pace: Pace, board: &Board) -> Self {
        Self {
            pace,
            real: clock::now(),
            board: board.now(),
            last_work: board.now(),
        }
    }

    /// Whether the clock may run ahead of real time.
    fn ahead(&mut self, board: &Board) -> bool {
        if self.pace == Pace::Real {
            return false;
        }
        let inner = board.lock();
        if inner.at_work() {
            self.last_work = inner.now;
        }
        inner.at_work() || (!inner.idle() && inner.now - self.last_work < AFTERGLOW)
    }

    /// Until when the board may run now.
    fn until(&mut self, board: &Board, ahead: bool) -> Instant {
        let now = board.now();
        if ahead {
            // Real time begins anew where this ends.
            (self.real, self.board) = (clock::now(), now + SLICE);
            return now + SLICE;
        }
        let due = self.board + (clock::now() - self.real);
        if due - now > LATEST {
            (self.real, self.board) = (clock::now(), now + SLICE);
            return now + SLICE;
        }
        due
    }
}

/// Serves until the other side goes, or `cancel`.
fn serve(board: &Board, peer: &mut impl Peer, pace: Pace, cancel: &CancelToken) -> io::Result<()> {
    let mut port = board.port();
    let mut pacer = Pacer::new(pace, board);
    let mut events = VecDeque::new();
    let mut lines = Lines::default();
    let mut buf = [0; 4096];
    while !cancel.is_cancelled() {
        let ahead = pacer.ahead(board);
        if events.is_empty() {
            let wait = match pace {
                _ if ahead => Duration::ZERO,
                Pace::Fast if board.lock().idle() => IDLE_WAIT,
                _ => PACED_WAIT,
            };
            peer.hear(wait, &mut events)?;
        } else if !ahead {
            // The line has no room: what is next has to wait for it.
            clock::sleep_until(clock::now() + PACED_WAIT);
        }
        // What happened while nobody looked comes before what was heard.
        let until = pacer.until(board, ahead);
        deliver(&mut port, until, peer, &mut buf)?;
        while let Some(event) = events.pop_front() {
            if let Event::Reply(bytes) = &event {
                peer.reply(bytes)?;
            } else if let Some(rest) = apply(event, &mut port, &mut lines)? {
                events.push_front(rest);
                break;
            }
        }
    }
    Ok(())
}

/// Lets the board run and passes on what it sends.
fn deliver(
    port: &mut Port,
    until: Instant,
    peer: &mut impl Peer,
    buf: &mut [u8],
) -> io::Result<()> {
    loop {
        let count = port.read(buf, until)?;
        if count == 0 {
            return Ok(());
        }
        peer.send(buf.get(..count).unwrap_or_default())?;
    }
}

/// Does what the other side does; what is left of it, if the line has no room.
fn apply(event: Event, port: &mut Port, lines: &mut Lines) -> io::Result<Option<Event>> {
    match event {
        Event::Data(mut bytes) => {
            let now = port.now();
            let taken = port.write(&bytes, now)?;
            bytes.drain(..taken);
            return Ok((!bytes.is_empty()).then_some(Event::Data(bytes)));
        }
        // A rate that no adapter has is refused like one would: it stays.
        Event::Baud(baud) => match port.set_baud(baud) {
            Err(error) if error.kind() == ErrorKind::InvalidInput => {}
            outcome => outcome?,
        },
        Event::Dtr(dtr) => {
            lines.dtr = dtr;
            port.set_lines(*lines)?;
        }
        Event::Rts(rts) => {
            lines.rts = rts;
            port.set_lines(*lines)?;
        }
        Event::PurgeInput => port.discard_input()?,
        Event::Reply(_) => {}
    }
    Ok(None)
}

fn is_wait(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted
    )
}

/// Reads what comes within a while; 0 if nothing did.
fn read_socket(stream: &mut TcpStream, buf: &mut [u8], wait: Duration) -> io::Result<usize> {
    stream.set_nonblocking(wait.is_zero())?;
    if !wait.is_zero() {
        stream.set_read_timeout(Some(wait))?;
    }
    match io::Read::read(stream, buf) {
        Ok(0) => Err(ErrorKind::UnexpectedEof.into()),
        Err(error) if is_wait(&error) => Ok(0),
        result => result,
    }
}

fn write_socket(stream: &mut TcpStream, bytes: &[u8]) -> io::Result<()> {
    stream.set_nonblocking(false)?;
    stream.set_write_timeout(Some(SEND_TIMEOUT))?;
    io::Write::write_all(stream, bytes)
}

/// Serves one connection after the other, until `cancel`.
fn accept(
    listener: &TcpListener,
    cancel: &CancelToken,
    mut serve: impl FnMut(TcpStream) -> io::Result<()>,
) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    while !cancel.is_cancelled() {
        match listener.accept() {
            Ok((stream, from)) => {
                log::info!(target: "espwire::sim", "connected: {from}");
                stream.set_nodelay(true)?;
                if let Err(error) = serve(stream) {
                    log::info!(target: "espwire::sim", "disconnected: {error}");
                }
            }
            Err(error) if is_wait(&error) => clock::sleep_until(clock::now() + IDLE_WAIT),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
