//! The cores: instruction-set emulators, and what a core sees of its chip.
//!
//! A core fetches, loads and stores through a [`Bus`]: [`Memory`] for RAM and
//! ROM, which is fast and has no side effects, and [`Devices`] for everything
//! else. It decodes code once and keeps it in [`Blocks`]; `Memory` says when
//! code has been overwritten. What a core does not know it does not guess:
//! [`Stop::Halted`] tells the address, the word and its disassembly.

mod blocks;
mod bus;
mod idle;
mod memory;
mod numbers;
pub mod riscv;
pub mod xtensa;

pub use blocks::Blocks;
pub use bus::{Bus, Devices, Fault, FaultKind, Width};
pub use memory::{MapError, Memory, Rule};

/// A core, from the side of the chip around it.
pub trait Core: Send {
    /// Puts the core into the state after a reset, at this cycle of the bus's
    /// clock.
    fn reset(&mut self, cycle: u64);

    /// Executes until about `cycles` have passed on the bus's clock
    /// (`bus.cycle`, which it advances), or until something else stops it. It
    /// never goes past the budget.
    fn run(&mut self, bus: &mut Bus<'_>, cycles: u64) -> Stop;

    /// What the interrupt controller asks for from now on. Levels: a request
    /// stands until another call takes it back.
    fn set_interrupts(&mut self, requests: Requests);

    /// The address of the next instruction.
    fn pc(&self) -> u32;
}

/// A core as a caller and as a called function see it: its calling convention.
pub trait Calling: Core {
    /// Calls the code at `entry` from another one, without arguments.
    fn call(&mut self, entry: u32, caller: Caller);

    /// What was passed to the function whose first instruction comes next; the
    /// first argument is number 0, and six are in registers.
    fn argument(&self, number: u8) -> u32;

    /// Returns from the function whose first instruction comes next.
    fn return_value(&mut self, value: u32);

    /// The last exception that was taken, if there was any.
    fn exception(&self) -> Option<Exception>;
}

/// An exception that a core has taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exception {
    /// Its number: `mcause`, EXCCAUSE.
    pub cause: u32,
    /// The address of the instruction.
    pub pc: u32,
    /// The address that it was about, if it was about one.
    pub address: u32,
}

impl std::fmt::Display for Exception {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { cause, pc, address } = self;
        write!(f, "exception {cause} at {pc:08x}, about {address:08x}")
    }
}

/// What a core is like when it calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The end of the caller's stack, a multiple of 16.
    pub stack: u32,
    /// Where exceptions lead: `mtvec`, VECBASE.
    pub vectors: u32,
    /// The address behind the call.
    pub back: u32,
}

/// What an interrupt controller asks of a core.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Requests {
    /// Lines that are asserted and enabled at the controller, one bit each.
    pub lines: u64,
    /// The line to be served first and its level, where the controller and
    /// not the core decides about that.
    pub first: Option<Request>,
}

/// One interrupt that a controller has chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// Its line, which is its cause.
    pub line: u8,
    /// Its level, which must be above that of what it interrupts.
    pub level: u8,
}

/// What comes of a misaligned load or store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misaligned {
    /// The core makes it.
    Handled,
    /// It traps.
    Traps,
}

/// Why a core stopped executing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The cycles are used up.
    Budget,
    /// A device wants to be looked at before the next instruction
    /// ([`Devices::attention`]).
    Attention,
    /// The core waits for an interrupt.
    Waiting,
    /// The code that comes next is not at hand ([`Rule::Absent`]).
    Absent,
    /// It cannot go on.
    Halted(Halt),
}

/// Where a core came to its end, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Halt {
    /// The address.
    pub pc: u32,
    /// The word there, as far as it could be fetched.
    pub word: u32,
    /// What it is: a disassembly, or what happened.
    pub text: String,
}

impl std::fmt::Display for Halt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:08x}: {:08x} {}", self.pc, self.word, self.text)
    }
}
