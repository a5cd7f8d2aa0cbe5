//! How a chip gets into its loader and out of it, by the names that esptool
//! and espflash have for the ways.

use crate::connection::{BadSequence, ResetSequence};
use std::fmt;
use std::str::FromStr;

/// How the chip gets into its loader.
///
/// As text: the names below, with hyphens or underscores, or a sequence such
/// as `D0|R1|W0.1|D1|R0|W0.05|D0`, see [`ResetSequence`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Before {
    /// `default-reset`: by the control lines, in the way that suits the port.
    #[default]
    DefaultReset,
    /// `usb-reset`: by the control lines of USB-Serial/JTAG.
    UsbReset,
    /// `no-reset`: it is in its loader, at the rate that the port is set to.
    NoReset,
    /// `no-reset-no-sync`: it is in its loader and has been talked to.
    NoResetNoSync,
    /// By this sequence.
    Custom(ResetSequence),
}

/// What happens to the chip at the end.
///
/// As text: the names below, with hyphens or underscores; espflash's
/// `no-reset-no-stub` is `no-reset`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum After {
    /// `hard-reset`: by the control lines, or by the watchdog where those
    /// cannot: over USB-OTG. The application starts.
    #[default]
    HardReset,
    /// `soft-reset`: the loader is told to leave for the application. A ROM
    /// starts it without a reset of the pins, this crate's stub resets the chip;
    /// stubs of others cannot, but for the ESP8266's. Secure download mode allows
    /// it where it allows to write.
    SoftReset,
    /// `watchdog-reset`: by the chip's watchdog. The application starts.
    WatchdogReset,
    /// `no-reset`: it stays in its loader, at the rate the port had in the
    /// beginning; an ESP8266 at the one it has measured. A stub that runs goes
    /// on running: there is no way back to the ROM but a reset. Whoever comes
    /// next without a reset, esptool as well, meets it, and need not upload one.
    NoReset,
    /// `no-reset-stub`: the same, and it is an error if there is no stub.
    NoResetStub,
}

impl After {
    /// Whether the chip is reset.
    #[must_use]
    pub const fn resets(self) -> bool {
        matches!(
            self,
            Self::HardReset | Self::SoftReset | Self::WatchdogReset
        )
    }
}

/// A way to reset that nobody knows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnknownReset {
    /// No way to reset has this name.
    #[error("{name:?} is no way to reset; use one of {}", allowed.join(", "))]
    Name {
        /// What was asked for.
        name: String,
        /// What there is.
        allowed: Vec<&'static str>,
    },
    /// It looks like a sequence, but cannot be read as one.
    #[error(transparent)]
    Sequence(#[from] BadSequence),
}

const BEFORE: &[(&str, Before)] = &[
    ("default-reset", Before::DefaultReset),
    ("usb-reset", Before::UsbReset),
    ("no-reset", Before::NoReset),
    ("no-reset-no-sync", Before::NoResetNoSync),
];

const AFTER: &[(&str, After)] = &[
    ("hard-reset", After::HardReset),
    ("soft-reset", After::SoftReset),
    ("watchdog-reset", After::WatchdogReset),
    ("no-reset", After::NoReset),
    ("no-reset-stub", After::NoResetStub),
];

/// espflash's name for `no-reset`.
const NO_RESET_NO_STUB: &str = "no-reset-no-stub";

fn named<V: Clone>(names: &[(&'static str, V)], name: &str) -> Result<V, UnknownReset> {
    let plain = name.to_ascii_lowercase().replace('_', "-");
    let found = names.iter().find(|(known, _)| *known == plain);
    found
        .map(|(_, value)| value.clone())
        .ok_or_else(|| UnknownReset::Name {
            name: name.to_owned(),
            allowed: names.iter().map(|(known, _)| *known).collect(),
        })
}

impl FromStr for Before {
    type Err = UnknownReset;
    fn from_str(name: &str) -> Result<Self, UnknownReset> {
        if name.contains('|') {
            return Ok(Self::Custom(name.parse()?));
        }
        named(BEFORE, name)
    }
}

impl FromStr for After {
    type Err = UnknownReset;
    fn from_str(name: &str) -> Result<Self, UnknownReset> {
        match named(AFTER, name) {
            Err(_)
                if name
                    .replace('_', "-")
                    .eq_ignore_ascii_case(NO_RESET_NO_STUB) =>
            {
                Ok(Self::NoReset)
            }
            outcome => outcome,
        }
    }
}

impl fmt::Display for Before {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Custom(sequence) => sequence.fmt(f),
            named => print(BEFORE, named, f),
        }
    }
}

impl fmt::Display for After {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        print(AFTER, self, f)
    }
}

fn print<V: PartialEq>(names: &[(&str, V)], value: &V, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let found = names.iter().find(|(_, known)| known == value);
    f.pad(found.map_or("", |(name, _)| *name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resets_parse_and_print_in_both_spellings() {
        for (name, before) in BEFORE {
            for spelling in [name.to_uppercase(), name.replace('-', "_")] {
                assert_eq!(spelling.parse::<Before>().as_ref(), Ok(before));
            }
            assert_eq!(before.to_string(), *name);
        }
        for (name, after) in AFTER {
            for spelling in [name.to_uppercase(), name.replace('-', "_")] {
                assert_eq!(spelling.parse::<After>(), Ok(*after));
            }
            assert_eq!(after.to_string(), *name);
        }
        for spelling in ["no-reset-no-stub", "no_reset_no_stub"] {
            assert_eq!(spelling.parse(), Ok(After::NoReset));
        }
        let sequence = "D0|R1|W0.1|D1|R0|W0.05|D0";
        let custom = Before::Custom(ResetSequence::CLASSIC);
        assert_eq!(sequence.parse(), Ok(custom.clone()));
        assert_eq!(custom.to_string(), sequence);
    }

    #[test]
    fn every_name_is_in_its_table() {
        // A new way to reset without a name would print as nothing.
        for before in [
            Before::DefaultReset,
            Before::UsbReset,
            Before::NoReset,
            Before::NoResetNoSync,
        ] {
            assert_ne!(before.to_string(), "");
        }
        for after in [
            After::HardReset,
            After::SoftReset,
            After::WatchdogReset,
            After::NoReset,
            After::NoResetStub,
        ] {
            assert_ne!(after.to_string(), "");
        }
    }

    #[test]
    fn what_is_no_reset_is_told() {
        let error = "reset".parse::<After>().unwrap_err().to_string();
        assert_eq!(
            error,
            "\"reset\" is no way to reset; use one of hard-reset, soft-reset, watchdog-reset, \
             no-reset, no-reset-stub"
        );
        let error = "reset".parse::<Before>().unwrap_err().to_string();
        assert_eq!(
            error,
            "\"reset\" is no way to reset; use one of default-reset, usb-reset, no-reset, \
             no-reset-no-sync"
        );
        let error = "D0|X".parse::<Before>().unwrap_err();
        assert!(matches!(error, UnknownReset::Sequence(_)), "{error}");
    }
}
