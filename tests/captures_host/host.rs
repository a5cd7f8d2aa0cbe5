//! A host that only listens: SLIP, responses, outcomes.

use crate::common::captures::Exchange as Recorded;
use espwire::slip::{Decoder, Event};
use espwire::wire::*;

/// What a host makes of an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Done,
    Word(u32),
    Synced(Loader),
    Digest([u8; 16]),
    Flash(Box<[u8; 64]>),
    Security(SecurityInfo),
    Refused(Reason),
    Unsupported,
}

/// All that came of one exchange.
#[derive(Debug)]
pub struct Heard {
    /// What the answer means, if there was one.
    pub outcome: Option<Outcome>,
    /// How many responses there were, copies included.
    pub responses: usize,
    /// The number under which they came.
    pub opcode: Option<Opcode>,
    /// Bytes that are no response.
    pub text: Vec<u8>,
}

pub struct Host {
    dialect: Dialect,
    decoder: Decoder,
    exchange: Exchange,
}

impl Host {
    pub fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            decoder: Decoder::new(8192),
            exchange: Exchange::new(),
        }
    }

    pub fn hear(&mut self, recorded: &Recorded) -> Heard {
        let place = &recorded.place;
        let sent = last_opcode(&recorded.sent).expect(place);
        self.exchange.sent(sent);
        let mut heard = Heard {
            outcome: None,
            responses: 0,
            opcode: None,
            text: Vec::new(),
        };
        self.decoder.reset();
        let mut input = recorded.answer.as_slice();
        while let Some(event) = self.decoder.next(&mut input) {
            let frame = match event {
                Event::Frame(frame) => frame,
                Event::Noise(noise) => {
                    heard.text.extend_from_slice(noise);
                    continue;
                }
                Event::Broken { .. } => panic!("{place}: {event:?}"),
            };
            let Some(response) = Response::parse(frame) else {
                heard.text.extend_from_slice(frame);
                continue;
            };
            heard.responses += 1;
            let opcode = *heard.opcode.get_or_insert(response.opcode);
            assert_eq!(opcode, response.opcode, "{place}: copies are alike");
            let outcome = match self.exchange.classify(&response) {
                Reply::Stale => continue,
                Reply::Unsupported => Outcome::Unsupported,
                Reply::Answer => meaning(sent, &response, &self.dialect)
                    .unwrap_or_else(|error| panic!("{place}: {error}")),
            };
            assert_eq!(heard.outcome, None, "{place}: one answer only");
            heard.outcome = Some(outcome);
        }
        heard.text.extend_from_slice(self.decoder.pending());
        if heard.outcome.is_none() {
            // As a host would, after a timeout.
            self.exchange = Exchange::new();
        }
        heard
    }
}

/// The opcode of the last frame in a recorded request, which may be broken on
/// purpose.
fn last_opcode(sent: &[u8]) -> Option<Opcode> {
    let frames = sent.split(|byte| *byte == 0xc0);
    let last = frames.rev().find(|frame| frame.len() >= 4)?;
    last.get(1).copied().map(Opcode)
}

/// The frames in what a host sent, all noise left out.
pub fn frames(mut sent: &[u8]) -> Vec<Vec<u8>> {
    let mut decoder = Decoder::new(8192);
    let mut frames = Vec::new();
    while let Some(event) = decoder.next(&mut sent) {
        if let Event::Frame(frame) = event {
            frames.push(frame.to_vec());
        }
    }
    frames
}

fn meaning(sent: Opcode, response: &Response<'_>, dialect: &Dialect) -> Result<Outcome, WireError> {
    /// The answer to `command`, as an outcome.
    fn of<C: Command>(
        response: &Response<'_>,
        dialect: &Dialect,
        command: C,
        outcome: impl FnOnce(C::Answer) -> Outcome,
    ) -> Result<Outcome, WireError> {
        let answer = response.outcome(&command, dialect)?;
        Ok(answer.map_or_else(Outcome::Refused, outcome))
    }
    // What an answer means does not depend on the request's parameters.
    let (address, size) = (0, 0);
    match sent {
        Opcode::SYNC => of(response, dialect, Sync, Outcome::Synced),
        Opcode::READ_REG => of(response, dialect, ReadReg { address }, Outcome::Word),
        Opcode::FLASH_MD5SUM => {
            let command = FlashMd5 { address, size };
            of(response, dialect, command, Outcome::Digest)
        }
        Opcode::READ_FLASH_SLOW => of(
            response,
            dialect,
            ReadFlashSlow { address, size },
            |bytes| Outcome::Flash(Box::new(bytes)),
        ),
        Opcode::GET_SECURITY_INFO => of(response, dialect, GetSecurityInfo, Outcome::Security),
        // All others answer with a status and nothing else.
        _ => of(response, dialect, EraseFlash, |()| Outcome::Done),
    }
}
