//! A transport that spoils one byte of what the host sends.

use espwire::sim::Port;
use espwire::time::Instant;
use espwire::transport::{Lines, Settings, Transport};
use std::io;
use std::sync::{Arc, Mutex};

/// A transport whose host-to-chip stream is spoiled at one byte.
pub struct Spoiled {
    port: Port,
    at: usize,
    fault: Fault,
    sent: Arc<Mutex<usize>>,
}

#[derive(Clone, Copy, Debug)]
pub enum Fault {
    None,
    Lost,
    Flipped,
    /// The port is gone, before this byte is sent.
    Gone,
}

impl Spoiled {
    pub fn new(port: Port, fault: Fault, at: usize) -> (Self, Arc<Mutex<usize>>) {
        let sent = Arc::new(Mutex::new(0));
        let spoiled = Self {
            port,
            at,
            fault,
            sent: sent.clone(),
        };
        (spoiled, sent)
    }

    fn plugged(&self) -> io::Result<()> {
        match self.fault {
            Fault::Gone if *self.sent.lock().unwrap() >= self.at => {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            _ => Ok(()),
        }
    }
}

impl Transport for Spoiled {
    fn now(&self) -> Instant {
        self.port.now()
    }
    fn sleep_until(&mut self, until: Instant) {
        self.port.sleep_until(until);
    }
    fn read(&mut self, buf: &mut [u8], deadline: Instant) -> io::Result<usize> {
        self.plugged()?;
        self.port.read(buf, deadline)
    }
    fn write(&mut self, data: &[u8], deadline: Instant) -> io::Result<usize> {
        self.plugged()?;
        let before = *self.sent.lock().unwrap();
        let upto = match self.at.checked_sub(before) {
            Some(0) => {
                match self.fault {
                    Fault::Lost => {}
                    _ => {
                        let byte = data[0] ^ u8::from(matches!(self.fault, Fault::Flipped));
                        if self.port.write(&[byte], deadline)? == 0 {
                            return Ok(0);
                        }
                    }
                }
                *self.sent.lock().unwrap() += 1;
                return Ok(1);
            }
            Some(room) => room.min(data.len()),
            None => data.len(),
        };
        let taken = self.port.write(&data[..upto], deadline)?;
        *self.sent.lock().unwrap() += taken;
        Ok(taken)
    }
    fn set_baud(&mut self, baud: u32) -> io::Result<()> {
        self.plugged()?;
        self.port.set_baud(baud)
    }
    fn set_lines(&mut self, lines: Lines) -> io::Result<()> {
        self.plugged()?;
        self.port.set_lines(lines)
    }
    fn discard_input(&mut self) -> io::Result<()> {
        self.plugged()?;
        self.port.discard_input()
    }
    fn settings(&self) -> io::Result<Settings> {
        self.plugged()?;
        self.port.settings()
    }
    fn restore(&mut self, settings: &Settings) -> io::Result<()> {
        self.plugged()?;
        self.port.restore(settings)
    }
}
