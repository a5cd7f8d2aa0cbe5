//! What can go wrong, sorted by who has to act.

use crate::connection::Heard;
use crate::digest::{Digest, DigestKind};
use crate::wire::{Opcode, WireError};
use std::io;

/// The crate's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, sorted by who has to act.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The port is gone, busy or refuses.
    #[error(transparent)]
    Port(#[from] PortError),
    /// Nobody answers at the other end.
    #[error(transparent)]
    NoAnswer(#[from] NoAnswer),
    /// The device answers something that is no answer.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// Another chip than expected, or one that is not supported.
    #[error(transparent)]
    Chip(#[from] ChipError),
    /// The chip's security settings forbid it.
    #[error(transparent)]
    Security(#[from] SecurityError),
    /// The device refused a command.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// The flash does not hold what it should.
    #[error(
        "flash at {address:#x} ({size} bytes) differs: expected {kind} {}, found {}",
        hex(expected),
        hex(found)
    )]
    Mismatch {
        /// Flash address of the region in bytes.
        address: u32,
        /// Size of the region in bytes.
        size: u32,
        /// How the digests are made.
        kind: DigestKind,
        /// Digest of the bytes that should be there.
        expected: Digest,
        /// The digest that the chip computed.
        found: Digest,
    },
    /// The caller asks for something impossible.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The caller cancelled.
    #[error("cancelled")]
    Cancelled,
    /// The caller's deadline passed.
    #[error("the deadline passed while {doing}")]
    Deadline {
        /// What was under way.
        doing: &'static str,
    },
}

impl Error {
    /// Whether it is that the port is gone.
    #[must_use]
    pub const fn is_port_gone(&self) -> bool {
        matches!(self, Self::Port(PortError::Gone(_)))
    }

    /// Whether the same call can succeed when it is simply made again.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Port(error) => error.is_retryable(),
            Self::NoAnswer(_) | Self::Wire(_) | Self::Deadline { .. } | Self::Mismatch { .. } => {
                true
            }
            Self::Device(error) => error.is_retryable(),
            Self::Chip(_) | Self::Security(_) | Self::Input(_) | Self::Cancelled => false,
        }
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::Port(error.into())
    }
}

/// The port's fault.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PortError {
    /// It vanished: unplugged, or the other side of a socket closed.
    #[error("the port is gone ({0}); plug the board in again")]
    Gone(#[source] io::Error),
    /// There is no such port.
    #[error("no such port: {name}; {}", others(present))]
    NotFound {
        /// The name asked for.
        name: String,
        /// The ports that are there.
        present: Vec<String>,
    },
    /// Another program holds it.
    #[error("{name} is busy; close the program that holds it, a serial monitor perhaps")]
    Busy {
        /// Its name.
        name: String,
    },
    /// This user may not open it.
    #[error(
        "no permission to open {name}; join the group that owns it (often dialout or uucp) \
         and log in again"
    )]
    Denied {
        /// Its name.
        name: String,
    },
    /// It is there, but does not work as a serial port.
    #[error("{name} does not work as a serial port ({source}); choose another")]
    Unusable {
        /// Its name.
        name: String,
        /// What the system said.
        source: io::Error,
    },
    /// Nobody answers at the other end of a TCP connection.
    #[error(
        "{name} cannot be reached ({source}); is it host:port, and does somebody listen there?"
    )]
    Unreachable {
        /// Its name.
        name: String,
        /// What the system said.
        source: io::Error,
    },
    /// A name of a kind that this build has no transport for.
    #[error(
        "{0} is no kind of port that this program opens; give a serial port, or socket://HOST:PORT"
    )]
    Scheme(String),
    /// The host cannot set this rate.
    #[error("this host cannot set {baud} baud ({source}); choose another rate")]
    Baud {
        /// The rate asked for, in bits per second.
        baud: u32,
        /// What the system said.
        source: io::Error,
    },
    /// Anything else the system said.
    #[error("the port fails: {0}")]
    Other(#[source] io::Error),
}

impl PortError {
    /// Whether the same call can succeed when it is simply made again.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        matches!(self, Self::Gone(_) | Self::Busy { .. })
    }
}

fn others(present: &[String]) -> String {
    if present.is_empty() {
        "no serial port is there: plug the board in, and check the cable".to_owned()
    } else {
        format!("these are there: {}", present.join(", "))
    }
}

/// What a system says when a serial port was unplugged.
#[cfg(unix)]
const UNPLUGGED: &[i32] = &[
    5,  // EIO
    6,  // ENXIO
    19, // ENODEV
];
/// What a system says when a serial port was unplugged.
#[cfg(windows)]
const UNPLUGGED: &[i32] = &[
    2,    // ERROR_FILE_NOT_FOUND
    5,    // ERROR_ACCESS_DENIED
    22,   // ERROR_BAD_COMMAND
    31,   // ERROR_GEN_FAILURE
    433,  // ERROR_NO_SUCH_DEVICE
    995,  // ERROR_OPERATION_ABORTED
    1167, // ERROR_DEVICE_NOT_CONNECTED
];

impl From<io::Error> for PortError {
    fn from(error: io::Error) -> Self {
        use io::ErrorKind as K;
        let gone = match error.raw_os_error() {
            Some(code) if UNPLUGGED.contains(&code) => true,
            _ => matches!(
                error.kind(),
                K::BrokenPipe
                    | K::NotConnected
                    | K::ConnectionReset
                    | K::ConnectionAborted
                    | K::UnexpectedEof
            ),
        };
        if gone {
            Self::Gone(error)
        } else {
            Self::Other(error)
        }
    }
}

/// Nobody answers, and what was heard instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no answer to {command}: {heard}")]
pub struct NoAnswer {
    /// The command that got no answer.
    pub command: Opcode,
    /// What came instead.
    pub heard: Heard,
}

/// The wrong chip, or one nobody knows.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChipError {
    /// Another chip than the caller named.
    #[error(
        "this is an {found}, not an {expected}; if it is the right board, name {found_arg}, or no chip"
    )]
    Wrong {
        /// The chip the caller named.
        expected: &'static str,
        /// The chip that answers.
        found: &'static str,
        /// Its name on a command line.
        found_arg: &'static str,
    },
    /// No table entry fits.
    #[error("unknown chip ({})", told(*id, *magic))]
    Unknown {
        /// Chip id from GET_SECURITY_INFO.
        id: Option<u32>,
        /// The word at 0x4000_1000.
        magic: Option<u32>,
    },
    /// Its loader lacks the command.
    #[error("the {chip}'s ROM loader has no command for {what}; it takes a stub")]
    Unable {
        /// The chip's name.
        chip: &'static str,
        /// What was asked for.
        what: &'static str,
    },
    /// It cannot be left this way.
    #[error("the {chip} cannot {what}; use hard-reset")]
    Leave {
        /// The chip's name.
        chip: &'static str,
        /// What was asked for.
        what: &'static str,
    },
    /// No flash answers.
    #[error(
        "the {chip} finds no flash (RDID answers nothing); check the flash's power and wiring, \
         or give its size"
    )]
    NoFlash {
        /// The chip's name.
        chip: &'static str,
    },
    /// The flash's size cannot be told.
    #[error("the size of the flash cannot be told{}; give it", of(*id))]
    FlashSize {
        /// What the flash says of itself, if it was asked.
        id: Option<crate::flash::JedecId>,
    },
    /// A stub that runs already cannot be used, and only a reset would end it.
    #[error("{why}; let the chip be reset")]
    Stub {
        /// Why not.
        why: crate::stub::WithoutStub,
    },
    /// The flash does not get ready.
    #[error("the flash stays busy erasing the sector at {address:#x}; check its power")]
    FlashBusy {
        /// Flash address of the sector.
        address: u32,
    },
}

fn told(id: Option<u32>, magic: Option<u32>) -> String {
    match (id, magic) {
        (Some(id), _) => format!("its id is {id}"),
        (None, Some(magic)) => format!("the word at 0x40001000 is {magic:#010x}"),
        (None, None) => "it tells nothing about itself".to_owned(),
    }
}

fn of(id: Option<crate::flash::JedecId>) -> String {
    id.map_or_else(String::new, |id| format!(" from its id {id}"))
}

/// The chip's security settings forbid it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SecurityError {
    /// Secure download mode: the ROM refuses to read or hash.
    #[error("the chip is in secure download mode, which forbids {what}")]
    SecureDownload {
        /// What was asked for.
        what: &'static str,
    },
    /// Plain bytes for a chip that decrypts what it reads.
    #[error(
        "the chip's flash encryption is on: it would read {name} as garbage; \
         give it encrypted, as raw bytes"
    )]
    FlashEncryption {
        /// The region's name.
        name: String,
    },
    /// A write to the bootloader of a chip that trusts one bootloader only.
    #[error(
        "the chip's secure boot (version 1) is on: with another bootloader than the one it has \
         it would never boot again, so {name} at {address:#x} is not written; \
         give it as raw bytes to do so all the same"
    )]
    SecureBoot {
        /// The region's name.
        name: String,
        /// Its flash address.
        address: u32,
    },
}

/// The device refused a command.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{command} refused{}: {reason}", at(*address))]
pub struct DeviceError {
    /// The command.
    pub command: Opcode,
    /// The reason it gave.
    pub reason: crate::wire::Reason,
    /// The flash or memory address it was about.
    pub address: Option<u32>,
}

impl DeviceError {
    /// Whether the same call can succeed when it is simply made again.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        true
    }
}

fn at(address: Option<u32>) -> String {
    address.map_or_else(String::new, |address| format!(" at {address:#x}"))
}

/// The caller asks for something impossible.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
    /// A file cannot be read.
    #[error("cannot read {name}: {reason}")]
    File {
        /// Its path.
        name: String,
        /// What kind of failure it is.
        kind: io::ErrorKind,
        /// What the system said.
        reason: String,
    },
    /// What was read cannot be put where it should go.
    #[error("cannot write what was read: {reason}")]
    Output {
        /// What the system said.
        reason: String,
    },
    /// A region without bytes.
    #[error("{name} is empty; leave it out, or build it again")]
    Empty {
        /// The region's name.
        name: String,
    },
    /// A region that does not start at a sector.
    #[error(
        "{name} cannot be written at {address:#x}, which is no multiple of {alignment:#x}; \
         flash is erased in sectors of that size"
    )]
    Unaligned {
        /// The region's name.
        name: String,
        /// Its flash address.
        address: u32,
        /// What the address should be a multiple of.
        alignment: u32,
    },
    /// A region that the flash is too small for.
    #[error(
        "{name} would end at {end:#x}, past the flash's {flash_size:#x} bytes; \
         choose another address, a smaller image, or give the flash's true size"
    )]
    PastFlash {
        /// The region's name.
        name: String,
        /// The address behind its last byte.
        end: u64,
        /// Size of the flash in bytes.
        flash_size: u32,
    },
    /// A region that the loader cannot reach.
    #[error(
        "{name} would end at {end:#x}, but the {chip}'s loader reaches {limit:#x} only and \
         would write to the start of the flash instead; keep below"
    )]
    PastReach {
        /// The region's name.
        name: String,
        /// The address behind its last byte.
        end: u64,
        /// First address out of reach.
        limit: u32,
        /// The chip's name.
        chip: &'static str,
    },
    /// Two regions that touch the same sector.
    #[error(
        "{second} at {second_address:#x} overlaps {first}, which ends at {first_end:#x} \
         and takes its last sector whole; move one of them"
    )]
    Overlap {
        /// Name of the region with the lower address.
        first: String,
        /// The address behind its last byte.
        first_end: u32,
        /// Name of the other region.
        second: String,
        /// Its flash address.
        second_address: u32,
    },
    /// Something else at the bootloader's place.
    #[error(
        "{name} is not an ESP image ({error}), but {address:#x} is where the {chip} boots from; \
         check file and address"
    )]
    NotAnImage {
        /// The region's name.
        name: String,
        /// Its flash address, the bootloader's.
        address: u32,
        /// The chip's name.
        chip: &'static str,
        /// What is wrong with it.
        error: crate::image::ImageError,
    },
    /// An image for another chip.
    #[error("{name} is for {image_chip}, not for the {chip}; build it for this chip")]
    OtherChip {
        /// The region's name.
        name: String,
        /// The chip it is for.
        image_chip: String,
        /// The chip at hand.
        chip: &'static str,
    },
    /// An image for other revisions of the chip.
    #[error(
        "{name} needs an {chip} of revision {} to {}, this one is {revision}; \
         build it for this revision",
        revision_number(*min),
        revision_number(*max)
    )]
    OtherRevision {
        /// The region's name.
        name: String,
        /// The lowest revision it runs on, major × 100 + minor.
        min: u16,
        /// The highest one.
        max: u16,
        /// The chip's name.
        chip: &'static str,
        /// Revision of the chip at hand.
        revision: crate::chip::Revision,
    },
    /// A header setting that the chip does not have.
    #[error("{setting} does not exist on the {chip}; it has {}", allowed.join(", "))]
    Setting {
        /// The setting.
        setting: String,
        /// The chip's name.
        chip: &'static str,
        /// What there is instead.
        allowed: Vec<&'static str>,
    },
}

fn revision_number(number: u16) -> String {
    format!("v{}.{}", number / 100, number % 100)
}

/// Digest or other bytes as hex digits, for messages.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::ImageError;
    use crate::wire::Reason;

    /// One of each kind, and whether a second try can help.
    #[test]
    fn every_error_tells_in_one_line_whether_to_try_again() {
        let name = || "app.bin".to_owned();
        let io = || io::Error::from(io::ErrorKind::Other);
        let device = DeviceError {
            command: Opcode::FLASH_BEGIN,
            reason: Reason::FAILED,
            address: Some(0x1000),
        };
        let silence = NoAnswer {
            command: Opcode::SYNC,
            heard: Heard::Nothing,
        };
        let length = WireError::Length {
            command: Opcode::SYNC,
            got: 3,
        };
        let image = InputError::NotAnImage {
            name: name(),
            address: 0,
            chip: "ESP32-C3",
            error: ImageError::Header,
        };
        let wrong = ChipError::Wrong {
            expected: "ESP32-S3",
            found: "ESP32-C3",
            found_arg: "esp32c3",
        };
        let cases: [(Error, bool); 15] = [
            (PortError::Gone(io()).into(), true),
            (PortError::Busy { name: name() }.into(), true),
            (PortError::Denied { name: name() }.into(), false),
            (PortError::Other(io()).into(), false),
            (silence.into(), true),
            (length.into(), true),
            (wrong.into(), false),
            (
                SecurityError::SecureDownload { what: "reading" }.into(),
                false,
            ),
            (device.into(), true),
            (image.into(), false),
            (
                Error::Mismatch {
                    kind: DigestKind::Md5,
                    address: 0,
                    size: 4,
                    expected: [0; 16],
                    found: [1; 16],
                },
                true,
            ),
            (Error::Cancelled, false),
            (Error::Deadline { doing: "waiting" }, true),
            (ChipError::NoFlash { chip: "ESP32" }.into(), false),
            (InputError::Empty { name: name() }.into(), false),
        ];
        for (error, retryable) in cases {
            assert_eq!(error.is_retryable(), retryable, "{error}");
            let text = error.to_string();
            assert!(!text.is_empty() && !text.contains('\n'), "{text}");
        }
    }
}
