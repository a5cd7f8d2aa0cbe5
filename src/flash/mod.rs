//! Plans and the machines that carry them out: write, verify, read.
//!
//! [`plan`] cuts, compresses and counts without any I/O.

mod jedec;
pub mod plan;

pub use jedec::JedecId;
