//! The window of a read: several READs under way, lost ones asked for again,
//! blank stretches left out.
//!
//! Answers come in the order of the requests, so that an answer to a later
//! request tells that an earlier one, or its answer, has been lost. Once the
//! flash turns out to be blank somewhere, the sector map of what follows is
//! asked for first, and only what is not blank is read.

use super::pace::Pace;
use super::segment::{BLANK_SECTOR, is_blank};
use crate::image::SECTOR;
use crate::time::{Duration, Instant};
use std::collections::VecDeque;

/// Bytes that one sector map covers.
const MAPPED: u32 = 256 << 10;
/// A request without an answer is lost after so many round trips,
const LOST_TRIPS: u32 = 3;
/// and after so long at least.
const LOST_LEAST: Duration = Duration::from_millis(250);
/// A sector map, or a read behind one, may take longer: 256 KiB read at 10 MHz
/// over one line of the SPI bus take 0.2 s.
const MAP_TIME: Duration = Duration::from_millis(500);
/// So many requests are lost in a row before nobody answers.
const LOST_IN_VAIN: u32 = 10;

/// What is asked of the stub.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The bytes.
    Bytes,
    /// The sector map.
    Map,
}

/// What is to be done next.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// Ask, and call [`Reader::asked`].
    Ask {
        /// For what.
        what: What,
        /// Flash address.
        address: u32,
        /// Bytes of flash.
        size: u32,
    },
    /// These bytes are the next ones.
    Deliver(Vec<u8>),
    /// Wait for an answer until then.
    Wait(Instant),
    /// All has been delivered.
    Done,
    /// Nobody answers.
    Silence,
}

#[derive(Debug)]
struct Piece {
    address: u32,
    size: u32,
    what: What,
    state: Fate,
}

#[derive(Debug)]
enum Fate {
    /// To be asked for.
    Due,
    /// Asked for under this tag.
    UnderWay { tag: u32, at: Instant },
    /// Here.
    Here(Vec<u8>),
}

/// What a read has come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Requests for bytes.
    pub reads: u32,
    /// Requests for sector maps.
    pub maps: u32,
    /// Of these, requests that had been made before.
    pub again: u32,
}

/// The window of one read.
#[derive(Debug)]
pub struct Reader {
    /// What has not been planned yet.
    next: u32,
    left: u32,
    /// Planned and not delivered, in order.
    pieces: VecDeque<Piece>,
    /// What the sector map says of what comes next: bytes that are blank, or
    /// not.
    known: VecDeque<(u32, bool)>,
    /// Blank flash has been seen: the map is asked for first.
    suspicion: bool,
    asking: Option<usize>,
    /// When an answer came last.
    heard: Instant,
    in_vain: u32,
    pace: Pace,
    counts: Counts,
}

impl Reader {
    /// Reads `size` bytes from `address` on.
    #[must_use]
    pub const fn new(address: u32, size: u32, pace: Pace) -> Self {
        Self {
            next: address,
            left: size,
            pieces: VecDeque::new(),
            known: VecDeque::new(),
            suspicion: false,
            asking: None,
            heard: Instant::ZERO,
            in_vain: 0,
            pace,
            counts: Counts {
                reads: 0,
                maps: 0,
                again: 0,
            },
        }
    }

    /// What it has come to.
    #[must_use]
    pub const fn counts(&self) -> Counts {
        self.counts
    }

    /// What is to be done next.
    pub fn step(&mut self, now: Instant) -> Step {
        self.give_up_late_ones(now);
        loop {
            if let Some(Piece {
                state: Fate::Here(bytes),
                ..
            }) = self.pieces.front_mut()
            {
                let bytes = std::mem::take(bytes);
                self.pieces.pop_front();
                return Step::Deliver(bytes);
            }
            if self.pieces.is_empty() && self.left == 0 {
                return Step::Done;
            }
            if self.in_vain >= LOST_IN_VAIN {
                return Step::Silence;
            }
            let due = |piece: &Piece| matches!(piece.state, Fate::Due);
            if let Some(index) = self.pieces.iter().position(due) {
                return self.ask(index);
            }
            if !self.plan() {
                return Step::Wait(self.late(now));
            }
        }
    }

    fn ask(&mut self, index: usize) -> Step {
        self.asking = Some(index);
        match self.pieces.get(index) {
            Some(piece) => Step::Ask {
                what: piece.what,
                address: piece.address,
                size: piece.size,
            },
            None => Step::Done,
        }
    }

    /// The request has gone out under this tag.
    pub fn asked(&mut self, tag: u32, now: Instant) {
        let idle = !self.pieces.iter().any(Piece::is_under_way);
        let Some(piece) = self.asking.take().and_then(|at| self.pieces.get_mut(at)) else {
            return;
        };
        match piece.what {
            What::Bytes => self.counts.reads += 1,
            What::Map => self.counts.maps += 1,
        }
        piece.state = Fate::UnderWay { tag, at: now };
        if idle {
            self.pace.started(now);
        }
    }

    /// Plans one more piece, if there is room for it.
    fn plan(&mut self) -> bool {
        let block = self.pace.block();
        let under_way: u32 = self.pieces.iter().map(|piece| piece.size).sum();
        let mapping = self.pieces.back().is_some_and(|it| it.what == What::Map);
        // Something in flight always, and not more than the window.
        if self.left == 0 || mapping || (under_way > 0 && under_way + block > self.pace.window()) {
            return false;
        }
        let address = self.next;
        if self.known.is_empty() && self.suspicion {
            let size = MAPPED.min(self.left);
            self.pieces.push_back(Piece {
                address,
                size,
                what: What::Map,
                state: Fate::Due,
            });
            return true;
        }
        let (size, state) = match self.known.front_mut() {
            Some((run, blank)) => {
                let size = block.min(*run);
                *run -= size;
                let state = if *blank { blanks(size) } else { Fate::Due };
                if *run == 0 {
                    self.known.pop_front();
                }
                (size, state)
            }
            None => (block.min(self.left), Fate::Due),
        };
        self.next = self.next.saturating_add(size);
        self.left -= size;
        self.pieces.push_back(Piece {
            address,
            size,
            what: What::Bytes,
            state,
        });
        true
    }

    /// An answer has come: the bytes of a READ.
    pub fn bytes(&mut self, tag: u32, bytes: Vec<u8>, now: Instant) {
        let Some(index) = self.answered(tag, now) else {
            return;
        };
        let Some(piece) = self.pieces.get_mut(index) else {
            return;
        };
        if piece.what == What::Bytes && bytes.len() == piece.size as usize {
            self.suspicion |= is_blank(&bytes);
            piece.state = Fate::Here(bytes);
        }
    }

    /// An answer has come: the CRC-32s of a sector map.
    pub fn map(&mut self, tag: u32, sectors: &[u32], now: Instant) {
        let Some(index) = self.answered(tag, now) else {
            return;
        };
        let Some(piece) = self.pieces.get(index) else {
            return;
        };
        if piece.what != What::Map {
            return;
        }
        let mut size = piece.size;
        self.pieces.remove(index);
        self.suspicion = false;
        for sector in sectors {
            let run = SECTOR.min(size);
            size -= run;
            // What is left of a sector at the end has another CRC: it is read.
            let blank = run == SECTOR && *sector == BLANK_SECTOR;
            self.suspicion |= blank;
            match self.known.back_mut() {
                Some((bytes, kind)) if *kind == blank => *bytes += run,
                _ => self.known.push_back((run, blank)),
            }
        }
    }

    /// Size of what was asked for under a tag, if it still is.
    #[must_use]
    pub fn expects(&self, tag: u32) -> Option<(What, u32, u32)> {
        let piece = self.pieces.iter().find(|piece| piece.tag() == Some(tag))?;
        Some((piece.what, piece.address, piece.size))
    }

    /// The piece of a tag. What was asked for before it has been lost.
    fn answered(&mut self, tag: u32, now: Instant) -> Option<usize> {
        let index = self
            .pieces
            .iter()
            .position(|piece| piece.tag() == Some(tag))?;
        self.in_vain = 0;
        let Some(Piece {
            size,
            what,
            state: Fate::UnderWay { at, .. },
            ..
        }) = self.pieces.get(index)
        else {
            return None;
        };
        self.heard = now;
        if *what == What::Bytes {
            self.pace.used(*size, Some(*at), now);
        }
        // Tags grow.
        let mut lost = false;
        for piece in &mut self.pieces {
            if let Fate::UnderWay { tag: other, .. } = piece.state {
                if other.wrapping_sub(tag) > u32::MAX / 2 {
                    piece.state = Fate::Due;
                    self.counts.again += 1;
                    lost = true;
                }
            }
        }
        if lost {
            self.pace.lost();
        }
        Some(index)
    }

    /// Requests that should have been answered by now go again.
    fn give_up_late_ones(&mut self, now: Instant) {
        if now < self.late(now) {
            return;
        }
        self.heard = now;
        let mut lost = false;
        for piece in &mut self.pieces {
            if piece.is_under_way() {
                piece.state = Fate::Due;
                self.counts.again += 1;
                lost = true;
            }
        }
        if lost {
            self.in_vain += 1;
            self.pace.lost();
        }
    }

    /// When the oldest request counts as lost.
    fn late(&self, now: Instant) -> Instant {
        let mut patience = (self.pace.round_trip() * LOST_TRIPS).max(LOST_LEAST);
        if self.pieces.iter().any(|piece| piece.what == What::Map) {
            patience += MAP_TIME;
        }
        let oldest = self.pieces.iter().find_map(|piece| match piece.state {
            Fate::UnderWay { at, .. } => Some(at),
            _ => None,
        });
        oldest.unwrap_or(now).max(self.heard) + patience
    }
}

impl Piece {
    const fn tag(&self) -> Option<u32> {
        match self.state {
            Fate::UnderWay { tag, .. } => Some(tag),
            _ => None,
        }
    }

    const fn is_under_way(&self) -> bool {
        self.tag().is_some()
    }
}

fn blanks(size: u32) -> Fate {
    Fate::Here(vec![0xff; size as usize])
}

#[cfg(test)]
mod tests;
