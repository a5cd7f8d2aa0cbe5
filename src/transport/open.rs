//! Opening a port by its name.

use super::{Tcp, Transport};
use crate::error::PortError;

/// What comes before `host:port` in the name of a TCP connection.
const SOCKET: &str = "socket://";

/// Opens the port called `name`, at 115200 baud, with 8 data bits, no parity,
/// 1 stop bit and no flow control: `socket://host:port`, or a serial port of
/// this system (`/dev/ttyUSB0`, `/dev/cu.usbserial-110`, `COM7`), which is
/// locked against others.
///
/// # Errors
/// [`PortError::Scheme`], [`PortError::NotFound`], [`PortError::Busy`],
/// [`PortError::Denied`], [`PortError::Unusable`].
pub fn open(name: &str) -> Result<Box<dyn Transport>, PortError> {
    match (name.strip_prefix(SOCKET), name.contains("://")) {
        (Some(address), _) => match Tcp::connect(address) {
            Ok(tcp) => Ok(Box::new(tcp)),
            Err(source) => Err(PortError::Unreachable {
                name: name.to_owned(),
                source,
            }),
        },
        (None, true) => Err(PortError::Scheme(name.to_owned())),
        (None, false) => serial::open(name),
    }
}

#[cfg(feature = "serial")]
mod serial {
    use crate::error::PortError;
    use crate::transport::Transport;
    use serialport::ErrorKind;
    use std::io;

    /// The rate that a chip's boot log comes at.
    const BAUD: u32 = 115_200;

    pub(super) fn open(name: &str) -> Result<Box<dyn Transport>, PortError> {
        match serialport::new(name, BAUD).open_native() {
            Ok(port) => Ok(Box::new(port)),
            Err(error) => Err(sort(name, error, &names())),
        }
    }

    /// The ports that are there.
    fn names() -> Vec<String> {
        let ports = serialport::available_ports().unwrap_or_default();
        ports.into_iter().map(|port| port.port_name).collect()
    }

    /// What the system means. On Windows "no device" stands for a port that is
    /// missing as well as for one that another program holds.
    pub(super) fn sort(name: &str, error: serialport::Error, present: &[String]) -> PortError {
        let there = if cfg!(windows) {
            present.iter().any(|port| port.eq_ignore_ascii_case(name))
        } else {
            std::path::Path::new(name).exists()
        };
        let name = name.to_owned();
        match error.kind() {
            ErrorKind::NoDevice if there => PortError::Busy { name },
            ErrorKind::Io(io::ErrorKind::PermissionDenied) => PortError::Denied { name },
            _ if there => PortError::Unusable {
                name,
                source: error.into(),
            },
            _ => PortError::NotFound {
                name,
                present: present.to_vec(),
            },
        }
    }
}

#[cfg(not(feature = "serial"))]
mod serial {
    use crate::error::PortError;
    use crate::transport::Transport;

    pub(super) fn open(name: &str) -> Result<Box<dyn Transport>, PortError> {
        Err(PortError::Scheme(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(name: &str) -> PortError {
        match open(name) {
            Ok(_) => panic!("{name} opens"),
            Err(error) => error,
        }
    }

    #[test]
    fn names_that_are_no_ports() {
        assert!(matches!(
            error("rfc2217://host:1"),
            PortError::Scheme(name) if name == "rfc2217://host:1"
        ));
        // Port 1 of this host: nobody listens there.
        for name in ["socket://127.0.0.1:1", "socket://127.0.0.1", "socket://"] {
            let error = error(name);
            assert!(matches!(error, PortError::Unreachable { .. }), "{error}");
            assert!(error.to_string().contains(name), "{error}");
        }
    }

    #[cfg(all(unix, feature = "serial"))]
    #[test]
    fn serial_ports_that_cannot_be_opened() {
        let missing = error("/dev/tty-of-nobody");
        assert!(matches!(missing, PortError::NotFound { .. }), "{missing}");
        assert!(missing.to_string().contains("/dev/tty-of-nobody"));
        let file = tempfile::NamedTempFile::new().unwrap();
        let file = error(file.path().to_str().unwrap());
        assert!(matches!(file, PortError::Unusable { .. }), "{file}");
    }

    #[cfg(feature = "serial")]
    #[test]
    fn what_the_system_means() {
        use serialport::{Error, ErrorKind};
        // Something that is there on the system that runs this.
        let (name, present) = if cfg!(windows) {
            ("COM7".to_owned(), vec!["COM7".to_owned()])
        } else {
            (std::env::temp_dir().display().to_string(), vec![])
        };
        let sort = |kind, name: &str| {
            let error = Error::new(kind, "words");
            serial::sort(name, error, &present)
        };
        let denied = ErrorKind::Io(std::io::ErrorKind::PermissionDenied);
        assert!(matches!(
            sort(ErrorKind::NoDevice, &name),
            PortError::Busy { .. }
        ));
        assert!(matches!(
            sort(ErrorKind::NoDevice, "COM99"),
            PortError::NotFound { .. }
        ));
        assert!(matches!(sort(denied, &name), PortError::Denied { .. }));
        assert!(matches!(
            sort(ErrorKind::Unknown, &name),
            PortError::Unusable { .. }
        ));
    }
}
