//! SYNC, resets, boot logs.

use super::*;
use crate::transport::Transport;
use crate::wire::{Loader, Sync};

const SYNCED: &str = "c0010804000707122000000000c0";

#[test]
fn who_answers_is_told_by_value_and_status_together() {
    let table = [
        // Recorded: ESP32, ESP8266, Espressif's stub.
        ("c0010804000707122000000000c0", Loader::Rom, 4),
        ("c001080200070712200000c0", Loader::Rom, 2),
        ("c0010802000000000000 00c0", Loader::Stub, 2),
        // The first answer of an ESP32-S2 may hold any value, 0 as well.
        ("c0010804000000000000000000c0", Loader::Rom, 4),
        ("c001080400deadbeef00000000c0", Loader::Rom, 4),
    ];
    for (answer, loader, status_len) in table {
        let answer = hex(&answer.replace(' ', ""));
        let mut connection = connect(move |_| Answer::bytes(answer.clone()));
        assert_eq!(connection.sync(&[MS]).unwrap(), loader);
        assert_eq!(connection.dialect().loader, loader);
        assert_eq!(connection.dialect().status_len, status_len);
    }
}

#[test]
fn as_many_syncs_are_sent_as_it_takes() {
    for lost in 0..timing::SYNC_AFTER_RESET.len() {
        let mut connection = connect(move |asked| match asked.nth {
            nth if nth < lost => Answer::Silence,
            _ => Answer::sync(),
        });
        let waits = &timing::SYNC_AFTER_RESET;
        connection.sync(waits).unwrap();
        assert_eq!(connection.counters().commands, lost as u64 + 1);
        let waited: Duration = waits[..lost].iter().sum();
        assert_eq!(connection.transport().now(), Instant::ZERO + waited);
    }
}

#[test]
fn a_slow_line_answers_a_later_sync() {
    let mut connection = connect(|asked| match asked.opcode() {
        Opcode::SYNC => Answer::sync().delayed(130 * MS),
        opcode => Answer::value(opcode, 7).delayed(130 * MS),
    });
    connection.sync(&timing::SYNC_AFTER_RESET).unwrap();
    assert_eq!(connection.transport().now(), Instant::ZERO + 130 * MS);
    // The answers to the others are still to come.
    assert_eq!(
        connection.command(&read_reg(0), timing::COMMAND).unwrap(),
        7
    );
}

#[test]
fn what_came_before_a_sync_does_not_answer_it() {
    let mut connection = connect(|_| Answer::Silence);
    // An answer from before, still in the driver's buffer.
    let port = connection.transport_mut();
    port.device().boot_log = hex(SYNCED);
    for rts in [true, false] {
        port.set_lines(Lines { dtr: false, rts }).unwrap();
    }
    assert!(matches!(connection.sync(&[MS]), Err(Error::NoAnswer(_))));
    assert_eq!(connection.boot_log().count(), 0);
}

#[test]
fn a_reset_forgets_what_was_before_it_and_keeps_the_boot_log() {
    let mut connection = connect(|_| Answer::Silence);
    let port = connection.transport_mut();
    port.device().boot_log =
        b"rst:0x1 (POWERON),boot:0x3 (DOWNLOAD)\r\nwaiting for download\r\n".into();
    for rts in [true, false] {
        port.set_lines(Lines { dtr: false, rts }).unwrap();
    }
    connection.transport_mut().device().boot_log =
        b"rst:0x1 (POWERON),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\n".into();
    for sequence in [
        ResetSequence::CLASSIC,
        ResetSequence::TIGHT,
        ResetSequence::HARD,
    ] {
        connection.reset(&sequence).unwrap();
        let (command, heard) = heard(connection.sync(&[MS]));
        assert_eq!(command, Opcode::SYNC);
        let line = "rst:0x1 (POWERON),boot:0x13 (SPI_FAST_FLASH_BOOT)";
        assert_eq!(heard, Heard::Application(line.into()));
        let text = String::from_utf8_lossy(connection.boot_log().tail()).into_owned();
        assert_eq!(text.matches("boot:").count(), 1);
    }
}

#[test]
fn connecting_resets_until_somebody_answers() {
    for silent in [0, 1, 2, 5] {
        let per_reset = timing::SYNC_AFTER_RESET.len();
        let mut connection = connect(move |asked| {
            if asked.nth < silent * per_reset {
                Answer::Silence
            } else {
                Answer::sync()
            }
        });
        let greeting = connection.connect(&Approach::classic()).unwrap();
        assert_eq!(greeting.resets as usize, silent + 1);
        let lines = &connection.transport_mut().device().lines;
        assert_eq!(lines.last(), Some(&Lines::default()));
        let resets = lines
            .windows(2)
            .filter(|pair| !low(pair[0]) && low(pair[1]));
        assert_eq!(resets.count(), silent + 1);
    }
}

fn low(lines: Lines) -> bool {
    lines.rts && !lines.dtr
}

#[test]
fn connecting_to_silence_ends() {
    for (approach, seconds) in [
        (Approach::classic(), 8),
        (Approach::usb_serial_jtag(), 6),
        (Approach::Sync, 4),
    ] {
        let mut connection = connect(|_| Answer::Silence);
        let silence = heard(connection.connect(&approach));
        assert_eq!(silence, (Opcode::SYNC, Heard::Nothing));
        let end = Instant::ZERO + Duration::from_secs(seconds);
        assert!(
            connection.transport().now() < end,
            "{:?}",
            connection.transport().now()
        );
        let lines = connection.transport_mut().device().lines.last().copied();
        assert_eq!(lines.unwrap_or_default(), Lines::default());
    }
}

#[test]
fn noise_and_chatter_are_told_apart() {
    for (said, expected) in [
        (&b"\x00\xf8\xfe\xc0\xff\x80"[..], Heard::Noise(5)),
        (
            b"\r\nI (5012) main: still alive\r\n",
            Heard::Chatter("I (5012) main: still alive".into()),
        ),
        // Between delimiters, as behind a stray C0, it is still text.
        (
            b"\xc0\r\nI (5012) main: still alive\r\n\xc0",
            Heard::Chatter("I (5012) main: still alive".into()),
        ),
    ] {
        let mut connection = connect(move |_| Answer::bytes(said));
        assert_eq!(heard(connection.sync(&[MS])), (Opcode::SYNC, expected));
    }
}

#[test]
fn a_port_that_goes_during_a_sync_is_gone() {
    let mut connection = connect(|_| Answer::Gone);
    let error = connection.connect(&Approach::classic()).unwrap_err();
    assert!(matches!(error, Error::Port(PortError::Gone(_))), "{error}");
}

#[test]
fn a_sync_counts_its_bytes() {
    let mut connection = connect(|_| Answer::sync());
    connection.command(&Sync, MS).unwrap();
    let counters = Counters {
        commands: 1,
        bytes_out: 46,
        bytes_in: 8 * 14,
    };
    assert_eq!(connection.counters(), counters);
}

#[test]
fn what_was_heard_is_what_came_since_the_last_answer() {
    let boot: &[u8] = b"rst:0x7 (TG0WDT_SYS_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\n";
    let mut connection = connect(move |asked| match asked.nth {
        0 => Answer::ok(&asked.request),
        1 => Answer::Silence,
        _ => Answer::bytes(boot),
    });
    connection.transport_mut().device().boot_log =
        b"rst:0x1,boot:0x3\r\nwaiting for download".into();
    connection.reset(&ResetSequence::TIGHT).unwrap();
    connection.command(&Sync, MS).unwrap();
    let nothing = heard(connection.command(&Sync, MS));
    assert_eq!(nothing.1, Heard::Nothing);
    let reset = heard(connection.command(&Sync, MS));
    assert!(matches!(reset.1, Heard::Application(_)), "{}", reset.1);
}
