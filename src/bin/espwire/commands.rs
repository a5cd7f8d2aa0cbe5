//! The commands that talk to a chip.

use crate::args::{self, Command, ConnectArgs};
use crate::port::{self, ControlLines, Opened};
use crate::progress::{Progress, line};
use crate::{Done, Outcome, names};
use espwire::chip::Chip;
use espwire::connection::CancelToken;
use espwire::session::{After, Before, ChipInfo, Options, Session, StubPolicy};
use espwire::transport::{Trace, Transport};
use std::fs::File;
use std::io::Write;
use std::path::Path;

type Chips<'o> = Session<'o, Box<dyn Transport>>;

/// What all commands need.
pub struct Flashing<'a> {
    args: &'a ConnectArgs,
    chip: Option<&'static Chip>,
    before: Before,
    after: After,
    stub: StubPolicy,
    cancel: CancelToken,
}

impl<'a> Flashing<'a> {
    pub fn new(
        args: &'a ConnectArgs,
        cancel: CancelToken,
    ) -> Result<Self, Box<dyn std::error::Error>> {
        Ok(Self {
            args,
            chip: names::chip(args)?,
            before: names::before(args)?,
            after: names::after(args)?,
            stub: names::stub(args)?,
            cancel,
        })
    }

    pub fn run(&self, command: &Command) -> Outcome {
        match command {
            // What can be refused without a chip is refused before there is
            // one.
            Command::WriteFlash { header, files } => {
                let regions = names::regions(files, names::header(header)?)?;
                self.with_stub(|session| {
                    session.write(&regions)?;
                    Ok(Done::Good)
                })
            }
            Command::VerifyFlash { header, files } => {
                let regions = names::regions(files, names::header(header)?)?;
                self.with_stub(|session| {
                    let report = session.verify(&regions)?;
                    Ok(if report.all_hold() {
                        Done::Good
                    } else {
                        Done::Differs
                    })
                })
            }
            Command::ReadFlash {
                address,
                size,
                file,
            } => {
                let size = number_or_all(size)?;
                self.with_stub(|session| read(session, *address, size, file))
            }
            Command::EraseFlash => self.with_stub(|session| erase(session, 0, None)),
            Command::EraseRegion { address, size } => {
                let size = number_or_all(size)?;
                self.with_stub(|session| erase(session, *address, size))
            }
            Command::FlashId => self.with_rom(|session| {
                print_flash(&session.probe()?);
                Ok(Done::Good)
            }),
            Command::ChipInfo => self.with_rom(|session| {
                print_chip(&session.probe()?);
                Ok(Done::Good)
            }),
            Command::Sim(_) => Ok(Done::Good),
        }
    }

    /// Work that a stub does better.
    fn with_stub(&self, work: impl FnOnce(&mut Chips<'_>) -> Outcome) -> Outcome {
        self.with_session(self.stub.clone(), work)
    }

    /// Work that is not worth a stub's upload.
    fn with_rom(&self, work: impl FnOnce(&mut Chips<'_>) -> Outcome) -> Outcome {
        self.with_session(StubPolicy::Off, work)
    }

    /// Connects, works, and leaves the chip as told, whatever came of the
    /// work.
    fn with_session(
        &self,
        stub: StubPolicy,
        work: impl FnOnce(&mut Chips<'_>) -> Outcome,
    ) -> Outcome {
        let name = self.args.port.as_deref().ok_or_else(|| {
            format!(
                "no port: say which with --port or ESPWIRE_PORT; {}",
                port::known_ports()
            )
        })?;
        let Opened {
            transport,
            usb,
            lines,
        } = port::open(name)?;
        let transport = if self.args.trace {
            Box::new(Trace::to_writer(transport, std::io::stderr()))
        } else {
            transport
        };
        let mut progress = Progress::new();
        let before = match (&self.before, lines) {
            (Before::DefaultReset | Before::UsbReset, ControlLines::Missing) => Before::NoReset,
            (before, _) => before.clone(),
        };
        let mut options = Options::new()
            .baud(self.args.baud)
            .before(before)
            .stub(stub)
            .cancel(self.cancel.clone())
            .observer(move |event| progress.show(event));
        if let Some(chip) = self.chip {
            options = options.chip(chip);
        }
        if let Some(usb) = usb {
            options = options.usb(usb);
        }
        let mut session = Session::connect(transport, options)?;
        let outcome = work(&mut session);
        let after = match (self.after, lines) {
            (After::HardReset, ControlLines::Missing) => After::NoReset,
            (after, _) => after,
        };
        let finished = session.finish(after);
        let done = outcome?;
        finished?;
        Ok(done)
    }
}

/// Reads into a file that is only there once all of it has been read.
fn read(session: &mut Chips<'_>, address: u32, size: Option<u32>, path: &Path) -> Outcome {
    let size = size_or_rest(session, address, size)?;
    let mut bytes = Vec::new();
    session.read(address, size, &mut bytes)?;
    let kept = File::create(path).and_then(|mut file| file.write_all(&bytes));
    kept.map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(Done::Good)
}

fn erase(session: &mut Chips<'_>, address: u32, size: Option<u32>) -> Outcome {
    let size = size_or_rest(session, address, size)?;
    session.erase(address, size)?;
    Ok(Done::Good)
}

/// A number of bytes; `None` for all that there are.
fn number_or_all(text: &str) -> Result<Option<u32>, String> {
    match text {
        all if all.eq_ignore_ascii_case("all") => Ok(None),
        size => args::number(size).map(Some),
    }
}

/// That many bytes, or all behind `address`.
fn size_or_rest(
    session: &mut Chips<'_>,
    address: u32,
    size: Option<u32>,
) -> Result<u32, Box<dyn std::error::Error>> {
    if let Some(size) = size {
        return Ok(size);
    }
    let all = session.probe()?.flash_size;
    let all = all.ok_or("the flash does not tell its size; give the number of bytes")?;
    Ok(all.saturating_sub(address))
}

fn print_flash(info: &ChipInfo) {
    match info.flash_id {
        Some(id) => line(&format!("flash: {id}")),
        None => line("flash: does not tell its id"),
    }
    match info.flash_size {
        Some(size) => line(&format!("flash size: {} KB", size >> 10)),
        None => line("flash size: unknown"),
    }
}

fn print_chip(info: &ChipInfo) {
    line(&format!("chip: {}", info.chip));
    if let Some(revision) = info.revision {
        line(&format!("revision: {revision}"));
    }
    if let Some(mac) = info.mac {
        line(&format!("MAC: {mac}"));
    }
    match info.security {
        Some(security) => {
            let flags = security.flags;
            for (what, bit) in [
                ("secure boot", espwire::wire::SecurityFlags::SECURE_BOOT),
                (
                    "secure download mode",
                    espwire::wire::SecurityFlags::SECURE_DOWNLOAD,
                ),
            ] {
                line(&format!("{what}: {}", on(flags.has(bit))));
            }
            line(&format!(
                "flash encryption: {}",
                on(security.flash_encryption())
            ));
        }
        None => line("security: this chip's loader does not tell"),
    }
    print_flash(info);
}

const fn on(yes: bool) -> &'static str {
    if yes { "on" } else { "off" }
}
