//! What the accelerators of all chips calculate, and how long that takes.

use super::*;
use crate::sim::Link;
use crate::sim::chip::{ALL, ESP32, ESP32C3, ESP32C6, ESP32S3};
use crate::sim::soc::bench::Bench;
use crate::sim::soc::{Kind, Soc};
use crate::time::Duration;
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512, Sha512_224, Sha512_256};

/// A chip's accelerator: where it is, and its layout.
fn accelerator(soc: &'static Soc) -> Option<(u32, &'static ShaLayout)> {
    soc.devices.iter().find_map(|placed| match &placed.kind {
        Kind::Sha(layout) => Some((placed.base, layout)),
        _ => None,
    })
}

/// Sets a bit, or clears it.
fn put(bench: &mut Bench, bit: Field, value: u32) {
    let word = bench.load(bit.address) & !bit.mask();
    bench.store(bit.address, word | value << bit.shift);
}

/// A chip whose accelerator runs.
fn running(soc: &'static Soc) -> (Bench, u32, &'static ShaLayout) {
    let (base, layout) = accelerator(soc).unwrap();
    let mut bench = Bench::new(soc, Link::default());
    for bit in layout.clocks {
        put(&mut bench, *bit, 1);
    }
    for bit in layout.resets {
        put(&mut bench, *bit, 0);
    }
    (bench, base, layout)
}

/// The message in whole blocks (FIPS 180-4, 5.1).
fn padded(message: &[u8], block: usize) -> Vec<u8> {
    let length = block / 8;
    let mut padded = message.to_vec();
    padded.push(0x80);
    padded.resize((padded.len() + length).next_multiple_of(block) - 8, 0);
    padded.extend((message.len() as u64 * 8).to_be_bytes());
    padded
}

/// Waits until a register is 0: how long that was.
fn wait(bench: &mut Bench, busy: u32) -> Duration {
    let from = bench.now();
    while bench.load(busy) != 0 {}
    bench.now().since(from)
}

/// The digest as software calculates it with the registers.
fn digest(
    (bench, base, layout): &mut (Bench, u32, &'static ShaLayout),
    algorithm: Algorithm,
    message: &[u8],
) -> Vec<u8> {
    let number = layout.algorithms.iter().position(|it| *it == algorithm);
    let number = u32::try_from(number.unwrap()).unwrap();
    let engine = algorithm.engine();
    let own = *base + TEXT_END + 0x10 * number;
    let separate = layout.registers == ShaRegisters::Separate;
    let (text, start, next, busy, hash) = if separate {
        let [start, next, busy] = [SEPARATE_START, SEPARATE_CONTINUE, SEPARATE_BUSY];
        (*base, own + start, own + next, own + busy, *base)
    } else {
        bench.store(*base + MODE, number);
        let [text, start, next, busy, hash] = [M_MEM, START, CONTINUE, BUSY, H_MEM];
        (
            *base + text,
            *base + start,
            *base + next,
            *base + busy,
            *base + hash,
        )
    };
    let order = |word: u32| if separate { word } else { word.swap_bytes() };

    let len = if engine == Engine::Sha512 { 128 } else { 64 };
    for (number, block) in padded(message, len).chunks(len).enumerate() {
        // The text can be written while the block before is worked on.
        for (word, at) in block.chunks_exact(4).zip((text..).step_by(4)) {
            let word = u32::from_be_bytes(word.try_into().unwrap());
            bench.store(at, order(word));
        }
        wait(bench, busy);
        bench.store(if number == 0 { start } else { next }, 1);
    }
    wait(bench, busy);
    if separate {
        bench.store(own + SEPARATE_LOAD, 1);
        wait(bench, busy);
    }
    (0..engine.state())
        .zip((hash..).step_by(4))
        .flat_map(|(_, at)| order(bench.load(at)).to_be_bytes())
        .collect()
}

/// The same as others calculate it.
fn expected(algorithm: Algorithm, message: &[u8]) -> Vec<u8> {
    match algorithm {
        Algorithm::Sha1 => Sha1::digest(message).to_vec(),
        Algorithm::Sha224 => Sha224::digest(message).to_vec(),
        Algorithm::Sha256 => Sha256::digest(message).to_vec(),
        Algorithm::Sha384 => Sha384::digest(message).to_vec(),
        Algorithm::Sha512 => Sha512::digest(message).to_vec(),
        Algorithm::Sha512T224 => Sha512_224::digest(message).to_vec(),
        Algorithm::Sha512T256 => Sha512_256::digest(message).to_vec(),
        Algorithm::Sha512T => vec![],
    }
}

#[test]
fn all_chips_but_the_oldest_calculate_known_digests() {
    let message: Vec<u8> = (0..=255).cycle().take(1000).collect();
    let with = ALL.iter().filter(|soc| accelerator(soc).is_some());
    assert_eq!(with.clone().count(), ALL.len() - 1);
    for soc in with {
        let mut chip = running(soc);
        for algorithm in chip.2.algorithms {
            for len in [0, 1, 3, 55, 56, 63, 64, 65, 111, 112, 127, 128, 129, 1000] {
                let message = &message[..len];
                let expected = expected(*algorithm, message);
                let digest = digest(&mut chip, *algorithm, message);
                let chip = soc.chip;
                assert_eq!(
                    digest[..expected.len()],
                    expected,
                    "{chip} {algorithm:?} {len}"
                );
            }
        }
    }
}

#[test]
fn a_t_of_its_own_gives_the_same_as_one_of_the_standard() {
    let (mut bench, base, _) = running(&ESP32S3);
    let mut state = [[0; 16]; 2];
    bench.store(base + MODE, 7);
    bench.store(base + T_STRING, u32::from_be_bytes(*b"256\x80"));
    bench.store(base + T_LENGTH, 88);
    bench.store(base + START, 1);
    for (state, start) in state.iter_mut().zip([CONTINUE, START]) {
        bench.store(base + M_MEM, 0x80);
        wait(&mut bench, base + BUSY);
        bench.store(base + start, 1);
        wait(&mut bench, base + BUSY);
        for (word, at) in state.iter_mut().zip((H_MEM..).step_by(4)) {
            *word = bench.load(base + at);
        }
        bench.store(base + MODE, 6);
    }
    assert_eq!(state[0], state[1]);
}

#[test]
fn a_block_takes_its_time() {
    // Both at the crystal's 40 MHz, or half of it: 64 rounds and 16 cycles.
    for (soc, hz) in [
        (&ESP32, 40_000_000),
        (&ESP32C6, 40_000_000),
        (&ESP32C3, 20_000_000),
    ] {
        let (mut bench, base, layout) = running(soc);
        let (start, busy) = match layout.registers {
            ShaRegisters::Separate => (base + 0x90, base + 0x9c),
            ShaRegisters::Shared => (base + START, base + BUSY),
        };
        if layout.registers == ShaRegisters::Shared {
            bench.store(base + MODE, 2);
        }
        let from = bench.now();
        bench.store(start, 1);
        assert_eq!(bench.load(busy), 1);
        wait(&mut bench, busy);
        let takes = bench.now().since(from);
        let cycle = time_of(1, hz);
        assert!(
            takes >= 80 * cycle && takes <= 83 * cycle,
            "{} {takes:?}",
            soc.chip
        );
    }
}

#[test]
fn what_it_works_on_is_not_shown_and_not_disturbed() {
    let mut chip = running(&ESP32C3);
    let expected = digest(&mut chip, Algorithm::Sha256, b"abc");
    let (bench, base, _) = &mut chip;
    bench.store(*base + START, 1);
    for at in [H_MEM, M_MEM] {
        assert_eq!(bench.load(*base + at), 0);
    }
    // Neither another start nor another digest counts.
    for at in [START, CONTINUE, H_MEM] {
        bench.store(*base + at, 1);
    }
    wait(bench, *base + BUSY);
    let first = u32::from_le_bytes(expected[..4].try_into().unwrap());
    assert_eq!(bench.load(*base + H_MEM), first);
    assert_ne!(bench.load(*base + M_MEM), 0);
}

#[test]
fn without_its_clock_or_in_reset_it_does_nothing() {
    for soc in [&ESP32, &ESP32C3, &ESP32S3] {
        // As it comes out of reset it has no clock.
        let (base, layout) = accelerator(soc).unwrap();
        let mut bench = Bench::new(soc, Link::default());
        let text = match layout.registers {
            ShaRegisters::Separate => base,
            ShaRegisters::Shared => base + M_MEM,
        };
        let held = |bench: &mut Bench| {
            bench.store(text, 5);
            bench.load(text)
        };
        assert_eq!(held(&mut bench), 0, "{}", soc.chip);
        let (mut bench, ..) = running(soc);
        assert_eq!(held(&mut bench), 5);
        // Without the clock it keeps what it has, a reset clears that.
        put(&mut bench, layout.clocks[0], 0);
        assert_eq!(bench.load(text), 0);
        bench.store(text, 7);
        put(&mut bench, layout.clocks[0], 1);
        assert_eq!(bench.load(text), 5);
        for reset in layout.resets {
            put(&mut bench, *reset, 1);
            assert_eq!(held(&mut bench), 0);
            put(&mut bench, *reset, 0);
            assert_eq!(bench.load(text), 0);
            assert_eq!(held(&mut bench), 5);
        }
    }
}

#[test]
fn the_oldest_keeps_a_digest_for_each_algorithm() {
    // SHA-1 and SHA-256 of one empty message, a step of each in turn.
    let (mut bench, base, _) = running(&ESP32);
    for (word, at) in [0x8000_0000, 0, 0].into_iter().zip((base..).step_by(4)) {
        bench.store(at, word);
    }
    for own in [0x80, 0x90] {
        bench.store(base + own + SEPARATE_START, 1);
    }
    for (own, expected) in [(0x80, 0xda39_a3ee), (0x90, 0xe3b0_c442)] {
        wait(&mut bench, base + own + SEPARATE_BUSY);
        bench.store(base + own + SEPARATE_LOAD, 1);
        // What is written while the digest is on its way is lost.
        bench.store(base, 1);
        wait(&mut bench, base + own + SEPARATE_BUSY);
        assert_eq!(bench.load(base), expected);
    }
}
