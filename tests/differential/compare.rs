//! What may differ, and what does.

use crate::pair::{Answers, Pair, Subject};
use crate::step::{Step, hex, sync};
use std::fmt;

/// Why a real ROM's answer may be another one, or is not asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Excuse {
    /// The loader ends. Behind its answer come the last words of the ROM, the
    /// listing of a crash, or the next banner.
    Farewell,
    /// Before the first BEGIN the ROM takes for one what is left on its stack,
    /// and here that happens to fit. The model has nothing there.
    Stack,
}

/// Which steps are excused: the ROM's name begins so, the step's words so.
const EXCUSES: &[(&str, &str, Excuse)] = &[
    ("", "FLASH_END", Excuse::Farewell),
    ("", "FLASH_DEFL_END", Excuse::Farewell),
    ("esp32c2", "MEM_DATA 40 0 0 0, without", Excuse::Stack),
    ("esp32c2", "FLASH_DATA 400 0 0 0, without", Excuse::Stack),
    ("esp32s31", "MEM_DATA 40 0 0 0, without", Excuse::Stack),
    ("esp32s31", "FLASH_DATA 400 0 0 0, without", Excuse::Stack),
    // The ESP32-C61 as well.
    ("esp32c6", "MEM_DATA 40 0 0 0, without", Excuse::Stack),
    ("esp32c6", "FLASH_DATA 400 0 0 0, without", Excuse::Stack),
];

fn excuse(subject: &Subject, step: &Step) -> Option<Excuse> {
    EXCUSES
        .iter()
        .find(|(name, what, _)| subject.name.starts_with(name) && step.what.starts_with(what))
        .map(|(_, _, excuse)| *excuse)
}

/// Something that is not the same.
pub enum Difference {
    /// The answers to the step of this number.
    Answers(usize, Answers),
    /// The flash, from this address on.
    Flash(usize),
}

impl Difference {
    /// What it shows at.
    fn about<'a>(&self, steps: &'a [Step]) -> Option<&'a str> {
        match self {
            Self::Answers(number, _) => steps.get(*number).map(|step| step.what.as_str()),
            Self::Flash(_) => None,
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answers(_, answers) => {
                let (model, real) = (hex(&answers.model, 100), hex(&answers.real, 100));
                write!(f, "  model {model}\n  ROM   {real}")
            }
            Self::Flash(at) => write!(f, "  the flash differs from {at:#x} on"),
        }
    }
}

/// Up to the second C0, both of them included.
fn first_frame(answer: &[u8]) -> &[u8] {
    let end = answer.iter().skip(1).position(|byte| *byte == 0xc0);
    &answer[..end.map_or(answer.len(), |end| end + 2)]
}

fn same(answers: &Answers, excuse: Option<Excuse>) -> bool {
    match excuse {
        Some(Excuse::Farewell) => first_frame(&answers.model) == first_frame(&answers.real),
        _ => answers.model == answers.real,
    }
}

/// The first difference that shows when both take the steps, after the
/// greeting.
pub fn difference(subject: &Subject, steps: &[Step]) -> Option<Difference> {
    let mut pair = Pair::greeted(subject);
    for (number, step) in steps.iter().enumerate() {
        let excuse = excuse(subject, step);
        if excuse == Some(Excuse::Stack) {
            continue;
        }
        let answers = pair.take(step);
        if !same(&answers, excuse) {
            return Some(Difference::Answers(number, answers));
        }
        if excuse == Some(Excuse::Farewell) {
            return pair.flash_differs().map(Difference::Flash);
        }
    }
    // Both still listen, at the rate at which they should.
    let answers = pair.take(&sync());
    if answers.model != answers.real {
        return Some(Difference::Answers(steps.len(), answers));
    }
    pair.flash_differs().map(Difference::Flash)
}

/// Fewer steps that show a difference, if there are fewer.
pub fn minimised(
    subject: &Subject,
    mut steps: Vec<Step>,
    mut found: Difference,
) -> (Vec<Step>, Difference) {
    if let Difference::Answers(number, _) = found {
        steps.truncate(number + 1);
    }
    let mut piece = steps.len().div_ceil(2);
    while piece > 0 {
        let mut at = 0;
        while at < steps.len() {
            let mut fewer = steps.clone();
            fewer.drain(at..(at + piece).min(steps.len()));
            match difference(subject, &fewer) {
                // Another one may have come up instead.
                Some(still) if still.about(&fewer) == found.about(&steps) => {
                    (steps, found) = (fewer, still);
                }
                _ => at += piece,
            }
        }
        piece /= 2;
    }
    (steps, found)
}
