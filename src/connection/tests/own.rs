//! Our stub's own commands.

use super::*;
use crate::slip;
use crate::wire::own::{self, Cancel, Digest, GetState, Phase, Range, State, WriteData};
use crate::wire::{MemEnd, Request};

const FLASH: &[Range] = &[Range {
    address: 0,
    length: 0x1000,
}];
const MD5: [u8; 16] = [0xc0; 16];
const SECOND: Duration = Duration::from_secs(1);

/// A response of our stub's as it is on the wire.
fn frame(opcode: Opcode, tag: u32, body: &[u8]) -> Vec<u8> {
    let mut frame = vec![];
    own::Response { opcode, tag, body }.encode(&mut frame);
    let mut wire = vec![];
    slip::encode(&frame, &mut wire);
    wire
}

/// The tag of a request: where the checksum is in those of the other family.
fn answer(request: &Request<'_>, body: &[u8]) -> Answer {
    Answer::bytes(frame(request.opcode, request.checksum, body))
}

fn digest(request: &Request<'_>) -> Answer {
    answer(request, &[&[0; 4][..], &MD5].concat())
}

fn state(request: &Request<'_>, phase: Phase) -> Answer {
    let mut body = vec![];
    let state = State {
        phase,
        go_back: false,
        session: 1,
        next: 0,
        refused: 0,
        address: 0,
        programmed: 0,
        digested: 0,
    };
    state.encode(&mut body);
    answer(request, &body)
}

#[test]
fn an_answer_with_its_tag_is_taken_and_nothing_else() {
    let mut connection = connect(|asked| {
        let request = asked.request;
        let tag = request.checksum;
        let right = [&[0; 4][..], &MD5].concat();
        let mut altered = frame(request.opcode, tag, &right);
        altered[9] ^= 1;
        let all = [
            // A late answer, a report, a damaged answer, another command's, text.
            frame(request.opcode, tag.wrapping_sub(1), &[0; 20]),
            frame(Opcode::STATE, tag, &[0; 40]),
            altered,
            rom::response(Opcode::READ_REG, tag, &[0; 2]),
            b"text".to_vec(),
            frame(request.opcode, tag, &right),
        ];
        Answer::bytes(all.concat())
    });
    for _ in 0..3 {
        let digests = connection.own(&Digest { ranges: FLASH }, SECOND).unwrap();
        assert_eq!(digests, [MD5]);
    }
    assert_eq!(connection.transport().now(), Instant::ZERO);
    assert_eq!(connection.counters().commands, 3);
}

#[test]
fn a_request_that_got_lost_is_sent_again() {
    for lost in 0..3 {
        let mut connection = connect(move |asked| match asked.opcode() {
            Opcode::STATE => state(&asked.request, Phase::None),
            _ if asked.nth < lost => Answer::Silence,
            _ => digest(&asked.request),
        });
        let digests = connection.own(&Digest { ranges: FLASH }, 10 * SECOND);
        assert_eq!(digests.unwrap(), [MD5]);
        let silence = timing::STUB_SILENCE * u32::try_from(lost).unwrap();
        assert_eq!(connection.transport().now(), Instant::ZERO + silence);
    }
    // The STATE can be lost as well.
    let mut connection = connect(|asked| match (asked.opcode(), asked.nth) {
        (Opcode::STATE, 0) | (Opcode::DIGEST, 0) => Answer::Silence,
        (Opcode::STATE, _) => state(&asked.request, Phase::None),
        _ => digest(&asked.request),
    });
    let digests = connection.own(&Digest { ranges: FLASH }, 10 * SECOND);
    assert_eq!(digests.unwrap(), [MD5]);
}

#[test]
fn a_stub_at_work_is_waited_for() {
    // It does not answer STATE while it hashes.
    let mut connection = connect(|asked| match asked.opcode() {
        Opcode::DIGEST => digest(&asked.request).delayed(5 * SECOND),
        _ => Answer::Silence,
    });
    let digests = connection.own(&Digest { ranges: FLASH }, 10 * SECOND);
    assert_eq!(digests.unwrap(), [MD5]);
    let asked = &connection.transport_mut().device().asked;
    assert_eq!(asked.iter().filter(|op| **op == Opcode::DIGEST).count(), 1);
}

#[test]
fn silence_ends() {
    let deaf = |commands: usize, connection: &mut Connection<Scripted<Rom>>| {
        let outcome = connection.own(&Digest { ranges: FLASH }, SECOND);
        assert_eq!(heard(outcome), (Opcode::DIGEST, Heard::Nothing));
        assert!(connection.transport().now() <= Instant::ZERO + SECOND);
        let asked = &connection.transport_mut().device().asked;
        let count = asked.iter().filter(|op| **op == Opcode::DIGEST).count();
        assert_eq!(count, commands);
    };
    deaf(1, &mut connect(|_| Answer::Silence));
    // It answers STATE only: the command does not reach it.
    let mut connection = connect(|asked| match asked.opcode() {
        Opcode::STATE => state(&asked.request, Phase::None),
        _ => Answer::Silence,
    });
    deaf(3, &mut connection);
}

#[test]
fn a_refusal_tells_where() {
    let mut connection = connect(|asked| answer(&asked.request, &[1, 0xca, 0, 0, 0, 0x10, 0, 0]));
    match connection.own(&Digest { ranges: FLASH }, SECOND) {
        Err(Error::Device(DeviceError {
            command,
            reason,
            address,
        })) => assert_eq!(
            (command, reason, address),
            (Opcode::DIGEST, Reason::STUB_ADDRESS, Some(0x1000))
        ),
        other => panic!("{other:?}"),
    }
    let mut short = connect(|asked| answer(&asked.request, &[0; 19]));
    let outcome = short.own(&Digest { ranges: FLASH }, SECOND);
    assert!(matches!(outcome, Err(Error::Wire(_))), "{outcome:?}");
}

/// Recorded: how an ESP32's ROM and Espressif's two stubs answer a command
/// they do not know.
#[test]
fn somebody_else_is_recognised_at_once() {
    for (before, refusal) in [
        (true, "c0010804000707122001050000c0"),
        (false, "c001f0020000000000ff00c0"),
        (false, "c001f002000000000001c3c0"),
        (false, "c001f0020000000000c300c0"),
    ] {
        let mut connection = connect(move |asked| match asked.opcode() {
            Opcode::SYNC => Answer::sync(),
            _ => Answer::bytes(hex(refusal)),
        });
        if before {
            connection.sync(&[MS]).unwrap();
        }
        let outcome = connection.own(&own::GetCapability, SECOND);
        assert_eq!(refused(outcome), (Opcode::CAPABILITY, Reason::BAD_REQUEST));
        assert_eq!(connection.transport().now(), Instant::ZERO, "{refusal}");
    }
}

#[test]
fn another_stub_refuses_each_of_several() {
    let mut connection = connect(|asked| match asked.opcode() {
        Opcode::CAPABILITY => Answer::bytes(hex("c001f0020000000000c300c0")),
        _ => Answer::Silence,
    });
    let (first, second) = (connection.next_tag(), connection.next_tag());
    let digest = Digest { ranges: FLASH };
    connection.ask_own(&own::GetCapability, first).unwrap();
    connection.ask_own(&digest, second).unwrap();
    let outcome = connection.own_answer(&own::GetCapability, first, SECOND);
    assert_eq!(refused(outcome), (Opcode::CAPABILITY, Reason::BAD_REQUEST));
    assert_eq!(connection.transport().now(), Instant::ZERO);
}

#[test]
fn several_requests_are_under_way_at_once() {
    // The answers wait for the third request.
    let mut tags = vec![];
    let mut connection = connect(move |asked| {
        tags.push(asked.request.checksum);
        if tags.len() < 3 {
            return Answer::Silence;
        }
        let answer = |tag: &u32| frame(Opcode::CANCEL, *tag, &[0; 4]);
        Answer::bytes(tags.iter().flat_map(answer).collect::<Vec<u8>>())
    });
    let sent: Vec<u32> = (0..3)
        .map(|_| {
            let tag = connection.next_tag();
            connection.send_own(&Cancel, tag, SECOND).unwrap();
            tag
        })
        .collect();
    assert_eq!(sent, [1, 2, 3]);
    let now = connection.transport().now();
    for tag in sent {
        let response = connection.receive_own(now).unwrap().unwrap();
        assert_eq!((response.opcode, response.tag), (Opcode::CANCEL, tag));
    }
    assert_eq!(connection.receive_own(now + MS).unwrap(), None);
    assert_eq!(connection.transport().now(), now + MS);
}

#[test]
fn data_is_not_answered_but_reported() {
    let mut connection = connect(|asked| {
        assert_eq!(asked.request.checksum, 0x0007_0002);
        assert_eq!(asked.request.payload[..2], [1, 2]);
        state(&asked.request, Phase::Done(MD5)).delayed(20 * MS)
    });
    let data = WriteData {
        session: 7,
        sequence: 2,
        data: &[1, 2],
    };
    connection.send_data(&data, SECOND).unwrap();
    let now = connection.transport().now();
    assert_eq!(connection.receive_own(now).unwrap(), None);
    // Here it has the opcode of the request; what counts is that it comes.
    let report = connection.receive_own(now + SECOND).unwrap().unwrap();
    let state = report.outcome(&GetState).unwrap().unwrap();
    assert_eq!(state.phase, Phase::Done(MD5));
    assert_eq!(connection.transport().now(), now + 20 * MS);
}

#[test]
fn own_and_common_commands_take_turns() {
    let mut connection = connect(|asked| match asked.opcode() {
        Opcode::DIGEST => digest(&asked.request),
        opcode => Answer::value(opcode, 5),
    });
    let tag = connection.next_tag();
    connection.send_own(&Cancel, tag, SECOND).unwrap();
    for _ in 0..2 {
        assert_eq!(connection.command(&read_reg(0), MS).unwrap(), 5);
        connection.own(&Digest { ranges: FLASH }, SECOND).unwrap();
    }
    // Nothing was in doubt: no SYNC in between.
    assert_eq!(connection.counters().commands, 5);
}

#[test]
fn a_jump_is_over_with_the_greeting() {
    const ANSWER: &[u8] = b"\xc0\x01\x06\x04\0\0\0\0\0\0\0\0\0\xc0";
    const JUMP: MemEnd = MemEnd::Jump(0x4038_0000);
    const LATEST: Duration = timing::STUB_GREETING;
    let jump = |delay: Duration, before: &'static [u8], greeting: &'static [u8]| {
        let answer = move |_: Asked<'_>| Answer::bytes([before, greeting].concat()).delayed(delay);
        let mut connection = connect(answer);
        let greeted = connection.jump(&JUMP, LATEST).unwrap();
        let took = connection.transport().now() - Instant::ZERO;
        assert_eq!(took, if greeted { delay } else { LATEST });
        // Nothing is in doubt afterwards.
        assert_eq!(connection.exchange.waiting(), None);
        greeted
    };
    let greeting = b"\xc0OHAI\xc0";
    assert!(jump(MS, b"", greeting));
    assert!(jump(MS, ANSWER, greeting));
    assert!(jump(LATEST, b"text\xc0\xc0", greeting));
    assert!(!jump(LATEST + MS, b"", greeting));
    assert!(!jump(MS, ANSWER, b"\xc0OHAJ\xc0\xc0OHA\xc0"));
    // A spoiled answer is no refusal.
    assert!(jump(MS, b"\xc0\x01\x06\x04\0\0\0\0\0\xc0", greeting));

    let mut refusing =
        connect(|asked| Answer::bytes(rom::response(asked.opcode(), 0, &[1, 6, 0, 0])));
    assert_eq!(
        refused(refusing.jump(&JUMP, LATEST)),
        (Opcode::MEM_END, Reason::FAILED)
    );
}

#[test]
fn bounds_hold_here_as_well() {
    let cancel = CancelToken::new();
    let limits = Limits {
        cancel: cancel.clone(),
        deadline: Some(Instant::ZERO + 30 * MS),
    };
    let mut connection = limited(limits, |_| Answer::Silence);
    let outcome = connection.receive_own(Instant::ZERO + SECOND);
    assert!(matches!(outcome, Err(Error::Deadline { .. })));
    cancel.cancel();
    let outcome = connection.own(&Digest { ranges: FLASH }, SECOND);
    assert!(matches!(outcome, Err(Error::Cancelled)), "{outcome:?}");
}
