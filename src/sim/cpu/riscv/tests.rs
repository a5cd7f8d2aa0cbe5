//! Every instruction against figures worked out from the specification; words
//! and texts are an assembler's.

use super::*;
use crate::sim::cpu::{Devices, Fault, FaultKind, Memory, Request, Rule, Width};

mod traps;

/// Where code, and where data is.
const CODE: u32 = 0x4000_0000;
const DATA: u32 = 0x3fc8_0000;

/// One device: a counter of accesses, which the core has to stop for if the
/// address says so.
#[derive(Default)]
struct Device {
    log: Vec<(u64, u32, Width, Option<u32>)>,
}

const DEVICE: u32 = 0x6000_0000;
const STOPPING_DEVICE: u32 = 0x6000_0100;

impl Device {
    fn note(
        &mut self,
        now: u64,
        address: u32,
        width: Width,
        value: Option<u32>,
    ) -> Result<u32, Fault> {
        if address >> 12 != DEVICE >> 12 {
            return Err(Fault {
                address,
                kind: FaultKind::Unmapped,
            });
        }
        self.log.push((now, address, width, value));
        Ok(0x8765_4321 & width.mask())
    }
}

impl Devices for Device {
    fn load(&mut self, now: u64, address: u32, width: Width) -> Result<u32, Fault> {
        self.note(now, address, width, None)
    }
    fn store(&mut self, now: u64, address: u32, width: Width, value: u32) -> Result<(), Fault> {
        self.note(now, address, width, Some(value)).map(|_| ())
    }
    fn attention(&self) -> bool {
        self.log
            .last()
            .is_some_and(|(_, address, ..)| *address >= STOPPING_DEVICE)
    }
}

/// A core with a little memory around it.
struct Machine {
    core: RiscV,
    memory: Memory,
    device: Device,
    cycle: u64,
}

const A0: u8 = 10;
const A1: u8 = 11;
const A2: u8 = 12;

impl Machine {
    fn new(model: &'static Model, code: &[u32]) -> Self {
        let mut memory = Memory::new();
        memory.add(CODE, 0x2000, Rule::Ram).unwrap();
        memory.add(DATA, 0x1000, Rule::Ram).unwrap();
        memory.poke(
            DATA + 0x100,
            &[0x01, 0x82, 0x03, 0x84, 0x05, 0x86, 0x07, 0x88],
        );
        let mut at = CODE;
        for word in code {
            let len = u32::from(decode::len(*word));
            memory.poke(at, &word.to_le_bytes()[..len as usize]);
            at += len;
        }
        Self {
            core: RiscV::new(model),
            memory,
            device: Device::default(),
            cycle: 0,
        }
    }

    fn run(&mut self, cycles: u64) -> Stop {
        let mut bus = Bus::new(&mut self.memory, &mut self.device, self.cycle);
        let stop = self.core.run(&mut bus, cycles);
        self.cycle = bus.cycle;
        stop
    }

    fn word(&self, address: u32) -> u32 {
        let bytes = self.memory.peek(address, 4).unwrap();
        u32::from_le_bytes(bytes.try_into().unwrap())
    }
}

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

/// Words at 4000 0000 and what they are.
const TEXTS: &[(u32, &str)] = &[
    (0x1fe8, "c.addi4spn a0, sp, 1020"),
    (0x0044, "c.addi4spn s1, sp, 4"),
    (0x41a8, "c.lw a0, 64(a1)"),
    (0x5c7c, "c.lw a5, 124(s0)"),
    (0xc1d0, "c.sw a2, 4(a1)"),
    (0xdcbc, "c.sw a5, 120(s1)"),
    (0x1501, "c.addi a0, -32"),
    (0x0ffd, "c.addi t6, 31"),
    (0x0001, "c.addi zero, 0"),
    (0x2ffd, "c.jal 0x400007fe"),
    (0x3001, "c.jal 0x3ffff800"),
    (0x557d, "c.li a0, -1"),
    (0x42fd, "c.li t0, 31"),
    (0x7101, "c.addi16sp sp, -512"),
    (0x617d, "c.addi16sp sp, 496"),
    (0x7501, "c.lui a0, 0xfffe0"),
    (0x6ffd, "c.lui t6, 0x1f"),
    (0x817d, "c.srli a0, 31"),
    (0x8505, "c.srai a0, 1"),
    (0x9b81, "c.andi a5, -32"),
    (0x8d11, "c.sub a0, a2"),
    (0x8d31, "c.xor a0, a2"),
    (0x8d51, "c.or a0, a2"),
    (0x8c7d, "c.and s0, a5"),
    (0xbffd, "c.j 0x3ffffffe"),
    (0xaff5, "c.j 0x400007fc"),
    (0xcd7d, "c.beqz a0, 0x400000fe"),
    (0xd381, "c.beqz a5, 0x3fffff00"),
    (0xe009, "c.bnez s0, 0x40000002"),
    (0x057e, "c.slli a0, 31"),
    (0x50fe, "c.lwsp ra, 252(sp)"),
    (0x4f92, "c.lwsp t6, 4(sp)"),
    (0x8082, "c.jr ra"),
    (0x857e, "c.mv a0, t6"),
    (0x9002, "c.ebreak"),
    (0x9782, "c.jalr a5"),
    (0x957e, "c.add a0, t6"),
    (0xdf86, "c.swsp ra, 252(sp)"),
    (0xc26e, "c.swsp s11, 4(sp)"),
    (0x7ec5_8fe3, "beq a1, a2, 0x40000ffe"),
    (0x80c5_8063, "beq a1, a2, 0x3ffff000"),
    (0x0004_1163, "bne s0, zero, 0x40000002"),
    (0x40c5_c063, "blt a1, a2, 0x40000400"),
    (0xfec5_dfe3, "bge a1, a2, 0x3ffffffe"),
    (0x00c5_e0e3, "bltu a1, a2, 0x40000800"),
    (0x00c5_f463, "bgeu a1, a2, 0x40000008"),
    (0x7fff_f0ef, "jal ra, 0x400ffffe"),
    (0x8000_006f, "jal zero, 0x3ff00000"),
    (0x8005_80e7, "jalr ra, -2048(a1)"),
    (0x8000_0517, "auipc a0, 0xc0000000"),
    (0xffff_fdb7, "lui s11, 0xfffff"),
    (0xfec5_8fa3, "sb a2, -1(a1)"),
    (0x7ec5_9fa3, "sh a2, 2047(a1)"),
    (0x81fd_a023, "sw t6, -2048(s11)"),
    (0x1005_a52f, "lr.w a0, (a1)"),
    (0x18c5_a52f, "sc.w a0, a2, (a1)"),
    (0x08c5_a52f, "amoswap.w a0, a2, (a1)"),
    (0x00c5_a52f, "amoadd.w a0, a2, (a1)"),
    (0x20c5_a52f, "amoxor.w a0, a2, (a1)"),
    (0x60c5_a52f, "amoand.w a0, a2, (a1)"),
    (0x40c5_a52f, "amoor.w a0, a2, (a1)"),
    (0x80c5_a52f, "amomin.w a0, a2, (a1)"),
    (0xa0c5_a52f, "amomax.w a0, a2, (a1)"),
    (0xc0c5_a52f, "amominu.w a0, a2, (a1)"),
    (0xe0c5_a52f, "amomaxu.w a0, a2, (a1)"),
    (0x0ff0_000f, "fence"),
    (0x0000_100f, "fence.i"),
    (0x0000_0073, "ecall"),
    (0x0010_0073, "ebreak"),
    (0x1050_0073, "wfi"),
    (0x3020_0073, "mret"),
    (0x3005_9573, "csrrw a0, mstatus, a1"),
    (0x8020_2573, "csrrs a0, upccr, zero"),
    (0x3415_b073, "csrrc zero, mepc, a1"),
    (0x305f_d573, "csrrwi a0, mtvec, 31"),
    (0x7c10_e073, "csrrsi zero, mhcr, 1"),
    (0xfff4_7573, "csrrci a0, 0xfff, 8"),
];

#[test]
fn disassembles_every_format() {
    for (word, text) in TEXTS {
        assert_eq!(disassemble(*word, CODE), *text, "{word:#x}");
    }
    assert_eq!(disassemble(0x0000_0007, CODE), ".word 0x00000007");
    assert_eq!(disassemble(0x1234_2000, CODE), ".half 0x2000");
}

#[test]
fn every_row_is_reached_and_fits_its_own_mask() {
    use super::ops::{ATOMIC, COMPRESSED, INTEGER, MEMORY, MULDIV, SYSTEM};
    for row in [ATOMIC, COMPRESSED, INTEGER, MEMORY, MULDIV, SYSTEM]
        .into_iter()
        .flatten()
    {
        assert_eq!(row.value & !row.mask, 0, "{}", row.name);
        let found = decode::find(row.value).unwrap();
        // A special case comes first; setting an operand leads past it.
        let general = decode::find(row.value | !row.mask & 0xfff).map(|row| row.name);
        assert!(
            found.name == row.name || general == Some(row.name),
            "{}",
            row.name
        );
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
