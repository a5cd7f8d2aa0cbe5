//! What the loader is busy with, step by step, each at its own time.

use crate::sim::nor::{NorFlash, PAGE};
use crate::time::{Duration, Instant};
use md5::{Digest, Md5};
use std::collections::VecDeque;

/// What the ROM's software needs for a byte of MD5: 2.4 MB take about a second
/// on real chips.
const MD5_PER_BYTE: Duration = Duration::from_nanos(420);
/// Bytes hashed in one step; a divider of the ROMs' address limit, so that
/// each step wraps as the ROM's reads do.
const HASH_STEP: u32 = 0x1_0000;

/// One step.
#[derive(Debug)]
pub(super) enum Step {
    /// Erase with this opcode at this address.
    Erase { opcode: u8, address: u32 },
    /// Program within one page.
    Program { address: u32, data: Vec<u8> },
    /// Read again what has been programmed.
    ReadBack { address: u32, written: Vec<u8> },
    /// Read, and add to the digest.
    Hash { address: u32, size: u32 },
    /// Compute.
    Spend(Duration),
}

/// Steps, and when the next one is due.
#[derive(Debug, Default)]
pub(super) struct Job {
    steps: VecDeque<Step>,
    due: Option<Instant>,
    digest: Option<Md5>,
    read_back: Option<(Vec<u8>, Vec<u8>)>,
}

/// SPI flash opcodes (data sheet).
const WRITE_ENABLE: u8 = 0x06;
const PROGRAM: u8 = 0x02;
pub(super) const READ: u8 = 0x03;
pub(super) const ERASE_SECTOR: u8 = 0x20;
pub(super) const ERASE_BLOCK: u8 = 0xd8;
/// The same with four address bytes.
const PROGRAM_4B: u8 = 0x12;
const READ_4B: u8 = 0x13;
const ERASE_SECTOR_4B: u8 = 0x21;
const ERASE_BLOCK_4B: u8 = 0xdc;

/// How many address bytes the ROM sends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum AddressBytes {
    /// Addresses wrap at 16 MB.
    #[default]
    Three,
    /// Set by FlashSetAddrBitLen.
    Four,
}

impl AddressBytes {
    /// An opcode with its address, as it goes to the flash.
    pub(super) fn command(self, opcode: u8, address: u32) -> Vec<u8> {
        let [a0, a1, a2, a3] = address.to_be_bytes();
        match self {
            Self::Three => vec![opcode, a1, a2, a3],
            Self::Four => {
                let opcode = match opcode {
                    PROGRAM => PROGRAM_4B,
                    ERASE_SECTOR => ERASE_SECTOR_4B,
                    ERASE_BLOCK => ERASE_BLOCK_4B,
                    READ => READ_4B,
                    other => other,
                };
                vec![opcode, a0, a1, a2, a3]
            }
        }
    }
}

impl Job {
    pub(super) fn start(&mut self, now: Instant) {
        self.due = Some(now);
    }

    pub(super) fn push(&mut self, step: Step) {
        self.steps.push_back(step);
    }

    /// Programs `data` from `address` on, page by page.
    pub(super) fn program(&mut self, mut address: u32, mut data: &[u8]) {
        while !data.is_empty() {
            let room = (PAGE - address % PAGE) as usize;
            let (now, later) = data.split_at(room.min(data.len()));
            self.push(Step::Program {
                address,
                data: now.to_vec(),
            });
            address = address.wrapping_add(PAGE - address % PAGE);
            data = later;
        }
    }

    /// Hashes `size` bytes from `address` on.
    pub(super) fn hash(&mut self, mut address: u32, mut size: u32) {
        self.digest = Some(Md5::new());
        while size > 0 {
            let now = size.min(HASH_STEP - address % HASH_STEP);
            self.push(Step::Hash { address, size: now });
            address = address.wrapping_add(now);
            size -= now;
        }
    }

    /// The digest, if that was what the job was about.
    pub(super) fn take_digest(&mut self) -> Option<[u8; 16]> {
        Some(self.digest.take()?.finalize().into())
    }

    /// What was to be programmed, and what the flash holds then.
    pub(super) const fn take_read_back(&mut self) -> Option<(Vec<u8>, Vec<u8>)> {
        self.read_back.take()
    }

    /// When something is to be done next, if anything is.
    pub(super) const fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Does the next step; true if that was the last one.
    pub(super) fn step(&mut self, at: Instant, flash: &mut NorFlash, bytes: AddressBytes) -> bool {
        let out = match self.steps.pop_front() {
            None => {
                self.due = None;
                return true;
            }
            Some(Step::Spend(time)) => {
                self.due = Some(at + time);
                return false;
            }
            Some(Step::ReadBack { address, written }) => {
                let mut read = vec![0; written.len()];
                flash.transfer(at, &bytes.command(READ, address), &mut read);
                self.read_back = Some((written, read));
                return false;
            }
            Some(Step::Hash { address, size }) => {
                let mut read = vec![0; size as usize];
                flash.transfer(at, &bytes.command(READ, address), &mut read);
                if let Some(digest) = &mut self.digest {
                    digest.update(&read);
                }
                self.due = Some(at + MD5_PER_BYTE * size);
                return false;
            }
            Some(Step::Erase { opcode, address }) => bytes.command(opcode, address),
            Some(Step::Program { address, data }) => {
                let mut out = bytes.command(PROGRAM, address);
                out.extend(data);
                out
            }
        };
        flash.transfer(at, &[WRITE_ENABLE], &mut []);
        flash.transfer(at, &out, &mut []);
        self.due = Some(flash.busy_until().unwrap_or(at));
        false
    }
}
