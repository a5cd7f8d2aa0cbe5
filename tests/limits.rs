//! What sessions may take at most, in the board's virtual time: the same
//! figures on every run. `docs/performance.md` has the limits, and what is
//! reached with images of full size.
//!
//! Here the images are small. What a session takes grows evenly with the image,
//! beyond a fixed part: two sizes tell what it takes for 2.4 MB.

#![cfg(feature = "sim")]
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "all of it is a test, which tells its figures"
)]

#[path = "common/sessions.rs"]
mod sessions;

use espwire::chip::{Chip, ESP32, ESP32C3, ESP32C6, ESP32S3};
use espwire::time::Duration;
use sessions::{Bench, WHOLE, Wire, firmware, verify_cold, write_floor};

const MS: Duration = Duration::from_millis(1);
/// Bytes of the images: whole erase blocks.
const SIZES: [usize; 2] = [0x2_0000, 0x4_0000];

/// What an image of full size takes, from what these two take.
fn whole(times: [Duration; 2]) -> f64 {
    let [small, large] = times.map(|time| time.as_secs_f64());
    let [from, to] = SIZES.map(|size| size as f64);
    small + (large - small) / (to - from) * (WHOLE as f64 - from)
}

/// The ratio of what was measured for both sizes to the floor, for an image of
/// full size.
fn ratio(what: &str, chip: &Chip, times: [Duration; 2], floors: [Duration; 2]) -> f64 {
    let ratio = whole(times) / whole(floors);
    println!(
        "{chip} {what}: {:.3} s, {ratio:.4} of the floor; {times:?}",
        whole(times)
    );
    ratio
}

fn writes(chip: &'static Chip, wire: Wire) -> f64 {
    let images = SIZES.map(firmware);
    let times = images
        .each_ref()
        .map(|image| Bench::new(chip, wire, None).write(image));
    let floors = images.each_ref().map(|image| write_floor(wire, image));
    ratio(&format!("write {wire:?}"), chip, times, floors)
}

fn reads(chip: &'static Chip, wire: Wire) -> f64 {
    let images = SIZES.map(firmware);
    let mut bench = Bench::new(chip, wire, None);
    bench.write(&images[1]);
    let times = images.each_ref().map(|image| bench.read(image));
    ratio("read", chip, times, SIZES.map(|size| wire.time(size)))
}

/// Writes again what is there already, beyond the verify of it.
fn unchanged(chip: &'static Chip, wire: Wire) -> Duration {
    let image = firmware(SIZES[0]);
    let mut bench = Bench::new(chip, wire, None);
    bench.write(&image);
    let verify = bench.verify(&image);
    bench.write_unchanged(&image).saturating_sub(verify)
}

fn limits(chip: &'static Chip) {
    let usual = Wire::uart(921_600, 1);
    let (cold, commands) = verify_cold(chip, usual, None);
    let resident = Bench::new(chip, usual, None).verify_resident();
    let unchanged = unchanged(chip, usual);
    println!("{chip} cold {cold:?} {commands} resident {resident:?} unchanged {unchanged:?}");
    let slow = writes(chip, usual);
    let late = writes(chip, Wire::uart(921_600, 16));
    let read = reads(chip, usual);
    assert!(cold <= 200 * MS, "{chip}: {cold:?}");
    assert!(commands <= 18, "{chip}: {commands}");
    assert!(resident <= 20 * MS, "{chip}: {resident:?}");
    assert!(unchanged <= 50 * MS, "{chip}: {unchanged:?}");
    assert!(slow <= 1.03, "{chip}: {slow}");
    assert!(late <= 1.05, "{chip}: {late}");
    assert!(read <= 1.05, "{chip}: {read}");
}

/// A flash-bound write.
fn usb_write(chip: &'static Chip) {
    let usb = writes(chip, Wire::USB);
    assert!(usb <= 1.10, "{chip}: {usb}");
}

#[test]
fn esp32_keeps_the_limits() {
    limits(&ESP32);
}

#[test]
fn esp32s3_keeps_the_limits() {
    limits(&ESP32S3);
    usb_write(&ESP32S3);
}

#[test]
fn esp32c3_keeps_the_limits() {
    limits(&ESP32C3);
    usb_write(&ESP32C3);
}

#[test]
fn esp32c6_keeps_the_limits() {
    limits(&ESP32C6);
    usb_write(&ESP32C6);
}
