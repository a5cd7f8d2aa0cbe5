//! Why an answer may differ from the recorded one, and how far.

// Each test program uses some of it.
#![allow(dead_code, reason = "all of it is a test")]

use super::captures::Exchange;
use espwire::slip::{Decoder, Event};

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
    /// The loader resets the chip, maybe with its answer still in the FIFO.
    Reset,
    /// The data are what the flash has, which is not the same here; length,
    /// header and status must be the same.
    Data,
    /// The ROM has crashed, and lists registers and stack; its first line must
    /// be the same.
    Crash,
}

/// Which exchanges are excused: the file begins so, the note begins so.
pub type Excuses = [(&'static str, &'static str, Excuse)];

/// The excuse for an exchange of a file.
pub fn excuse(excuses: &Excuses, file: &str, note: &str) -> Option<Excuse> {
    excuses
        .iter()
        .find(|(name, about, _)| file.starts_with(name) && note.starts_with(about))
        .map(|(_, _, excuse)| *excuse)
}

/// Whether `answer` is the recorded one, but for what is excused.
pub fn same(exchange: &Exchange, answer: &[u8], excuse: Option<Excuse>) -> bool {
    let recorded = exchange.answer.as_slice();
    match excuse {
        None => answer == recorded,
        Some(Excuse::Value) => without_value(answer) == without_value(recorded),
        Some(Excuse::Gone) => answer.is_empty(),
        Some(Excuse::Reset) => {
            let text = String::from_utf8_lossy(answer);
            text.contains("ESP-ROM:") && text.contains("rst:0x3 ")
        }
        Some(Excuse::Data) => without_data(answer) == without_data(recorded),
        Some(Excuse::Crash) => first_line(answer) == first_line(recorded),
        Some(Excuse::Farewell) => first_frame(answer) == first_frame(recorded),
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

fn first_line(answer: &[u8]) -> Option<&[u8]> {
    answer.split(|byte| *byte == b'\n').next()
}

/// Up to the second C0, both of them included; nothing if it begins otherwise.
fn first_frame(answer: &[u8]) -> &[u8] {
    let [0xc0, rest @ ..] = answer else {
        return &[];
    };
    let len = rest.iter().position(|byte| *byte == 0xc0);
    len.map_or(answer, |len| &answer[..len + 2])
}
