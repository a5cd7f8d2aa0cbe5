//! A port, and somebody who has enough at some moment.

use espwire::connection::CancelToken;
use espwire::sim::Port;
use espwire::time::Instant;
use espwire::transport::{Lines, Settings, Transport};
use std::io;

/// A port during whose use somebody cancels.
pub struct Cancelling {
    pub port: Port,
    /// When.
    pub at: Instant,
    pub token: CancelToken,
}

impl Cancelling {
    fn look(&self) {
        if self.port.now() >= self.at {
            self.token.cancel();
        }
    }
}

impl Transport for Cancelling {
    fn now(&self) -> Instant {
        self.port.now()
    }
    fn sleep_until(&mut self, until: Instant) {
        self.port.sleep_until(until);
        self.look();
    }
    fn read(&mut self, buf: &mut [u8], deadline: Instant) -> io::Result<usize> {
        let read = self.port.read(buf, deadline);
        self.look();
        read
    }
    fn write(&mut self, data: &[u8], deadline: Instant) -> io::Result<usize> {
        let written = self.port.write(data, deadline);
        self.look();
        written
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
}
