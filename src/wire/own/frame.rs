//! Requests and responses, checked by their CRC.

use super::super::command::{len_field, put_words};
use super::super::{HEADER_LEN, Opcode, Reason, TO_DEVICE, TO_HOST, WireError};
use super::{Command, FIRST, Failure};
use flate2::Crc;

/// Bytes of CRC at the end.
const CRC_LEN: usize = 4;

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// A request as the stub sees it, its CRC checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request<'a> {
    /// The command's number.
    pub opcode: Opcode,
    /// The host's number for it.
    pub tag: u32,
    /// Its body.
    pub body: &'a [u8],
}

impl<'a> Request<'a> {
    /// Takes a frame apart; `None` if it is none of this family, or damaged.
    #[must_use]
    pub fn parse(frame: &'a [u8]) -> Option<Self> {
        let (opcode, tag, body) = parse(TO_DEVICE, frame)?;
        Some(Self { opcode, tag, body })
    }

    /// Appends the frame again, without SLIP.
    pub fn encode(&self, out: &mut Vec<u8>) {
        put_request(self.opcode, self.tag, out, |out| {
            out.extend_from_slice(self.body);
        });
    }
}

/// A response as the host sees it, its CRC checked and nothing else believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Response<'a> {
    /// The command it answers.
    pub opcode: Opcode,
    /// The tag of the request.
    pub tag: u32,
    /// Its body, status in front.
    pub body: &'a [u8],
}

impl<'a> Response<'a> {
    /// Takes a frame apart; `None` if it is none of this family, or damaged.
    #[must_use]
    pub fn parse(frame: &'a [u8]) -> Option<Self> {
        let (opcode, tag, body) = parse(TO_HOST, frame)?;
        Some(Self { opcode, tag, body })
    }

    /// Appends the frame again, without SLIP.
    pub fn encode(&self, out: &mut Vec<u8>) {
        put(TO_HOST, self.opcode, self.tag, out, |out| {
            out.extend_from_slice(self.body);
        });
    }

    /// What the response says about `command`: its answer, or why the stub
    /// refused, and where. Opcode and tag are the caller's to compare.
    ///
    /// # Errors
    /// A body that cannot be what the command promises.
    pub fn outcome<C: Command>(
        &self,
        command: &C,
    ) -> Result<Result<C::Answer, Failure>, WireError> {
        match *self.body {
            [0, ..] => command.answer(self.body).map(Ok),
            [_, reason, _, _, a, b, c, d] => Ok(Err(Failure {
                reason: Reason(reason),
                address: u32::from_le_bytes([a, b, c, d]),
            })),
            // A state whose phase is 'failed'.
            _ => command.answer(self.body).map(Ok),
        }
    }
}

fn parse(direction: u8, frame: &[u8]) -> Option<(Opcode, u32, &[u8])> {
    let (checked, crc) = frame.split_last_chunk::<CRC_LEN>()?;
    let (header, body) = checked.split_first_chunk::<HEADER_LEN>()?;
    let [to, opcode, l0, l1, t0, t1, t2, t3] = *header;
    let len = usize::from(u16::from_le_bytes([l0, l1]));
    let whole = to == direction
        && Opcode(opcode) >= FIRST
        && len == body.len() + CRC_LEN
        && crc32(checked) == u32::from_le_bytes(*crc);
    whole.then_some((Opcode(opcode), u32::from_le_bytes([t0, t1, t2, t3]), body))
}

/// Appends a request whose body `body` appends.
pub(super) fn put_request(
    opcode: Opcode,
    tag: u32,
    out: &mut Vec<u8>,
    body: impl FnOnce(&mut Vec<u8>),
) {
    put(TO_DEVICE, opcode, tag, out, body);
}

fn put(
    direction: u8,
    opcode: Opcode,
    tag: u32,
    out: &mut Vec<u8>,
    body: impl FnOnce(&mut Vec<u8>),
) {
    let start = out.len();
    out.extend_from_slice(&[direction, opcode.0, 0, 0]);
    put_words(out, &[tag]);
    body(out);
    let len = len_field(out.len() - start - HEADER_LEN + CRC_LEN);
    if let Some(field) = out.get_mut(start + 2..start + 4) {
        field.copy_from_slice(&len);
    }
    let crc = crc32(out.get(start..).unwrap_or_default());
    put_words(out, &[crc]);
}
