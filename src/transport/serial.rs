//! Serial ports of the operating system, through `serialport`.
//!
//! The caller's port is to be set to eight data bits, no parity, one stop bit
//! and no flow control, as `serialport` opens it.

use super::{Lines, Settings, Transport, clock};
use crate::time::{Duration, Instant};
use serialport::{ClearBuffer, ErrorKind, SerialPort};
use std::io;

/// Shorter waits are rounded up to this. Windows takes a timeout of zero for
/// none at all (COMMTIMEOUTS, "Remarks").
const SHORTEST_WAIT: Duration = Duration::from_millis(if cfg!(windows) { 1 } else { 0 });

/// A rate that is off by more than a part in so many is another rate: a UART
/// that samples in the middle of ten bits loses the last one at 5 %, which
/// both sides share.
const RATE_TOLERANCE: u32 = 33;

/// Implements [`Transport`] for a kind of serial port; `$lines` sets both
/// control lines of it.
macro_rules! serial_transport {
    ($port:ty, $lines:expr) => {
        impl Transport for $port {
            fn now(&self) -> Instant {
                clock::now()
            }

            fn sleep_until(&mut self, until: Instant) {
                clock::sleep_until(until);
            }

            fn read(&mut self, buf: &mut [u8], deadline: Instant) -> io::Result<usize> {
                read(as_dyn(self), buf, deadline)
            }

            fn write(&mut self, data: &[u8], deadline: Instant) -> io::Result<usize> {
                write(as_dyn(self), data, deadline)
            }

            fn set_baud(&mut self, baud: u32) -> io::Result<()> {
                set_baud(as_dyn(self), baud)
            }

            fn set_lines(&mut self, lines: Lines) -> io::Result<()> {
                $lines(self, lines)
            }

            fn discard_input(&mut self) -> io::Result<()> {
                self.clear(ClearBuffer::Input).map_err(to_io)
            }

            fn settings(&self) -> io::Result<Settings> {
                Ok(Settings {
                    baud: self.baud_rate().map_err(to_io)?,
                    timeout: Some(self.timeout()),
                })
            }

            fn restore(&mut self, settings: &Settings) -> io::Result<()> {
                if let Some(timeout) = settings.timeout {
                    self.set_timeout(timeout).map_err(to_io)?;
                }
                set_baud(as_dyn(self), settings.baud)
            }
        }
    };
}

serial_transport!(Box<dyn SerialPort>, |port: &mut Self, lines| {
    set_lines_in_turn(as_dyn(port), lines)
});

/// The trait object inside any of the ports.
fn as_dyn<P: AsDyn + ?Sized>(port: &mut P) -> &mut dyn SerialPort {
    port.as_dyn()
}

trait AsDyn {
    fn as_dyn(&mut self) -> &mut dyn SerialPort;
}

impl AsDyn for Box<dyn SerialPort> {
    fn as_dyn(&mut self) -> &mut dyn SerialPort {
        &mut **self
    }
}

#[cfg(unix)]
mod unix {
    use super::*;
    use crate::transport::lines;
    use serialport::TTYPort;

    impl AsDyn for TTYPort {
        fn as_dyn(&mut self) -> &mut dyn SerialPort {
            self
        }
    }

    serial_transport!(TTYPort, set_both);

    fn set_both(port: &mut TTYPort, wanted: Lines) -> io::Result<()> {
        match lines::set(port, wanted) {
            Err(error) if lines::has_none(&error) => Ok(()),
            result => result,
        }
    }
}

#[cfg(windows)]
mod windows {
    use super::*;
    use serialport::COMPort;

    impl AsDyn for COMPort {
        fn as_dyn(&mut self) -> &mut dyn SerialPort {
            self
        }
    }

    serial_transport!(COMPort, |port: &mut Self, lines| set_lines_in_turn(
        port, lines
    ));
}

/// Sets the lines of a port of which no more is known than the trait tells,
/// one after the other.
///
/// RTS goes first: on Windows, usbser.sys sends a change of RTS only together
/// with the next write of DTR.
fn set_lines_in_turn(port: &mut dyn SerialPort, lines: Lines) -> io::Result<()> {
    let result = port
        .write_request_to_send(lines.rts)
        .and_then(|()| port.write_data_terminal_ready(lines.dtr));
    match result {
        Err(error) if error.kind() == ErrorKind::NoDevice => Err(to_io(error)),
        Err(error) => {
            // A pseudo terminal has no lines. If the port is gone, the next
            // byte will tell.
            log::debug!(target: "espwire::transport", "control lines not set: {error}");
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

fn read(port: &mut dyn SerialPort, buf: &mut [u8], deadline: Instant) -> io::Result<usize> {
    if buf.is_empty() {
        return Ok(0);
    }
    until(port, deadline, |port, _| match port.read(buf)? {
        // A terminal that was hung up reads as an endless end of file.
        0 => Err(io::ErrorKind::BrokenPipe.into()),
        count => Ok(count),
    })
}

fn write(port: &mut dyn SerialPort, data: &[u8], deadline: Instant) -> io::Result<usize> {
    if data.is_empty() {
        return Ok(0);
    }
    until(port, deadline, |port, wait| {
        let piece = if cfg!(windows) {
            // There a write that times out is broken off, and not every driver
            // tells how much of it was sent: give it what it can send in time.
            bytes_in(wait / 2, port.baud_rate().map_err(to_io)?)
        } else {
            data.len()
        };
        match port.write(data.get(..piece).unwrap_or(data))? {
            0 => Err(io::ErrorKind::TimedOut.into()),
            count => Ok(count),
        }
    })
}

/// How many bytes, at least one, leave in `time` at `baud`.
fn bytes_in(time: Duration, baud: u32) -> usize {
    let bits = time.as_micros() * u128::from(baud) / 1_000_000;
    usize::try_from(bits / 10).unwrap_or(usize::MAX).max(1)
}

/// Lets `act` wait until `deadline`; 0 if it did nothing by then.
fn until(
    port: &mut dyn SerialPort,
    deadline: Instant,
    mut act: impl FnMut(&mut dyn SerialPort, Duration) -> io::Result<usize>,
) -> io::Result<usize> {
    loop {
        let wait = (deadline - clock::now()).max(SHORTEST_WAIT);
        port.set_timeout(wait).map_err(to_io)?;
        match act(port, wait) {
            Ok(count) => return Ok(count),
            Err(error) => match error.kind() {
                io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => {
                    if clock::now() >= deadline {
                        return Ok(0);
                    }
                }
                io::ErrorKind::Interrupted => {}
                _ => return Err(lost(error)),
            },
        }
    }
}

fn set_baud(port: &mut dyn SerialPort, baud: u32) -> io::Result<()> {
    if baud == 0 {
        // To a terminal this means: hang up.
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "no rate"));
    }
    drain(port);
    let before = port.baud_rate();
    if let Err(error) = port.set_baud_rate(baud) {
        return Err(match port.bytes_to_read() {
            Ok(_) => to_io(error),
            Err(_) => io::Error::new(io::ErrorKind::NotConnected, error),
        });
    }
    match port.baud_rate() {
        // A driver that cannot set a rate sets another, and says which.
        Ok(set) if set.abs_diff(baud) > baud / RATE_TOLERANCE => {
            if let Ok(before) = before {
                port.set_baud_rate(before).map_err(to_io)?;
            }
            let words = format!("its driver would set {set}");
            Err(io::Error::new(io::ErrorKind::InvalidInput, words))
        }
        _ => Ok(()),
    }
}

/// Waits until what was written has left, so that it leaves at the rate that
/// was set for it. tcdrain(3) could wait for ever.
fn drain(port: &mut dyn SerialPort) {
    let until = clock::now() + clock::DRAIN;
    while clock::now() < until && port.bytes_to_write().is_ok_and(|left| left > 0) {
        clock::sleep_until(clock::now() + clock::DRAIN_POLL);
    }
}

fn to_io(error: serialport::Error) -> io::Error {
    match error.kind() {
        ErrorKind::NoDevice => io::Error::new(io::ErrorKind::NotConnected, error),
        _ => error.into(),
    }
}

/// What an error of reading or writing an open port means.
///
/// Of most error numbers `serialport` keeps nothing but their words on Unix.
/// An open terminal that is read with a proper buffer fails for one reason
/// only (EIO, ENXIO, ENODEV): it is gone.
fn lost(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::Other if cfg!(unix) && error.raw_os_error().is_none() => {
            io::Error::new(io::ErrorKind::NotConnected, error)
        }
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_fits_into_its_time() {
        for (millis, baud, bytes) in [
            (10, 115_200, 115),
            (10, 921_600, 921),
            (0, 115_200, 1),
            (1, 50, 1),
            (u64::MAX, u32::MAX, usize::MAX),
        ] {
            assert_eq!(bytes_in(Duration::from_millis(millis), baud), bytes);
        }
    }

    #[test]
    fn words_without_a_number_mean_gone_on_unix() {
        let words = io::Error::other("Input/output error");
        let kind = if cfg!(unix) {
            io::ErrorKind::NotConnected
        } else {
            io::ErrorKind::Other
        };
        assert_eq!(lost(words).kind(), kind);
        let timeout = io::ErrorKind::TimedOut;
        assert_eq!(lost(timeout.into()).kind(), timeout);
    }
}
