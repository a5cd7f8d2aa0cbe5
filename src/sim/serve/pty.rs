//! A pseudo terminal.

use super::{Event, Pace, Peer, SEND_TIMEOUT, is_wait, serve};
use crate::connection::CancelToken;
use crate::sim::Board;
use crate::time::Duration;
use serialport::{SerialPort, TTYPort};
use std::collections::VecDeque;
use std::io::{self, Read, Write};

/// A pseudo terminal that a board can be served on.
///
/// It has a baud rate, which the board's line takes over, but no control
/// lines: start the board in its loader.
#[derive(Debug)]
pub struct Pty {
    ours: TTYPort,
    /// Kept open: when the last one is closed, ours fails.
    theirs: TTYPort,
    baud: u32,
}

impl Pty {
    /// Makes a new one.
    ///
    /// # Errors
    /// The system has none left.
    pub fn new() -> io::Result<Self> {
        let (ours, theirs) = TTYPort::pair()?;
        Ok(Self {
            ours,
            theirs,
            baud: 0,
        })
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
        board.lock().line.follow_host();
        serve(board, &mut self, pace, cancel)
    }
}

impl Peer for Pty {
    fn hear(&mut self, wait: Duration, events: &mut VecDeque<Event>) -> io::Result<()> {
        let mut buf = [0; 4096];
        self.ours.set_timeout(wait)?;
        let count = match Read::read(&mut self.ours, &mut buf) {
            Err(error) if is_wait(&error) => 0,
            result => result?,
        };
        let baud = self.theirs.baud_rate()?;
        if baud != self.baud {
            self.baud = baud;
            events.push_back(Event::Baud(baud));
        }
        if count > 0 {
            let bytes = buf.get(..count).unwrap_or_default();
            events.push_back(Event::Data(bytes.to_vec()));
        }
        Ok(())
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.ours.set_timeout(SEND_TIMEOUT)?;
        match Write::write_all(&mut self.ours, bytes) {
            // Nobody reads: a real board talks into the void as well.
            Err(error) if is_wait(&error) => Ok(()),
            result => result,
        }
    }

    /// There is nothing to reply to.
    fn reply(&mut self, _: &[u8]) -> io::Result<()> {
        Ok(())
    }
}
