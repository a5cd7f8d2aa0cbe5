//! A byte stream over TCP: `socket://host:port`.

use super::{Lines, Settings, Transport, clock};
use crate::time::{Duration, Instant};
use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};

/// A socket takes no timeout of zero.
const SHORTEST_WAIT: Duration = Duration::from_millis(1);

/// A TCP connection to a serial port of another machine, or to a virtual board.
///
/// It has no control lines and no baud rate of its own: setting either does
/// nothing.
#[derive(Debug)]
pub struct Tcp {
    stream: TcpStream,
    baud: u32,
}

impl Tcp {
    /// Connects to `address`, `host:port`.
    ///
    /// # Errors
    /// No such host, nobody listens there, or no answer within 5 s.
    pub fn connect(address: &str) -> io::Result<Self> {
        let mut last = io::Error::new(
            io::ErrorKind::NotFound,
            format!("{address} names no address"),
        );
        for address in address.to_socket_addrs()? {
            match TcpStream::connect_timeout(&address, clock::CONNECT) {
                Ok(stream) => return Self::new(stream),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// Takes over a connection.
    ///
    /// # Errors
    /// The socket refuses its options.
    pub fn new(stream: TcpStream) -> io::Result<Self> {
        // Requests are small and waited for: a delayed one costs a round trip.
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            baud: 115_200,
        })
    }

    /// Gives the connection back.
    #[must_use]
    pub fn into_inner(self) -> TcpStream {
        self.stream
    }
}

/// 0 for a timeout, which is no error here.
fn waited(result: io::Result<usize>) -> io::Result<usize> {
    match result {
        Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
            ) =>
        {
            Ok(0)
        }
        result => result,
    }
}

impl Transport for Tcp {
    fn now(&self) -> Instant {
        clock::now()
    }

    fn sleep_until(&mut self, until: Instant) {
        clock::sleep_until(until);
    }

    fn read(&mut self, buf: &mut [u8], deadline: Instant) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        let wait = (deadline - clock::now()).max(SHORTEST_WAIT);
        self.stream.set_read_timeout(Some(wait))?;
        waited(self.stream.read(buf))
    }

    fn write(&mut self, data: &[u8], deadline: Instant) -> io::Result<usize> {
        if data.is_empty() {
            return Ok(0);
        }
        let wait = (deadline - clock::now()).max(SHORTEST_WAIT);
        self.stream.set_write_timeout(Some(wait))?;
        waited(self.stream.write(data))
    }

    fn set_baud(&mut self, baud: u32) -> io::Result<()> {
        self.baud = baud;
        Ok(())
    }

    fn set_lines(&mut self, _: Lines) -> io::Result<()> {
        Ok(())
    }

    fn discard_input(&mut self) -> io::Result<()> {
        self.stream.set_nonblocking(true)?;
        let mut scratch = [0; 1024];
        let outcome = loop {
            match waited(self.stream.read(&mut scratch)) {
                Ok(0) => break Ok(()),
                Ok(_) => {}
                Err(error) => break Err(error),
            }
        };
        self.stream.set_nonblocking(false)?;
        outcome
    }

    fn settings(&self) -> io::Result<Settings> {
        Ok(Settings {
            baud: self.baud,
            timeout: None,
        })
    }

    fn restore(&mut self, settings: &Settings) -> io::Result<()> {
        self.baud = settings.baud;
        self.stream.set_read_timeout(None)?;
        self.stream.set_write_timeout(None)
    }
}
