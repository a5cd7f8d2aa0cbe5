//! What sessions take on the virtual board, in virtual time: the same figures
//! on every run and on every machine, as the rows of `docs/performance.md`.
//!
//! What a session takes grows evenly with the image, beyond a fixed part. By
//! default two small images tell what it takes for 2.4 MB; `--whole` takes all
//! of it. Names of chips, and rates or `usb`, choose:
//!
//! ```console
//! cargo bench --bench session -- esp32c3 esp32c6
//! cargo bench --bench session -- --whole esp32c3 921600 usb
//! ```

#![allow(clippy::print_stdout, reason = "a benchmark that prints its figures")]

#[path = "../tests/common/sessions.rs"]
mod sessions;

use espwire::chip::{Chip, ESP32, ESP32C3, ESP32C6, ESP32S3, UsbPort};
use espwire::time::Duration;
use sessions::{Bench, WHOLE, Wire, firmware, mostly_blank, verify_cold, write_floor};

const CHIPS: [&Chip; 4] = [&ESP32, &ESP32S3, &ESP32C3, &ESP32C6];

/// The adapters: the usual one at usual rates, and other latencies.
const WIRES: [Wire; 8] = [
    Wire::uart(115_200, 1),
    Wire::uart(460_800, 1),
    Wire::uart(921_600, 0),
    Wire::uart(921_600, 1),
    Wire::uart(921_600, 2),
    Wire::uart(921_600, 16),
    Wire::uart(2_000_000, 1),
    Wire::USB,
];

/// Bytes of the images that tell what one of full size takes: whole erase
/// blocks, and no more than takes a few seconds at the rate.
fn sizes(wire: Wire) -> [usize; 2] {
    let blocks = match wire.baud {
        Some(..200_000) => 1,
        Some(..500_000) => 2,
        _ => 3,
    };
    [0x1_0000 * blocks, 0x2_0000 * blocks]
}

/// What is measured: images of full size, or two small ones.
#[derive(Clone, Copy)]
enum Extent {
    Whole,
    TwoSizes,
}

impl Extent {
    /// Seconds for an image of full size, of what `measure` takes for one of a
    /// size.
    fn seconds(self, wire: Wire, mut measure: impl FnMut(usize) -> Duration) -> f64 {
        match self {
            Self::Whole => measure(WHOLE).as_secs_f64(),
            Self::TwoSizes => {
                let [from, to] = sizes(wire);
                let [small, large] = [from, to].map(|size| measure(size).as_secs_f64());
                let each = (large - small) / (to - from) as f64;
                small + each * (WHOLE - from) as f64
            }
        }
    }
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let extent = if words.iter().any(|word| word == "--whole") {
        Extent::Whole
    } else {
        Extent::TwoSizes
    };
    let said = |name: &str| words.iter().any(|word| word == name);
    let any_chip = CHIPS.iter().any(|chip| said(chip.arg));
    let any_wire = WIRES.iter().any(|wire| said(&name(*wire)));
    println!(
        "| chip | rate | latency | verify cold | resident | hashing | write | ratio | unchanged | blank | ratio | read | ratio |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|---|---|");
    for chip in CHIPS.iter().filter(|chip| !any_chip || said(chip.arg)) {
        for wire in WIRES
            .into_iter()
            .filter(|wire| !any_wire || said(&name(*wire)))
        {
            if wire.baud.is_some() || chip.has_usb(UsbPort::SerialJtag) {
                row(chip, wire, extent);
            }
        }
    }
}

fn name(wire: Wire) -> String {
    wire.baud.map_or("usb".to_owned(), |baud| baud.to_string())
}

fn row(chip: &'static Chip, wire: Wire, extent: Extent) {
    let (cold, commands) = verify_cold(chip, wire, None);
    let resident = Bench::new(chip, wire, None).verify_resident();
    let (mut verifies, mut unchanged) = (vec![], vec![]);
    let mut reads = vec![];
    let write = extent.seconds(wire, |size| {
        let image = firmware(size);
        let mut bench = Bench::new(chip, wire, None);
        let time = bench.write(&image);
        verifies.push(bench.verify(&image));
        unchanged.push(bench.write_unchanged(&image));
        reads.push(bench.read(&image));
        time
    });
    let again = |times: Vec<Duration>| {
        let mut times = times.into_iter();
        extent.seconds(wire, |_| times.next().unwrap_or_default())
    };
    let [verify, unchanged, read] = [verifies, unchanged, reads].map(again);
    let floor = extent.seconds(wire, |size| write_floor(wire, &firmware(size)));
    let blank = extent.seconds(wire, |size| {
        Bench::new(chip, wire, None).write(&mostly_blank(size))
    });
    let blank_floor = extent.seconds(wire, |size| write_floor(wire, &mostly_blank(size)));
    let read_floor = wire.time(WHOLE).as_secs_f64();
    println!(
        "| {chip} | {} | {} ms | {:.3} s, {commands} commands | {:.4} s | {verify:.3} s | \
         {write:.3} s | {:.4} | +{:.4} s | {blank:.3} s | {:.3} | {read:.3} s | {:.4} |",
        name(wire),
        wire.latency_ms,
        cold.as_secs_f64(),
        resident.as_secs_f64(),
        write / floor,
        unchanged - verify,
        blank / blank_floor,
        read / read_floor,
    );
}
