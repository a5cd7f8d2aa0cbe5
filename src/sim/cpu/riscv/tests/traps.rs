//! Traps, interrupts and control and status registers.

use super::*;
use crate::sim::cpu::Misaligned;

/// Instructions: read a register into a0, write one from a1.
const fn csrr_a0(number: u32) -> u32 {
    number << 20 | 0x0000_2573
}
const fn csrw_a1(number: u32) -> u32 {
    number << 20 | 0x0005_9073
}
const NOP: u32 = 0x0000_0013;
const MRET: u32 = 0x3020_0073;
const WFI: u32 = 0x1050_0073;

const MSTATUS: u32 = 0x300;
const MIE: u32 = 0x304;
const MTVEC: u32 = 0x305;
const MEPC: u32 = 0x341;
const MCAUSE: u32 = 0x342;
const MTVAL: u32 = 0x343;

/// Where the handler is.
const HANDLER: u32 = CODE + 0x1000;

impl Machine {
    /// Executes one instruction out of line.
    fn step(&mut self, word: u32) -> Stop {
        let pc = self.core.pc();
        let scratch = CODE + 0x1f00;
        self.memory.poke(scratch, &word.to_le_bytes());
        self.core.set_pc(scratch);
        let stop = self.run(1);
        if self.core.pc() == scratch + 4 {
            self.core.set_pc(pc);
        }
        stop
    }

    fn csr(&mut self, number: u32) -> u32 {
        let kept = self.core.register(A0);
        assert_eq!(self.step(csrr_a0(number)), Stop::Budget, "{number:#x}");
        let value = self.core.register(A0);
        self.core.set_register(A0, kept);
        value
    }

    fn set_csr(&mut self, number: u32, value: u32) {
        let kept = self.core.register(A1);
        self.core.set_register(A1, value);
        assert_eq!(self.step(csrw_a1(number)), Stop::Budget, "{number:#x}");
        self.core.set_register(A1, kept);
    }

    fn interrupt(&mut self, first: Option<(u8, u8)>) {
        self.core.set_interrupts(Requests {
            lines: first.map_or(0, |(line, _)| 1 << line),
            first: first.map(|(line, level)| Request { line, level }),
        });
    }
}

fn machine(model: &'static Model, code: &[u32]) -> Machine {
    let mut machine = Machine::new(model, code);
    machine.memory.poke(HANDLER, &NOP.to_le_bytes().repeat(64));
    machine.set_csr(MTVEC, HANDLER | 1);
    machine
}

#[test]
fn exceptions_say_what_and_where() {
    let bad = 0x5000_0000;
    #[rustfmt::skip]
    let table: &[(&str, u32, u32, u32)] = &[
        // text, word, cause, value
        ("ecall", 0x0000_0073, 11, 0),
        ("ebreak", 0x0010_0073, 3, CODE),
        ("c.ebreak", 0x9002, 3, CODE),
        ("c.unimp", 0x0000, 2, 0),
        ("unimp", 0xffff_ffff, 2, 0xffff_ffff),
        ("csrw mhartid, a1", csrw_a1(0xf14), 2, csrw_a1(0xf14)),
        ("lw a0, 4(a1)", 0x0045_a503, 5, bad + 4),
        ("sb a0, 0(a1)", 0x00a5_8023, 7, bad),
        ("amoadd.w a0, a2, (a1)", 0x00c5_a52f, 7, bad),
    ];
    for (text, word, cause, value) in table {
        let mut machine = machine(&Model::C3, &[*word]);
        machine.core.set_register(A1, bad);
        assert_eq!(machine.run(1), Stop::Budget, "{text}");
        assert_eq!(machine.core.pc(), HANDLER, "{text}");
        let seen = [MCAUSE, MEPC, MTVAL].map(|number| machine.csr(number));
        assert_eq!(seen, [*cause, CODE, *value], "{text}");
    }
}

#[test]
fn code_where_no_memory_is_traps_once() {
    let mut machine = machine(&Model::C3, &[]);
    machine.core.set_pc(0x5000_0000);
    assert_eq!(machine.run(1), Stop::Budget);
    assert_eq!(machine.core.pc(), HANDLER);
    let seen = [MCAUSE, MEPC, MTVAL].map(|number| machine.csr(number));
    assert_eq!(seen, [1, 0x5000_0000, 0x5000_0000]);

    machine.set_csr(MTVEC, 0x5000_0000);
    machine.core.set_pc(0x5100_0000);
    let Stop::Halted(halt) = machine.run(10) else {
        panic!("it went on");
    };
    assert_eq!(
        halt.to_string(),
        "50000000: 00000000 no memory at the trap vector"
    );
}

#[test]
fn misaligned_accesses_are_the_models_matter() {
    static STRICT: Model = Model {
        misaligned: Misaligned::Traps,
        ..Model::C3
    };
    for (word, cause) in [(0x0005_a503, 4), (0x0005_9503, 4), (0x00a5_a023, 6)] {
        let mut machine = machine(&STRICT, &[word]);
        machine.core.set_register(A1, DATA + 1);
        machine.run(1);
        assert_eq!([machine.csr(MCAUSE), machine.csr(MTVAL)], [cause, DATA + 1]);
    }
    // Atomics always trap.
    for (word, cause) in [(0x1005_a52f, 4), (0x18c5_a52f, 6), (0x00c5_a52f, 6)] {
        let mut machine = machine(&Model::C3, &[word]);
        machine.core.set_register(A1, DATA + 2);
        machine.run(1);
        assert_eq!([machine.csr(MCAUSE), machine.csr(MTVAL)], [cause, DATA + 2]);
    }
}

#[test]
fn an_interrupt_goes_to_its_word_in_the_table_and_back() {
    let mut machine = machine(&Model::C3, &[NOP, NOP, NOP]);
    machine.set_csr(MSTATUS, 8);
    machine.run(1);
    machine.interrupt(Some((5, 1)));
    machine.run(1);
    assert_eq!(machine.core.pc(), HANDLER + 4 * 5 + 4);
    assert_eq!(machine.csr(MCAUSE), 0x8000_0005);
    assert_eq!(machine.csr(MEPC), CODE + 4);
    assert_eq!(machine.csr(MSTATUS), 0x1880);
    // Not again while it is disabled.
    machine.run(1);
    assert_eq!(machine.core.pc(), HANDLER + 4 * 5 + 8);
    machine.interrupt(None);
    machine.step(MRET);
    assert_eq!(machine.core.pc(), CODE + 4);
    assert_eq!(machine.csr(MSTATUS), 0x1888);
}

#[test]
fn an_interrupt_waits_until_it_is_enabled() {
    let mut machine = machine(&Model::C6, &[NOP; 8]);
    machine.interrupt(Some((5, 1)));
    machine.run(1);
    assert_eq!(machine.core.pc(), CODE + 4, "mstatus");
    machine.set_csr(MSTATUS, 8);
    machine.run(1);
    assert_eq!(machine.core.pc(), CODE + 8, "mie");
    machine.set_csr(MIE, 1 << 5);
    machine.run(1);
    assert_eq!(machine.core.pc(), HANDLER + 4 * 5 + 4);
}

#[test]
fn a_clic_serves_only_what_is_more_urgent() {
    let mut machine = machine(&Model::C5, &[NOP; 8]);
    machine.set_csr(MSTATUS, 8);
    machine.set_csr(0x347, 0x1f);
    machine.interrupt(Some((21, 0x1f)));
    machine.run(1);
    assert_eq!(machine.core.pc(), CODE + 4, "threshold");
    machine.interrupt(Some((21, 0x3f)));
    machine.run(1);
    assert_eq!(machine.core.pc(), HANDLER + 4);
    assert_eq!(machine.csr(MCAUSE), 0xb800_0015);
    assert_eq!(machine.csr(0xfb1), 0x3f00_0000);
    // Enabled again, but it serves that level already.
    machine.set_csr(MSTATUS, 0x1888);
    machine.run(1);
    assert_eq!(machine.core.pc(), HANDLER + 8);
    // More urgent.
    machine.interrupt(Some((30, 0x5f)));
    machine.run(1);
    assert_eq!(machine.core.pc(), HANDLER + 4);
    assert_eq!(machine.csr(MCAUSE), 0xb83f_001e);
    assert_eq!(machine.csr(MEPC), HANDLER + 8);
    machine.interrupt(None);
    machine.step(MRET);
    assert_eq!(machine.csr(0xfb1), 0x3f00_0000);
}

#[test]
fn waits_until_something_is_asked_for() {
    let mut machine = machine(&Model::C3, &[WFI, NOP]);
    assert_eq!(machine.run(10), Stop::Waiting);
    let waited = machine.cycle;
    assert_eq!(machine.run(10), Stop::Waiting);
    assert_eq!((machine.cycle, machine.core.pc()), (waited, CODE + 4));
    // Whether it is enabled does not matter.
    machine.interrupt(Some((1, 1)));
    assert_eq!(machine.run(1), Stop::Budget);
    assert_eq!(machine.core.pc(), CODE + 8);
    // What is there already is not waited for.
    machine.core.set_pc(CODE);
    assert_eq!(machine.run(2), Stop::Budget);
}

#[test]
fn registers_are_written_set_and_cleared() {
    #[rustfmt::skip]
    let table: &[(&str, u32, u32, u32)] = &[
        // text, word, a1, what the register holds afterwards; before: 0xf0
        ("csrrw", 0x3405_9573, 0x0f, 0x0f),
        ("csrrs", 0x3405_a573, 0x0f, 0xff),
        ("csrrc", 0x3405_b573, 0x30, 0xc0),
        ("csrrwi", 0x340f_d573, 0, 31),
        ("csrrsi", 0x340f_e573, 0, 0xff),
        ("csrrci", 0x3408_7573, 0, 0xe0),
    ];
    for (text, word, a1, expected) in table {
        let mut machine = machine(&Model::C3, &[*word]);
        machine.set_csr(0x340, 0xf0);
        machine.core.set_register(A1, *a1);
        machine.run(1);
        assert_eq!(machine.core.register(A0), 0xf0, "{text}");
        assert_eq!(machine.csr(0x340), *expected, "{text}");
    }
}

#[test]
fn cycles_are_counted_from_what_was_written() {
    for (model, number) in [(&Model::C3, 0x802), (&Model::C5, 0xb00)] {
        let mut machine = machine(model, &[NOP; 16]);
        machine.set_csr(number, 1000);
        machine.run(10);
        assert_eq!(machine.csr(number), 1011);
    }
}

#[test]
fn user_mode_is_not_pretended() {
    let mut machine = machine(&Model::C3, &[MRET]);
    machine.set_csr(MSTATUS, 0);
    let Stop::Halted(halt) = machine.run(1) else {
        panic!("it went on");
    };
    assert_eq!(halt.text, "mret: there is no user mode here");
}
