//! Two generations of a stub that others wrote: what the host makes of them.

use crate::common::captures;
use crate::host::{Host, Outcome};
use Outcome::{Digest, Done, Refused, Synced, Unsupported, Word};
use espwire::wire::{Dialect, Loader, Opcode, Reason, Sync};

/// What is to be heard: an answer, and bytes of raw data behind it.
type Row = (&'static str, Option<Outcome>, usize);

fn script(not_a_stream: Reason, not_aligned: Reason) -> Vec<Row> {
    let done = |note| (note, Some(Done), 0);
    vec![
        (
            "SYNC: value 0 tells a host that a stub is running",
            Some(Synced(Loader::Stub)),
            0,
        ),
        ("READ_REG chip magic", Some(Word(0x00f0_1d83)), 0),
        ("GET_SECURITY_INFO", Some(Unsupported), 0),
        ("unknown opcode 0x7f", Some(Unsupported), 0),
        done("SPI_ATTACH (4-byte payload for a stub)"),
        done("SPI_SET_PARAMS 4 MB"),
        (
            "FLASH_DATA without FLASH_BEGIN",
            Some(Refused(Reason::STUB_NOT_IN_FLASH_MODE)),
            0,
        ),
        done("FLASH_BEGIN 2048 bytes, 2 blocks of 1024 at 0x3000"),
        (
            "FLASH_DATA seq 0, wrong checksum",
            Some(Refused(Reason::STUB_CHECKSUM)),
            0,
        ),
        done("FLASH_DATA seq 0"),
        done("FLASH_DATA seq 1"),
        done("FLASH_END stay (1)"),
        (
            "FLASH_MD5SUM, raw digest expected 2f760050d7f9ec7eed58bb92378c60bf",
            Some(Digest(WRITTEN)),
            0,
        ),
        done("FLASH_DEFL_BEGIN 4096 bytes, 2128 compressed, block 1024 at 0x5000"),
        done("FLASH_DEFL_DATA seq 0"),
        done("FLASH_DEFL_DATA seq 1"),
        done("FLASH_DEFL_DATA seq 2"),
        done("FLASH_DEFL_END stay (1)"),
        (
            "FLASH_MD5SUM, expected 86011c10fd270f83b05cdd67926cf98e",
            Some(Digest(INFLATED)),
            0,
        ),
        done("FLASH_DEFL_BEGIN 4096"),
        done("FLASH_DEFL_DATA that is not a zlib stream: acknowledged before it is inflated"),
        (
            "FLASH_DEFL_END: the deferred error shows here",
            Some(Refused(not_a_stream)),
            0,
        ),
        done("ERASE_REGION 4 KiB at 0x3000"),
        ("ERASE_REGION not aligned", Some(Refused(not_aligned)), 0),
        (
            "READ_FLASH 2048 at 0x5000, 1024-byte packets, 1 in flight: response and first packet",
            Some(Done),
            1024,
        ),
        ("acknowledge 1024 bytes", None, 1024),
        ("acknowledge 2048 bytes: the MD5 of all comes", None, 16),
        done("CHANGE_BAUDRATE 921600 from 115200"),
        ("SYNC at the new rate", Some(Synced(Loader::Stub)), 0),
    ]
}

const WRITTEN: [u8; 16] = 0x2f76_0050_d7f9_ec7e_ed58_bb92_378c_60bf_u128.to_be_bytes();
const INFLATED: [u8; 16] = 0x8601_1c10_fd27_0f83_b05c_dd67_926c_f98e_u128.to_be_bytes();

#[test]
fn every_answer_of_the_stubs_means_what_its_note_says() {
    let scripts = [
        // The first generation says 01 and nothing else.
        (
            "stub-esp32-espressif-v1.txt",
            script(Reason::STUB_TOO_LITTLE, Reason(1)),
        ),
        (
            "stub-esp32-espressif-v2.txt",
            script(Reason::STUB_INFLATE, Reason::STUB_LENGTH),
        ),
    ];
    assert_eq!(
        scripts.each_ref().map(|(file, _)| *file).to_vec(),
        captures::files("stub-")
    );
    for (file, script) in scripts {
        let exchanges = captures::exchanges(file);
        assert_eq!(exchanges.len(), script.len(), "{file}");
        let mut host = Host::new(Dialect::STUB);
        for (exchange, (note, outcome, raw)) in exchanges.iter().zip(script) {
            let place = &exchange.place;
            assert_eq!(exchange.note, note, "{place}");
            let heard = host.hear(exchange);
            assert_eq!(heard.outcome, outcome, "{place}");
            assert_eq!(heard.text.len(), raw, "{place}");
            let responses = match heard.opcode {
                None => 0,
                Some(Opcode::SYNC) => Sync::ROM_ANSWERS,
                Some(_) => 1,
            };
            assert_eq!(heard.responses, responses, "{place}");
        }
    }
}
