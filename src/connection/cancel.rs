//! Stopping a session from outside.

use crate::time::Instant;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Cancels what runs under it, from any thread.
///
/// Every wait of a session looks at its token at least every 20 ms.
#[derive(Clone, Debug, Default)]
pub struct CancelToken(Arc<AtomicBool>);

impl CancelToken {
    /// A token that is not cancelled.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Cancels, for good.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it was cancelled.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What bounds everything that a connection does.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    /// Cancels from outside.
    pub cancel: CancelToken,
    /// When everything must be over, on the transport's clock.
    pub deadline: Option<Instant>,
}
