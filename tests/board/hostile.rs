//! Whatever arrives, the board stands.

use super::*;
use espwire::sim::NorTimes;

/// Words that a request is made of: counts, addresses, limits, and anything.
fn word(random: &mut fastrand::Rng, opcode: u8) -> u32 {
    let word = match random.u8(..8) {
        0 => 0,
        1 => random.u32(..0x100),
        2 => 0x1000,
        3 => 0x400,
        4 => random.u32(..0x40_0000) & !0xfff,
        5 => 0x6000_2000 + random.u32(..0x100),
        6 => u32::MAX,
        _ => random.u32(..),
    };
    // A flash size for SPI_SET_PARAMS, and with it what a digest may be asked
    // of, keeps the test short.
    if opcode == 0x0b {
        word & 0x7f_ffff
    } else {
        word
    }
}

#[test]
fn any_bytes_leave_a_board_that_can_be_reset() {
    for (seed, chip) in (0..).zip(ALL) {
        let mut random = fastrand::Rng::with_seed(seed);
        let (board, mut port) = in_loader(chip).flash_times(NorTimes::NONE).build();
        for _ in 0..40 {
            board.press_reset(Strapping::Download);
            sync(&mut port, chip);
            for _ in 0..25 {
                let opcode = *random
                    .choice(&[
                        0x02, 0x03, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0d, 0x0e, 0x10,
                        0x11, 0x12, 0x13, 0x14, 0x15, 0xd0,
                    ])
                    .unwrap();
                let mut body = vec![0, opcode];
                let words = random.usize(..12);
                let len = u16::try_from(words * 4).unwrap();
                body.extend(
                    len.wrapping_add(u16::from(random.u8(..16) == 0))
                        .to_le_bytes(),
                );
                body.extend(random.u32(..).to_le_bytes());
                for _ in 0..words {
                    body.extend(word(&mut random, opcode).to_le_bytes());
                }
                body.truncate(body.len() - usize::from(random.u8(..16) == 0));
                let mut bytes = vec![];
                slip::encode(&body, &mut bytes);
                match random.u8(..10) {
                    0 => bytes.truncate(random.usize(..bytes.len())),
                    1 => bytes = (0..random.usize(..200)).map(|_| random.u8(..)).collect(),
                    _ => {}
                }
                send(&mut port, &bytes);
                board.run_for(Duration::from_millis(random.u64(..20)));
                port.discard_input().unwrap();
            }
            // What is still under way would be taken for the greeting.
            board.run_for(Duration::from_millis(50));
        }
        board.press_reset(Strapping::Download);
        sync(&mut port, chip);
        // It was not deaf all the time.
        let taken = board.record().commands.len();
        assert!(taken > 400, "{chip} took {taken} of 1000 requests");
    }
}
