//! A stub made up for tests, as `docs/stubs.md` has it: a flash in memory, and
//! mischief on demand.

use crate::image::SECTOR;
use crate::slip::{self, Decoder};
use crate::time::{Duration, Instant};
use crate::transport::testing::{Device, Event, Say};
use crate::wire::own::{self, Capability, Features, Phase, Port, State};
use crate::wire::{Opcode, Reason, Request, Response};
use flate2::{Decompress, FlushDecompress};

/// What a frame and its answer take.
const TRIP: Duration = Duration::from_millis(2);
/// What its table of segments starts with: session, encoding, count.
const TABLE: usize = 8;

/// What goes wrong when a request has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mischief {
    /// Nothing.
    None,
    /// It did not come.
    Lost,
    /// The port is gone.
    Unplugged,
    /// Something ended the session.
    Ended,
    /// The flash fails at this address.
    Fails(u32),
    /// The flash holds something else at this address.
    Spoils(u32),
    /// The caller cancels.
    Cancels,
}

type Script = dyn FnMut(&Made, Opcode, usize) -> Mischief + Send;

/// The stub.
pub(super) struct Made {
    pub(super) flash: Vec<u8>,
    pub(super) baud: u32,
    pub(super) host_baud: u32,
    /// What it says of itself, and does.
    pub(super) features: Features,
    pub(super) cancel: crate::connection::CancelToken,
    /// What was asked, in order.
    pub(super) asked: Vec<Opcode>,
    /// How often each sector has been erased.
    pub(super) erased: Vec<u32>,
    decoder: Decoder,
    state: State,
    /// Segments with data, of the session: address and length.
    data: Vec<(usize, usize)>,
    inflate: Option<Decompress>,
    stream: Vec<u8>,
    tag: u32,
    script: Option<Box<Script>>,
}

pub(super) const CAPABILITY: Capability = Capability {
    version: own::VERSION,
    chip_id: Some(5),
    port: Port::Uart0,
    features: Features(0),
    max_segments: 4,
    flash_id: 0x16_40ef,
    flash_size: Some(4 << 20),
    window: 0x7e00,
    max_data: 0x2000,
    max_response: 0xf000,
};

impl Made {
    /// With so many bytes of flash, and mischief for the so manieth request of
    /// its kind, from 0.
    pub(super) fn new(
        flash: Vec<u8>,
        script: impl FnMut(&Made, Opcode, usize) -> Mischief + Send + 'static,
    ) -> Self {
        Self {
            erased: vec![0; flash.len().div_ceil(SECTOR as usize)],
            flash,
            baud: 921_600,
            host_baud: 115_200,
            features: Features(0),
            cancel: crate::connection::CancelToken::new(),
            asked: vec![],
            decoder: Decoder::new(0x4000),
            state: State {
                phase: Phase::None,
                go_back: false,
                session: 0,
                next: 0,
                refused: 0,
                address: 0,
                programmed: 0,
                digested: 0,
            },
            data: vec![],
            inflate: None,
            stream: vec![],
            tag: 0,
            script: Some(Box::new(script)),
        }
    }

    pub(super) fn with(self, features: Features) -> Self {
        Self { features, ..self }
    }

    pub(super) const fn capability(&self) -> Capability {
        Capability {
            features: self.features,
            ..CAPABILITY
        }
    }

    /// The same as it goes over the line.
    fn told(&self) -> Vec<u8> {
        let it = self.capability();
        let mut out = it.version.to_le_bytes().to_vec();
        out.extend(it.chip_id.unwrap().to_le_bytes());
        out.extend([0, it.features.0]);
        out.extend(it.max_segments.to_le_bytes());
        for word in [
            it.flash_id,
            it.flash_size.unwrap(),
            it.window,
            it.max_data,
            it.max_response,
        ] {
            out.extend(word.to_le_bytes());
        }
        out
    }

    fn request(&mut self, frame: &[u8], say: &mut Say) {
        let Some(request) = Request::parse(frame) else {
            return;
        };
        let opcode = request.opcode;
        let nth = self.asked.iter().filter(|op| **op == opcode).count();
        self.asked.push(opcode);
        let mut script = self.script.take().unwrap();
        let mischief = script(self, opcode, nth);
        self.script = Some(script);
        match mischief {
            Mischief::None => {}
            Mischief::Lost => return,
            Mischief::Unplugged => return say.hang_up(),
            Mischief::Ended => self.state.phase = Phase::None,
            Mischief::Fails(address) => {
                self.state.phase = Phase::Failed(Reason::STUB_SPI);
                self.state.address = address;
            }
            Mischief::Spoils(address) => {
                let byte = &mut self.flash[address as usize];
                *byte = byte.wrapping_add(1);
            }
            Mischief::Cancels => self.cancel.cancel(),
        }
        match own::Request::parse(frame) {
            Some(request) => self.own(request, say),
            None => self.common(&request, say),
        }
    }

    fn common(&mut self, request: &Request<'_>, say: &mut Say) {
        self.state.phase = Phase::None;
        let mut frame = vec![];
        let response = Response {
            opcode: request.opcode,
            value: 0,
            body: &[0; 2],
        };
        response.encode(&mut frame);
        let mut wire = vec![];
        slip::encode(&frame, &mut wire);
        let times = if request.opcode == Opcode::SYNC { 8 } else { 1 };
        say.after(TRIP, &wire.repeat(times));
        if request.opcode == Opcode::CHANGE_BAUDRATE {
            self.baud = request.word(0).unwrap();
        }
    }

    fn own(&mut self, request: own::Request<'_>, say: &mut Say) {
        let body = request.body;
        let mut answer = vec![0; 4];
        let ranges = || body.chunks_exact(8).map(range);
        match request.opcode {
            Opcode::CAPABILITY => answer.extend(self.told()),
            Opcode::DIGEST => {
                for range in ranges() {
                    answer.extend(self.features.digest_kind().of(&self.flash[range]));
                }
            }
            Opcode::MAP => {
                for range in ranges() {
                    for sector in self.flash[range].chunks(SECTOR as usize) {
                        answer.extend(super::super::crc32(sector).to_le_bytes());
                    }
                }
            }
            Opcode::READ => {
                for range in ranges() {
                    answer.extend(&self.flash[range]);
                }
            }
            Opcode::WRITE_BEGIN => {
                self.begin(body);
                self.report(Opcode::WRITE_BEGIN, request.tag, say);
                self.settle();
                return self.report(Opcode::STATE, self.tag, say);
            }
            Opcode::WRITE_DATA => {
                self.data(request.tag, body);
                return self.report(Opcode::STATE, self.tag, say);
            }
            Opcode::STATE => {
                self.tag = request.tag;
                return self.report(Opcode::STATE, request.tag, say);
            }
            other => panic!("{other}"),
        }
        self.state.phase = Phase::None;
        respond(request.opcode, request.tag, &answer, say);
    }

    fn report(&mut self, opcode: Opcode, tag: u32, say: &mut Say) {
        let mut body = vec![];
        self.state.encode(&mut body);
        respond(opcode, tag, &body, say);
    }

    fn begin(&mut self, body: &[u8]) {
        let session = u16::from_le_bytes([body[0], body[1]]);
        assert_ne!(session, self.state.session);
        self.state = State {
            phase: Phase::Running,
            session,
            next: 0,
            refused: 0,
            programmed: 0,
            ..self.state
        };
        self.data.clear();
        self.stream.clear();
        self.inflate = (body[2] == 1).then(|| Decompress::new(false));
        let mut end = 0;
        assert!(body.len() <= TABLE + 8 * usize::from(CAPABILITY.max_segments));
        for segment in body[TABLE..].chunks_exact(8) {
            let kind = segment[0] & 3;
            let mut segment = segment.to_vec();
            segment[0] &= !3;
            let range = range(&segment);
            assert!(range.start % SECTOR as usize == 0 && range.start >= end && !range.is_empty());
            end = range.end.next_multiple_of(SECTOR as usize);
            self.flash[range.start..end].fill(0xff);
            for sector in range.start / SECTOR as usize..end / SECTOR as usize {
                self.erased[sector] += 1;
            }
            if kind == 0 {
                self.data.push((range.start, range.len()));
            }
        }
    }

    fn data(&mut self, tag: u32, body: &[u8]) {
        let [low, high, s0, s1] = tag.to_le_bytes();
        let (number, session) = (
            u16::from_le_bytes([low, high]),
            u16::from_le_bytes([s0, s1]),
        );
        if self.state.phase != Phase::Running || session != self.state.session {
            return;
        }
        let ahead = number.wrapping_sub(self.state.next);
        if ahead != 0 {
            self.state.refused += u32::from(ahead < 0x8000);
            return;
        }
        self.state.next = self.state.next.wrapping_add(1);
        match &mut self.inflate {
            None => self.stream.extend(body),
            Some(inflate) => {
                let before = inflate.total_in();
                let mut rest = body;
                while !rest.is_empty() {
                    self.stream.reserve(0x1_0000);
                    let flush = FlushDecompress::None;
                    inflate
                        .decompress_vec(rest, &mut self.stream, flush)
                        .unwrap();
                    rest = &body[usize::try_from(inflate.total_in() - before).unwrap()..];
                }
            }
        }
        self.settle();
    }

    /// Programs what is there.
    fn settle(&mut self) {
        let mut at = 0;
        self.state.address = u32::MAX;
        for (address, len) in &self.data {
            let there = (self.stream.len() - at).min(*len);
            self.flash[*address..address + there].copy_from_slice(&self.stream[at..at + there]);
            at += there;
            if there < *len {
                self.state.address = u32::try_from(address + there).unwrap();
                break;
            }
        }
        self.state.programmed = u32::try_from(self.stream.len()).unwrap();
        if self.state.address == u32::MAX {
            self.state.phase = Phase::Done(self.features.digest_kind().of(&self.stream));
        }
    }
}

fn range(words: &[u8]) -> std::ops::Range<usize> {
    let word = |at| u32::from_le_bytes(words[at..at + 4].try_into().unwrap()) as usize;
    word(0)..word(0) + word(4)
}

fn respond(opcode: Opcode, tag: u32, body: &[u8], say: &mut Say) {
    let mut frame = vec![];
    own::Response { opcode, tag, body }.encode(&mut frame);
    let mut wire = vec![];
    slip::encode(&frame, &mut wire);
    say.after(TRIP, &wire);
}

impl Device for Made {
    fn hear(&mut self, _: Instant, event: Event<'_>, say: &mut Say) {
        match event {
            Event::Bytes(mut bytes) => {
                if self.host_baud != self.baud {
                    return;
                }
                let mut frames = vec![];
                while let Some(event) = self.decoder.next(&mut bytes) {
                    if let slip::Event::Frame(frame) = event {
                        frames.push(frame.to_vec());
                    }
                }
                for frame in frames {
                    self.request(&frame, say);
                }
            }
            Event::Baud(baud) => self.host_baud = baud,
            Event::Lines(_) => {}
        }
    }
}
