//! What a chip says outside frames: its boot log, an application's output.

use std::fmt;

/// The last of what came outside frames.
#[derive(Clone, Debug, Default)]
pub struct BootLog {
    tail: Vec<u8>,
}

impl BootLog {
    /// How much is kept.
    const KEPT: usize = 2048;

    /// Adds what came.
    pub fn push(&mut self, bytes: &[u8]) {
        let bytes = bytes
            .get(bytes.len().saturating_sub(Self::KEPT)..)
            .unwrap_or(bytes);
        let excess = (self.tail.len() + bytes.len()).saturating_sub(Self::KEPT);
        self.tail.drain(..excess.min(self.tail.len()));
        self.tail.extend_from_slice(bytes);
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.tail.clear();
    }

    /// The bytes kept.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.tail
    }

    /// What it means that this came, and no answer.
    #[must_use]
    pub fn diagnosis(&self) -> Heard {
        if self.tail.is_empty() {
            return Heard::Nothing;
        }
        let text = String::from_utf8_lossy(&self.tail);
        let Some(boot) = text.rfind("boot:0x").and_then(|at| text.get(at..)) else {
            return Heard::Noise(self.tail.len());
        };
        let line = boot.lines().next().unwrap_or(boot).trim_end().to_owned();
        if boot.contains("waiting for download") {
            Heard::Waiting(line)
        } else {
            Heard::Application(line)
        }
    }
}

/// What came instead of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Heard {
    /// Not a byte.
    Nothing,
    /// So many bytes that are no boot log (at least).
    Noise(usize),
    /// The boot log of a chip whose loader waits; with its `boot:` line.
    Waiting(String),
    /// The boot log of a chip that started its application; with its `boot:`
    /// line.
    Application(String),
}

impl fmt::Display for Heard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str(
                "nothing was heard; check cable, power and port, \
                 or hold BOOT while pressing RESET",
            ),
            Self::Noise(count) => write!(
                f,
                "{count} bytes were heard that mean nothing; \
                 check that this is the right port, and the baud rate of what runs on the chip"
            ),
            Self::Waiting(line) => write!(
                f,
                "the chip's loader is waiting ({line}), but does not hear; \
                 check the line from the host to the chip's RX"
            ),
            Self::Application(line) => write!(
                f,
                "the chip started its application instead of the loader ({line}); \
                 hold BOOT (IO0 low) while pressing RESET, or choose another --before"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_heard() {
        let table: &[(&[u8], Heard)] = &[
            (b"", Heard::Nothing),
            (b"\xff\x00\x13", Heard::Noise(3)),
            (
                b"ets Jul 29 2019 12:21:46\r\n\r\nrst:0x1 (POWERON_RESET),boot:0x3 (DOWNLOAD_BOOT(UART0))\r\nwaiting for download\r\n",
                Heard::Waiting("boot:0x3 (DOWNLOAD_BOOT(UART0))".into()),
            ),
            (
                b"rst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\nconfigsip: 0",
                Heard::Application("boot:0x13 (SPI_FAST_FLASH_BOOT)".into()),
            ),
        ];
        for (bytes, expected) in table {
            let mut log = BootLog::default();
            log.push(bytes);
            assert_eq!(log.diagnosis(), *expected);
        }
    }

    #[test]
    fn memory_is_bounded_and_keeps_the_end() {
        let mut log = BootLog::default();
        for round in 0..100u8 {
            log.push(&[round; 777]);
            assert!(log.bytes().len() <= BootLog::KEPT);
        }
        log.push(&[7; 10_000]);
        assert_eq!(log.bytes(), [7; BootLog::KEPT]);
    }
}
