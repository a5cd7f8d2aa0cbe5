//! A host that knows frames and commands, and nothing of the library's own
//! host side: what it sends is what `docs/stubs.md` says.

use espwire::sim::{Board, Builder, Port, Strapping};
use espwire::slip::{self, Decoder, Event};
use espwire::time::Duration;
use espwire::transport::Transport;
use espwire::wire::checksum;
use std::collections::VecDeque;

/// Longer than anything here takes but an erase.
pub const SOON: Duration = Duration::from_millis(500);
/// Longer than any erase of a few sectors.
pub const LATER: Duration = Duration::from_secs(5);

/// The commands that loaders and stubs share, and those that all stubs have.
pub mod op {
    pub const FLASH_BEGIN: u8 = 0x02;
    pub const FLASH_DATA: u8 = 0x03;
    pub const FLASH_END: u8 = 0x04;
    pub const MEM_BEGIN: u8 = 0x05;
    pub const MEM_END: u8 = 0x06;
    pub const MEM_DATA: u8 = 0x07;
    pub const SYNC: u8 = 0x08;
    pub const WRITE_REG: u8 = 0x09;
    pub const READ_REG: u8 = 0x0a;
    pub const SPI_SET_PARAMS: u8 = 0x0b;
    pub const SPI_ATTACH: u8 = 0x0d;
    pub const CHANGE_BAUDRATE: u8 = 0x0f;
    pub const FLASH_DEFL_BEGIN: u8 = 0x10;
    pub const FLASH_DEFL_DATA: u8 = 0x11;
    pub const FLASH_DEFL_END: u8 = 0x12;
    pub const FLASH_MD5SUM: u8 = 0x13;
    pub const GET_SECURITY_INFO: u8 = 0x14;
    pub const ERASE_FLASH: u8 = 0xd0;
    pub const ERASE_REGION: u8 = 0xd1;
    pub const READ_FLASH: u8 = 0xd2;
    pub const RUN_USER_CODE: u8 = 0xd3;
    /// What the stub says of a session by itself.
    pub const REPORT: u8 = 0xf6;
}

/// A board and the host at its port.
pub struct Host {
    pub board: Board,
    pub port: Port,
    /// Status bytes behind the data of an answer: the ROM's or the stub's.
    pub status_len: usize,
    decoder: Decoder,
    frames: VecDeque<Vec<u8>>,
}

/// An answer to one of the common commands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub value: u32,
    pub data: Vec<u8>,
    /// The first two status bytes.
    pub status: [u8; 2],
}

impl Answer {
    /// Its data, if it says that all went well.
    #[track_caller]
    pub fn ok(self) -> Vec<u8> {
        assert_eq!(self.status[0], 0, "{self:02x?}");
        self.data
    }
}

impl Host {
    /// A board, switched on.
    pub fn new(builder: Builder) -> Self {
        let (board, port) = builder.build();
        Self {
            board,
            port,
            status_len: 2,
            decoder: Decoder::new(0x2_0000),
            frames: VecDeque::new(),
        }
    }

    /// A board in its loader, which has answered a SYNC.
    pub fn in_loader(builder: Builder) -> Self {
        let mut host = Self::new(builder.starts_in(Strapping::Download));
        host.board.run_for(Duration::from_millis(300));
        host.sync();
        host
    }

    /// Sends SYNC until it is answered, and waits until all answers are there.
    pub fn sync(&mut self) {
        let mut payload = vec![0x07, 0x07, 0x12, 0x20];
        payload.extend([0x55; 32]);
        for _ in 0..5 {
            self.send(&request(op::SYNC, 0, &payload));
            let answered = self.frame(Duration::from_millis(100));
            while self.frame(Duration::from_millis(20)).is_some() {}
            if answered.is_some_and(|frame| frame.get(1) == Some(&op::SYNC)) {
                return;
            }
        }
        panic!("SYNC is not answered");
    }

    /// Hands bytes to the port as they are.
    pub fn send_raw(&mut self, bytes: &[u8]) {
        let deadline = self.port.now() + Duration::from_secs(60);
        let mut rest = bytes;
        while !rest.is_empty() {
            let taken = self.port.write(rest, deadline).unwrap();
            assert!(taken > 0, "the port takes nothing");
            rest = &rest[taken..];
        }
    }

    /// Sends a frame.
    pub fn send(&mut self, frame: &[u8]) {
        let mut bytes = vec![];
        slip::encode(frame, &mut bytes);
        self.send_raw(&bytes);
    }

    /// The next frame; none if it does not come in time.
    pub fn frame(&mut self, time: Duration) -> Option<Vec<u8>> {
        let deadline = self.port.now() + time;
        let mut buf = [0; 4096];
        while self.frames.is_empty() {
            let count = self.port.read(&mut buf, deadline).unwrap();
            if count == 0 {
                return None;
            }
            let mut rest = &buf[..count];
            while let Some(event) = self.decoder.next(&mut rest) {
                if let Event::Frame(frame) = event {
                    self.frames.push_back(frame.to_vec());
                }
            }
        }
        self.frames.pop_front()
    }

    /// Bytes that come within some time, whatever they are.
    pub fn listen(&mut self, time: Duration) -> Vec<u8> {
        let deadline = self.port.now() + time;
        let mut heard = vec![];
        let mut buf = [0; 4096];
        loop {
            match self.port.read(&mut buf, deadline).unwrap() {
                0 => return heard,
                count => heard.extend_from_slice(&buf[..count]),
            }
        }
    }

    /// One of the common commands and its answer.
    pub fn ask(&mut self, opcode: u8, payload: &[u8]) -> Answer {
        self.send(&request(opcode, 0, payload));
        self.answer(opcode)
    }

    /// The same with a payload of words.
    pub fn ask_words(&mut self, opcode: u8, payload: &[u32]) -> Answer {
        self.ask(opcode, &words(payload))
    }

    /// A block of data and its answer.
    pub fn ask_data(&mut self, opcode: u8, number: u32, block: &[u8]) -> Answer {
        let mut payload = words(&[len(block), number, 0, 0]);
        payload.extend_from_slice(block);
        self.send(&request(opcode, checksum(block), &payload));
        self.answer(opcode)
    }

    /// The answer to one of the common commands, past reports of a session that
    /// came before it.
    pub fn answer(&mut self, opcode: u8) -> Answer {
        let answer = loop {
            let answer = self.frame(LATER);
            let answer = answer.unwrap_or_else(|| panic!("no answer to {opcode:02x}"));
            if answer[1] == opcode {
                break answer;
            }
            assert_eq!(answer[1], op::REPORT, "{answer:02x?}");
        };
        assert_eq!(answer[0], 1, "{answer:02x?}");
        let (data, status) = answer[8..].split_at(answer.len() - 8 - self.status_len);
        Answer {
            value: word(&answer[4..]),
            data: data.to_vec(),
            status: [status[0], status[1]],
        }
    }

    /// A register.
    pub fn register(&mut self, address: u32) -> u32 {
        let answer = self.ask_words(op::READ_REG, &[address]);
        let value = answer.value;
        answer.ok();
        value
    }

    /// Changes the rate at both ends.
    pub fn change_baud(&mut self, baud: u32, from: u32) {
        self.ask_words(op::CHANGE_BAUDRATE, &[baud, from]).ok();
        self.port.set_baud(baud).unwrap();
        // The transmitter may stumble over it, and the receiver listens at the
        // old rate for a moment.
        self.listen(Duration::from_millis(2));
        self.decoder.reset();
        self.sync();
    }

    /// Uploads code through a loader and lets it jump there.
    pub fn upload(&mut self, load: u32, code: &[u8], entry: u32) {
        // A ROM that does not keep up with the line has 2048 bytes for what
        // comes, escapes included.
        const BLOCK: usize = 0x600;
        let blocks = code.len().div_ceil(BLOCK) as u32;
        self.ask_words(op::MEM_BEGIN, &[len(code), blocks, BLOCK as u32, load])
            .ok();
        for (number, block) in (0..).zip(code.chunks(BLOCK)) {
            self.ask_data(op::MEM_DATA, number, block).ok();
        }
        self.ask_words(op::MEM_END, &[0, entry]).ok();
    }
}

/// A request of the common kind.
pub fn request(opcode: u8, check: u32, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![0, opcode];
    frame.extend_from_slice(&(payload.len() as u16).to_le_bytes());
    frame.extend_from_slice(&check.to_le_bytes());
    frame.extend_from_slice(payload);
    frame
}

/// Words as they go over the wire.
pub fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// The word at the start of some bytes.
pub fn word(bytes: &[u8]) -> u32 {
    u32::from_le_bytes(bytes[..4].try_into().unwrap())
}

/// A length as it goes over the wire.
pub fn len(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap()
}
