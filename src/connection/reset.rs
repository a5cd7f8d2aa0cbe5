//! Reset sequences, as data.

use super::timing::{BOOT_HOLD, BOOT_HOLD_LONG, RESET_HOLD, USB_HARD_RESET, USB_STEP};
use crate::time::Duration;
use crate::transport::Lines;
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// One step of a reset sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Set DTR alone: `D1` asserts it.
    Dtr(bool),
    /// Set RTS alone: `R1` asserts it.
    Rts(bool),
    /// Set both in one call: `U1,0` asserts DTR and releases RTS.
    Both(Lines),
    /// Wait: `W0.1` waits a tenth of a second.
    Wait(Duration),
}

/// What to do with the control lines, step by step.
///
/// Through a board's two transistors, RTS alone holds the chip in reset, DTR
/// alone holds IO0 low, and both together do nothing. As text the steps stand
/// one after the other with `|` between: `D0|R1|W0.1|D1|R0|W0.05|D0`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResetSequence {
    steps: Cow<'static, [Step]>,
}

const fn both(dtr: bool, rts: bool) -> Step {
    Step::Both(Lines { dtr, rts })
}

impl ResetSequence {
    const fn fixed(steps: &'static [Step]) -> Self {
        Self {
            steps: Cow::Borrowed(steps),
        }
    }

    /// Into the loader, one line after the other, as every system can.
    pub const CLASSIC: Self = Self::fixed(&[
        Step::Dtr(false),
        Step::Rts(true),
        Step::Wait(RESET_HOLD),
        Step::Dtr(true),
        Step::Rts(false),
        Step::Wait(BOOT_HOLD),
        Step::Dtr(false),
    ]);
    /// [`CLASSIC`](Self::CLASSIC) for a board with a big capacitor at EN.
    pub const CLASSIC_LONG: Self = Self::fixed(&[
        Step::Dtr(false),
        Step::Rts(true),
        Step::Wait(RESET_HOLD),
        Step::Dtr(true),
        Step::Rts(false),
        Step::Wait(BOOT_HOLD_LONG),
        Step::Dtr(false),
    ]);
    /// Into the loader, both lines in one call, so that EN does not rise
    /// while IO0 is high. Ends with each line by itself, for drivers that
    /// forget a line of the last call.
    pub const TIGHT: Self = Self::fixed(&[
        both(false, false),
        both(true, true),
        both(false, true),
        Step::Wait(RESET_HOLD),
        both(true, false),
        Step::Wait(BOOT_HOLD),
        both(false, false),
        Step::Dtr(false),
    ]);
    /// [`TIGHT`](Self::TIGHT) for a board with a big capacitor at EN.
    pub const TIGHT_LONG: Self = Self::fixed(&[
        both(false, false),
        both(true, true),
        both(false, true),
        Step::Wait(RESET_HOLD),
        both(true, false),
        Step::Wait(BOOT_HOLD_LONG),
        both(false, false),
        Step::Dtr(false),
    ]);
    /// Into the loader through USB-Serial/JTAG, which has no transistors but
    /// watches the lines change.
    pub const USB_SERIAL_JTAG: Self = Self::fixed(&[
        Step::Rts(false),
        Step::Dtr(false),
        Step::Wait(USB_STEP),
        Step::Dtr(true),
        Step::Rts(false),
        Step::Wait(USB_STEP),
        Step::Rts(true),
        Step::Dtr(false),
        Step::Rts(true),
        Step::Wait(USB_STEP),
        Step::Dtr(false),
        Step::Rts(false),
    ]);
    /// Reset, and start the application.
    pub const HARD: Self = Self::fixed(&[
        Step::Dtr(false),
        Step::Rts(true),
        Step::Wait(RESET_HOLD),
        Step::Rts(false),
    ]);
    /// [`HARD`](Self::HARD) over USB.
    pub const HARD_USB: Self = Self::fixed(&[
        Step::Dtr(false),
        Step::Rts(true),
        Step::Wait(USB_HARD_RESET),
        Step::Rts(false),
        Step::Wait(USB_HARD_RESET),
    ]);

    /// The steps.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }
}

/// A reset sequence that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{step}' is no step of a reset sequence; write D0 or D1 for DTR, R0 or R1 for RTS, \
     U0,1 for both, W0.1 to wait, with | between them"
)]
pub struct BadSequence {
    step: String,
}

/// The longest wait a sequence may ask for.
const LONGEST_WAIT: f64 = 60.0;

impl FromStr for ResetSequence {
    type Err = BadSequence;

    fn from_str(text: &str) -> Result<Self, BadSequence> {
        text.split('|')
            .map(|step| {
                parse_step(step.trim()).ok_or_else(|| BadSequence {
                    step: step.to_owned(),
                })
            })
            .collect::<Result<Vec<_>, _>>()
            .map(|steps| Self {
                steps: steps.into(),
            })
    }
}

fn parse_step(text: &str) -> Option<Step> {
    let level = |text: &str| match text {
        "0" => Some(false),
        "1" => Some(true),
        _ => None,
    };
    let mut chars = text.chars();
    let kind = chars.next()?;
    let rest = chars.as_str();
    match kind {
        'D' => level(rest).map(Step::Dtr),
        'R' => level(rest).map(Step::Rts),
        'U' => {
            let (dtr, rts) = rest.split_once(',')?;
            Some(both(level(dtr)?, level(rts)?))
        }
        'W' => {
            let seconds: f64 = rest.parse().ok()?;
            (0.0..=LONGEST_WAIT)
                .contains(&seconds)
                .then(|| Step::Wait(Duration::from_secs_f64(seconds)))
        }
        _ => None,
    }
}

impl fmt::Display for ResetSequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.steps.iter().enumerate() {
            if index > 0 {
                f.write_str("|")?;
            }
            match *step {
                Step::Dtr(on) => write!(f, "D{}", u8::from(on))?,
                Step::Rts(on) => write!(f, "R{}", u8::from(on))?,
                Step::Both(Lines { dtr, rts }) => {
                    write!(f, "U{},{}", u8::from(dtr), u8::from(rts))?;
                }
                Step::Wait(time) => write!(f, "W{}", time.as_secs_f64())?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_as_text() {
        for (sequence, text) in [
            (ResetSequence::CLASSIC, "D0|R1|W0.1|D1|R0|W0.05|D0"),
            (
                ResetSequence::TIGHT,
                "U0,0|U1,1|U0,1|W0.1|U1,0|W0.05|U0,0|D0",
            ),
            (ResetSequence::HARD, "D0|R1|W0.1|R0"),
        ] {
            assert_eq!(sequence.to_string(), text);
            assert_eq!(text.parse(), Ok(sequence));
        }
        for text in [
            "", "D2", "W-1", "Wx", "W1e9", "WNaN", "U1", "U1,2", "X", "D0||R0", "é",
        ] {
            assert!(text.parse::<ResetSequence>().is_err(), "{text}");
        }
    }

    #[test]
    fn every_sequence_ends_with_the_lines_released() {
        for sequence in [
            ResetSequence::CLASSIC,
            ResetSequence::CLASSIC_LONG,
            ResetSequence::TIGHT,
            ResetSequence::TIGHT_LONG,
            ResetSequence::USB_SERIAL_JTAG,
            ResetSequence::HARD,
            ResetSequence::HARD_USB,
        ] {
            let mut lines = Lines {
                dtr: true,
                rts: true,
            };
            for step in sequence.steps() {
                match *step {
                    Step::Dtr(on) => lines.dtr = on,
                    Step::Rts(on) => lines.rts = on,
                    Step::Both(both) => lines = both,
                    Step::Wait(_) => {}
                }
            }
            assert_eq!(lines, Lines::default(), "{sequence}");
        }
    }
}
