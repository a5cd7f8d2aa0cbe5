//! The images that `stubs/build.sh` has built, with their manifest.

/// An image as the manifest has it.
pub(super) struct Image {
    /// The chip's name on a command line; `-early` behind it for the revisions
    /// that need another one.
    pub(super) name: &'static str,
    /// Where it goes.
    pub(super) load: u32,
    /// Where it is entered.
    pub(super) entry: u32,
    /// All of it.
    pub(super) bytes: &'static [u8],
    /// SHA-256 of the bytes in hex digits, for a test to compare.
    #[cfg_attr(not(test), expect(dead_code, reason = "the test's"))]
    pub(super) sha256: &'static str,
}

include!("../../stubs/images/manifest.rs");
