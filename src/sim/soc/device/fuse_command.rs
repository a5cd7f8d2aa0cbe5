//! The eFuse controller's command register (TRM, "eFuse Controller").
//!
//! A command takes a moment: the register shows it once before it is done. The
//! ESP32's ROM resets the chip if it never sees it.

use super::{Device, Io};

/// The register.
#[derive(Debug, Default)]
pub(super) struct FuseCommand {
    /// What was started and has not been looked at yet.
    running: u32,
}

impl Device for FuseCommand {
    fn load(&mut self, _offset: u32, _io: &mut Io<'_, '_>) -> Option<u32> {
        Some(std::mem::take(&mut self.running))
    }

    fn store(&mut self, _offset: u32, value: u32, _io: &mut Io<'_, '_>) {
        self.running = value;
    }
}
