//! Whether a chip runs what is uploaded to it.

/// What is to be known before code is uploaded to a chip. That secure download
/// mode forbids it goes for all chips.
#[derive(Debug)]
pub struct StubRules {
    /// When it does not run uploaded code.
    pub never: &'static [NoStub],
    /// The revision, major × 100 + minor, from which on its memory lies
    /// elsewhere: those before need a stub of their own.
    pub early_before: Option<u16>,
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
    };

    /// Whether the chip's revision matters.
    #[must_use]
    pub fn ask_revision(&self) -> bool {
        let by_revision = |rule: &NoStub| matches!(rule, NoStub::Revision(_));
        self.early_before.is_some() || self.never.iter().any(by_revision)
    }
}
