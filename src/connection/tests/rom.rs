//! A loader that answers what a test says, and hears only what comes at its
//! own rate.

use crate::slip::{self, Decoder};
use crate::time::{Duration, Instant};
use crate::transport::Lines;
use crate::transport::testing::{Device, Event, Say};
use crate::wire::{Opcode, Request, Response};

/// A request, and which one of its kind it is, from 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    pub(super) request: Request<'a>,
    pub(super) nth: usize,
}

impl Asked<'_> {
    pub(super) fn opcode(&self) -> Opcode {
        self.request.opcode
    }
}

/// What a test lets the ROM do about a request.
#[derive(Clone, Debug)]
pub(super) enum Answer {
    /// Nothing.
    Silence,
    /// These bytes, after so long.
    After(Duration, Vec<u8>),
    /// These bytes, and from now on another rate.
    Rate(Vec<u8>, u32),
    /// The port is gone.
    Gone,
}

impl Answer {
    /// These bytes, at once.
    pub(super) fn bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self::After(Duration::ZERO, bytes.into())
    }

    /// Success without data.
    pub(super) fn ok(request: &Request<'_>) -> Self {
        Self::value(request.opcode, 0x2012_0707)
    }

    pub(super) fn value(opcode: Opcode, value: u32) -> Self {
        Self::bytes(response(opcode, value, &[0; 4]))
    }

    /// Eight answers to SYNC.
    pub(super) fn sync() -> Self {
        Self::bytes(response(Opcode::SYNC, 0x2012_0707, &[0; 4]).repeat(8))
    }

    pub(super) fn delayed(self, delay: Duration) -> Self {
        match self {
            Self::After(_, bytes) => Self::After(delay, bytes),
            other => other,
        }
    }
}

/// A response as it is on the wire.
pub(super) fn response(opcode: Opcode, value: u32, body: &[u8]) -> Vec<u8> {
    let mut frame = vec![];
    let response = Response {
        opcode,
        value,
        body,
    };
    response.encode(&mut frame);
    let mut wire = vec![];
    slip::encode(&frame, &mut wire);
    wire
}

type Script = dyn FnMut(Asked<'_>) -> Answer + Send;

pub(super) struct Rom {
    script: Box<Script>,
    decoder: Decoder,
    /// Its rate; it measures the first one.
    pub(super) baud: u32,
    host_baud: u32,
    /// Rates that the host cannot be set to.
    pub(super) bad_bauds: Vec<u32>,
    /// What it was asked, in order.
    pub(super) asked: Vec<Opcode>,
    pub(super) lines: Vec<Lines>,
    /// What it says when it comes out of reset.
    pub(super) boot_log: Vec<u8>,
}

impl Rom {
    pub(super) fn new(script: impl FnMut(Asked<'_>) -> Answer + Send + 'static) -> Self {
        Self {
            script: Box::new(script),
            decoder: Decoder::new(0x8000),
            baud: 115_200,
            host_baud: 115_200,
            bad_bauds: vec![],
            asked: vec![],
            lines: vec![],
            boot_log: vec![],
        }
    }

    fn hear_bytes(&mut self, mut bytes: &[u8], say: &mut Say) {
        if self.host_baud.abs_diff(self.baud) > self.baud / 33 {
            return;
        }
        while let Some(event) = self.decoder.next(&mut bytes) {
            let slip::Event::Frame(frame) = event else {
                continue;
            };
            let Some(request) = Request::parse(frame) else {
                continue;
            };
            let nth = self
                .asked
                .iter()
                .filter(|op| **op == request.opcode)
                .count();
            self.asked.push(request.opcode);
            match (self.script)(Asked { request, nth }) {
                Answer::Silence => {}
                Answer::After(delay, bytes) => say.after(delay, &bytes),
                Answer::Rate(bytes, baud) => {
                    say.now(&bytes);
                    self.baud = baud;
                }
                Answer::Gone => say.hang_up(),
            }
        }
    }
}

impl Device for Rom {
    fn hear(&mut self, _: Instant, event: Event<'_>, say: &mut Say) {
        match event {
            Event::Bytes(bytes) => self.hear_bytes(bytes, say),
            Event::Baud(baud) if self.bad_bauds.contains(&baud) => say.refuse_baud(),
            Event::Baud(baud) => self.host_baud = baud,
            Event::Lines(lines) => {
                let held = |lines: Lines| lines.rts && !lines.dtr;
                if self.lines.last().is_some_and(|last| held(*last)) && !held(lines) {
                    say.now(&self.boot_log);
                }
                self.lines.push(lines);
            }
        }
    }
}
