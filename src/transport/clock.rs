//! Real time, for the transports that live in it. The only place that asks
//! the operating system for the time, and the list of waits that only such
//! transports have.

use crate::time::{Duration, Instant};
use std::sync::OnceLock;

/// How long a TCP connection may take to be made, for each address of a host.
pub(super) const CONNECT: Duration = Duration::from_secs(5);
/// How long a driver may take to send what it was given before a port's rate
/// is changed. Whoever changes a rate has had an answer to what it sent, so
/// this is not expected to be used up.
#[cfg(feature = "serial")]
pub(super) const DRAIN: Duration = Duration::from_millis(100);
/// How often it is asked whether it has.
#[cfg(feature = "serial")]
pub(super) const DRAIN_POLL: Duration = Duration::from_millis(1);

static EPOCH: OnceLock<std::time::Instant> = OnceLock::new();

/// The time since this process first asked.
pub(crate) fn now() -> Instant {
    Instant::ZERO + EPOCH.get_or_init(std::time::Instant::now).elapsed()
}

pub(crate) fn sleep_until(until: Instant) {
    std::thread::sleep(until - now());
}
