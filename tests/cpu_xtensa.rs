//! The Xtensa cores against QEMU's: the same programs, the same output.
//!
//! The programs are in `tests/cpu/xtensa`; one more is random instructions.
//! Without a cross compiler or QEMU there is nothing to compare with, and the
//! tests say so; with ESPWIRE_REQUIRE_TOOLS=1 that is a failure.

#![cfg(feature = "sim")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at anything unexpected"
)]

mod common;

use espwire::sim::cpu::xtensa::{Model, Xtensa, disassemble};
use espwire::sim::cpu::{Bus, Core, Devices, Fault, FaultKind, Memory, Rule, Stop, Width};
use espwire::sim::soc::elf::Elf;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const COMPILER: &str = "xtensa-lx106-elf-gcc";
const QEMU: &str = "qemu-system-xtensa";

/// A core of QEMU's and the one that is compared with it.
#[derive(Clone, Copy)]
struct Pair {
    theirs: &'static str,
    ours: &'static Model,
}

/// Without windows and loops.
const LX106: Pair = Pair {
    theirs: "lx106",
    ours: &Model::LX106,
};
/// With them, and with multiplication, division and what else there is but
/// booleans.
const WINDOWED: Pair = Pair {
    theirs: "de212",
    ours: &Model::ESP32,
};

/// Where `-M sim` has its ROM and its RAM with these cores.
const ROM: u32 = 0x5000_0000;
const RAM: u32 = 0x6000_0000;
/// Where a program says that it has come to its end; there is nothing there in
/// QEMU, where it ends itself.
const SWITCH: u32 = 0x7000_0000;

/// Most instructions that a program takes.
const MOST: u64 = 100_000_000;

/// The power switch.
#[derive(Default)]
struct Board {
    /// How many bytes were said.
    said: Option<u32>,
}

impl Devices for Board {
    fn load(&mut self, _: u64, address: u32, _: Width) -> Result<u32, Fault> {
        Err(Fault {
            address,
            kind: FaultKind::Unmapped,
        })
    }

    fn store(&mut self, now: u64, address: u32, width: Width, value: u32) -> Result<(), Fault> {
        match address {
            SWITCH => self.said = Some(value),
            _ => return self.load(now, address, width).map(|_| ()),
        }
        Ok(())
    }

    fn attention(&self) -> bool {
        self.said.is_some()
    }
}

/// Runs a program on the core under test.
fn emulate(program: &[u8], model: &'static Model) -> String {
    let mut memory = Memory::new();
    memory.add(ROM, 0x1000, Rule::Rom).unwrap();
    memory.add(RAM, 0x10_0000, Rule::Ram).unwrap();
    let elf = Elf::parse(program).unwrap();
    for section in elf.sections() {
        assert_eq!(
            memory.poke(section.address, section.data),
            section.data.len(),
            "{}",
            section.name
        );
    }
    let mut board = Board::default();
    let mut core = Xtensa::new(model);
    core.set_pc(elf.symbol("reset").unwrap());
    let mut bus = Bus::new(&mut memory, &mut board, 0);
    let stop = core.run(&mut bus, MOST);
    let length = board.said.map(|length| usize::try_from(length).unwrap());
    let said = elf.symbol("said").unwrap();
    let said = memory.peek(said, length.unwrap_or(200)).unwrap();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert_eq!(
        stop,
        Stop::Attention,
        "at {:#x}, having said\n{said}",
        core.pc()
    );
    said
}

/// Runs a program on QEMU's.
fn qemu(program: &Path, cpu: &str) -> String {
    let output = Command::new(QEMU)
        .args(["-M", "sim", "-cpu", cpu, "-semihosting"])
        .args(["-nographic", "-monitor", "none", "-kernel"])
        .arg(program)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "{QEMU}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cpu/xtensa")
}

fn compile(sources: &[PathBuf], program: &Path) {
    let folder = folder();
    let output = Command::new(COMPILER)
        .args(["-O2", "-Wall", "-Werror", "-ffreestanding", "-nostdlib"])
        .args(["-mtext-section-literals", "-mlongcalls"])
        .arg("-I")
        .arg(&folder)
        .arg("-T")
        .args(["program.ld", "start.S", "support.c"].map(|name| folder.join(name)))
        .args(sources)
        .args(["-lgcc", "-o"])
        .arg(program)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{sources:?}: {errors}");
}

/// Whether there is a compiler and another emulator.
fn tools() -> bool {
    common::tools::at_hand(&[COMPILER, QEMU], "gcc-xtensa-lx106, qemu-system-misc")
}

fn compare(sources: &[PathBuf], pairs: &[Pair]) {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("program.elf");
    compile(sources, &program);
    for pair in pairs {
        let theirs = qemu(&program, pair.theirs);
        assert!(!theirs.is_empty());
        let ours = emulate(&std::fs::read(&program).unwrap(), pair.ours);
        for (number, (ours, theirs)) in ours.lines().zip(theirs.lines()).enumerate() {
            assert_eq!(
                ours, theirs,
                "line {number} of {sources:?}, {}",
                pair.theirs
            );
        }
        assert_eq!(ours, theirs);
    }
}

fn compare_named(names: &[&str], pairs: &[Pair]) {
    if tools() {
        let sources: Vec<_> = names.iter().map(|name| folder().join(name)).collect();
        compare(&sources, pairs);
    }
}

#[test]
fn arithmetic() {
    compare_named(&["arithmetic.c"], &[LX106, WINDOWED]);
}

#[test]
fn memory() {
    compare_named(&["memory.c"], &[LX106, WINDOWED]);
}

#[test]
fn programs() {
    compare_named(&["../programs.c"], &[LX106, WINDOWED]);
}

/// Instructions by their operands: d is any register, s one that holds a
/// number, m an offset into memory at a15, i an immediate of 8 bits, n a
/// distance of a shift, f one of 4 bits, o one of ADDI.N, v one of MOVI, w one
/// of MOVI.N.
const RANDOM: &[&str] = &[
    "add d, s, s",
    "addx2 d, s, s",
    "addx4 d, s, s",
    "addx8 d, s, s",
    "sub d, s, s",
    "subx2 d, s, s",
    "subx4 d, s, s",
    "subx8 d, s, s",
    "and d, s, s",
    "or d, s, s",
    "xor d, s, s",
    "neg d, s",
    "abs d, s",
    "addi d, s, i",
    "addi.n d, s, o",
    "add.n d, s, s",
    "mov.n d, s",
    "movi d, v",
    "movi.n d, w",
    "moveqz d, s, s",
    "movnez d, s, s",
    "movltz d, s, s",
    "movgez d, s, s",
    "slli d, s, n",
    "srai d, s, n",
    "srli d, s, f",
    "ssr s",
    "ssa8l s",
    "ssai n",
    "src d, s, s",
    "srl d, s",
    "sra d, s",
    "mull d, s, s",
    "mul16u d, s, s",
    "mul16s d, s, s",
    "nsa d, s",
    "nsau d, s",
    "l8ui d, a15, m",
    "l32i d, a15, m",
    "l32i.n d, a15, 60",
    "s8i s, a15, m",
    "s16i s, a15, m",
    "s32i s, a15, m",
    "s32i.n s, a15, 4",
];

#[test]
fn random_instructions() {
    if !tools() {
        return;
    }
    let mut random = fastrand::Rng::with_seed(20_25);
    let mut text = String::from(
        "    .text\n    .literal_position\n    .globl run\n    .balign 4\nrun:\n    addi a1, a1, -32\n    \
         s32i a0, a1, 0\n    s32i a12, a1, 4\n    s32i a13, a1, 8\n    s32i a14, a1, 12\n    \
         s32i a15, a1, 16\n    movi a15, data\n",
    );
    // a1 is the stack; the program's end takes back what it has saved there.
    let register = |random: &mut fastrand::Rng| {
        [0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14][random.usize(..14)]
    };
    for _ in 0..40 {
        for _ in 0..100 {
            let row = RANDOM[random.usize(..RANDOM.len())];
            let (name, operands) = row.split_once(' ').unwrap();
            write!(text, "    {name} ").unwrap();
            let mut rest = operands.chars();
            while let Some(operand) = rest.next() {
                match operand {
                    'd' | 's' => write!(text, "a{}", register(&mut random)),
                    'i' => write!(text, "{}", random.i8(..)),
                    'n' => write!(text, "{}", random.u8(1..32)),
                    'f' => write!(text, "{}", random.u8(..16)),
                    'o' => write!(text, "{}", [-1, 1, 7, 15][random.usize(..4)]),
                    'v' => write!(text, "{}", random.i32(-2048..2048)),
                    'w' => write!(text, "{}", random.i32(-32..96)),
                    'm' => write!(text, "{}", random.u32(..60) * 4),
                    'a' => write!(text, "a{}{}", rest.next().unwrap(), rest.next().unwrap()),
                    other => write!(text, "{other}"),
                }
                .unwrap();
            }
            text += "\n";
        }
        // What has come of it goes behind what has come so far.
        for register in [0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14] {
            writeln!(text, "    s32i a{register}, a15, {}", 256 + 4 * register).unwrap();
        }
        text += "    mov a2, a15\n    call0 show\n    movi a15, data\n";
        for register in [0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14] {
            writeln!(text, "    l32i a{register}, a15, {}", 256 + 4 * register).unwrap();
        }
        // As long as a literal is in reach.
        text += "    j 1f\n    .balign 4\n    .literal_position\n1:\n";
    }
    text += "    l32i a0, a1, 0\n    l32i a12, a1, 4\n    l32i a13, a1, 8\n    \
             l32i a14, a1, 12\n    l32i a15, a1, 16\n    addi a1, a1, 32\n    ret\n    \
             .bss\n    .balign 4\ndata: .space 1024\n";
    let folder = tempfile::tempdir().unwrap();
    let sources = [("random.S", text.as_str()), ("show.c", SHOW)];
    let sources = sources.map(|(name, text)| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    });
    compare(&sources, &[LX106, WINDOWED]);
}

/// Says what the random instructions have left behind.
const SHOW: &str = r#"
#include "say.h"
void run(void);
void show(const uint32_t *data);
void show(const uint32_t *data)
{
    for (int i = 0; i < 15; i++) say_hex(data[64 + i]);
    say("\n");
}
int main(void)
{
    run();
    return 0;
}
"#;

/// The disassembler against objdump, over all that a program consists of.
#[test]
fn disassembly() {
    if !tools() {
        return;
    }
    let scratch = tempfile::tempdir().unwrap();
    // Not linked, its literals are in a section of their own.
    let object = scratch.path().join("object.o");
    let output = Command::new(COMPILER)
        .args(["-O2", "-ffreestanding", "-c", "-o"])
        .arg(&object)
        .arg(folder().join("arithmetic.c"))
        .output()
        .unwrap();
    assert!(output.status.success());
    let output = Command::new("xtensa-lx106-elf-objdump")
        .args(["-d", "-j", ".text", "-j", ".text.startup"])
        .arg(&object)
        .output()
        .unwrap();
    let listing = String::from_utf8(output.stdout).unwrap();
    let mut compared = 0;
    for line in listing.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [address, word, name, ..] = fields[..] else {
            continue;
        };
        // What fills up to the next literal.
        if name.starts_with(".byte") {
            continue;
        }
        let address = u32::from_str_radix(address.trim().trim_end_matches(':'), 16).unwrap();
        let word = u32::from_str_radix(word.trim(), 16).unwrap();
        let ours = disassemble(word, address, &Model::LX106);
        let (our_name, our_operands) = ours.split_once(' ').unwrap_or((&ours, ""));
        assert_eq!(our_name, name, "{line}");
        let operands = fields.get(3).copied().unwrap_or("");
        let operands = operands.split(" <").next().unwrap_or("");
        let operands = operands.split(" (").next().unwrap_or("");
        let pairs = our_operands.split(", ").zip(operands.split(", "));
        for (ours, theirs) in pairs {
            assert!(same_operand(ours, theirs), "{line}: {ours}");
        }
        assert_eq!(
            our_operands.matches(',').count(),
            operands.matches(',').count(),
            "{line}"
        );
        compared += 1;
    }
    assert!(compared > 500, "{compared}");
}

/// Whether an operand is objdump's: a register, or a number that objdump
/// writes with a sign, as hexadecimal with a prefix, or, for an address,
/// without.
fn same_operand(ours: &str, theirs: &str) -> bool {
    let number = |text: &str, radix| i64::from_str_radix(text, radix).ok();
    let value = |text: &str| match text.strip_prefix("0x") {
        Some(digits) => number(digits, 16),
        None => number(text, 10),
    };
    let bits = |value: i64| value & 0xffff_ffff;
    if ours == theirs {
        return true;
    }
    let Some(ours) = value(ours) else {
        return false;
    };
    let theirs = [value(theirs), number(theirs, 16)];
    theirs
        .into_iter()
        .flatten()
        .any(|it| bits(it) == bits(ours))
}

#[test]
fn windows() {
    compare_named(&["windows.S", "windows.c"], &[WINDOWED]);
}

#[test]
fn loops() {
    compare_named(&["loops.S", "loops.c"], &[WINDOWED]);
}

#[test]
fn options() {
    compare_named(&["options.c"], &[WINDOWED]);
}

#[test]
fn exceptions() {
    compare_named(&["handler.S", "exceptions.c"], &[LX106, WINDOWED]);
    compare_named(&["handler.S", "misaligned.c"], &[LX106]);
    compare_named(&["handler.S", "divide.c"], &[WINDOWED]);
}
