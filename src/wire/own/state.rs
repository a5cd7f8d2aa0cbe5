//! Where a write session stands.

use super::super::command::put_words;
use super::super::{Opcode, Reason, WireError};
use super::{Command, half, word, wrong_length};
use crate::digest::Digest;

/// STATE: where the session stands. The stub sends the same answer without
/// being asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GetState;

/// Where a session stands. All numbers are totals: a state that was lost costs
/// nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// How far the session is.
    pub phase: Phase,
    /// A frame was refused since the last report: data has to be sent again
    /// from [`next`](Self::next) on.
    pub go_back: bool,
    /// The session's number; 0 before the first.
    pub session: u16,
    /// Number of the data frame that is due. All before it have been used up.
    pub next: u16,
    /// Frames refused in this session: damaged, or not the one due.
    pub refused: u32,
    /// Failed: the flash address where. Running: all of the table before this
    /// address is erased and programmed; `FFFFFFFF`: all of it.
    pub address: u32,
    /// Data bytes programmed.
    pub programmed: u32,
    /// Data bytes read back and hashed.
    pub digested: u32,
}

/// How far a session is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// There is none, or it was ended by another command.
    None,
    /// It takes data, or works off what it has.
    Running,
    /// Everything is erased, programmed and read back; with the digest of the
    /// whole stream of data as it was read back, of the kind that
    /// [`Features`](super::Features) tell.
    Done(Digest),
    /// It failed, and takes no more data.
    Failed(Reason),
}

const LEN: usize = 40;
/// Bit in the flags: a frame was refused since the last report.
const REFUSED: u8 = 1;

impl State {
    /// Reads a response's body.
    ///
    /// # Errors
    /// It has another length than a state, or a phase that there is none of.
    pub fn parse(command: Opcode, body: &[u8]) -> Result<Self, WireError> {
        if body.len() != LEN {
            return Err(wrong_length(command, body));
        }
        let (&[_, reason, phase, flags], Some(digest)) = (
            body.first_chunk().unwrap_or(&[0; 4]),
            body.get(20..).and_then(<[u8]>::first_chunk),
        ) else {
            return Err(wrong_length(command, body));
        };
        let phase = match phase {
            0 => Phase::None,
            1 => Phase::Running,
            2 => Phase::Done(*digest),
            3 => Phase::Failed(Reason(reason)),
            _ => {
                return Err(WireError::Malformed {
                    command,
                    what: "a phase that there is none of",
                });
            }
        };
        let numbers = || {
            Some(Self {
                phase,
                go_back: flags & REFUSED != 0,
                session: half(body, 4)?,
                next: half(body, 6)?,
                refused: word(body, 8)?,
                address: word(body, 12)?,
                programmed: word(body, 16)?,
                digested: word(body, 36)?,
            })
        };
        numbers().ok_or(wrong_length(command, body))
    }

    /// Appends the body of a response again. The digest is zero unless the
    /// session is done.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let (status, reason, phase, digest) = match self.phase {
            Phase::None => (0, 0, 0, [0; 16]),
            Phase::Running => (0, 0, 1, [0; 16]),
            Phase::Done(digest) => (0, 0, 2, digest),
            Phase::Failed(reason) => (1, reason.0, 3, [0; 16]),
        };
        out.extend_from_slice(&[status, reason, phase, u8::from(self.go_back)]);
        out.extend_from_slice(&self.session.to_le_bytes());
        out.extend_from_slice(&self.next.to_le_bytes());
        put_words(out, &[self.refused, self.address, self.programmed]);
        out.extend_from_slice(&digest);
        put_words(out, &[self.digested]);
    }
}

impl Command for GetState {
    const OPCODE: Opcode = Opcode::STATE;
    type Answer = State;

    fn body(&self, _: &mut Vec<u8>) {}

    fn answer(&self, body: &[u8]) -> Result<State, WireError> {
        State::parse(Self::OPCODE, body)
    }
}
