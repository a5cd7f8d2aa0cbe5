use super::hex;
use crate::wire::*;
use std::fmt::Debug;

/// Checks what a response means, and that none of its beginnings means
/// success and no alteration of it does harm.
fn check<C: Command>(
    dialect: &Dialect,
    command: &C,
    bytes: &str,
    expected: Result<Result<C::Answer, Reason>, WireError>,
) where
    C::Answer: Debug + PartialEq,
{
    let frame = hex(bytes);
    let response = Response::parse(&frame).unwrap();
    assert_eq!(response.outcome(command, dialect), expected, "{bytes}");
    let mut again = Vec::new();
    response.encode(&mut again);
    // The length is the one field that is not kept.
    again[2..4].copy_from_slice(&frame[2..4]);
    assert_eq!(again, frame);

    for len in 0..frame.len() {
        match Response::parse(&frame[..len]) {
            None => assert!(len < HEADER_LEN),
            Some(shorter) => {
                let outcome = shorter.outcome(command, dialect);
                assert!(
                    !matches!(outcome, Ok(Ok(_))),
                    "{bytes}: {len} bytes are enough"
                );
            }
        }
    }
    for at in 0..frame.len() {
        for value in 0..=255 {
            let mut altered = frame.clone();
            altered[at] = value;
            if let Some(response) = Response::parse(&altered) {
                let _ = response.outcome(command, dialect);
            }
        }
    }
}

const MD5: [u8; 16] = 0xd41d_8cd9_8f00_b204_e980_0998_ecf8_427e_u128.to_be_bytes();
const COMMAND: FlashMd5 = FlashMd5 {
    address: 0,
    size: 0,
};

#[test]
fn status_alone() {
    let rom = &Dialect::ROM;
    let refused = |reason| Ok(Err(Reason(reason)));
    // Stale bytes behind the first, and the length field, do not count.
    check(
        rom,
        &EraseFlash,
        "01 d0 0400 00000000  00 00 00 00",
        Ok(Ok(())),
    );
    check(
        rom,
        &EraseFlash,
        "01 d0 0400 78563412  00 05 65 35",
        Ok(Ok(())),
    );
    check(
        rom,
        &EraseFlash,
        "01 d0 ffff 00000000  00 00 00 00",
        Ok(Ok(())),
    );
    check(
        rom,
        &EraseFlash,
        "01 d0 0400 00000000  01 05 00 00",
        refused(0x05),
    );
    check(
        rom,
        &EraseFlash,
        "01 d0 0400 00000000  01 07 ff ff",
        refused(0x07),
    );
    let old = &Dialect::ROM_ESP8266;
    check(old, &EraseFlash, "01 d0 0200 00000000  00 05", Ok(Ok(())));
    check(
        old,
        &EraseFlash,
        "01 d0 0200 00000000  01 06",
        refused(0x06),
    );
    // Stubs are known to put the reason first.
    let stub = &Dialect::STUB;
    check(stub, &EraseFlash, "01 d0 0200 00000000  00 00", Ok(Ok(())));
    check(
        stub,
        &EraseFlash,
        "01 d0 0200 00000000  c6 00",
        refused(0xc6),
    );
    check(
        stub,
        &EraseFlash,
        "01 d0 0200 00000000  01 c6",
        refused(0xc6),
    );
    check(
        stub,
        &EraseFlash,
        "01 d0 0200 00000000  01 00",
        refused(0x01),
    );
}

#[test]
fn value_words() {
    let read = ReadReg {
        address: 0x4000_1000,
    };
    let bytes = "01 0a 0400 831df000  00 00 00 00";
    check(&Dialect::ROM, &read, bytes, Ok(Ok(0x00f0_1d83)));
    let bytes = "01 0a 0200 831df000  00 00";
    check(&Dialect::STUB, &read, bytes, Ok(Ok(0x00f0_1d83)));

    let bytes = "01 08 0400 07071220  00 00 00 00";
    check(&Dialect::ROM, &Sync, bytes, Ok(Ok(Loader::Rom)));
    let bytes = "01 08 0200 00000000  00 00";
    check(&Dialect::STUB, &Sync, bytes, Ok(Ok(Loader::Stub)));
}

#[test]
fn digests() {
    let digits = "6434316438636439 3866303062323034 6539383030393938 6563663834323765";
    let rom = |status| format!("01 13 2400 00000000  {digits} {status}");
    check(&Dialect::ROM, &COMMAND, &rom("00 00 ff ff"), Ok(Ok(MD5)));
    // The digest from before, where the flash could not be read.
    let stale = Ok(Err(Reason::FLASH_READ));
    check(&Dialect::ROM, &COMMAND, &rom("01 09 00 00"), stale);
    let refused = Ok(Err(Reason::BAD_REQUEST));
    let bytes = "01 13 0400 00000000  01 05 00 00";
    check(&Dialect::ROM, &COMMAND, bytes, refused);

    let raw = "d41d8cd98f00b204 e9800998ecf8427e";
    let stub = |status| format!("01 13 1200 00000000  {raw} {status}");
    check(&Dialect::STUB, &COMMAND, &stub("00 00"), Ok(Ok(MD5)));
    let refused = Ok(Err(Reason::STUB_SPI));
    check(&Dialect::STUB, &COMMAND, &stub("c4 00"), refused);

    let malformed = Err(WireError::Malformed {
        command: Opcode::FLASH_MD5SUM,
        what: "no MD5",
    });
    let bytes = rom("00 00 00 00").replacen("64", "67", 1);
    check(&Dialect::ROM, &COMMAND, &bytes, malformed);
    // One loader's answer is not the other's.
    let wrong_length = |got| {
        Err(WireError::Length {
            command: Opcode::FLASH_MD5SUM,
            got,
        })
    };
    check(
        &Dialect::STUB,
        &COMMAND,
        &rom("00 00 00 00"),
        wrong_length(36),
    );
    check(&Dialect::ROM, &COMMAND, &stub("00 00"), wrong_length(18));
}

#[test]
fn flash_contents() {
    let command = ReadFlashSlow {
        address: 0,
        size: 16,
    };
    let bytes = |status| format!("01 0e 4400 00000000  {} {status}", "a5 5a".repeat(32));
    let expected: Vec<u8> = [0xa5, 0x5a].repeat(32);
    check(
        &Dialect::ROM,
        &command,
        &bytes("00 00 00 00"),
        Ok(Ok(expected.try_into().unwrap())),
    );
    let too_long = Ok(Err(Reason::FLASH_READ_LENGTH));
    check(&Dialect::ROM, &command, &bytes("01 0a 00 00"), too_long);
}

#[test]
fn security_settings() {
    let mut info = SecurityInfo {
        flags: SecurityFlags(SecurityFlags::SECURE_DOWNLOAD | SecurityFlags::DISABLE_USB),
        crypt_count: 7,
        key_purposes: [1, 2, 3, 4, 5, 6, 12],
        chip_id: Some(9),
        api_version: Some(3),
    };
    let head = "04010000 07 01020304050 60c";
    let long = format!("01 14 1800 00000000  {head} 09000000 03000000 00 00 00 00");
    check(&Dialect::ROM, &GetSecurityInfo, &long, Ok(Ok(info)));
    let mut data = Vec::new();
    info.encode(&Dialect::ROM, &mut data);
    assert_eq!(data, hex(&long)[HEADER_LEN..][..20]);
    assert!(info.flash_encryption());
    assert!(info.flags.has(SecurityFlags::SECURE_DOWNLOAD));
    assert!(!info.flags.has(SecurityFlags::SECURE_BOOT));

    // The ESP32-S2's, asked before it is known to be one.
    (info.chip_id, info.api_version) = (None, None);
    let short = format!("01 14 1000 00000000  {head} 00 05 00 00");
    check(&Dialect::ROM, &GetSecurityInfo, &short, Ok(Ok(info)));
    check(
        &Dialect::ROM_ESP32S2,
        &GetSecurityInfo,
        &short,
        Ok(Ok(info)),
    );
    data.clear();
    info.encode(&Dialect::ROM_ESP32S2, &mut data);
    assert_eq!(data, hex(&short)[HEADER_LEN..][..12]);
}

#[test]
fn no_responses() {
    let table = [
        "",
        "01",
        "01 0a 0400 831df0",
        // A request, text, an answer without its first byte.
        "00 0a 0400 00000000  00100040",
        "726f6d5f77616974",
        "0a 0400 831df000 00 00 00 00",
    ];
    for bytes in table {
        assert_eq!(Response::parse(&hex(bytes)), None, "{bytes}");
    }
}

#[test]
fn a_body_of_any_other_length_is_refused() {
    for dialect in [Dialect::ROM_ESP8266, Dialect::ROM, Dialect::STUB] {
        for len in 0..200 {
            let body = vec![0; len];
            let response = Response {
                opcode: Opcode::READ_REG,
                value: 7,
                body: &body,
            };
            let outcome = response.outcome(&ReadReg { address: 0 }, &dialect);
            if len == dialect.status_len {
                assert_eq!(outcome, Ok(Ok(7)));
            } else {
                let command = Opcode::READ_REG;
                assert_eq!(outcome, Err(WireError::Length { command, got: len }));
            }
        }
    }
}

#[test]
fn a_sync_tells_who_answers() {
    let table = [
        ("01 08 0400 07071220  00 00 00 00", Some(Dialect::ROM)),
        // Half of the first answer's value may be the autobaud's.
        ("01 08 0400 12555555  00 00 30 31", Some(Dialect::ROM)),
        ("01 08 0200 07071220  00 00", Some(Dialect::ROM_ESP8266)),
        ("01 08 0200 00000000  00 00", Some(Dialect::STUB)),
        ("01 08 0400 07071220  01 05 00 00", None),
        ("01 0a 0400 07071220  00 00 00 00", None),
        ("01 08 0300 07071220  00 00 00", None),
    ];
    for (bytes, expected) in table {
        let frame = hex(bytes);
        let response = Response::parse(&frame).unwrap();
        assert_eq!(Dialect::from_sync(&response), expected, "{bytes}");
        let known = Dialect::ROM_ESP32S2;
        let corrected = match expected {
            None | Some(Dialect::ROM) => known,
            Some(other) => other,
        };
        assert_eq!(known.corrected_by_sync(&response), corrected, "{bytes}");
    }
}

#[test]
fn names_and_numbers() {
    assert_eq!(Opcode::FLASH_MD5SUM.to_string(), "FLASH_MD5SUM");
    assert_eq!(Opcode(0x7f).to_string(), "command 0x7f");
    assert_eq!(Reason::CHECKSUM.to_string(), "wrong checksum (0x07)");
    assert_eq!(Reason(0x42).to_string(), "unknown reason 0x42");
    let known: Vec<u8> = (0..=255).filter(|r| Reason(*r).words().is_some()).collect();
    let rom = 0x05..=0x0f;
    let stub = (0xc0..=0xcb).chain([0xff]);
    assert!(known.into_iter().eq(rom.chain(stub)));
}
