//! Whether a chip runs what is uploaded to it.

use crate::wire::Opcode;

/// What is to be known before code is uploaded to a chip. That secure download
/// mode forbids it goes for all chips.
#[derive(Debug)]
pub struct StubRules {
    /// When it does not run uploaded code.
    pub never: &'static [NoStub],
    /// The revision, major × 100 + minor, from which on its memory lies
    /// elsewhere: those before need a stub of their own.
    pub early_before: Option<u16>,
    /// The command that starts the application out of a stub that another host
    /// has brought; `None` where those in use have none. (Of Espressif's, only
    /// the ESP8266's takes RUN_USER_CODE; the others go on running.)
    pub others_left_by: Option<Opcode>,
}

/// When a chip does not run uploaded code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoStub {
    /// With secure boot on.
    SecureBoot,
    /// In this revision, major × 100 + minor.
    Revision(u16),
}

impl StubRules {
    /// It does, in all revisions alike.
    pub const ALWAYS: Self = Self {
        never: &[],
        early_before: None,
        others_left_by: None,
    };

    /// Whether the chip's revision matters.
    #[must_use]
    pub fn ask_revision(&self) -> bool {
        let by_revision = |rule: &NoStub| matches!(rule, NoStub::Revision(_));
        self.early_before.is_some() || self.never.iter().any(by_revision)
    }
}
