//! Requests and responses.

use super::*;
use crate::chip::{self, Chip};
use crate::error::ChipError;
use crate::transport::{FaultRates, Faults, Transport};
use crate::wire::{GetSecurityInfo, Loader, Sync};

/// Recorded from an ESP32: what it answers to a command it does not know, in
/// the place of SYNC and of READ_REG.
const REFUSED_SYNC: &str = "c0010804000707122001050000c0";
const REFUSED_READ_REG: &str = "c0010a0400831df00001050000c0";

#[test]
fn an_unknown_command_is_recognised_at_once() {
    let mut connection = connect(|asked| match (asked.opcode(), asked.nth) {
        (Opcode::SYNC, _) => Answer::sync(),
        // Behind a SYNC eight times, behind another command once.
        (Opcode::GET_SECURITY_INFO, 0 | 1) => Answer::bytes(hex(REFUSED_SYNC).repeat(8)),
        (Opcode::GET_SECURITY_INFO, _) => Answer::bytes(hex(REFUSED_READ_REG)),
        (opcode, _) => Answer::value(opcode, 0x00f0_1d83),
    });
    connection.command(&Sync, MS).unwrap();
    let refusal = (Opcode::GET_SECURITY_INFO, Reason::BAD_REQUEST);
    for _ in 0..2 {
        let outcome = connection.command(&GetSecurityInfo, timing::COMMAND);
        assert_eq!(refused(outcome), refusal);
    }
    let magic = connection.command(&read_reg(0x4000_1000), timing::COMMAND);
    assert_eq!(magic.unwrap(), 0x00f0_1d83);
    for _ in 0..2 {
        let outcome = connection.command(&GetSecurityInfo, timing::COMMAND);
        assert_eq!(refused(outcome), refusal);
    }
    // Nothing was waited for, nothing sent twice.
    assert_eq!(connection.transport().now(), Instant::ZERO);
    assert_eq!(connection.counters().commands, 6);
}

#[test]
fn a_late_answer_is_not_taken_for_that_of_the_next_command() {
    let mut connection = connect(|asked| match (asked.opcode(), asked.nth) {
        (Opcode::SYNC, _) => Answer::sync(),
        (opcode, 0) => Answer::value(opcode, 0xbad).delayed(60 * MS),
        (opcode, _) => Answer::value(opcode, 0x600d),
    });
    let (command, heard) = heard(connection.command(&read_reg(0), 50 * MS));
    assert_eq!((command, heard), (Opcode::READ_REG, Heard::Nothing));
    // The late answer arrives while this one is under way.
    assert_eq!(connection.command(&read_reg(4), 50 * MS).unwrap(), 0x600d);
    let asked = &connection.transport_mut().device().asked;
    assert_eq!(*asked, [Opcode::READ_REG, Opcode::SYNC, Opcode::READ_REG]);
}

#[test]
fn a_command_without_an_answer_is_asked_again() {
    for (lost, sent) in [(0, 1), (1, 2), (2, 3)] {
        let mut connection = connect(move |asked| match (asked.opcode(), asked.nth) {
            (Opcode::SYNC, _) => Answer::sync(),
            (_, nth) if nth < lost => Answer::Silence,
            (opcode, _) => Answer::value(opcode, 5),
        });
        assert_eq!(connection.ask(&read_reg(0), 50 * MS).unwrap(), 5);
        let asked = &connection.transport_mut().device().asked;
        assert_eq!(
            asked.iter().filter(|op| **op == Opcode::READ_REG).count(),
            sent
        );
    }

    let mut silent = connect(|asked| match asked.opcode() {
        Opcode::SYNC => Answer::sync(),
        _ => Answer::Silence,
    });
    assert_eq!(heard(silent.ask(&read_reg(0), 50 * MS)).0, Opcode::READ_REG);
    assert_eq!(silent.transport_mut().device().asked.len(), 5);

    let mut dead = connect(|_| Answer::Silence);
    assert_eq!(heard(dead.ask(&read_reg(0), 50 * MS)).0, Opcode::READ_REG);

    // A refusal may be one of a garbled request, if the command is known.
    for (known, sent) in [(true, 3), (false, 1)] {
        let mut refusing = connect(|_| Answer::bytes(hex(REFUSED_READ_REG)));
        let outcome = if known {
            refusing.ask(&read_reg(0), 50 * MS)
        } else {
            refusing.offer(&read_reg(0), 50 * MS)
        };
        assert_eq!(refused(outcome), (Opcode::READ_REG, Reason::BAD_REQUEST));
        assert_eq!(refusing.counters().commands, sent);
    }
}

#[test]
fn an_answer_that_cannot_be_one_is_an_error_and_asked_for_again() {
    let garbled = |asked: Asked<'_>| match (asked.opcode(), asked.nth) {
        (Opcode::SYNC, _) => Answer::sync(),
        (opcode, 0) => Answer::bytes(rom::response(opcode, 1, &[0; 9])),
        (opcode, _) => Answer::value(opcode, 2),
    };
    let error = connect(garbled).command(&read_reg(0), MS).unwrap_err();
    assert!(matches!(error, Error::Wire(_)), "{error}");
    assert_eq!(connect(garbled).ask(&read_reg(0), MS).unwrap(), 2);
}

#[test]
fn bytes_around_an_answer_do_no_harm() {
    for (before, after) in [
        (&b""[..], &b""[..]),
        (b"E (12) text", b"more text"),
        (b"\xc0", b"\xc0"),
        (b"\xc0\xc0text\xc0", b"\xc0text\xc0"),
        (b"\xc0\x01\x0a\x04", b"\xc0\x01"),
        (b"\xdb\xdb\xc0\xdb\x00", b"\xc0\xdb\x00"),
    ] {
        let mut connection = connect(move |asked| {
            let answer = rom::response(asked.opcode(), 0xc0db, &[0; 4]);
            Answer::bytes([before, &answer, after].concat())
        });
        for _ in 0..3 {
            let value = connection.command(&read_reg(0), MS);
            assert_eq!(value.unwrap(), 0xc0db, "{before:02x?} {after:02x?}");
        }
    }
}

#[test]
fn an_answer_may_come_byte_by_byte() {
    let rom = Rom::new(|asked| Answer::value(asked.opcode(), 0xdbdc_c0dd));
    let slowly = FaultRates {
        delayed: 1_000_000,
        delay: MS,
        ..FaultRates::default()
    };
    let port = Faults::new(Scripted::new(rom), 1, FaultRates::default(), slowly);
    let mut connection = Connection::new(port, Limits::default()).unwrap();
    let value = connection.command(&read_reg(0), timing::COMMAND);
    assert_eq!(value.unwrap(), 0xdbdc_c0dd);
    // 14 bytes, two of them escaped.
    assert_eq!(connection.transport().now(), Instant::ZERO + 16 * MS);
}

/// Answers as a ROM of this chip does to what detection asks.
fn chip(answer_security: Option<&'static str>, magic: Option<u32>) -> Connection<Scripted<Rom>> {
    let mut connection = connect(move |asked| match asked.opcode() {
        Opcode::SYNC => Answer::sync(),
        Opcode::GET_SECURITY_INFO => match answer_security {
            Some(answer) => Answer::bytes(hex(answer)),
            None => Answer::bytes(hex(REFUSED_SYNC).repeat(8)),
        },
        opcode => match magic {
            Some(magic) => Answer::value(opcode, magic),
            None => Answer::bytes(hex(REFUSED_READ_REG)),
        },
    });
    connection.sync(&[MS]).unwrap();
    connection
}

// Recorded from ESP32-S3 and ESP32-S2.
const S3: &str = "c0011418007082000200000000000000000000000c090000000000000000000000c0";
const S2: &str = "c0011410000014031900000000000000000000000000000000c0";

#[test]
fn chips_are_told_by_id_length_or_magic() {
    let table: &[(Option<&'static str>, Option<u32>, &Chip, u64)] = &[
        (Some(S3), None, &chip::ESP32S3, 1),
        (Some(S2), None, &chip::ESP32S2, 1),
        (None, Some(0x00f0_1d83), &chip::ESP32, 2),
        (None, Some(0xfff0_c101), &chip::ESP8266, 2),
    ];
    for (security, magic, expected, commands) in table {
        for named in [None, Chip::from_name(expected.arg)] {
            let mut connection = chip(*security, *magic);
            let detected = connection.detect(named, Loader::Rom).unwrap();
            assert_eq!(detected.chip, *expected);
            assert_eq!(connection.chip(), Some(detected.chip));
            assert_eq!(*connection.dialect(), expected.rom.dialect);
            let commands = if named.is_some() { 1 } else { *commands };
            assert_eq!(connection.counters().commands - 1, commands, "{expected}");
        }
    }
}

#[test]
fn another_chip_than_the_named_one_is_refused() {
    for (mut connection, found) in [
        (chip(Some(S3), Some(9)), &chip::ESP32S3),
        (chip(None, Some(0x00f0_1d83)), &chip::ESP32),
    ] {
        for named in chip::ALL.iter().filter(|chip| **chip != found) {
            match connection.detect(Some(named), Loader::Rom) {
                Err(Error::Chip(ChipError::Wrong {
                    expected,
                    found: name,
                    ..
                })) => assert_eq!((expected, name), (named.name, found.name)),
                other => panic!("{other:?}"),
            }
        }
    }
}

#[test]
fn a_chip_nobody_knows_is_named_by_its_numbers() {
    let unknown = S3.replace("0c0900", "0cee00");
    let unknown: &'static str = unknown.leak();
    for (security, magic, named) in [
        (Some(unknown), None, None),
        (Some(unknown), Some(0x1234), Some(&chip::ESP32)),
    ] {
        match chip(security, magic).detect(named, Loader::Rom) {
            Err(Error::Chip(ChipError::Unknown { id, magic: word })) => {
                assert_eq!((id, word), (Some(0xee), magic));
            }
            other => panic!("{other:?}"),
        }
    }
    match chip(None, Some(0x1234)).detect(None, Loader::Rom) {
        Err(Error::Chip(ChipError::Unknown { id, magic })) => {
            assert_eq!((id, magic), (None, Some(0x1234)));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_chip_that_tells_nothing_at_all_is_locked() {
    let error = chip(None, None).detect(None, Loader::Rom).unwrap_err();
    assert!(matches!(error, Error::Security(_)), "{error}");
}

#[test]
fn a_chip_that_must_tell_its_security_settings_is_asked_again() {
    let mut connection = connect(|asked| match (asked.opcode(), asked.nth) {
        // The first request was garbled on its way.
        (Opcode::GET_SECURITY_INFO, 0) => Answer::bytes(hex(REFUSED_READ_REG)),
        (Opcode::GET_SECURITY_INFO, _) => Answer::bytes(hex(S3)),
        (opcode, _) => Answer::value(opcode, 9),
    });
    let detected = connection.detect(None, Loader::Rom).unwrap();
    assert_eq!(*detected.chip, chip::ESP32S3);
    assert!(detected.security.is_some());
}
