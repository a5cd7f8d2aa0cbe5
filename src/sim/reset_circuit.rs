//! From the control lines to EN and IO0.

use crate::time::{Duration, Instant};
use crate::transport::Lines;

/// How the control lines reach the chip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wiring {
    /// Two transistors: RTS alone holds EN low, DTR alone holds IO0 low, both
    /// together do nothing. EN rises so long after it was released.
    Transistors {
        /// What the capacitor at EN adds.
        en_rise: Duration,
    },
    /// The logic in the chip's USB-Serial/JTAG (TRM, "USB Serial/JTAG
    /// Controller", reset by the CDC-ACM lines).
    UsbSerialJtag,
    /// Nothing is connected.
    None,
}

/// What the control lines do to the chip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing.
    Nothing,
    /// EN went low.
    Held,
    /// EN was released and rises then.
    Released {
        /// When EN is high.
        at: Instant,
    },
    /// The chip is reset now, into its loader or its application.
    Pulse {
        /// Into the loader.
        download: bool,
    },
}

/// The circuit and its state.
#[derive(Clone, Debug)]
pub struct ResetCircuit {
    wiring: Wiring,
    lines: Lines,
    /// The download flag of USB-Serial/JTAG.
    download: bool,
}

impl ResetCircuit {
    /// A circuit with both lines released.
    #[must_use]
    pub const fn new(wiring: Wiring) -> Self {
        Self {
            wiring,
            lines: Lines {
                dtr: false,
                rts: false,
            },
            download: false,
        }
    }

    /// Whether EN is held low.
    #[must_use]
    pub const fn en_low(&self) -> bool {
        matches!(self.wiring, Wiring::Transistors { .. }) && self.lines.rts && !self.lines.dtr
    }

    /// Whether IO0 is held low.
    #[must_use]
    pub const fn io0_low(&self) -> bool {
        matches!(self.wiring, Wiring::Transistors { .. }) && self.lines.dtr && !self.lines.rts
    }

    /// The host sets its lines.
    pub fn set(&mut self, lines: Lines, now: Instant) -> Effect {
        let held = self.en_low();
        self.lines = lines;
        match self.wiring {
            Wiring::None => Effect::Nothing,
            Wiring::Transistors { en_rise } => match (held, self.en_low()) {
                (false, true) => Effect::Held,
                (true, false) => Effect::Released { at: now + en_rise },
                _ => Effect::Nothing,
            },
            Wiring::UsbSerialJtag => match (lines.rts, lines.dtr) {
                (false, download) => {
                    self.download = download;
                    Effect::Nothing
                }
                (true, false) => Effect::Pulse {
                    download: self.download,
                },
                (true, true) => Effect::Nothing,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(dtr: bool, rts: bool) -> Lines {
        Lines { dtr, rts }
    }

    #[test]
    fn two_transistors() {
        for (dtr, rts, en_low, io0_low) in [
            (false, false, false, false),
            (false, true, true, false),
            (true, false, false, true),
            (true, true, false, false),
        ] {
            let mut circuit = ResetCircuit::new(Wiring::Transistors {
                en_rise: Duration::ZERO,
            });
            circuit.set(lines(dtr, rts), Instant::ZERO);
            assert_eq!((circuit.en_low(), circuit.io0_low()), (en_low, io0_low));
        }
    }

    #[test]
    fn en_rises_when_its_capacitor_is_full() {
        let en_rise = Duration::from_millis(2);
        let mut circuit = ResetCircuit::new(Wiring::Transistors { en_rise });
        let now = Instant::from_nanos(5);
        assert_eq!(circuit.set(lines(false, true), now), Effect::Held);
        assert_eq!(circuit.set(lines(false, true), now), Effect::Nothing);
        let at = now + en_rise;
        assert_eq!(
            circuit.set(lines(true, false), now),
            Effect::Released { at }
        );
        assert_eq!(circuit.set(lines(false, false), now), Effect::Nothing);
    }

    #[test]
    fn usb_serial_jtag_remembers_dtr() {
        let mut circuit = ResetCircuit::new(Wiring::UsbSerialJtag);
        let mut set = |dtr, rts| circuit.set(lines(dtr, rts), Instant::ZERO);
        assert_eq!(set(false, false), Effect::Nothing);
        assert_eq!(set(false, true), Effect::Pulse { download: false });
        assert_eq!(set(true, false), Effect::Nothing);
        assert_eq!(set(true, true), Effect::Nothing);
        assert_eq!(set(false, true), Effect::Pulse { download: true });
        assert_eq!(set(false, false), Effect::Nothing);
        assert_eq!(set(false, true), Effect::Pulse { download: false });
    }
}
