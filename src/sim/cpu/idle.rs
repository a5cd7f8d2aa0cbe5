//! Loops that wait, of which not every turn is executed.
//!
//! A core that is in the same state again, while it has changed nothing and all
//! that it has read stays as it is, will be in that state after as many cycles
//! once more, and so on, until something happens to it. That it waits for a byte
//! from the line or for the flash is most of what a loader does. Its turns are
//! counted instead, and nobody can tell the difference.

/// Blocks without an event until a core's state is noted for the first time.
const FIRST: u32 = 32;

/// A core's state, as far as what it does next depends on it.
pub(super) trait State: Clone {
    /// Whether it is the same.
    fn is(&self, other: &Self) -> bool;
}

/// Looks for the same state.
#[derive(Debug)]
pub(super) struct Idle<S> {
    /// Blocks since the last event.
    quiet: u32,
    /// How many of them it takes until the state is noted anew: each time twice
    /// as many, so that loops of any length are found.
    patience: u32,
    /// Of `noted`, if that counts.
    cycle: Option<u64>,
    /// Kept for its allocations.
    noted: Option<S>,
}

impl<S: State> Idle<S> {
    pub(super) const fn new() -> Self {
        Self {
            quiet: 0,
            patience: FIRST,
            cycle: None,
            noted: None,
        }
    }

    /// Something has happened.
    #[inline(always)]
    pub(super) const fn restart(&mut self) {
        self.quiet = 0;
        self.patience = FIRST;
        self.cycle = None;
    }

    /// Looks at the state between two blocks, nothing having happened in the one
    /// before; if it is the same as at an earlier look, tells how many cycles
    /// ago that was.
    #[inline(always)]
    pub(super) fn look(&mut self, state: &S, cycle: u64) -> Option<u64> {
        if let (Some(then), Some(noted)) = (self.cycle, &self.noted) {
            if noted.is(state) {
                return Some(cycle - then).filter(|turn| *turn != 0);
            }
        }
        self.quiet += 1;
        if self.quiet >= self.patience {
            self.note(state, cycle);
        }
        None
    }

    #[cold]
    fn note(&mut self, state: &S, cycle: u64) {
        self.patience = self.patience.saturating_mul(2);
        self.cycle = Some(cycle);
        match &mut self.noted {
            Some(noted) => noted.clone_from(state),
            noted => *noted = Some(state.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::sim::cpu::riscv::{Model as RiscVModel, RiscV};
    use crate::sim::cpu::xtensa::{Model as XtensaModel, Xtensa};
    use crate::sim::cpu::{Bus, Core, Devices, Fault, Memory, Rule, Width};

    const CODE: u32 = 0x4008_0000;
    const DATA: u32 = 0x3ffb_0000;
    const DEVICE: u32 = 0x6000_0000;

    /// Stays in its first turns until bit 0 of the device is set; then it counts
    /// the turns, and when they are. Text: `l32i a6, a2, 0`, `s32i a4, a3, 4`,
    /// `extui a7, a6, 0, 1`, `beqz a7, turn`, `addi a5, a5, 1`,
    /// `rsr.ccount a8`, `s32i a5, a3, 8`, `j turn`.
    const XTENSA: &[u32] = &[
        0x00_2262, 0x01_6342, 0x04_7060, 0xff_3716, 0x01_c552, 0x03_ea80, 0x02_6352, 0xff_f9c6,
    ];
    /// Waits for bit 10 of the cycles, which it does not keep: `rsr.ccount a6`,
    /// `extui a7, a6, 10, 1`, `movi a6, 0`, `beqz a7, turn`, `addi a5, a5, 1`,
    /// `j turn`.
    const XTENSA_CYCLES: &[u32] = &[
        0x03_ea60, 0x04_7a60, 0x00_a062, 0xff_3716, 0x01_c552, 0xff_fb46,
    ];
    /// As [`XTENSA`]: `lw t0, 0(a0)`, `sw a2, 4(a1)`, `andi t1, t0, 1`,
    /// `beqz t1, turn`, `addi a3, a3, 1`, `csrr a4, 0x7e2`, `sw a3, 8(a1)`,
    /// `j turn`.
    const RISC_V: &[u32] = &[
        0x0005_2283,
        0x00c5_a223,
        0x0012_f313,
        0xfe03_0ae3,
        0x0016_8693,
        0x7e20_2773,
        0x00d5_a423,
        0xfe5f_f06f,
    ];
    /// As [`XTENSA_CYCLES`]: `csrr t0, 0x7e2`, `srli t1, t0, 10`,
    /// `andi t1, t1, 1`, `li t0, 0`, `beqz t1, turn`, `addi a3, a3, 1`,
    /// `j turn`.
    const RISC_V_CYCLES: &[u32] = &[
        0x7e20_22f3,
        0x00a2_d313,
        0x0013_7313,
        0x0000_0293,
        0xfe03_08e3,
        0x0016_8693,
        0xfe9f_f06f,
    ];

    /// A register that changes between two runs only.
    struct Flag {
        value: u32,
        loads: u64,
        steady: bool,
    }

    impl Devices for Flag {
        fn load(&mut self, _: u64, _: u32, _: Width) -> Result<u32, Fault> {
            self.loads += 1;
            Ok(self.value)
        }
        fn store(&mut self, _: u64, _: u32, _: Width, _: u32) -> Result<(), Fault> {
            Ok(())
        }
        fn attention(&self) -> bool {
            false
        }
        fn steady(&self) -> bool {
            self.steady
        }
    }

    /// What can be seen of a core and its memory.
    #[derive(PartialEq, Eq)]
    struct Seen {
        cycle: u64,
        pc: u32,
        registers: Vec<u32>,
        data: Vec<u8>,
    }

    /// What can be seen after each of several runs, and how often the core has looked
    /// at the device.
    fn runs<C: Core>(
        mut core: C,
        registers: fn(&C) -> Vec<u32>,
        code: &[u8],
        steady: bool,
    ) -> (Vec<Seen>, u64) {
        let mut memory = Memory::new();
        memory.add(CODE, 0x1000, Rule::Ram).unwrap();
        memory.add(DATA, 0x1000, Rule::Ram).unwrap();
        memory.poke(CODE, code);
        let mut flag = Flag {
            value: 0,
            loads: 0,
            steady,
        };
        let mut random = fastrand::Rng::with_seed(1);
        let mut cycle = 0;
        let mut states = vec![];
        for _ in 0..200 {
            flag.value = random.u32(..) & !1 | u32::from(random.u32(..10) == 0);
            let mut bus = Bus::new(&mut memory, &mut flag, cycle);
            core.run(&mut bus, random.u64(1..5000));
            cycle = bus.cycle;
            states.push(Seen {
                cycle,
                pc: core.pc(),
                registers: registers(&core),
                data: memory.peek(DATA, 16).unwrap(),
            });
        }
        (states, flag.loads)
    }

    fn on_risc_v(words: &[u32], steady: bool) -> (Vec<Seen>, u64) {
        let mut core = RiscV::new(&RiscVModel::C3);
        core.set_pc(CODE);
        core.set_register(10, DEVICE);
        core.set_register(11, DATA);
        core.set_register(12, 0x1234_5678);
        let code: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        let registers = |core: &RiscV| (0..32).map(|it| core.register(it)).collect();
        runs(core, registers, &code, steady)
    }

    fn on_xtensa(words: &[u32], steady: bool) -> (Vec<Seen>, u64) {
        let mut core = Xtensa::new(&XtensaModel::LX7);
        core.set_pc(CODE);
        core.set_register(2, DEVICE);
        core.set_register(3, DATA);
        core.set_register(4, 0x1234_5678);
        let words = words.iter().map(|word| word.to_le_bytes());
        let code: Vec<u8> = words.flat_map(|bytes| bytes.into_iter().take(3)).collect();
        let registers = |core: &Xtensa| (0..16).map(|it| core.register(it)).collect();
        runs(core, registers, &code, steady)
    }

    #[test]
    fn turns_that_are_counted_are_as_good_as_executed() {
        for run in [
            |steady| on_risc_v(RISC_V, steady),
            |steady| on_xtensa(XTENSA, steady),
        ] {
            let (executed, all_loads) = run(false);
            let (counted, loads) = run(true);
            assert!(executed == counted);
            // It has left the loop now and then, and waited mostly.
            assert_ne!(executed.last().unwrap().data[8..12], [0; 4]);
            assert!(loads < all_loads / 2, "{loads} of {all_loads}");
        }
    }

    #[test]
    fn who_looks_at_the_clock_is_executed() {
        let (risc_v, _) = on_risc_v(RISC_V_CYCLES, true);
        let (xtensa, _) = on_xtensa(XTENSA_CYCLES, true);
        for (states, counter) in [(risc_v, 13), (xtensa, 5)] {
            let last = states.last().unwrap();
            let (cycle, counted) = (last.cycle, u64::from(last.registers[counter]));
            // Half of the time bit 10 is set; then a turn takes six or seven.
            assert!((cycle / 15..cycle / 11).contains(&counted), "{counted}");
        }
    }
}
