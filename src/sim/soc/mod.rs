//! Chips as machines: what is around a core.

pub mod elf;
