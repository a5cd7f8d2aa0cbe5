//! What the loader at the other end can do.

use crate::chip::{Chip, RomErase};
use crate::error::{ChipError, Error, SecurityError};
use crate::wire::{Loader, Opcode};

/// What the loader at the other end can do, now.
#[derive(Clone, Copy, Debug)]
pub struct Abilities {
    /// The chip.
    pub chip: &'static Chip,
    /// The commands it takes.
    pub commands: &'static [Opcode],
    /// Bytes in a block of FLASH_DATA and FLASH_DEFL_DATA.
    pub flash_block: u32,
    /// How FLASH_BEGIN erases.
    pub erase: RomErase,
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
    /// Those of a chip's loader.
    #[must_use]
    pub fn of(chip: &'static Chip, loader: Loader) -> Self {
        let rom = &chip.rom;
        let (commands, erase) = match loader {
            Loader::Rom => (rom.commands, rom.erase),
            Loader::Stub => (STUB_COMMANDS, RomErase::Region),
        };
        Self {
            chip,
            commands,
            flash_block: rom.flash_block,
            erase,
            address_limit: rom.address_limit,
            limited_by: Limit::Loader,
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
    Opcode::READ_FLASH,
];
