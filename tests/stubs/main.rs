//! The committed stub images, executed: uploaded through the loader of each
//! chip, modelled and, where `tests/roms.sh` has fetched it, its own.

#![cfg(feature = "sim")]
#![allow(
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "all of it is a test"
)]

mod boards;
mod commands;
#[path = "../common/mod.rs"]
mod common;
mod figures;
mod hand_over;
mod host;
mod images;
mod leaving;
mod rates;
mod recovery;
mod sizes;
mod stub;
mod usb;
