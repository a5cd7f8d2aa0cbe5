//! The stub images as they are committed.

/// One of them.
#[derive(Clone, Copy)]
pub struct Image {
    /// The chip's name; with `-early` behind it for a P4 before revision 3.
    pub name: &'static str,
    /// Where it is loaded.
    pub load: u32,
    /// Where it begins.
    pub entry: u32,
    pub bytes: &'static [u8],
    #[allow(dead_code, reason = "stubs/build.sh --check looks after it")]
    pub sha256: &'static str,
}

include!("../../stubs/images/manifest.rs");
