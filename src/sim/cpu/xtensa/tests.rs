//! What the programs that QEMU runs as well do not reach: instructions that
//! its cores do not have, registers of other calls, interrupts, timers.

use super::special::number;
use super::*;
use crate::sim::cpu::{Devices, Fault, FaultKind, Memory, Rule, Width};

mod interrupts;
mod windows;

/// Where code, and where data is.
const CODE: u32 = 0x4008_0000;
const DATA: u32 = 0x3ffb_0000;
/// Memory that takes words only.
const WORDS: u32 = 0x4009_0000;

/// No devices.
struct Nothing;

impl Devices for Nothing {
    fn load(&mut self, _: u64, address: u32, _: Width) -> Result<u32, Fault> {
        Err(Fault {
            address,
            kind: FaultKind::Unmapped,
        })
    }
    fn store(&mut self, now: u64, address: u32, width: Width, _: u32) -> Result<(), Fault> {
        self.load(now, address, width).map(|_| ())
    }
    fn attention(&self) -> bool {
        false
    }
}

/// A core with a little memory around it.
struct Machine {
    core: Xtensa,
    memory: Memory,
    cycle: u64,
}

impl Machine {
    fn new(model: &'static Model, code: &[u32]) -> Self {
        let mut memory = Memory::new();
        memory.add(CODE, 0x2000, Rule::Ram).unwrap();
        memory.add(DATA, 0x1000, Rule::Ram).unwrap();
        memory.add(WORDS, 0x1000, Rule::RamWords).unwrap();
        let mut at = CODE;
        for word in code {
            let len = usize::from(decode::len(*word));
            memory.poke(at, &word.to_le_bytes()[..len]);
            at += u32::from(decode::len(*word));
        }
        // No instruction but NOP.N at the vectors.
        memory.poke(VECTORS, &[0x3d, 0xf0].repeat(0x200));
        let mut core = Xtensa::new(model);
        core.set_pc(CODE);
        core.state.set_special(number::VECBASE, VECTORS);
        core.state.set_ps(0);
        Self {
            core,
            memory,
            cycle: 0,
        }
    }

    fn special(&self, number: u8) -> u32 {
        self.core.state.special(number)
    }

    fn set_special(&mut self, number: u8, value: u32) {
        let cycle = self.cycle;
        let state = &mut self.core.state;
        state.write_special(number, value, cycle).unwrap();
    }

    fn run(&mut self, cycles: u64) -> Stop {
        let mut devices = Nothing;
        let mut bus = Bus::new(&mut self.memory, &mut devices, self.cycle);
        let stop = self.core.run(&mut bus, cycles);
        self.cycle = bus.cycle;
        stop
    }
}
/// Where the vectors are.
const VECTORS: u32 = CODE + 0x1000;

/// Text, word, a3, a4, what is in a2 afterwards, having been dead beef.
#[rustfmt::skip]
const RESULTS: &[(&str, u32, u32, u32, u32)] = &[
    ("muluh a2, a3, a4", 0xa2_2340, 0xffff_ffff, 0xffff_ffff, 0xffff_fffe),
    ("muluh a2, a3, a4", 0xa2_2340, 0x8000_0000, 2, 1),
    ("mulsh a2, a3, a4", 0xb2_2340, 0xffff_ffff, 0xffff_ffff, 0),
    ("mulsh a2, a3, a4", 0xb2_2340, 0x8000_0000, 2, 0xffff_ffff),
    ("quou a2, a3, a4", 0xc2_2340, 0xffff_fff9, 2, 0x7fff_fffc),
    ("quos a2, a3, a4", 0xd2_2340, 0xffff_fff9, 2, 0xffff_fffd),
    ("quos a2, a3, a4", 0xd2_2340, 0x8000_0000, 0xffff_ffff, 0x8000_0000),
    ("remu a2, a3, a4", 0xe2_2340, 7, 4, 3),
    ("rems a2, a3, a4", 0xf2_2340, 0xffff_fff9, 2, 0xffff_ffff),
    ("rems a2, a3, a4", 0xf2_2340, 0x8000_0000, 0xffff_ffff, 0),
    ("saltu a2, a3, a4", 0x62_2340, 0x8000_0000, 1, 0),
    ("saltu a2, a3, a4", 0x62_2340, 1, 0x8000_0000, 1),
    ("salt a2, a3, a4", 0x72_2340, 0x8000_0000, 1, 1),
    ("salt a2, a3, a4", 0x72_2340, 1, 1, 0),
    ("min a2, a3, a4", 0x43_2340, 0x8000_0000, 1, 0x8000_0000),
    ("max a2, a3, a4", 0x53_2340, 0x8000_0000, 1, 1),
    ("minu a2, a3, a4", 0x63_2340, 0x8000_0000, 1, 1),
    ("maxu a2, a3, a4", 0x73_2340, 0x8000_0000, 1, 0x8000_0000),
    ("sext a2, a3, 7", 0x23_2300, 0x1280, 0, 0xffff_ff80),
    ("sext a2, a3, 15", 0x23_2380, 0x8_7fff, 0, 0x7fff),
    ("sext a2, a3, 22", 0x23_23f0, 0x40_0000, 0, 0xffc0_0000),
    ("clamps a2, a3, 7", 0x33_2300, 128, 0, 127),
    ("clamps a2, a3, 7", 0x33_2300, 0xffff_ff00, 0, 0xffff_ff80),
    ("clamps a2, a3, 22", 0x33_23f0, 5, 0, 5),
    ("nsa a2, a3", 0x40_e320, 0, 0, 31),
    ("nsa a2, a3", 0x40_e320, 0x8000_0000, 0, 0),
    ("nsau a2, a3", 0x40_f320, 0, 0, 32),
    ("rer a2, a3", 0x40_6320, 0x10_200c, 0, 0),
    ("wer a2, a3", 0x40_7320, 0x10_200c, 0, 0xdead_beef),
    ("slli a2, a3, 31", 0x01_2310, 3, 0, 0x8000_0000),
    ("extui a2, a3, 31, 1", 0x05_2f30, 0x8000_0000, 0, 1),
    ("movt a2, a3, b0", 0xd3_2300, 5, 0, 0xdead_beef),
    ("movf a2, a3, b0", 0xc3_2300, 5, 0, 5),
];

#[test]
fn results_are_right() {
    for (text, word, a3, a4, expected) in RESULTS {
        assert_eq!(disassemble(*word, CODE, &Model::LX7), *text, "{word:#x}");
        let mut machine = Machine::new(&Model::LX7, &[*word]);
        machine.core.set_register(2, 0xdead_beef);
        machine.core.set_register(3, *a3);
        machine.core.set_register(4, *a4);
        assert_eq!(machine.run(1), Stop::Budget, "{text}");
        let result = machine.core.register(2);
        assert_eq!(result, *expected, "{text} of {a3:#x}, {a4:#x}");
        assert_eq!(machine.core.pc(), CODE + 3, "{text}");
        assert_eq!(machine.cycle, 1);
    }
}

#[test]
fn a_shift_by_32_leaves_nothing_but_the_sign() {
    let ssl_a4 = 0x40_1400;
    for (word, expected) in [
        (0x91_2030, 0),           // srl a2, a3
        (0xb1_2030, 0xffff_ffff), // sra a2, a3
        (0xa1_2300, 0x8765_4321), // sll a2, a3
        (0x81_2340, 0x8765_4321), // src a2, a3, a4
    ] {
        let mut machine = Machine::new(&Model::LX106, &[ssl_a4, word]);
        machine.core.set_register(3, 0x8765_4321);
        machine.core.set_register(4, 0);
        machine.run(2);
        assert_eq!(machine.core.register(2), expected, "{word:#x}");
    }
}

#[test]
fn every_row_fits_its_own_mask_and_is_reached() {
    for model in [&Model::ESP32, &Model::LX7, &Model::LX106] {
        for row in model.tables.iter().copied().flatten() {
            assert_eq!(row.value & !row.mask, 0, "{}", row.name);
            let found = decode::find(row.value, model.tables).unwrap();
            assert_eq!(found.name, row.name);
            let all_else = decode::only(row.value | !row.mask & !0xf | row.value & 0xf);
            let found = decode::find(all_else, model.tables).unwrap();
            assert_eq!(found.name, row.name, "{all_else:#x}");
        }
    }
}

#[test]
fn what_a_core_does_not_have_stops_it() {
    // entry a1, 32; add.s f0, f0, f0; a bundle of the S3's.
    for (model, word, text) in [
        (&Model::LX106, 0x00_4136, ".word 0x004136: not known"),
        (&Model::ESP32, 0x0a_0000, ".word 0x0a0000: not known"),
        (&Model::LX7, 0x00_000e, ".half 0x000e: not known"),
        (
            &Model::ESP32,
            0x03_0540,
            "rsr.5 a4: this register is not known",
        ),
    ] {
        let mut machine = Machine::new(model, &[word]);
        let Stop::Halted(halt) = machine.run(10) else {
            panic!("{text}");
        };
        assert_eq!((halt.pc, halt.word), (CODE, word));
        assert_eq!(halt.text, text);
    }
}
