//! Plans and the machines that carry them out: write, verify, read.
