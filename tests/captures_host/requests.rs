//! What hosts were recorded to send, read back and sent again.

use crate::common::captures::{self, Direction};
use crate::device::DEVICES;
use crate::host;
use espwire::wire::{AnyCommand, Dialect, Request, RequestError};

#[derive(Debug, Default, PartialEq)]
struct Count {
    /// Commands that were read back and came out the same.
    same: usize,
    /// Commands that came out the same but for the number of words.
    alike: usize,
    unknown: usize,
    wrong_length: usize,
    wrong_checksum: usize,
    /// No request at all: no header, or a raw acknowledgement.
    other: usize,
}

impl Count {
    fn add(&mut self, frame: &[u8], dialect: &Dialect, place: &str) {
        let Some(request) = Request::parse(frame) else {
            self.other += 1;
            return;
        };
        match AnyCommand::decode(&request, dialect) {
            Ok(AnyCommand::Unknown(_)) => self.unknown += 1,
            Ok(command) => {
                let mut again = Vec::new();
                command.encode(dialect, &mut again);
                // Some recordings lie about the length on purpose.
                again[2..4].copy_from_slice(&request.len.to_le_bytes());
                if again == frame {
                    self.same += 1;
                } else {
                    let again = Request::parse(&again).unwrap();
                    let again = AnyCommand::decode(&again, dialect);
                    assert_eq!(again, Ok(command), "{place}");
                    self.alike += 1;
                }
            }
            Err(RequestError::Length { .. }) => self.wrong_length += 1,
            Err(RequestError::Checksum { .. }) => self.wrong_checksum += 1,
            Err(error) => panic!("{place}: {error}"),
        }
    }
}

#[test]
fn requests_to_roms_are_read_back() {
    let mut count = Count::default();
    for device in DEVICES {
        for exchange in captures::exchanges(device.file) {
            for frame in host::frames(&exchange.sent) {
                count.add(&frame, &device.dialect, &exchange.place);
            }
        }
    }
    let expected = Count {
        same: 1570,
        // SPI_ATTACH with one word.
        alike: 2,
        // 7f in every long script and every security script, four more in each
        // of the scripts of lengths.
        unknown: 24 + 3 + 2 * 4,
        wrong_length: 89,
        // One for RAM and one for flash, one more on the ESP8266.
        wrong_checksum: 2 * 24 + 1,
        // The wrong direction, and less than a header.
        other: 2 * 24,
    };
    assert_eq!(count, expected);
}

#[test]
fn requests_of_a_host_in_common_use_are_read_back() {
    let rom = |file: &str| {
        if file.contains("esp32c3") {
            Dialect::ROM
        } else {
            Dialect::ROM_ESP32
        }
    };
    let mut counts = Vec::new();
    for file in captures::files("host-") {
        let mut count = Count::default();
        let mut dialect = rom(&file);
        for transfer in captures::session(&file) {
            let Some(bytes) = transfer.bytes else {
                // Behind the upload, which is left out, the stub listens.
                dialect = Dialect::STUB;
                continue;
            };
            if transfer.direction == Direction::ToChip {
                for frame in host::frames(&bytes) {
                    count.add(&frame, &dialect, &transfer.place);
                }
            }
        }
        counts.push(count);
    }
    let all = |same| Count {
        same,
        ..Count::default()
    };
    assert_eq!(counts, [93, 103, 81, 106].map(all));
}
