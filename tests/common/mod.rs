//! What several test programs share.

pub mod captures;
pub mod excuses;
pub mod line;
pub mod roms;
pub mod tools;
