//! What words are for a person, and that every row of the tables is reached.

use super::*;

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
