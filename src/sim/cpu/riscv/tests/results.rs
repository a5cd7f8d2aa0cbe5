//! Every instruction against figures worked out from the specification; words
//! and texts are an assembler's.

use super::*;

/// Text, word, a1, a2, what is in a0 afterwards.
const RESULTS: &[(&str, u32, u32, u32, u32)] = &[
    ("addi a0, a1, -1", 0xfff5_8513, 0, 0x0, 0xffffffff),
    ("addi a0, a1, 2047", 0x7ff5_8513, 0x5, 0, 0x804),
    ("addi a0, a1, -2048", 0x8005_8513, 0x80000000, 0, 0x7ffff800),
    ("slti a0, a1, 0", 0x0005_a513, 0xffffffff, 0, 0x1),
    ("slti a0, a1, -1", 0xfff5_a513, 0, 0x0, 0x0),
    ("sltiu a0, a1, -1", 0xfff5_b513, 0x5, 0, 0x1),
    ("sltiu a0, a1, 1", 0x0015_b513, 0, 0x0, 0x1),
    ("sltiu a0, a1, 0", 0x0005_b513, 0, 0x0, 0x0),
    ("xori a0, a1, -1", 0xfff5_c513, 0x12345678, 0, 0xedcba987),
    ("ori a0, a1, 1365", 0x5555_e513, 0x80000000, 0, 0x80000555),
    ("andi a0, a1, -256", 0xf005_f513, 0x12345678, 0, 0x12345600),
    ("slli a0, a1, 31", 0x01f5_9513, 0x3, 0, 0x80000000),
    ("srli a0, a1, 31", 0x01f5_d513, 0x80000000, 0, 0x1),
    ("srai a0, a1, 31", 0x41f5_d513, 0x80000000, 0, 0xffffffff),
    ("srai a0, a1, 4", 0x4045_d513, 0x7fffffff, 0, 0x7ffffff),
    ("add a0, a1, a2", 0x00c5_8533, 0xffffffff, 0x2, 0x1),
    ("sub a0, a1, a2", 0x40c5_8533, 0x1, 0x2, 0xffffffff),
    ("sll a0, a1, a2", 0x00c5_9533, 0x1, 0x21, 0x2),
    ("srl a0, a1, a2", 0x00c5_d533, 0x80000000, 0x3f, 0x1),
    ("sra a0, a1, a2", 0x40c5_d533, 0x80000000, 0x24, 0xf8000000),
    ("slt a0, a1, a2", 0x00c5_a533, 0x80000000, 0x7fffffff, 0x1),
    ("slt a0, a1, a2", 0x00c5_a533, 0x1, 0x1, 0x0),
    ("sltu a0, a1, a2", 0x00c5_b533, 0x80000000, 0x7fffffff, 0x0),
    ("sltu a0, a1, a2", 0x00c5_b533, 0, 0x1, 0x1),
    (
        "xor a0, a1, a2",
        0x00c5_c533,
        0xff00ff00,
        0xff00ff0,
        0xf0f0f0f0,
    ),
    (
        "or a0, a1, a2",
        0x00c5_e533,
        0xff00ff00,
        0xff00ff0,
        0xfff0fff0,
    ),
    (
        "and a0, a1, a2",
        0x00c5_f533,
        0xff00ff00,
        0xff00ff0,
        0xf000f00,
    ),
    ("lui a0, 0xfffff", 0xffff_f537, 0, 0x0, 0xfffff000),
    ("lui a0, 0x12345", 0x1234_5537, 0, 0x0, 0x12345000),
    ("mul a0, a1, a2", 0x02c5_8533, 0x10001, 0x10001, 0x20001),
    ("mul a0, a1, a2", 0x02c5_8533, 0xfffffffd, 0x5, 0xfffffff1),
    ("mulh a0, a1, a2", 0x02c5_9533, 0xffffffff, 0xffffffff, 0x0),
    (
        "mulh a0, a1, a2",
        0x02c5_9533,
        0x80000000,
        0x80000000,
        0x40000000,
    ),
    ("mulh a0, a1, a2", 0x02c5_9533, 0x80000000, 0x2, 0xffffffff),
    (
        "mulhsu a0, a1, a2",
        0x02c5_a533,
        0xffffffff,
        0xffffffff,
        0xffffffff,
    ),
    ("mulhsu a0, a1, a2", 0x02c5_a533, 0x2, 0x80000000, 0x1),
    (
        "mulhu a0, a1, a2",
        0x02c5_b533,
        0xffffffff,
        0xffffffff,
        0xfffffffe,
    ),
    ("mulhu a0, a1, a2", 0x02c5_b533, 0x80000000, 0x2, 0x1),
    ("div a0, a1, a2", 0x02c5_c533, 0xfffffff9, 0x2, 0xfffffffd),
    ("div a0, a1, a2", 0x02c5_c533, 0x7, 0, 0xffffffff),
    (
        "div a0, a1, a2",
        0x02c5_c533,
        0x80000000,
        0xffffffff,
        0x80000000,
    ),
    ("divu a0, a1, a2", 0x02c5_d533, 0xfffffff9, 0x2, 0x7ffffffc),
    ("divu a0, a1, a2", 0x02c5_d533, 0x7, 0, 0xffffffff),
    ("rem a0, a1, a2", 0x02c5_e533, 0xfffffff9, 0x2, 0xffffffff),
    ("rem a0, a1, a2", 0x02c5_e533, 0x7, 0, 0x7),
    ("rem a0, a1, a2", 0x02c5_e533, 0x80000000, 0xffffffff, 0x0),
    ("remu a0, a1, a2", 0x02c5_f533, 0x7, 0x4, 0x3),
    ("remu a0, a1, a2", 0x02c5_f533, 0x7, 0, 0x7),
    ("lb a0, 0(a1)", 0x0005_8503, 0x3fc80100, 0, 0x1),
    ("lb a0, 1(a1)", 0x0015_8503, 0x3fc80100, 0, 0xffffff82),
    ("lbu a0, 1(a1)", 0x0015_c503, 0x3fc80100, 0, 0x82),
    ("lh a0, 2(a1)", 0x0025_9503, 0x3fc80100, 0, 0xffff8403),
    ("lhu a0, 2(a1)", 0x0025_d503, 0x3fc80100, 0, 0x8403),
    ("lw a0, 4(a1)", 0x0045_a503, 0x3fc80100, 0, 0x88078605),
    ("lw a0, -4(a1)", 0xffc5_a503, 0x3fc80104, 0, 0x84038201),
    ("lw a0, 1(a1)", 0x0015_a503, 0x3fc80100, 0, 0x5840382),
    ("lhu a0, 3(a1)", 0x0035_d503, 0x3fc80100, 0, 0x584),
];

#[test]
fn results_are_right() {
    for (text, word, a1, a2, expected) in RESULTS {
        let mut machine = Machine::new(&Model::C3, &[*word]);
        machine.core.set_register(A0, 0xdead_beef);
        machine.core.set_register(A1, *a1);
        machine.core.set_register(A2, *a2);
        assert_eq!(machine.run(1), Stop::Budget, "{text}");
        assert_eq!(
            machine.core.register(A0),
            *expected,
            "{text} of {a1:#x}, {a2:#x}"
        );
        assert_eq!(machine.core.pc(), CODE + 4, "{text}");
        assert_eq!(machine.cycle, 1);
    }
}

#[test]
fn compressed_results_are_right() {
    #[rustfmt::skip]
    let table: &[(&str, u32, u32, u32, u32)] = &[
        // text, word, a0 before, a2, a0 afterwards
        ("c.addi a0, -32", 0x1501, 5, 0, 0xffff_ffe5),
        ("c.li a0, -1", 0x557d, 5, 0, 0xffff_ffff),
        ("c.lui a0, 0xfffe0", 0x7501, 5, 0, 0xfffe_0000),
        ("c.srli a0, 31", 0x817d, 0x8000_0000, 0, 1),
        ("c.srai a0, 1", 0x8505, 0x8000_0000, 0, 0xc000_0000),
        ("c.andi a0, -32", 0x9901, 0x1234_5678, 0, 0x1234_5660),
        ("c.sub a0, a2", 0x8d11, 7, 9, 0xffff_fffe),
        ("c.xor a0, a2", 0x8d31, 6, 3, 5),
        ("c.or a0, a2", 0x8d51, 6, 3, 7),
        ("c.and a0, a2", 0x8d71, 6, 3, 2),
        ("c.slli a0, 31", 0x057e, 3, 0, 0x8000_0000),
        ("c.mv a0, a2", 0x8532, 1, 77, 77),
        ("c.add a0, a2", 0x9532, 1, 77, 78),
        ("c.lw a0, 0(a0)", 0x4108, DATA + 0x100, 0, 0x8403_8201),
        ("c.addi4spn a0, sp, 1020", 0x1fe8, 0, 0, DATA + 0x800 + 1020),
    ];
    for (text, word, a0, a2, expected) in table {
        let mut machine = Machine::new(&Model::C3, &[*word]);
        machine.core.set_register(2, DATA + 0x800);
        machine.core.set_register(A0, *a0);
        machine.core.set_register(A2, *a2);
        assert_eq!(disassemble(*word, CODE), *text);
        assert_eq!(machine.run(1), Stop::Budget, "{text}");
        assert_eq!(machine.core.register(A0), *expected, "{text}");
        assert_eq!(machine.core.pc(), CODE + 2, "{text}");
    }
}

#[test]
fn stores_change_so_much_and_no_more() {
    for (text, word, expected) in [
        ("sb a2, -1(a1)", 0xfec5_8fa3, 0x8403_82dd),
        ("sh a2, -1(a1)", 0xfec5_9fa3, 0x8403_ccdd),
        ("sw a2, -1(a1)", 0xfec5_afa3, 0xaabb_ccdd),
    ] {
        let mut machine = Machine::new(&Model::C3, &[word]);
        machine.core.set_register(A1, DATA + 0x101);
        machine.core.set_register(A2, 0xaabb_ccdd);
        assert_eq!(disassemble(word, CODE), text);
        machine.run(1);
        assert_eq!(machine.word(DATA + 0x100), expected, "{text}");
        assert_eq!(machine.word(DATA + 0x104), 0x8807_8605, "{text}");
    }
}

#[test]
fn branches_and_jumps_go_where_they_should() {
    // Text, word, a1, a2, where it goes, counted from the instruction.
    #[rustfmt::skip]
    let table: &[(&str, u32, u32, u32, u32)] = &[
        ("beq taken", 0x7ec5_8fe3, 5, 5, 4094),
        ("beq", 0x7ec5_8fe3, 5, 6, 4),
        ("bne taken", 0x00c5_9463, 5, 6, 8),
        ("bne", 0x00c5_9463, 5, 5, 4),
        ("blt taken", 0x40c5_c063, !0, 0, 1024),
        ("blt", 0x40c5_c063, 0, !0, 4),
        ("bge taken", 0xfec5_dfe3, 0, 0, 0u32.wrapping_sub(2)),
        ("bge", 0xfec5_dfe3, !0, 0, 4),
        ("bltu taken", 0x00c5_e0e3, 0, !0, 2048),
        ("bltu", 0x00c5_e0e3, !0, 0, 4),
        ("bgeu taken", 0x00c5_f463, !0, 0, 8),
        ("bgeu", 0x00c5_f463, 0, !0, 4),
        ("jal", 0x7fff_f0ef, 0, 0, 1_048_574),
        ("jalr, odd", 0x8005_80e7, CODE + 2049, 0, 0),
        ("c.j", 0xbffd, 0, 0, 0u32.wrapping_sub(2)),
        ("c.beqz a1, taken", 0xc199, 0, 0, 6),
        ("c.beqz a1", 0xc199, 1, 0, 2),
        ("c.bnez a1, taken", 0xe199, 1, 0, 6),
        ("c.jr a1", 0x8582, CODE + 1, 0, 0),
        ("c.jalr a1", 0x9582, CODE + 8, 0, 8),
    ];
    for (text, word, a1, a2, offset) in table {
        let mut machine = Machine::new(&Model::C3, &[*word]);
        machine.core.set_register(A1, *a1);
        machine.core.set_register(A2, *a2);
        machine.run(1);
        assert_eq!(machine.core.pc(), CODE.wrapping_add(*offset), "{text}");
    }
}

#[test]
fn calls_leave_the_address_behind_them() {
    for (text, word, behind) in [
        ("jal ra", 0x7fff_f0ef, 4),
        ("jalr ra, a1, where a1 is ra", 0x0000_80e7, 4),
        ("c.jal", 0x2ffd, 2),
        ("c.jalr a5", 0x9782, 2),
    ] {
        let mut machine = Machine::new(&Model::C3, &[word]);
        machine.run(1);
        assert_eq!(machine.core.register(1), CODE + behind, "{text}");
    }
}

#[test]
fn x0_stays_zero() {
    // addi zero, zero, 5; add a0, zero, zero
    let mut machine = Machine::new(&Model::C3, &[0x0050_0013, 0x0000_0533]);
    machine.core.set_register(A0, 1);
    machine.core.set_register(0, 9);
    machine.run(2);
    assert_eq!(machine.core.register(A0), 0);
    assert_eq!(machine.core.register(0), 0);
}

#[test]
fn atomics_return_what_was_there_and_store_the_result() {
    // Text, word, in memory, a2, in memory afterwards.
    #[rustfmt::skip]
    let table: &[(&str, u32, u32, u32, u32)] = &[
        ("amoswap.w a0, a2, (a1)", 0x08c5_a52f, 1, 2, 2),
        ("amoadd.w a0, a2, (a1)", 0x00c5_a52f, !0, 2, 1),
        ("amoxor.w a0, a2, (a1)", 0x20c5_a52f, 6, 3, 5),
        ("amoand.w a0, a2, (a1)", 0x60c5_a52f, 6, 3, 2),
        ("amoor.w a0, a2, (a1)", 0x40c5_a52f, 6, 3, 7),
        ("amomin.w a0, a2, (a1)", 0x80c5_a52f, !0, 1, !0),
        ("amomax.w a0, a2, (a1)", 0xa0c5_a52f, !0, 1, 1),
        ("amominu.w a0, a2, (a1)", 0xc0c5_a52f, !0, 1, 1),
        ("amomaxu.w a0, a2, (a1)", 0xe0c5_a52f, !0, 1, !0),
        // With ordering bits.
        ("amoadd.w a0, a2, (a1)", 0x06c5_a52f, 1, 1, 2),
    ];
    for (text, word, before, a2, after) in table {
        let mut machine = Machine::new(&Model::C3, &[*word]);
        machine.memory.poke(DATA, &before.to_le_bytes());
        machine.core.set_register(A1, DATA);
        machine.core.set_register(A2, *a2);
        assert_eq!(disassemble(*word, CODE), *text);
        machine.run(1);
        assert_eq!(machine.core.register(A0), *before, "{text}");
        assert_eq!(machine.word(DATA), *after, "{text}");
    }
}

#[test]
fn a_conditional_store_needs_its_reservation() {
    let (lr, sc) = (0x1005_a52f, 0x18c5_a52f);
    // lr, sc, sc
    let mut machine = Machine::new(&Model::C3, &[lr, sc, sc]);
    machine.core.set_register(A1, DATA);
    machine.core.set_register(A2, 7);
    machine.run(2);
    assert_eq!((machine.core.register(A0), machine.word(DATA)), (0, 7));
    machine.core.set_register(A2, 8);
    machine.run(1);
    assert_eq!((machine.core.register(A0), machine.word(DATA)), (1, 7));
    // lr, sc elsewhere
    let mut machine = Machine::new(&Model::C3, &[lr, sc]);
    machine.core.set_register(A1, DATA);
    machine.run(1);
    machine.core.set_register(A1, DATA + 4);
    machine.run(1);
    assert_eq!(machine.core.register(A0), 1);
}
