//! A stub instead of the ROM's loader: which, whether, and whether to trust it.

use super::Flash;
use super::options::{Options, StubPolicy};
use super::start::{Met, Start, Stop, lost_at, speed_up};
use crate::chip::{Chip, Revision};
use crate::connection::{Connection, Detected, Greeting, timing};
use crate::digest::DigestKind;
use crate::error::{ChipError, Error, Result};
use crate::flash::{Abilities, Flasher, JedecId};
use crate::stub::{self, Image, Sight, Stub, Untrusted, WithoutStub, Witness};
use crate::time::Duration;
use crate::transport::Transport;
use crate::wire::own::{GetCapability, Range, VERSION};
use crate::wire::{Dialect, Loader, Opcode, ReadReg};

/// What is to be uploaded, or why nothing is.
pub(super) struct Chosen {
    pub(super) image: Result<Image, WithoutStub>,
    /// The chip's revision, if it had to be asked for.
    pub(super) revision: Option<Revision>,
}

impl Chosen {
    /// Whether the rate may be raised before the stub is there.
    pub(super) fn keeps_rate(&self) -> bool {
        self.image.as_ref().map_or(true, Image::keeps_rate)
    }

    pub(super) const fn without(why: WithoutStub) -> Self {
        Self {
            image: Err(why),
            revision: None,
        }
    }
}

/// Chooses the stub for a chip whose ROM answers.
pub(super) fn choose<T: Transport>(
    connection: &mut Connection<T>,
    options: &Options<'_>,
    detected: &Detected,
) -> Result<Chosen> {
    let chip = detected.chip;
    if options.stub == StubPolicy::Off {
        return Ok(Chosen::without(WithoutStub::AsAsked));
    }
    let why = WithoutStub::for_chip(chip, detected.security.as_ref(), options.usb_port());
    if let Some(why) = why {
        return Ok(Chosen::without(why));
    }
    let revision = match &chip.revision {
        Some(fuses) if chip.stub.ask_revision() => {
            let read = |address| connection.ask(&ReadReg { address }, timing::COMMAND);
            Some(fuses.read(read)?)
        }
        _ => None,
    };
    let image = match (WithoutStub::for_revision(chip, revision), &options.stub) {
        (Some(why), _) => Err(why),
        (None, StubPolicy::Image(image)) => Ok(image.clone()),
        (None, _) => Image::embedded(chip, revision).ok_or(WithoutStub::NoneForChip),
    };
    Ok(Chosen { image, revision })
}

/// Bytes that ROM and stub look at to compare what they see. A stub of ours sends
/// them over, which takes 6 ms at 921600 baud.
const COMPARED: u32 = 0x200;
/// The same through a ROM that cannot hash, which reads them word by word.
const COMPARED_WORDS: u32 = 16;
/// Where ESP-IDF's defaults put the partition table (Kconfig
/// `PARTITION_TABLE_OFFSET`) and the first application.
const AS_A_RULE: [u32; 2] = [0x8000, 0x1_0000];
/// What there is where nothing was written.
const UNIFORM: [[u8; COMPARED as usize]; 2] = [[0xff; COMPARED as usize], [0; COMPARED as usize]];

/// Lets a stub take over, and makes sure that it sees the flash as the ROM does.
pub(super) fn load<T: Transport>(
    connection: &mut Connection<T>,
    start: &mut Start,
    image: &Image,
    id: JedecId,
    options: &Options<'_>,
    baud: &mut u32,
) -> Result<(), Stop> {
    let chip = start.abilities.chip;
    let witness = witness(connection, start.abilities, id)?;
    stub::start(connection, image, chip.rom.ram_block)?.map_err(Stop::Stub)?;
    let (stub, sight) = witness
        .examine(connection, chip, image.origin)?
        .map_err(Stop::Stub)?;
    start.stub = Ok(stub);
    start.sight = sight;
    start.abilities = Abilities::of_stub(chip, &stub);
    connection.set_rate_pause(timing::RATE_PAUSE);
    let by_rom = chip.rom.supports(Opcode::CHANGE_BAUDRATE) && image.keeps_rate();
    if !by_rom && *baud != connection.baud() && options.usb_port().is_none() {
        let raised = speed_up(connection, options, *baud, start.abilities);
        raised.map_err(|error| lost_at(baud, error))?;
    } else if stub == Stub::Other {
        Flasher::new(connection, start.abilities, None).attach()?;
    }
    tell_size(connection, start.abilities, &stub, start.flash)?;
    Ok(())
}

/// Tells a stub the size of the flash, unless it has the same from the flash.
fn tell_size<T: Transport>(
    connection: &mut Connection<T>,
    abilities: Abilities,
    stub: &Stub,
    flash: Flash,
) -> Result<()> {
    let known = match stub {
        Stub::Own(capability) => capability.flash_size,
        Stub::Other => None,
    };
    match flash.size {
        Some(size) if known != Some(size) => {
            Flasher::new(connection, abilities, None).set_size(size)
        }
        _ => Ok(()),
    }
}

/// What the ROM says of the flash, where it holds something: all ones can be read
/// by somebody who cannot read. Where nothing is found, of its last candidate.
fn witness<T: Transport>(
    connection: &mut Connection<T>,
    abilities: Abilities,
    id: JedecId,
) -> Result<Witness> {
    let flash_id = id.word();
    let mut flasher = Flasher::new(connection, abilities, None);
    let hashes = abilities.has(Opcode::FLASH_MD5SUM);
    let length = if hashes { COMPARED } else { COMPARED_WORDS };
    let nothing = UNIFORM.map(|bytes| {
        let bytes = bytes.get(..length as usize).unwrap_or(&bytes);
        DigestKind::Md5.of(bytes)
    });
    let mut address = abilities.chip.bootloader_offset;
    let mut others = AS_A_RULE.into_iter();
    loop {
        let md5 = if hashes {
            flasher.digest(address, length)?
        } else {
            flasher.digest_by_register(address, length)?
        };
        match others.next() {
            Some(next) if nothing.contains(&md5) => address = next,
            _ => {
                let range = Range { address, length };
                return Ok(Witness {
                    flash_id,
                    range,
                    md5,
                });
            }
        }
    }
}

/// Finds out who answers where nobody has to be woken: a stub of ours, in one
/// command, or somebody who answers SYNC.
pub(super) fn meet<T: Transport>(connection: &mut Connection<T>) -> Result<Met> {
    let stub = match connection.own(&GetCapability, timing::STUB_ASKED) {
        Ok(capability) => Some(Stub::Own(capability)),
        Err(Error::NoAnswer(_) | Error::Wire(_) | Error::Device(_)) => None,
        Err(error) => return Err(error),
    };
    let loader = match stub {
        Some(_) => Loader::Stub,
        None => connection.sync(&timing::RESYNC)?,
    };
    if loader == Loader::Stub {
        connection.set_dialect(Dialect::STUB);
    }
    Ok(Met {
        greeting: Greeting { loader, resets: 0 },
        stub,
    })
}

/// Goes on with a stub that has been running before.
pub(super) fn resident<T: Transport>(
    connection: &mut Connection<T>,
    options: &Options<'_>,
    met: Met,
    baud: u32,
) -> Result<Start> {
    let stub = match met.stub {
        Some(stub) => stub,
        None => stub::recognise(connection)?,
    };
    let (chip, security, id) = match stub {
        Stub::Own(capability) => {
            if capability.version > VERSION {
                return Err(untrusted(Untrusted::Version(capability.version)));
            }
            let id = capability.chip_id;
            let Some(chip) = Chip::from_id_or_none(id) else {
                return Err(untrusted(Untrusted::OtherChip(id)));
            };
            connection.settle(options.chip, chip)?;
            (chip, None, JedecId::from_word(capability.flash_id))
        }
        Stub::Other => {
            let detected = connection.detect(options.chip, Loader::Stub)?;
            (detected.chip, detected.security, None)
        }
    };
    let abilities = Abilities::of_stub(chip, &stub);
    connection.set_rate_pause(timing::RATE_PAUSE);
    if stub == Stub::Other || baud != connection.baud() {
        speed_up(connection, options, baud, abilities)?;
    }
    let mut flash = Flash {
        id,
        size: options.flash_size,
    };
    if stub == Stub::Other && flash.size.is_none() {
        match Flasher::new(connection, abilities, None).identify(&[]) {
            Ok(id) => flash.id = Some(id),
            Err(Error::Chip(ChipError::NoFlash { .. })) => {}
            Err(error) => return Err(error),
        }
    }
    flash.size = flash.size.or_else(|| flash.id.and_then(JedecId::size));
    tell_size(connection, abilities, &stub, flash)?;
    Ok(Start {
        greeting: met.greeting,
        abilities,
        security,
        flash,
        revision: None,
        stub: Ok(stub),
        sight: Sight::Unproven,
        took: Duration::ZERO,
    })
}

fn untrusted(why: Untrusted) -> Error {
    let why = why.into();
    ChipError::Stub { why }.into()
}
