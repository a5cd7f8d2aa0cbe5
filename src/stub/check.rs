//! Who is it, and does it see what the ROM saw.

use super::{Origin, Untrusted, WithoutStub};
use crate::chip::Chip;
use crate::connection::{Connection, timing};
use crate::digest::{Digest, DigestKind};
use crate::error::{Error, Result};
use crate::transport::Transport;
use crate::wire::own::{self, Capability, GetCapability, Range, Read, VERSION};
use crate::wire::{FlashMd5, Loader};

/// A stub that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stub {
    /// Our own, and what it can do.
    Own(Capability),
    /// Another one, which has the commonly known commands.
    Other,
}

/// What is known of how a stub of ours reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// It has read something right.
    Proven,
    /// It has not been compared with anything, or only where flash is blank.
    Unproven,
}

/// Bytes that are all the same, of which one who reads wrong can make the same.
#[must_use]
pub fn is_uniform(bytes: &[u8]) -> bool {
    bytes.windows(2).all(|pair| pair.first() == pair.last())
}

/// What the ROM says of the flash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Witness {
    /// The three bytes of RDID, manufacturer lowest.
    pub flash_id: u32,
    /// A region.
    pub range: Range,
    /// MD5 of that region.
    pub md5: Digest,
}

/// Bits of a flash id.
const ID: u32 = 0x00ff_ffff;

/// Finds out which stub runs, by a command that only our own answers.
///
/// # Errors
/// [`Error::NoAnswer`] if nobody answers; the port is gone; cancelled; the
/// deadline passed.
pub fn recognise<T: Transport>(connection: &mut Connection<T>) -> Result<Stub> {
    match connection.own(&GetCapability, timing::COMMAND) {
        Ok(capability) => Ok(Stub::Own(capability)),
        Err(Error::Device(_)) => Ok(Stub::Other),
        Err(error) => Err(error),
    }
}

impl Witness {
    /// Asks the stub that has just been started for what the ROM was asked. One
    /// of ours also reads the region out: the MD5 of what came is then the
    /// ROM's, and the digest of it the stub's, whatever kind that is.
    ///
    /// # Errors
    /// The outer one: the port is gone; cancelled; the deadline passed. The
    /// inner one: the stub does not greet, or does not see what the ROM saw.
    pub fn examine<T: Transport>(
        &self,
        connection: &mut Connection<T>,
        chip: &Chip,
        origin: Origin,
    ) -> Result<Result<(Stub, Sight), WithoutStub>> {
        let ranges = [self.range];
        let read = Read { ranges: &ranges };
        let digest = own::Digest { ranges: &ranges };
        let mut tag = || connection.next_tag();
        let (asked_capability, asked_read, asked_digest) = (tag(), tag(), tag());
        connection.ask_own(&GetCapability, asked_capability)?;
        if origin == Origin::Embedded {
            // One round trip for all.
            connection.ask_own(&read, asked_read)?;
            connection.ask_own(&digest, asked_digest)?;
        }
        let capability =
            match connection.own_answer(&GetCapability, asked_capability, timing::STUB_ASKED) {
                Ok(capability) => capability,
                Err(Error::Device(_)) => return self.examine_other(connection),
                Err(Error::NoAnswer(_) | Error::Wire(_)) => {
                    return Ok(Err(WithoutStub::NoGreeting));
                }
                Err(error) => return Err(error),
            };
        if let Err(why) = self.agrees(&capability, chip) {
            return Ok(Err(why.into()));
        }
        if origin != Origin::Embedded {
            connection.ask_own(&read, asked_read)?;
            connection.ask_own(&digest, asked_digest)?;
        }
        let (address, length) = (self.range.address, self.range.length);
        let bytes = match heard(connection.own_answer(&read, asked_read, timing::STUB_ASKED))? {
            Ok(bytes) if DigestKind::Md5.of(&bytes) == self.md5 => bytes,
            Ok(_) => return Ok(Err(Untrusted::Read { address, length }.into())),
            Err(why) => return Ok(Err(why)),
        };
        let expected = capability.features.digest_kind().of(&bytes);
        let found = connection.own_answer(&digest, asked_digest, timing::STUB_ASKED);
        let same = match heard(found)? {
            Ok(found) => self.same_digest(&expected, found.first()),
            Err(why) => Err(why),
        };
        let sight = if is_uniform(&bytes) {
            Sight::Unproven
        } else {
            Sight::Proven
        };
        Ok(same.map(|()| (Stub::Own(capability), sight)))
    }

    fn agrees(&self, capability: &Capability, chip: &Chip) -> Result<(), Untrusted> {
        if capability.version > VERSION {
            Err(Untrusted::Version(capability.version))
        } else if capability.chip_id != chip.id {
            Err(Untrusted::OtherChip(capability.chip_id))
        } else if capability.flash_id & ID != self.flash_id & ID {
            Err(Untrusted::FlashId {
                rom: self.flash_id & ID,
                stub: capability.flash_id & ID,
            })
        } else {
            Ok(())
        }
    }

    /// A stub of others: they have no command for the flash's id, but one for
    /// digests.
    fn examine_other<T: Transport>(
        &self,
        connection: &mut Connection<T>,
    ) -> Result<Result<(Stub, Sight), WithoutStub>> {
        match connection.sync(&timing::RESYNC) {
            Ok(Loader::Stub) => {}
            Ok(Loader::Rom) | Err(Error::NoAnswer(_)) => {
                return Ok(Err(WithoutStub::NoGreeting));
            }
            Err(error) => return Err(error),
        }
        let command = FlashMd5 {
            address: self.range.address,
            size: self.range.length,
        };
        let same = match heard(connection.ask(&command, timing::COMMAND))? {
            Ok(found) => self.same_digest(&self.md5, Some(&found)),
            Err(why) => Err(why),
        };
        // It proves each read by a digest of its own.
        Ok(same.map(|()| (Stub::Other, Sight::Unproven)))
    }

    fn same_digest(&self, expected: &Digest, found: Option<&Digest>) -> Result<(), WithoutStub> {
        if found == Some(expected) {
            return Ok(());
        }
        Err(Untrusted::Digest {
            address: self.range.address,
            length: self.range.length,
        }
        .into())
    }
}

/// What a stub answers; that it does not is a reason to do without it.
fn heard<A>(answer: Result<A>) -> Result<Result<A, WithoutStub>> {
    match answer {
        Ok(answer) => Ok(Ok(answer)),
        Err(error @ (Error::NoAnswer(_) | Error::Wire(_) | Error::Device(_))) => {
            Ok(Err(Untrusted::silent(&error).into()))
        }
        Err(error) => Err(error),
    }
}
