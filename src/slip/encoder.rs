//! Bytes to frames.

use super::{END, ESC, ESC_END, ESC_ESC};
use memchr::memchr2;

/// Appends `payload` to `out` as one frame, with its delimiters.
pub fn encode(payload: &[u8], out: &mut Vec<u8>) {
    out.reserve(payload.len() + 2);
    out.push(END);
    let mut rest = payload;
    while let Some(at) = memchr2(END, ESC, rest) {
        let (plain, special) = rest.split_at(at);
        out.extend_from_slice(plain);
        out.push(ESC);
        out.push(if special.first() == Some(&END) {
            ESC_END
        } else {
            ESC_ESC
        });
        rest = special.get(1..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    out.push(END);
}

/// How many bytes [`encode`] makes of `payload`.
#[must_use]
pub fn encoded_len(payload: &[u8]) -> usize {
    payload.len() + 2 + memchr::memchr2_iter(END, ESC, payload).count()
}
