use super::*;
use crate::sim::Link;
use crate::sim::chip::ESP32C3;
use crate::sim::soc::bench::Bench;

const USB: u32 = 0x6004_3000;

fn bench(kind: LinkKind) -> Bench {
    let mut bench = Bench::new(
        &ESP32C3,
        Link {
            kind,
            ..Link::default()
        },
    );
    // SYSTEM_SYSCLK_CONF: 80 MHz, so that the bench is faster than the bus.
    bench.store(0x600c_0058, 0x400);
    bench
}

fn put(bench: &mut Bench, bytes: &[u8]) {
    for byte in bytes {
        bench.store(USB + EP1, u32::from(*byte));
    }
}

#[test]
fn a_packet_goes_when_it_is_said_to_be_complete() {
    let mut bench = bench(LinkKind::UsbSerialJtag);
    bench.store(USB + INT_CLR, !0);
    put(&mut bench, b"abc");
    bench.pass(Duration::from_millis(5));
    assert_eq!(bench.heard(), b"");
    assert_eq!(bench.load(USB + EP1_CONF), IN_FREE);
    bench.store(USB + EP1_CONF, WR_DONE);
    // Until the host has it there is no room for another.
    assert_eq!(bench.load(USB + EP1_CONF), 0);
    put(&mut bench, b"lost");
    assert_eq!(bench.load(USB + INT_RAW) & (IN_EMPTY | IN_TOKEN), IN_TOKEN);
    bench.pass(Duration::from_micros(5));
    assert_eq!(bench.heard(), b"abc");
    assert_eq!(bench.load(USB + EP1_CONF), IN_FREE);
    assert_eq!(bench.load(USB + INT_RAW) & IN_EMPTY, IN_EMPTY);
}

#[test]
fn a_full_packet_goes_by_itself_and_its_transfer_ends_with_an_empty_one() {
    let mut bench = bench(LinkKind::UsbSerialJtag);
    put(&mut bench, &[b'x'; 64]);
    assert_eq!(bench.load(USB + EP1_CONF), 0);
    bench.pass(Duration::from_millis(5));
    assert_eq!(bench.load(USB + EP1_CONF), IN_FREE);
    assert_eq!(bench.heard(), b"");
    bench.store(USB + EP1_CONF, WR_DONE);
    bench.pass(Duration::from_micros(5));
    assert_eq!(bench.heard(), [b'x'; 64]);
}

#[test]
fn without_a_host_nothing_goes() {
    let mut bench = bench(LinkKind::Uart);
    put(&mut bench, b"abc");
    bench.store(USB + EP1_CONF, WR_DONE);
    bench.pass(Duration::from_secs(1));
    assert_eq!(bench.load(USB + EP1_CONF), 0);
    assert_eq!(bench.load(USB + INT_RAW) & SOF, 0);
    assert_eq!(bench.heard(), b"");
}

#[test]
fn packets_from_the_host_wait_for_each_other() {
    let mut bench = bench(LinkKind::UsbSerialJtag);
    let bytes: Vec<u8> = (0..100).collect();
    assert_eq!(bench.load(USB + EP1_CONF), IN_FREE);
    bench.line.send_from_host(bench.now(), &bytes);
    let mut got = vec![];
    for count in [64, 36] {
        bench.pass(Duration::from_millis(1));
        assert_eq!(bench.load(USB + INT_RAW) & OUT_RECEIVED, OUT_RECEIVED);
        bench.store(USB + INT_CLR, OUT_RECEIVED);
        assert_eq!(bench.load(USB + OUT_EP1_ST) >> 16, count);
        for _ in 0..count {
            assert_eq!(bench.load(USB + EP1_CONF), IN_FREE | OUT_AVAILABLE);
            got.extend(u8::try_from(bench.load(USB + EP1)));
        }
        assert_eq!(bench.load(USB + EP1_CONF), IN_FREE);
    }
    assert_eq!(got, bytes);
    bench.pass(Duration::from_millis(1));
    assert_eq!(bench.load(USB + INT_RAW) & OUT_RECEIVED, 0);
}

#[test]
fn frames_interrupt_if_they_may() {
    let mut bench = bench(LinkKind::UsbSerialJtag);
    bench.pass(Duration::from_micros(3100));
    assert_eq!(bench.load(USB + FRAM_NUM), 3);
    bench.store(USB + INT_CLR, SOF);
    assert_eq!(bench.load(USB + INT_RAW) & SOF, 0);
    bench.store(USB + INT_ENA, SOF);
    bench.pass(Duration::from_micros(800));
    assert_eq!(bench.load(USB + INT_ST), 0);
    bench.pass(Duration::from_micros(200));
    assert_eq!(bench.load(USB + INT_ST), SOF);
    assert_eq!(bench.load(USB + FRAM_NUM), 4);
}
