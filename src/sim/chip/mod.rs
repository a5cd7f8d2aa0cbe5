//! The chips as machines, one file a chip.

mod esp32;
mod esp32c2;
mod esp32c3;
mod esp32c5;
mod esp32c6;
mod esp32c61;
mod esp32h2;
mod esp32p4;
mod esp32s2;
mod esp32s3;
mod esp32s31;
mod esp8266;

pub use esp32::ESP32;
pub use esp32c2::ESP32C2;
pub use esp32c3::ESP32C3;
pub use esp32c5::ESP32C5;
pub use esp32c6::ESP32C6;
pub use esp32c61::ESP32C61;
pub use esp32h2::ESP32H2;
pub use esp32p4::ESP32P4;
pub use esp32s2::ESP32S2;
pub use esp32s3::ESP32S3;
pub use esp32s31::ESP32S31;
pub use esp8266::ESP8266;

use super::soc::Soc;

/// All chips that can execute their mask ROM.
pub static ALL: &[&Soc] = &[
    &ESP8266, &ESP32, &ESP32S2, &ESP32S3, &ESP32C2, &ESP32C3, &ESP32C5, &ESP32C6, &ESP32C61,
    &ESP32H2, &ESP32P4, &ESP32S31,
];
