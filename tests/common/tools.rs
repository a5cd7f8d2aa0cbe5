//! Programs that some tests need and that may not be installed.

#![allow(dead_code, clippy::print_stderr, reason = "all of it is a test")]

use std::process::{Command, Stdio};

/// Whether all these programs are there; if not, says what has them.
///
/// # Panics
/// One is missing, and ESPWIRE_REQUIRE_TOOLS is set.
pub fn at_hand(programs: &[&str], packages: &str) -> bool {
    let missing: Vec<&&str> = programs
        .iter()
        .filter(|program| {
            let mut version = Command::new(program);
            version.arg("--version").stdout(Stdio::null());
            !version.status().is_ok_and(|status| status.success())
        })
        .collect();
    if missing.is_empty() {
        return true;
    }
    assert!(
        std::env::var("ESPWIRE_REQUIRE_TOOLS").is_err(),
        "missing: {missing:?}"
    );
    eprintln!("skipped, missing: {missing:?} (Debian: {packages})");
    false
}
