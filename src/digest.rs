//! What bytes come to in sixteen bytes: the digests by which a chip says what
//! its flash holds.

use md5::Md5;
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::sync::OnceLock;

/// Bytes of a digest of either kind.
pub const LEN: usize = 16;

/// A digest, in the order in which its bytes are printed.
pub type Digest = [u8; LEN];

/// How a digest is made. ROMs and most stubs hash by MD5; a stub of this
/// crate's that has the chip's accelerator to itself, by SHA-256.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DigestKind {
    /// MD5 (RFC 1321).
    #[default]
    Md5,
    /// The first 16 bytes of SHA-256 (FIPS 180-4).
    Sha256,
}

impl DigestKind {
    /// The digest of some bytes.
    #[must_use]
    pub fn of(self, bytes: &[u8]) -> Digest {
        let mut hasher = self.hasher();
        hasher.update(bytes);
        hasher.finish()
    }

    /// For bytes that come one after the other.
    #[must_use]
    pub fn hasher(self) -> Hasher {
        Hasher(match self {
            Self::Md5 => State::Md5(Md5::new()),
            Self::Sha256 => State::Sha256(Sha256::new()),
        })
    }
}

impl fmt::Display for DigestKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Md5 => "MD5",
            Self::Sha256 => "SHA-256",
        })
    }
}

/// Makes a digest of bytes that come one after the other.
#[derive(Clone, Debug)]
pub struct Hasher(State);

#[derive(Clone, Debug)]
enum State {
    Md5(Md5),
    Sha256(Sha256),
}

impl Hasher {
    /// Takes in the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            State::Md5(md5) => md5.update(bytes),
            State::Sha256(sha256) => sha256.update(bytes),
        }
    }

    /// The digest of all that was taken in.
    #[must_use]
    pub fn finish(self) -> Digest {
        match self.0 {
            State::Md5(md5) => md5.finalize().into(),
            State::Sha256(sha256) => {
                let mut digest = Digest::default();
                let whole = sha256.finalize();
                for (byte, of_whole) in digest.iter_mut().zip(whole) {
                    *byte = of_whole;
                }
                digest
            }
        }
    }
}

/// The digests of bytes that do not change, each computed when it is first
/// asked for, and remembered.
#[derive(Clone, Debug, Default)]
pub struct Remembered {
    md5: OnceLock<Digest>,
    sha256: OnceLock<Digest>,
}

impl Remembered {
    /// The digest of `bytes`, which are the same each time.
    pub fn of(&self, kind: DigestKind, bytes: &[u8]) -> Digest {
        let digest = match kind {
            DigestKind::Md5 => &self.md5,
            DigestKind::Sha256 => &self.sha256,
        };
        *digest.get_or_init(|| kind.of(bytes))
    }
}

/// What is remembered makes no difference to what something is.
impl PartialEq for Remembered {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Remembered {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::hex;

    /// RFC 1321, A.5, and FIPS 180-4's examples ("SHA256", NIST).
    const KNOWN: [(DigestKind, &[u8], &str); 6] = [
        (DigestKind::Md5, b"", "d41d8cd98f00b204e9800998ecf8427e"),
        (DigestKind::Md5, b"abc", "900150983cd24fb0d6963f7d28e17f72"),
        (
            DigestKind::Md5,
            b"message digest",
            "f96b697d7cb7938d525a2f31aaf161d0",
        ),
        (DigestKind::Sha256, b"", "e3b0c44298fc1c149afbf4c8996fb924"),
        (
            DigestKind::Sha256,
            b"abc",
            "ba7816bf8f01cfea414140de5dae2223",
        ),
        (
            DigestKind::Sha256,
            b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039",
        ),
    ];

    #[test]
    fn digests_are_the_known_ones_in_one_piece_and_in_many() {
        for (kind, bytes, digest) in KNOWN {
            assert_eq!(hex(&kind.of(bytes)), digest, "{kind} {bytes:?}");
            let mut hasher = kind.hasher();
            for byte in bytes.chunks(1) {
                hasher.update(byte);
            }
            assert_eq!(hex(&hasher.finish()), digest, "{kind} {bytes:?}");
        }
    }

    #[test]
    fn what_was_hashed_is_remembered_of_each_kind() {
        let remembered = Remembered::default();
        for (kind, digest) in [
            (DigestKind::Md5, KNOWN[1].2),
            (DigestKind::Sha256, KNOWN[4].2),
        ] {
            assert_eq!(hex(&remembered.of(kind, b"abc")), digest);
            // Nobody looks at the bytes again.
            assert_eq!(hex(&remembered.of(kind, b"others")), digest);
            assert_eq!(hex(&remembered.clone().of(kind, b"others")), digest);
        }
        assert_eq!(remembered, Remembered::default());
    }
}
