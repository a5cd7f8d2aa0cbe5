//! From a port's name to a transport.

use espwire::session::UsbId;
use espwire::sim::{LinkKind, Spec};
use espwire::time::Duration;
use espwire::transport::{self, Reopening, Transport};
use std::error::Error;

/// An open port and what is known of it.
pub struct Opened {
    pub transport: Box<dyn Transport>,
    pub usb: Option<UsbId>,
    pub lines: ControlLines,
}

/// Whether a port can reset a board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ControlLines {
    Wired,
    Missing,
}

/// A virtual board on its USB-Serial/JTAG says what a real one says.
const USB_SERIAL_JTAG: UsbId = UsbId {
    vid: 0x303a,
    pid: 0x1001,
};

/// Opens `/dev/…`, `COM…`, `socket://host:port` or `sim:CHIP…`.
pub fn open(name: &str) -> Result<Opened, Box<dyn Error>> {
    if let Some(spec) = name.strip_prefix("sim:") {
        let spec: Spec = spec.parse()?;
        let (_, port) = spec.builder()?.build();
        return Ok(Opened {
            transport: Box::new(port),
            usb: (spec.link == LinkKind::UsbSerialJtag).then_some(USB_SERIAL_JTAG),
            lines: ControlLines::Wired,
        });
    }
    let lines = if name.starts_with("socket://") {
        ControlLines::Missing
    } else {
        ControlLines::Wired
    };
    let usb = usb_id(name);
    let port = transport::open(name)?;
    Ok(Opened {
        transport: if usb.is_some() {
            Box::new(found_again(port, name))
        } else {
            port
        },
        usb,
        lines,
    })
}

/// How long a USB device that was reset may take to come back: a system that
/// sees it for the first time looks for its driver first.
const BACK_WITHIN: Duration = Duration::from_secs(10);

/// A USB port that comes back under its own name, or as a port that was not
/// there before.
fn found_again(port: Box<dyn Transport>, name: &str) -> Reopening<'static, Box<dyn Transport>> {
    let name = name.to_owned();
    let before = names();
    Reopening::new(port, BACK_WITHIN, move |_| {
        let new = names().into_iter().find(|port| !before.contains(port));
        // Not every error means that it is not there: its permissions may be
        // about to be set.
        let opened = [Some(name.clone()), new].into_iter().flatten();
        Ok(opened.filter_map(|name| transport::open(&name).ok()).next())
    })
}

/// What the system knows of a USB port.
fn usb_id(name: &str) -> Option<UsbId> {
    let ports = serialport::available_ports().unwrap_or_default();
    let port = ports.into_iter().find(|port| port.port_name == name)?;
    match port.port_type {
        serialport::SerialPortType::UsbPort(usb) => Some(UsbId {
            vid: usb.vid,
            pid: usb.pid,
        }),
        _ => None,
    }
}

fn names() -> Vec<String> {
    let ports = serialport::available_ports().unwrap_or_default();
    ports.into_iter().map(|port| port.port_name).collect()
}

/// The ports that there are, to choose from.
pub fn known_ports() -> String {
    let names = names();
    if names.is_empty() {
        "this machine has no serial port now; is the board plugged in?".to_owned()
    } else {
        format!("there are: {}", names.join(", "))
    }
}
