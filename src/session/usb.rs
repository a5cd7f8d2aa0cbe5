//! Which of a chip's ports a USB device is.

use crate::chip::{Chip, UsbPort};

/// A USB device's vendor and product number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UsbId {
    /// Vendor.
    pub vid: u16,
    /// Product.
    pub pid: u16,
}

impl UsbId {
    /// Espressif (USB-IF).
    const ESPRESSIF: u16 = 0x303a;
    /// The product number of USB-Serial/JTAG on every chip that has it.
    const SERIAL_JTAG: u16 = 0x1001;

    /// The chip's own USB port that it is, if any. USB-OTG has the chip's id
    /// for a product number.
    #[must_use]
    pub fn port(self) -> Option<UsbPort> {
        if self.vid != Self::ESPRESSIF {
            return None;
        }
        if self.pid == Self::SERIAL_JTAG {
            return Some(UsbPort::SerialJtag);
        }
        let chip = Chip::from_id(self.pid)?;
        chip.has_usb(UsbPort::Otg).then_some(UsbPort::Otg)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usb_ports_are_told_by_their_numbers() {
        let port = |vid, pid| UsbId { vid, pid }.port();
        assert_eq!(port(0x303a, 0x1001), Some(UsbPort::SerialJtag));
        assert_eq!(port(0x303a, 0x0002), Some(UsbPort::Otg));
        assert_eq!(port(0x303a, 0x0009), Some(UsbPort::Otg));
        assert_eq!(port(0x303a, 0x0012), Some(UsbPort::Otg));
        assert_eq!(port(0x303a, 0x0005), None);
        assert_eq!(port(0x303a, 0x4001), None);
        assert_eq!(port(0x10c4, 0x1001), None);
    }
}
