//! The modelled loader against the real ROMs.
//!
//! Both get the same requests, good and bad, and must give the same answers,
//! stale bytes included; then their flashes must hold the same. A difference
//! is told as the shortest sequence that shows it.
//!
//! ESPWIRE_ONLY=esp32c3 compares that chip alone.
//!
//! `tests/roms.sh` fetches the ROMs. Without them there is nothing to execute,
//! and the test says so; with ESPWIRE_REQUIRE_ROMS=1 that is a failure.

#![cfg(feature = "sim")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "all of it is a test"
)]

#[path = "../common/mod.rs"]
mod common;
mod compare;
mod pair;
mod random;
mod step;
mod systematic;

use common::roms;
use compare::{Difference, difference, minimised};
use espwire::chip::Chip;
use espwire::sim::rom::Security;
use pair::Subject;
use std::num::NonZero;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use step::Step;

/// Random sequences for each ROM in each mode.
const SEEDS: u64 = 8;
/// Differences that are told; each is made shorter first, which takes a while.
const MOST_TOLD: usize = 4;

/// Steps with a name, to be taken after the greeting.
struct Sequence {
    name: String,
    steps: Vec<Step>,
}

/// RAM that the loaders do not use, 64 KiB.
fn ram(chip: &Chip) -> u32 {
    match chip.arg {
        "esp32" | "esp32s2" => 0x3ffd_0000,
        "esp32s3" => 0x3fca_0000,
        "esp32c2" => 0x3fcb_0000,
        "esp32c3" => 0x3fc9_0000,
        "esp32c6" => 0x4084_0000,
        "esp32p4" => 0x4ff6_0000,
        "esp32s31" => 0x2f02_0000,
        _ => 0x4081_0000,
    }
}

/// Every ROM that can be executed, in every mode that it has.
fn subjects() -> Vec<Subject> {
    let plain = Security::default();
    let locked = Security {
        secure_download: true,
        ..plain
    };
    let only = std::env::var("ESPWIRE_ONLY").unwrap_or_default();
    let files = roms::files();
    files
        .iter()
        .flat_map(|file| [plain, locked].map(|security| Subject::new(file, security)))
        .flatten()
        .filter(|subject| subject.name.contains(&only))
        .collect()
}

/// Compares all sequences of all ROMs, on all cores.
fn compare_all(sequences: impl Fn(&Subject) -> Vec<Sequence>) {
    if !roms::at_hand() {
        return;
    }
    let subjects = subjects();
    let work = subjects.iter().flat_map(|subject| {
        let sequences = sequences(subject).into_iter();
        sequences.map(move |sequence| (subject, sequence))
    });
    let work = Mutex::new(work.collect::<Vec<_>>().into_iter());
    let told = Mutex::new(vec![]);
    let (compared, steps) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let worker = || {
        loop {
            let Some((subject, sequence)) = work.lock().unwrap().next() else {
                return;
            };
            compared.fetch_add(1, Ordering::Relaxed);
            steps.fetch_add(sequence.steps.len(), Ordering::Relaxed);
            let Some(found) = difference(subject, &sequence.steps) else {
                continue;
            };
            let (shortest, found) = minimised(subject, sequence.steps, found);
            told.lock()
                .unwrap()
                .push(tell(subject, &sequence.name, &shortest, &found));
            if told.lock().unwrap().len() >= MOST_TOLD {
                return;
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, NonZero::get) {
            scope.spawn(worker);
        }
    });
    let told = told.into_inner().unwrap();
    assert!(told.is_empty(), "{}", told.join("\n\n"));
    let (compared, steps) = (compared.into_inner(), steps.into_inner());
    assert!(compared > 0);
    eprintln!(
        "{steps} commands in {compared} sequences, {} ROMs and modes",
        subjects.len()
    );
}

fn tell(subject: &Subject, name: &str, steps: &[Step], found: &Difference) -> String {
    let steps: Vec<String> = steps.iter().map(Step::to_string).collect();
    format!(
        "{}: {name}:\n  {}\n{found}",
        subject.name,
        steps.join("\n  ")
    )
}

#[test]
fn every_command_right_and_wrong() {
    compare_all(systematic::all);
}

#[test]
fn random_sequences() {
    compare_all(|subject| {
        let sequences = (0..SEEDS).map(|seed| random::sequence(subject, seed));
        sequences.collect()
    });
}
