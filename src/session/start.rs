//! From a port to a chip whose flash is connected, in as few commands as it
//! takes: SYNC until the loader has measured the rate (two as a rule), one to
//! tell the chip, CHANGE_BAUDRATE, SPI_ATTACH, two to ask for the flash's id.
//! Then a stub takes over, see [`stub`], or SPI_SET_PARAMS makes the ROM ready.

use super::event::Event;
use super::options::{Options, StubPolicy};
use super::report::Report;
use super::stub::{self, Chosen};
use super::timings::Timings;
use super::work::tell;
use super::{Arrival, Failed, Flash, Known, Session};
use crate::chip::{Revision, UsbPort};
use crate::connection::{Approach, BaudChange, Connection, Detected, Greeting, Limits, timing};
use crate::error::{ChipError, Error, Result};
use crate::flash::{Abilities, Flasher, controller};
use crate::stub::{Sight, Stub, WithoutStub};
use crate::time::{Duration, Instant};
use crate::transport::{Settings, Transport};
use crate::wire::{Dialect, Loader, Opcode, ReadReg, SecurityInfo, SpiAttach, WriteReg};

/// The rate that boards are connected at: whatever boot log there is comes at
/// this one.
const ROM_BAUD: u32 = 115_200;

impl<'o, T: Transport> Session<'o, T> {
    /// Brings the chip into its loader, makes sure that it is the right one,
    /// and connects its flash.
    ///
    /// # Errors
    /// With the port: nobody answers, it is another chip, the loader refuses,
    /// the port is gone, cancelled, or the deadline passed.
    pub fn connect(port: T, options: Options<'o>) -> Result<Self, Failed<T>> {
        let (connection, settings) = Self::open(port, &options)?;
        let began = connection.transport().now();
        Self::start(connection, settings, options, began)
    }

    /// Takes the port, with what it has to be given back with.
    pub(super) fn open(
        port: T,
        options: &Options<'_>,
    ) -> Result<(Connection<T>, Settings), Failed<T>> {
        let settings = match port.settings() {
            Ok(settings) => settings,
            Err(error) => {
                return Err(Failed {
                    error: error.into(),
                    port,
                });
            }
        };
        let limits = Limits {
            cancel: options.cancel.clone(),
            deadline: options.deadline.map(|time| port.now() + time),
        };
        match Connection::new(port, limits) {
            Ok(connection) => Ok((connection, settings)),
            Err((error, port)) => Err(Failed { error, port }),
        }
    }

    /// Brings the chip into its loader; what it takes counts from `began`.
    pub(super) fn start(
        mut connection: Connection<T>,
        settings: Settings,
        mut options: Options<'o>,
        began: Instant,
    ) -> Result<Self, Failed<T>> {
        let start = match start(&mut connection, &mut options) {
            Ok(start) => start,
            Err(error) => return Err(Failed::restored(error, connection, &settings)),
        };
        let known = Known {
            chip: start.abilities.chip,
            loader: start.loader(),
            stub: start.stub,
            sight: start.sight,
            abilities: start.abilities,
            port: options.usb_port(),
            security: start.security,
            flash: start.flash,
            revision: start.revision,
            mac: None,
        };
        let mut timings = Timings::connected_since(began, &connection);
        timings.connect = timings.connect.saturating_sub(start.took);
        timings.stub = start.took;
        let mut session = Self::new(connection, settings, known, options, timings);
        session.tell_start(start.greeting.resets);
        Ok(session)
    }

    pub(super) fn new(
        connection: Connection<T>,
        settings: Settings,
        known: Known,
        options: Options<'o>,
        timings: Timings,
    ) -> Self {
        Self {
            connection,
            settings,
            observer: options.observer,
            locate: options.locate,
            known,
            arrival: Arrival::default(),
            report: Report::default(),
            timings,
        }
    }

    pub(super) fn tell_start(&mut self, resets: u32) {
        self.emit(&Event::Connected {
            chip: self.known.chip,
            loader: self.known.loader,
            resets,
            baud: self.connection.baud(),
        });
        self.emit(&Event::Flash {
            id: self.known.flash.id,
            size: self.known.flash.size,
        });
        let outcome = self.known.stub.as_ref().copied();
        tell(&mut self.observer, &Event::Stub { outcome });
    }
}

/// What is known once the chip is connected.
pub(super) struct Start {
    pub(super) greeting: Greeting,
    pub(super) abilities: Abilities,
    pub(super) security: Option<SecurityInfo>,
    pub(super) flash: Flash,
    pub(super) revision: Option<Revision>,
    pub(super) stub: Result<Stub, WithoutStub>,
    pub(super) sight: Sight,
    /// What the stub's upload and the rest that is about it took.
    pub(super) took: Duration,
}

impl Start {
    const fn loader(&self) -> Loader {
        match self.stub {
            Ok(_) => Loader::Stub,
            Err(_) => self.greeting.loader,
        }
    }
}

/// Why connecting did not come to its end.
pub(super) enum Stop {
    Error(Error),
    /// The stub: connecting begins anew, and goes on without.
    Stub(WithoutStub),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// How often connecting begins anew after an answer that was lost or spoiled.
const TRIES: u32 = 3;

fn start<T: Transport>(connection: &mut Connection<T>, options: &mut Options<'_>) -> Result<Start> {
    let mut approach = options.approach();
    let mut baud = options.baud;
    let mut resets = 0;
    let mut tries = 0;
    let mut given_up = None;
    let mut attempt = 0;
    loop {
        attempt += 1;
        options.tell(&Event::Connecting { attempt });
        let mut met = greet(connection, options, &approach)?;
        resets += met.greeting.resets;
        met.greeting.resets = resets;
        let error = match prepare(connection, options, met, &mut baud, given_up.as_ref()) {
            Ok(start) => return Ok(start),
            Err(Stop::Stub(why)) => {
                log::warn!(target: "espwire::session", "{why}; going on with the ROM's loader");
                given_up = Some(why);
                continue;
            }
            Err(Stop::Error(error)) => error,
        };
        tries += 1;
        if tries == TRIES || !may_be_noise(&error) {
            return Err(error);
        }
        log::warn!(target: "espwire::session", "{error}; connecting anew");
        if approach == Approach::Nothing {
            approach = Approach::Sync;
        }
    }
}

/// Whether a byte that was lost or spoiled on the way can have caused it.
fn may_be_noise(error: &Error) -> bool {
    matches!(
        error,
        Error::NoAnswer(_)
            | Error::Wire(_)
            | Error::Device(_)
            | Error::Chip(ChipError::Unknown { .. })
    )
}

/// Who answered, and which stub it is if that is known.
pub(super) struct Met {
    pub(super) greeting: Greeting,
    pub(super) stub: Option<Stub>,
}

/// From an answer to a flash that is connected.
fn prepare<T: Transport>(
    connection: &mut Connection<T>,
    options: &Options<'_>,
    met: Met,
    baud: &mut u32,
    given_up: Option<&WithoutStub>,
) -> Result<Start, Stop> {
    if met.greeting.loader == Loader::Stub {
        if let Some(why) = given_up {
            let why = why.clone();
            return Err(Error::from(ChipError::Stub { why }).into());
        }
        return Ok(stub::resident(connection, options, met, *baud)?);
    }
    let detected = connection.detect(options.chip, Loader::Rom)?;
    let mut abilities = Abilities::of_rom(detected.chip);
    if detected.secure_download() {
        abilities = abilities.in_secure_download();
    }
    power_flash(connection, detected, abilities)?;
    let chosen = match given_up {
        None => stub::choose(connection, options, &detected)?,
        Some(why) => Chosen::without(why.clone()),
    };
    let rate = if chosen.keeps_rate() {
        *baud
    } else {
        connection.baud()
    };
    if let Err(error) = speed_up(connection, options, rate, abilities) {
        return Err(lost_at(baud, error).into());
    }
    let mut start = Start {
        greeting: met.greeting,
        abilities,
        security: detected.security,
        flash: find_flash(connection, options, abilities, &chosen)?,
        revision: chosen.revision,
        stub: Err(WithoutStub::NoFlash),
        sight: Sight::Unproven,
        took: Duration::ZERO,
    };
    start.stub = match (chosen.image, start.flash.id) {
        (Err(why), _) => Err(why),
        (Ok(_), None) => Err(WithoutStub::NoFlash),
        (Ok(image), Some(id)) => {
            let began = connection.transport().now();
            stub::load(connection, &mut start, &image, id, options, baud)?;
            start.took = connection.transport().now().since(began);
            return Ok(start);
        }
    };
    if let Some(size) = start.flash.size {
        Flasher::new(connection, abilities, None).set_size(size)?;
    }
    Ok(start)
}

/// If the chip was lost at a rate, the next try is made at a slower one, and the
/// last at the one at which it is met.
pub(super) fn lost_at(baud: &mut u32, error: Error) -> Error {
    if let Error::NoAnswer(silence) = &error {
        log::warn!(target: "espwire::session", "lost the chip at {baud} baud ({silence})");
        *baud = slower(*baud).unwrap_or(ROM_BAUD);
    }
    error
}

/// Gets an answer. A ROM that cannot change its rate is met at the rate to
/// work at, which it measures on the first SYNC.
fn greet<T: Transport>(
    connection: &mut Connection<T>,
    options: &Options<'_>,
    approach: &Approach,
) -> Result<Met> {
    let met = |greeting| Met {
        greeting,
        stub: None,
    };
    connection.set_dialect(Dialect::ROM);
    connection.set_rate_pause(Duration::ZERO);
    match approach {
        Approach::Reset(_) => {}
        Approach::Nothing if options.stub != StubPolicy::Off => return stub::meet(connection),
        _ => return connection.connect(approach).map(met),
    }
    let measures = options
        .chip
        .is_some_and(|chip| !chip.rom.supports(Opcode::CHANGE_BAUDRATE));
    if measures && options.baud != ROM_BAUD {
        connection.set_host_baud(options.baud)?;
        match connection.connect(approach) {
            Err(Error::NoAnswer(silence)) => {
                log::warn!(target: "espwire::session",
                    "at {} baud: {silence}; trying {ROM_BAUD}", options.baud);
            }
            outcome => return outcome.map(met),
        }
    }
    connection.set_host_baud(ROM_BAUD)?;
    connection.connect(approach).map(met)
}

/// Turns the flash's power on, on a revision whose ROM leaves it off.
fn power_flash<T: Transport>(
    connection: &mut Connection<T>,
    detected: Detected,
    abilities: Abilities,
) -> Result<()> {
    let chip = detected.chip;
    let version = detected.security.and_then(|info| info.api_version);
    let (Some(power), Some(fuses)) = (&chip.flash_power, &chip.revision) else {
        return Ok(());
    };
    if version.is_none_or(|version| version < power.since_api_version)
        || !abilities.has(Opcode::READ_REG)
    {
        return Ok(());
    }
    let mut read = |address| connection.ask(&ReadReg { address }, timing::COMMAND);
    let revision = fuses.read(&mut read)?;
    let mut revisions = power.revisions.iter();
    let Some(power) = revisions.find(|power| power.revision == revision.number()) else {
        return Ok(());
    };
    let writes = match power.by_rom {
        Some((bit, writes)) if bit.of(read(bit.address)?) == 1 => writes,
        _ => power.on,
    };
    connection.command(&WriteReg { writes }, timing::COMMAND)
}

/// Raises the rate, and connects the flash, which shows that the rate works. If
/// it does not, a slower one may.
pub(super) fn speed_up<T: Transport>(
    connection: &mut Connection<T>,
    options: &Options<'_>,
    baud: u32,
    abilities: Abilities,
) -> Result<()> {
    // USB has no rate.
    let wanted = options.usb_port().is_none() && abilities.has(Opcode::CHANGE_BAUDRATE);
    if !wanted || baud == connection.baud() {
        return Flasher::new(connection, abilities, None).attach();
    }
    let attach = SpiAttach::default();
    let mut baud = baud;
    while connection.change_baud(baud, &attach)? == BaudChange::Failed {
        match slower(baud) {
            Some(next) if next > connection.baud() => baud = next,
            _ => break,
        }
    }
    Ok(())
}

/// The rate that is tried when a faster one does not work: slow enough for any
/// adapter and cable that works at all.
const SLOWER: u32 = 460_800;

fn slower(baud: u32) -> Option<u32> {
    (baud > SLOWER).then_some(SLOWER)
}

/// Quiets the watchdogs, and asks the flash for its id, unless its size is given
/// and no stub is to be compared with it.
fn find_flash<T: Transport>(
    connection: &mut Connection<T>,
    options: &Options<'_>,
    abilities: Abilities,
    chosen: &Chosen,
) -> Result<Flash> {
    // A reset over USB-Serial/JTAG leaves the watchdogs armed. Where it is not
    // known what the port is, quieting them does no harm.
    let may_bite = abilities.chip.has_usb(UsbPort::SerialJtag)
        && matches!(options.usb_port(), None | Some(UsbPort::SerialJtag));
    let quiet = match &abilities.chip.watchdogs {
        Some(watchdogs) if may_bite => controller::quiet_watchdogs(watchdogs),
        _ => Vec::new(),
    };
    let mut flasher = Flasher::new(connection, abilities, None);
    let mut flash = Flash {
        id: None,
        size: options.flash_size,
    };
    if abilities.has(Opcode::WRITE_REG) {
        if flash.size.is_none() || chosen.image.is_ok() {
            match flasher.identify(&quiet) {
                Ok(id) => {
                    flash = Flash {
                        id: Some(id),
                        size: flash.size.or_else(|| id.size()),
                    }
                }
                // It need not be an error yet: what is asked for may not
                // concern the flash.
                Err(Error::Chip(ChipError::NoFlash { .. })) => {}
                Err(error) => return Err(error),
            }
        } else if !quiet.is_empty() {
            connection.ask(&WriteReg { writes: &quiet }, timing::COMMAND)?;
        }
    }
    Ok(flash)
}
