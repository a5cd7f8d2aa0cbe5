//! Every layout, byte by byte, as `docs/stubs.md` tells it.

use super::*;
use crate::digest::DigestKind;
use crate::wire::tests::hex;
use std::fmt::Debug;

/// CRC-32, bit by bit: another way than the one under test.
fn crc(bytes: &[u8]) -> [u8; 4] {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = crc >> 1 ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
        }
    }
    (!crc).to_le_bytes()
}

/// A frame from hex digits, with its CRC behind.
fn frame(digits: &str) -> Vec<u8> {
    let mut bytes = hex(digits);
    bytes.extend(crc(&bytes));
    bytes
}

#[test]
fn the_crc_is_that_of_zlib() {
    assert_eq!(crc(b"123456789"), 0xcbf4_3926_u32.to_le_bytes());
    // As the table in docs/stubs.md says it of a blank sector.
    assert_eq!(crc(&[0xff; 4096]), 0xf154_670a_u32.to_le_bytes());
}

const RANGES: &[Range] = &[
    Range {
        address: 0x1_0000,
        length: 0x1001,
    },
    Range {
        address: 0x00c0_dbff,
        length: 0,
    },
];

fn encoded<C: Command>(command: &C) -> Vec<u8> {
    // Behind something else, as a caller may have it.
    let mut out = vec![0xaa];
    encode(command, 0x0403_0201, &mut out);
    out.split_off(1)
}

fn data(session: u16, sequence: u16, data: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let frame = WriteData {
        session,
        sequence,
        data,
    };
    frame.encode(&mut out);
    out
}

/// Every command, and its bytes without the CRC: direction and opcode, length,
/// tag, body.
fn requests() -> Vec<(Vec<u8>, &'static str)> {
    let segment = |address, length, kind| Segment {
        address,
        length,
        kind,
    };
    let segments = [
        segment(0x1000, 0x801, SegmentKind::Data),
        segment(0x2000, 0x1000, SegmentKind::Blank),
        segment(0x00ff_f000, 4, SegmentKind::DataOnBlank),
    ];
    let begin = |encoding, segments| WriteBegin {
        session: 0x1234,
        encoding,
        segments,
    };
    let transaction = FlashCommand {
        opcode: 0x9f,
        address: 0,
        address_bits: AddressBits::None,
        send: &[],
        receive: 3,
    };
    vec![
        (encoded(&GetCapability), "00 f0 0400 01020304"),
        (
            encoded(&Digest { ranges: RANGES }),
            "00 f1 1400 01020304  00000100 01100000  ffdbc000 00000000",
        ),
        (encoded(&Digest { ranges: &[] }), "00 f1 0400 01020304"),
        (
            encoded(&Map { ranges: RANGES }),
            "00 f2 1400 01020304  00000100 01100000  ffdbc000 00000000",
        ),
        (
            encoded(&Read {
                ranges: &RANGES[..1],
            }),
            "00 f3 0c00 01020304  00000100 01100000",
        ),
        (
            encoded(&begin(Encoding::Deflate, &segments)),
            "00 f4 2400 01020304  3412 0100 03000000 \
             00100000 01080000  01200000 00100000  02f0ff00 04000000",
        ),
        (
            encoded(&begin(Encoding::Plain, &segments[1..2])),
            "00 f4 1400 01020304  3412 0000 01000000  01200000 00100000",
        ),
        (
            data(0x1234, 0xfffe, &[0xc0, 0xdb, 1]),
            "00 f5 0700 feff3412  c0 db 01",
        ),
        (encoded(&GetState), "00 f6 0400 01020304"),
        (
            encoded(&transaction),
            "00 f7 0c00 01020304  9f 00 03 00 00000000",
        ),
        (
            encoded(&FlashCommand {
                opcode: 2,
                address: 0x900,
                address_bits: AddressBits::Three,
                send: &[0xc0, 0xff],
                receive: 0,
            }),
            "00 f7 0e00 01020304  02 02 00 18 00090000 c0 ff",
        ),
        (
            encoded(&FlashCommand {
                opcode: 0x13,
                address: 0x0123_4567,
                address_bits: AddressBits::Four,
                receive: 64,
                ..transaction
            }),
            "00 f7 0c00 01020304  13 00 40 20 67452301",
        ),
        (encoded(&Cancel), "00 f9 0400 01020304"),
    ]
}

#[test]
fn requests_are_laid_out_as_documented() {
    for (bytes, digits) in requests() {
        assert_eq!(bytes, frame(digits), "{digits}");
        let request = Request::parse(&bytes).unwrap();
        let mut again = Vec::new();
        request.encode(&mut again);
        assert_eq!(again, bytes);
        assert_eq!(Response::parse(&bytes), None, "{digits}: a request");
        damaged(&bytes, |frame| Request::parse(frame).is_some());
    }
}

#[test]
fn every_known_command_is_in_the_table() {
    let mut known: Vec<u8> = (FIRST.0..=255)
        .filter(|op| Opcode(*op).name().is_some())
        .collect();
    for (bytes, _) in requests() {
        known.retain(|op| *op != bytes[1]);
    }
    assert_eq!(known, []);
}

#[test]
fn a_long_table_fits_its_length_field() {
    let segments = vec![
        Segment {
            address: 0,
            length: 1,
            kind: SegmentKind::Data
        };
        100
    ];
    let begin = WriteBegin {
        session: 1,
        encoding: Encoding::Plain,
        segments: &segments,
    };
    let bytes = encoded(&begin);
    assert_eq!(bytes.len(), 8 + 8 + 800 + 4);
    assert!(Request::parse(&bytes).is_some());
}

/// No frame that is shorter, longer, or has another bit, is taken for one.
fn damaged(bytes: &[u8], is_whole: impl Fn(&[u8]) -> bool) {
    for len in 0..bytes.len() {
        assert!(!is_whole(&bytes[..len]), "{len} bytes");
    }
    assert!(!is_whole(&[bytes, &[0]].concat()), "a byte more");
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut altered = bytes.to_vec();
            altered[at] ^= 1 << bit;
            assert!(!is_whole(&altered), "bit {bit} of byte {at}");
        }
    }
}

#[test]
fn frames_of_the_common_family_are_none_of_this_one() {
    for digits in [
        // SYNC and READ_REG of a stub; an answer below F0 with a fitting CRC.
        "01 08 0200 00000000 0000",
        "01 0a 0200 831df000 0000",
        "01 ef 0800 01020304 00000000",
    ] {
        assert_eq!(Response::parse(&hex(digits)), None);
        assert_eq!(Response::parse(&frame(digits)), None);
    }
}

/// Checks what a response means, and that it means nothing when it is damaged,
/// and success only if its status says so.
fn check<C: Command>(command: &C, digits: &str, expected: Result<C::Answer, Option<Failure>>)
where
    C::Answer: Debug + PartialEq,
{
    let bytes = frame(digits);
    let response = Response::parse(&bytes).unwrap();
    assert_eq!(response.opcode, C::OPCODE);
    let outcome = match response.outcome(command) {
        Ok(outcome) => outcome.map_err(Some),
        Err(WireError::Length { command, got }) => {
            assert_eq!((command, got), (C::OPCODE, response.body.len()));
            Err(None)
        }
        Err(WireError::Malformed { command, .. }) => {
            assert_eq!(command, C::OPCODE);
            Err(None)
        }
    };
    assert_eq!(outcome, expected, "{digits}");
    let mut again = Vec::new();
    response.encode(&mut again);
    assert_eq!(again, bytes);
    assert_eq!(Request::parse(&bytes), None, "{digits}: a response");
    damaged(&bytes, |frame| Response::parse(frame).is_some());

    // A stub that seals what it should not say: no panic, and no success in
    // fewer bytes.
    let meaningful = if matches!(expected, Err(None)) {
        0
    } else {
        response.body.len()
    };
    for len in 0..meaningful {
        let shorter = Response {
            body: &response.body[..len],
            ..response
        };
        assert!(!matches!(shorter.outcome(command), Ok(Ok(_))), "{len}");
    }
    for at in 0..response.body.len() {
        for value in 0..=255 {
            let mut body = response.body.to_vec();
            body[at] = value;
            let altered = Response {
                body: &body,
                ..response
            };
            let _ = altered.outcome(command);
        }
    }
}

const CAPABILITY: &str = "01 f0 2400 01020304  00000000 0100 0900 01 03 2000 \
    ef401600 00004000 000e0000 00200000 00f00000";

#[test]
fn capability() {
    let c3 = Capability {
        version: 1,
        chip_id: Some(9),
        port: Port::UsbSerialJtag,
        features: Features(3),
        max_segments: 32,
        flash_id: 0x1640ef,
        flash_size: Some(4 << 20),
        window: 0xe00,
        max_data: 0x2000,
        max_response: 0xf000,
    };
    assert!(
        c3.features
            .has(Features::WIDE_ADDRESSES | Features::WHOLE_PAGE)
    );
    assert!(!c3.features.has(Features::P4_EARLY));
    for (bits, kind) in [
        (0, DigestKind::Md5),
        (7, DigestKind::Md5),
        (8, DigestKind::Sha256),
        (0xff, DigestKind::Sha256),
    ] {
        assert_eq!(Features(bits).digest_kind(), kind, "{bits:#x}");
    }
    check(&GetCapability, CAPABILITY, Ok(c3));
    let esp8266 = CAPABILITY
        .replace("0100 0900 01 03", "0100 ffff 00 04")
        .replace("00004000", "00000000");
    let unknown = Capability {
        chip_id: None,
        port: Port::Uart0,
        features: Features(Features::P4_EARLY),
        flash_size: None,
        ..c3
    };
    check(&GetCapability, &esp8266, Ok(unknown));
}

#[test]
fn a_later_version_may_say_more() {
    let longer = |version: &str| {
        CAPABILITY
            .replace("2400", "2600")
            .replace("00000000 0100", &format!("00000000 {version}"))
            + " abcd"
    };
    for (version, known) in [("0100", false), ("0200", true)] {
        let bytes = frame(&longer(version));
        let outcome = Response::parse(&bytes).unwrap().outcome(&GetCapability);
        assert_eq!(outcome.is_ok(), known, "{version}");
    }
}

#[test]
fn results_of_ranges() {
    let ranges = RANGES;
    let md5: [u8; 16] = std::array::from_fn(|at| u8::try_from(at).unwrap());
    check(
        &Digest { ranges },
        "01 f1 2800 01020304 00000000 \
         000102030405060708090a0b0c0d0e0f 000102030405060708090a0b0c0d0e0f",
        Ok(vec![md5, md5]),
    );
    check(
        &Digest { ranges: &[] },
        "01 f1 0800 01020304 00000000",
        Ok(vec![]),
    );
    check(
        &Map { ranges },
        "01 f2 1000 01020304 00000000 0a6754f1 01020304",
        Ok(vec![0xf154_670a, 0x0403_0201]),
    );
    let short = [Range {
        address: 5,
        length: 3,
    }];
    check(
        &Read { ranges: &short },
        "01 f3 0b00 01020304 00000000 c0dbdd",
        Ok(vec![0xc0, 0xdb, 0xdd]),
    );
    // As many as were asked for, neither more nor fewer.
    for digits in [
        "01 f3 0a00 01020304 00000000 c0db",
        "01 f3 0c00 01020304 00000000 c0dbdd00",
        "01 f3 0600 01020304 0000",
    ] {
        check(&Read { ranges: &short }, digits, Err(None));
    }
}

#[test]
fn how_long_results_are() {
    let range = |length| Range { address: 0, length };
    for (command, lengths, expected) in [
        (Opcode::DIGEST, &[0, 5, u32::MAX][..], Some(48)),
        (Opcode::MAP, &[0, 1, 4096, 4097, 16 << 20], Some(4 * 4100)),
        (Opcode::MAP, &[u32::MAX], None),
        (Opcode::READ, &[0, 1, 0xfffe], Some(0xffff)),
        (Opcode::READ, &[1, 0xffff], None),
        (Opcode::READ, &[u32::MAX, u32::MAX], None),
        (Opcode::STATE, &[1], None),
    ] {
        let ranges: Vec<_> = lengths.iter().copied().map(range).collect();
        assert_eq!(results_len(command, &ranges), expected, "{command}");
    }
}

#[test]
fn refusals_tell_where() {
    let failure = Failure {
        reason: Reason::STUB_ADDRESS,
        address: 0x0123_4000,
    };
    let digits = |op: &str| format!("01 {op} 0c00 01020304 01ca0000 00402301");
    check(&GetCapability, &digits("f0"), Err(Some(failure)));
    check(
        &Digest { ranges: RANGES },
        &digits("f1"),
        Err(Some(failure)),
    );
    check(&Map { ranges: RANGES }, &digits("f2"), Err(Some(failure)));
    check(&Read { ranges: RANGES }, &digits("f3"), Err(Some(failure)));
    let begin = WriteBegin {
        session: 1,
        encoding: Encoding::Plain,
        segments: &[],
    };
    check(&begin, &digits("f4"), Err(Some(failure)));
    check(&GetState, &digits("f6"), Err(Some(failure)));
    check(&Cancel, &digits("f9"), Err(Some(failure)));
}

#[test]
fn small_answers() {
    check(&Cancel, "01 f9 0800 01020304 00000000", Ok(()));
    check(&Cancel, "01 f9 0900 01020304 00000000 00", Err(None));
    let rdid = FlashCommand {
        opcode: 0x9f,
        address: 0,
        address_bits: AddressBits::None,
        send: &[],
        receive: 3,
    };
    check(
        &rdid,
        "01 f7 0b00 01020304 00000000 ef4016",
        Ok(vec![0xef, 0x40, 0x16]),
    );
    check(&rdid, "01 f7 0c00 01020304 00000000 ef401600", Err(None));
}

/// A state: status, reason, phase and flags; the rest is the same in each.
fn state(first: &str) -> String {
    format!(
        "01 f6 2c00 01020304 {first} 3412 0a00 02000000 00500100 00340000 \
         000102030405060708090a0b0c0d0e0f 00300000"
    )
}

#[test]
fn states() {
    let expected = |phase, go_back| State {
        phase,
        go_back,
        session: 0x1234,
        next: 10,
        refused: 2,
        address: 0x1_5000,
        programmed: 0x3400,
        digested: 0x3000,
    };
    let md5 = std::array::from_fn(|at| u8::try_from(at).unwrap());
    for (first, phase, go_back) in [
        ("00 00 00 00", Phase::None, false),
        ("00 00 01 01", Phase::Running, true),
        ("00 00 02 00", Phase::Done(md5), false),
        ("01 c7 03 00", Phase::Failed(Reason::STUB_INFLATE), false),
    ] {
        let digits = state(first);
        let expected = expected(phase, go_back);
        check(&GetState, &digits, Ok(expected));
        // The answer to WRITE_BEGIN is a state as well.
        let begin = WriteBegin {
            session: 0x1234,
            encoding: Encoding::Plain,
            segments: &[],
        };
        check(&begin, &digits.replacen("f6", "f4", 1), Ok(expected));

        let bytes = frame(&digits);
        let mut body = Vec::new();
        expected.encode(&mut body);
        let mut parsed = Response::parse(&bytes).unwrap().body.to_vec();
        if !matches!(phase, Phase::Done(_)) {
            parsed[20..36].fill(0);
        }
        assert_eq!(body, parsed);
    }
    check(&GetState, &state("00 00 04 00"), Err(None));
    check(
        &GetState,
        &(state("00 00 01 00").replace("2c00", "2d00") + "00"),
        Err(None),
    );
}
