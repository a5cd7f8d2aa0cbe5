use crate::wire::{Exchange, Opcode, Reply, Response};
use Reply::{Answer, Stale, Unsupported};

/// One step of a conversation.
enum Step {
    Sent(Opcode),
    /// A response, so many times, and what it is.
    Heard(Opcode, &'static [u8], usize, Reply),
}
use Step::{Heard, Sent};

const OK: &[u8] = &[0, 0, 0, 0];
const BAD: &[u8] = &[1, 5, 0x30, 0x31];
const OK_SHORT: &[u8] = &[0, 0];
const BAD_SHORT: &[u8] = &[1, 5];

const SYNC: Opcode = Opcode::SYNC;
const READ: Opcode = Opcode::READ_REG;
const SECURITY: Opcode = Opcode::GET_SECURITY_INFO;
const MD5: Opcode = Opcode::FLASH_MD5SUM;

#[track_caller]
fn converse(steps: &[Step]) {
    let mut exchange = Exchange::new();
    for (number, step) in steps.iter().enumerate() {
        match *step {
            Sent(command) => {
                exchange.sent(command);
                assert_eq!(exchange.waiting(), Some(command));
            }
            Heard(opcode, body, times, reply) => {
                for copy in 0..times {
                    let value = 0;
                    let response = Response {
                        opcode,
                        value,
                        body,
                    };
                    let heard = exchange.classify(&response);
                    assert_eq!(heard, reply, "step {number}, copy {copy}");
                }
            }
        }
    }
}

#[test]
fn question_and_answer() {
    converse(&[
        Heard(READ, OK, 3, Stale),
        Sent(READ),
        Heard(READ, OK, 1, Answer),
        Heard(READ, OK, 1, Stale),
        Sent(READ),
        // Refused for itself: its own opcode.
        Heard(READ, BAD, 1, Answer),
        Heard(READ, BAD, 1, Stale),
    ]);
}

/// As recorded from an ESP32: the host asks for security settings, which this
/// ROM does not have, right after SYNC, and goes on at once.
#[test]
fn an_unknown_command_behind_sync() {
    for (ok, bad) in [(OK, BAD), (OK_SHORT, BAD_SHORT)] {
        converse(&[
            Sent(SYNC),
            Heard(SYNC, ok, 1, Answer),
            Sent(SECURITY),
            Heard(SYNC, ok, 7, Stale),
            Heard(SYNC, bad, 1, Unsupported),
            Sent(MD5),
            Heard(SYNC, bad, 7, Stale),
            Heard(SYNC, bad, 1, Unsupported),
            Sent(READ),
            Heard(SYNC, bad, 7, Stale),
            Heard(READ, ok, 1, Answer),
            Sent(SECURITY),
            Heard(READ, bad, 1, Unsupported),
            Sent(MD5),
            Heard(READ, bad, 1, Unsupported),
        ]);
    }
}

/// Copies that got lost on the line leave room for the answer all the same.
#[test]
fn lost_copies() {
    for lost in 0..=7 {
        converse(&[
            Sent(SYNC),
            Heard(SYNC, OK, 1, Answer),
            Sent(SECURITY),
            Heard(SYNC, BAD, 1, Unsupported),
            Sent(MD5),
            Heard(SYNC, BAD, 7 - lost, Stale),
            Heard(SYNC, BAD, lost, Stale),
            Heard(SYNC, BAD, 1, Unsupported),
        ]);
    }
}

/// SYNC is known to every loader: a refusal under it is left over.
#[test]
fn sync_is_never_refused() {
    converse(&[
        Sent(SECURITY),
        Heard(SYNC, BAD, 1, Unsupported),
        Sent(SYNC),
        Heard(SYNC, BAD, 8, Stale),
        Heard(READ, BAD, 1, Stale),
        Heard(SYNC, OK, 1, Answer),
        Heard(SYNC, OK, 7, Stale),
    ]);
}

/// A late refusal is not taken for the next command's: that one is in doubt
/// until something is answered.
#[test]
fn a_late_refusal() {
    converse(&[
        Sent(MD5),
        Sent(SECURITY),
        Heard(MD5, BAD, 1, Stale),
        Sent(SYNC),
        Heard(MD5, BAD, 1, Stale),
        Heard(SYNC, OK, 1, Answer),
        Sent(SECURITY),
        Heard(SYNC, BAD, 1, Unsupported),
    ]);
}

/// Only 'bad request' under another opcode means anything, and only alone.
#[test]
fn other_responses_under_other_opcodes() {
    const LONG: &[u8] = &[1, 5, 0, 0, 0];
    converse(&[
        Sent(SECURITY),
        Heard(READ, OK, 1, Stale),
        Heard(READ, &[1, 7, 0, 0], 1, Stale),
        Heard(READ, LONG, 1, Stale),
        Heard(READ, &[1], 1, Stale),
        Heard(READ, &[], 1, Stale),
        Heard(READ, BAD, 1, Unsupported),
    ]);
}

/// Stubs say it under the command's own opcode.
#[test]
fn unknown_to_a_stub() {
    for body in [&[0xff, 0][..], &[0xc3, 0], &[1, 0xff], &[1, 0xc3]] {
        converse(&[
            Sent(SECURITY),
            Heard(READ, body, 1, Stale),
            Heard(SECURITY, body, 1, Unsupported),
            Heard(SECURITY, body, 1, Stale),
        ]);
    }
    converse(&[Sent(MD5), Heard(MD5, &[0xc0, 0], 1, Answer)]);
}
