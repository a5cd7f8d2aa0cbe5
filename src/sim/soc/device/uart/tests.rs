use super::*;
use crate::sim::Link;
use crate::sim::chip::{ESP32C3, ESP32C6};
use crate::sim::soc::bench::Bench;

const UART0: u32 = 0x6000_0000;

#[test]
fn bytes_leave_at_its_rate_whatever_the_core_does() {
    let mut bench = Bench::new(&ESP32C3, Link::default());
    bench.line.set_host_baud(1_000_000);
    // UART_CLK_CONF: the crystal, undivided; UART_CLKDIV.
    bench.store(UART0 + 0x78, 0x0370_0000);
    bench.store(UART0 + CLKDIV, 40);
    bench.store(UART0 + FIFO, b'a'.into());
    bench.store(UART0 + FIFO, b'b'.into());
    // SYSTEM_CPU_PER_CONF, SYSTEM_SYSCLK_CONF: 160 MHz from the PLL.
    bench.store(0x600c_0008, 1);
    bench.store(0x600c_0058, 1 << 10);
    bench.pass(Duration::from_micros(9));
    assert_eq!(bench.heard(), b"");
    bench.pass(Duration::from_micros(2));
    assert_eq!(bench.heard(), b"a");
    assert_eq!(bench.load(UART0 + INT_RAW) & TX_DONE, 0);
    bench.pass(Duration::from_micros(10));
    assert_eq!(bench.heard(), b"b");
    assert_eq!(bench.load(UART0 + INT_RAW) & TX_DONE, TX_DONE);
}

/// A C3 whose UART is at 1 Mbaud, and a host that is too, with the core fast
/// enough not to matter.
fn at_a_megabaud() -> Bench {
    let mut bench = Bench::new(&ESP32C3, Link::default());
    bench.line.set_host_baud(1_000_000);
    bench.store(0x600c_0008, 1);
    bench.store(0x600c_0058, 1 << 10);
    bench.store(UART0 + 0x78, 0x0370_0000);
    bench.store(UART0 + CLKDIV, 40);
    bench
}

fn from_host(bench: &mut Bench, bytes: &[u8]) {
    let now = bench.now();
    assert_eq!(bench.line.send_from_host(now, bytes), bytes.len());
}

#[test]
fn what_does_not_fit_is_lost_and_said_to_be() {
    let mut bench = at_a_megabaud();
    bench.store(UART0 + INT_ENA, RX_OVERFLOW);
    let bytes: Vec<u8> = (0..130).collect();
    from_host(&mut bench, &bytes);
    bench.pass(Duration::from_micros(1285));
    assert_eq!(bench.load(UART0 + STATUS) & 0x3ff, 128);
    assert_eq!(bench.load(UART0 + INT_ST), 0);
    bench.pass(Duration::from_micros(20));
    assert_eq!(bench.load(UART0 + STATUS) & 0x3ff, 128);
    assert_eq!(bench.load(UART0 + INT_ST), RX_OVERFLOW);
    bench.store(UART0 + INT_CLR, RX_OVERFLOW);
    assert_eq!(bench.load(UART0 + INT_ST), 0);
    for byte in &bytes[..128] {
        assert_eq!(bench.load(UART0 + FIFO), u32::from(*byte));
    }
    assert_eq!(bench.load(UART0 + STATUS) & 0x3ff, 0);
}

#[test]
fn thresholds_decide_what_is_full_and_what_is_empty() {
    let mut bench = at_a_megabaud();
    // CONF1: full at 3, empty below 2.
    bench.store(UART0 + CONF1, 2 << 9 | 3);
    from_host(&mut bench, b"abc");
    for (passes, full) in [(25, 0), (10, RX_FULL)] {
        bench.pass(Duration::from_micros(passes));
        assert_eq!(bench.load(UART0 + INT_RAW) & RX_FULL, full);
    }
    // It stays raised until enough has been read, whatever is cleared.
    bench.store(UART0 + INT_CLR, RX_FULL);
    assert_eq!(bench.load(UART0 + INT_RAW) & RX_FULL, RX_FULL);
    bench.load(UART0 + FIFO);
    assert_eq!(bench.load(UART0 + INT_RAW) & RX_FULL, 0);

    // One leaves, two wait.
    for byte in *b"xyz" {
        bench.store(UART0 + FIFO, byte.into());
    }
    assert_eq!(bench.load(UART0 + INT_RAW) & TX_EMPTY, 0);
    bench.pass(Duration::from_micros(10));
    assert_eq!(bench.load(UART0 + INT_RAW) & TX_EMPTY, TX_EMPTY);
}

#[test]
fn a_silence_after_bytes_is_told() {
    let mut bench = at_a_megabaud();
    // MEM_CONF and CONF1: after 50 bits.
    bench.store(UART0 + MEM_CONF, 50 << 16);
    bench.store(UART0 + CONF1, 1 << 21 | 100);
    from_host(&mut bench, b"ab");
    for (passes, timeout) in [(65, 0), (10, RX_TIMEOUT)] {
        bench.pass(Duration::from_micros(passes));
        assert_eq!(bench.load(UART0 + INT_RAW) & RX_TIMEOUT, timeout);
    }
    bench.store(UART0 + INT_CLR, RX_TIMEOUT);
    // Where nothing is left there is no silence to tell.
    from_host(&mut bench, b"c");
    bench.pass(Duration::from_micros(15));
    for byte in *b"abc" {
        assert_eq!(bench.load(UART0 + FIFO), u32::from(byte));
    }
    bench.pass(Duration::from_micros(200));
    assert_eq!(bench.load(UART0 + INT_RAW) & RX_TIMEOUT, 0);
}

#[test]
fn its_fifos_can_be_emptied() {
    let mut bench = at_a_megabaud();
    from_host(&mut bench, b"ab");
    for byte in *b"xyz" {
        bench.store(UART0 + FIFO, byte.into());
    }
    bench.pass(Duration::from_micros(5));
    bench.store(UART0 + CONF0, 1 << 17 | 1 << 18);
    // What is on its way out leaves; what comes while it is reset is lost.
    bench.pass(Duration::from_micros(30));
    assert_eq!(bench.load(UART0 + STATUS), 0);
    assert_eq!(bench.heard(), b"x");
    bench.store(UART0 + CONF0, 0);
    from_host(&mut bench, b"c");
    bench.pass(Duration::from_micros(20));
    assert_eq!(bench.load(UART0 + FIFO), u32::from(b'c'));
}

#[test]
fn it_measures_the_rate_of_what_comes() {
    let mut bench = at_a_megabaud();
    bench.line.set_host_baud(115_200);
    bench.store(UART0 + CONF0, 1 << 27);
    from_host(&mut bench, b"U");
    bench.pass(Duration::from_micros(100));
    let measured = [0x28, 0x2c, 0x30].map(|at| bench.load(UART0 + at));
    // 347 cycles of the crystal's, and an edge for each bit of 55h.
    assert_eq!(measured, [346, 346, 10]);
    bench.store(UART0 + CONF0, 0);
    bench.store(UART0 + CONF0, 1 << 27);
    assert_eq!(bench.load(UART0 + 0x30), 0);
}

#[test]
fn the_divider_has_sixteenths_and_counts_when_it_is_taken_over() {
    // CLKDIV, and how long a byte takes then: 40 and 40.5 cycles a bit.
    for (clkdiv, nanos) in [(40, 10_000), (8 << 20 | 40, 10_125)] {
        let mut bench = at_a_megabaud();
        bench.store(UART0 + CLKDIV, clkdiv);
        bench.store(UART0 + FIFO, 0);
        let transmitter = UART0 + 0x6c;
        bench.pass(Duration::from_nanos(nanos - 50));
        assert_ne!(bench.load(transmitter), 0);
        bench.pass(Duration::from_nanos(100));
        assert_eq!(bench.load(transmitter), 0);
    }
    let mut bench = Bench::new(&ESP32C6, Link::default());
    bench.store(UART0 + CLKDIV, 40);
    bench.store(UART0 + 0x98, 1);
    bench.store(UART0 + CLKDIV, 400);
    for (update, passes) in [(0, 11), (1, 101)] {
        bench.store(UART0 + 0x98, update);
        bench.store(UART0 + FIFO, 0);
        bench.pass(Duration::from_micros(passes - 2));
        assert_ne!(bench.load(UART0 + 0x70), 0, "{update}");
        bench.pass(Duration::from_micros(2));
        assert_eq!(bench.load(UART0 + 0x70), 0, "{update}");
    }
}
