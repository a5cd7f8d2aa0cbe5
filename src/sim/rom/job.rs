//! What the loader is busy with, step by step, each at its own time.

use crate::sim::nor::{NorFlash, PAGE};
use crate::time::{Duration, Instant};
use std::collections::VecDeque;

/// One step.
#[derive(Debug)]
pub(super) enum Step {
    /// Erase with this opcode at this address.
    Erase { opcode: u8, address: u32 },
    /// Program within one page.
    Program { address: u32, data: Vec<u8> },
    /// Compute.
    Spend(Duration),
}

/// Steps, and when the next one is due.
#[derive(Debug, Default)]
pub(super) struct Job {
    steps: VecDeque<Step>,
    due: Option<Instant>,
}

/// SPI flash opcodes (data sheet).
const WRITE_ENABLE: u8 = 0x06;
const PROGRAM: u8 = 0x02;
const PROGRAM_4B: u8 = 0x12;
pub(super) const ERASE_SECTOR: u8 = 0x20;
pub(super) const ERASE_BLOCK: u8 = 0xd8;
/// The same with four address bytes.
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
                    0x03 => 0x13,
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

    /// When something is to be done next, if anything is.
    pub(super) const fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Does the next step; true if that was the last one.
    pub(super) fn step(&mut self, at: Instant, flash: &mut NorFlash, bytes: AddressBytes) -> bool {
        let mut out = match self.steps.pop_front() {
            None => {
                self.due = None;
                return true;
            }
            Some(Step::Spend(time)) => {
                self.due = Some(at + time);
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
        out.clear();
        self.due = Some(flash.busy_until().unwrap_or(at));
        false
    }
}
