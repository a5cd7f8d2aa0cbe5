//! Whatever a device says: no panic, and success only where the device said
//! so in the form that the command promises, in every dialect.
//!
//! Input: two opcodes, sent in turn (a byte each), stream. The next one is sent
//! when the one before has been answered, and before every fourth response.

use espwire::slip::{Decoder, Event};
use espwire::wire::*;

const DIALECTS: [Dialect; 5] = [
    Dialect::ROM_ESP8266,
    Dialect::ROM_ESP32,
    Dialect::ROM_ESP32S2,
    Dialect::ROM,
    Dialect::STUB,
];

pub fn run(data: &[u8]) {
    let [first, second, stream @ ..] = data else {
        return;
    };
    let mut opcodes = [*first, *second].map(Opcode).into_iter().cycle();
    let mut decoder = Decoder::new(4096);
    let mut exchange = Exchange::new();
    let mut responses = 0;
    let mut input = stream;
    while let Some(event) = decoder.next(&mut input) {
        let Event::Frame(frame) = event else {
            continue;
        };
        if let Some(response) = own::Response::parse(frame) {
            let mut again = Vec::new();
            response.encode(&mut again);
            assert_eq!(again, frame, "sealed the same");
        }
        own_outcomes(frame);
        let Some(response) = Response::parse(frame) else {
            continue;
        };
        outcomes(&response);
        parse_again(&response);
        if exchange.waiting().is_none() || responses % 4 == 3 {
            exchange.sent(opcodes.next().unwrap_or(Opcode::SYNC));
        }
        responses += 1;
        let before = exchange.waiting();
        match exchange.classify(&response) {
            Reply::Stale => assert_eq!(exchange.waiting(), before),
            Reply::Answer => {
                assert_eq!(before, Some(response.opcode));
                assert_eq!(exchange.waiting(), None);
            }
            Reply::Unsupported => {
                assert_ne!(before, None);
                assert_ne!(response.body.first(), Some(&0), "success");
                assert_eq!(exchange.waiting(), None);
            }
        }
        // One answer to one command.
        if exchange.waiting().is_none() {
            assert_eq!(exchange.classify(&response), Reply::Stale);
        }
    }
}

fn outcomes(response: &Response<'_>) {
    for dialect in &DIALECTS {
        let shown = dialect.corrected_by_sync(response);
        assert!(shown == *dialect || response.opcode == Opcode::SYNC);
        // What an answer means does not depend on the request's parameters.
        let (address, size) = (0, 0);
        outcome(response, dialect, &EraseFlash);
        outcome(response, dialect, &Sync);
        outcome(response, dialect, &ReadReg { address });
        outcome(response, dialect, &FlashMd5 { address, size });
        outcome(response, dialect, &ReadFlashSlow { address, size });
        outcome(response, dialect, &GetSecurityInfo);
    }
}

fn outcome<C: Command>(response: &Response<'_>, dialect: &Dialect, command: &C) {
    if let Ok(Ok(_)) = response.outcome(command, dialect) {
        let data_len = response.body.len().checked_sub(dialect.status_len);
        assert!(data_len.is_some_and(|len| command.answer_lens(dialect).contains(&len)));
        assert_eq!(data_len.and_then(|len| response.body.get(len)), Some(&0));
    }
}

/// What our stub's commands make of a body: the frame without its header, as
/// if its CRC were right.
fn own_outcomes(frame: &[u8]) {
    let response = own::Response {
        opcode: own::FIRST,
        tag: 0,
        body: frame.get(HEADER_LEN..).unwrap_or_default(),
    };
    let ranges = &[own::Range {
        address: 0,
        length: 5,
    }];
    own_outcome(&response, &own::GetCapability);
    own_outcome(&response, &own::Digest { ranges });
    own_outcome(&response, &own::Map { ranges });
    own_outcome(&response, &own::Read { ranges });
    own_outcome(&response, &own::Cancel);
    if let Ok(Ok(state)) = response.outcome(&own::GetState) {
        let failed = matches!(state.phase, own::Phase::Failed(_));
        let mut again = Vec::new();
        state.encode(&mut again);
        assert_eq!(again.first() == Some(&1), failed);
        let body = &again[..];
        assert_eq!(
            own::Response { body, ..response }.outcome(&own::GetState),
            Ok(Ok(state))
        );
    }
}

fn own_outcome<C: own::Command>(response: &own::Response<'_>, command: &C) {
    match response.outcome(command) {
        Ok(Ok(_)) => assert_eq!(response.body.first(), Some(&0)),
        Ok(Err(_)) => assert_ne!(response.body.first(), Some(&0)),
        Err(_) => {}
    }
}

fn parse_again(response: &Response<'_>) {
    let mut frame = Vec::new();
    response.encode(&mut frame);
    assert_eq!(Response::parse(&frame).as_ref(), Some(response));
}
