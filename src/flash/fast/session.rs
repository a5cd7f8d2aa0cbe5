//! One write session of the stub, from WRITE_BEGIN to its end.

use super::FastFlasher;
use super::watch::Watch;
use crate::connection::{refusal, timing};
use crate::digest::Digest;
use crate::error::{Error, PortError, Result};
use crate::flash::stream::pace::Pace;
use crate::flash::stream::segment::{Kind, Segment};
use crate::flash::stream::sender::{Outcome, Sender, Step};
use crate::flash::stream::source::{self, Coding, Source, Supply};
use crate::time::Instant;
use crate::transport::Transport;
use crate::wire::Opcode;
use crate::wire::own::{
    self, Encoding, Failure, GetState, SegmentKind, State, WriteBegin, WriteData,
};

/// How a session ended that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// All is in flash; whether the stub's digest of it is that of the data.
    Done { proven: bool },
    /// It has to go on in another session from this address on.
    Again { address: u32, why: Outcome },
}

impl<T: Transport> FastFlasher<'_, T> {
    /// Writes segments, as many as the stub takes at once.
    pub(super) fn session(
        &mut self,
        segments: &[Segment<'_>],
        pace: &mut Pace,
        watch: &mut Watch<'_, '_>,
    ) -> Result<End> {
        let (Some(first), Some(last)) = (segments.first(), segments.last()) else {
            return Ok(End::Done { proven: true });
        };
        watch.touching(first.address, last.end());
        let data: Vec<&[u8]> = segments.iter().filter_map(Segment::data).collect();
        let coding = if data.is_empty() {
            Coding::Raw
        } else {
            Coding::Deflate
        };
        source::ahead(&data, coding, self.digest_kind(), |source| {
            let state = self.begin(segments, coding)?;
            let now = self.connection.transport().now();
            let mut sender = Sender::new(state, self.capability.window, pace.clone(), now);
            let outcome = self.drive(&mut sender, source, watch);
            let counts = sender.counts();
            log::debug!(target: "espwire::flash", "write session: {outcome:?} {counts:?}");
            let address = sender.state().address;
            *pace = sender.into_pace();
            match outcome? {
                Outcome::Done(found) => {
                    watch.certain(last.end());
                    let proven = data.is_empty() || self.expected(source)? == Some(found);
                    Ok(End::Done { proven })
                }
                Outcome::Failed { reason, address } => {
                    Err(refusal(Opcode::WRITE_DATA, Failure { reason, address }))
                }
                why => Ok(End::Again { address, why }),
            }
        })
        .map_err(PortError::Other)?
    }

    fn begin(&mut self, segments: &[Segment<'_>], coding: Coding) -> Result<State> {
        let table: Vec<own::Segment> = segments.iter().map(entry).collect();
        for _ in 0..timing::ASK_TRIES {
            // Tags grow: no two sessions of a connection have the same number.
            let [low, high, ..] = self.connection.next_tag().to_le_bytes();
            let begin = WriteBegin {
                session: u16::from_le_bytes([low, high]).max(1),
                encoding: match coding {
                    Coding::Raw => Encoding::Plain,
                    Coding::Deflate => Encoding::Deflate,
                },
                segments: &table,
            };
            let state = self.connection.own(&begin, timing::COMMAND)?;
            // Else it is one of an earlier connection that had this number.
            if state.phase == own::Phase::Running && state.session == begin.session {
                return Ok(state);
            }
        }
        Err(self.connection.no_answer(Opcode::WRITE_BEGIN))
    }

    /// The digest of all data, once all of it has been sent.
    fn expected(&self, source: &mut Source<'_>) -> Result<Option<Digest>> {
        loop {
            match source.take(1, timing::CANCEL_POLL) {
                Supply::End(digest) => return Ok(Some(digest)),
                // The stub claims to be done with less.
                Supply::Bytes(_) => return Ok(None),
                Supply::Later => self.connection.check("compressing")?,
            }
        }
    }

    /// Keeps the window full until the session is over.
    fn drive(
        &mut self,
        sender: &mut Sender,
        source: &mut Source<'_>,
        watch: &mut Watch<'_, '_>,
    ) -> Result<Outcome> {
        let session = sender.state().session;
        loop {
            let mut now = self.connection.transport().now();
            while self.hear(sender, watch, now)? {}
            now = self.connection.transport().now();
            match sender.step(now) {
                Step::Send { number, data } => {
                    let frame = WriteData {
                        session,
                        sequence: number,
                        data,
                    };
                    match self.connection.send_data(&frame, timing::COMMAND) {
                        // The link takes no more: nobody is there.
                        Err(Error::NoAnswer(_)) => return Ok(Outcome::Silence),
                        outcome => outcome?,
                    }
                }
                Step::Feed(block) => {
                    let starving = sender.runs_dry();
                    let most = usize::try_from(block).unwrap_or(usize::MAX);
                    match source.take(most, timing::CANCEL_POLL) {
                        Supply::Bytes(data) => sender.push(data),
                        Supply::End(_) => sender.end(),
                        Supply::Later => self.connection.check("compressing")?,
                    }
                    if starving {
                        source.idled(self.connection.transport().now() - now);
                    }
                }
                Step::Ask => {
                    let tag = self.connection.next_tag();
                    self.connection.send_own(&GetState, tag, timing::COMMAND)?;
                    sender.asked(tag);
                }
                Step::Wait(until) => {
                    self.hear(sender, watch, until)?;
                }
                Step::Over(outcome) => return Ok(outcome),
            }
        }
    }

    /// Takes in the next report that comes until `until`; false if none does.
    fn hear(
        &mut self,
        sender: &mut Sender,
        watch: &mut Watch<'_, '_>,
        until: Instant,
    ) -> Result<bool> {
        let Some(response) = self.connection.receive_own(until)? else {
            return Ok(false);
        };
        let tag = response.tag;
        let report = match response.opcode {
            Opcode::STATE => State::parse(response.opcode, response.body).ok(),
            _ => None,
        };
        let now = self.connection.transport().now();
        if let Some(state) = report {
            sender.report(&state, tag, now);
            if sender.state().phase == own::Phase::Running {
                watch.certain(sender.state().address);
            }
        }
        Ok(true)
    }
}

fn entry(segment: &Segment<'_>) -> own::Segment {
    own::Segment {
        address: segment.address,
        length: segment.size(),
        kind: match segment.kind {
            Kind::Data => SegmentKind::Data,
            Kind::Blank => SegmentKind::Blank,
        },
    }
}
