//! The SHA accelerator, as far as ROMs use it: SHA-256 of blocks that the core
//! brings itself (TRM, "SHA Accelerator", typical mode).

use super::{Device, Io};
use sha2::digest::generic_array::GenericArray;

/// Bytes of registers.
pub(super) const REGISTERS: u32 = 0x100;

const MODE: u32 = 0x00;
const START: u32 = 0x10;
const CONTINUE: u32 = 0x14;
const BUSY: u32 = 0x18;
/// The digest, and the block; their bytes are in the order of memory.
const H_MEM: u32 = 0x40;
const M_MEM: u32 = 0x80;

/// MODE's value for SHA-256.
const SHA256: u32 = 2;

/// Where SHA-256 begins (FIPS 180-4, 5.3.3).
const FIRST: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// The accelerator. It is always done at once.
pub(super) struct Sha {
    base: u32,
}

impl Sha {
    pub(super) const fn new(base: u32) -> Self {
        Self { base }
    }

    /// Takes in the block, behind those before it or as the first one.
    fn compress(&self, first: bool, io: &mut Io<'_, '_>) {
        let word = |at: u32| io.registers.get(self.base + at).swap_bytes();
        let mut state = FIRST;
        if !first {
            state = [0, 1, 2, 3, 4, 5, 6, 7].map(|number| word(H_MEM + 4 * number));
        }
        let mut block = [0; 64];
        for (bytes, at) in block.chunks_exact_mut(4).zip((M_MEM..).step_by(4)) {
            bytes.copy_from_slice(&word(at).to_be_bytes());
        }
        sha2::compress256(&mut state, &[GenericArray::from(block)]);
        for (value, at) in state.into_iter().zip((H_MEM..).step_by(4)) {
            io.registers.set(self.base + at, value.swap_bytes());
        }
    }
}

impl Device for Sha {
    fn load(&mut self, offset: u32, _io: &mut Io<'_, '_>) -> Option<u32> {
        (offset == BUSY).then_some(0)
    }

    fn store(&mut self, offset: u32, value: u32, io: &mut Io<'_, '_>) {
        let mode = io.registers.get(self.base + MODE);
        match offset {
            START | CONTINUE if value & 1 != 0 && mode == SHA256 => {
                self.compress(offset == START, io);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::Link;
    use crate::sim::chip::ESP32C3;
    use crate::sim::soc::bench::Bench;
    use sha2::{Digest, Sha256};

    const SHA: u32 = 0x6003_b000;

    #[test]
    fn two_blocks_give_the_known_digest() {
        let message: Vec<u8> = (0..64).collect();
        let mut padded = message.clone();
        padded.push(0x80);
        padded.resize(126, 0);
        padded.extend(512_u16.to_be_bytes());

        let mut bench = Bench::new(&ESP32C3, Link::default());
        bench.store(SHA + MODE, SHA256);
        for (block, start) in padded.chunks(64).zip([START, CONTINUE]) {
            for (word, at) in block.chunks_exact(4).zip((M_MEM..).step_by(4)) {
                bench.store(SHA + at, u32::from_le_bytes(word.try_into().unwrap()));
            }
            bench.store(SHA + start, 1);
            assert_eq!(bench.load(SHA + BUSY), 0);
        }
        let digest: Vec<u8> = (0..8)
            .flat_map(|number| bench.load(SHA + H_MEM + 4 * number).to_le_bytes())
            .collect();
        assert_eq!(digest, Sha256::digest(&message).as_slice());
    }
}
