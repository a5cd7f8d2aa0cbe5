//! The status registers and what they protect (W25Q32JV data sheet, "Status
//! and Configuration Registers", "Status Register Memory Protection").

use std::ops::Range;

/// Bits of status register 1.
pub(super) const BUSY: u8 = 1 << 0;
pub(super) const WRITE_ENABLED: u8 = 1 << 1;
/// BP0 to BP2: how much is protected.
const BLOCKS: u8 = 7 << 2;
/// TB: from the bottom, not from the top.
const BOTTOM: u8 = 1 << 5;
/// SEC: counted in sectors of 4 KiB.
const SECTORS: u8 = 1 << 6;
/// Bits of status register 2.
const QUAD_ENABLED: u8 = 1 << 1;
/// CMP: what would be protected is not, and the rest is.
const COMPLEMENT: u8 = 1 << 6;

/// Bits that can be written, by register.
const WRITABLE: [u8; 3] = [0xfc, 0x7b, 0xe4];
/// As shipped: the quad modes on, for good (parts of type IQ).
const SHIPPED: [u8; 3] = [0, QUAD_ENABLED, 0x60];

/// Whether a status write outlasts the power.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lasting {
    Forever,
    UntilPowerIsCut,
}

/// The three status registers.
#[derive(Clone, Debug)]
pub(super) struct Status {
    now: [u8; 3],
    at_power_up: [u8; 3],
}

impl Status {
    pub(super) const fn new() -> Self {
        Self {
            now: SHIPPED,
            at_power_up: SHIPPED,
        }
    }

    /// A register, without the bits that are no settings.
    pub(super) fn register(&self, number: usize) -> u8 {
        self.now.get(number).copied().unwrap_or(0)
    }

    /// Writes registers from number `first` on.
    pub(super) fn write(&mut self, first: usize, values: &[u8], lasting: Lasting) {
        let registers = self.now.iter_mut().zip(&mut self.at_power_up);
        let registers = registers.zip(WRITABLE).zip(SHIPPED).skip(first);
        for ((((now, later), writable), shipped), value) in registers.zip(values) {
            *now = value & writable | shipped & QUAD_ENABLED;
            if lasting == Lasting::Forever {
                *later = *now;
            }
        }
    }

    pub(super) const fn power_up(&mut self) {
        self.now = self.at_power_up;
    }

    /// What may not be changed, of a flash of `size` bytes.
    pub(super) fn protected(&self, size: u32) -> Range<u32> {
        let [one, two, _] = self.now;
        let blocks = u32::from((one & BLOCKS) >> 2);
        let len = match (blocks, one & SECTORS) {
            (0, _) => 0,
            (7, _) => size,
            (_, 0) => size >> (7 - blocks),
            _ => (0x1000 << (blocks - 1).min(3)).min(size),
        };
        match (one & BOTTOM != 0, two & COMPLEMENT != 0) {
            (false, false) => size - len..size,
            (false, true) => 0..size - len,
            (true, false) => 0..len,
            (true, true) => len..size,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protects_what_the_data_sheet_says() {
        const MB4: u32 = 4 << 20;
        for (registers, range) in [
            ([0x00, 0x02], MB4..MB4),
            ([0x04, 0x02], 0x3f_0000..MB4),
            ([0x0c, 0x02], 0x3c_0000..MB4),
            ([0x18, 0x02], 0x20_0000..MB4),
            ([0x1c, 0x02], 0..MB4),
            ([0x24, 0x02], 0..0x1_0000),
            ([0x38, 0x02], 0..0x20_0000),
            ([0x44, 0x02], 0x3f_f000..MB4),
            ([0x4c, 0x02], 0x3f_c000..MB4),
            ([0x50, 0x02], 0x3f_8000..MB4),
            ([0x54, 0x02], 0x3f_8000..MB4),
            ([0x64, 0x02], 0..0x1000),
            ([0x04, 0x42], 0..0x3f_0000),
            ([0x24, 0x42], 0x1_0000..MB4),
            ([0x00, 0x42], 0..MB4),
            ([0x1c, 0x42], 0..0),
        ] {
            let mut status = Status::new();
            status.write(0, &registers, Lasting::Forever);
            assert_eq!(status.protected(MB4), range, "{registers:02x?}");
        }
    }

    #[test]
    fn volatile_settings_go_with_the_power() {
        let mut status = Status::new();
        status.write(0, &[0x04], Lasting::Forever);
        status.write(0, &[0x1f, 0xff], Lasting::UntilPowerIsCut);
        assert_eq!((status.register(0), status.register(1)), (0x1c, 0x7b));
        status.power_up();
        assert_eq!((status.register(0), status.register(1)), (0x04, 0x02));
    }
}
