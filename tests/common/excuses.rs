//! Why an answer may differ from the recorded one, and how far.

// Each test program uses some of it.
#![allow(dead_code, reason = "all of it is a test")]

use super::captures::Exchange;
use espwire::slip::{Decoder, END, Event};

/// Why an answer may differ from the recorded one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Excuse {
    /// The value word is what was in a place of the chip that is not the same
    /// here; all the rest must be the same.
    Value,
    /// Behind the answer come the ROM's last words; the answer must be the
    /// same.
    Farewell,
    /// The loader has ended, and something else answered; here nothing does.
    Gone,
    /// The loader has ended, and nothing answered; here the chip says that there
    /// is nothing in its flash, and answers neither.
    Started,
    /// The loader resets the chip, maybe with its answer still in the FIFO.
    Reset,
    /// The data are what the flash has, which is not the same here; length,
    /// header and status must be the same.
    Data,
    /// The ROM has crashed, and lists registers and stack; what it says before
    /// must be the same.
    Crash,
}

/// What a ROM says over and over of a blank flash.
const INVALID: &[u8] = b"invalid header: 0xffffffff";

/// An excuse, and for what: the file's name has this in it, the note begins so.
pub type Row = (&'static str, &'static str, Excuse);
/// Which exchanges are excused: the first row that fits counts.
pub type Excuses = [Row];

/// Excuses, and those that somebody has needed.
pub struct Book {
    excuses: &'static Excuses,
    needed: Vec<bool>,
}

impl Book {
    pub fn new(excuses: &'static Excuses) -> Self {
        Self {
            excuses,
            needed: vec![false; excuses.len()],
        }
    }

    /// Whether `answer` is the recorded one, but for what is excused.
    pub fn same(&mut self, file: &str, note: &str, exchange: &Exchange, answer: &[u8]) -> bool {
        if answer == exchange.answer {
            return true;
        }
        let fits = |(name, about, _): &Row| file.contains(name) && note.starts_with(about);
        let Some(row) = self.excuses.iter().position(fits) else {
            return false;
        };
        self.needed[row] = true;
        let (.., excuse) = self.excuses[row];
        same(exchange, answer, excuse)
    }

    /// The excuses that nobody needs.
    pub fn idle(&self) -> Vec<&Row> {
        let rows = self.excuses.iter().zip(&self.needed);
        rows.filter(|(_, needed)| !**needed)
            .map(|(row, _)| row)
            .collect()
    }
}

fn same(exchange: &Exchange, answer: &[u8], excuse: Excuse) -> bool {
    let recorded = exchange.answer.as_slice();
    match excuse {
        Excuse::Value => without_value(answer) == without_value(recorded),
        Excuse::Gone => answer.is_empty(),
        Excuse::Started => {
            let mut words = answer.windows(INVALID.len());
            recorded.is_empty() && !answer.contains(&END) && words.any(|it| it == INVALID)
        }
        Excuse::Reset => {
            let text = String::from_utf8_lossy(answer);
            text.contains("ESP-ROM:") && text.contains("rst:0x3 ")
        }
        Excuse::Data => without_data(answer) == without_data(recorded),
        Excuse::Crash => before_dump(answer) == before_dump(recorded),
        Excuse::Farewell => first_frame(answer) == first_frame(recorded),
    }
}

/// What an answer consists of: its frames, their value words blanked, and what
/// is no frame.
fn without_value(answer: &[u8]) -> Vec<Vec<u8>> {
    let mut frames = vec![];
    let mut decoder = Decoder::new(answer.len());
    let mut rest = answer;
    while let Some(event) = decoder.next(&mut rest) {
        frames.push(match event {
            Event::Frame(frame) => {
                let mut frame = frame.to_vec();
                if let Some(value) = frame.get_mut(4..8) {
                    value.fill(0);
                }
                frame
            }
            noise => format!("{noise:02x?}").into_bytes(),
        });
    }
    frames
}

/// An answer, which is one frame, with its data blanked: what lies between
/// header and status.
fn without_data(answer: &[u8]) -> Vec<u8> {
    let mut answer = answer.to_vec();
    let status = answer.len().saturating_sub(5);
    if let Some(data) = answer.get_mut(9..status) {
        data.fill(0);
    }
    answer
}

/// Up to the listing of registers; none without one.
fn before_dump(answer: &[u8]) -> Option<&[u8]> {
    const DUMP: &[u8] = b"register dump:";
    let at = answer.windows(DUMP.len()).position(|it| it == DUMP)?;
    Some(&answer[..at])
}

/// Up to the second C0, both of them included; nothing if it begins otherwise.
fn first_frame(answer: &[u8]) -> &[u8] {
    let [0xc0, rest @ ..] = answer else {
        return &[];
    };
    let len = rest.iter().position(|byte| *byte == 0xc0);
    len.map_or(answer, |len| &answer[..len + 2])
}
