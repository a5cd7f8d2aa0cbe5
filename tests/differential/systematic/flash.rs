//! Commands of the flash, right and wrong in every way.

use super::{announce, attach, begin, md5, params};
use crate::pair::FLASH;
use crate::step::{Request, Step, deflated, pattern};
use espwire::chip::Chip;
use espwire::wire::Opcode;

/// Addresses and sizes around sectors, blocks and ends.
pub fn begins(chip: &Chip, opcode: Opcode) -> Vec<Step> {
    let mut steps = vec![];
    let places = [
        (0x1000, 0),
        (0x1000, 1),
        (0x1000, 0x1000),
        (0x1000, 0x1001),
        (0x1100, 0x400),
        (0x0001, 0x400),
        (0x1000, 0xf000),
        (0x1000, 0x1_0000),
        (0x1000, 0x1_f000),
        (0xf000, 0x1000),
        (0xf000, 0x1_1000),
        (0xf000, 0x2_1000),
        (0x1_0000, 0x1_0000),
        (0x1_0000, 0x1_2000),
        (FLASH - 0x1000, 0x1000),
        (FLASH - 0x1000, 0x1001),
        (FLASH, 0),
        (FLASH, 0x400),
        (2 << 20, 0x400),
        ((2 << 20) - 0x1000, 0x2000),
        (0x100_0000, 0x400),
        (0x100_3000, 0x400),
        (0xffff_f000, 0x1000),
        (0xffff_f000, 0x400),
        (0x1000, 0xffff_ffff),
        (0x1000, 0xffff_f000),
        (0x1000, 0x8000_0000),
    ];
    for prelude in [vec![], attach()] {
        steps.extend(prelude);
        steps.extend(places.map(|(at, size)| begin(chip, opcode, size, 0x400, at)));
    }
    // Numbers and sizes of blocks.
    for (size, blocks, block) in [
        (0x400, 0, 0x400),
        (0x400, 1, 0),
        (0x400, 2, 0x200),
        (0x400, 9, 0x400),
        (0x1800, 1, 0x1800),
        (0x1801, 1, 0x1801),
        (0x4000, 1, 0x4000),
        (0x400, 1, !0),
        (0x400, !0, 0x400),
    ] {
        steps.push(announce(chip, opcode, [size, blocks, block, 0x1000]));
    }
    steps
}

pub fn blocks(chip: &Chip) -> Vec<Step> {
    let bytes = pattern(0x1804, 3);
    let data = |sequence, data: &[u8]| Request::data(Opcode::FLASH_DATA, sequence, data);
    let begin = |size, block, at| begin(chip, Opcode::FLASH_BEGIN, size, block, at);
    let mut steps = vec![data(0, &bytes[..0x400]).note("without FLASH_BEGIN").step()];
    steps.extend(attach());
    steps.extend([
        begin(0x800, 0x400, 0x3000),
        data(1, &bytes[..0x400]).note("out of turn").step(),
        data(0, &bytes[..0x400])
            .with("wrong checksum", |it| it.checksum ^= 1)
            .step(),
        data(0, &bytes[..0x400]).step(),
        data(1, &bytes[..0x400]).step(),
        data(1, &bytes[..0x400]).note("again").step(),
        data(2, &bytes[..0x400]).note("more than announced").step(),
        data(3, &bytes[..0x400]).note("more than announced").step(),
        md5(0x3000, 0x1000),
        // Over what is there already: bits only clear.
        begin(0, 0x400, 0x3000),
        data(0, &bytes[0x400..0x800]).step(),
        md5(0x3000, 0x400),
    ]);
    // Lengths: whole words and others, the block's and others.
    for len in [
        0, 1, 2, 3, 4, 8, 12, 0x20, 0x24, 0xfc, 0x3fc, 0x3ff, 0x400, 0x404,
    ] {
        steps.extend([
            begin(0x800, 0x400, 0x8000),
            data(0, &bytes[..len]).step(),
            data(1, &bytes[..0x40]).step(),
            md5(0x8000, 0x800),
        ]);
    }
    for block in [0x40, 0x200, 0x1000, 0x1800] {
        let len = block as usize;
        steps.extend([
            begin(2 * block, block, 0x9000),
            data(0, &bytes[..len]).step(),
            data(1, &bytes[4..len]).step(),
            md5(0x9000, 2 * block),
        ]);
    }
    // A block that says another length than it has.
    steps.push(begin(0x800, 0x400, 0xd000));
    for len in [0u32, 4, 0x44, 0x400, 0x404] {
        let claim = |it: &mut Request| it.payload[..4].copy_from_slice(&len.to_le_bytes());
        let words = format!("said to be {len:#x}");
        steps.push(data(0, &bytes[..0x40]).with(&words, claim).step());
    }
    // Another kind of block, and none at all after a BEGIN that was refused.
    steps.extend([
        begin(0x400, 0x400, 0xe000),
        Request::data(Opcode::FLASH_DEFL_DATA, 0, &deflated(&bytes[..0x400])).step(),
        data(0, &bytes[..0x400]).step(),
        begin(0x800, 0x400, 0xe000),
        begin(0x400, 0x400, 0xe100),
        data(0, &bytes[..0x400])
            .note("after a refused FLASH_BEGIN")
            .step(),
        data(1, &bytes[..0x400]).step(),
        md5(0xe000, 0x1000),
        // The last bytes of the flash.
        begin(0x1000, 0x400, FLASH - 0x1000),
        data(0, &bytes[..0x400]).step(),
        data(1, &bytes[..0x400]).step(),
        md5(FLASH - 0x1000, 0x1000),
        // Past 16 MB.
        params(32 << 20),
        begin(0x400, 0x400, 0x100_3000),
        data(0, &bytes[..0x400]).step(),
        md5(0x100_3000, 0x400),
        md5(0x3000, 0x400),
    ]);
    steps
}

pub fn deflated_blocks(chip: &Chip) -> Vec<Step> {
    let plain = pattern(0x1800, 5);
    let stream = deflated(&plain);
    let data = |sequence, data: &[u8]| Request::data(Opcode::FLASH_DEFL_DATA, sequence, data);
    let begin = |size, at| begin(chip, Opcode::FLASH_DEFL_BEGIN, size, 0x400, at);
    let mut steps = vec![
        data(0, &stream[..64])
            .note("without FLASH_DEFL_BEGIN")
            .step(),
    ];
    steps.extend(attach());
    let mut whole = |size: u32, at: u32, stream: &[u8], step: usize| {
        steps.push(begin(size, at));
        for (index, piece) in (0..).zip(stream.chunks(step)) {
            steps.push(data(index, piece).step());
        }
        steps.push(md5(at, 0x2000));
        steps.push(data(9, &plain[..16]).note("behind the stream's end").step());
    };
    whole(0x1800, 0x1_0000, &stream, 0x400);
    whole(0x1800, 0x1_2000, &stream, 0x3ff);
    whole(0x1800, 0x1_4000, &stream, 0x101);
    // Less is announced than comes, and more.
    whole(0x800, 0x1_6000, &stream, 0x400);
    whole(0x1_0000, 0x2_0000, &stream, 0x400);
    // Lengths that are no words.
    whole(0x1000, 0x3_0000, &deflated(&plain[..0x3ff]), 0x400);
    whole(0x1000, 0x3_2000, &deflated(&plain[..1]), 0x400);
    whole(0x1000, 0x3_4000, &deflated(&[]), 0x400);
    // Long runs: much comes of little.
    whole(0x4000, 0x4_0000, &deflated(&[0x5a; 0x4000]), 0x400);
    // Noise behind the stream.
    let mut more = stream.clone();
    more.extend([0x55; 40]);
    whole(0x1800, 0x5_0000, &more, 0x400);
    // Streams that are spoiled: the header, the middle, the checksum.
    let end = stream.len();
    for at in [0, 1, 2, end / 2, end - 4, end - 1] {
        let mut spoiled = stream.clone();
        spoiled[at] ^= 0x10;
        steps.push(begin(0x1800, 0x6_0000));
        for (index, piece) in (0..).zip(spoiled.chunks(0x400)) {
            let what = format!("byte {at:#x} of the stream spoiled");
            steps.push(data(index, piece).note(&what).step());
        }
        steps.push(md5(0x6_0000, 0x1800));
    }
    // Order and checksums.
    steps.extend([
        begin(0x1800, 0x7_0000),
        data(1, &stream[..0x400]).note("out of turn").step(),
        data(0, &stream[..0x400])
            .with("wrong checksum", |it| it.checksum ^= 1)
            .step(),
        data(0, &stream[..0x400]).step(),
        data(1, &stream[..0x400]).step(),
        data(1, &stream[..0x400]).note("again").step(),
        data(2, &stream[0x400..0x800]).step(),
        md5(0x7_0000, 0x1800),
        begin(0x1800, 0x8_0000),
        data(0, &[]).note("of nothing").step(),
        Request::data(Opcode::FLASH_DATA, 0, &plain[..0x40]).step(),
        data(1, &stream[..0x404])
            .note("longer than announced")
            .step(),
        md5(0x8_0000, 0x400),
    ]);
    steps
}

pub fn digests() -> Vec<Step> {
    let places = [
        (0, 0),
        (0, 1),
        (1, 63),
        (3, 65),
        (0x1000, 0x101),
        ((2 << 20) - 1, 1),
        ((2 << 20) - 1, 2),
        (2 << 20, 0),
        (2 << 20, 1),
        (FLASH - 1, 1),
        (FLASH - 1, 2),
        (FLASH, 0),
        (FLASH + 1, 0),
        (FLASH, 1),
        (0x100_0000, 0x40),
        (0xffff_ff00, 0x40),
        (0xffff_ff00, 0x100),
        (0xffff_ff00, 0x140),
        (0, 0xffff_ffff),
    ];
    let mut steps = vec![];
    for prelude in [vec![], attach(), vec![params(32 << 20)]] {
        steps.extend(prelude);
        steps.extend(places.map(|(at, size)| md5(at, size)));
    }
    steps
}

pub fn reads(chip: &Chip) -> Vec<Step> {
    let places = [
        (0, 0),
        (0, 1),
        (1, 3),
        (2, 62),
        (0, 63),
        (3, 64),
        (0x1000, 65),
        (0x1000, 0x1000),
        (0, !0),
        ((2 << 20) - 1, 2),
        (2 << 20, 4),
        (FLASH - 4, 4),
        (FLASH - 4, 8),
        (FLASH, 0),
        (FLASH, 4),
        (0x100_0004, 12),
        (0xffff_fffc, 4),
        (0xffff_fffc, 8),
    ];
    let read = |(at, size)| Request::words(Opcode::READ_FLASH_SLOW, &[at, size]).step();
    let mut steps = attach();
    steps.push(begin(chip, Opcode::FLASH_BEGIN, 0x400, 0x400, 0));
    steps.push(Request::data(Opcode::FLASH_DATA, 0, &pattern(0x400, 9)).step());
    steps.extend(places.map(read));
    steps.push(params(32 << 20));
    steps.extend(places.map(read));
    steps
}

pub fn sizes(chip: &Chip) -> Vec<Step> {
    let mut steps = vec![md5(0, 4)];
    for size in [
        0,
        1,
        0x1000,
        0x1001,
        1 << 20,
        2 << 20,
        16 << 20,
        32 << 20,
        !0,
    ] {
        steps.extend([
            params(size),
            md5(size.wrapping_sub(4), 4),
            md5(size.wrapping_sub(4), 8),
            begin(
                chip,
                Opcode::FLASH_BEGIN,
                0x400,
                0x400,
                size.wrapping_sub(0x1000) & !0xfff,
            ),
            begin(chip, Opcode::FLASH_BEGIN, 0x400, 0x400, size & !0xfff),
        ]);
    }
    // Other figures of the flash.
    for words in [
        [1, FLASH, 0x1_0000, 0x1000, 0x100, 0xffff],
        [0, FLASH, 0x8000, 0x1000, 0x100, 0xffff],
        [0, FLASH, 0x1_0000, 0x2000, 0x100, 0xffff],
        [0, FLASH, 0x1_0000, 0x1000, 0x80, 0xffff],
        [0, FLASH, 0x1_0000, 0x1000, 0x100, 0xff],
    ] {
        steps.extend([
            Request::words(Opcode::SPI_SET_PARAMS, &words).step(),
            begin(chip, Opcode::FLASH_BEGIN, 0x1_0000, 0x400, 0x1_0000),
            Request::data(Opcode::FLASH_DATA, 0, &pattern(0x400, 1)).step(),
            md5(0x1_0000, 0x800),
            begin(chip, Opcode::FLASH_BEGIN, 0x3000, 0x400, 0x1_1000),
            md5(0x1_0000, 0x2000),
        ]);
    }
    // Nothing to erase, from the middle of a sector on: what sessions ask for. Of
    // sectors of 0 bytes an Xtensa ROM dies, as it divides by them.
    for sector in [0x1000, 0x10, 0x800, 0x1001] {
        let words = [0, FLASH, 0x1_0000, sector, 0x100, 0xffff];
        steps.extend([
            Request::words(Opcode::SPI_SET_PARAMS, &words).step(),
            begin(chip, Opcode::FLASH_BEGIN, 0, 0x400, 0x800),
            begin(chip, Opcode::FLASH_BEGIN, 0, 0x400, 0x1_0800),
            begin(chip, Opcode::FLASH_BEGIN, 0, 0x400, FLASH - 0x800),
            begin(chip, Opcode::FLASH_BEGIN, 0, 0x400, 0x1_0000),
        ]);
    }
    steps
}
