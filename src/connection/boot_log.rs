//! What a chip says outside frames: its boot log, an application's output.

use std::fmt;

/// What came outside frames: the beginning, where the boot log is, and the
/// end. Memory is bounded.
#[derive(Clone, Debug, Default)]
pub struct BootLog {
    head: Vec<u8>,
    tail: Vec<u8>,
    count: u64,
}

impl BootLog {
    /// Bytes kept of the beginning, and of the end.
    const KEPT: usize = 2048;

    /// Adds what came.
    pub fn push(&mut self, bytes: &[u8]) {
        self.count += bytes.len() as u64;
        let room = Self::KEPT - self.head.len();
        self.head
            .extend_from_slice(bytes.get(..room).unwrap_or(bytes));
        let bytes = bytes
            .get(bytes.len().saturating_sub(Self::KEPT)..)
            .unwrap_or(bytes);
        let excess = (self.tail.len() + bytes.len()).saturating_sub(Self::KEPT);
        self.tail.drain(..excess.min(self.tail.len()));
        self.tail.extend_from_slice(bytes);
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// How many bytes came.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The last bytes that came.
    #[must_use]
    pub fn tail(&self) -> &[u8] {
        &self.tail
    }

    /// What it means that this came, and no answer.
    #[must_use]
    pub fn diagnosis(&self) -> Heard {
        if self.count == 0 {
            return Heard::Nothing;
        }
        // An application's chatter may have pushed its boot log out.
        [&self.tail, &self.head]
            .into_iter()
            .find_map(|bytes| boot(&String::from_utf8_lossy(bytes)))
            .unwrap_or_else(|| match last_words(&self.tail) {
                Some(words) => Heard::Chatter(words),
                None => Heard::Noise(self.count),
            })
    }
}

/// What a ROM's log calls the way it boots, before the number of the mode, and
/// how the log goes on.
struct Style {
    /// What stands before the mode's number.
    mode: &'static str,
    /// What stands before the cause of the reset, on the same line.
    cause: &'static str,
    /// Part of the mode that says that the application was started.
    application: &'static str,
    /// What the loader of this ROM says when it waits.
    waiting: &'static str,
}

/// Recorded from the ROMs.
const STYLES: [Style; 2] = [
    // rst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)
    Style {
        mode: "boot:0x",
        cause: "rst:0x",
        application: "FLASH_BOOT",
        waiting: "waiting for download",
    },
    // ESP8266: rst cause:2, boot mode:(3,6); mode 1 is the loader.
    Style {
        mode: "boot mode:(",
        cause: "rst cause:",
        application: "boot mode:(3",
        waiting: "boot mode:(1,",
    },
];

/// The last boot that the text tells of.
fn boot(text: &str) -> Option<Heard> {
    let (at, style) = STYLES
        .iter()
        .filter_map(|style| Some((text.rfind(style.mode)?, style)))
        .max_by_key(|(at, _)| *at)?;
    let (before, after) = text.split_at_checked(at)?;
    let start = before.rfind(style.cause).filter(|start| {
        before
            .get(*start..)
            .is_some_and(|part| !part.contains('\n'))
    });
    let line = text.get(start.unwrap_or(at)..)?.lines().next()?;
    let mode = after.lines().next()?;
    let line = printable(line);
    Some(if after.contains(style.waiting) {
        Heard::Waiting(line)
    } else if mode.contains(style.application) {
        Heard::Application(line)
    } else {
        Heard::OtherMode(line)
    })
}

/// Shortest output that counts as text.
const TEXT: usize = 16;

/// The last line with words in it, of bytes that are text for the most part.
fn last_words(bytes: &[u8]) -> Option<String> {
    let is_text = |byte: &&u8| matches!(byte, b' '..=b'~' | b'\r' | b'\n' | b'\t' | 0x1b);
    let text = bytes.iter().filter(is_text).count();
    if text < TEXT || text * 10 < bytes.len() * 9 {
        return None;
    }
    let text = String::from_utf8_lossy(bytes);
    let words = text
        .lines()
        .rev()
        .map(printable)
        .find(|line| !line.is_empty());
    Some(words.unwrap_or_default())
}

/// A line without what could upset a terminal, and not too long.
fn printable(line: &str) -> String {
    const LONGEST: usize = 120;
    let clean = line.trim().chars().filter(|c| matches!(c, ' '..='~'));
    clean.take(LONGEST).collect()
}

/// What came instead of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Heard {
    /// Not a byte.
    Nothing,
    /// So many bytes that mean nothing.
    Noise(u64),
    /// Text of something that is no loader; with its last line.
    Chatter(String),
    /// The boot log of a chip whose loader waits; with the line that tells the
    /// cause of the reset and the mode.
    Waiting(String),
    /// The boot log of a chip that started its application; with that line.
    Application(String),
    /// The boot log of a chip that was told by its strapping pins to do
    /// something else; with that line.
    OtherMode(String),
}

impl Heard {
    /// Whether the reset was not the host's doing but the supply's.
    fn is_brown_out(&self) -> bool {
        match self {
            Self::Waiting(line) | Self::Application(line) | Self::OtherMode(line) => {
                line.contains("BROWN")
            }
            Self::Nothing | Self::Noise(_) | Self::Chatter(_) => false,
        }
    }
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
                "{count} bytes were heard that mean nothing; check that this is the right port, \
                 and hold BOOT while pressing RESET",
            ),
            Self::Chatter(line) => write!(
                f,
                "something that is no loader talks ({line}), the reset did not reach the chip; \
                 hold BOOT (IO0 low) while pressing RESET, or choose another way to reset",
            ),
            Self::Waiting(line) => write!(
                f,
                "the chip's loader is waiting ({line}), but does not hear; \
                 check the line from the host to the chip's RX",
            ),
            Self::Application(line) => write!(
                f,
                "the chip started its application instead of the loader ({line}); \
                 hold BOOT (IO0 low) while pressing RESET, or choose another way to reset",
            ),
            Self::OtherMode(line) => write!(
                f,
                "the chip's strapping pins select neither loader nor application ({line}); \
                 check what is connected to them",
            ),
        }?;
        if self.is_brown_out() {
            f.write_str("; its supply broke down: use a better cable or supply")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(bytes: &[u8]) -> Heard {
        let mut log = BootLog::default();
        log.push(bytes);
        log.diagnosis()
    }

    #[test]
    fn what_was_heard() {
        use Heard::*;
        let table: &[(&[u8], Heard)] = &[
            (b"", Nothing),
            (b"\xff\x00\x13", Noise(3)),
            (b"I (12)", Noise(6)),
            (
                b"ets Jul 29 2019 12:21:46\r\n\r\nrst:0x1 (POWERON_RESET),\
                  boot:0x3 (DOWNLOAD_BOOT(UART0))\r\nwaiting for download\r\n",
                Waiting("rst:0x1 (POWERON_RESET),boot:0x3 (DOWNLOAD_BOOT(UART0))".into()),
            ),
            (
                b"rst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\nconfigsip: 0",
                Application("rst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)".into()),
            ),
            (
                b"rst:0x1 (POWERON),boot:0x8 (SPI_FAST_FLASH_BOOT)\r\ninvalid header: 0xffffffff\r\n\
                  rst:0xf (BROWN_OUT_RST),boot:0x2 (DOWNLOAD(USB/UART0))\r\nwaiting for download",
                Waiting("rst:0xf (BROWN_OUT_RST),boot:0x2 (DOWNLOAD(USB/UART0))".into()),
            ),
            (
                b"\x00\xfe\xfeets Jan  8 2013,rst cause:2, boot mode:(1,6)\r\n\r\n",
                Waiting("rst cause:2, boot mode:(1,6)".into()),
            ),
            (
                b"\xfe ets Jan  8 2013,rst cause:2, boot mode:(3,6)\r\n\r\nload 0x40100000",
                Application("rst cause:2, boot mode:(3,6)".into()),
            ),
            (
                b"rst cause:2, boot mode:(5,6)\r\n",
                OtherMode("rst cause:2, boot mode:(5,6)".into()),
            ),
            (
                b"boot:0x1 (SDIO_REI_FEO_V1_BOOT)",
                OtherMode("boot:0x1 (SDIO_REI_FEO_V1_BOOT)".into()),
            ),
            (
                b"\x1b[0;32mI (4711) wifi: connected\x1b[0m\r\n\r\n",
                Chatter("[0;32mI (4711) wifi: connected[0m".into()),
            ),
        ];
        for (bytes, expected) in table {
            assert_eq!(heard(bytes), *expected);
        }
    }

    #[test]
    fn an_application_that_talks_does_not_hide_its_boot() {
        let mut log = BootLog::default();
        log.push(b"rst:0x1 (POWERON),boot:0x8 (SPI_FAST_FLASH_BOOT)\r\n");
        for _ in 0..1000 {
            log.push(b"I (4711) chatter: nothing of interest\r\n");
        }
        assert!(matches!(log.diagnosis(), Heard::Application(_)));
    }

    #[test]
    fn a_brown_out_is_named() {
        let text = heard(b"rst:0xf (BROWN_OUT_RST),boot:0x8 (SPI_FAST_FLASH_BOOT)").to_string();
        assert!(text.ends_with("use a better cable or supply"), "{text}");
    }

    #[test]
    fn a_message_holds_nothing_that_upsets_a_terminal() {
        let mut evil = b"boot:0x13 \x1b[2J\x07\xff\xfe".to_vec();
        evil.extend([b'A'; 5000]);
        for text in [heard(&evil).to_string(), heard(&[b'\x1b'; 99]).to_string()] {
            assert!(text.chars().all(|c| matches!(c, ' '..='~')), "{text}");
            assert!(text.len() < 400, "{text}");
        }
    }

    #[test]
    fn memory_is_bounded_and_keeps_both_ends() {
        let mut log = BootLog::default();
        for round in 0..100u8 {
            log.push(&[round; 777]);
            assert!(log.tail.len() <= BootLog::KEPT && log.head.len() <= BootLog::KEPT);
        }
        log.push(&[7; 10_000]);
        assert_eq!(log.tail(), [7; BootLog::KEPT]);
        assert_eq!(log.head[..777], [0; 777]);
        assert_eq!(log.count(), 77_700 + 10_000);
    }
}
