//! The window of a write session: which frame goes when, which goes again, and
//! what the stub has said of it.
//!
//! Frames are numbered and stay as they were cut: a number never stands for
//! other bytes. A report that counts a refusal nobody has acted upon makes all
//! frames from the due one on go again (go-back-n). Where reports stop coming,
//! the stub is asked; where it stands still in spite of frames that were
//! handed over, the oldest goes again as a probe, which a stub that merely
//! waits for its flash drops as a duplicate.

use super::pace::Pace;
use crate::time::{Duration, Instant};
use crate::wire::Reason;
use crate::wire::own::{Phase, State, WriteData};
use std::collections::VecDeque;

/// The stub is asked when nothing has been heard for so many round trips,
const QUIET_TRIPS: u32 = 2;
/// and for so long at least,
const QUIET_LEAST: Duration = Duration::from_millis(60);
/// but no longer.
const QUIET_MOST: Duration = Duration::from_millis(200);
/// It is asked so often in vain before it counts as gone.
const ASKED_IN_VAIN: u32 = 10;
/// A stub that stands still for so long either waits for its flash, or for a
/// frame that has been lost: the erase of a block takes 150 ms as a rule (data
/// sheets).
const STILL: Duration = Duration::from_millis(400);
/// A stub that stands still for so long waits for a frame: no erase of a block
/// takes more than 3.5 s (data sheets).
const STUCK: Duration = Duration::from_millis(4000);
/// What a loss adds to the trouble, from which a frame that arrives takes 1.
const LOSS: u32 = 8;
/// So much trouble is too much for the rate: fewer than that many frames arrive
/// between two losses, over and over.
const TOO_MUCH: u32 = 96;

/// What is to be done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'s> {
    /// Send this frame of data.
    Send {
        /// Its number.
        number: u16,
        /// Its bytes.
        data: &'s [u8],
    },
    /// Supply the next frame, of at most so many bytes, by
    /// [`Sender::push`] or [`Sender::end`].
    Feed(u32),
    /// Ask for the state, and call [`Sender::asked`].
    Ask,
    /// Wait for a report until then.
    Wait(Instant),
    /// The session is over.
    Over(Outcome),
}

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Everything is in flash; the digest of it as read back.
    Done([u8; 16]),
    /// The stub gave up.
    Failed {
        /// Why.
        reason: Reason,
        /// Flash address it is about.
        address: u32,
    },
    /// The stub answers, but the session is gone.
    Gone,
    /// Nobody answers.
    Silence,
    /// Too much is lost at this rate.
    TooLossy,
}

#[derive(Debug)]
struct Frame {
    data: Vec<u8>,
    /// When it was handed over.
    sent: Instant,
    /// How often.
    times: u32,
}

/// What was asked and is not answered.
#[derive(Clone, Copy, Debug)]
struct Question {
    /// As soon as it has one.
    tag: Option<u32>,
    until: Instant,
}

/// What tells progress from standing still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark {
    next: u16,
    refused: u32,
    address: u32,
    programmed: u32,
    digested: u32,
}

impl Mark {
    const fn of(state: &State) -> Self {
        Self {
            next: state.next,
            refused: state.refused,
            address: state.address,
            programmed: state.programmed,
            digested: state.digested,
        }
    }
}

/// What a session has come to, for whoever watches, and for tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Frames handed over.
    pub sent: u32,
    /// Of these, frames that had been handed over before.
    pub again: u32,
    /// Times that frames went again from the due one on.
    pub rewinds: u32,
    /// Single frames that went again to find out.
    pub probes: u32,
    /// Times that the state was asked for.
    pub asked: u32,
}

/// The window of one session.
#[derive(Debug)]
pub struct Sender {
    session: u16,
    window: u32,
    pace: Pace,
    /// Frames that have not been used up, oldest first.
    frames: VecDeque<Frame>,
    /// Number of the oldest, or of the one to come.
    base: u16,
    /// So many of them are under way.
    under_way: usize,
    /// Nothing comes behind them.
    ended: bool,
    last: State,
    /// Refusals that have been acted upon.
    acted_upon: u32,
    /// Frames have gone again, and those that had been sent before can account
    /// for so many refusals.
    explained: Option<u32>,
    /// The oldest goes again.
    probe: Probe,
    /// When something was heard or sent last, and when something moved.
    alive: Instant,
    moved: Instant,
    question: Option<Question>,
    in_vain: u32,
    trouble: u32,
    outcome: Option<Outcome>,
    counts: Counts,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Probe {
    /// Nobody needs one.
    No,
    /// It is to be sent.
    Due,
    /// It has been sent and not been taken.
    Sent,
}

impl Sender {
    /// A session that has just begun with this state, in the stub's window of
    /// so many bytes.
    #[must_use]
    pub const fn new(state: State, window: u32, pace: Pace, now: Instant) -> Self {
        Self {
            session: state.session,
            window,
            pace,
            frames: VecDeque::new(),
            base: state.next,
            under_way: 0,
            ended: false,
            acted_upon: state.refused,
            last: state,
            explained: None,
            probe: Probe::No,
            alive: now,
            moved: now,
            question: None,
            in_vain: 0,
            trouble: 0,
            outcome: None,
            counts: Counts {
                sent: 0,
                again: 0,
                rewinds: 0,
                probes: 0,
                asked: 0,
            },
        }
    }

    /// The newest state that has been heard.
    #[must_use]
    pub const fn state(&self) -> &State {
        &self.last
    }

    /// What it has come to.
    #[must_use]
    pub const fn counts(&self) -> Counts {
        self.counts
    }

    /// Whether the link is about to fall idle: less than a block is under way.
    #[must_use]
    pub fn runs_dry(&self) -> bool {
        self.outstanding() < self.pace.block()
    }

    /// What has been measured, for the next session.
    #[must_use]
    pub fn into_pace(self) -> Pace {
        self.pace
    }

    /// The next frame's bytes.
    pub fn push(&mut self, data: Vec<u8>) {
        self.frames.push_back(Frame {
            data,
            sent: Instant::ZERO,
            times: 0,
        });
    }

    /// There are no more frames.
    pub const fn end(&mut self) {
        self.ended = true;
    }

    /// What is to be done next. A frame that is returned counts as sent.
    pub fn step(&mut self, now: Instant) -> Step<'_> {
        if let Some(outcome) = self.outcome {
            return Step::Over(outcome);
        }
        if self.probe == Probe::Due {
            self.probe = Probe::Sent;
            self.counts.probes += 1;
            return self.send(0, now);
        }
        let block = self.pace.block();
        if self.under_way < self.frames.len() {
            if self.has_room_for(self.cost_at(self.under_way)) {
                let index = self.under_way;
                self.under_way += 1;
                return self.send(index, now);
            }
        } else if !self.ended && self.has_room_for(block + WriteData::OVERHEAD) {
            return Step::Feed(block);
        }
        self.listen(now)
    }

    /// Nothing can be sent: how long to wait, or what to ask.
    fn listen(&mut self, now: Instant) -> Step<'_> {
        if let Some(question) = self.question {
            if now < question.until {
                return Step::Wait(question.until);
            }
            self.in_vain += 1;
            if self.in_vain >= ASKED_IN_VAIN {
                self.outcome = Some(Outcome::Silence);
                return Step::Over(Outcome::Silence);
            }
            return self.ask(now);
        }
        let due = self.alive + self.quiet();
        if now < due {
            return Step::Wait(due);
        }
        self.ask(now)
    }

    fn ask(&mut self, now: Instant) -> Step<'static> {
        self.counts.asked += 1;
        self.question = Some(Question {
            tag: None,
            until: now + self.quiet() * 2,
        });
        Step::Ask
    }

    /// The question has gone out under this tag.
    pub const fn asked(&mut self, tag: u32) {
        if let Some(question) = &mut self.question {
            question.tag = Some(tag);
        }
    }

    fn quiet(&self) -> Duration {
        (self.pace.round_trip() * QUIET_TRIPS).clamp(QUIET_LEAST, QUIET_MOST)
    }

    fn send(&mut self, index: usize, now: Instant) -> Step<'_> {
        let number = self.number(index);
        self.alive = now;
        if index == 0 {
            self.pace.started(now);
        }
        self.counts.sent += 1;
        let Some(frame) = self.frames.get_mut(index) else {
            return Step::Wait(now);
        };
        self.counts.again += u32::from(frame.times > 0);
        frame.times += 1;
        frame.sent = now;
        Step::Send {
            number,
            data: &frame.data,
        }
    }

    fn number(&self, index: usize) -> u16 {
        // Fewer frames than numbers are under way.
        let index = u16::try_from(index).unwrap_or(u16::MAX);
        self.base.wrapping_add(index)
    }

    fn cost_at(&self, index: usize) -> u32 {
        self.frames.get(index).map_or(0, Frame::cost)
    }

    fn outstanding(&self) -> u32 {
        self.frames
            .iter()
            .take(self.under_way)
            .map(Frame::cost)
            .sum()
    }

    fn has_room_for(&self, cost: u32) -> bool {
        let outstanding = self.outstanding();
        let window = self.pace.window().min(self.window);
        // One frame always goes.
        outstanding == 0 || outstanding + cost <= window
    }

    /// A report has come, unasked or as the answer to the question under this
    /// tag.
    pub fn report(&mut self, state: &State, tag: u32, now: Instant) {
        let answers = self
            .question
            .is_some_and(|question| question.tag == Some(tag));
        if answers {
            self.question = None;
        }
        if state.session != self.session || state.phase == Phase::None {
            // What comes unasked may be left from an earlier session.
            if answers {
                self.outcome = Some(Outcome::Gone);
            }
            return;
        }
        self.alive = now;
        self.in_vain = 0;
        let used = state.next.wrapping_sub(self.base);
        match state.phase {
            Phase::Done(digest) => self.outcome = Some(Outcome::Done(digest)),
            Phase::Failed(reason) => {
                let address = state.address;
                self.outcome = Some(Outcome::Failed { reason, address });
            }
            // Older than what is known.
            _ if usize::from(used) > self.frames.len() || state.refused < self.last.refused => {
                return;
            }
            Phase::None | Phase::Running => {}
        }
        if Mark::of(state) != Mark::of(&self.last) {
            self.moved = now;
        }
        self.last = *state;
        if self.outcome.is_some() {
            return;
        }
        self.take_off(used, now);
        self.act_upon_refusals(used);
        if answers {
            self.look_whether_stuck(now);
        }
    }

    /// The oldest frames have been used up.
    fn take_off(&mut self, used: u16, now: Instant) {
        let probed = used > 0 && std::mem::replace(&mut self.probe, Probe::No) == Probe::Sent;
        for _ in 0..used {
            let Some(frame) = self.frames.pop_front() else {
                break;
            };
            self.base = self.base.wrapping_add(1);
            self.under_way = self.under_way.saturating_sub(1);
            self.trouble = self.trouble.saturating_sub(1);
            let once = (frame.times == 1).then_some(frame.sent);
            let size = u32::try_from(frame.data.len()).unwrap_or(u32::MAX);
            self.pace.used(size, once, now);
        }
        if probed && used == 1 && self.under_way > 0 {
            // The probe was what it waited for. What had been sent behind its
            // first copy has most likely gone the same way.
            self.go_back();
        }
    }

    fn act_upon_refusals(&mut self, used: u16) {
        let refused = self.last.refused;
        let explained = self.explained.is_some_and(|most| refused <= most);
        if explained {
            self.acted_upon = refused;
        } else if refused > self.acted_upon {
            self.go_back();
            return;
        }
        if used > 0 {
            // What had been sent before the due frame went again has passed by.
            self.explained = None;
        }
    }

    /// All frames go again.
    fn go_back(&mut self) {
        let under_way = u32::try_from(self.under_way).unwrap_or(u32::MAX);
        let before = self.explained.unwrap_or(self.acted_upon);
        self.acted_upon = self.last.refused;
        if under_way == 0 {
            return;
        }
        self.counts.rewinds += 1;
        self.explained = Some(before.saturating_add(under_way));
        self.under_way = 0;
        self.probe = Probe::No;
        self.pace.lost();
        self.trouble += LOSS;
        if self.trouble > TOO_MUCH {
            self.outcome = Some(Outcome::TooLossy);
        }
    }

    /// The stub has been asked, because it was silent.
    fn look_whether_stuck(&mut self, now: Instant) {
        let still = now.since(self.moved);
        if self.under_way == 0 || still < STILL {
            return;
        }
        if still >= STUCK {
            self.moved = now;
            self.go_back();
        } else if self.probe == Probe::No && self.outstanding() + self.cost_at(0) <= self.window {
            self.probe = Probe::Due;
        }
    }
}

impl Frame {
    fn cost(&self) -> u32 {
        u32::try_from(self.data.len())
            .unwrap_or(u32::MAX)
            .saturating_add(WriteData::OVERHEAD)
    }
}

#[cfg(test)]
mod tests;
