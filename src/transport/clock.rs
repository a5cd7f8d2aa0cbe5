//! Real time, for the transports that live in it. The only place that asks
//! the operating system for the time.

use crate::time::Instant;
use std::sync::OnceLock;

static EPOCH: OnceLock<std::time::Instant> = OnceLock::new();

/// The time since this process first asked.
pub(crate) fn now() -> Instant {
    Instant::ZERO + EPOCH.get_or_init(std::time::Instant::now).elapsed()
}

pub(crate) fn sleep_until(until: Instant) {
    std::thread::sleep(until - now());
}
