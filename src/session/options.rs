//! What a caller may ask of a session.

use super::event::Event;
use crate::chip::{Chip, UsbPort};
use crate::connection::{Approach, CancelToken, ResetSequence};
use crate::time::Duration;
use std::fmt;

/// What a session is to do, and how.
///
/// The default detects the chip and the size of its flash, resets through
/// the usual two transistors, and works at 460800 baud without a deadline.
pub struct Options<'o> {
    pub(super) chip: Option<&'static Chip>,
    pub(super) baud: u32,
    pub(super) before: Before,
    pub(super) flash_size: Option<u32>,
    pub(super) usb: Option<UsbId>,
    pub(super) deadline: Option<Duration>,
    pub(super) cancel: CancelToken,
    pub(super) observer: Option<Box<Observer<'o>>>,
}

/// Hears of everything that happens, on the thread that called the session.
pub type Observer<'o> = dyn FnMut(&Event<'_>) + Send + 'o;

/// What build tools use on boards of all kinds.
const DEFAULT_BAUD: u32 = 460_800;

impl Default for Options<'_> {
    fn default() -> Self {
        Self {
            chip: None,
            baud: DEFAULT_BAUD,
            before: Before::default(),
            flash_size: None,
            usb: None,
            deadline: None,
            cancel: CancelToken::new(),
            observer: None,
        }
    }
}

impl<'o> Options<'o> {
    /// The default.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The chip that must be at the other end. Default: whichever it is.
    /// Naming it saves a command or two, and refuses any other.
    #[must_use]
    pub fn chip(mut self, chip: &'static Chip) -> Self {
        self.chip = Some(chip);
        self
    }

    /// The rate to work at, in bits per second; default 460800. The session
    /// falls back to the rate it connected at if chip and host do not
    /// understand each other. Over USB it means nothing. The ESP8266's ROM
    /// cannot change its rate, but measures it: it works at this one if the
    /// chip has been named, and at 115200 otherwise.
    #[must_use]
    pub fn baud(mut self, baud: u32) -> Self {
        self.baud = baud;
        self
    }

    /// How the chip gets into its loader.
    #[must_use]
    pub fn before(mut self, before: Before) -> Self {
        self.before = before;
        self
    }

    /// Size of the flash in bytes. Default: what the flash says of itself,
    /// which takes a command more. Too large a size lets a write wrap around
    /// to the start of the flash.
    #[must_use]
    pub fn flash_size(mut self, bytes: u32) -> Self {
        self.flash_size = Some(bytes);
        self
    }

    /// What the port is, if it is a USB device. Default: unknown, taken for a
    /// serial port with the usual two transistors.
    #[must_use]
    pub fn usb(mut self, usb: UsbId) -> Self {
        self.usb = Some(usb);
        self
    }

    /// How long the whole session may take, on the transport's clock.
    /// Default: for ever; every single wait is bounded all the same.
    #[must_use]
    pub fn deadline(mut self, time: Duration) -> Self {
        self.deadline = Some(time);
        self
    }

    /// A token by which another thread, or the observer, cancels the session.
    #[must_use]
    pub fn cancel(mut self, token: CancelToken) -> Self {
        self.cancel = token;
        self
    }

    /// Who hears of everything that happens.
    #[must_use]
    pub fn observer(mut self, observer: impl FnMut(&Event<'_>) + Send + 'o) -> Self {
        self.observer = Some(Box::new(observer));
        self
    }

    /// Which of the chips' own USB ports it is.
    pub(super) fn usb_port(&self) -> Option<UsbPort> {
        self.usb.and_then(UsbId::port)
    }

    pub(super) fn approach(&self) -> Approach {
        match (&self.before, self.usb_port()) {
            (Before::NoReset, _) => Approach::Sync,
            (Before::NoResetNoSync, _) => Approach::Nothing,
            (Before::Custom(sequence), _) => Approach::Reset(vec![sequence.clone()]),
            (Before::UsbReset, _) | (Before::DefaultReset, Some(UsbPort::SerialJtag)) => {
                Approach::usb_serial_jtag()
            }
            (Before::DefaultReset, _) => Approach::classic(),
        }
    }
}

impl fmt::Debug for Options<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("chip", &self.chip.map(|chip| chip.name))
            .field("baud", &self.baud)
            .field("before", &self.before)
            .field("flash_size", &self.flash_size)
            .field("usb", &self.usb)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

/// A USB device's vendor and product number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UsbId {
    /// Vendor.
    pub vid: u16,
    /// Product.
    pub pid: u16,
}

impl UsbId {
    /// Espressif (USB-IF).
    const ESPRESSIF: u16 = 0x303a;
    /// The product number of USB-Serial/JTAG on every chip that has it.
    const SERIAL_JTAG: u16 = 0x1001;

    /// The chip's own USB port that it is, if any. USB-OTG has the chip's id
    /// for a product number.
    #[must_use]
    pub fn port(self) -> Option<UsbPort> {
        if self.vid != Self::ESPRESSIF {
            return None;
        }
        if self.pid == Self::SERIAL_JTAG {
            return Some(UsbPort::SerialJtag);
        }
        let chip = Chip::from_id(self.pid)?;
        chip.has_usb(UsbPort::Otg).then_some(UsbPort::Otg)
    }
}

/// How the chip gets into its loader.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Before {
    /// By the control lines, in the way that suits the port.
    #[default]
    DefaultReset,
    /// By the control lines of USB-Serial/JTAG.
    UsbReset,
    /// It is in its loader, at the rate that the port is set to.
    NoReset,
    /// It is in its loader and has been talked to.
    NoResetNoSync,
    /// By this sequence.
    Custom(ResetSequence),
}

/// What happens to the chip at the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum After {
    /// Reset by the control lines, or by the watchdog where those cannot:
    /// over USB-OTG. The application starts.
    #[default]
    HardReset,
    /// Reset by the chip's watchdog. The application starts.
    WatchdogReset,
    /// It stays in its loader, at the rate the port had in the beginning; an
    /// ESP8266 at the one it has measured.
    NoReset,
}

/// A way to reset that nobody knows by this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} is no way to reset; use one of {}", allowed.join(", "))]
pub struct UnknownReset {
    name: String,
    allowed: Vec<&'static str>,
}

/// Names in hyphens, read with underscores as well.
macro_rules! names {
    ($type:ident, $($value:ident = $name:literal,)*) => {
        impl std::str::FromStr for $type {
            type Err = UnknownReset;
            fn from_str(name: &str) -> Result<Self, UnknownReset> {
                match name.to_ascii_lowercase().replace('_', "-").as_str() {
                    $($name => Ok(Self::$value),)*
                    _ => Err(UnknownReset {
                        name: name.to_owned(),
                        allowed: vec![$($name),*],
                    }),
                }
            }
        }
    };
}

names! { Before,
    DefaultReset = "default-reset",
    UsbReset = "usb-reset",
    NoReset = "no-reset",
    NoResetNoSync = "no-reset-no-sync",
}

names! { After,
    HardReset = "hard-reset",
    WatchdogReset = "watchdog-reset",
    NoReset = "no-reset",
}

impl fmt::Display for Before {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DefaultReset => f.pad("default-reset"),
            Self::UsbReset => f.pad("usb-reset"),
            Self::NoReset => f.pad("no-reset"),
            Self::NoResetNoSync => f.pad("no-reset-no-sync"),
            Self::Custom(sequence) => sequence.fmt(f),
        }
    }
}

impl fmt::Display for After {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::HardReset => "hard-reset",
            Self::WatchdogReset => "watchdog-reset",
            Self::NoReset => "no-reset",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resets_parse_and_print() {
        for name in ["default-reset", "usb-reset", "no-reset", "no-reset-no-sync"] {
            for spelling in [name.to_owned(), name.replace('-', "_")] {
                let before: Before = spelling.parse().unwrap();
                assert_eq!(before.to_string(), name);
            }
        }
        for name in ["hard-reset", "watchdog-reset", "no-reset"] {
            for spelling in [name.to_owned(), name.replace('-', "_")] {
                let after: After = spelling.parse().unwrap();
                assert_eq!(after.to_string(), name);
            }
        }
        let error = "reset".parse::<After>().unwrap_err().to_string();
        assert_eq!(
            error,
            "\"reset\" is no way to reset; use one of hard-reset, watchdog-reset, no-reset"
        );
    }

    #[test]
    fn usb_ports_are_told_by_their_numbers() {
        let port = |vid, pid| UsbId { vid, pid }.port();
        assert_eq!(port(0x303a, 0x1001), Some(UsbPort::SerialJtag));
        assert_eq!(port(0x303a, 0x0002), Some(UsbPort::Otg));
        assert_eq!(port(0x303a, 0x0009), Some(UsbPort::Otg));
        assert_eq!(port(0x303a, 0x0012), Some(UsbPort::Otg));
        assert_eq!(port(0x303a, 0x0005), None);
        assert_eq!(port(0x303a, 0x4001), None);
        assert_eq!(port(0x10c4, 0x1001), None);
    }
}
