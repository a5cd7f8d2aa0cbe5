//! What several test programs share. Each uses only some of it.
#![allow(dead_code, clippy::expect_used, clippy::panic, clippy::unwrap_used)]

pub mod captures;
