//! RV32: I, M, A, C, Zicsr and Zifencei in machine mode, with the interrupt
//! controllers' two ways into a core that Espressif's chips have.
//!
//! Source: "The RISC-V Instruction Set Manual", volumes I (20191213) and II
//! (20211203); "RISC-V Core-Local Interrupt Controller" (0.9); the chips'
//! Technical Reference Manuals, chapter "High-Performance CPU", for what they
//! add. Instructions are rows of tables, one file a family in `ops`.
//!
//! One instruction takes one cycle. Physical memory protection and triggers
//! are registers without effect; there is no user mode and no floating point.

mod csr;
mod decode;
mod disasm;
mod hart;
mod model;
mod ops;

pub use disasm::disassemble;
pub use model::{Model, Vectors};

use super::idle::Idle;
use super::{Blocks, Bus, Caller, Calling, Core, Exception, Halt, Requests, Stop};
use csr::number;
use decode::{Op, decode};
use hart::{Cause, Flow, Hart};

/// Instructions in a block at most.
const LONGEST_BLOCK: usize = 64;

/// A RISC-V core.
#[derive(Debug)]
pub struct RiscV {
    hart: Hart,
    blocks: Blocks<Op>,
    idle: Idle<Hart>,
}

impl RiscV {
    /// A core of this model as it comes out of reset.
    #[must_use]
    pub fn new(model: &'static Model) -> Self {
        Self {
            hart: Hart::new(model),
            blocks: Blocks::new(),
            idle: Idle::new(),
        }
    }

    /// A register, x0 to x31; 0 for any other number.
    #[must_use]
    pub fn register(&self, number: u8) -> u32 {
        match number {
            1..32 => self.hart.get(number),
            _ => 0,
        }
    }

    /// Sets a register, x1 to x31; any other number is ignored.
    pub fn set_register(&mut self, number: u8, value: u32) {
        if let 1..32 = number {
            self.hart.set(number, value);
        }
    }

    /// Goes on at `pc`, which must be even.
    pub fn set_pc(&mut self, pc: u32) {
        self.hart.pc = pc & !1;
    }

    /// Decodes from `pc` up to where the flow may leave the line; what cannot
    /// be fetched decodes to nothing.
    fn translate(&mut self, bus: &mut Bus<'_>) {
        let start = self.hart.pc;
        let mut pc = start;
        let mut operations = vec![];
        while operations.len() < LONGEST_BLOCK {
            let Ok(word) = bus.fetch(pc) else {
                break;
            };
            let (op, ends) = decode(word, pc);
            let len = u32::from(op.len);
            bus.memory.mark_code(pc, len);
            operations.push(op);
            pc = pc.wrapping_add(len);
            if ends {
                break;
            }
        }
        self.blocks.insert(start, operations);
    }
}

/// Executes decoded instructions that follow each other, until one goes
/// elsewhere. `hart.pc` is where the next one is.
#[inline(always)]
fn execute(hart: &mut Hart, bus: &mut Bus<'_>, operations: &[Op]) -> Flow {
    let mut pc = hart.pc;
    let mut cycle = bus.cycle;
    let mut flow = Flow::Next;
    for op in operations {
        hart.pc = pc;
        bus.cycle = cycle;
        flow = (op.run)(hart, bus, op);
        cycle += 1;
        pc = pc.wrapping_add(u32::from(op.len));
        if flow != Flow::Next {
            break;
        }
    }
    bus.cycle = cycle;
    if flow.goes_on_behind() {
        hart.pc = pc;
    }
    flow
}

impl Core for RiscV {
    fn reset(&mut self, cycle: u64) {
        self.hart = Hart::new(self.hart.model);
        self.hart.csr.restart(cycle);
    }

    fn run(&mut self, bus: &mut Bus<'_>, cycles: u64) -> Stop {
        let end = bus.cycle.saturating_add(cycles);
        bus.eventful = true;
        loop {
            if self.hart.waiting {
                return Stop::Waiting;
            }
            let left = end.saturating_sub(bus.cycle);
            if left == 0 {
                return Stop::Budget;
            }
            if self.hart.interrupted {
                self.hart.take_interrupt();
            }
            if std::mem::take(&mut bus.eventful) {
                self.idle.restart();
            } else if let Some(turn) = self.idle.look(&self.hart, bus.cycle) {
                bus.cycle += left / turn * turn;
                bus.eventful = true;
                continue;
            }
            self.blocks.refresh(bus.memory.generation());
            let operations = self.blocks.find(self.hart.pc);
            if operations.is_empty() {
                self.translate(bus);
                if self.blocks.find(self.hart.pc).is_empty() {
                    let pc = self.hart.pc;
                    if bus.memory.is_absent(pc) {
                        return Stop::Absent;
                    }
                    if pc == self.hart.trap_vector() {
                        return Stop::Halted(Halt {
                            pc,
                            word: 0,
                            text: "no memory at the trap vector".to_owned(),
                        });
                    }
                    self.hart.trap(Cause::InstructionAccess, pc);
                    bus.cycle += 1;
                }
                continue;
            }
            let most = usize::try_from(left).unwrap_or(usize::MAX);
            let operations = operations.get(..most).unwrap_or(operations);
            match execute(&mut self.hart, bus, operations) {
                Flow::Next | Flow::Jump => {}
                Flow::Wait => self.hart.wait(),
                Flow::Attention => {
                    bus.attention = false;
                    return Stop::Attention;
                }
                Flow::Halt => {
                    let pc = self.hart.pc;
                    let word = bus.fetch(pc).unwrap_or(0);
                    let what = self.hart.halted.take().unwrap_or_default();
                    return Stop::Halted(Halt {
                        pc,
                        word,
                        text: format!("{}: {what}", disassemble(word, pc)),
                    });
                }
            }
        }
    }

    fn set_interrupts(&mut self, requests: Requests) {
        self.hart.request(requests.first);
    }

    fn pc(&self) -> u32 {
        self.hart.pc
    }
}

// Registers of the calling convention ("RISC-V ABIs Specification", 1.1).
const RA: u8 = 1;
const SP: u8 = 2;
const A0: u8 = 10;

impl Calling for RiscV {
    fn call(&mut self, entry: u32, caller: Caller) {
        self.set_register(RA, caller.back);
        self.set_register(SP, caller.stack);
        self.hart.csr.set(number::MTVEC, caller.vectors);
        self.set_pc(entry);
    }

    fn argument(&self, number: u8) -> u32 {
        self.register(A0 + number.min(5))
    }

    fn return_value(&mut self, value: u32) {
        self.set_register(A0, value);
        self.set_pc(self.register(RA));
    }

    fn exception(&self) -> Option<Exception> {
        let csr = &self.hart.csr;
        let pc = csr.get(number::MEPC);
        (pc != 0).then(|| Exception {
            cause: csr.get(number::MCAUSE) & 0xfff,
            pc,
            address: csr.get(number::MTVAL),
        })
    }
}

#[cfg(test)]
mod tests;
