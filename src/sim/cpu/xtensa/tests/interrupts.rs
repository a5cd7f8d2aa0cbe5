//! Interrupts by level, timers, waiting.

use super::*;
use crate::sim::cpu::Requests;

const NOP: u32 = 0xf03d;
const WAITI_0: u32 = 0x00_7000;
const RFE: u32 = 0x00_3000;
/// rfi 3
const RFI_3: u32 = 0x00_3310;

const PS_EXCM: u32 = 1 << 4;
const PS_UM: u32 = 1 << 5;

impl Machine {
    fn lines(&mut self, lines: u64) {
        self.core.set_interrupts(Requests { lines, first: None });
    }
}

/// A core whose interrupts are all enabled, with nothing to do.
fn idle(model: &'static Model) -> Machine {
    let mut machine = Machine::new(model, &[NOP; 64]);
    machine.set_special(number::INTENABLE, !0);
    machine
}

#[test]
fn a_level_keeps_lower_ones_out() {
    // PS, a line that is asserted, where the core is one cycle later.
    #[rustfmt::skip]
    let table: &[(u32, u32, u32)] = &[
        (0, 5, VECTORS + 0x300 + 2),
        (PS_UM, 5, VECTORS + 0x340 + 2),
        (1, 5, CODE + 2),
        (PS_EXCM, 5, CODE + 2),
        (1, 20, VECTORS + 0x180 + 2),
        (2, 20, CODE + 2),
        (PS_EXCM, 20, CODE + 2),
        (2, 23, VECTORS + 0x1c0 + 2),
        (PS_EXCM, 23, CODE + 2),
        (PS_EXCM, 24, VECTORS + 0x200 + 2),
        (PS_EXCM | 4, 26, VECTORS + 0x240 + 2),
        (5, 26, CODE + 2),
        // A timer's line leads nowhere.
        (0, 6, CODE + 2),
        // What cannot be kept out.
        (PS_EXCM | 6, 14, VECTORS + 0x2c0 + 2),
    ];
    for (ps, line, pc) in table {
        let mut machine = idle(&Model::ESP32);
        machine.set_special(number::PS, *ps);
        machine.lines(1 << line);
        machine.run(1);
        assert_eq!(machine.core.pc(), *pc, "PS {ps:#x}, line {line}");
    }
}

#[test]
fn an_interrupt_waits_until_it_is_enabled() {
    let mut machine = idle(&Model::ESP32);
    machine.set_special(number::INTENABLE, 0);
    machine.lines(1 << 5);
    machine.run(1);
    assert_eq!(machine.core.pc(), CODE + 2);
    assert_eq!(machine.core.state.pending(), 1 << 5);
    machine.set_special(number::INTENABLE, 1 << 5);
    machine.run(1);
    assert_eq!(machine.core.pc(), VECTORS + 0x302);
    // Level 1 is an exception: EXCM keeps it out, RFE lets it in again.
    assert_eq!(machine.special(number::EXCCAUSE), 4);
    assert_eq!(machine.special(number::EPC), CODE + 2);
    assert_eq!(machine.special(number::PS), PS_EXCM);
    machine.lines(0);
    machine
        .memory
        .poke(VECTORS + 0x302, &RFE.to_le_bytes()[..3]);
    machine.run(1);
    assert_eq!(machine.core.pc(), CODE + 2);
    assert_eq!(machine.special(number::PS), 0);
}

#[test]
fn a_high_level_has_registers_of_its_own() {
    let mut machine = idle(&Model::ESP32);
    machine.set_special(number::PS, PS_UM | 1);
    machine.lines(1 << 23);
    machine.run(1);
    assert_eq!(machine.special(number::EPC + 2), CODE);
    assert_eq!(machine.special(number::EPS + 1), PS_UM | 1);
    assert_eq!(machine.special(number::PS), PS_UM | PS_EXCM | 3);
    machine.lines(0);
    machine
        .memory
        .poke(VECTORS + 0x1c2, &RFI_3.to_le_bytes()[..3]);
    machine.run(1);
    assert_eq!(machine.core.pc(), CODE);
    assert_eq!(machine.special(number::PS), PS_UM | 1);
}

#[test]
fn an_edge_stays_until_it_is_cleared() {
    let mut machine = idle(&Model::ESP32);
    machine.set_special(number::INTENABLE, 0);
    machine.lines(1 << 22);
    machine.lines(0);
    assert_eq!(machine.core.state.pending(), 1 << 22);
    machine.set_special(number::INTCLEAR, 1 << 22);
    assert_eq!(machine.core.state.pending(), 0);
    // Software sets those that are its own.
    machine.set_special(number::INTERRUPT, !0);
    assert_eq!(machine.core.state.pending(), 1 << 29 | 1 << 7);
    // A level is not cleared so.
    machine.lines(1 << 5);
    machine.set_special(number::INTCLEAR, !0);
    assert_eq!(machine.core.state.pending(), 1 << 5);
}

#[test]
fn a_timer_raises_its_interrupt_at_its_cycle() {
    let mut machine = idle(&Model::ESP32);
    machine.set_special(number::CCOUNT, 0xffff_fff0);
    machine.set_special(number::CCOMPARE, 4);
    machine.set_special(number::CCOMPARE + 1, 0x8000_0000);
    machine.set_special(number::CCOMPARE + 2, 0x8000_0000);
    assert_eq!(machine.run(20), Stop::Budget);
    assert_eq!((machine.core.pc(), machine.cycle), (CODE + 40, 20));
    machine.run(1);
    assert_eq!(machine.core.pc(), VECTORS + 0x302);
    assert_eq!(machine.core.state.pending(), 1 << 6);
    machine.set_special(number::CCOMPARE, 0);
    assert_eq!(machine.core.state.pending(), 0);
}

#[test]
fn waits_for_an_interrupt_or_a_timer() {
    for (wakes, timer) in [(1 << 5, 0), (0, 100)] {
        let mut machine = Machine::new(&Model::ESP32, &[WAITI_0, NOP, NOP]);
        machine.set_special(number::INTENABLE, !0);
        machine.set_special(number::CCOMPARE, timer);
        machine.set_special(number::PS, 3);
        assert_eq!(machine.run(10), Stop::Waiting);
        assert_eq!(machine.special(number::PS), 0);
        assert_eq!(machine.core.pc(), CODE + 3);
        machine.lines(wakes);
        machine.run(110);
        assert_eq!(machine.special(number::EPC), CODE + 3);
        assert_eq!(machine.special(number::EXCCAUSE), 4);
    }
}

#[test]
fn break_is_a_level_of_its_own() {
    // break 1, 15; break.n 3
    for (word, cause) in [(0x00_41f0, 8), (0xf32d, 16)] {
        let mut machine = Machine::new(&Model::ESP32, &[word]);
        machine.run(1);
        assert_eq!(machine.core.pc(), VECTORS + 0x280);
        assert_eq!(machine.special(number::EPC + 5), CODE);
        assert_eq!(machine.special(number::DEBUGCAUSE), cause);
        // Where its level is served already, nothing comes of it.
        let mut machine = Machine::new(&Model::ESP32, &[word]);
        machine.set_special(number::PS, 6);
        machine.run(1);
        assert_eq!(machine.core.pc(), CODE + u32::from(decode::len(word)));
    }
}

#[test]
fn exceptions_within_exceptions_and_nowhere() {
    let ill = 0xf06d;
    let mut machine = Machine::new(&Model::LX106, &[ill]);
    machine.set_special(number::PS, PS_EXCM);
    machine.run(1);
    assert_eq!(machine.core.pc(), VECTORS + 0x70);
    assert_eq!(machine.special(192), CODE);

    // No memory at all: an exception, and no second one at its vector.
    let mut machine = Machine::new(&Model::ESP32, &[]);
    machine.core.set_pc(0x2000_0000);
    machine.run(1);
    assert_eq!(machine.core.pc(), VECTORS + 0x300);
    assert_eq!(machine.special(number::EXCCAUSE), 20);
    assert_eq!(machine.special(number::EXCVADDR), 0x2000_0000);
    machine.set_special(number::VECBASE, 0x2000_0000);
    machine.core.set_pc(0x2000_0000);
    let Stop::Halted(halt) = machine.run(10) else {
        panic!("it goes on without memory");
    };
    assert_eq!(halt.text, "no memory at the exception vector");
}

#[test]
fn accesses_that_a_chip_refuses_are_exceptions() {
    // l8ui a2, a3, 0; s16i; l32i; s32i
    #[rustfmt::skip]
    let table = [
        (0x00_0322, WORDS, 3),
        (0x00_5322, WORDS, 3),
        (0x00_2322, WORDS + 2, 9),
        (0x00_2322, 0x2000_0000, 28),
        (0x00_6322, 0x2000_0000, 29),
    ];
    for (word, address, cause) in table {
        let mut machine = Machine::new(&Model::ESP32, &[word]);
        machine.core.set_register(3, address);
        machine.run(1);
        assert_eq!(machine.core.pc(), VECTORS + 0x300, "{word:#x}");
        assert_eq!(machine.special(number::EXCCAUSE), cause, "{word:#x}");
        assert_eq!(machine.special(number::EXCVADDR), address, "{word:#x}");
    }
}
