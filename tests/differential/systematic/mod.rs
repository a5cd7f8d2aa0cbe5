//! Every command, right and wrong in every way: sequences that follow the
//! greeting.

mod flash;

use crate::Sequence;
use crate::pair::{FLASH, Subject};
use crate::ram;
use crate::step::{Request, Step, deflated, noise, pattern, sync};
use espwire::chip::Chip;
use espwire::wire::Opcode;

/// Opcodes that lead out of the loader: each has a sequence of its own.
const LEAVING: &[Opcode] = &[Opcode::FLASH_END, Opcode::FLASH_DEFL_END, Opcode::MEM_END];

/// All sequences for a ROM.
pub fn all(subject: &Subject) -> Vec<Sequence> {
    let chip = subject.chip;
    let ram = ram(chip);
    let mut all: Vec<(&str, Vec<Step>)> = vec![
        (
            "every opcode without payload",
            every_opcode(&[Opcode::READ_REG], vec![]),
        ),
        // What WRITE_REG would have to wait for takes minutes, and what
        // CHANGE_BAUDRATE would lead to is no rate.
        (
            "every opcode with a payload",
            every_opcode(
                &[Opcode::WRITE_REG, Opcode::CHANGE_BAUDRATE],
                ram.to_le_bytes().repeat(8),
            ),
        ),
        ("every length", every_length(ram)),
        ("registers", registers(ram)),
        ("RAM", memory(ram)),
        (
            "where FLASH_BEGIN may begin",
            flash::begins(chip, Opcode::FLASH_BEGIN),
        ),
        (
            "where FLASH_DEFL_BEGIN may begin",
            flash::begins(chip, Opcode::FLASH_DEFL_BEGIN),
        ),
        ("blocks for the flash", flash::blocks(chip)),
        ("deflated blocks", flash::deflated_blocks(chip)),
        ("digests", flash::digests()),
        ("reads", flash::reads(chip)),
        ("the size of the flash", flash::sizes(chip)),
        ("rates", rates()),
        ("frames", frames(ram)),
    ];
    all.extend(farewells(chip, ram));
    let named = all.into_iter().map(|(name, steps)| Sequence {
        name: name.to_owned(),
        steps,
    });
    named.collect()
}

fn every_opcode(but: &[Opcode], payload: Vec<u8>) -> Vec<Step> {
    let opcodes = (0..=255).map(Opcode);
    opcodes
        .filter(|opcode| !LEAVING.contains(opcode) && !but.contains(opcode))
        .map(|opcode| Request::new(opcode, payload.clone()).step())
        .collect()
}

/// What the host says before it uses the flash.
pub fn attach() -> Vec<Step> {
    vec![
        Request::words(Opcode::SPI_ATTACH, &[0, 0]).step(),
        params(FLASH),
    ]
}

fn params(size: u32) -> Step {
    let words = [0, size, 0x1_0000, 0x1000, 0x100, 0xffff];
    Request::words(Opcode::SPI_SET_PARAMS, &words).step()
}

/// Announces a write, with as many words as this chip's ROM wants.
pub fn begin(chip: &Chip, opcode: Opcode, size: u32, block: u32, at: u32) -> Step {
    let blocks = size.div_ceil(block.max(1));
    announce(chip, opcode, [size, blocks, block, at])
}

fn announce(chip: &Chip, opcode: Opcode, [size, blocks, block, at]: [u32; 4]) -> Step {
    let words = [size, blocks, block, at, 0];
    Request::words(opcode, &words[..chip.rom.dialect.flash_begin_words]).step()
}

fn md5(at: u32, size: u32) -> Step {
    Request::words(Opcode::FLASH_MD5SUM, &[at, size, 0, 0]).step()
}

fn read(address: u32) -> Step {
    Request::words(Opcode::READ_REG, &[address]).step()
}

/// Each command with payloads of all lengths around the right one.
fn every_length(ram: u32) -> Vec<Step> {
    let commands: &[(Opcode, &[u32])] = &[
        (Opcode::SYNC, &[0x2012_0707, 0x5555_5555]),
        (Opcode::READ_REG, &[ram, ram]),
        (Opcode::WRITE_REG, &[ram, 0x1122_3344, !0, 0]),
        (Opcode::MEM_BEGIN, &[0x40, 1, 0x40, ram]),
        (Opcode::MEM_DATA, &[4, 0, 0, 0, 0xeeee_eeee]),
        (Opcode::SPI_ATTACH, &[0, 0]),
        (
            Opcode::SPI_SET_PARAMS,
            &[0, FLASH, 0x1_0000, 0x1000, 0x100, 0xffff],
        ),
        (Opcode::FLASH_BEGIN, &[0x400, 1, 0x400, 0x1000, 0]),
        (Opcode::FLASH_DATA, &[4, 0, 0, 0, 0xeeee_eeee]),
        (Opcode::FLASH_DEFL_BEGIN, &[0x400, 1, 0x400, 0x1000, 0]),
        (Opcode::FLASH_DEFL_DATA, &[4, 0, 0, 0, 0xeeee_eeee]),
        (Opcode::FLASH_MD5SUM, &[0x1000, 0x40, 0, 0]),
        (Opcode::READ_FLASH_SLOW, &[0x1000, 8]),
        (Opcode::GET_SECURITY_INFO, &[]),
    ];
    let mut steps = attach();
    for (opcode, words) in commands {
        let whole = Request::words(*opcode, words);
        for len in 0..=whole.payload.len() + 8 {
            // The words beyond are good addresses for those who take them.
            let mut payload = whole.payload.clone();
            payload.extend(ram.to_le_bytes().repeat(2));
            payload.truncate(len);
            if *opcode == Opcode::READ_REG {
                // What is missing is there from before: a good address.
                steps.push(read(ram));
            }
            let what = format!("of {len} bytes");
            steps.push(Request::new(*opcode, payload).note(&what).step());
        }
        // The header says another length than the frame has.
        for len in [0, 3, 4, 8, 16, 20, 24, 0x100, 0xffff] {
            let words = format!("said to be {len:#x} bytes");
            let request = Request::words(*opcode, words_of(&whole.payload).as_slice());
            steps.push(request.with(&words, |it| it.len = len).step());
        }
    }
    steps
}

fn words_of(bytes: &[u8]) -> Vec<u32> {
    let words = bytes.chunks_exact(4);
    words
        .map(|it| u32::from_le_bytes(it.try_into().unwrap()))
        .collect()
}

fn registers(ram: u32) -> Vec<Step> {
    let write = |words: &[u32]| Request::words(Opcode::WRITE_REG, words).step();
    let mut steps = vec![];
    for (value, mask) in [
        (0x1234_5678, !0),
        (!0, 0xff),
        (0, 0x00ff_0000),
        (0xc0db_dcdd, !0),
        (0xaaaa_aaaa, 0),
    ] {
        steps.extend([write(&[ram, value, mask, 0]), read(ram)]);
    }
    let batch = [ram, 1, !0, 0, ram + 4, 2, !0, 3, ram + 8, 3, !0, 0];
    steps.push(write(&batch));
    // One and a half.
    steps.push(write(&batch[..6]));
    steps.extend([ram, ram + 4, ram + 8].map(read));
    steps.push(write(&batch.repeat(20)));
    steps
}

fn memory(ram: u32) -> Vec<Step> {
    let begin = |size: u32, blocks, block, at| {
        Request::words(Opcode::MEM_BEGIN, &[size, blocks, block, at]).step()
    };
    let data = |sequence, data: &[u8]| Request::data(Opcode::MEM_DATA, sequence, data);
    let end = |flag, entry| Request::words(Opcode::MEM_END, &[flag, entry]).step();
    let bytes = pattern(0x1804, 7);
    let mut steps = vec![data(0, &bytes[..64]).note("without MEM_BEGIN").step()];
    steps.extend([
        begin(0x40, 1, 0x40, ram),
        data(0, &bytes[..0x40]).step(),
        read(ram),
        data(1, &bytes[..0x40])
            .note("one more than announced")
            .step(),
        read(ram + 0x40),
        end(1, 0),
        data(2, &bytes[..0x40]).note("after MEM_END").step(),
        end(1, 0),
        begin(0x80, 2, 0x40, ram),
        data(1, &bytes[..0x40]).note("out of turn").step(),
        data(0, &bytes[..0x40])
            .with("wrong checksum", |it| it.checksum ^= 1)
            .step(),
        data(0, &bytes[..0x40]).step(),
        data(1, &bytes[0x40..0x80]).step(),
        read(ram),
        read(ram + 0x40),
        data(1, &bytes[..0x40]).note("again").step(),
        end(1, 0),
    ]);
    // Sizes of blocks, those that are no words, and those of nothing.
    for len in [0, 1, 2, 3, 5, 0x3f, 0x41] {
        steps.extend([
            begin(0x40, 1, 0x40, ram),
            data(0, &bytes[..len]).note("of odd length").step(),
            read(ram),
            data(1, &bytes[..4]).step(),
            read(ram),
            read(ram + 4),
        ]);
    }
    // What BEGIN says and DATA does.
    for (size, blocks, block) in [
        (0, 0, 0),
        (0, 1, 0x40),
        (0x40, 0, 0x40),
        (0x40, 2, 0x40),
        (0x40, 1, 0),
        (0x1800, 1, 0x1800),
        (0x1801, 1, 0x1801),
        (0x2000, 2, 0x1000),
        (!0, !0, 0x400),
        (0x400, 1, !0),
    ] {
        steps.extend([
            begin(size, blocks, block, ram),
            data(0, &bytes[..0x40]).step(),
            data(1, &bytes[..0x40]).step(),
        ]);
    }
    for len in [0x1000, 0x1800] {
        steps.extend([
            begin(0x1800, 1, 0x1800, ram),
            data(0, &bytes[..len]).step(),
            read(ram),
            read(ram + u32::try_from(len).unwrap() - 4),
        ]);
    }
    // The block says another length than it has.
    steps.push(begin(0x400, 1, 0x400, ram));
    for len in [0u32, 4, 0x44, 0x400, 0x404] {
        let claim = |it: &mut Request| it.payload[..4].copy_from_slice(&len.to_le_bytes());
        let words = format!("said to be {len:#x}");
        steps.push(data(0, &bytes[..0x40]).with(&words, claim).step());
    }
    steps.extend((0..=4).map(|index| data(index, &bytes[..4]).step()));
    // Places that are nobody's: told at BEGIN, or not at all.
    for at in [ram + 1, ram + 2, 0, 0x1000, 0x2000_0000, 0xffff_fffc] {
        steps.push(begin(4, 1, 4, at));
    }
    steps.push(end(1, 0));
    steps
}

fn rates() -> Vec<Step> {
    let mut steps = vec![];
    for rate in [115_200, 921_600, 230_400, 1_000_000, crate::pair::BAUD] {
        let request = Request::words(Opcode::CHANGE_BAUDRATE, &[rate, 0]);
        let mut step = request.step();
        step.baud = Some(rate);
        steps.extend([step, sync()]);
    }
    steps
}

fn frames(ram: u32) -> Vec<Step> {
    let good = read(ram).sent;
    let body = &good[1..good.len() - 1];
    let behind = |bytes: &[u8]| [body, bytes].concat();
    let around = |what: &str, before: &[u8], after: &[u8]| {
        noise(what, &[before, good.as_slice(), after].concat())
    };
    let frame = |what: &str, body: &[u8]| noise(what, &[&[0xc0], body, &[0xc0]].concat());
    let mut steps = vec![
        sync(),
        read(ram),
        frame("direction 1", &[&[1], &body[1..]].concat()),
        frame("direction 2", &[&[2], &body[1..]].concat()),
        around("noise before", b"\x00\xffnoise\xdb", b""),
        around("noise behind", b"", b"noise"),
        read(ram),
        around("an empty frame before", b"\xc0\xc0", b""),
        around("three ends before", b"\xc0\xc0\xc0", b""),
        around("an end behind", b"", b"\xc0"),
        noise("an end", b"\xc0"),
        read(ram),
        noise("two ends", b"\xc0\xc0"),
        read(ram),
        frame("an escape before the end", &[body, &[0xdb]].concat()),
        read(ram),
        frame("an escape that is none", &behind(&[0xdb, 0x00, 0xdb, 0xdb])),
        Request::words(Opcode::SYNC, &[]).step(),
        frame(
            "an escaped escape and end",
            &behind(&[0xdb, 0xdd, 0xdb, 0xdc]),
        ),
        noise(
            "half a frame, then a whole one",
            &[&good[..9], &good[..]].concat(),
        ),
        read(ram),
        noise("two at once", &good.repeat(2)),
        noise(
            "with one end between two",
            &[&good[..good.len() - 1], &good[..]].concat(),
        ),
        read(ram),
    ];
    for len in 1..=12 {
        steps.push(frame(
            &format!("a frame of {len} bytes"),
            &body[..len.min(body.len())],
        ));
    }
    steps.push(sync());
    for len in [1000, 1900] {
        steps.push(frame(
            &format!("a frame of {len} bytes"),
            &[body, &vec![0x55; len]].concat(),
        ));
        steps.push(read(ram));
    }
    steps
}

fn farewells(chip: &Chip, ram: u32) -> Vec<(&'static str, Vec<Step>)> {
    let written = |announced, sent: &[usize]| {
        let mut steps = attach();
        steps.push(begin(chip, Opcode::FLASH_BEGIN, announced, 0x400, 0x1000));
        for (index, len) in (0..).zip(sent) {
            steps.push(Request::data(Opcode::FLASH_DATA, index, &pattern(*len, 2)).step());
        }
        steps
    };
    let inflated = || {
        let mut steps = attach();
        steps.push(begin(chip, Opcode::FLASH_DEFL_BEGIN, 0x400, 0x400, 0x1000));
        let stream = deflated(&pattern(0x400, 2));
        steps.push(Request::data(Opcode::FLASH_DEFL_DATA, 0, &stream).step());
        steps
    };
    let end = |opcode, word: u32| Request::words(opcode, &[word]).step();
    let mut all = vec![];
    let mut farewell = |name, mut steps: Vec<Step>, last: Step| {
        steps.push(last);
        all.push((name, steps));
    };
    for word in [0, 1] {
        farewell("FLASH_END at once", vec![], end(Opcode::FLASH_END, word));
        farewell(
            "FLASH_END behind a write",
            written(0x800, &[0x400, 0x400]),
            end(Opcode::FLASH_END, word),
        );
        farewell(
            "FLASH_END in the middle",
            written(0x800, &[0x400]),
            end(Opcode::FLASH_END, word),
        );
        farewell(
            "FLASH_END with too much",
            written(0x400, &[0x400, 0x400]),
            end(Opcode::FLASH_END, word),
        );
        farewell(
            "FLASH_END of a deflated write",
            inflated(),
            end(Opcode::FLASH_END, word),
        );
        farewell(
            "FLASH_DEFL_END at once",
            vec![],
            end(Opcode::FLASH_DEFL_END, word),
        );
        farewell(
            "FLASH_DEFL_END behind a write",
            inflated(),
            end(Opcode::FLASH_DEFL_END, word),
        );
    }
    farewell(
        "FLASH_END without payload",
        vec![],
        Request::new(Opcode::FLASH_END, vec![]).step(),
    );
    farewell(
        "FLASH_DEFL_END without payload",
        vec![],
        Request::new(Opcode::FLASH_DEFL_END, vec![]).step(),
    );
    farewell(
        "MEM_END with one word",
        vec![],
        Request::words(Opcode::MEM_END, &[1]).step(),
    );
    farewell(
        "MEM_END with three words",
        vec![],
        Request::words(Opcode::MEM_END, &[1, ram, 0]).step(),
    );
    farewell(
        "MEM_END twice",
        vec![Request::words(Opcode::MEM_END, &[1, 0]).step()],
        Request::words(Opcode::MEM_END, &[2, ram]).step(),
    );
    all
}
