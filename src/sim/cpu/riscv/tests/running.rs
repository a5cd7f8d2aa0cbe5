//! Cycles, code that changes, devices, and where a core stops.

use super::*;

#[test]
fn the_budget_is_kept_to_the_cycle() {
    // addi a0, a0, 1; c.addi a0, 1; c.j back
    let code = [0x0015_0513, 0x0505, 0xbfed];
    let mut whole = Machine::new(&Model::C3, &code);
    assert_eq!(whole.run(1001), Stop::Budget);
    let mut pieces = Machine::new(&Model::C3, &code);
    for cycles in [1, 2, 3, 5, 7, 11, 300, 671, 1] {
        assert_eq!(pieces.run(cycles), Stop::Budget);
    }
    assert_eq!((pieces.cycle, pieces.core.pc()), (1001, whole.core.pc()));
    assert_eq!(pieces.core.register(A0), whole.core.register(A0));
    assert_eq!(whole.core.register(A0), 334 + 334);
}

#[test]
fn code_that_changes_is_decoded_anew() {
    // sw a2, 8(a1); addi a0, a0, 1; (overwritten)
    let code = [0x00c5_a423, 0x0015_0513, 0x0015_0513];
    let mut machine = Machine::new(&Model::C3, &code);
    // Once, so that all of it is decoded.
    machine.core.set_register(A1, DATA);
    machine.run(3);
    assert_eq!(machine.core.register(A0), 2);
    machine.core.set_register(A1, CODE);
    // addi a0, a0, 100
    machine.core.set_register(A2, 0x0645_0513);
    machine.core.set_pc(CODE);
    machine.run(1);
    machine.run(2);
    assert_eq!(machine.core.register(A0), 103);
}

#[test]
fn devices_are_accessed_at_their_cycle_and_can_stop_the_core() {
    // lw a0, 0(a1); sb a0, 0(a1); nop; nop
    let code = [0x0005_a503, 0x00a5_8023, 0x0000_0013, 0x0000_0013];
    let mut machine = Machine::new(&Model::C3, &code);
    machine.core.set_register(A1, DEVICE);
    assert_eq!(machine.run(4), Stop::Budget);
    assert_eq!(machine.core.register(A0), 0x8765_4321);
    let expected = [
        (0, DEVICE, Width::B4, None),
        (1, DEVICE, Width::B1, Some(0x21)),
    ];
    assert_eq!(machine.device.log, expected);

    let mut machine = Machine::new(&Model::C3, &code);
    machine.core.set_register(A1, STOPPING_DEVICE);
    assert_eq!(machine.run(4), Stop::Attention);
    assert_eq!((machine.core.pc(), machine.cycle), (CODE + 4, 1));
    assert_eq!(machine.run(4), Stop::Attention);
    assert_eq!((machine.core.pc(), machine.cycle), (CODE + 8, 2));
    assert_eq!(machine.run(1), Stop::Budget);
}

#[test]
fn what_nobody_knows_stops_it_with_the_place_and_the_word() {
    for (words, text) in [
        // flw, c.fldsp, a reserved encoding
        ([0x0005_2007, 0], ".word 0x00052007: not known"),
        ([0x2002, 0], ".half 0x2002: not known"),
        ([0x8002, 0], "reserved: not known"),
        (
            [0x7b00_2573, 0],
            "csrrs a0, 0x7b0, zero: this register is not known",
        ),
    ] {
        let mut machine = Machine::new(&Model::C3, &[0x0000_0013, words[0], 0x0000_0013]);
        let Stop::Halted(halt) = machine.run(10) else {
            panic!("{text}: it went on");
        };
        assert_eq!((halt.pc, halt.text.as_str()), (CODE + 4, text));
        let len = decode::len(words[0]);
        let mask = if len == 2 { 0xffff } else { !0 };
        assert_eq!(halt.word & mask, words[0]);
    }
}

#[test]
fn calls_and_stands_in_for_a_function() {
    let mut core = RiscV::new(&Model::C3);
    core.call(
        CODE,
        Caller {
            stack: DATA + 0x1000,
            vectors: 0x4000_1c01,
            back: 0x4004_797a,
        },
    );
    assert_eq!((core.pc(), core.register(SP)), (CODE, DATA + 0x1000));
    assert_eq!(core.hart.trap_vector(), 0x4000_1c00);
    core.set_register(A2, 5);
    assert_eq!(core.argument(2), 5);
    core.return_value(7);
    assert_eq!((core.pc(), core.register(A0)), (0x4004_797a, 7));
}

#[test]
fn stops_before_code_that_is_not_at_hand() {
    let mut machine = Machine::new(&Model::C3, &[0x0000_0013]);
    machine
        .memory
        .add(0x4004_0000, 0x1000, Rule::Absent)
        .unwrap();
    machine.core.set_pc(0x4004_0010);
    let mut bus = Bus::new(&mut machine.memory, &mut machine.device, 0);
    assert_eq!(machine.core.run(&mut bus, 10), Stop::Absent);
    assert_eq!((machine.core.pc(), bus.cycle), (0x4004_0010, 0));
}
