//! The fuzz targets' bodies as plain tests, over the committed seeds.
//!
//! The seeds are made here, of the captures and of small images: with
//! `ESPWIRE_WRITE_SEEDS=1` in the environment the tests write them anew, else
//! they check that the files are what would be written.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "all of it is a test"
)]

#[path = "../common/mod.rs"]
mod common;
#[path = "../../fuzz/bodies/image.rs"]
mod image;
#[path = "../../fuzz/bodies/request.rs"]
mod request;
#[path = "../../fuzz/bodies/response.rs"]
mod response;
mod seeds;
#[path = "../../fuzz/bodies/slip.rs"]
mod slip;

use seeds::Seeds;

/// Runs a body over the seeds as they are, shortened, and altered.
fn run(body: fn(&[u8]), seeds: &Seeds) {
    for seed in seeds.values() {
        body(seed);
        for len in (0..seed.len()).step_by(1 + seed.len() / 16) {
            body(&seed[..len]);
            let mut altered = seed.clone();
            altered[len] ^= 0x80 >> (len % 8);
            body(&altered);
        }
    }
}

#[test]
fn slip_body() {
    run(slip::run, &seeds::slip());
}

#[test]
fn response_body() {
    run(response::run, &seeds::response());
}

#[test]
fn request_body() {
    run(request::run, &seeds::request());
}

#[test]
fn image_body() {
    run(image::run, &seeds::image());
}

#[test]
fn seeds_on_disk_are_these() {
    seeds::compare("slip", &seeds::slip());
    seeds::compare("response", &seeds::response());
    seeds::compare("request", &seeds::request());
    seeds::compare("image", &seeds::image());
}
