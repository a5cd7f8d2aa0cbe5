//! What a caller may ask of a session.

use super::event::Event;
use super::resets::Before;
use super::usb::UsbId;
use super::work::tell;
use crate::chip::{Chip, UsbPort};
use crate::connection::{Approach, CancelToken};
use crate::stub::Image;
use crate::time::Duration;
use std::fmt;

/// What a session is to do, and how.
///
/// The default detects the chip and the size of its flash, resets through
/// the usual two transistors, and works at 460800 baud without a deadline.
pub struct Options<'o> {
    pub(super) chip: Option<&'static Chip>,
    pub(super) baud: u32,
    pub(super) before: Before,
    pub(super) flash_size: Option<u32>,
    pub(super) usb: Option<UsbId>,
    pub(super) stub: StubPolicy,
    pub(super) locate: Locate,
    pub(super) deadline: Option<Duration>,
    pub(super) cancel: CancelToken,
    pub(super) observer: Option<Box<Observer<'o>>>,
}

/// Hears of everything that happens, on the thread that called the session.
pub type Observer<'o> = dyn FnMut(&Event<'_>) + Send + 'o;

/// What build tools use on boards of all kinds.
const DEFAULT_BAUD: u32 = 460_800;

impl Default for Options<'_> {
    fn default() -> Self {
        Self {
            chip: None,
            baud: DEFAULT_BAUD,
            before: Before::default(),
            flash_size: None,
            usb: None,
            stub: StubPolicy::default(),
            locate: Locate::default(),
            deadline: None,
            cancel: CancelToken::new(),
            observer: None,
        }
    }
}

impl<'o> Options<'o> {
    /// The default.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The chip that must be at the other end. Default: whichever it is.
    /// Naming it saves a command or two, and refuses any other.
    #[must_use]
    pub fn chip(mut self, chip: &'static Chip) -> Self {
        self.chip = Some(chip);
        self
    }

    /// The rate to work at, in bits per second; default 460800. The session
    /// falls back to the rate it connected at if chip and host do not
    /// understand each other. Over USB it means nothing. The ESP8266's ROM
    /// cannot change its rate, but measures it: it works at this one if the
    /// chip has been named, and at 115200 otherwise.
    #[must_use]
    pub fn baud(mut self, baud: u32) -> Self {
        self.baud = baud;
        self
    }

    /// How the chip gets into its loader.
    #[must_use]
    pub fn before(mut self, before: Before) -> Self {
        self.before = before;
        self
    }

    /// Size of the flash in bytes. Default: what the flash says of itself,
    /// which takes a command more. Too large a size lets a write wrap around
    /// to the start of the flash.
    #[must_use]
    pub fn flash_size(mut self, bytes: u32) -> Self {
        self.flash_size = Some(bytes);
        self
    }

    /// What the port is, if it is a USB device. Default: unknown, taken for a
    /// serial port with the usual two transistors.
    #[must_use]
    pub fn usb(mut self, usb: UsbId) -> Self {
        self.usb = Some(usb);
        self
    }

    /// Whether a stub takes over from the ROM's loader. Default: where it can.
    #[must_use]
    pub fn stub(mut self, policy: StubPolicy) -> Self {
        self.stub = policy;
        self
    }

    /// Whether a verify finds out where a region differs first.
    #[must_use]
    pub fn locate(mut self, locate: Locate) -> Self {
        self.locate = locate;
        self
    }

    /// How long the whole session may take, on the transport's clock.
    /// Default: for ever; every single wait is bounded all the same.
    #[must_use]
    pub fn deadline(mut self, time: Duration) -> Self {
        self.deadline = Some(time);
        self
    }

    /// A token by which another thread, or the observer, cancels the session.
    #[must_use]
    pub fn cancel(mut self, token: CancelToken) -> Self {
        self.cancel = token;
        self
    }

    /// Who hears of everything that happens, on the thread that calls the
    /// session. It may cancel by the session's [token](Self::cancel).
    #[must_use]
    pub fn observer(mut self, observer: impl FnMut(&Event<'_>) + Send + 'o) -> Self {
        self.observer = Some(Box::new(observer));
        self
    }

    /// Tells whoever hears.
    pub(super) fn tell(&mut self, event: &Event<'_>) {
        tell(&mut self.observer, event);
    }

    /// Which of the chips' own USB ports it is.
    pub(super) fn usb_port(&self) -> Option<UsbPort> {
        self.usb.and_then(UsbId::port)
    }

    pub(super) fn approach(&self) -> Approach {
        match (&self.before, self.usb_port()) {
            (Before::NoReset, _) => Approach::Sync,
            (Before::NoResetNoSync, _) => Approach::Nothing,
            (Before::Custom(sequence), _) => Approach::Reset(vec![sequence.clone()]),
            (Before::UsbReset, _) | (Before::DefaultReset, Some(UsbPort::SerialJtag)) => {
                Approach::usb_serial_jtag()
            }
            (Before::DefaultReset, _) => Approach::classic(),
        }
    }
}

impl fmt::Debug for Options<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("chip", &self.chip.map(|chip| chip.name))
            .field("baud", &self.baud)
            .field("before", &self.before)
            .field("flash_size", &self.flash_size)
            .field("usb", &self.usb)
            .field("stub", &self.stub)
            .field("locate", &self.locate)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

/// Whether a stub takes over from the ROM's loader.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum StubPolicy {
    /// One that runs already, or else the embedded one, where the chip and the
    /// port allow it. If it cannot be trusted, the ROM's loader goes on alone.
    #[default]
    Auto,
    /// The ROM's loader does everything. A stub that runs already is used all
    /// the same: without a reset there is no way back from it.
    Off,
    /// As [`Auto`](Self::Auto), with this image.
    Image(Image),
}

/// Whether a verify finds out where a region differs first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Locate {
    /// Where it costs next to nothing: a stub tells.
    #[default]
    IfCheap,
    /// Always. A ROM has to hash such a region once more for it, in parts.
    Always,
    /// Never.
    Never,
}
