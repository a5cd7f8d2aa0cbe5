//! The serial port path, over real pairs of pseudo terminals.

#![cfg(all(target_os = "linux", feature = "serial"))]
#![allow(clippy::unwrap_used, clippy::panic)]

use espwire::connection::{Connection, Limits, ResetSequence};
use espwire::error::{Error, PortError};
use espwire::time::Duration;
use espwire::transport::{self, Lines, Settings, Transport};
use espwire::wire::{Loader, Opcode};
use serialport::{SerialPort, TTYPort};
use std::io::{Read, Write};
use std::thread;

const MS: Duration = Duration::from_millis(1);
/// Long enough on any machine; nothing waits for it if all is well.
const LONG: Duration = Duration::from_secs(20);

fn pair() -> (TTYPort, TTYPort) {
    let (mut peer, port) = TTYPort::pair().unwrap();
    SerialPort::set_timeout(&mut peer, LONG).unwrap();
    (peer, port)
}

/// Runs `test` on each of the kinds of port that the crate takes.
fn on_every_kind(test: impl Fn(TTYPort, &mut dyn Transport)) {
    let (peer, mut port) = pair();
    test(peer, &mut port);
    let (peer, port) = pair();
    let mut port: Box<dyn SerialPort> = Box::new(port);
    test(peer, &mut port);
    let (peer, port) = pair();
    let mut opened = transport::open(&port.name().unwrap()).unwrap();
    test(peer, &mut opened);
}

fn is_gone(error: std::io::Error) -> bool {
    matches!(PortError::from(error), PortError::Gone(_))
}

#[test]
fn bytes_go_both_ways() {
    on_every_kind(|mut peer, port| {
        let deadline = port.now() + LONG;
        assert_eq!(port.write(b"\xc0\x00\x11\x13\r\n", deadline).unwrap(), 6);
        let mut heard = [0; 6];
        peer.read_exact(&mut heard).unwrap();
        assert_eq!(&heard, b"\xc0\x00\x11\x13\r\n");

        peer.write_all(b"\x03\x04\n\xff").unwrap();
        let mut heard = vec![];
        while heard.len() < 4 {
            let mut some = [0; 3];
            let count = port.read(&mut some, deadline).unwrap();
            assert!(count > 0);
            heard.extend_from_slice(&some[..count]);
        }
        assert_eq!(heard, b"\x03\x04\n\xff");
    });
}

#[test]
fn a_deadline_ends_a_wait_without_an_error() {
    on_every_kind(|_peer, port| {
        let deadline = port.now() + 5 * MS;
        assert_eq!(port.read(&mut [0; 8], deadline).unwrap(), 0);
        assert!(port.now() >= deadline);
        // Nobody reads: the driver's buffer is full after a while.
        let mut taken = 0;
        loop {
            let deadline = port.now() + 5 * MS;
            let count = port.write(&[0; 1024], deadline).unwrap();
            if count == 0 {
                assert!(port.now() >= deadline);
                break;
            }
            taken += count;
            assert!(taken < 1 << 20, "an endless buffer");
        }
        assert!(taken > 0);
    });
}

#[test]
fn settings_come_back() {
    on_every_kind(|_peer, port| {
        port.set_baud(9600).unwrap();
        let before = port.settings().unwrap();
        assert_eq!(before.baud, 9600);
        port.set_baud(921_600).unwrap();
        let now = port.now();
        port.read(&mut [0], now + MS).unwrap();
        let used = port.settings().unwrap();
        assert_eq!(used.baud, 921_600);
        assert_ne!(used.timeout, before.timeout);
        port.restore(&before).unwrap();
        assert_eq!(port.settings().unwrap(), before);
    });
}

#[test]
fn a_rate_of_zero_is_refused_and_changes_nothing() {
    on_every_kind(|_peer, port| {
        let Settings { baud, .. } = port.settings().unwrap();
        let error = port.set_baud(0).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
        assert_eq!(port.settings().unwrap().baud, baud);
    });
}

#[test]
fn a_port_without_control_lines_ignores_them() {
    on_every_kind(|_peer, port| {
        for (dtr, rts) in [(true, true), (false, true), (true, false), (false, false)] {
            port.set_lines(Lines { dtr, rts }).unwrap();
        }
    });
}

#[test]
fn input_can_be_thrown_away() {
    on_every_kind(|mut peer, port| {
        peer.write_all(b"old").unwrap();
        // The bytes are there once the first of them is.
        let deadline = port.now() + LONG;
        assert_eq!(port.read(&mut [0], deadline).unwrap(), 1);
        port.discard_input().unwrap();
        peer.write_all(b"new").unwrap();
        let mut first = [0];
        assert_eq!(port.read(&mut first, deadline).unwrap(), 1);
        assert_eq!(&first, b"n");
    });
}

#[test]
fn a_vanished_peer_is_a_port_that_is_gone() {
    on_every_kind(|peer, port| {
        drop(peer);
        let deadline = port.now() + LONG;
        assert!(is_gone(port.read(&mut [0; 8], deadline).unwrap_err()));
        assert!(is_gone(port.write(b"x", deadline).unwrap_err()));
        assert!(is_gone(port.set_baud(9600).unwrap_err()));
    });
}

#[test]
fn a_port_that_is_open_is_busy() {
    let (_peer, port) = pair();
    let name = port.name().unwrap();
    let _opened = transport::open(&name).unwrap();
    match transport::open(&name) {
        Err(PortError::Busy { name: busy }) => assert_eq!(busy, name),
        other => panic!("{:?}", other.err()),
    }
}

/// Eight answers of an ESP32, as recorded.
fn sync_answers() -> Vec<u8> {
    b"\xc0\x01\x08\x04\x00\x07\x07\x12\x20\x00\x00\x00\x00\xc0".repeat(8)
}

/// Reads one request.
fn hear_request(peer: &mut TTYPort) -> Vec<u8> {
    let mut request = vec![];
    while request.len() < 2 || !request.ends_with(b"\xc0") {
        let mut byte = [0];
        peer.read_exact(&mut byte).unwrap();
        request.push(byte[0]);
    }
    request
}

#[test]
fn a_connection_syncs() {
    let (mut peer, port) = pair();
    let device = thread::spawn(move || {
        let request = hear_request(&mut peer);
        peer.write_all(&sync_answers()).unwrap();
        (peer, request)
    });
    let mut connection = Connection::new(port, Limits::default()).unwrap();
    connection.reset(&ResetSequence::TIGHT).unwrap();
    assert_eq!(connection.sync(&[LONG]).unwrap(), Loader::Rom);
    let (_peer, request) = device.join().unwrap();
    assert_eq!(request[2], Opcode::SYNC.0);
}

#[test]
fn a_port_that_vanishes_under_a_command_is_gone() {
    let (mut peer, port) = pair();
    let device = thread::spawn(move || {
        hear_request(&mut peer);
        peer.write_all(&sync_answers()[..5]).unwrap();
    });
    let mut connection = Connection::new(port, Limits::default()).unwrap();
    let error = connection.sync(&[LONG]).unwrap_err();
    assert!(matches!(error, Error::Port(PortError::Gone(_))), "{error}");
    device.join().unwrap();
}
