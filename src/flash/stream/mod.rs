//! The machines behind a stub's fast path, without any I/O: what a write is
//! cut into, what goes when, what is sent again, what a read asks for.
//!
//! | module | what |
//! |---|---|
//! | [`segment`] | from regions to the table of a write session |
//! | [`source`] | the session's data, compressed ahead of the link on a thread |
//! | [`pace`] | from what is measured to block and window |
//! | [`sender`] | the window of a write: go back, ask, give up |
//! | [`reader`] | the window of a read |
//!
//! The protocol is that of `docs/stubs.md`.

pub mod pace;
pub mod reader;

pub mod segment;
pub mod sender;
pub mod source;
