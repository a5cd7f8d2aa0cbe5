//! Which registers are in view, and when the handlers are called.

use super::*;

const ENTRY_A1_32: u32 = 0x00_4136;
const RETW: u32 = 0x00_0090;
const PS_WOE: u32 = 1 << 18;

/// mov.n a2, a2 and the like: touches one register.
const fn touch(register: u32) -> u32 {
    register << 8 | register << 4 | 0x0d
}

fn machine(code: &[u32], base: u32, start: u32) -> Machine {
    let mut machine = Machine::new(&Model::ESP32, code);
    machine.set_special(number::WINDOWBASE, base);
    machine.set_special(number::WINDOWSTART, start);
    machine.set_special(number::PS, PS_WOE);
    machine
}

/// WINDOWBASE, WINDOWSTART, a register, and the vector and WINDOWBASE there.
type Spill = (u32, u32, u32, Option<(u32, u32)>);

#[test]
fn registers_of_other_calls_are_spilled_before_they_are_used() {
    #[rustfmt::skip]
    let table: &[Spill] = &[
        (0, 0x0001, 15, None),
        (0, 0x0003, 3, None),
        (0, 0x0003, 4, Some((0x100, 1))),
        (0, 0x0007, 4, Some((0x00, 1))),
        (0, 0x0005, 7, None),
        (0, 0x0005, 8, Some((0x100, 2))),
        (0, 0x0015, 8, Some((0x80, 2))),
        (0, 0x0009, 12, Some((0x100, 3))),
        (0, 0x0009, 11, None),
        (0, 0x0012, 15, Some((0x100, 1))),
        (15, 0x8002, 8, Some((0x100, 1))),
        (14, 0x4003, 15, Some((0x00, 0))),
    ];
    for (base, start, register, expected) in table {
        let case = format!("{base} {start:#x} a{register}");
        let mut machine = machine(&[touch(*register)], *base, *start);
        machine.run(1);
        let (pc, now) = match expected {
            None => (CODE + 2, *base),
            Some((vector, now)) => (VECTORS + vector, *now),
        };
        if expected.is_some() {
            assert_eq!(machine.special(number::EPC), CODE, "{case}");
            let owner = machine.special(number::PS) >> 8 & 0xf;
            assert_eq!(owner, *base, "{case}");
        }
        assert_eq!(machine.core.pc(), pc, "{case}");
        assert_eq!(machine.special(number::WINDOWBASE), now, "{case}");
    }
}

#[test]
fn entry_and_retw_turn_the_registers() {
    for groups in 1..=3 {
        let first = u8::try_from(groups * 4).unwrap();
        let mut machine = machine(&[ENTRY_A1_32, RETW], 14, 1 << 14);
        machine.set_special(number::PS, PS_WOE | groups << 16);
        let back = CODE + 0x100;
        machine
            .core
            .set_register(first, back & 0x3fff_ffff | groups << 30);
        machine.core.set_register(first + 2, 77);
        machine.core.set_register(1, 0x3ffb_0100);
        machine.run(1);
        assert_eq!(machine.core.register(1), 0x3ffb_00e0);
        assert_eq!(machine.core.register(2), 77);
        let base = (14 + groups) % 16;
        assert_eq!(machine.special(number::WINDOWBASE), base);
        assert_eq!(machine.special(number::WINDOWSTART), 1 << 14 | 1 << base);
        machine.core.set_register(2, 78);
        machine.run(1);
        assert_eq!(machine.core.pc(), back);
        assert_eq!(machine.core.register(1), 0x3ffb_0100);
        assert_eq!(machine.core.register(first + 2), 78);
        assert_eq!(machine.special(number::WINDOWBASE), 14);
        assert_eq!(machine.special(number::WINDOWSTART), 1 << 14);
    }
}

#[test]
fn retw_to_a_caller_that_was_spilled_fetches_it_back() {
    for groups in 1..=3 {
        let mut machine = machine(&[RETW], 5, 1 << 5);
        machine
            .core
            .set_register(0, CODE & 0x3fff_ffff | groups << 30);
        machine.run(1);
        assert_eq!(machine.core.pc(), VECTORS + 0x40 + 0x80 * (groups - 1));
        assert_eq!(machine.special(number::WINDOWBASE), 5 - groups);
        assert_eq!(machine.special(number::PS) >> 8 & 0xf, 5);
    }
    // To a caller that is not as far away as it should be: illegal.
    let mut machine = machine(&[RETW], 5, 1 << 5 | 1 << 3);
    machine.core.set_register(0, CODE & 0x3fff_ffff | 1 << 30);
    machine.run(1);
    assert_eq!(machine.core.pc(), VECTORS + 0x300);
    assert_eq!(machine.special(number::EXCCAUSE), 0);
}
