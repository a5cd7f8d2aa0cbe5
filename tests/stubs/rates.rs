//! The line's rate, and what a UART loses.

use crate::boards::{self, Kind, Sort, on_every_chip};
use crate::commands::{deflated, firmware};
use crate::host::{Host, op, words};
use crate::stub::{Encoding, Phase, own, own_request};
use espwire::sim::NorTimes;
use espwire::slip;
use espwire::time::Duration;
use espwire::transport::Transport as _;

on_every_chip!(stubs_of: every_usual_rate,
    a_new_rate_holds_two_milliseconds_later,
    what_nobody_takes_is_lost_when_the_fifo_is_full
);

/// The rates of adapters, and the highest that boards have.
const RATES: [u32; 5] = [115_200, 460_800, 921_600, 1_500_000, 2_000_000];

fn stub(sort: &Sort) -> (Host, u32) {
    let builder = sort.builder(Kind::Modelled).unwrap();
    let host = Host::in_stub(sort, builder);
    let raised = sort.knows(op::CHANGE_BAUDRATE);
    (host, if raised { 921_600 } else { 115_200 })
}

fn every_usual_rate(sort: Sort) {
    let (mut host, mut rate) = stub(&sort);
    let mut session = 0;
    for next in RATES {
        host.change_baud(next, rate);
        rate = next;
        session += 1;
        let name = format!("{} {rate}", sort.name());
        let address = 0x1_0000 * u32::from(session);
        let bytes = firmware(6000);
        let state = host.write(session, Encoding::Raw, &[(address, 6000)], &bytes);
        assert_eq!((state.phase, state.reason), (Phase::Done, 0), "{name}");
        assert_eq!(state.digest, host.digest(&bytes), "{name}");
        assert_eq!(state.refused, 0, "{name}");
        assert!(host.board.flash().read(address, 6000) == bytes, "{name}");
        let read = host.own(own::READ, &words(&[address + 1, 3000]));
        assert!(read == Ok(bytes[1..3001].to_vec()), "{name}");
    }
}

fn a_new_rate_holds_two_milliseconds_later(sort: Sort) {
    let (mut host, mut rate) = stub(&sort);
    for next in [115_200, 921_600, 2_000_000] {
        host.ask_words(op::CHANGE_BAUDRATE, &[next, rate]).ok();
        host.port.set_baud(next).unwrap();
        host.board.run_for(Duration::from_millis(2));
        // Asked once.
        let answer = host.own(own::MAP, &words(&[0, 4]));
        assert!(answer.is_ok(), "{} {rate} {next}", sort.name());
        rate = next;
    }
}

/// Bytes as firmware has them: some repeat, some do not.
fn image(len: usize) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(1);
    let mut bytes = vec![];
    while bytes.len() < len {
        let from = random.usize(0..=bytes.len());
        let again = bytes[from..].iter().copied().take(random.usize(0..100));
        let again: Vec<u8> = again.collect();
        bytes.extend(again);
        bytes.extend((0..random.usize(1..40)).map(|_| random.u8(..)));
    }
    bytes.truncate(len);
    bytes
}

/// At the highest rate, into a flash that takes its time.
fn a_whole_image(chip: &str) {
    const LEN: u32 = 150_000;
    let sort = boards::of(chip).last().unwrap();
    let builder = sort.builder(Kind::Modelled).unwrap();
    let mut host = Host::in_stub(&sort, builder.flash_times(NorTimes::TYPICAL));
    host.change_baud(2_000_000, 921_600);
    let bytes = image(LEN as usize);
    for (session, encoding) in [(1, Encoding::Raw), (2, Encoding::Deflate)] {
        let stream = match encoding {
            Encoding::Raw => bytes.clone(),
            Encoding::Deflate => deflated(&bytes),
        };
        let address = 0x4_0000 * u32::from(session);
        let state = host.write(session, encoding, &[(address, LEN)], &stream);
        assert_eq!((state.phase, state.reason), (Phase::Done, 0), "{chip}");
        assert_eq!(state.refused, 0, "{chip} {encoding:?}");
        assert_eq!(state.digest, host.digest(&bytes), "{chip}");
        assert!(host.board.flash().read(address, bytes.len()) == bytes);
    }
}

#[test]
fn a_whole_image_on_xtensa() {
    a_whole_image("esp32s3");
}

#[test]
fn a_whole_image_on_riscv() {
    a_whole_image("esp32c3");
}

fn what_nobody_takes_is_lost_when_the_fifo_is_full(sort: Sort) {
    let (mut host, rate) = stub(&sort);
    let name = sort.name();
    // What the stub does not look at the line for, in µs.
    const DEAF: u32 = 10_000;
    let pause = words(&[sort.chip.uart.base + 0x78, 0, 0, DEAF]);
    for (regions, arrives) in [(3, true), (32, false)] {
        // All at once: the second request comes while the first is carried out.
        let list = words(&[0, 4].repeat(regions));
        let question = own_request(own::MAP, 1, &list);
        let mut bytes = vec![];
        slip::encode(&crate::host::request(op::WRITE_REG, 0, &pause), &mut bytes);
        let first = bytes.len();
        slip::encode(&question, &mut bytes);
        assert_eq!(bytes.len() - first > 128, !arrives);
        host.send_raw(&bytes);
        host.answer(op::WRITE_REG).ok();
        let answer = host.own_answer(Duration::from_millis(50));
        assert_eq!(answer.is_some(), arrives, "{name} {regions}");
        // Nothing of it is left.
        assert!(host.own(own::MAP, &list).is_ok(), "{name} {rate}");
    }
}
