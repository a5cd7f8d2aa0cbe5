//! The chips as machines, one file a chip.

mod esp32c3;

pub use esp32c3::ESP32C3;

use super::soc::Soc;

/// All chips that can execute their mask ROM.
pub static ALL: &[&Soc] = &[&ESP32C3];
