//! The board: chip, flash, line, reset circuit, clock.

use super::firmware::{Firmware, Reset, ResetCause, Strapping, Wires};
use super::hybrid::Hybrid;
use super::line::{Line, Link, LinkKind};
use super::nor::{NorFlash, NorTimes, SectorWear, Wear};
use super::port::Port;
use super::reset_circuit::{Effect, ResetCircuit, Wiring};
use super::rom::{
    Application, Autobaud, Config, Identity, ModelledRom, Security, Uploads, Variant,
};
use super::soc::{self, Options, RomImage, Trace};
use crate::chip::{Chip, Mac, Revision};
use crate::time::{Duration, Instant};
use crate::transport::Lines;
use crate::wire::Opcode;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What EN takes to rise on a usual board: 10 kΩ and 1 µF (hardware design
/// guidelines) reach the threshold after some 10 ms; many boards have less.
const EN_RISE: Duration = Duration::from_millis(5);

/// What runs on the chip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Running {
    /// Nothing: it is held in reset, or has left its loader for nowhere.
    Nothing,
    /// The ROM, on its way to one of the others.
    Boot,
    /// The serial loader.
    Loader,
    /// What was uploaded to its RAM.
    Uploaded,
    /// The application in flash.
    Application,
}

/// What happened to a board.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Every reset, in order.
    pub resets: Vec<Reset>,
    /// Every request that the loader took, in order, known or not.
    pub commands: Vec<Opcode>,
    /// Bytes that arrived at the chip.
    pub bytes_to_chip: u64,
    /// Bytes that the host read.
    pub bytes_to_host: u64,
}

/// Everything behind the port, under one lock.
pub(super) struct Inner {
    pub(super) now: Instant,
    pub(super) line: Line,
    flash: NorFlash,
    firmware: Box<dyn Firmware>,
    circuit: ResetCircuit,
    /// When the chip comes out of reset; while EN is low, never.
    release: Release,
    record: Record,
    plug: Plug,
}

/// The plug that the board hangs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Plug {
    /// In, for the so manieth time: ports from before are gone.
    In(u32),
    /// Out, after having been in so often.
    Out(u32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Release {
    /// It runs.
    Running,
    /// EN is low.
    Held,
    /// EN is rising.
    Rising { at: Instant },
}

impl Inner {
    /// Runs the board until `until`, or until something comes to the host's
    /// side earlier.
    pub(super) fn advance(&mut self, until: Instant) {
        while self.now < until {
            let before = self.line.next_to_host();
            match self.release {
                Release::Rising { at } if at <= self.now => self.start(ResetCause::PowerOn, None),
                Release::Rising { at } => {
                    self.drop_input(at.min(until));
                    self.now = at.min(until);
                }
                Release::Held => {
                    self.drop_input(until);
                    self.now = until;
                }
                Release::Running => {
                    let mut reset = None;
                    let mut wires = Wires {
                        line: &mut self.line,
                        record: &mut self.record,
                        reset: &mut reset,
                        flash: &mut self.flash,
                    };
                    self.now = self.firmware.run(self.now, until, &mut wires).min(until);
                    if let Some(cause) = reset {
                        self.start(cause, None);
                    }
                }
            }
            if self.line.next_to_host() != before {
                break;
            }
        }
    }

    /// Nobody hears what arrives while the chip is in reset.
    fn drop_input(&mut self, until: Instant) {
        while self.line.receive_at_chip(until, None).is_some() {}
    }

    /// The chip comes out of reset, with the pins as they are, or as a port
    /// that has its own way says.
    fn start(&mut self, cause: ResetCause, forced: Option<Strapping>) {
        let strapping = forced.unwrap_or(if self.circuit.io0_low() {
            Strapping::Download
        } else {
            Strapping::Flash
        });
        let reset = Reset { cause, strapping };
        self.record.resets.push(reset);
        self.release = Release::Running;
        self.line.reset_chip(self.now);
        self.firmware.reset(reset, self.now);
    }

    pub(super) fn set_lines(&mut self, lines: Lines) {
        match self.circuit.set(lines, self.now) {
            Effect::Nothing => {}
            Effect::Held => {
                self.line.reset_chip(self.now);
                self.release = Release::Held;
            }
            Effect::Released { at } => self.release = Release::Rising { at },
            Effect::Pulse { download } => {
                let strapping = if download {
                    Strapping::Download
                } else {
                    Strapping::Flash
                };
                self.start(ResetCause::Usb, Some(strapping));
            }
        }
    }

    /// Whether nothing will happen until the host does something.
    pub(super) fn idle(&self) -> bool {
        let quiet = self.line.next_to_chip().is_none() && self.line.next_to_host().is_none();
        quiet
            && match self.release {
                Release::Running => self.firmware.idle(),
                Release::Held => true,
                Release::Rising { .. } => false,
            }
    }

    /// Whether bytes are under way, or the chip is busy with what it was asked
    /// for. What an application does is not meant.
    pub(super) fn at_work(&self) -> bool {
        let under_way = self.line.next_to_chip().is_some() || self.line.next_to_host().is_some();
        let flash_busy = self.flash.busy_until().is_some_and(|end| end > self.now);
        self.release == Release::Running
            && self.firmware.running() != Running::Application
            && (under_way || self.firmware.busy() || flash_busy)
    }

    /// Whether a port that was made when the plug was in for the so manieth
    /// time is still there.
    pub(super) fn has_port(&self, plugged: u32) -> bool {
        self.plug == Plug::In(plugged)
    }
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Board")
            .field("now", &self.now)
            .field("record", &self.record)
            .finish_non_exhaustive()
    }
}

/// A virtual board, from the side of whoever watches it.
///
/// It goes on existing when its port is dropped, and can give out a new one.
#[derive(Clone, Debug)]
pub struct Board(pub(super) Arc<Mutex<Inner>>);

impl Board {
    /// A board with this chip.
    pub fn builder(chip: &'static Chip) -> Builder {
        Builder {
            chip,
            revision: None,
            flash_size: 4 << 20,
            times: NorTimes::TYPICAL,
            flash: None,
            link: Link::default(),
            wiring: None,
            mac: Identity::MAC,
            wafer: None,
            crystal: None,
            security: Security::default(),
            application: Application::default(),
            uploads: Uploads::default(),
            autobaud: Autobaud::default(),
            start: Strapping::Flash,
            firmware: None,
            rom_image: None,
            trace: None,
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Inner> {
        // A test that panicked while it looked has left the board as it was.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A port to this board. Boards have one plug: use one port at a time.
    /// When the plug is pulled, or the USB device leaves the bus, its ports are
    /// gone for good.
    #[must_use]
    pub fn port(&self) -> Port {
        let (Plug::In(plugged) | Plug::Out(plugged)) = self.lock().plug;
        Port::new(self.clone(), plugged)
    }

    /// The board's clock.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.lock().now
    }

    /// What happened so far.
    #[must_use]
    pub fn record(&self) -> Record {
        let inner = self.lock();
        let (bytes_to_chip, bytes_to_host) = inner.line.carried;
        Record {
            bytes_to_chip,
            bytes_to_host,
            ..inner.record.clone()
        }
    }

    /// What runs on the chip.
    #[must_use]
    pub fn running(&self) -> Running {
        let inner = self.lock();
        match inner.release {
            Release::Running => inner.firmware.running(),
            _ => Running::Nothing,
        }
    }

    /// The flash.
    #[must_use]
    pub const fn flash(&self) -> FlashView<'_> {
        FlashView(self)
    }

    /// Somebody presses RESET, holding BOOT or not.
    pub fn press_reset(&self, strapping: Strapping) {
        self.lock().start(ResetCause::PowerOn, Some(strapping));
    }

    /// Somebody pulls the plug: the port is gone, and so is the power.
    pub fn unplug(&self) {
        let mut inner = self.lock();
        if let Plug::In(times) = inner.plug {
            inner.plug = Plug::Out(times);
        }
        inner.release = Release::Held;
        let now = inner.now;
        inner.flash.cut_power(now);
    }

    /// Somebody puts the plug in again: the power comes, and the chip starts.
    /// [`Board::port`] gives a port to it.
    pub fn plug_in(&self) {
        let mut inner = self.lock();
        if let Plug::Out(times) = inner.plug {
            inner.plug = Plug::In(times + 1);
        }
        inner.start(ResetCause::PowerOn, None);
    }

    /// The board's USB device leaves the bus and comes back, as one does that
    /// is reset: ports from before are gone, [`Board::port`] gives a new one.
    pub fn reenumerate(&self) {
        let mut inner = self.lock();
        if let Plug::In(times) = inner.plug {
            inner.plug = Plug::In(times + 1);
        }
    }

    /// Lets time pass without a host.
    pub fn run_for(&self, time: Duration) {
        let mut inner = self.lock();
        let until = inner.now + time;
        while inner.now < until {
            inner.advance(until);
        }
    }
}

/// The flash of a board, past the chip.
#[derive(Clone, Copy, Debug)]
pub struct FlashView<'a>(&'a Board);

impl FlashView<'_> {
    /// Bytes from `address` on.
    #[must_use]
    pub fn read(&self, address: u32, len: usize) -> Vec<u8> {
        let mut inner = self.0.lock();
        let now = inner.now;
        inner.flash.settle(now);
        inner.flash.peek(address, len)
    }

    /// Puts bytes in place.
    pub fn write(&self, address: u32, bytes: &[u8]) {
        self.0.lock().flash.poke(address, bytes);
    }

    /// Bytes in all.
    #[must_use]
    pub fn size(&self) -> u32 {
        self.0.lock().flash.size()
    }

    /// What has been done to it.
    #[must_use]
    pub fn wear(&self) -> Wear {
        self.0.lock().flash.wear()
    }

    /// What has been done to the sector that `address` is in.
    #[must_use]
    pub fn sector_wear(&self, address: u32) -> SectorWear {
        self.0.lock().flash.sector_wear(address)
    }
}

/// Makes a [`Board`].
#[must_use]
pub struct Builder {
    chip: &'static Chip,
    revision: Option<&'static Variant>,
    flash_size: u32,
    times: NorTimes,
    flash: Option<NorFlash>,
    link: Link,
    wiring: Option<Wiring>,
    mac: Mac,
    wafer: Option<Revision>,
    crystal: Option<u32>,
    security: Security,
    application: Application,
    uploads: Uploads,
    autobaud: Autobaud,
    start: Strapping,
    firmware: Option<Box<dyn Firmware>>,
    rom_image: Option<RomImage>,
    trace: Option<Trace>,
}

impl Builder {
    /// Another revision of the mask ROM than the newest.
    pub const fn rom(mut self, variant: &'static Variant) -> Self {
        self.revision = Some(variant);
        self
    }

    /// A blank flash of so many bytes, rounded up to a power of two; default
    /// 4 MB.
    pub const fn flash_size(mut self, bytes: u32) -> Self {
        self.flash_size = bytes;
        self
    }

    /// A flash with other times than the data sheet's typical ones.
    pub const fn flash_times(mut self, times: NorTimes) -> Self {
        self.times = times;
        self
    }

    /// This flash, instead of a blank one.
    pub fn flash(mut self, flash: NorFlash) -> Self {
        self.flash = Some(flash);
        self
    }

    /// The line; default UART0 without latency and faults.
    pub fn link(mut self, link: Link) -> Self {
        self.link = link;
        self
    }

    /// The reset circuit; default what goes with the link.
    pub const fn wiring(mut self, wiring: Wiring) -> Self {
        self.wiring = Some(wiring);
        self
    }

    /// The chip's base MAC address; default [`Identity::MAC`].
    pub const fn mac(mut self, mac: Mac) -> Self {
        self.mac = mac;
        self
    }

    /// The revision of the chip's wafer; default one that has its ROM.
    pub const fn wafer(mut self, revision: Revision) -> Self {
        self.wafer = Some(revision);
        self
    }

    /// The crystal, in MHz; default the usual one. A ROM that believes in
    /// another sets every rate wrong, but for the one that it measured.
    pub const fn crystal(mut self, mhz: u32) -> Self {
        self.crystal = Some(mhz);
        self
    }

    /// The chip's security eFuses; default none.
    pub const fn security(mut self, security: Security) -> Self {
        self.security = security;
        self
    }

    /// What the application in flash does; default nothing.
    pub const fn application(mut self, application: Application) -> Self {
        self.application = application;
        self
    }

    /// What becomes of uploaded code; default: it is executed.
    pub const fn uploads(mut self, uploads: Uploads) -> Self {
        self.uploads = uploads;
        self
    }

    /// Whether the first SYNC is lost, as it is on a real line; default yes.
    pub const fn autobaud(mut self, autobaud: Autobaud) -> Self {
        self.autobaud = autobaud;
        self
    }

    /// What runs when the board is made; default the application.
    pub const fn starts_in(mut self, strapping: Strapping) -> Self {
        self.start = strapping;
        self
    }

    /// The chip executes this mask ROM, instead of the modelled one.
    pub fn rom_image(mut self, image: RomImage) -> Self {
        self.rom_image = Some(image);
        self
    }

    /// Where a chip that executes a mask ROM notes which registers it touches
    /// that nobody models; default nowhere.
    pub fn trace(mut self, trace: Trace) -> Self {
        self.trace = Some(trace);
        self
    }

    /// What runs on the chip, instead of the modelled ROM.
    pub fn firmware(mut self, firmware: Box<dyn Firmware>) -> Self {
        self.firmware = Some(firmware);
        self
    }

    /// The board, switched on, and its port.
    #[must_use]
    pub fn build(self) -> (Board, Port) {
        let wiring = self.wiring.unwrap_or(match self.link.kind {
            LinkKind::Uart => Wiring::Transistors { en_rise: EN_RISE },
            LinkKind::UsbSerialJtag => Wiring::UsbSerialJtag,
        });
        let firmware = match (self.firmware, self.rom_image) {
            (Some(firmware), _) => firmware,
            (None, Some(image)) => {
                let usual = image.options();
                image.firmware(Options {
                    identity: Identity {
                        mac: self.mac,
                        revision: self.wafer.unwrap_or(usual.identity.revision),
                    },
                    security: self.security,
                    crystal: self.crystal.unwrap_or(usual.crystal),
                    trace: self.trace,
                })
            }
            (None, None) => {
                let variant = self
                    .revision
                    .or_else(|| Variant::newest(self.chip))
                    .unwrap_or(&super::rom::VARIANTS[0]);
                let config = Config {
                    variant,
                    identity: Identity {
                        mac: self.mac,
                        revision: self.wafer.unwrap_or(variant.wafer),
                    },
                    security: self.security,
                    crystal: self.crystal.unwrap_or(variant.crystal.usual),
                    application: self.application,
                    uploads: self.uploads,
                    autobaud: self.autobaud,
                };
                modelled(self.chip, config, self.trace)
            }
        };
        let mut inner = Inner {
            now: Instant::ZERO,
            line: Line::new(self.link),
            flash: self
                .flash
                .unwrap_or_else(|| NorFlash::new(self.flash_size, self.times)),
            firmware,
            circuit: ResetCircuit::new(wiring),
            release: Release::Held,
            record: Record::default(),
            plug: Plug::In(0),
        };
        inner.start(ResetCause::PowerOn, Some(self.start));
        // Switching on is not a reset that a session made.
        inner.record.resets.clear();
        let board = Board(Arc::new(Mutex::new(inner)));
        let port = board.port();
        (board, port)
    }
}

/// A chip with a modelled ROM; what is uploaded to it is executed if there is a
/// machine for it.
fn modelled(chip: &'static Chip, config: Config, trace: Option<Trace>) -> Box<dyn Firmware> {
    let options = Options {
        identity: config.identity,
        security: config.security,
        crystal: config.crystal,
        trace,
    };
    let hand_over = &config.variant.hand_over;
    let rom = ModelledRom::new(chip, config);
    match soc::of_chip(chip).map(|soc| soc::bare(soc, options)) {
        Some(Ok(machine)) => Box::new(Hybrid::new(rom, machine, hand_over)),
        _ => Box::new(rom),
    }
}
