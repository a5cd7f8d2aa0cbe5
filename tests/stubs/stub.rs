//! The stub's own commands, as `docs/stubs.md` has them.

use crate::boards::{Kind, Sort};
use crate::host::{Host, LATER, SOON, op, request, word, words};
use espwire::sim::{Builder, Running};
use espwire::slip;
use espwire::time::Duration;

/// The stub's own commands.
pub mod own {
    pub const CAPABILITY: u8 = 0xf0;
    pub const DIGEST: u8 = 0xf1;
    pub const MAP: u8 = 0xf2;
    pub const READ: u8 = 0xf3;
    pub const WRITE_BEGIN: u8 = 0xf4;
    pub const WRITE_DATA: u8 = 0xf5;
    pub const STATE: u8 = 0xf6;
    pub const FLASH_COMMAND: u8 = 0xf7;
    pub const CANCEL: u8 = 0xf9;
}

/// What the stub says first.
const GREETING: &[u8] = b"OHAI";
/// After a silence of that length, a host in a session asks.
const SILENCE: Duration = Duration::from_millis(100);
/// Kinds of segments.
pub const BLANK: u32 = 1;
/// The most bytes in a data frame here.
const PIECE: usize = 2000;

/// How the bytes of a session are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Raw = 0,
    Deflate = 1,
}

/// The phases of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    None,
    Running,
    Done,
    Failed,
}

/// Where a session stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    pub reason: u8,
    pub phase: Phase,
    pub again: bool,
    pub session: u16,
    pub next: u16,
    pub refused: u32,
    pub address: u32,
    pub programmed: u32,
    pub digest: [u8; 16],
    pub digested: u32,
}

impl State {
    pub fn parse(body: &[u8]) -> Self {
        assert_eq!(body.len(), 40, "{body:02x?}");
        let half = |at: usize| u16::from_le_bytes([body[at], body[at + 1]]);
        let phase = [Phase::None, Phase::Running, Phase::Done, Phase::Failed];
        let state = Self {
            reason: body[1],
            phase: phase[usize::from(body[2])],
            again: body[3] & 1 != 0,
            session: half(4),
            next: half(6),
            refused: word(&body[8..]),
            address: word(&body[12..]),
            programmed: word(&body[16..]),
            digest: body[20..36].try_into().unwrap(),
            digested: word(&body[36..]),
        };
        assert_eq!(body[0] != 0, state.phase == Phase::Failed, "{state:?}");
        state
    }
}

/// What CAPABILITY tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capability {
    pub version: u16,
    pub chip: u16,
    pub port: u8,
    pub features: u8,
    pub flash_id: u32,
    pub flash_size: u32,
    pub window: u32,
    pub max_data: u32,
}

/// A refusal of one of the stub's own commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub reason: u8,
    pub address: u32,
}

impl Host {
    /// A board on which the stub has greeted, uploaded at the highest of the
    /// usual rates.
    pub fn in_stub(sort: &Sort, builder: Builder) -> Self {
        let mut host = Self::in_loader(builder);
        host.attach(sort);
        host.start_stub(sort);
        host
    }

    /// Gets a chip's loader ready for what comes.
    pub fn attach(&mut self, sort: &Sort) {
        self.status_len = sort.chip.rom.dialect.status_len;
        if sort.knows(op::SPI_ATTACH) {
            self.ask_words(op::SPI_ATTACH, &[0, 0]).ok();
        }
        let size = self.board.flash().size();
        self.ask_words(
            op::SPI_SET_PARAMS,
            &[0, size, 0x1_0000, 0x1000, 0x100, 0xffff],
        )
        .ok();
        if sort.knows(op::CHANGE_BAUDRATE) {
            self.change_baud(921_600, 0);
        }
    }

    /// Uploads the stub, and hears its greeting.
    pub fn start_stub(&mut self, sort: &Sort) {
        let image = sort.image;
        self.upload(image.load, image.bytes, image.entry);
        self.hear_greeting(sort);
    }

    /// Hears the greeting of the stub that has been uploaded.
    pub fn hear_greeting(&mut self, sort: &Sort) {
        let greeting = self.frame(SOON);
        assert_eq!(greeting.as_deref(), Some(GREETING), "{}", sort.name());
        self.status_len = 2;
    }

    /// Sends one of the stub's own commands.
    pub fn send_own(&mut self, opcode: u8, tag: u32, body: &[u8]) {
        self.send(&own_request(opcode, tag, body));
    }

    /// The next answer of the stub's own kind: opcode, tag and body.
    pub fn own_answer(&mut self, time: Duration) -> Option<(u8, u32, Vec<u8>)> {
        let frame = self.frame(time)?;
        let (all, crc) = frame.split_at(frame.len() - 4);
        assert_eq!(crc32(all).to_le_bytes(), crc, "{frame:02x?}");
        assert_eq!(all[0], 1, "{frame:02x?}");
        Some((all[1], word(&all[4..]), all[8..].to_vec()))
    }

    /// One of the stub's own commands, and what its answer has behind the
    /// status.
    pub fn own(&mut self, opcode: u8, body: &[u8]) -> Result<Vec<u8>, Refusal> {
        let tag = 0x1234_0000 | u32::from(opcode);
        self.send_own(opcode, tag, body);
        let body = self.own_answer_to(opcode, tag);
        match body[..4] {
            [0, 0, 0, 0] => Ok(body[4..].to_vec()),
            [1, reason, 0, 0] if body.len() == 8 => Err(Refusal {
                reason,
                address: word(&body[4..]),
            }),
            _ => panic!("{body:02x?}"),
        }
    }

    /// The body of the answer to a request, past reports that come before it.
    fn own_answer_to(&mut self, opcode: u8, tag: u32) -> Vec<u8> {
        loop {
            let (answered, to, body) = self.own_answer(LATER).expect("an answer");
            if (answered, to) == (opcode, tag) {
                return body;
            }
            assert_eq!(answered, own::STATE, "for {opcode:02x}");
        }
    }

    pub fn capability(&mut self) -> Capability {
        let body = self.own(own::CAPABILITY, &[]).unwrap();
        assert_eq!(body.len(), 28);
        let half = |at: usize| u16::from_le_bytes([body[at], body[at + 1]]);
        Capability {
            version: half(0),
            chip: half(2),
            port: body[4],
            features: body[5],
            flash_id: word(&body[8..]),
            flash_size: word(&body[12..]),
            window: word(&body[16..]),
            max_data: word(&body[20..]),
        }
    }

    /// Asks where the session stands.
    pub fn state(&mut self) -> State {
        self.send_own(own::STATE, 0x51, &[]);
        State::parse(&self.own_answer_to(own::STATE, 0x51))
    }

    /// The next report of a session.
    pub fn report(&mut self, time: Duration) -> Option<State> {
        let (opcode, _, body) = self.own_answer(time)?;
        assert_eq!(opcode, own::STATE);
        Some(State::parse(&body))
    }

    /// Begins a session.
    pub fn begin(
        &mut self,
        session: u16,
        encoding: Encoding,
        segments: &[(u32, u32)],
    ) -> Result<State, Refusal> {
        let count = u32::try_from(segments.len()).unwrap();
        let mut body = words(&[u32::from(session) | (encoding as u32) << 16, count]);
        for (address, len) in segments {
            body.extend(words(&[*address, *len]));
        }
        let tag = u32::from(session);
        self.send_own(own::WRITE_BEGIN, tag, &body);
        let body = self.own_answer_to(own::WRITE_BEGIN, tag);
        if body.len() == 8 {
            return Err(Refusal {
                reason: body[1],
                address: word(&body[4..]),
            });
        }
        Ok(State::parse(&body))
    }

    /// Sends one data frame of a session.
    pub fn send_piece(&mut self, session: u16, number: u16, piece: &[u8]) {
        self.send_raw(&piece_on_line(session, number, piece));
    }

    /// Runs a session to its end.
    pub fn write(
        &mut self,
        session: u16,
        encoding: Encoding,
        segments: &[(u32, u32)],
        stream: &[u8],
    ) -> State {
        self.write_spoiled(session, encoding, segments, stream, PIECE, |_, bytes| bytes)
    }

    /// The same in pieces of so many bytes, over a line that makes something
    /// else of the so manieth data frame: keeps the window full, goes back when
    /// it is told so, and asks when it hears nothing.
    pub fn write_spoiled(
        &mut self,
        session: u16,
        encoding: Encoding,
        segments: &[(u32, u32)],
        stream: &[u8],
        piece: usize,
        mut spoil: impl FnMut(usize, Vec<u8>) -> Vec<u8>,
    ) -> State {
        let window = self.capability().window as usize;
        let mut state = self.begin(session, encoding, segments).unwrap();
        let pieces: Vec<&[u8]> = stream.chunks(piece).collect();
        let most = window / (piece + 16);
        let mut sent = 0_usize;
        let mut sent_in_all = 0;
        let mut acted_upon = 0;
        let end = self.board.now() + LATER;
        while state.phase == Phase::Running {
            assert!(self.board.now() < end, "{state:?} of {}", pieces.len());
            let next = usize::from(state.next);
            if state.again && state.refused > acted_upon {
                // As many will be refused as are on their way.
                acted_upon = state.refused + u32::try_from(sent.saturating_sub(next + 1)).unwrap();
                sent = next;
            }
            while sent < pieces.len().min(next + most) {
                let number = u16::try_from(sent).unwrap();
                let bytes = piece_on_line(session, number, pieces[sent]);
                self.send_raw(&spoil(sent_in_all, bytes));
                sent += 1;
                sent_in_all += 1;
            }
            state = match self.report(SILENCE) {
                Some(state) => state,
                None => {
                    let state = self.state();
                    sent = usize::from(state.next);
                    acted_upon = state.refused;
                    state
                }
            };
        }
        state
    }
}

/// A data frame as it goes over the line.
fn piece_on_line(session: u16, number: u16, piece: &[u8]) -> Vec<u8> {
    let tag = u32::from(session) << 16 | u32::from(number);
    let mut bytes = vec![];
    slip::encode(&own_request(own::WRITE_DATA, tag, piece), &mut bytes);
    bytes
}

/// A request of the stub's own kind.
pub fn own_request(opcode: u8, tag: u32, body: &[u8]) -> Vec<u8> {
    let mut frame = request(opcode, tag, body);
    frame[2..4].copy_from_slice(&u16::try_from(body.len() + 4).unwrap().to_le_bytes());
    frame.extend_from_slice(&crc32(&frame).to_le_bytes());
    frame
}

/// CRC-32 (IEEE 802.3).
pub fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// The boards of this sort that can be had, in the stub: with a modelled ROM,
/// and with the real one.
pub fn each_in_stub(sort: &Sort, test: impl Fn(&mut Host, &str)) {
    for kind in [Kind::Modelled, Kind::Real] {
        if let Some(builder) = sort.builder(kind) {
            let mut host = Host::in_stub(sort, builder);
            assert_eq!(host.board.running(), Running::Uploaded);
            test(&mut host, &format!("{} {kind:?}", sort.name()));
        }
    }
}
