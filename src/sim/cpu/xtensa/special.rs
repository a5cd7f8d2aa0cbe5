//! Special registers (ISA manual, table 5-128, and chapter 5.3).

use super::model::Model;
use super::state::State;
use crate::sim::cpu::Bus;

/// Numbers of the registers that do something.
pub(super) mod number {
    pub(in super::super) const LBEG: u8 = 0;
    pub(in super::super) const LEND: u8 = 1;
    pub(in super::super) const LCOUNT: u8 = 2;
    pub(in super::super) const SAR: u8 = 3;
    pub(in super::super) const BR: u8 = 4;
    pub(in super::super) const SCOMPARE1: u8 = 12;
    pub(in super::super) const WINDOWBASE: u8 = 72;
    pub(in super::super) const WINDOWSTART: u8 = 73;
    /// EPC1; those of higher levels follow.
    pub(in super::super) const EPC: u8 = 177;
    pub(in super::super) const DEPC: u8 = 192;
    /// EPS2; those of higher levels follow.
    pub(in super::super) const EPS: u8 = 194;
    pub(in super::super) const INTERRUPT: u8 = 226;
    pub(in super::super) const INTCLEAR: u8 = 227;
    pub(in super::super) const INTENABLE: u8 = 228;
    pub(in super::super) const PS: u8 = 230;
    pub(in super::super) const VECBASE: u8 = 231;
    pub(in super::super) const EXCCAUSE: u8 = 232;
    pub(in super::super) const DEBUGCAUSE: u8 = 233;
    pub(in super::super) const CCOUNT: u8 = 234;
    pub(in super::super) const PRID: u8 = 235;
    pub(in super::super) const EXCVADDR: u8 = 238;
    /// CCOMPARE0; the others follow.
    pub(in super::super) const CCOMPARE: u8 = 240;
}
use number::*;

/// Some registers that follow each other.
#[derive(Debug)]
pub(super) struct Special {
    first: u8,
    last: u8,
    /// Without the number, where there are several.
    name: &'static str,
    kind: Kind,
}

/// What a register does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nobody knows it.
    Absent,
    /// It keeps what is written in the bits of this mask.
    Kept(u32),
    /// PRID. Writing it does nothing.
    ProcessorId,
    /// WINDOWBASE: other registers are in view.
    WindowBase,
    /// WINDOWSTART: a bit for each group of registers.
    WindowStart,
    /// INTERRUPT; writing it is INTSET.
    Interrupt,
    /// INTCLEAR.
    InterruptClear,
    /// CCOUNT.
    Count,
    /// A CCOMPARE, of the timer of this number.
    Compare(u8),
}

const fn special(number: u8, name: &'static str, kind: Kind) -> Special {
    specials(number, number, name, kind)
}

const fn specials(first: u8, last: u8, name: &'static str, kind: Kind) -> Special {
    Special {
        first,
        last,
        name,
        kind,
    }
}

/// What all of them have.
pub(super) const CORE: &[Special] = &[
    special(SAR, "sar", Kind::Kept(0x3f)),
    special(EPC, "epc1", Kind::Kept(!0)),
    special(DEPC, "depc", Kind::Kept(!0)),
    special(209, "excsave1", Kind::Kept(!0)),
    special(176, "configid0", Kind::Kept(0)),
    special(208, "configid1", Kind::Kept(0)),
    // INTLEVEL, EXCM, UM, RING, OWB, CALLINC, WOE.
    special(PS, "ps", Kind::Kept(0x7_0fff)),
    special(EXCCAUSE, "exccause", Kind::Kept(0x3f)),
    special(EXCVADDR, "excvaddr", Kind::Kept(!0)),
    special(PRID, "prid", Kind::ProcessorId),
];

/// The interrupt option and a timer.
pub(super) const INTERRUPT: &[Special] = &[
    special(number::INTERRUPT, "interrupt", Kind::Interrupt),
    special(INTCLEAR, "intclear", Kind::InterruptClear),
    special(INTENABLE, "intenable", Kind::Kept(!0)),
    special(CCOUNT, "ccount", Kind::Count),
    special(CCOMPARE, "ccompare0", Kind::Compare(0)),
];

/// Interrupts of the levels 2 to 7.
pub(super) const HIGH_LEVELS: &[Special] = &[
    specials(178, 183, "epc", Kind::Kept(!0)),
    specials(194, 199, "eps", Kind::Kept(0x7_0fff)),
    specials(210, 215, "excsave", Kind::Kept(!0)),
];

/// Interrupts of the levels 2 and 3.
pub(super) const LEVELS_2_3: &[Special] = &[
    specials(178, 179, "epc", Kind::Kept(!0)),
    specials(194, 195, "eps", Kind::Kept(0x7_0fff)),
    specials(210, 211, "excsave", Kind::Kept(!0)),
];

/// Two more timers.
pub(super) const TIMERS_1_2: &[Special] = &[
    special(241, "ccompare1", Kind::Compare(1)),
    special(242, "ccompare2", Kind::Compare(2)),
];

/// The windowed register option.
pub(super) const WINDOW: &[Special] = &[
    special(WINDOWBASE, "windowbase", Kind::WindowBase),
    special(WINDOWSTART, "windowstart", Kind::WindowStart),
];

/// The loop option.
pub(super) const LOOP: &[Special] = &[
    special(LBEG, "lbeg", Kind::Kept(!0)),
    special(LEND, "lend", Kind::Kept(!0)),
    special(LCOUNT, "lcount", Kind::Kept(!0)),
];

/// The boolean option.
pub(super) const BOOLEAN: &[Special] = &[special(BR, "br", Kind::Kept(0xffff))];

/// The conditional store option.
pub(super) const CONDITIONAL_STORE: &[Special] = &[
    special(SCOMPARE1, "scompare1", Kind::Kept(!0)),
    special(99, "atomctl", Kind::Kept(0x3f)),
];

/// The miscellaneous special registers option.
pub(super) const MISC: &[Special] = &[specials(244, 247, "misc", Kind::Kept(!0))];

/// Registers of the MAC16 option, which exception handlers save.
pub(super) const MAC16: &[Special] = &[
    special(16, "acclo", Kind::Kept(!0)),
    special(17, "acchi", Kind::Kept(0xff)),
    specials(32, 35, "m", Kind::Kept(!0)),
];

/// The relocatable vector option.
pub(super) const VECBASE: &[Special] = &[special(number::VECBASE, "vecbase", Kind::Kept(!0x3ff))];

/// The debug option; nothing breaks in but BREAK.
pub(super) const DEBUG: &[Special] = &[
    special(96, "ibreakenable", Kind::Kept(3)),
    special(104, "ddr", Kind::Kept(!0)),
    specials(128, 129, "ibreaka", Kind::Kept(!0)),
    specials(144, 145, "dbreaka", Kind::Kept(!0)),
    specials(160, 161, "dbreakc", Kind::Kept(!0)),
    special(DEBUGCAUSE, "debugcause", Kind::Kept(!0)),
    special(236, "icount", Kind::Kept(!0)),
    special(237, "icountlevel", Kind::Kept(0xf)),
];

/// The coprocessor option.
pub(super) const COPROCESSOR: &[Special] = &[special(224, "cpenable", Kind::Kept(0xff))];

/// Control of memories; nothing depends on it.
pub(super) const MEMORY_CONTROL: &[Special] = &[special(97, "memctl", Kind::Kept(!0))];

/// The name of a register of any core.
pub(super) fn name(number: u8) -> Option<String> {
    let all = [
        CORE,
        INTERRUPT,
        HIGH_LEVELS,
        TIMERS_1_2,
        WINDOW,
        LOOP,
        BOOLEAN,
        CONDITIONAL_STORE,
        MISC,
        MAC16,
        VECBASE,
        DEBUG,
        COPROCESSOR,
        MEMORY_CONTROL,
    ];
    let row = all
        .into_iter()
        .flatten()
        .find(|row| (row.first..=row.last).contains(&number))?;
    if row.first == row.last {
        return Some(row.name.to_owned());
    }
    // Those of levels are counted from 1 on, others from 0.
    let first = match row.name {
        "epc" | "eps" | "excsave" => 2,
        _ => 0,
    };
    Some(format!("{}{}", row.name, number - row.first + first))
}

/// What each register of a core does.
pub(super) fn kinds(model: &Model) -> [Kind; 256] {
    let mut kinds = [Kind::Absent; 256];
    for row in model.specials.iter().copied().flatten() {
        for number in row.first..=row.last {
            kinds[usize::from(number)] = row.kind;
        }
    }
    kinds
}

/// A register that nobody knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unknown;

impl State {
    /// What RSR reads.
    pub(super) fn read_special(&self, number: u8, bus: &mut Bus<'_>) -> Result<u32, Unknown> {
        match self.kind(number) {
            Kind::Absent => Err(Unknown),
            Kind::Kept(_) | Kind::WindowBase | Kind::WindowStart | Kind::Compare(_) => {
                Ok(self.special(number))
            }
            Kind::ProcessorId => Ok(self.model.processor_id),
            Kind::Interrupt => Ok(self.pending()),
            Kind::InterruptClear => Ok(0),
            Kind::Count => {
                bus.eventful = true;
                Ok(self.count(bus.cycle))
            }
        }
    }

    /// What WSR does.
    pub(super) fn write_special(
        &mut self,
        number: u8,
        value: u32,
        cycle: u64,
    ) -> Result<(), Unknown> {
        match self.kind(number) {
            Kind::Absent => return Err(Unknown),
            Kind::Kept(mask) => self.set_special(number, value & mask),
            Kind::ProcessorId => {}
            Kind::WindowBase => self.rotate_to(value),
            Kind::WindowStart => self.set_window_start(value),
            Kind::Interrupt => self.latch(value & self.model.interrupts.software),
            Kind::InterruptClear => self.unlatch(value),
            Kind::Count => self.set_count(value, cycle),
            Kind::Compare(timer) => self.set_compare(timer, value, cycle),
        }
        self.refresh();
        Ok(())
    }
}
