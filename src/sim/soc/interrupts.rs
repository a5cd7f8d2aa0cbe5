//! Interrupt matrices and controllers: which interrupt of a device reaches the
//! core, and when.

use super::registers::Registers;
use crate::sim::cpu::{Request, Requests};

/// How interrupts reach a core.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Controller {
    /// Its lines are the core's.
    None,
    /// Lines 1 to 31 with a priority each; the highest above a threshold
    /// counts (TRM of ESP32-C3 and C6, "Interrupt Controller").
    Priorities {
        /// The register that enables lines, one bit each.
        enable: u32,
        /// The register with the priority of line 0; those of the others
        /// follow.
        priority: u32,
        /// The register with the least priority that counts.
        threshold: u32,
    },
    /// CLIC: a word for each line, with enable in byte 1 and level in byte 3
    /// (RISC-V CLIC, 0.9).
    Clic {
        /// The word of line 0; those of the others follow.
        control: u32,
    },
}

impl Controller {
    /// What the core is asked for while these lines are asserted.
    pub(super) fn requests(self, lines: u64, registers: &Registers) -> Requests {
        let first = match self {
            Self::None => None,
            Self::Priorities {
                enable,
                priority,
                threshold,
            } => {
                let enabled = lines & u64::from(registers.get(enable)) & !1;
                let least = registers.get(threshold).max(1);
                best(enabled, |line| {
                    let level = registers.get(priority + 4 * u32::from(line)) & 0xf;
                    (level >= least).then_some(level)
                })
            }
            Self::Clic { control } => best(lines, |line| {
                let word = registers.get(control + 4 * u32::from(line));
                (word >> 8 & 1 != 0).then_some(word >> 24)
            }),
        };
        Requests { lines, first }
    }
}

/// The line with the highest level, of those with the same the lowest.
fn best(lines: u64, level: impl Fn(u8) -> Option<u32>) -> Option<Request> {
    let mut best: Option<Request> = None;
    for line in (0..64).filter(|line| lines >> line & 1 != 0) {
        let Some(level) = level(line).and_then(|level| u8::try_from(level).ok()) else {
            continue;
        };
        if best.is_none_or(|best| level > best.level) {
            best = Some(Request { line, level });
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::soc::registers::Window;

    fn registers(values: &[(u32, u32)]) -> Registers {
        let window = Window {
            start: 0x2000_0000,
            len: 0x1000,
        };
        let mut registers = Registers::new(&[window], &[], None);
        for (address, value) in values {
            registers.set(*address, *value);
        }
        registers
    }

    #[test]
    fn priorities_decide() {
        let controller = Controller::Priorities {
            enable: 0x2000_0000,
            priority: 0x2000_0010,
            threshold: 0x2000_0090,
        };
        let request = |line, level| Some(Request { line, level });
        #[rustfmt::skip]
        let table = [
            // enabled, priorities of 3 and 5, threshold, lines, what comes of it
            (!0, 1, 2, 0, 0b10_1000, request(5, 2)),
            (!0, 2, 2, 0, 0b10_1000, request(3, 2)),
            (!0, 1, 2, 2, 0b00_1000, None),
            (!0, 1, 2, 1, 0b00_1000, request(3, 1)),
            (!0, 0, 2, 0, 0b00_1000, None),
            (0b1000, 1, 2, 0, 0b10_1000, request(3, 1)),
            (!0, 1, 2, 0, 0b00_0001, None),
            (!0, 1, 2, 0, 0, None),
        ];
        for (enable, three, five, threshold, lines, expected) in table {
            let registers = registers(&[
                (0x2000_0000, enable),
                (0x2000_001c, three),
                (0x2000_0024, five),
                (0x2000_0090, threshold),
            ]);
            let requests = controller.requests(lines, &registers);
            assert_eq!(
                requests,
                Requests {
                    lines,
                    first: expected
                },
                "{three} {five} {threshold}"
            );
        }
    }

    #[test]
    fn a_clic_has_enable_and_level_in_one_word() {
        let controller = Controller::Clic {
            control: 0x2000_0000,
        };
        let registers = registers(&[(0x2000_0054, 0x3f00_0100), (0x2000_0058, 0xff00_0000)]);
        let requests = controller.requests(1 << 21 | 1 << 22, &registers);
        let expected = Request {
            line: 21,
            level: 0x3f,
        };
        assert_eq!(requests.first, Some(expected));
    }
}
