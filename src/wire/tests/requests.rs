use super::hex;
use crate::wire::*;

const ROM: &[Dialect] = &[Dialect::ROM];
const OLD: &[Dialect] = &[Dialect::ROM_ESP8266, Dialect::ROM_ESP32];
const STUB: &[Dialect] = &[Dialect::STUB];
const ALL: &[Dialect] = &[
    Dialect::ROM_ESP8266,
    Dialect::ROM_ESP32,
    Dialect::ROM_ESP32S2,
    Dialect::ROM,
    Dialect::STUB,
];

/// Every command: the dialects, the command, its bytes: direction and opcode,
/// length, checksum, payload.
fn table() -> Vec<(&'static [Dialect], AnyCommand<'static>, Vec<u8>)> {
    use AnyCommand as C;
    let begin = FlashBegin {
        size: 0x1_2345,
        blocks: 0x49,
        block_size: 0x400,
        offset: 0x67_8000,
        encryption: Encryption::Off,
    };
    let encrypted = FlashBegin {
        encryption: Encryption::On,
        ..begin
    };
    let defl_begin = FlashDeflBegin {
        size: 0x1000,
        blocks: 3,
        block_size: 0x4000,
        offset: 0x5000,
        encryption: Encryption::Off,
    };
    let data = &[0xc0, 0xdb, 0x01];
    let custom = SpiPins::Custom {
        clk: 6,
        q: 7,
        d: 8,
        hd: 9,
        cs: 11,
    };
    let write = |address| RegWrite {
        address,
        value: 0x1234_5678,
        mask: 0xff,
        delay_us: 100,
    };
    let row = |dialects, command, bytes| (dialects, command, hex(bytes));
    vec![
        row(
            OLD,
            C::FlashBegin(begin),
            "00 02 1000 00000000  45230100 49000000 00040000 00806700",
        ),
        row(
            ROM,
            C::FlashBegin(begin),
            "00 02 1400 00000000  45230100 49000000 00040000 00806700 00000000",
        ),
        row(
            STUB,
            C::FlashBegin(encrypted),
            "00 02 1400 00000000  45230100 49000000 00040000 00806700 01000000",
        ),
        row(
            ALL,
            C::FlashData(FlashData {
                sequence: 0x102,
                data,
            }),
            "00 03 1300 f5000000  03000000 02010000 00000000 00000000 c0 db 01",
        ),
        row(
            ALL,
            C::FlashEnd(FlashEnd(Leave::Stay)),
            "00 04 0400 00000000  01000000",
        ),
        row(
            ALL,
            C::FlashEnd(FlashEnd(Leave::Reboot)),
            "00 04 0400 00000000  00000000",
        ),
        row(
            ALL,
            C::MemBegin(MemBegin {
                size: 0x1900,
                blocks: 2,
                block_size: 0x1800,
                address: 0x4009_0000,
            }),
            "00 05 1000 00000000  00190000 02000000 00180000 00000940",
        ),
        row(
            ALL,
            C::MemEnd(MemEnd::Stay),
            "00 06 0800 00000000  01000000 00000000",
        ),
        row(
            ALL,
            C::MemEnd(MemEnd::Jump(0x4009_0004)),
            "00 06 0800 00000000  00000000 04000940",
        ),
        row(
            ALL,
            C::MemData(MemData {
                sequence: 1,
                data: b"abcd",
            }),
            "00 07 1400 eb000000  04000000 01000000 00000000 00000000 61626364",
        ),
        row(
            ALL,
            C::Sync(Sync),
            "00 08 2400 00000000  07071220
             5555555555555555 5555555555555555 5555555555555555 5555555555555555",
        ),
        row(
            ALL,
            C::WriteReg(vec![write(0x3ffd_0000)]),
            "00 09 1000 00000000  0000fd3f 78563412 ff000000 64000000",
        ),
        row(
            ALL,
            C::WriteReg(vec![write(0x3ffd_0000), RegWrite::new(0x6000_8000, 1)]),
            "00 09 2000 00000000  0000fd3f 78563412 ff000000 64000000
                                  00800060 01000000 ffffffff 00000000",
        ),
        row(
            ALL,
            C::ReadReg(ReadReg {
                address: 0x4000_1000,
            }),
            "00 0a 0400 00000000  00100040",
        ),
        row(
            ALL,
            C::SpiSetParams(SpiSetParams { size: 0x40_0000 }),
            "00 0b 1800 00000000  00000000 00004000 00000100 00100000 00010000 ffff0000",
        ),
        row(
            ROM,
            C::SpiAttach(SpiAttach {
                pins: SpiPins::Default,
            }),
            "00 0d 0800 00000000  00000000 00000000",
        ),
        row(
            STUB,
            C::SpiAttach(SpiAttach {
                pins: SpiPins::Hspi,
            }),
            "00 0d 0400 00000000  01000000",
        ),
        row(
            STUB,
            C::SpiAttach(SpiAttach { pins: custom }),
            "00 0d 0400 00000000  c6812c09",
        ),
        row(
            ALL,
            C::ReadFlashSlow(ReadFlashSlow {
                address: 0x1000,
                size: 64,
            }),
            "00 0e 0800 00000000  00100000 40000000",
        ),
        row(
            ROM,
            C::ChangeBaudrate(ChangeBaudrate {
                new: 921_600,
                old: 0,
            }),
            "00 0f 0800 00000000  00100e00 00000000",
        ),
        row(
            STUB,
            C::ChangeBaudrate(ChangeBaudrate {
                new: 921_600,
                old: 115_200,
            }),
            "00 0f 0800 00000000  00100e00 00c20100",
        ),
        row(
            OLD,
            C::FlashDeflBegin(defl_begin),
            "00 10 1000 00000000  00100000 03000000 00400000 00500000",
        ),
        row(
            ROM,
            C::FlashDeflBegin(defl_begin),
            "00 10 1400 00000000  00100000 03000000 00400000 00500000 00000000",
        ),
        row(
            ALL,
            C::FlashDeflData(FlashDeflData {
                sequence: 2,
                data: &[0x78, 0xda],
            }),
            "00 11 1200 4d000000  02000000 02000000 00000000 00000000 78 da",
        ),
        row(
            ALL,
            C::FlashDeflEnd(FlashDeflEnd(Leave::Reboot)),
            "00 12 0400 00000000  00000000",
        ),
        row(
            ALL,
            C::FlashMd5(FlashMd5 {
                address: 0x3000,
                size: 0x800,
            }),
            "00 13 1000 00000000  00300000 00080000 00000000 00000000",
        ),
        row(
            ALL,
            C::GetSecurityInfo(GetSecurityInfo),
            "00 14 0000 00000000",
        ),
        row(
            ALL,
            C::FlashSetAddressBits(FlashSetAddressBits {
                erase_sector: 32,
                erase_block: 32,
                program: 24,
                read: 32,
            }),
            "00 15 0800 00000000  20201820 00000000",
        ),
        row(ALL, C::EraseFlash(EraseFlash), "00 d0 0000 00000000"),
        row(
            ALL,
            C::EraseRegion(EraseRegion {
                address: 0x3000,
                size: 0x1000,
            }),
            "00 d1 0800 00000000  00300000 00100000",
        ),
        row(
            ALL,
            C::ReadFlash(ReadFlash {
                address: 0x5000,
                size: 0x800,
                packet: 0x400,
                in_flight: 1,
            }),
            "00 d2 1000 00000000  00500000 00080000 00040000 01000000",
        ),
        row(ALL, C::RunUserCode(RunUserCode), "00 d3 0000 00000000"),
        row(
            ALL,
            C::Unknown(Request {
                opcode: Opcode(0x7f),
                len: 9,
                checksum: 0x0102_0304,
                payload: b"xyz",
            }),
            "00 7f 0900 04030201  78797a",
        ),
    ]
}

fn decode<'a>(frame: &'a [u8], dialect: &Dialect) -> Option<Result<AnyCommand<'a>, RequestError>> {
    Some(AnyCommand::decode(&Request::parse(frame)?, dialect))
}

#[test]
fn layouts() {
    for (dialects, command, bytes) in table() {
        for dialect in dialects {
            let mut encoded = vec![0xaa];
            command.encode(dialect, &mut encoded);
            assert_eq!(encoded[0], 0xaa, "appends");
            assert_eq!(encoded[1..], bytes, "{command:?}, {dialect:?}");
            assert_eq!(
                decode(&bytes, dialect),
                Some(Ok(command.clone())),
                "{dialect:?}"
            );
        }
    }
}

/// The table has them all: every opcode with a name has a row, unless it is
/// one of the family that has a table of its own.
#[test]
fn every_known_command_is_in_the_table() {
    let mut known: Vec<u8> = (0..=255)
        .filter(|op| Opcode(*op).name().is_some() && Opcode(*op) < own::FIRST)
        .collect();
    for (_, _, bytes) in table() {
        known.retain(|op| *op != bytes[1]);
    }
    assert_eq!(known, []);
}

/// The fifth word is sent to a loader that does not know it, which refuses it,
/// before plain data is written where it should be encrypted.
#[test]
fn encryption_is_never_dropped_in_silence() {
    let begin = FlashBegin {
        size: 1,
        blocks: 1,
        block_size: 1,
        offset: 0,
        encryption: Encryption::On,
    };
    let mut out = Vec::new();
    encode(&begin, &Dialect::ROM_ESP32, &mut out);
    assert_eq!(out.len(), HEADER_LEN + 5 * 4);
    assert!(matches!(
        decode(&out, &Dialect::ROM_ESP32),
        Some(Err(RequestError::Length { .. }))
    ));
}

#[test]
fn a_shortened_request_is_never_the_same_command() {
    for (dialects, command, bytes) in table() {
        for dialect in dialects {
            for len in 0..bytes.len() {
                // The second word is taken or left (recorded from an ESP32-S2).
                if matches!(command, AnyCommand::SpiAttach(_)) && len == HEADER_LEN + 4 {
                    continue;
                }
                match decode(&bytes[..len], dialect) {
                    None => assert!(len < HEADER_LEN),
                    Some(shorter) => assert_ne!(shorter, Ok(command.clone()), "{len} bytes"),
                }
            }
        }
    }
}

#[test]
fn a_byte_too_many_is_a_wrong_length() {
    for (dialects, command, mut bytes) in table() {
        if matches!(command, AnyCommand::Unknown(_)) {
            continue;
        }
        bytes.push(0);
        for dialect in dialects {
            let error = decode(&bytes, dialect).unwrap().unwrap_err();
            let expected = RequestError::Length {
                command: Opcode(bytes[1]),
                got: bytes.len() - HEADER_LEN,
            };
            assert_eq!(error, expected);
        }
    }
}

/// Every bit of a block's data and of its checksum counts.
#[test]
fn an_altered_block_is_noticed() {
    const BLOCK: usize = HEADER_LEN + 16;
    for (_, command, bytes) in table() {
        let (AnyCommand::FlashData(_) | AnyCommand::MemData(_) | AnyCommand::FlashDeflData(_)) =
            command
        else {
            continue;
        };
        for at in (4..HEADER_LEN).chain(BLOCK..bytes.len()) {
            for bit in 0..8 {
                let mut altered = bytes.clone();
                altered[at] ^= 1 << bit;
                assert!(matches!(
                    decode(&altered, &Dialect::ROM),
                    Some(Err(RequestError::Checksum { .. }))
                ));
            }
        }
    }
}

#[test]
fn words_of_a_payload() {
    let bytes = hex("00 0a 0600 00000000  01020304 0506");
    let request = Request::parse(&bytes).unwrap();
    assert_eq!(request.word(0), Some(0x0403_0201));
    assert_eq!(request.word(1), None);
    assert_eq!(request.word(usize::MAX / 4 + 1), None);
}
