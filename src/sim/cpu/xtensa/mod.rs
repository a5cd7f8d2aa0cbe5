//! Xtensa: LX6 and LX7 with windowed registers, and the ESP8266's LX106
//! without.
//!
//! Source: "Xtensa Instruction Set Architecture (ISA) Reference Manual"
//! (Tensilica, 2010), whose options are the tables in `ops` and `special`; the
//! Technical Reference Manuals of ESP32, ESP32-S2 and ESP32-S3 for how the
//! cores are configured.
//!
//! One instruction takes one cycle. There are no caches; region protection is
//! registers without effect; there is no floating point, no MAC16 and nothing
//! of the ESP32-S3's vector instructions.

mod calling;
mod decode;
mod disasm;
mod exceptions;
mod interrupts;
mod model;
mod ops;
mod special;
mod state;
mod window;

pub use disasm::disassemble;
pub use model::{Interrupts, Model, Vectors};

use super::idle::Idle;
use super::{Blocks, Bus, Core, Halt, Requests, Stop};
use decode::{Op, decode};
use exceptions::Cause;
use special::number::{LBEG, LCOUNT, LEND};
use state::{Flow, State};

/// Instructions in a block at most.
const LONGEST_BLOCK: usize = 64;

/// An Xtensa core.
#[derive(Debug)]
pub struct Xtensa {
    state: State,
    blocks: Blocks<Op>,
    idle: Idle<State>,
}

impl Xtensa {
    /// A core of this model as it comes out of reset.
    #[must_use]
    pub fn new(model: &'static Model) -> Self {
        Self {
            state: State::new(model, 0),
            blocks: Blocks::new(),
            idle: Idle::new(),
        }
    }

    /// A register in view, a0 to a15; 0 for any other number.
    #[must_use]
    pub fn register(&self, number: u8) -> u32 {
        match number {
            0..16 => self.state.get(number),
            _ => 0,
        }
    }

    /// Sets a register in view, a0 to a15; any other number is ignored.
    pub fn set_register(&mut self, number: u8, value: u32) {
        if let 0..16 = number {
            self.state.set(number, value);
        }
    }

    /// Goes on at `pc`.
    pub fn set_pc(&mut self, pc: u32) {
        self.state.pc = pc;
    }

    /// Decodes from `pc` up to where the flow may leave the line; what cannot
    /// be fetched decodes to nothing.
    fn translate(&mut self, bus: &mut Bus<'_>) {
        let start = self.state.pc;
        let loop_end = self.state.looping.then(|| self.state.special(LEND));
        let mut pc = start;
        let mut operations = vec![];
        while operations.len() < LONGEST_BLOCK {
            let Ok(word) = bus.fetch(pc) else {
                break;
            };
            let (op, ends) = decode(word, pc, self.state.model);
            let len = u32::from(op.len);
            bus.memory.mark_code(pc, len);
            operations.push(op);
            pc = pc.wrapping_add(len);
            if ends || loop_end == Some(pc) {
                break;
            }
        }
        // What each has behind it.
        let (mut groups, mut span) = (0, 0);
        for op in operations.iter_mut().rev() {
            groups = op.group.max(groups);
            span += op.len;
            (op.groups, op.span) = (groups, span);
        }
        self.blocks.insert(start, operations);
    }
}

/// The operations of a block that can be executed as things stand: up to a
/// loop's end in the midst of it, and up to one that uses registers of another
/// call.
#[cold]
fn unhindered<'a>(state: &State, operations: &'a [Op]) -> &'a [Op] {
    let left = state.special(LEND).wrapping_sub(state.pc);
    let mut bytes = 0;
    let count = operations
        .iter()
        .take_while(|op| {
            let at_end = state.looping && bytes != 0 && bytes == left;
            bytes += u32::from(op.len);
            !at_end && op.group < state.limit
        })
        .count();
    operations.get(..count).unwrap_or(operations)
}

/// Executes decoded instructions that follow each other, until one goes
/// elsewhere. `state.pc` is where the next one is.
#[inline(always)]
fn execute(state: &mut State, bus: &mut Bus<'_>, operations: &[Op]) -> Flow {
    let mut pc = state.pc;
    let mut cycle = bus.cycle;
    let mut flow = Flow::Next;
    for op in operations {
        state.pc = pc;
        bus.cycle = cycle;
        flow = (op.run)(state, bus, op);
        cycle += 1;
        pc = pc.wrapping_add(u32::from(op.len));
        if flow != Flow::Next {
            break;
        }
    }
    bus.cycle = cycle;
    if flow.goes_on_behind() {
        if state.looping && pc == state.special(LEND) {
            pc = state.special(LBEG);
            state.set_special(LCOUNT, state.special(LCOUNT).wrapping_sub(1));
            state.looping = state.special(LCOUNT) != 0;
        }
        state.pc = pc;
    }
    flow
}

impl Core for Xtensa {
    fn reset(&mut self, cycle: u64) {
        self.state = State::new(self.state.model, cycle);
    }

    fn run(&mut self, bus: &mut Bus<'_>, cycles: u64) -> Stop {
        let end = bus.cycle.saturating_add(cycles);
        bus.eventful = true;
        loop {
            if bus.cycle >= end {
                return Stop::Budget;
            }
            if bus.cycle >= self.state.timer {
                self.state.advance_timers(bus.cycle);
            }
            if self.state.interrupted {
                self.state.take_interrupt();
            }
            if self.state.waiting {
                if self.state.timer >= end {
                    return Stop::Waiting;
                }
                bus.cycle = self.state.timer;
                continue;
            }
            let left = end.min(self.state.timer) - bus.cycle;
            if std::mem::take(&mut bus.eventful) {
                self.idle.restart();
            } else if let Some(turn) = self.idle.look(&self.state, bus.cycle) {
                bus.cycle += left / turn * turn;
                bus.eventful = true;
                continue;
            }
            self.blocks.refresh(bus.memory.generation());
            let mut operations = self.blocks.find(self.state.pc);
            let Some(first) = operations.first() else {
                if bus.memory.is_absent(self.state.pc) {
                    return Stop::Absent;
                }
                if let Some(halt) = self.decode_here(bus) {
                    return Stop::Halted(halt);
                }
                continue;
            };
            let to_loop_end = self.state.special(LEND).wrapping_sub(self.state.pc);
            if first.groups >= self.state.limit
                || self.state.looping && to_loop_end < u32::from(first.span)
            {
                operations = unhindered(&self.state, operations);
                if operations.is_empty() {
                    self.state.window_overflow();
                    bus.cycle += 1;
                    continue;
                }
            }
            let most = usize::try_from(left).unwrap_or(usize::MAX);
            let operations = operations.get(..most).unwrap_or(operations);
            match execute(&mut self.state, bus, operations) {
                Flow::Next | Flow::Jump => {}
                Flow::Attention => {
                    bus.attention = false;
                    return Stop::Attention;
                }
                Flow::Halt => return Stop::Halted(self.halt(bus)),
            }
        }
    }

    fn set_interrupts(&mut self, requests: Requests) {
        let [a, b, c, d, ..] = requests.lines.to_le_bytes();
        self.state.set_lines(u32::from_le_bytes([a, b, c, d]));
    }

    fn pc(&self) -> u32 {
        self.state.pc
    }
}

impl Xtensa {
    /// Decodes what comes next, or takes the exception that nothing is there.
    #[cold]
    fn decode_here(&mut self, bus: &mut Bus<'_>) -> Option<Halt> {
        self.translate(bus);
        let pc = self.state.pc;
        if !self.blocks.find(pc).is_empty() {
            return None;
        }
        if pc == self.state.exception_vector() {
            return Some(Halt {
                pc,
                word: 0,
                text: "no memory at the exception vector".to_owned(),
            });
        }
        self.state.exception_at(Cause::FetchProhibited, pc);
        bus.cycle += 1;
        None
    }

    /// Where it came to its end, and why.
    #[cold]
    fn halt(&mut self, bus: &mut Bus<'_>) -> Halt {
        let pc = self.state.pc;
        let word = decode::only(bus.fetch(pc).unwrap_or(0));
        let what = self.state.halted.take().unwrap_or_default();
        Halt {
            pc,
            word,
            text: format!("{}: {what}", disassemble(word, pc, self.state.model)),
        }
    }
}

#[cfg(test)]
mod tests;
