//! Bytes to frames.

use super::{END, ESC, ESC_END, ESC_ESC};
use memchr::{memchr, memchr2};

/// What the decoder found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// What stood between two delimiters, escapes resolved; never empty.
    Frame(&'a [u8]),
    /// Bytes that belong to no frame, as they came: a boot log, a prompt.
    Noise(&'a [u8]),
    /// Something between delimiters that is no frame. Here is what came of it
    /// so far; the rest, up to the next delimiter, is noise.
    Broken {
        /// Why it is none.
        error: FrameError,
        /// What came of it, escapes resolved, without the byte at fault.
        bytes: &'a [u8],
    },
}

/// Why something between delimiters is no frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// More bytes than the decoder was made for, without a delimiter.
    #[error("a frame of more than {limit} bytes")]
    TooLong {
        /// The decoder's limit in bytes.
        limit: usize,
    },
    /// `DB` followed by something other than `DC` or `DD`.
    #[error("invalid escape DB {0:02x}")]
    BadEscape(u8),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// No delimiter seen yet, or lost: everything is noise.
    Outside,
    /// Between delimiters.
    Inside,
    /// Behind an ESC.
    Escape,
}

/// Finds frames in a byte stream, however it is cut into pieces.
///
/// Every `C0` ends what stood before it and begins what comes next, so a stray
/// one costs at most the bytes beside it. Text that a device writes between
/// two frames therefore comes out as a frame of its own, or is
/// [pending](Self::pending) until a delimiter follows; the layer above tells
/// it from a response by its first byte.
///
/// Memory is one buffer of the limit given, taken when the decoder is made.
#[derive(Debug)]
pub struct Decoder {
    state: State,
    frame: Vec<u8>,
    limit: usize,
    /// What is in the buffer has been handed out.
    delivered: bool,
}

impl Decoder {
    /// A decoder for frames of at most `limit` bytes, escapes resolved.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self {
            state: State::Outside,
            frame: Vec::with_capacity(limit),
            limit,
            delivered: false,
        }
    }

    /// Forgets an unfinished frame; what comes next is noise until a `C0`.
    pub fn reset(&mut self) {
        self.state = State::Outside;
        self.frame.clear();
        self.delivered = false;
    }

    /// What has come since the last delimiter, escapes resolved.
    #[must_use]
    pub fn pending(&self) -> &[u8] {
        if self.delivered { &[] } else { &self.frame }
    }

    /// Takes bytes from the front of `input` up to the next event and returns
    /// it; `None` when the input is used up.
    pub fn next<'d, 'i: 'd>(&'d mut self, input: &mut &'i [u8]) -> Option<Event<'d>> {
        if self.delivered {
            self.frame.clear();
            self.delivered = false;
        }
        loop {
            match self.state {
                State::Outside => {
                    let at = memchr(END, input).unwrap_or(input.len());
                    let (noise, rest) = input.split_at(at);
                    *input = rest.get(1..).unwrap_or_default();
                    if !rest.is_empty() {
                        self.state = State::Inside;
                    }
                    if !noise.is_empty() {
                        return Some(Event::Noise(noise));
                    }
                }
                State::Inside => {
                    let at = memchr2(END, ESC, input).unwrap_or(input.len());
                    let (plain, rest) = input.split_at(at);
                    let room = self.limit - self.frame.len();
                    if plain.len() > room {
                        // Up to the limit, so that the cut does not depend on
                        // the pieces the input came in.
                        let (last, rest) = input.split_at(room);
                        self.frame.extend_from_slice(last);
                        *input = rest;
                        return Some(self.broken(FrameError::TooLong { limit: self.limit }));
                    }
                    self.frame.extend_from_slice(plain);
                    *input = rest.get(1..).unwrap_or_default();
                    match rest.first() {
                        Some(&ESC) => self.state = State::Escape,
                        Some(_) if !self.frame.is_empty() => {
                            self.delivered = true;
                            return Some(Event::Frame(&self.frame));
                        }
                        _ => {}
                    }
                }
                State::Escape => {
                    let byte = match *input.first()? {
                        ESC_END if self.frame.len() < self.limit => END,
                        ESC_ESC if self.frame.len() < self.limit => ESC,
                        ESC_END | ESC_ESC => {
                            return Some(self.broken(FrameError::TooLong { limit: self.limit }));
                        }
                        code => return Some(self.broken(FrameError::BadEscape(code))),
                    };
                    self.frame.push(byte);
                    self.state = State::Inside;
                    *input = input.get(1..).unwrap_or_default();
                }
            }
            if input.is_empty() {
                return None;
            }
        }
    }

    /// Hands out a frame that cannot become one.
    fn broken(&mut self, error: FrameError) -> Event<'_> {
        self.state = State::Outside;
        self.delivered = true;
        Event::Broken {
            error,
            bytes: &self.frame,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_buffer_for_everything() {
        let mut decoder = Decoder::new(64);
        let buffer = (decoder.frame.as_ptr(), decoder.frame.capacity());
        let mut stream = b"log\xc0\x01\xdb\xdc\xc0\xc0\xdb\x00\xc0".to_vec();
        stream.resize(1000, b'x');
        stream.push(END);
        for _ in 0..3 {
            let mut input = stream.as_slice();
            let mut events = 0;
            while decoder.next(&mut input).is_some() {
                events += 1;
            }
            assert!(events >= 5);
            let now = (decoder.frame.as_ptr(), decoder.frame.capacity());
            assert_eq!(now, buffer);
        }
    }
}
