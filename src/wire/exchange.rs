//! Which response belongs to the command under way.

#[cfg(doc)]
use super::Dialect;
use super::{Opcode, Reason, Response, Sync};

/// What a response is to the command under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The answer, success or refusal: see [`Response::outcome`].
    Answer,
    /// The device does not know the command, or is not allowed to carry it
    /// out.
    Unsupported,
    /// Something left over from before; to be skipped.
    Stale,
}

/// Sorts responses into the answer to the command under way and leftovers.
///
/// Responses carry no number of the request they belong to, only its opcode,
/// and a ROM gets even that wrong in two ways:
///
/// - It answers a command that it does not know at once, with status `01 05`,
///   but under the opcode of the last command that it knew.
/// - While that last command is SYNC, every answer comes eight times.
///
/// So a refusal under another opcode means 'unsupported' unless it can be a
/// copy of an earlier one. If the command before got no answer, its late
/// refusal cannot be told from that either, and everything under another
/// opcode is skipped until some command is answered: answer a timeout with a
/// SYNC.
#[derive(Clone, Debug, Default)]
pub struct Exchange {
    /// The command under way, if it has not been answered.
    sent: Option<Opcode>,
    /// Copies of an earlier refusal that may still come.
    copies: usize,
    /// An earlier command got no answer, and none has come since.
    in_doubt: bool,
}

impl Exchange {
    /// Nothing sent yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes that a command has been sent.
    pub fn sent(&mut self, command: Opcode) {
        self.in_doubt |= self.sent.is_some();
        self.sent = Some(command);
    }

    /// The command that waits for its answer.
    #[must_use]
    pub fn waiting(&self) -> Option<Opcode> {
        self.sent
    }

    /// Says what a response is. After [`Reply::Answer`] and
    /// [`Reply::Unsupported`] everything is stale until the next command.
    pub fn classify(&mut self, response: &Response<'_>) -> Reply {
        let own = self.sent == Some(response.opcode);
        let reply = if is_bad_request(response) && (!own || response.opcode == Opcode::SYNC) {
            self.classify_foreign_refusal(response)
        } else if !own {
            Reply::Stale
        } else if is_unsupported_by_stub(response) {
            Reply::Unsupported
        } else {
            Reply::Answer
        };
        if own && reply != Reply::Stale {
            self.copies = 0;
            self.in_doubt = false;
        }
        if reply != Reply::Stale {
            self.sent = None;
        }
        reply
    }

    /// A `01 05` under another opcode, or under SYNC, which is never refused
    /// for itself.
    fn classify_foreign_refusal(&mut self, response: &Response<'_>) -> Reply {
        if self.copies > 0 {
            self.copies -= 1;
            return Reply::Stale;
        }
        if self.in_doubt || self.sent.is_none_or(|sent| sent == Opcode::SYNC) {
            return Reply::Stale;
        }
        if response.opcode == Opcode::SYNC {
            self.copies = Sync::ROM_ANSWERS - 1;
        }
        Reply::Unsupported
    }
}

/// Whether a ROM says 'bad request', with a status of either length.
const fn is_bad_request(response: &Response<'_>) -> bool {
    matches!(response.body, [1, 0x05] | [1, 0x05, _, _])
}

/// Whether a stub says that it has no such command; see [`Dialect::reason`].
const fn is_unsupported_by_stub(response: &Response<'_>) -> bool {
    const COMMAND: u8 = Reason::STUB_COMMAND.0;
    const UNIMPLEMENTED: u8 = Reason::STUB_UNIMPLEMENTED.0;
    matches!(
        response.body,
        [COMMAND | UNIMPLEMENTED, 0] | [1, COMMAND | UNIMPLEMENTED]
    )
}
