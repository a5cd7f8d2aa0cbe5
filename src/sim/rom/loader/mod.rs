//! Requests and answers.

mod blocks;

use super::inflate::Inflater;
use super::job::{AddressBytes, Job, Step};
use super::memory::AddressSpace;
use super::variant::SET_ADDRESS_BITS;
use super::{Config, Security, Uploads};
use crate::chip::Chip;
use crate::sim::firmware::Wires;
use crate::sim::nor::NorFlash;
use crate::sim::watchdog::Watchdogs;
use crate::slip;
use crate::time::{Duration, Instant};
use crate::wire::{self, Dialect, Opcode, Reason, Request, Sync};
use blocks::{Geometry, Transfer};

/// What known stubs say first.
const STUB_GREETING: &[u8] = b"OHAI";

/// Answers after which the reason of an earlier refusal is forgotten
/// (recorded; the others leave it in the second status byte).
const FORGETS_REASON: &[Opcode] = &[
    Opcode::SYNC,
    Opcode::READ_REG,
    Opcode::WRITE_REG,
    Opcode::SPI_ATTACH,
    Opcode::CHANGE_BAUDRATE,
    Opcode::FLASH_MD5SUM,
    Opcode::READ_FLASH_SLOW,
    SET_ADDRESS_BITS,
];

/// What happens when the answer is out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    /// The next request.
    Serve,
    /// The same at another rate.
    Baud(u32),
    /// The loader is left, for nowhere.
    Leave,
    /// The loader is left, for what was uploaded.
    Jump(u32),
    /// The chip resets itself, as the host wants it to.
    Reset,
    /// The chip resets itself: the loader has come to its end.
    Restart,
    /// The next request, as a stub.
    Stub,
    /// Nothing, not even an answer: the loader is caught in a loop.
    Nothing,
}

#[derive(Debug)]
pub(super) struct Loader {
    chip: &'static Chip,
    /// How it speaks: as the chip's ROM, or as a stub.
    dialect: Dialect,
    uploads: Uploads,
    security: Security,
    api_version: u32,
    absent_keys: &'static [u8],
    extra_commands: &'static [Opcode],
    memory: AddressSpace,
    geometry: Geometry,
    address_bytes: AddressBytes,
    /// What MEM_BEGIN or FLASH_BEGIN announced: the ROMs keep both in one
    /// place.
    plain: Transfer,
    /// What FLASH_DEFL_BEGIN announced.
    deflated: Transfer,
    inflater: Inflater,
    job: Job,
    then: Then,
    /// The request buffer: a short frame leaves the rest of the one before.
    request: Vec<u8>,
    /// The answer buffer: header, data, status.
    answer: [u8; 8 + 64 + 4],
    /// How much of it is sent.
    answer_len: usize,
    reason: u8,
    /// How often an answer is sent.
    copies: usize,
    /// The answer to the first SYNC, which is not kept.
    greeting: Option<Vec<u8>>,
}

type Outcome = Result<(), Reason>;

/// Bytes of the request buffer; a longer frame is cut.
const REQUEST_BUFFER: usize = 0x2000;
/// The same of known stubs, once one runs.
const STUB_REQUEST_BUFFER: usize = 0x4100;

/// Which word of a BEGIN says that the data are to be encrypted.
const ENCRYPTED: usize = 4;
/// The reason of a ROM that is to encrypt what it inflates (read from its
/// code).
const CANNOT_ENCRYPT: Reason = Reason(0x64);

impl Loader {
    pub(super) fn new(chip: &'static Chip, config: &Config) -> Self {
        let mut answer = [0; 76];
        answer[0] = 1;
        Self {
            chip,
            dialect: chip.rom.dialect,
            uploads: config.uploads,
            security: config.security,
            api_version: config.variant.api_version,
            absent_keys: config.variant.absent_keys,
            extra_commands: config.variant.extra_commands,
            memory: AddressSpace::new(chip, config),
            geometry: Geometry::of(chip.rom.assumed_flash_size),
            address_bytes: AddressBytes::default(),
            plain: Transfer::STALE,
            deflated: Transfer::EMPTY,
            inflater: Inflater::new(),
            job: Job::default(),
            then: Then::Serve,
            request: vec![0; REQUEST_BUFFER],
            answer,
            answer_len: 8,
            reason: 0,
            copies: 1,
            greeting: None,
        }
    }

    /// The UART is set to a rate, with a crystal of so many MHz.
    pub(super) fn set_divider(&mut self, baud: u32, crystal: u32) {
        self.memory.set_divider(baud, crystal);
    }

    /// The chip's watchdogs.
    pub(super) const fn watchdogs(&mut self) -> &mut Watchdogs {
        &mut self.memory.watchdogs
    }

    /// When a watchdog does something.
    pub(super) fn bite(&self) -> Option<Instant> {
        self.memory.watchdogs.due()
    }

    /// When there is something to be done without a request.
    pub(super) const fn due(&self) -> Option<Instant> {
        self.job.due()
    }

    /// Does the next step; what comes then, if that was the last one.
    pub(super) fn step(&mut self, at: Instant, flash: &mut NorFlash) -> Option<Then> {
        if !self.job.step(at, flash, self.address_bytes) {
            return None;
        }
        if let Some((written, read)) = self.job.take_read_back() {
            let outcome = self.read_back(&written, &read);
            self.finish(outcome, 0);
        }
        if let Some(digest) = self.job.take_digest() {
            match self.dialect.loader {
                wire::Loader::Rom => self.put_data(0, crate::error::hex(&digest).as_bytes()),
                wire::Loader::Stub => self.put_data(0, &digest),
            }
        }
        Some(self.then)
    }

    /// The answer as it goes over the wire, as often as it does.
    pub(super) fn answer(&mut self) -> Vec<u8> {
        if let Some(greeting) = self.greeting.take() {
            return greeting;
        }
        let mut out = vec![];
        if self.then == Then::Nothing {
            return out;
        }
        for _ in 0..self.copies {
            slip::encode(
                self.answer.get(..self.answer_len).unwrap_or_default(),
                &mut out,
            );
        }
        if self.then == Then::Stub {
            slip::encode(STUB_GREETING, &mut out);
            self.dialect = Dialect::STUB;
            self.request.resize(STUB_REQUEST_BUFFER, 0);
        }
        if self.dialect.loader == wire::Loader::Rom
            && matches!(self.then, Then::Baud(_) | Then::Reset)
        {
            // The ROM's own, before it changes the rate or resets the chip.
            out.extend_from_slice(&[slip::END, slip::END]);
        }
        out
    }

    /// Answers the SYNC at which the rate was found. The later ROMs do that
    /// before their buffers are in use: what comes next shows no trace of it
    /// (recorded).
    pub(super) fn greet(&mut self, frame: &[u8], now: Instant, wires: &mut Wires<'_>) {
        if self.dialect.security_info_len == 0 {
            self.request(frame, now, wires);
            return;
        }
        wires.note_command(Opcode::SYNC);
        self.keep(frame);
        let untouched = self.answer;
        self.put(1, &[Opcode::SYNC.0]);
        self.put(4, frame.get(8..12).unwrap_or(&[0; 4]));
        self.copies = Sync::ROM_ANSWERS;
        self.finish(Ok(()), 0);
        self.greeting = Some(self.answer());
        self.answer = untouched;
        self.copies = 1;
        self.job.start(now);
    }

    /// Puts a frame into the request buffer, as much of it as fits.
    fn keep(&mut self, frame: &[u8]) {
        let len = frame.len().min(self.request.len());
        if let (Some(buffer), Some(frame)) = (self.request.get_mut(..len), frame.get(..len)) {
            buffer.copy_from_slice(frame);
        }
    }

    /// Takes a request; the answer is due when its job is done.
    pub(super) fn request(&mut self, frame: &[u8], now: Instant, wires: &mut Wires<'_>) {
        self.keep(frame);
        let buffer = std::mem::take(&mut self.request);
        self.then = Then::Serve;
        let outcome = match Request::parse(&buffer) {
            Some(request) if self.knows(request.opcode) => {
                wires.note_command(request.opcode);
                self.copies = 1;
                self.put(1, &[request.opcode.0]);
                if self.dialect.loader == wire::Loader::Stub {
                    self.put_value(0);
                    self.reason = 0;
                }
                let (outcome, data_len) = self.dispatch(&request, now, wires.flash);
                if outcome.is_ok() && FORGETS_REASON.contains(&request.opcode) {
                    self.reason = 0;
                }
                (outcome, data_len)
            }
            Some(request) => {
                wires.note_command(request.opcode);
                (Err(Reason::BAD_REQUEST), 0)
            }
            None => (Err(Reason::BAD_REQUEST), 0),
        };
        self.request = buffer;
        self.finish(outcome.0, outcome.1);
        self.job.start(now);
    }

    fn knows(&self, opcode: Opcode) -> bool {
        let rom = &self.chip.rom;
        let known = if self.security.secure_download {
            rom.secure_download_commands
        } else {
            rom.commands
        };
        // They are let through in secure download mode as well.
        self.extra_commands.contains(&opcode) || known.contains(&opcode)
    }

    fn put(&mut self, at: usize, bytes: &[u8]) {
        if let Some(slots) = self.answer.get_mut(at..at + bytes.len()) {
            slots.copy_from_slice(bytes);
        }
    }

    fn put_data(&mut self, at: usize, bytes: &[u8]) {
        self.put(8 + at, bytes);
    }

    fn put_value(&mut self, value: u32) {
        self.put(4, &value.to_le_bytes());
    }

    /// Length and status. What stands behind the status is what was there.
    fn finish(&mut self, outcome: Outcome, data_len: usize) {
        let status_len = self.dialect.status_len;
        let failed = match outcome {
            Ok(()) => 0,
            Err(reason) => {
                self.reason = reason.0;
                1
            }
        };
        let len = data_len + status_len;
        let [low, high, ..] = len.to_le_bytes();
        self.put(2, &[low, high]);
        self.put_data(data_len, &[failed, self.reason]);
        self.answer_len = 8 + len;
    }

    fn dispatch(
        &mut self,
        request: &Request<'_>,
        now: Instant,
        flash: &mut NorFlash,
    ) -> (Outcome, usize) {
        let word = |index: usize| request.word(index).unwrap_or(0);
        let words = usize::from(request.len) / 4;
        let begin_words = self.dialect.flash_begin_words;
        let expects = |count: usize| {
            if usize::from(request.len) == count * 4 {
                Ok(())
            } else {
                Err(Reason::BAD_REQUEST)
            }
        };
        let plain = |outcome: Outcome| (outcome, 0);
        match request.opcode {
            Opcode::SYNC => {
                self.put_value(word(0));
                self.copies = Sync::ROM_ANSWERS;
                plain(Ok(()))
            }
            Opcode::READ_REG => {
                let value = self.memory.read(word(0));
                self.put_value(value);
                plain(Ok(()))
            }
            Opcode::WRITE_REG => {
                let mut now = now;
                for write in 0..words / 4 {
                    let at = |index: usize| word(write * 4 + index);
                    let (address, value, mask) = (at(0), at(1), at(2));
                    let value = self.memory.read(address) & !mask | value & mask;
                    self.memory.write(address, value, now, flash);
                    let delay = Duration::from_micros(u64::from(at(3)));
                    now += delay;
                    self.job.push(Step::Spend(delay));
                }
                plain(Ok(()))
            }
            Opcode::MEM_BEGIN => plain(expects(4).and_then(|()| {
                self.plain = self.announced([word(0), word(1), word(2), word(3)])?;
                Ok(())
            })),
            Opcode::FLASH_BEGIN => plain(expects(begin_words).and_then(|()| {
                // It has begun, even where the flash cannot be erased.
                self.plain = self.announced([word(0), word(1), word(2), word(3)])?;
                self.erase(word(3), word(0))
            })),
            Opcode::FLASH_DEFL_BEGIN => plain(expects(begin_words).and_then(|()| {
                let announced = self.announced([word(0), word(1), word(2), word(3)])?;
                if begin_words > ENCRYPTED && word(ENCRYPTED) != 0 {
                    return Err(CANNOT_ENCRYPT);
                }
                self.deflated = announced;
                self.inflater.begin();
                self.erase(word(3), word(0))
            })),
            Opcode::MEM_DATA => plain(self.ram_block(request)),
            Opcode::FLASH_DATA => plain(self.flash_block(request)),
            Opcode::FLASH_DEFL_DATA => plain(self.deflated_block(request).map(|ends| {
                if !ends {
                    self.then = Then::Nothing;
                }
            })),
            Opcode::MEM_END if request.len > 8 => plain(Err(Reason::BAD_REQUEST)),
            Opcode::MEM_END => {
                if word(0) & 0xff == 0 {
                    self.then = match self.uploads {
                        Uploads::Execute => Then::Jump(word(1)),
                        Uploads::BecomeStub => Then::Stub,
                    };
                }
                plain(Ok(()))
            }
            Opcode::FLASH_END | Opcode::FLASH_DEFL_END
                if self.dialect.loader == wire::Loader::Stub =>
            {
                if word(0) == 0 {
                    self.then = Then::Reset;
                }
                plain(Ok(()))
            }
            Opcode::FLASH_END => {
                let complete = self.plain.sequence == self.plain.blocks
                    && self.plain.written == self.plain.size;
                // It leaves the loader whatever its word says (recorded).
                self.then = if self.security.secure_download {
                    Then::Restart
                } else {
                    Then::Leave
                };
                plain(self.end(complete, word(0)))
            }
            Opcode::FLASH_DEFL_END => {
                let complete = self.deflated.sequence == self.deflated.blocks;
                plain(self.end(complete, word(0)))
            }
            Opcode::SPI_SET_PARAMS => plain(expects(6).map(|()| {
                self.geometry = Geometry {
                    size: word(1),
                    block: word(2),
                    sector: word(3),
                    page: word(4),
                };
            })),
            Opcode::CHANGE_BAUDRATE => {
                self.then = Then::Baud(word(0));
                plain(Ok(()))
            }
            Opcode::FLASH_MD5SUM => (self.hash(word(0), word(1)), self.digest_len()),
            Opcode::READ_FLASH_SLOW => (self.read_slow(word(0), word(1), now, flash), 64),
            Opcode::GET_SECURITY_INFO => self.security_info(),
            SET_ADDRESS_BITS => plain(expects(2).map(|()| {
                self.address_bytes = if word(0) == 0x2020_2020 {
                    AddressBytes::Four
                } else {
                    AddressBytes::Three
                };
            })),
            // SPI_ATTACH: the flash is always attached here.
            _ => plain(Ok(())),
        }
    }

    /// What was stored in memory and registers, but for the eFuses.
    pub(super) fn words(&self) -> impl Iterator<Item = (u32, u32)> {
        self.memory.words()
    }

    /// The end of a write: an error if it is not complete, else a reset if the
    /// host wants one.
    const fn end(&mut self, complete: bool, stay: u32) -> Outcome {
        if !complete {
            return Err(Reason::FAILED);
        }
        if stay & 0xff == 0 {
            self.then = Then::Reset;
            self.reason = 0;
        }
        Ok(())
    }

    fn security_info(&mut self) -> (Outcome, usize) {
        let data = self.security_settings();
        self.put_data(0, &data);
        (Ok(()), data.len())
    }

    /// The data of GET_SECURITY_INFO.
    pub(super) fn security_settings(&self) -> Vec<u8> {
        use crate::wire::SecurityFlags as Flags;
        let mut flags = 0;
        if self.security.secure_boot {
            flags |= Flags::SECURE_BOOT;
        }
        if self.security.secure_download {
            flags |= Flags::SECURE_DOWNLOAD;
        }
        let mut data = vec![0; 20];
        data[..4].copy_from_slice(&flags.to_le_bytes());
        data[4] = self.security.crypt_count;
        // Seven of them, from 5 to 11.
        let present = 12 - self.absent_keys.len().min(7);
        data[present..12].copy_from_slice(self.absent_keys);
        data[12..16].copy_from_slice(&u32::from(self.chip.id.unwrap_or(0)).to_le_bytes());
        data[16..].copy_from_slice(&self.api_version.to_le_bytes());
        data.truncate(self.dialect.security_info_len);
        data
    }
}
