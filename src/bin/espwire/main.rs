//! The `espwire` program.

fn main() {}
