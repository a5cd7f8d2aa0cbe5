//! Turning the flash's power on, where the ROM does not.

use super::Field;
use crate::wire::RegWrite;

/// How the flash gets power on the revisions whose ROM leaves it off.
#[derive(Debug)]
pub struct FlashPower {
    /// The answer to GET_SECURITY_INFO has at least this version on those
    /// revisions; below, nobody needs to look at the revision.
    pub since_api_version: u32,
    /// The revisions, and what each needs.
    pub revisions: &'static [RevisionPower],
}

/// What one revision needs.
#[derive(Debug)]
pub struct RevisionPower {
    /// Major × 100 + minor.
    pub revision: u16,
    /// Register writes that turn the power on.
    pub on: &'static [RegWrite],
    /// A bit that says that the ROM has turned it on, and the writes that are
    /// due instead if it is 1.
    pub by_rom: Option<(Field, &'static [RegWrite])>,
}
