//! Whatever a host sends: no panic, and a command that was made of it is
//! encoded and read back, and then stays as it is.
//!
//! Input: a stream as on the wire.

use espwire::slip::{Decoder, Event};
use espwire::wire::{AnyCommand, Dialect, Request, own};

pub fn run(data: &[u8]) {
    let mut decoder = Decoder::new(4096);
    let mut input = data;
    while let Some(event) = decoder.next(&mut input) {
        let Event::Frame(frame) = event else {
            continue;
        };
        if let Some(request) = own::Request::parse(frame) {
            let mut again = Vec::new();
            request.encode(&mut again);
            assert_eq!(again, frame, "sealed the same");
        }
        let Some(request) = Request::parse(frame) else {
            continue;
        };
        for dialect in [Dialect::ROM_ESP32, Dialect::ROM, Dialect::STUB] {
            let Ok(command) = AnyCommand::decode(&request, &dialect) else {
                continue;
            };
            // What a dialect has no use for, such as a ROM for the old baud
            // rate, is gone after the first turn.
            let mut first = Vec::new();
            command.encode(&dialect, &mut first);
            let request = Request::parse(&first).expect("a request");
            let again = AnyCommand::decode(&request, &dialect).expect("a command");
            let mut second = Vec::new();
            again.encode(&dialect, &mut second);
            assert_eq!(first, second, "{command:?}");
        }
    }
}
