//! Windows: which of the physical registers are in view (ISA manual, 4.7.1).

use super::exceptions::Cause;
use super::special::number;
use super::state::{Flow, PS_CALLINC, PS_EXCM, PS_OWB, PS_WOE, State};

impl State {
    /// The mask of a number of a group of registers.
    const fn window_mask(&self) -> u32 {
        self.model.windows.saturating_sub(1) as u32
    }

    pub(super) fn refresh_limit(&mut self) {
        self.limit = 4;
        if self.windows_work() {
            let others = self.starts(1);
            self.limit = (others.trailing_zeros() + 1).min(4).to_le_bytes()[0];
        }
    }

    /// Whether registers of other calls are looked after, and calls may be
    /// made and left.
    const fn windows_work(&self) -> bool {
        self.model.windows != 0 && self.ps() & (PS_WOE | PS_EXCM) == PS_WOE
    }

    /// Which groups belong to calls, in bit 0 the one that is so far above
    /// the first in view.
    fn starts(&self, above: u32) -> u32 {
        let windows = u32::from(self.model.windows);
        let start = self.special(number::WINDOWSTART);
        let from = self.special(number::WINDOWBASE).wrapping_add(above) & self.window_mask();
        (start >> from | start << (windows - from)) & ((1 << windows) - 1)
    }

    pub(super) fn set_window_start(&mut self, value: u32) {
        let all = (1 << self.model.windows) - 1;
        self.set_special(number::WINDOWSTART, value & all);
    }

    fn mark_window(&mut self, group: u32, starts: bool) {
        let bit = 1 << (group & self.window_mask());
        let others = self.special(number::WINDOWSTART) & !bit;
        let bit = if starts { bit } else { 0 };
        self.set_special(number::WINDOWSTART, others | bit);
    }

    /// Lets the registers from a group on be in view.
    pub(super) fn rotate_to(&mut self, group: u32) {
        let mask = self.window_mask();
        let before = self.special(number::WINDOWBASE);
        for (at, four) in (before..).zip(self.a.chunks_exact(4)) {
            self.physical[(at & mask & 0xf) as usize].copy_from_slice(four);
        }
        for (at, four) in (group & mask..).zip(self.a.chunks_exact_mut(4)) {
            four.copy_from_slice(&self.physical[(at & mask & 0xf) as usize]);
        }
        self.set_special(number::WINDOWBASE, group & mask);
    }

    fn rotate_by(&mut self, groups: u32) {
        self.rotate_to(self.special(number::WINDOWBASE).wrapping_add(groups));
    }

    /// ROTW.
    pub(super) fn rotate(&mut self, groups: u32) {
        self.rotate_by(groups);
        self.refresh_limit();
    }

    /// What every way into a window handler has in common.
    fn enter_window_handler(&mut self, rotation: u32, vector: u32) -> Flow {
        let owner = self.special(number::WINDOWBASE) << 8 & PS_OWB;
        self.rotate_by(rotation);
        self.set_special(number::EPC, self.pc);
        self.set_ps(self.ps() & !PS_OWB | owner | PS_EXCM);
        let base = self.special(number::VECBASE);
        self.jump(
            base.wrapping_add(self.model.vectors.window)
                .wrapping_add(vector),
        )
    }

    /// The instruction uses registers of another call: the handler spills
    /// that one's.
    #[cold]
    pub(super) fn window_overflow(&mut self) -> Flow {
        let above = u32::from(self.limit);
        // How many registers it has depends on where the next one begins.
        let vector = match self.starts(above + 1) {
            next if next & 1 != 0 => 0x00,
            next if next & 2 != 0 => 0x80,
            _ => 0x100,
        };
        self.enter_window_handler(above, vector)
    }

    /// CALL4, CALL8 and CALL12, whose callee's first register is a4, a8, a12.
    #[inline(always)]
    pub(super) fn call(&mut self, groups: u8, target: u32) -> Flow {
        let back = self.pc.wrapping_add(3) & 0x3fff_ffff;
        self.set(groups << 2, back | u32::from(groups) << 30);
        let ps = self.ps() & !PS_CALLINC | u32::from(groups) << 16;
        self.set_special(number::PS, ps);
        self.jump(target)
    }

    /// ENTRY.
    pub(super) fn enter(&mut self, stack: u8, size: u32) -> Flow {
        if stack > 3 || !self.windows_work() {
            return self.exception(Cause::IllegalInstruction);
        }
        let groups = (self.ps() & PS_CALLINC) >> 16;
        if groups >= u32::from(self.limit) {
            return self.window_overflow();
        }
        let pointer = self.get(stack).wrapping_sub(size);
        let [groups_above, ..] = groups.to_le_bytes();
        self.set(groups_above << 2 | stack, pointer);
        self.rotate_by(groups);
        self.mark_window(self.special(number::WINDOWBASE), true);
        self.refresh_limit();
        Flow::Next
    }

    /// RETW.
    pub(super) fn leave(&mut self) -> Flow {
        let back = self.get(0);
        let groups = back >> 30;
        let below = self.starts(self.window_mask().wrapping_sub(2)) & 0b111;
        // How far below the caller's registers are, if they are not spilled.
        let nearest = match below {
            0 => 0,
            _ => below.leading_zeros() - 28,
        };
        if groups == 0 || (nearest != 0 && nearest != groups) || !self.windows_work() {
            return self.exception(Cause::IllegalInstruction);
        }
        if nearest == 0 {
            let vector = 0x40 + 0x80 * (groups - 1);
            return self.enter_window_handler(groups.wrapping_neg(), vector);
        }
        self.mark_window(self.special(number::WINDOWBASE), false);
        self.rotate_by(groups.wrapping_neg());
        self.refresh_limit();
        self.jump(self.pc & 0xc000_0000 | back & 0x3fff_ffff)
    }

    /// RFWO and RFWU: the registers have been spilled or fetched back.
    pub(super) fn leave_window_handler(&mut self, starts: bool) -> Flow {
        self.mark_window(self.special(number::WINDOWBASE), starts);
        self.rotate_to((self.ps() & PS_OWB) >> 8);
        self.set_ps(self.ps() & !PS_EXCM);
        self.jump(self.special(number::EPC))
    }

    /// MOVSP may not move the stack pointer while what lies below it belongs
    /// to spilled registers of the caller.
    pub(super) fn caller_is_spilled(&self) -> bool {
        self.starts(self.window_mask().wrapping_sub(2)) & 0b111 == 0
    }
}
