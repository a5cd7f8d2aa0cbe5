//! The algorithms (FIPS 180-4), in words of 32 bits as the accelerator's
//! registers hold them: those of 64 bits are two, the upper half first.

use sha2::digest::generic_array::GenericArray;

/// Words of a state, at most.
pub(super) const STATE: usize = 16;
/// Words of a block, at most.
pub(super) const BLOCK: usize = 32;

/// What a block takes besides a cycle a round. The ESP32's TRM, "SHA
/// Accelerator", tells 60 to 100 cycles for a block; how they come about is
/// not known, and of the other chips nothing is.
const BESIDES: u64 = 16;

/// An algorithm of the SHA family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// SHA-1.
    Sha1,
    /// SHA-224.
    Sha224,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
    /// SHA-512/224.
    Sha512T224,
    /// SHA-512/256.
    Sha512T256,
    /// SHA-512/t, of any t.
    Sha512T,
}

/// Algorithms with the same rounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Engine {
    Sha1,
    Sha256,
    Sha512,
}

impl Algorithm {
    pub(super) const fn engine(self) -> Engine {
        match self {
            Self::Sha1 => Engine::Sha1,
            Self::Sha224 | Self::Sha256 => Engine::Sha256,
            _ => Engine::Sha512,
        }
    }

    /// Where it begins (5.3); SHA-512/t, with a t of its own, where
    /// [`initial_for`] says.
    pub(super) fn initial(self) -> [u32; STATE] {
        match self {
            Self::Sha1 => narrow(&[
                0x6745_2301,
                0xefcd_ab89,
                0x98ba_dcfe,
                0x1032_5476,
                0xc3d2_e1f0,
            ]),
            Self::Sha224 => narrow(&[
                0xc105_9ed8,
                0x367c_d507,
                0x3070_dd17,
                0xf70e_5939,
                0xffc0_0b31,
                0x6858_1511,
                0x64f9_8fa7,
                0xbefa_4fa4,
            ]),
            Self::Sha256 => narrow(&[
                0x6a09_e667,
                0xbb67_ae85,
                0x3c6e_f372,
                0xa54f_f53a,
                0x510e_527f,
                0x9b05_688c,
                0x1f83_d9ab,
                0x5be0_cd19,
            ]),
            Self::Sha384 => split([
                0xcbbb_9d5d_c105_9ed8,
                0x629a_292a_367c_d507,
                0x9159_015a_3070_dd17,
                0x152f_ecd8_f70e_5939,
                0x6733_2667_ffc0_0b31,
                0x8eb4_4a87_6858_1511,
                0xdb0c_2e0d_64f9_8fa7,
                0x47b5_481d_befa_4fa4,
            ]),
            Self::Sha512 | Self::Sha512T => split(SHA512),
            Self::Sha512T224 => initial_for(u32::from_be_bytes(*b"224\x80"), 88),
            Self::Sha512T256 => initial_for(u32::from_be_bytes(*b"256\x80"), 88),
        }
    }
}

/// Where SHA-512 begins.
const SHA512: [u64; 8] = [
    0x6a09_e667_f3bc_c908,
    0xbb67_ae85_84ca_a73b,
    0x3c6e_f372_fe94_f82b,
    0xa54f_f53a_5f1d_36f1,
    0x510e_527f_ade6_82d1,
    0x9b05_688c_2b3e_6c1f,
    0x1f83_d9ab_fb41_bd6b,
    0x5be0_cd19_137e_2179,
];

/// Where SHA-512/t begins (5.3.6): `text` are t's digits and the bit behind
/// them, `bits` is the length of the whole name in bits.
pub(super) fn initial_for(text: u32, bits: u32) -> [u32; STATE] {
    let mut state = split(SHA512.map(|word| word ^ 0xa5a5_a5a5_a5a5_a5a5));
    let mut name = [0; BLOCK];
    name[..3].copy_from_slice(&[
        u32::from_be_bytes(*b"SHA-"),
        u32::from_be_bytes(*b"512/"),
        text,
    ]);
    name[BLOCK - 1] = bits;
    Engine::Sha512.compress(&mut state, &name);
    state
}

impl Engine {
    /// Words of a state.
    pub(super) const fn state(self) -> usize {
        match self {
            Self::Sha1 => 5,
            Self::Sha256 => 8,
            Self::Sha512 => 16,
        }
    }

    /// Cycles that a block takes.
    pub(super) const fn cycles(self) -> u64 {
        let rounds = match self {
            Self::Sha1 | Self::Sha512 => 80,
            Self::Sha256 => 64,
        };
        rounds + BESIDES
    }

    /// Takes in a block (6.1.2, 6.2.2, 6.4.2).
    pub(super) fn compress(self, state: &mut [u32; STATE], block: &[u32; BLOCK]) {
        let mut bytes = [0; 4 * BLOCK];
        for (bytes, word) in bytes.chunks_exact_mut(4).zip(block) {
            bytes.copy_from_slice(&word.to_be_bytes());
        }
        let short = GenericArray::clone_from_slice(&bytes[..64]);
        match self {
            Self::Sha1 => {
                let mut narrow = [0; 5];
                narrow.copy_from_slice(&state[..5]);
                sha1::compress(&mut narrow, &[short]);
                state[..5].copy_from_slice(&narrow);
            }
            Self::Sha256 => {
                let mut narrow = [0; 8];
                narrow.copy_from_slice(&state[..8]);
                sha2::compress256(&mut narrow, &[short]);
                state[..8].copy_from_slice(&narrow);
            }
            Self::Sha512 => {
                let mut wide = join(*state);
                sha2::compress512(&mut wide, &[GenericArray::from(bytes)]);
                *state = split(wide);
            }
        }
    }
}

/// A state of words of 32 bits.
fn narrow(words: &[u32]) -> [u32; STATE] {
    let mut state = [0; STATE];
    state[..words.len()].copy_from_slice(words);
    state
}

/// A state of words of 64 bits.
fn split(words: [u64; 8]) -> [u32; STATE] {
    let mut state = [0; STATE];
    for (halves, word) in state.chunks_exact_mut(2).zip(words) {
        let [a, b, c, d, e, f, g, h] = word.to_be_bytes();
        halves.copy_from_slice(&[
            u32::from_be_bytes([a, b, c, d]),
            u32::from_be_bytes([e, f, g, h]),
        ]);
    }
    state
}

/// The same the other way round.
fn join(state: [u32; STATE]) -> [u64; 8] {
    let mut words = [0; 8];
    for (word, halves) in words.iter_mut().zip(state.chunks_exact(2)) {
        *word = u64::from(halves[0]) << 32 | u64::from(halves[1]);
    }
    words
}
