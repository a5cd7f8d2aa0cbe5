//! The RISC-V core against QEMU's: the same programs, the same output.
//!
//! The programs are in `tests/cpu/riscv`; one more is random instructions.
//! Without a cross compiler or QEMU there is nothing to compare with, and the
//! tests say so; with ESPWIRE_REQUIRE_TOOLS=1 that is a failure.

#![cfg(feature = "sim")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at anything unexpected"
)]

mod common;

use espwire::sim::cpu::riscv::{Model, RiscV, disassemble};
use espwire::sim::cpu::{Bus, Core, Devices, Fault, FaultKind, Memory, Rule, Stop, Width};
use espwire::sim::soc::elf::Elf;
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

const COMPILER: &str = "riscv64-unknown-elf-gcc";
const QEMU: &str = "qemu-system-riscv32";

/// Where `-M virt` has its RAM, its UART and its power switch.
const RAM: u32 = 0x8000_0000;
const UART: u32 = 0x1000_0000;
const SWITCH: u32 = 0x0010_0000;

/// Most instructions that a program takes.
const MOST: u64 = 100_000_000;

/// The UART's data register and the power switch.
#[derive(Default)]
struct Virt {
    said: Vec<u8>,
    off: bool,
}

impl Devices for Virt {
    fn load(&mut self, _: u64, address: u32, _: Width) -> Result<u32, Fault> {
        Err(Fault {
            address,
            kind: FaultKind::Unmapped,
        })
    }

    fn store(&mut self, now: u64, address: u32, width: Width, value: u32) -> Result<(), Fault> {
        match address {
            UART => self.said.push(value.to_le_bytes()[0]),
            SWITCH => self.off = true,
            _ => return self.load(now, address, width).map(|_| ()),
        }
        Ok(())
    }

    fn attention(&self) -> bool {
        self.off
    }
}

/// Runs a program on the core under test.
fn emulate(program: &[u8]) -> String {
    let mut memory = Memory::new();
    memory.add(RAM, 0x10_0000, Rule::Ram).unwrap();
    for section in Elf::parse(program).unwrap().sections() {
        assert_eq!(
            memory.poke(section.address, section.data),
            section.data.len()
        );
    }
    let mut devices = Virt::default();
    let mut core = RiscV::new(&Model::C3);
    core.set_pc(RAM);
    let mut bus = Bus::new(&mut memory, &mut devices, 0);
    let stop = core.run(&mut bus, MOST);
    let said = String::from_utf8(devices.said).unwrap();
    assert_eq!(
        stop,
        Stop::Attention,
        "at {:#x}, having said\n{said}",
        core.pc()
    );
    said
}

/// Runs a program on QEMU's.
fn qemu(program: &Path) -> String {
    let output = Command::new(QEMU)
        .args([
            "-M",
            "virt",
            "-bios",
            "none",
            "-nographic",
            "-monitor",
            "none",
            "-kernel",
        ])
        .arg(program)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "{QEMU}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn compile(source: &Path, program: &Path) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cpu/riscv");
    let output = Command::new(COMPILER)
        .args(["-march=rv32imac_zicsr_zifencei", "-mabi=ilp32", "-O2"])
        .args([
            "-Wall",
            "-Werror",
            "-ffreestanding",
            "-nostdlib",
            "-msmall-data-limit=0",
        ])
        .arg("-I")
        .arg(&folder)
        .arg("-T")
        .args([folder.join("program.ld"), folder.join("start.S")])
        .arg(source)
        .arg("-o")
        .arg(program)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {errors}", source.display());
}

/// Whether there is a compiler and another emulator.
fn tools() -> bool {
    common::tools::at_hand(
        &[COMPILER, QEMU],
        "gcc-riscv64-unknown-elf, qemu-system-misc",
    )
}

fn compare(source: &Path) {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("program.elf");
    compile(source, &program);
    let theirs = qemu(&program);
    assert!(!theirs.is_empty());
    let ours = emulate(&std::fs::read(&program).unwrap());
    for (number, (ours, theirs)) in ours.lines().zip(theirs.lines()).enumerate() {
        assert_eq!(ours, theirs, "line {number} of {}", source.display());
    }
    assert_eq!(ours, theirs);
}

fn compare_named(name: &str) {
    if tools() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cpu");
        compare(&folder.join(name));
    }
}

#[test]
fn arithmetic() {
    compare_named("riscv/arithmetic.c");
}

#[test]
fn memory() {
    compare_named("riscv/memory.c");
}

#[test]
fn programs() {
    compare_named("programs.c");
}

#[test]
fn traps() {
    compare_named("riscv/traps.c");
}

/// Instructions by their operands: d is any register, s one that holds a
/// number, c one of x8 to x15, m an aligned offset into memory at x31, i an
/// immediate of 12 bits, n one of 5 bits that is not 0, j one of 6 bits that
/// is not 0.
const RANDOM: &[&str] = &[
    "add d, s, s",
    "sub d, s, s",
    "sll d, s, s",
    "slt d, s, s",
    "sltu d, s, s",
    "xor d, s, s",
    "srl d, s, s",
    "sra d, s, s",
    "or d, s, s",
    "and d, s, s",
    "mul d, s, s",
    "mulh d, s, s",
    "mulhsu d, s, s",
    "mulhu d, s, s",
    "div d, s, s",
    "divu d, s, s",
    "rem d, s, s",
    "remu d, s, s",
    "addi d, s, i",
    "slti d, s, i",
    "sltiu d, s, i",
    "xori d, s, i",
    "ori d, s, i",
    "andi d, s, i",
    "slli d, s, n",
    "srli d, s, n",
    "srai d, s, n",
    "lui d, 703710",
    "lb d, m(x31)",
    "lbu d, m(x31)",
    "lh d, m(x31)",
    "lhu d, m(x31)",
    "lw d, m(x31)",
    "sb s, m(x31)",
    "sh s, m(x31)",
    "sw s, m(x31)",
    "c.addi d, j",
    "c.li d, j",
    "c.lui d, n",
    "c.srli c, n",
    "c.srai c, n",
    "c.andi c, j",
    "c.sub c, c",
    "c.xor c, c",
    "c.or c, c",
    "c.and c, c",
    "c.slli d, n",
    "c.mv d, s",
    "c.add d, s",
];

#[test]
fn random_instructions() {
    if !tools() {
        return;
    }
    let mut random = fastrand::Rng::with_seed(20_25);
    let mut text =
        String::from(".globl main\nmain:\n  addi sp, sp, -16\n  sw ra, 0(sp)\n  la x31, data\n");
    // x1 to x4 are the program's own.
    for register in 5..31 {
        writeln!(text, "  li x{register}, {:#x}", random.u32(..)).unwrap();
    }
    for round in 0..40 {
        for _ in 0..100 {
            let row = RANDOM[random.usize(..RANDOM.len())];
            let (name, operands) = row.split_once(' ').unwrap();
            let mut line = format!("  {name} ");
            for operand in operands.chars() {
                match operand {
                    'd' | 's' => write!(line, "x{}", random.u8(5..31)),
                    'c' => write!(line, "x{}", random.u8(8..16)),
                    'i' => write!(line, "{}", random.i32(-2048..2048)),
                    'n' => write!(line, "{}", random.u8(1..32)),
                    'j' => write!(
                        line,
                        "{}",
                        if random.bool() {
                            random.i8(-32..0)
                        } else {
                            random.i8(1..32)
                        }
                    ),
                    'm' => write!(line, "{}", random.u32(..256) * 4),
                    other => write!(line, "{other}"),
                }
                .unwrap();
            }
            text += &line;
            text += "\n";
        }
        // What has come of it.
        writeln!(text, "  la x1, dump{round}\n  jalr x1, 0(x1)").unwrap();
        writeln!(text, ".section .text.dump{round}\ndump{round}:").unwrap();
        text += "  addi sp, sp, -128\n  sw x1, 0(sp)\n";
        for register in 5..32 {
            writeln!(text, "  sw x{register}, {}(sp)", register * 4).unwrap();
        }
        text += "  mv a0, sp\n  call show\n";
        for register in 5..32 {
            writeln!(text, "  lw x{register}, {}(sp)", register * 4).unwrap();
        }
        text += "  lw x1, 0(sp)\n  addi sp, sp, 128\n  ret\n.text\n";
    }
    text += "  lw ra, 0(sp)\n  addi sp, sp, 16\n  ret\n.bss\n.balign 4\ndata: .space 1024\n";
    let folder = tempfile::tempdir().unwrap();
    let assembly = folder.path().join("random.s");
    std::fs::write(&assembly, text).unwrap();
    let source = folder.path().join("random.c");
    let show = format!(
        "#include \"say.h\"\n__asm__(\".include \\\"{}\\\"\");\n\
         void show(const uint32_t *registers)\n\
         {{\n    for (int i = 5; i < 31; i++) say_hex(registers[i]);\n    say(\"\\n\");\n}}\n",
        assembly.display()
    );
    std::fs::write(&source, show).unwrap();
    compare(&source);
}

/// The disassembler against objdump, over all that the programs consist of.
#[test]
fn disassembly() {
    if !tools() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("program.elf");
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cpu");
    compile(&sources.join("programs.c"), &program);
    let output = Command::new("riscv64-unknown-elf-objdump")
        .args(["-d", "-j", ".text", "-M", "no-aliases"])
        .arg(&program)
        .output()
        .unwrap();
    let listing = String::from_utf8(output.stdout).unwrap();
    let mut compared = 0;
    for line in listing.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [address, word, name, ..] = fields[..] else {
            continue;
        };
        let address = u32::from_str_radix(address.trim().trim_end_matches(':'), 16).unwrap();
        let word = u32::from_str_radix(word.trim(), 16).unwrap();
        let ours = disassemble(word, address);
        // Of the operands the registers are compared, which both spell alike.
        let registers = |text: &str| -> Vec<String> {
            text.split(|c: char| !c.is_ascii_alphanumeric())
                .filter(|word| word.len() <= 4 && word.parse::<i64>().is_err())
                .filter(|word| word.starts_with(['a', 's', 't', 'r', 'g', 'z']))
                .filter(|word| !word.contains('x'))
                .map(str::to_owned)
                .collect()
        };
        let (our_name, our_operands) = ours.split_once(' ').unwrap_or((&ours, ""));
        assert_eq!(our_name, name, "{line}");
        let operands = fields.get(3).copied().unwrap_or("");
        let operands = operands.split(['#', '<']).next().unwrap_or("");
        if !name.starts_with("c.") || operands.contains(',') {
            assert_eq!(registers(our_operands), registers(operands), "{line}");
        }
        compared += 1;
    }
    assert!(compared > 500, "{compared}");
}
