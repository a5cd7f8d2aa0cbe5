//! Sequences that a seed makes up: most of what they say makes sense, some does
//! not.

use crate::Sequence;
use crate::pair::{BAUD, FLASH, Subject};
use crate::step::{Request, Step, deflated, noise, pattern, sync};
use crate::{ram, systematic};
use espwire::chip::Chip;
use espwire::wire::Opcode;
use fastrand::Rng;

/// Requests in a sequence.
const LENGTH: usize = 60;

/// Addresses in the flash, and beyond.
const PLACES: &[u32] = &[
    0,
    0x1000,
    0x3000,
    0x3100,
    0x3004,
    0xf000,
    0x1_0000,
    (2 << 20) - 0x1000,
    2 << 20,
    FLASH - 0x1000,
    FLASH - 4,
    FLASH - 1,
    FLASH,
    0x100_3000,
    0xffff_f000,
    0xffff_ffff,
];
/// Sizes of what is written.
const SIZES: &[u32] = &[
    0, 1, 0x400, 0xfff, 0x1000, 0x1001, 0x5000, 0x1_2345, 0x2_1000,
];
/// Sizes of what is read or hashed.
const SPANS: &[u32] = &[
    0, 1, 2, 3, 4, 5, 31, 32, 63, 64, 65, 127, 128, 129, 1000, !0,
];
/// Lengths of blocks.
const BLOCKS: &[u32] = &[0, 4, 0x3c, 0x100, 0x101, 0x400, 0x1800, 0x1801];

/// A stream of blocks under way.
#[derive(Default)]
struct Stream {
    next: u32,
    pieces: Vec<Vec<u8>>,
}

struct Generator<'a> {
    rng: Rng,
    chip: &'a Chip,
    ram: u32,
    /// The last BEGIN of MEM and FLASH was MEM's: the ROMs keep both in one
    /// place, and MEM_DATA to a flash address would end them.
    into_ram: bool,
    plain: Stream,
    inflated: Stream,
}

/// The sequence of a seed.
pub fn sequence(subject: &Subject, seed: u64) -> Sequence {
    let mut generator = Generator {
        rng: Rng::with_seed(seed),
        chip: subject.chip,
        ram: ram(subject.chip),
        into_ram: false,
        plain: Stream::default(),
        inflated: Stream::default(),
    };
    let mut steps = if generator.rng.bool() {
        systematic::attach()
    } else {
        vec![]
    };
    // Before the first BEGINs the ROMs go by what is left on their stack.
    let nothing = systematic::begin(subject.chip, Opcode::FLASH_BEGIN, 0, 0x400, 0);
    steps.extend([nothing, generator.ram_begin()]);
    while steps.len() < LENGTH {
        steps.push(generator.step());
    }
    // What the RAM holds then.
    let ram = generator.ram;
    steps.extend(
        (0..0x400)
            .step_by(0x3c)
            .map(|at| word(Opcode::READ_REG, ram + at)),
    );
    Sequence {
        name: format!("seed {seed}"),
        steps,
    }
}

fn word(opcode: Opcode, value: u32) -> Step {
    Request::words(opcode, &[value]).step()
}

impl Generator<'_> {
    fn one_of(&mut self, of: &[u32]) -> u32 {
        of[self.rng.usize(..of.len())]
    }

    /// Once in so many times.
    fn seldom(&mut self, times: u32) -> bool {
        self.rng.u32(..times) == 0
    }

    fn in_ram(&mut self) -> u32 {
        self.ram + self.rng.u32(..0x100) * 4
    }

    fn step(&mut self) -> Step {
        match self.rng.u32(..40) {
            0 => sync(),
            1 => {
                let address = self.in_ram();
                word(Opcode::READ_REG, address)
            }
            2 | 3 => self.write_reg(),
            4 => Request::words(Opcode::SPI_ATTACH, &[0, 0]).step(),
            5 => self.params(),
            6 => Request::new(Opcode::GET_SECURITY_INFO, vec![]).step(),
            7 => self.unknown(),
            8 | 9 => self.span(Opcode::FLASH_MD5SUM, &[0, 0]),
            10 | 11 => self.span(Opcode::READ_FLASH_SLOW, &[]),
            12 | 13 => self.ram_begin(),
            14 => Request::words(Opcode::MEM_END, &[1, self.ram]).step(),
            15 | 16 => self.flash_begin(),
            17..=19 => self.deflated_begin(),
            20..=29 => self.block(),
            30..=35 => self.deflated_block(),
            36 => self.rate(),
            37 => self.truncated(),
            38 => noise("noise", b"\x00ets Jul 29 2019\r\n\xdb"),
            _ => self.odd_frame(),
        }
    }

    fn write_reg(&mut self) -> Step {
        let count = self.rng.u32(1..4);
        let mut words = vec![];
        for _ in 0..count {
            let mask = self.one_of(&[!0, 0xff, 0xff00_ff00, 0]);
            words.extend([self.in_ram(), self.rng.u32(..), mask, self.rng.u32(..20)]);
        }
        Request::words(Opcode::WRITE_REG, &words).step()
    }

    fn params(&mut self) -> Step {
        let size = self.one_of(&[FLASH, FLASH, 1 << 20, 0x1000, 32 << 20]);
        let words = [0, size, 0x1_0000, 0x1000, 0x100, 0xffff];
        Request::words(Opcode::SPI_SET_PARAMS, &words).step()
    }

    /// A command that nobody knows.
    fn unknown(&mut self) -> Step {
        let opcode = self.one_of(&[0, 1, 0x0c, 0x16, 0x7f, 0xd0, 0xd3, 0xff]);
        let opcode = Opcode(u8::try_from(opcode).unwrap());
        let payload = vec![0x11; self.rng.usize(..40)];
        Request::new(opcode, payload).step()
    }

    fn span(&mut self, opcode: Opcode, more: &[u32]) -> Step {
        let words = [self.one_of(PLACES), self.one_of(SPANS)];
        Request::words(opcode, &[&words, more].concat()).step()
    }

    fn ram_begin(&mut self) -> Step {
        let size = self.one_of(&[0, 4, 0x40, 0x400]);
        let block = self.one_of(&[0x40, 0x3f, 0x400]);
        self.into_ram = true;
        self.plain = Stream {
            next: 0,
            pieces: vec![self.bytes(block); 4],
        };
        let blocks = size.div_ceil(block);
        Request::words(Opcode::MEM_BEGIN, &[size, blocks, block, self.ram]).step()
    }

    /// Bytes of a length, or nearly.
    fn bytes(&mut self, len: u32) -> Vec<u8> {
        let len = match self.rng.u32(..12) {
            0 => len.saturating_sub(1),
            1 => len + 4,
            2 => len / 8 * 4,
            _ => len,
        };
        pattern(len as usize, self.rng.u32(..))
    }

    fn flash_begin(&mut self) -> Step {
        let (size, block) = (self.one_of(SIZES), self.one_of(BLOCKS));
        self.into_ram = false;
        let bytes = self.bytes(block);
        self.plain = Stream {
            next: 0,
            pieces: vec![bytes; 6],
        };
        let place = self.one_of(PLACES);
        systematic::begin(self.chip, Opcode::FLASH_BEGIN, size, block, place)
    }

    fn deflated_begin(&mut self) -> Step {
        let size = self.one_of(SIZES);
        let mut stream = deflated(&self.bytes(size));
        if self.seldom(6) {
            let at = self.rng.usize(..stream.len());
            stream[at] ^= 1 << self.rng.u32(..8);
        }
        let block = self.one_of(&[0x400, 0x400, 0x3ff, 0x1800]);
        self.inflated = Stream {
            next: 0,
            pieces: stream.chunks(block as usize).map(<[u8]>::to_vec).collect(),
        };
        let blocks = u32::try_from(self.inflated.pieces.len()).unwrap();
        // Mostly as many as will come.
        let blocks = match self.rng.u32(..8) {
            0 => blocks + 1,
            1 => blocks - 1,
            _ => blocks,
        };
        let place = self.one_of(PLACES) & !0xfff;
        let words = [size, blocks, block, place, 0];
        let words = &words[..self.chip.rom.dialect.flash_begin_words];
        Request::words(Opcode::FLASH_DEFL_BEGIN, words).step()
    }

    /// The next block of a stream, mostly.
    fn next_of(rng: &mut Rng, stream: &mut Stream, opcode: Opcode) -> Step {
        let index = stream.next as usize;
        let piece = stream
            .pieces
            .get(index)
            .map_or(&[0x5a; 8][..], Vec::as_slice);
        let request = Request::data(opcode, stream.next, piece);
        match rng.u32(..16) {
            0 => Request::data(opcode, stream.next + 1, piece)
                .note("out of turn")
                .step(),
            1 => {
                stream.next += 1;
                request
                    .with("wrong checksum", |it| it.checksum ^= 0x10)
                    .step()
            }
            _ => {
                stream.next += 1;
                request.step()
            }
        }
    }

    fn block(&mut self) -> Step {
        let opcode = if self.into_ram && !self.seldom(8) {
            Opcode::MEM_DATA
        } else {
            Opcode::FLASH_DATA
        };
        Self::next_of(&mut self.rng, &mut self.plain, opcode)
    }

    fn deflated_block(&mut self) -> Step {
        Self::next_of(&mut self.rng, &mut self.inflated, Opcode::FLASH_DEFL_DATA)
    }

    fn rate(&mut self) -> Step {
        let rate = self.one_of(&[115_200, 230_400, 460_800, 921_600, BAUD]);
        let mut step = Request::words(Opcode::CHANGE_BAUDRATE, &[rate, 0]).step();
        step.baud = Some(rate);
        step
    }

    /// A BEGIN or the like with some of its payload missing.
    fn truncated(&mut self) -> Step {
        let opcode = self.one_of(&[0x02, 0x05, 0x0b, 0x0d, 0x10]);
        let opcode = Opcode(u8::try_from(opcode).unwrap());
        let payload = vec![0; self.rng.usize(..12)];
        Request::new(opcode, payload).step()
    }

    fn odd_frame(&mut self) -> Step {
        let good = sync().sent;
        let len = self.rng.usize(2..good.len() - 1);
        match self.rng.u32(..3) {
            0 => noise("an end", b"\xc0\xc0"),
            1 => noise("direction 1", &[b"\xc0\x01", &good[2..]].concat()),
            _ => noise("a short frame", &[&good[..len], b"\xc0"].concat()),
        }
    }
}
