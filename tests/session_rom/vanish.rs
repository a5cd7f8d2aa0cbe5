//! USB ports that vanish with a reset and come back.

use super::{ADDRESS, firmware, options, outcomes};
use espwire::chip::{ESP32C6, ESP32S3};
use espwire::connection::CancelToken;
use espwire::error::Error;
use espwire::image::Region;
use espwire::session::{After, Outcome, PortState, Session, UsbId};
use espwire::sim::{Board, Link, LinkKind, Port, Running};
use espwire::time::{Duration, Instant};
use espwire::transport::{Lines, Reopening, Settings, Transport};
use std::io;

const SERIAL_JTAG: UsbId = UsbId {
    vid: 0x303a,
    pid: 0x1001,
};

/// A port that is gone with each reset of the board.
struct Vanishing {
    port: Port,
    resets: usize,
}

impl Vanishing {
    fn new(port: Port) -> Self {
        let resets = port.board().record().resets.len();
        Self { port, resets }
    }

    fn look(&self) {
        let board = self.port.board();
        if board.record().resets.len() > self.resets {
            board.reenumerate();
        }
    }
}

impl Transport for Vanishing {
    fn now(&self) -> Instant {
        self.port.now()
    }
    fn sleep_until(&mut self, until: Instant) {
        self.port.sleep_until(until);
        self.look();
    }
    fn read(&mut self, buf: &mut [u8], deadline: Instant) -> io::Result<usize> {
        self.port.read(buf, deadline)
    }
    fn write(&mut self, data: &[u8], deadline: Instant) -> io::Result<usize> {
        self.port.write(data, deadline)
    }
    fn set_baud(&mut self, baud: u32) -> io::Result<()> {
        self.port.set_baud(baud)
    }
    fn set_lines(&mut self, lines: Lines) -> io::Result<()> {
        self.port.set_lines(lines)?;
        self.look();
        Ok(())
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

fn on_usb(chip: &'static espwire::chip::Chip) -> (Board, Vanishing) {
    let link = Link {
        kind: LinkKind::UsbSerialJtag,
        ..Link::default()
    };
    let (board, port) = Board::builder(chip).link(link).build();
    (board, Vanishing::new(port))
}

/// A hook that finds the board's new port when it has been asked so often.
fn found_after(
    board: &Board,
    mut asks: u32,
) -> impl FnMut(Duration) -> io::Result<Option<Vanishing>> + Send + use<> {
    let board = board.clone();
    move |left| {
        assert!(left <= WITHIN);
        if asks > 0 {
            asks -= 1;
            return Ok(None);
        }
        Ok(Some(Vanishing::new(board.port())))
    }
}

const WITHIN: Duration = Duration::from_secs(5);

#[test]
fn a_port_that_comes_back_is_gone_on_with() {
    let image = firmware(20_000);
    let region = [Region::new(ADDRESS, &image[..])];
    for chip in [&ESP32S3, &ESP32C6] {
        let (board, port) = on_usb(chip);
        let port = Reopening::new(port, WITHIN, found_after(&board, 3));
        let options = options(chip).usb(SERIAL_JTAG);
        let mut session = Session::connect(port, options).unwrap();
        let report = session.write_changed(&region).unwrap();
        assert_eq!(outcomes(&report), [Outcome::Written], "{chip}");
        let finished = session.finish(After::HardReset).unwrap();
        assert_eq!(finished.state, PortState::Reopened, "{chip}");
        let port = finished.port.into_inner();
        assert_eq!(port.settings().unwrap().baud, 115_200, "{chip}");
        board.run_for(Duration::from_secs(1));
        assert_eq!(board.running(), Running::Application, "{chip}");
        assert_eq!(board.record().resets.len(), 2, "{chip}");
    }
}

#[test]
fn a_port_that_nobody_finds_again_is_reported_gone() {
    let chip = &ESP32S3;
    // Met in its loader, so that the only reset is the last one.
    let enter = |port| {
        let session = Session::connect(port, options(chip).usb(SERIAL_JTAG)).unwrap();
        session.finish(After::NoReset).unwrap().port
    };
    let again = || {
        options(chip)
            .usb(SERIAL_JTAG)
            .before(espwire::session::Before::NoReset)
    };
    let (board, port) = on_usb(chip);
    let port = enter(port.port);
    let resets = board.record().resets.len();
    let session = Session::connect(Vanishing::new(port), again()).unwrap();
    let finished = session.finish(After::HardReset).unwrap();
    assert_eq!(finished.state, PortState::Gone);
    assert!(finished.port.settings().is_err());
    assert_eq!(board.record().resets.len(), resets + 1);

    // A hook that has nothing to offer is asked until its time is up.
    let (board, port) = on_usb(chip);
    let port = enter(port.port);
    let never = Reopening::new(Vanishing::new(port), WITHIN, |_| Ok(None));
    let session = Session::connect(never, again()).unwrap();
    let before = board.now();
    let finished = session.finish(After::HardReset).unwrap();
    assert_eq!(finished.state, PortState::Gone);
    let took = board.now().since(before);
    assert!(
        took >= WITHIN && took < WITHIN + Duration::from_secs(1),
        "{took:?}"
    );

    // While it connects, a port that does not come back is an error.
    let (_, port) = on_usb(chip);
    let never = Reopening::new(port, WITHIN, |_| Ok(None));
    let failed = Session::connect(never, options(chip).usb(SERIAL_JTAG)).unwrap_err();
    assert!(failed.error.is_port_gone(), "{failed}");
}

#[test]
fn waiting_for_a_port_can_be_cancelled_and_its_hook_may_fail() {
    let chip = &ESP32C6;
    let (board, port) = on_usb(chip);
    let token = CancelToken::new();
    let inner = token.clone();
    let mut asked = 0;
    let port = Reopening::new(port, WITHIN, move |_| {
        asked += 1;
        if asked == 10 {
            inner.cancel();
        }
        Ok(None)
    });
    let options = options(chip).usb(SERIAL_JTAG);
    let failed = Session::connect(port, options.cancel(token)).unwrap_err();
    assert!(matches!(failed.error, Error::Cancelled), "{failed}");
    assert!(board.now().since(Instant::ZERO) < Duration::from_secs(1));

    let (_, port) = on_usb(chip);
    let port = Reopening::new(
        port,
        WITHIN,
        |_| Err(io::ErrorKind::PermissionDenied.into()),
    );
    let failed = Session::connect(port, crate::options(chip).usb(SERIAL_JTAG)).unwrap_err();
    assert!(matches!(failed.error, Error::Port(_)) && !failed.error.is_port_gone());
}
