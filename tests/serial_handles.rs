//! Handles of which no more is known than that they are serial ports.

#![cfg(all(feature = "serial", feature = "sim"))]
#![allow(clippy::unwrap_used, reason = "all of it is a test")]

use espwire::chip::{Chip, ESP32, ESP32S3};
use espwire::connection::{ResetSequence, Step};
use espwire::image::Region;
use espwire::session::{After, Options, PortState, Session};
use espwire::sim::{Board, Port, Running};
use espwire::time::Duration;
use espwire::transport::{Lines, Transport};
use serialport::{ClearBuffer, DataBits, Error, ErrorKind, FlowControl, Parity, StopBits};
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Instant;

/// How a driver takes the control lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Driver {
    /// Each line at once.
    Usual,
    /// As usbser.sys: RTS waits for the next DTR.
    Usbser,
}

/// A virtual board's port in the shape of a system's, at real time.
struct Handle {
    port: Port,
    driver: Driver,
    /// As they were written, and as the board sees them.
    written: Lines,
    effective: Arc<Mutex<Lines>>,
    timeout: Duration,
    baud: u32,
    last: Instant,
}

impl Handle {
    fn new(port: Port, driver: Driver) -> Self {
        Self {
            port,
            driver,
            written: Lines::default(),
            effective: Arc::default(),
            timeout: Duration::from_millis(777),
            baud: 115_200,
            last: Instant::now(),
        }
    }

    /// Lets the board catch up with the time.
    fn catch_up(&mut self) {
        let now = Instant::now();
        self.port.board().run_for(now - self.last);
        self.last = now;
    }

    fn drive(&mut self) -> serialport::Result<()> {
        self.catch_up();
        *self.effective.lock().unwrap() = self.written;
        Ok(self.port.set_lines(self.written)?)
    }
}

impl io::Read for Handle {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.catch_up();
        let until = self.port.now() + self.timeout;
        match Transport::read(&mut self.port, buf, until)? {
            0 => Err(io::ErrorKind::TimedOut.into()),
            count => Ok(count),
        }
    }
}

impl io::Write for Handle {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.catch_up();
        let until = self.port.now() + self.timeout;
        match Transport::write(&mut self.port, buf, until)? {
            0 => Err(io::ErrorKind::TimedOut.into()),
            count => Ok(count),
        }
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn no<T>() -> serialport::Result<T> {
    Err(Error::new(ErrorKind::Unknown, "nobody needs it"))
}

impl serialport::SerialPort for Handle {
    fn name(&self) -> Option<String> {
        None
    }
    fn baud_rate(&self) -> serialport::Result<u32> {
        Ok(self.baud)
    }
    fn data_bits(&self) -> serialport::Result<DataBits> {
        no()
    }
    fn flow_control(&self) -> serialport::Result<FlowControl> {
        no()
    }
    fn parity(&self) -> serialport::Result<Parity> {
        no()
    }
    fn stop_bits(&self) -> serialport::Result<StopBits> {
        no()
    }
    fn timeout(&self) -> Duration {
        self.timeout
    }
    fn set_baud_rate(&mut self, baud: u32) -> serialport::Result<()> {
        self.catch_up();
        self.baud = baud;
        Ok(self.port.set_baud(baud)?)
    }
    fn set_data_bits(&mut self, _: DataBits) -> serialport::Result<()> {
        no()
    }
    fn set_flow_control(&mut self, _: FlowControl) -> serialport::Result<()> {
        no()
    }
    fn set_parity(&mut self, _: Parity) -> serialport::Result<()> {
        no()
    }
    fn set_stop_bits(&mut self, _: StopBits) -> serialport::Result<()> {
        no()
    }
    fn set_timeout(&mut self, timeout: Duration) -> serialport::Result<()> {
        self.timeout = timeout;
        Ok(())
    }
    fn write_request_to_send(&mut self, level: bool) -> serialport::Result<()> {
        self.written.rts = level;
        match self.driver {
            Driver::Usual => self.drive(),
            Driver::Usbser => Ok(()),
        }
    }
    fn write_data_terminal_ready(&mut self, level: bool) -> serialport::Result<()> {
        self.written.dtr = level;
        self.drive()
    }
    fn read_clear_to_send(&mut self) -> serialport::Result<bool> {
        no()
    }
    fn read_data_set_ready(&mut self) -> serialport::Result<bool> {
        no()
    }
    fn read_ring_indicator(&mut self) -> serialport::Result<bool> {
        no()
    }
    fn read_carrier_detect(&mut self) -> serialport::Result<bool> {
        no()
    }
    fn bytes_to_read(&self) -> serialport::Result<u32> {
        Ok(0)
    }
    fn bytes_to_write(&self) -> serialport::Result<u32> {
        Ok(0)
    }
    fn clear(&self, _: ClearBuffer) -> serialport::Result<()> {
        Ok(())
    }
    fn try_clone(&self) -> serialport::Result<Box<dyn serialport::SerialPort>> {
        no()
    }
    fn set_break(&self) -> serialport::Result<()> {
        no()
    }
    fn clear_break(&self) -> serialport::Result<()> {
        no()
    }
}

fn board(chip: &'static Chip, driver: Driver) -> (Board, Handle) {
    let (board, port) = Board::builder(chip).build();
    (board, Handle::new(port, driver))
}

#[test]
fn after_each_step_the_board_sees_the_lines_that_were_meant() {
    for driver in [Driver::Usual, Driver::Usbser] {
        let (_, handle) = board(&ESP32, driver);
        let effective = handle.effective.clone();
        let mut port: Box<dyn serialport::SerialPort> = Box::new(handle);
        let mut meant = Lines::default();
        for sequence in [
            ResetSequence::CLASSIC,
            ResetSequence::TIGHT,
            ResetSequence::USB_SERIAL_JTAG,
            ResetSequence::HARD,
        ] {
            for step in sequence.steps() {
                match *step {
                    Step::Dtr(dtr) => meant.dtr = dtr,
                    Step::Rts(rts) => meant.rts = rts,
                    Step::Both(both) => meant = both,
                    Step::Wait(_) => continue,
                }
                port.set_lines(meant).unwrap();
                let seen = *effective.lock().unwrap();
                assert_eq!(seen, meant, "{driver:?} {sequence} {step:?}");
            }
        }
    }
}

#[test]
fn a_boxed_port_serves_a_whole_session() {
    for (chip, driver) in [(&ESP32, Driver::Usual), (&ESP32S3, Driver::Usbser)] {
        let (board, handle) = board(chip, driver);
        let port: Box<dyn serialport::SerialPort> = Box::new(handle);
        let region = [Region::new(0x1_0000, vec![0x5a; 3000])];
        let mut session = Session::connect(port, Options::new().chip(chip)).unwrap();
        assert!(session.write_changed(&region).unwrap().all_hold());
        let finished = session.finish(After::HardReset).unwrap();
        assert_eq!(finished.state, PortState::Restored);
        // As the caller had them.
        let port = finished.port;
        let timeout = serialport::SerialPort::timeout(&*port);
        assert_eq!(timeout, Duration::from_millis(777), "{chip}");
        assert_eq!(port.baud_rate().unwrap(), 115_200, "{chip}");
        board.run_for(Duration::from_secs(1));
        assert_eq!(board.running(), Running::Application, "{chip}");
        assert_eq!(board.record().resets.len(), 2, "{chip}");
        assert_eq!(board.flash().read(0x1_0000, 3000), vec![0x5a; 3000]);
    }
}
