//! Serial ports of the operating system, through `serialport`.

use super::{Lines, Settings, Transport, clock};
use crate::time::{Duration, Instant};
use serialport::{ClearBuffer, ErrorKind, SerialPort};
use std::io;

/// Waits shorter than this are rounded up to it: a Windows driver takes a
/// timeout of zero for no timeout at all.
const SHORTEST_WAIT: Duration = Duration::from_millis(1);

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
            log::debug!("control lines not set: {error}");
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

fn to_io(error: serialport::Error) -> io::Error {
    match error.kind() {
        ErrorKind::NoDevice => io::Error::new(io::ErrorKind::NotConnected, error),
        _ => error.into(),
    }
}

/// Lets `act` wait until `deadline`; 0 if it did nothing by then.
fn until(
    port: &mut dyn SerialPort,
    deadline: Instant,
    mut act: impl FnMut(&mut dyn SerialPort) -> io::Result<usize>,
) -> io::Result<usize> {
    loop {
        let wait = (deadline - clock::now()).max(SHORTEST_WAIT);
        port.set_timeout(wait).map_err(to_io)?;
        match act(port) {
            // A terminal that was hung up reads as an endless end of file.
            Ok(0) => return Err(io::ErrorKind::BrokenPipe.into()),
            Ok(count) => return Ok(count),
            Err(error) => match error.kind() {
                io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => {
                    if clock::now() >= deadline {
                        return Ok(0);
                    }
                }
                io::ErrorKind::Interrupted => {}
                _ => return Err(error),
            },
        }
    }
}

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
                if buf.is_empty() {
                    return Ok(0);
                }
                until(as_dyn(self), deadline, |port| port.read(buf))
            }

            fn write(&mut self, data: &[u8], deadline: Instant) -> io::Result<usize> {
                if data.is_empty() {
                    return Ok(0);
                }
                until(as_dyn(self), deadline, |port| port.write(data))
            }

            fn set_baud(&mut self, baud: u32) -> io::Result<()> {
                self.set_baud_rate(baud).map_err(to_io)
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
                self.set_baud_rate(settings.baud).map_err(to_io)
            }
        }
    };
}

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

serial_transport!(Box<dyn SerialPort>, |port: &mut Self, lines| {
    set_lines_in_turn(&mut **port, lines)
});

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
