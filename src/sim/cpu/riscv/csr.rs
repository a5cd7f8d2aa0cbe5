//! Control and status registers.

use super::hart::Hart;
use super::model::Model;
use crate::sim::cpu::Bus;
use std::sync::Arc;

/// Numbers of the registers that do something (volume II, 2.2).
pub(super) mod number {
    pub(in super::super) const MSTATUS: u16 = 0x300;
    pub(in super::super) const MIE: u16 = 0x304;
    pub(in super::super) const MTVEC: u16 = 0x305;
    pub(in super::super) const MEPC: u16 = 0x341;
    pub(in super::super) const MCAUSE: u16 = 0x342;
    pub(in super::super) const MTVAL: u16 = 0x343;
    pub(in super::super) const MINTTHRESH: u16 = 0x347;
}

/// Some registers that follow each other.
#[derive(Debug)]
pub(super) struct Csr {
    first: u16,
    last: u16,
    name: &'static str,
    kind: Kind,
}

/// What a register does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// It keeps what is written in the bits of this mask.
    Kept(u32),
    /// It keeps what is written, and decides about interrupts.
    Interrupts(u32),
    /// It always reads as this; writing it is an illegal instruction if its
    /// number says so, and else is ignored.
    Constant(u32),
    /// The lower and the upper half of the cycles.
    Cycles,
    CyclesHigh,
    /// The level of interrupts that is served.
    Level,
}

const fn csr(number: u16, name: &'static str, kind: Kind) -> Csr {
    csrs(number, number, name, kind)
}

const fn csrs(first: u16, last: u16, name: &'static str, kind: Kind) -> Csr {
    Csr {
        first,
        last,
        name,
        kind,
    }
}

/// I, M, A, C, X (volume II, 3.1.1), 32 bits wide.
const MISA: u32 = 1 << 30 | 1 << 23 | 1 << 12 | 1 << 8 | 1 << 2 | 1;

/// What all of them have.
pub(super) const MACHINE: &[Csr] = &[
    // MIE, MPIE, MPP.
    csr(number::MSTATUS, "mstatus", Kind::Interrupts(0x1888)),
    csr(0x301, "misa", Kind::Constant(MISA)),
    csr(number::MIE, "mie", Kind::Interrupts(!0)),
    csr(number::MTVEC, "mtvec", Kind::Kept(!0)),
    csr(0x306, "mcounteren", Kind::Kept(!0)),
    csr(0x320, "mcountinhibit", Kind::Kept(!0)),
    csr(0x340, "mscratch", Kind::Kept(!0)),
    csr(number::MEPC, "mepc", Kind::Kept(!1)),
    csr(number::MCAUSE, "mcause", Kind::Kept(!0)),
    csr(number::MTVAL, "mtval", Kind::Kept(!0)),
    csr(0x344, "mip", Kind::Constant(0)),
    // Triggers; nothing is triggered.
    csr(0x7a0, "tselect", Kind::Kept(!0)),
    csr(0x7a1, "tdata1", Kind::Kept(!0)),
    csr(0x7a2, "tdata2", Kind::Kept(!0)),
    csr(0x7a5, "tcontrol", Kind::Kept(!0)),
    csr(0xf14, "mhartid", Kind::Constant(0)),
];

/// Who made it (TRM of the ESP32-C3, "Register Summary" of the core).
pub(super) const IDS_C3: &[Csr] = &[
    csr(0xf11, "mvendorid", Kind::Constant(0x612)),
    csr(0xf12, "marchid", Kind::Constant(0x8000_0001)),
    csr(0xf13, "mimpid", Kind::Constant(1)),
];

/// Who made it (TRM of the ESP32-C6, "Register Summary" of the core).
pub(super) const IDS_C6: &[Csr] = &[
    csr(0xf11, "mvendorid", Kind::Constant(0x612)),
    csr(0xf12, "marchid", Kind::Constant(0x8000_0002)),
    csr(0xf13, "mimpid", Kind::Constant(2)),
];

/// User-level traps of the cores that have them, and the performance counter
/// at the user's addresses (TRM of ESP32-C3 and C6, "Register Summary" of the
/// core): event, enable, count.
pub(super) const COUNTER_802: &[Csr] = &[
    csr(0x000, "ustatus", Kind::Kept(!0)),
    csr(0x004, "uie", Kind::Kept(!0)),
    csr(0x7e0, "mpcer", Kind::Kept(!0)),
    csr(0x7e1, "mpcmr", Kind::Kept(!0)),
    csr(0x7e2, "mpccr", Kind::Cycles),
    csr(0x800, "upcer", Kind::Kept(!0)),
    csr(0x801, "upcmr", Kind::Kept(!0)),
    csr(0x802, "upccr", Kind::Cycles),
];

/// The counters of the specification.
pub(super) const COUNTERS: &[Csr] = &[
    csr(0xb00, "mcycle", Kind::Cycles),
    csr(0xb02, "minstret", Kind::Cycles),
    csr(0xb80, "mcycleh", Kind::CyclesHigh),
    csr(0xb82, "minstreth", Kind::CyclesHigh),
    csr(0xc00, "cycle", Kind::Cycles),
    csr(0xc02, "instret", Kind::Cycles),
    csr(0xc80, "cycleh", Kind::CyclesHigh),
    csr(0xc82, "instreth", Kind::CyclesHigh),
];

/// Cache control of the core (register header of ESP32-C5 and P4).
pub(super) const CACHE: &[Csr] = &[
    csr(0x7c0, "mxstatus", Kind::Kept(!0)),
    csr(0x7c1, "mhcr", Kind::Kept(!0)),
];

/// Physical memory protection; nothing is protected.
pub(super) const PROTECTION: &[Csr] = &[
    csrs(0x3a0, 0x3a3, "pmpcfg", Kind::Kept(!0)),
    csrs(0x3b0, 0x3bf, "pmpaddr", Kind::Kept(!0)),
];

/// Physical memory attributes (TRM of the ESP32-C6, "PMA"); nothing depends on
/// them.
pub(super) const ATTRIBUTES: &[Csr] = &[
    csrs(0xbc0, 0xbcf, "pmacfg", Kind::Kept(!0)),
    csrs(0xbd0, 0xbdf, "pmaaddr", Kind::Kept(!0)),
];

/// What the CLIC adds.
pub(super) const CLIC: &[Csr] = &[
    csr(0x307, "mtvt", Kind::Kept(!0)),
    csr(0x346, "mintstatus", Kind::Level),
    csr(number::MINTTHRESH, "mintthresh", Kind::Interrupts(0xff)),
    csr(0xfb1, "mintstatus", Kind::Level),
];

/// Numbers of registers.
const ALL: usize = 0x1000;
/// More registers than any core has.
const SLOTS: usize = 128;
/// The slot of the registers that a core does not have.
const NOWHERE: u8 = 0;

/// What each register of a core does, and where its content is.
type Places = [(Option<Kind>, u8); ALL];

fn places(model: &Model) -> Box<Places> {
    let mut places = Box::new([(None, NOWHERE); ALL]);
    let rows = model.csrs.iter().copied().flatten();
    let numbers = rows.flat_map(|row| (row.first..=row.last).map(|number| (number, row.kind)));
    for ((number, kind), slot) in numbers.zip(NOWHERE + 1..) {
        places[usize::from(number)] = (Some(kind), slot);
    }
    places
}

/// The registers' contents.
#[derive(Clone, Debug)]
pub(super) struct CsrFile {
    places: Arc<Places>,
    kept: [u32; SLOTS],
    /// The cycle at which the counter stood at 0.
    counter_start: u64,
}

impl PartialEq for CsrFile {
    /// Of the same core.
    fn eq(&self, other: &Self) -> bool {
        self.kept == other.kept && self.counter_start == other.counter_start
    }
}

impl CsrFile {
    pub(super) fn new(model: &Model) -> Self {
        let mut file = Self {
            places: places(model).into(),
            kept: [0; SLOTS],
            counter_start: 0,
        };
        // Nothing but machine mode is there to return to.
        file.set(number::MSTATUS, 0x1800);
        file
    }

    #[inline]
    fn place(&self, number: u16) -> (Option<Kind>, u8) {
        self.places[usize::from(number) % ALL]
    }

    /// What a register that keeps its content holds; 0 if the core does not have
    /// it.
    #[inline]
    pub(super) fn get(&self, number: u16) -> u32 {
        let (_, slot) = self.place(number);
        self.kept[usize::from(slot) % SLOTS]
    }

    pub(super) fn set(&mut self, number: u16, value: u32) {
        let (kind, slot) = self.place(number);
        if kind.is_some() {
            self.kept[usize::from(slot) % SLOTS] = value;
        }
    }

    /// Lets the counter stand at 0 at `cycle`.
    pub(super) const fn restart(&mut self, cycle: u64) {
        self.count(cycle, 0);
    }

    /// Lets the counter stand at `count` at `cycle`.
    const fn count(&mut self, cycle: u64, count: u64) {
        self.counter_start = cycle.wrapping_sub(count);
    }

    /// Whether a line may interrupt as far as `mie` goes.
    pub(super) fn line_enabled(&self, line: u8) -> bool {
        self.get(number::MIE) >> (line % 32) & 1 != 0
    }

    /// The level that an interrupt must be above.
    pub(super) fn threshold(&self) -> u8 {
        self.get(number::MINTTHRESH).to_le_bytes()[0]
    }
}

/// How an instruction changes a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Write,
    Set,
    Clear,
    /// Not at all: it only reads.
    None,
}

/// Why a register cannot be accessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The core does not have it, or nobody here knows it.
    Unknown,
    /// It cannot be written.
    ReadOnly,
}

/// The name of a register of any core.
pub(super) fn name(number: u16) -> Option<&'static str> {
    let all = [
        MACHINE,
        IDS_C3,
        COUNTER_802,
        COUNTERS,
        CACHE,
        PROTECTION,
        ATTRIBUTES,
        CLIC,
    ];
    let csr = all.into_iter().flatten().find(|csr| csr.has(number))?;
    Some(csr.name)
}

impl Csr {
    const fn has(&self, number: u16) -> bool {
        self.first <= number && number <= self.last
    }
}

impl Hart {
    /// Changes a register and returns what it held before.
    pub(super) fn change_csr(
        &mut self,
        bus: &mut Bus<'_>,
        number: u16,
        change: Change,
        operand: u32,
    ) -> Result<u32, Refusal> {
        let kind = self.csr.place(number).0.ok_or(Refusal::Unknown)?;
        let cycle = bus.cycle;
        let count = cycle.wrapping_sub(self.csr.counter_start);
        bus.eventful |= matches!(kind, Kind::Cycles | Kind::CyclesHigh);

        let before = match kind {
            Kind::Kept(_) | Kind::Interrupts(_) => self.csr.get(number),
            Kind::Constant(value) => value,
            Kind::Cycles => low(count),
            Kind::CyclesHigh => low(count >> 32),
            Kind::Level => u32::from(self.level()) << 24,
        };
        let after = match change {
            Change::Write => operand,
            Change::Set => before | operand,
            Change::Clear => before & !operand,
            Change::None => return Ok(before),
        };
        // The top two bits of the number (volume II, 2.1).
        if number >> 10 == 0b11 {
            return Err(Refusal::ReadOnly);
        }
        match kind {
            Kind::Kept(mask) => self.csr.set(number, after & mask),
            Kind::Interrupts(mask) => {
                self.csr.set(number, after & mask);
                self.look_at_interrupts();
            }
            Kind::Cycles => self
                .csr
                .count(cycle, count & !0xffff_ffff | u64::from(after)),
            Kind::CyclesHigh => self
                .csr
                .count(cycle, u64::from(low(count)) | u64::from(after) << 32),
            Kind::Constant(_) | Kind::Level => {}
        }
        Ok(before)
    }
}

/// The lower half.
const fn low(value: u64) -> u32 {
    let bytes = value.to_le_bytes();
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}
