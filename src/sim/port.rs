//! The host's end of a virtual board's line.

use super::board::{Board, Inner};
use crate::time::Instant;
use crate::transport::{Lines, Settings, Transport};
use std::io;
use std::sync::MutexGuard;

/// A virtual board's port. Its clock is the board's: time passes while it is
/// waited on, and not otherwise.
#[derive(Debug)]
pub struct Port {
    board: Board,
    /// Which time the plug was in when it was made.
    plugged: u32,
}

impl Port {
    pub(super) const fn new(board: Board, plugged: u32) -> Self {
        Self { board, plugged }
    }

    /// The board it belongs to.
    #[must_use]
    pub const fn board(&self) -> &Board {
        &self.board
    }

    fn plugged(&self) -> io::Result<MutexGuard<'_, Inner>> {
        let inner = self.board.lock();
        if !inner.has_port(self.plugged) {
            return Err(io::ErrorKind::NotConnected.into());
        }
        Ok(inner)
    }
}

/// Rates that a usual adapter can be set to (CP2102N data sheet).
const BAUDS: std::ops::RangeInclusive<u32> = 300..=4_000_000;

impl Transport for Port {
    fn now(&self) -> Instant {
        self.board.now()
    }

    fn sleep_until(&mut self, until: Instant) {
        let mut inner = self.board.lock();
        while inner.now < until {
            inner.advance(until);
        }
    }

    fn read(&mut self, buf: &mut [u8], deadline: Instant) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        loop {
            let mut inner = self.plugged()?;
            let now = inner.now;
            let count = inner.line.receive_at_host(now, buf);
            if count > 0 || now >= deadline {
                return Ok(count);
            }
            let arrival = inner.line.next_to_host().unwrap_or(deadline);
            inner.advance(arrival.min(deadline));
        }
    }

    fn write(&mut self, data: &[u8], deadline: Instant) -> io::Result<usize> {
        loop {
            let mut inner = self.plugged()?;
            let now = inner.now;
            let taken = inner.line.send_from_host(now, data);
            if taken > 0 || data.is_empty() || now >= deadline {
                return Ok(taken);
            }
            let room = inner.line.host_may_write(now).min(deadline);
            inner.advance(room);
        }
    }

    fn set_baud(&mut self, baud: u32) -> io::Result<()> {
        if !BAUDS.contains(&baud) {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        self.plugged()?.line.set_host_baud(baud);
        Ok(())
    }

    fn set_lines(&mut self, lines: Lines) -> io::Result<()> {
        self.plugged()?.set_lines(lines);
        Ok(())
    }

    fn discard_input(&mut self) -> io::Result<()> {
        let mut inner = self.plugged()?;
        let now = inner.now;
        inner.line.discard_at_host(now);
        Ok(())
    }

    fn settings(&self) -> io::Result<Settings> {
        Ok(Settings {
            baud: self.plugged()?.line.host_baud(),
            timeout: None,
        })
    }

    fn restore(&mut self, settings: &Settings) -> io::Result<()> {
        self.set_baud(settings.baud)
    }
}
