//! What the loader at the other end can do.

use crate::chip::{Chip, RomErase, RomInflate};
use crate::error::{ChipError, Error, SecurityError};
use crate::stub::Stub;
use crate::wire::Opcode;
use crate::wire::own::Features;

/// What the loader at the other end can do, now.
#[derive(Clone, Copy, Debug)]
pub struct Abilities {
    /// The chip.
    pub chip: &'static Chip,
    /// The commands it takes.
    pub commands: &'static [Opcode],
    /// Bytes in a block of FLASH_DATA and FLASH_DEFL_DATA.
    pub flash_block: u32,
    /// Of how many bytes the size that FLASH_DEFL_BEGIN tells is a multiple.
    pub deflate_unit: u32,
    /// How FLASH_BEGIN erases.
    pub erase: RomErase,
    /// What a deflated write puts into the flash.
    pub inflates: RomInflate,
    /// First flash address that it cannot reach.
    pub address_limit: u32,
    /// Why it does not take the others.
    limited_by: Limit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Limit {
    Loader,
    SecureDownload,
}

impl Abilities {
    /// Those of a chip's ROM.
    #[must_use]
    pub const fn of_rom(chip: &'static Chip) -> Self {
        let rom = &chip.rom;
        Self {
            chip,
            commands: rom.commands,
            flash_block: rom.flash_block,
            deflate_unit: ROM_DEFLATE_UNIT,
            erase: rom.erase,
            inflates: rom.inflates,
            address_limit: rom.address_limit,
            limited_by: Limit::Loader,
        }
    }

    /// Those of a stub on a chip.
    #[must_use]
    pub const fn of_stub(chip: &'static Chip, stub: &Stub) -> Self {
        let wide = match stub {
            Stub::Own(capability) => capability.features.has(Features::WIDE_ADDRESSES),
            Stub::Other => false,
        };
        Self {
            commands: STUB_COMMANDS,
            flash_block: STUB_BLOCK,
            deflate_unit: 1,
            erase: RomErase::Region,
            inflates: RomInflate::Exactly,
            address_limit: if wide {
                u32::MAX
            } else {
                chip.rom.address_limit
            },
            ..Self::of_rom(chip)
        }
    }

    /// What secure download mode leaves of them.
    #[must_use]
    pub fn in_secure_download(self) -> Self {
        Self {
            commands: self.chip.rom.secure_download_commands,
            limited_by: Limit::SecureDownload,
            ..self
        }
    }

    /// Whether it takes a command.
    #[must_use]
    pub fn has(&self, command: Opcode) -> bool {
        self.commands.contains(&command)
    }

    /// Whether bytes may be sent deflated: it takes that, and spoils nothing by
    /// it.
    #[must_use]
    pub fn deflates(&self) -> bool {
        self.has(Opcode::FLASH_DEFL_BEGIN) && self.inflates == RomInflate::Exactly
    }

    /// Asks for a command that something cannot do without.
    ///
    /// # Errors
    /// [`SecurityError::SecureDownload`], [`ChipError::Unable`].
    pub fn need(&self, command: Opcode, what: &'static str) -> Result<(), Error> {
        match self.limited_by {
            _ if self.has(command) => Ok(()),
            Limit::SecureDownload => Err(SecurityError::SecureDownload { what }.into()),
            Limit::Loader => Err(ChipError::Unable {
                chip: self.chip.name,
                what,
            }
            .into()),
        }
    }
}

/// A ROM takes the size of a deflated write in whole KiB (recorded hosts).
const ROM_DEFLATE_UNIT: u32 = 0x400;
/// Every stub takes blocks of 16 KiB (hosts).
const STUB_BLOCK: u32 = 0x4000;

/// What every stub takes (recorded from Espressif's, both generations).
const STUB_COMMANDS: &[Opcode] = &[
    Opcode::FLASH_BEGIN,
    Opcode::FLASH_DATA,
    Opcode::FLASH_DEFL_BEGIN,
    Opcode::FLASH_DEFL_DATA,
    Opcode::FLASH_MD5SUM,
    Opcode::SYNC,
    Opcode::READ_REG,
    Opcode::WRITE_REG,
    Opcode::SPI_ATTACH,
    Opcode::SPI_SET_PARAMS,
    Opcode::CHANGE_BAUDRATE,
    Opcode::ERASE_REGION,
    Opcode::READ_FLASH,
];
