//! Reads the recorded exchanges in `tests/captures`.
//!
//! Its README describes the two forms: exchanges (`rom-*.txt`, `stub-*.txt`)
//! and timed sessions (`host-*.txt`). A line that fits neither form is an
//! error, so that nothing is passed over in silence.

// Each test program uses some of it.
#![allow(
    dead_code,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "all of it is a test"
)]

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

/// One request and what came back.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// File and line of the note, for messages.
    pub place: String,
    /// What the exchange is about.
    pub note: String,
    /// Bytes to the chip, as on the wire.
    pub sent: Vec<u8>,
    /// Bytes from the chip, as on the wire; empty if it was silent.
    pub answer: Vec<u8>,
    /// How long it was silent, if nothing came.
    pub silence: Option<Duration>,
}

/// Which way something went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    ToChip,
    ToHost,
}

/// One line of a timed session.
#[derive(Clone, Debug)]
pub struct Transfer {
    /// File and line, for messages.
    pub place: String,
    /// Since the start of the session.
    pub at: Duration,
    pub direction: Direction,
    /// Bytes as on the wire; none where the recording leaves them out.
    pub bytes: Option<Vec<u8>>,
    /// What the recording says about it.
    pub note: String,
}

/// The names of the files that begin like this, in order.
pub fn files(prefix: &str) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder())
        .expect("tests/captures")
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with(prefix) && name.ends_with(".txt"))
        .collect();
    names.sort();
    names
}

/// The exchanges in a `rom-*.txt` or `stub-*.txt`, in order.
pub fn exchanges(file: &str) -> Vec<Exchange> {
    let text = read(file);
    let mut found = Vec::new();
    let mut note: Option<(usize, &str)> = None;
    let mut sent: Option<Vec<u8>> = None;
    for (number, line) in numbered(&text) {
        let place = format!("{file}:{number}");
        match (line.split_at_checked(2), &note, &sent) {
            // The head of the file is notes without exchanges.
            (Some(("# ", words)), _, None) => note = Some((number, words)),
            (Some(("> ", bytes)), Some(_), None) => sent = Some(hex(bytes, &place)),
            (Some(("< ", bytes)), Some((at, words)), Some(request)) => {
                let silence = silence(bytes);
                found.push(Exchange {
                    place: format!("{file}:{at}"),
                    note: (*words).to_owned(),
                    sent: request.clone(),
                    answer: match silence {
                        Some(_) => Vec::new(),
                        None => hex(bytes, &place),
                    },
                    silence,
                });
                (note, sent) = (None, None);
            }
            (None, _, None) if line.is_empty() => {}
            _ => panic!("{place}: out of place: {line}"),
        }
    }
    assert!(sent.is_none(), "{file} ends in a request");
    found
}

/// The lines of a `host-*.txt`, in order.
pub fn session(file: &str) -> Vec<Transfer> {
    let text = read(file);
    let mut found = Vec::new();
    for (number, line) in numbered(&text) {
        let place = format!("{file}:{number}");
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (seconds, rest) = line.split_once(' ').expect(&place);
        let seconds: f64 = seconds.parse().expect(&place);
        let (direction, rest) = match rest.split_at_checked(2).expect(&place) {
            ("> ", rest) => (Direction::ToChip, rest),
            ("< ", rest) => (Direction::ToHost, rest),
            _ => panic!("{place}: no direction: {line}"),
        };
        let (bytes, note) = match rest.strip_prefix('(') {
            Some(left_out) => (None, left_out.trim_end_matches(')')),
            None => {
                let (bytes, note) = rest.split_once('#').unwrap_or((rest, ""));
                (Some(hex(bytes.trim(), &place)), note)
            }
        };
        found.push(Transfer {
            place,
            at: Duration::from_secs_f64(seconds),
            direction,
            bytes,
            note: note.trim().to_owned(),
        });
    }
    found
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/captures")
}

fn read(file: &str) -> String {
    fs::read_to_string(folder().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line))
}

fn silence(text: &str) -> Option<Duration> {
    let seconds = text.strip_prefix("(silence ")?.strip_suffix(" s)")?;
    seconds.parse().ok().map(Duration::from_secs_f64)
}

fn hex(digits: &str, place: &str) -> Vec<u8> {
    assert!(digits.len() % 2 == 0, "{place}: half a byte");
    digits
        .as_bytes()
        .chunks(2)
        .map(|pair| {
            let pair = std::str::from_utf8(pair).expect(place);
            u8::from_str_radix(pair, 16).unwrap_or_else(|_| panic!("{place}: no hex: {pair}"))
        })
        .collect()
}
