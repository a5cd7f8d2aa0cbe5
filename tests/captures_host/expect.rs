//! What a recording's note leads to.

use crate::device::{AddressBits, Device, FirstSync, Mode, Settings};
use crate::host::{Heard, Outcome};
use espwire::wire::{Loader, Opcode, Reason, SecurityFlags, Sync};
use md5::{Digest, Md5};

/// What is to be heard after a request.
#[derive(Clone, Copy, Debug)]
pub enum Expect {
    /// Not a byte.
    Silence,
    /// No response, but text that begins like this.
    Text(&'static str),
    /// SYNC answered, or not, as the device's entry says.
    FirstSync,
    /// SYNC answered eight times.
    Synced,
    /// Success, and nothing more.
    Done,
    /// Refused for this reason.
    Refused(Reason),
    /// Refused for this reason, and the device's text after it.
    RefusedAndLeft(Reason),
    /// Success, and the device's text after it.
    DoneAndLeft,
    /// Refused as a command that is not there.
    Unsupported,
    /// This word.
    Word(u32),
    /// Some word; which one is chance.
    AnyWord,
    /// The word by which the device is told.
    Magic,
    /// The MD5 of this content.
    Md5(Content),
    /// These 64 bytes, or as many as are given of them.
    Flash(&'static [u8]),
    /// The security settings in the device's entry.
    Security,
    /// A refusal of either kind: the command exists or not, as the device's
    /// entry says.
    AddressBits,
    /// As the device's entry says.
    AfterLeaving,
}

/// What the flash holds.
#[derive(Clone, Copy, Debug)]
pub enum Content {
    Nothing,
    /// This byte, so many times.
    Fill(u8, usize),
    /// A digest that the recording's requests and notes lead to.
    Known(&'static str),
}

impl Content {
    pub fn md5(self) -> String {
        match self {
            Self::Nothing => hex(&Md5::digest([])),
            Self::Fill(byte, len) => hex(&Md5::digest(vec![byte; len])),
            Self::Known(digest) => digest.to_owned(),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Expect {
    /// What is left to the device's entry, filled in.
    fn on(self, device: &Device) -> Self {
        match self {
            Self::AfterLeaving => device.after_leaving,
            Self::AddressBits if device.address_bits == AddressBits::Present => BAD,
            Self::AddressBits => Self::Unsupported,
            Self::Security if device.settings == Settings::Unsupported => Self::Unsupported,
            _ => self,
        }
    }

    pub fn check(self, heard: &Heard, device: &Device, place: &str) {
        let mut text = "";
        let outcome = match self.on(device) {
            // Settled by the device's entry.
            Self::AddressBits | Self::AfterLeaving => unreachable!(),
            Self::Silence => None,
            Self::FirstSync if device.first_sync == FirstSync::Lost => None,
            Self::Text(begin) => {
                text = begin;
                None
            }
            Self::FirstSync | Self::Synced => Some(Outcome::Synced(Loader::Rom)),
            Self::Done => Some(Outcome::Done),
            Self::DoneAndLeft => {
                text = device.last_words;
                Some(Outcome::Done)
            }
            Self::Refused(reason) => Some(Outcome::Refused(reason)),
            Self::RefusedAndLeft(reason) => {
                text = device.last_words;
                Some(Outcome::Refused(reason))
            }
            Self::Unsupported => Some(Outcome::Unsupported),
            Self::Word(word) => Some(Outcome::Word(word)),
            Self::Magic => Some(Outcome::Word(device.magic)),
            Self::AnyWord => match heard.outcome {
                Some(Outcome::Word(word)) => Some(Outcome::Word(word)),
                _ => panic!("{place}: {heard:?}, not a word"),
            },
            Self::Md5(content) => {
                let Some(Outcome::Digest(digest)) = heard.outcome else {
                    panic!("{place}: {heard:?}, not a digest");
                };
                assert_eq!(hex(&digest), content.md5(), "{place}");
                heard.outcome.clone()
            }
            Self::Flash(begin) => {
                let Some(Outcome::Flash(bytes)) = &heard.outcome else {
                    panic!("{place}: {heard:?}, not flash");
                };
                assert_eq!(&bytes[..begin.len()], begin, "{place}");
                heard.outcome.clone()
            }
            Self::Security => {
                check_security(heard, device, place);
                heard.outcome.clone()
            }
        };
        assert_eq!(heard.outcome, outcome, "{place}: {heard:?}");
        let responses = match (&outcome, heard.opcode) {
            (None, _) => 0,
            // As long as SYNC is the command known last.
            (_, Some(Opcode::SYNC)) => Sync::ROM_ANSWERS,
            _ => 1,
        };
        assert_eq!(heard.responses, responses, "{place}: {heard:?}");
        let heard_text = String::from_utf8_lossy(&heard.text);
        assert!(heard_text.starts_with(text), "{place}: {heard_text}");
        assert_eq!(
            heard_text.is_empty(),
            text.is_empty(),
            "{place}: {heard_text}"
        );
    }
}

fn check_security(heard: &Heard, device: &Device, place: &str) {
    let Some(Outcome::Security(info)) = &heard.outcome else {
        panic!("{place}: {heard:?}, no security settings");
    };
    let flag = match device.mode {
        Mode::Open => 0,
        Mode::SecureDownload => SecurityFlags::SECURE_DOWNLOAD,
        Mode::SecureBoot => SecurityFlags::SECURE_BOOT,
    };
    assert_eq!(info.flags, SecurityFlags(flag), "{place}");
    // The chip with secure boot has flash encryption on as well.
    let encrypts = device.mode == Mode::SecureBoot;
    assert_eq!(info.flash_encryption(), encrypts, "{place}");
    let told = match (info.chip_id, info.api_version) {
        (None, None) => Settings::Short,
        (Some(id), Some(api)) => Settings::Long { id, api },
        _ => panic!("{place}: {info:?}"),
    };
    assert_eq!(told, device.settings, "{place}");
}

/// What a ROM gives for bad requests, and for commands out of turn.
pub const BAD: Expect = Expect::Refused(Reason::BAD_REQUEST);
pub const FAILED: Expect = Expect::Refused(Reason::FAILED);
pub const CHECKSUM: Expect = Expect::Refused(Reason::CHECKSUM);
