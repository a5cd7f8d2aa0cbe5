//! The mask ROM's loader, modelled.
//!
//! One model serves all chips: the ROMs differ in the figures of the chip
//! table and of [`Variant`], not in structure. The recorded exchanges with the
//! real ROMs judge it, stale bytes included: like the ROM, it parses requests
//! in a buffer that keeps what the request before left there, and answers from
//! one that keeps the answer before.

pub(super) mod fuses;
mod inflate;
mod job;
mod loader;
mod memory;
mod variant;

pub use fuses::Identity;
pub use variant::{Banner, Crystal, Function, HandOver, Security, VARIANTS, Variant};

use super::firmware::{Firmware, Reset, ResetCause, Strapping, Wires};
use super::watchdog::{Bite, Bitten, Watchdogs};
use super::{LinkKind, Running};
use crate::chip::Chip;
use crate::slip::{END, ESC, ESC_END, ESC_ESC};
use crate::time::{Duration, Instant};
use crate::wire::Opcode;
use loader::Loader;
use std::collections::VecDeque;

/// From the release of reset until the loader listens. The ROMs take some
/// 10 ms, most of it for the banner.
const BOOT_TIME: Duration = Duration::from_millis(10);
/// From the release of reset until the application runs.
const APPLICATION_BOOT_TIME: Duration = Duration::from_millis(150);
/// The rate of the banner, if the crystal is as the ROM believes, and of an
/// application's log.
const LOG_BAUD: u32 = 115_200;
/// What the ROM's receive interrupt keeps for the loader while that is busy;
/// what comes then is lost.
const RING: usize = 2048;
/// How often an application that talks does so.
const LOG_PERIOD: Duration = Duration::from_millis(10);

/// What the application in flash does once it runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Application {
    /// It says nothing.
    #[default]
    Quiet,
    /// It fills the line with log lines at 115200 baud.
    Floods,
}

/// What becomes of code that is uploaded and jumped to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Uploads {
    /// It is executed.
    #[default]
    Execute,
    /// It is taken for a stub, and the loader goes on as known stubs do. This
    /// shows what a host says, not what the uploaded code would have done: for
    /// sessions that were recorded without what they uploaded.
    BecomeStub,
}

/// When the loader answers a SYNC after a reset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Autobaud {
    /// The first SYNC is measured and lost, as on a real line.
    #[default]
    LosesFirstSync,
    /// The rate is known at once, as over USB.
    Instant,
}

/// The modelled ROM as it is made.
#[derive(Clone, Debug)]
pub struct Config {
    /// Which ROM.
    pub variant: &'static Variant,
    /// The chip's own eFuses.
    pub identity: Identity,
    /// The chip's security eFuses.
    pub security: Security,
    /// The crystal, in MHz.
    pub crystal: u32,
    /// What runs from flash.
    pub application: Application,
    /// What becomes of uploaded code.
    pub uploads: Uploads,
    /// How it finds the rate.
    pub autobaud: Autobaud,
}

/// What the loader leaves behind for the code that was uploaded.
#[derive(Debug)]
pub(super) struct Left {
    /// Where that begins.
    pub(super) entry: u32,
    /// Memory and registers as far as they are known, in order.
    pub(super) words: Vec<(u32, u32)>,
    /// The watchdogs, which go on.
    pub(super) watchdogs: Watchdogs,
    /// What GET_SECURITY_INFO tells.
    pub(super) security_settings: Vec<u8>,
}

#[derive(Debug)]
enum State {
    /// Nothing runs: the chip has left the loader for nowhere.
    Stopped,
    /// The loader was left for what was uploaded there.
    Left { entry: u32 },
    /// Reset was released; then comes the loader or the application.
    Booting { reset: Reset, until: Instant },
    /// The loader waits to measure the rate.
    Measuring,
    /// The rate is known; the next SYNC is the greeting.
    Greeting,
    /// The loader serves.
    Serving,
    /// The last answer is going out; then comes a reset.
    Resetting { at: Instant },
    /// The application runs, and talks next then.
    Application { next: Instant },
}

/// A chip whose mask ROM is modelled.
#[derive(Debug)]
pub struct ModelledRom {
    chip: &'static Chip,
    config: Config,
    state: State,
    slip: Slip,
    baud: u32,
    loader: Loader,
    /// What came while the loader was busy.
    ring: VecDeque<u8>,
}

/// How the ROM takes frames apart: a delimiter begins and ends by turns.
#[derive(Debug, Default)]
struct Slip {
    inside: bool,
    escaped: bool,
    frame: Vec<u8>,
}

impl Slip {
    /// More than fits into any request buffer.
    const LONGEST: usize = 0x4100;

    /// Takes a byte; true if it completed a frame.
    fn push(&mut self, byte: u8) -> bool {
        if byte == END && !self.escaped {
            let complete = self.inside && !self.frame.is_empty();
            self.inside = !complete;
            return complete;
        }
        if !self.inside {
            self.frame.clear();
            return false;
        }
        if !self.escaped && byte == ESC {
            self.escaped = true;
            return false;
        }
        // What is no escape stands for itself (recorded).
        let byte = match (self.escaped, byte) {
            (true, ESC_END) => END,
            (true, ESC_ESC) => ESC,
            (_, byte) => byte,
        };
        self.escaped = false;
        if self.frame.len() < Self::LONGEST {
            self.frame.push(byte);
        }
        false
    }

    fn clear(&mut self) {
        *self = Self::default();
    }
}

impl ModelledRom {
    /// A chip that has not been switched on.
    #[must_use]
    pub fn new(chip: &'static Chip, config: Config) -> Self {
        Self {
            chip,
            state: State::Stopped,
            slip: Slip::default(),
            baud: LOG_BAUD,
            loader: Loader::new(chip, &config),
            ring: VecDeque::new(),
            config,
        }
    }

    /// The rate that comes out when the ROM sets this one.
    fn set_by_rom(&self, baud: u32) -> u32 {
        let believed = u64::from(self.config.variant.crystal.believed.max(1));
        let real = u64::from(baud) * u64::from(self.config.crystal) / believed;
        u32::try_from(real).unwrap_or(u32::MAX)
    }

    fn set_baud(&mut self, baud: u32) {
        self.baud = baud;
        self.loader.set_divider(baud, self.config.crystal);
    }

    fn boot(&mut self, reset: Reset, now: Instant, wires: &mut Wires<'_>) {
        let text = self.config.variant.says(reset);
        self.set_baud(self.set_by_rom(LOG_BAUD));
        let sent = wires.send(now, text.as_bytes(), self.baud);
        self.state = match reset.strapping {
            Strapping::Download => match (self.config.autobaud, wires.line.kind()) {
                (Autobaud::LosesFirstSync, LinkKind::Uart) => State::Measuring,
                _ => {
                    self.set_baud(wires.line.host_baud());
                    State::Greeting
                }
            },
            Strapping::Flash => State::Application { next: sent },
        };
    }

    /// Serves one byte from the line.
    fn serve(&mut self, byte: u8, now: Instant, wires: &mut Wires<'_>) {
        if !self.slip.push(byte) {
            return;
        }
        let frame = std::mem::take(&mut self.slip.frame);
        match self.state {
            State::Greeting => {
                // It waits for a SYNC and for nothing else.
                if frame.get(1) == Some(&Opcode::SYNC.0) {
                    self.loader.greet(&frame, now, wires);
                    self.state = State::Serving;
                }
            }
            _ => self.loader.request(&frame, now, wires),
        }
    }

    fn application(&mut self, next: Instant, wires: &mut Wires<'_>) -> Instant {
        if self.config.application == Application::Floods {
            let line = b"I (1234) app: the line is never silent, frame or not \xc0\xdb\xc0\r\n";
            let sent = wires.send(next, line, LOG_BAUD);
            self.state = State::Application { next: sent };
        } else {
            self.state = State::Application {
                next: next + LOG_PERIOD,
            };
        }
        next
    }
}

impl Firmware for ModelledRom {
    fn reset(&mut self, reset: Reset, now: Instant) {
        self.slip.clear();
        self.ring.clear();
        self.loader = Loader::new(self.chip, &self.config);
        if (reset.cause, reset.strapping) == (ResetCause::Usb, Strapping::Download) {
            // Such a reset leaves the watchdogs as they are (TRM, "Reset and
            // Clock": it is a reset of the digital core). The application
            // takes care of them itself.
            self.loader.watchdogs().arm(now);
        }
        let time = match reset.strapping {
            Strapping::Download => BOOT_TIME,
            Strapping::Flash => APPLICATION_BOOT_TIME,
        };
        self.state = State::Booting {
            reset,
            until: now + time,
        };
    }

    fn run(&mut self, now: Instant, until: Instant, wires: &mut Wires<'_>) -> Instant {
        match self.loader.bite() {
            Some(at) if at <= now => {
                if self.loader.watchdogs().advance(now) != Some(Bitten::Rtc(Bite::Nothing)) {
                    self.state = State::Stopped;
                    self.loader = Loader::new(self.chip, &self.config);
                    wires.request_reset(ResetCause::Watchdog);
                }
                now
            }
            Some(at) => self.go_on(now, until.min(at), wires),
            None => self.go_on(now, until, wires),
        }
    }

    fn idle(&self) -> bool {
        match self.state {
            State::Booting { .. } | State::Resetting { .. } => false,
            State::Application { .. } => self.config.application == Application::Quiet,
            _ => {
                self.loader.due().is_none() && self.ring.is_empty() && self.loader.bite().is_none()
            }
        }
    }

    fn busy(&self) -> bool {
        match self.state {
            State::Booting { .. } | State::Resetting { .. } => true,
            State::Stopped | State::Left { .. } | State::Application { .. } => false,
            _ => self.loader.due().is_some() || !self.ring.is_empty(),
        }
    }

    fn running(&self) -> Running {
        match self.state {
            State::Stopped | State::Left { .. } => Running::Nothing,
            State::Booting { .. } | State::Resetting { .. } => Running::Boot,
            State::Measuring | State::Greeting | State::Serving => Running::Loader,
            State::Application { .. } => Running::Application,
        }
    }
}

impl ModelledRom {
    /// What it has left behind, if it has left its loader for what was
    /// uploaded.
    pub(super) fn left(&mut self) -> Option<Left> {
        let State::Left { entry } = self.state else {
            return None;
        };
        let mut words: Vec<(u32, u32)> = self.loader.words().collect();
        words.sort_unstable();
        Some(Left {
            entry,
            words,
            watchdogs: *self.loader.watchdogs(),
            security_settings: self.loader.security_settings(),
        })
    }

    /// The next thing that happens, but for watchdogs.
    fn go_on(&mut self, now: Instant, until: Instant, wires: &mut Wires<'_>) -> Instant {
        let baud = match self.state {
            State::Greeting | State::Serving => Some(self.baud),
            _ => None,
        };
        // What is due first: the state's own business, the job, or a byte.
        let own = match self.state {
            State::Booting { until, .. } => Some(until),
            State::Resetting { at } => Some(at),
            State::Application { next } => Some(next),
            _ => None,
        };
        if let Some(at) = own {
            // Nobody listens meanwhile.
            while wires.receive(until.min(at), baud).is_some() {}
            if at > until {
                return until;
            }
            let at = at.max(now);
            return match self.state {
                State::Booting { reset, .. } => {
                    self.boot(reset, at, wires);
                    at
                }
                State::Resetting { .. } => {
                    self.state = State::Stopped;
                    wires.request_reset(ResetCause::Software);
                    at
                }
                _ => self.application(at, wires),
            };
        }
        if let Some(due) = self.loader.due() {
            while let Some((byte, _)) = wires.receive(due.min(until), baud) {
                if self.ring.len() < RING {
                    self.ring.push_back(byte);
                }
            }
            if due > until {
                return until;
            }
            let at = due.max(now);
            self.work(at, wires);
            return at;
        }
        if let Some(byte) = self.ring.pop_front() {
            self.serve(byte, now, wires);
            return now;
        }
        let at = match wires.next_arrival() {
            Some(at) if at <= until => at.max(now),
            _ => return until,
        };
        if let Some((byte, sent_at)) = wires.receive(at, baud) {
            match self.state {
                State::Greeting | State::Serving => self.serve(byte, at, wires),
                State::Measuring if self.slip.push(byte) => {
                    self.slip.clear();
                    self.set_baud(sent_at);
                    self.state = State::Greeting;
                }
                _ => {}
            }
        }
        at
    }

    /// One step of what the loader is busy with.
    fn work(&mut self, at: Instant, wires: &mut Wires<'_>) {
        let Some(done) = self.loader.step(at, wires.flash) else {
            return;
        };
        let frames = self.loader.answer();
        let sent = wires.send(at, &frames, self.baud);
        match done {
            loader::Then::Serve | loader::Then::Stub => {}
            loader::Then::Baud(baud) => self.set_baud(self.set_by_rom(baud)),
            loader::Then::Leave | loader::Then::Nothing => {
                self.state = State::Stopped;
                self.ring.clear();
            }
            loader::Then::Jump(entry) => {
                self.state = State::Left { entry };
                self.ring.clear();
            }
            loader::Then::Reset | loader::Then::Restart => {
                self.state = State::Resetting { at: sent }
            }
        }
    }
}
