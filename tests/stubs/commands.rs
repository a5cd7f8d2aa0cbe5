//! What every stub must do on every chip, from its greeting to its end.

use crate::boards::{Kind, Sort, on_every_chip};
use crate::host::{Host, SOON, op, request, words};
use crate::stub::{BLANK, Capability, Encoding, Phase, Refusal, crc32, each_in_stub, own};
use espwire::chip::ESP8266;
use espwire::flash::controller;
use espwire::sim::{ResetCause, Strapping};
use espwire::transport::Transport as _;
use md5::{Digest, Md5};
use sha2::Sha256;
use std::io::Write as _;

/// Digests are the first half of SHA-256.
pub const FEATURE_SHA256: u8 = 8;

/// Bytes of which some repeat.
pub fn firmware(len: u32) -> Vec<u8> {
    (0..len)
        .map(|at| (at ^ (at >> 5) ^ (at >> 9)).to_le_bytes()[0])
        .collect()
}

fn md5(bytes: &[u8]) -> [u8; 16] {
    Md5::digest(bytes).into()
}

impl Host {
    /// What the stub's own commands have as the digest of these bytes.
    pub fn digest(&mut self, bytes: &[u8]) -> [u8; 16] {
        if self.capability().features & FEATURE_SHA256 == 0 {
            return md5(bytes);
        }
        let whole = Sha256::digest(bytes);
        *whole.first_chunk().unwrap()
    }
}

pub fn deflated(bytes: &[u8]) -> Vec<u8> {
    let level = flate2::Compression::best();
    let mut encoder = flate2::write::DeflateEncoder::new(vec![], level);
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let level = flate2::Compression::best();
    let mut encoder = flate2::write::ZlibEncoder::new(vec![], level);
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// The flash's id, by the controller's registers through the loader.
fn flash_id(host: &mut Host, sort: &Sort) -> u32 {
    let writes = controller::read_id(&sort.chip.spi);
    let words: Vec<u32> = writes
        .iter()
        .flat_map(|it| [it.address, it.value, it.mask, it.delay_us])
        .collect();
    host.ask_words(op::WRITE_REG, &words).ok();
    host.register(controller::id_register(&sort.chip.spi))
}

on_every_chip!(of: agree_with_the_rom_about_the_flash,
    write_verify_read_and_erase
);

fn agree_with_the_rom_about_the_flash(sort: Sort) {
    let name = sort.name();
    for kind in [Kind::Modelled, Kind::Real] {
        let Some(builder) = sort.builder(kind) else {
            continue;
        };
        let mut host = Host::in_loader(builder);
        host.board.flash().write(0x1234, &firmware(3000));
        host.attach(&sort);
        let id = flash_id(&mut host, &sort);
        assert_eq!(id, 0x16_40ef, "{name}");
        let digest = sort.knows(op::FLASH_MD5SUM).then(|| {
            let answer = host.ask_words(op::FLASH_MD5SUM, &[0x1000, 0x1000, 0, 0]);
            String::from_utf8(answer.ok()).unwrap()
        });
        let settings = sort
            .knows(op::GET_SECURITY_INFO)
            .then(|| host.ask(op::GET_SECURITY_INFO, &[]).ok());

        host.start_stub(&sort);
        let Capability {
            version,
            chip,
            port,
            flash_id,
            flash_size,
            features,
            ..
        } = host.capability();
        assert_eq!((version, port), (1, 0), "{name}");
        assert_eq!(chip, sort.chip.id.unwrap_or(0xffff), "{name}");
        assert_eq!((flash_id, flash_size), (id, 4 << 20), "{name}");
        let sha256 = features & FEATURE_SHA256 != 0;
        assert_eq!(sha256, sort.chip != &ESP8266, "{name}");
        let from_stub = host.own(own::DIGEST, &words(&[0x1000, 0x1000])).unwrap();
        let bytes = host.board.flash().read(0x1000, 0x1000);
        assert_eq!(from_stub, host.digest(&bytes), "{name}");
        let from_stub = host.ask_words(op::FLASH_MD5SUM, &[0x1000, 0x1000, 0, 0]);
        let from_stub = from_stub.ok();
        assert_eq!(from_stub, md5(&bytes), "{name}");
        if let Some(digest) = digest {
            let digits: String = from_stub.iter().map(|it| format!("{it:02x}")).collect();
            assert_eq!(digits, digest, "{name}");
        }
        let answer = host.ask(op::GET_SECURITY_INFO, &[]);
        match settings {
            Some(settings) => assert_eq!(answer.ok(), settings, "{name}"),
            None => assert_eq!(answer.status, [1, 0xff], "{name}"),
        }
    }
}

fn write_verify_read_and_erase(sort: Sort) {
    each_in_stub(&sort, |host, name| {
        own_writes(host, name);
        own_reads(host, name);
        digests(host, name);
        errors_come_at_once(host, name);
        common_writes(host, name);
        common_reads_and_erases(host, name);
        leaves(host, &sort, name);
    });
}

fn own_writes(host: &mut Host, name: &str) {
    // What is erased, and nothing beside it.
    host.board.flash().write(0, &[0x5a; 0x4_0000]);
    let bytes = firmware(7000);
    let segments = [
        (0x1_0000, 4500),
        (0x1_2000 | BLANK, 0x1000),
        (0x2_0000, 2500),
    ];
    let state = host.write(1, Encoding::Raw, &segments, &bytes);
    assert_eq!((state.phase, state.reason), (Phase::Done, 0), "{name}");
    assert_eq!((state.programmed, state.refused), (7000, 0), "{name}");
    assert_eq!(state.digest, host.digest(&bytes), "{name}");
    let mut expected = vec![0x5a; 0x4_0000];
    expected[0x1_0000..0x1_3000].fill(0xff);
    expected[0x2_0000..0x2_1000].fill(0xff);
    expected[0x1_0000..0x1_0000 + 4500].copy_from_slice(&bytes[..4500]);
    expected[0x2_0000..0x2_0000 + 2500].copy_from_slice(&bytes[4500..]);
    assert!(host.board.flash().read(0, 0x4_0000) == expected, "{name}");

    let bytes = firmware(20_001);
    let segments = [(0x3_0000, 20_001)];
    let state = host.write(2, Encoding::Deflate, &segments, &deflated(&bytes));
    assert_eq!((state.phase, state.reason), (Phase::Done, 0), "{name}");
    assert_eq!(state.digest, host.digest(&bytes), "{name}");
    assert!(host.board.flash().read(0x3_0000, 20_001) == bytes, "{name}");
    assert_eq!(host.board.flash().wear().ignored, 0, "{name}");
}

/// Digests of what ends about the end of a block, and of the padding in it.
fn digests(host: &mut Host, name: &str) {
    let lengths = [0, 1, 55, 56, 57, 63, 64, 65, 119, 120, 128, 4099];
    let regions: Vec<u32> = lengths.iter().flat_map(|len| [0x1_0003, *len]).collect();
    let bytes = host.board.flash().read(0x1_0003, 4099);
    let expected: Vec<u8> = lengths
        .iter()
        .flat_map(|len| host.digest(&bytes[..*len as usize]))
        .collect();
    let answer = host.own(own::DIGEST, &words(&regions));
    assert!(answer == Ok(expected), "{name}");
}

fn own_reads(host: &mut Host, name: &str) {
    let flash = |from: u32, len: usize| host.board.flash().read(from, len);
    let regions = [(0x1_0000, 4500), (0x3_0001, 0), (0x2_0003, 5001)];
    let list: Vec<u32> = regions.iter().flat_map(|it| [it.0, it.1]).collect();
    let bytes = regions.map(|(from, len)| flash(from, len as usize));
    let digests: Vec<u8> = bytes.iter().flat_map(|it| host.digest(it)).collect();
    let sectors = bytes.iter().flat_map(|it| it.chunks(0x1000)).map(crc32);
    let map = words(&sectors.collect::<Vec<_>>());
    for (opcode, expected) in [
        (own::DIGEST, digests),
        (own::MAP, map),
        (own::READ, bytes.concat()),
    ] {
        let answer = host.own(opcode, &words(&list));
        assert!(answer == Ok(expected), "{name} {opcode:02x}");
    }
    // RDID by hand.
    let answer = host.own(own::FLASH_COMMAND, &words(&[3 << 16 | 0x9f, 0]));
    assert_eq!(answer, Ok(vec![0xef, 0x40, 0x16]), "{name}");
}

fn errors_come_at_once(host: &mut Host, name: &str) {
    const ADDRESS: u8 = 0xca;
    const INFLATE: u8 = 0xc7;
    let outside = Refusal {
        reason: ADDRESS,
        address: 0x40_0000,
    };
    let answer = host.own(own::DIGEST, &words(&[0, 4, 0x40_0000, 1]));
    assert_eq!(answer, Err(outside), "{name}");
    let refused = host.begin(3, Encoding::Raw, &[(0x1000, 5), (0x40_0000, 1)]);
    assert_eq!(refused, Err(outside), "{name}");

    // A block that is stored as it is, behind it one of a type that there is
    // not.
    let bytes = firmware(0x1800);
    let len = 0x1800_u16;
    let mut stream = vec![0];
    stream.extend(len.to_le_bytes());
    stream.extend((!len).to_le_bytes());
    stream.extend(&bytes);
    stream.push(0b111);
    let state = host.write(4, Encoding::Deflate, &[(0x5_0000, 0x3000)], &stream);
    assert_eq!(
        (state.phase, state.reason),
        (Phase::Failed, INFLATE),
        "{name}"
    );
    let reached = 0x5_0000..=0x5_1800;
    assert!(reached.contains(&state.address), "{name}: {state:?}");
}

fn common_writes(host: &mut Host, name: &str) {
    for (begin, data, end, address, deflate) in [
        (
            op::FLASH_BEGIN,
            op::FLASH_DATA,
            op::FLASH_END,
            0x6_0000,
            false,
        ),
        (
            op::FLASH_DEFL_BEGIN,
            op::FLASH_DEFL_DATA,
            op::FLASH_DEFL_END,
            0x7_0000,
            true,
        ),
    ] {
        let bytes = firmware(9000);
        let stream = if deflate { zlib(&bytes) } else { bytes.clone() };
        let blocks: Vec<&[u8]> = stream.chunks(0x1000).collect();
        let count = u32::try_from(blocks.len()).unwrap();
        host.ask_words(begin, &[9000, count, 0x1000, address]).ok();
        for (number, block) in (0..).zip(blocks) {
            host.ask_data(data, number, block).ok();
        }
        host.ask_words(end, &[1]).ok();
        let digest = host.ask_words(op::FLASH_MD5SUM, &[address, 9000, 0, 0]);
        assert_eq!(digest.ok(), md5(&bytes), "{name} {begin:02x}");
        assert!(host.board.flash().read(address, 9000) == bytes, "{name}");
    }
}

fn common_reads_and_erases(host: &mut Host, name: &str) {
    const PACKET: u32 = 0x400;
    let bytes = firmware(9000);
    host.ask_words(op::READ_FLASH, &[0x6_0000, 3000, PACKET, 1])
        .ok();
    let mut read = vec![];
    while read.len() < 3000 {
        read.extend(host.frame(SOON).unwrap());
        host.send(&words(&[u32::try_from(read.len()).unwrap()]));
    }
    assert!(read == bytes[..3000], "{name}");
    assert_eq!(host.frame(SOON).unwrap(), md5(&read), "{name}");

    host.ask_words(op::ERASE_REGION, &[0x6_1000, 0x1000]).ok();
    let flash = host.board.flash();
    assert!(flash.read(0x6_0000, 0x1000) == bytes[..0x1000], "{name}");
    assert!(flash.read(0x6_1000, 0x1000) == [0xff; 0x1000], "{name}");
    assert!(flash.read(0x6_2000, 100) == bytes[0x2000..0x2064], "{name}");
    // An erase that tells that it is alive.
    let state = host.write(5, Encoding::Raw, &[(0x7_0000 | BLANK, 0x1000)], &[]);
    assert_eq!(state.phase, Phase::Done, "{name}");
    assert!(
        host.board.flash().read(0x7_0000, 0x1000) == [0xff; 0x1000],
        "{name}"
    );
}

fn leaves(host: &mut Host, sort: &Sort, name: &str) {
    host.send(&request(op::RUN_USER_CODE, 0, &[]));
    let crystal = &sort.variant.crystal;
    let baud = 115_200 * crystal.usual / crystal.believed;
    host.port.set_baud(baud).unwrap();
    let said = String::from_utf8_lossy(&host.listen(SOON)).into_owned();
    assert!(
        said.contains("rst:") || said.contains("rst cause:"),
        "{name}: {said}"
    );
    let resets = host.board.record().resets;
    let last = resets.last().unwrap();
    assert_eq!(last.cause, ResetCause::Software, "{name}");
    assert_eq!(last.strapping, Strapping::Flash, "{name}");
}
