//! From a port's name to a transport.

use espwire::error::PortError;
use espwire::session::UsbId;
use espwire::sim::{LinkKind, Spec};
use espwire::transport::{Tcp, Transport};
use std::error::Error;
use std::io;

/// The rate a port is opened at; a session sets its own.
const OPEN_BAUD: u32 = 115_200;

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
    if let Some(address) = name.strip_prefix("socket://") {
        let tcp = Tcp::connect(address)
            .map_err(|error| format!("{name}: {error}; is something listening there?"))?;
        return Ok(Opened {
            transport: Box::new(tcp),
            usb: None,
            lines: ControlLines::Missing,
        });
    }
    let port = serialport::new(name, OPEN_BAUD)
        .open()
        .map_err(|error| refused(name, error))?;
    Ok(Opened {
        transport: Box::new(port),
        usb: usb_id(name),
        lines: ControlLines::Wired,
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

fn refused(name: &str, error: serialport::Error) -> PortError {
    use serialport::ErrorKind as K;
    match error.kind() {
        K::NoDevice | K::Io(io::ErrorKind::NotFound) if !std::path::Path::new(name).exists() => {
            PortError::NotFound(format!("{name} ({error}); {}", known_ports()))
        }
        K::NoDevice => PortError::Busy(format!("{name}: {error}")),
        K::Io(io::ErrorKind::PermissionDenied) => PortError::Other(io::Error::new(
            io::ErrorKind::PermissionDenied,
            format!(
                "{name}: {error}; join the group that owns it (dialout, uucp), or see who holds it"
            ),
        )),
        _ => PortError::Other(io::Error::other(format!("{name}: {error}"))),
    }
}

/// The ports that there are, to choose from.
pub fn known_ports() -> String {
    let names: Vec<String> = serialport::available_ports()
        .unwrap_or_default()
        .into_iter()
        .map(|port| port.port_name)
        .collect();
    if names.is_empty() {
        "this machine has no serial port now; is the board plugged in?".to_owned()
    } else {
        format!("there are: {}", names.join(", "))
    }
}
