//! What the mask ROMs' loaders can do.

use crate::wire::{Dialect, Opcode};

/// What a chip's mask ROM loader can do, as recorded from the ROM.
#[derive(Debug)]
pub struct RomLoader {
    /// How it lays out its answers.
    pub dialect: Dialect,
    /// The commands it knows. Any other is refused at once.
    pub commands: &'static [Opcode],
    /// The commands left in secure download mode; none if the chip has no
    /// such mode.
    pub secure_download_commands: &'static [Opcode],
    /// Bytes in a block of FLASH_DATA and FLASH_DEFL_DATA.
    pub flash_block: u32,
    /// Most bytes in a block of MEM_DATA.
    pub ram_block: u32,
    /// The flash size it assumes until SPI_SET_PARAMS, in bytes.
    pub assumed_flash_size: u32,
    /// First flash address that it cannot reach: there its addresses wrap
    /// around to 0, without an error.
    pub address_limit: u32,
    /// How FLASH_BEGIN erases.
    pub erase: RomErase,
    /// What a deflated write puts into the flash.
    pub inflates: RomInflate,
}

/// What a deflated write puts into the flash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RomInflate {
    /// What was sent.
    Exactly,
    /// What was sent, and behind it what else is in the window through which
    /// the ROM inflates, up to 32 KiB: what was there is spoiled (read from the
    /// ROM's code, and seen).
    Beyond,
}

/// What FLASH_BEGIN erases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RomErase {
    /// The sectors that the region touches.
    Region,
    /// For n sectors, n + min(head, n) with head = 16 - start sector mod 16;
    /// nothing if the size is 0. Never more than needed is only to be had by
    /// driving the SPI controller.
    TooMuch,
}

impl RomLoader {
    /// The ESP8266's ROM (recorded: anything else gets 01 05).
    pub const ESP8266: Self = Self {
        dialect: Dialect::ROM_ESP8266,
        commands: &[
            Opcode::FLASH_BEGIN,
            Opcode::FLASH_DATA,
            Opcode::FLASH_END,
            Opcode::MEM_BEGIN,
            Opcode::MEM_END,
            Opcode::MEM_DATA,
            Opcode::SYNC,
            Opcode::WRITE_REG,
            Opcode::READ_REG,
            Opcode::SPI_SET_PARAMS,
        ],
        secure_download_commands: &[],
        // FLASH_BEGIN with a block size of 1801 is refused (recorded).
        flash_block: 0x400,
        ram_block: 0x1800,
        // g_rom_flashchip at 3FFFC714 (recorded).
        assumed_flash_size: 4 << 20,
        address_limit: ADDRESS_LIMIT,
        erase: RomErase::TooMuch,
        inflates: RomInflate::Exactly,
    };

    /// The ESP32's ROM (recorded).
    pub const ESP32: Self = Self {
        dialect: Dialect::ROM_ESP32,
        commands: COMMANDS_ESP32,
        secure_download_commands: &[],
        flash_block: 0x400,
        ram_block: 0x1800,
        // A digest past 2 MB before SPI_SET_PARAMS gets 01 09 (recorded).
        assumed_flash_size: 2 << 20,
        address_limit: ADDRESS_LIMIT,
        erase: RomErase::Region,
        inflates: RomInflate::Beyond,
    };

    /// The ESP32-S2's ROM: as the later ones, with a shorter answer to
    /// GET_SECURITY_INFO (recorded).
    pub const ESP32S2: Self = Self {
        dialect: Dialect::ROM_ESP32S2,
        ..Self::LATER
    };

    /// The ROMs from the ESP32-S3 and ESP32-C3 on (recorded).
    pub const LATER: Self = Self {
        dialect: Dialect::ROM,
        commands: COMMANDS,
        secure_download_commands: SECURE_DOWNLOAD_COMMANDS,
        inflates: RomInflate::Exactly,
        ..Self::ESP32
    };

    /// Whether it knows a command.
    #[must_use]
    pub fn supports(&self, command: Opcode) -> bool {
        self.commands.contains(&command)
    }
}

/// Three address bytes (recorded: past 16 MB, FLASH_BEGIN, FLASH_DATA and
/// FLASH_MD5SUM all wrap to 0 and succeed).
const ADDRESS_LIMIT: u32 = 1 << 24;

const COMMANDS_ESP32: &[Opcode] = &[
    Opcode::FLASH_BEGIN,
    Opcode::FLASH_DATA,
    Opcode::FLASH_END,
    Opcode::MEM_BEGIN,
    Opcode::MEM_END,
    Opcode::MEM_DATA,
    Opcode::SYNC,
    Opcode::WRITE_REG,
    Opcode::READ_REG,
    Opcode::SPI_SET_PARAMS,
    Opcode::SPI_ATTACH,
    Opcode::READ_FLASH_SLOW,
    Opcode::CHANGE_BAUDRATE,
    Opcode::FLASH_DEFL_BEGIN,
    Opcode::FLASH_DEFL_DATA,
    Opcode::FLASH_DEFL_END,
    Opcode::FLASH_MD5SUM,
];

const COMMANDS: &[Opcode] = &[
    Opcode::FLASH_BEGIN,
    Opcode::FLASH_DATA,
    Opcode::FLASH_END,
    Opcode::MEM_BEGIN,
    Opcode::MEM_END,
    Opcode::MEM_DATA,
    Opcode::SYNC,
    Opcode::WRITE_REG,
    Opcode::READ_REG,
    Opcode::SPI_SET_PARAMS,
    Opcode::SPI_ATTACH,
    Opcode::READ_FLASH_SLOW,
    Opcode::CHANGE_BAUDRATE,
    Opcode::FLASH_DEFL_BEGIN,
    Opcode::FLASH_DEFL_DATA,
    Opcode::FLASH_DEFL_END,
    Opcode::FLASH_MD5SUM,
    Opcode::GET_SECURITY_INFO,
];

const SECURE_DOWNLOAD_COMMANDS: &[Opcode] = &[
    Opcode::FLASH_BEGIN,
    Opcode::FLASH_DATA,
    Opcode::FLASH_END,
    Opcode::SYNC,
    Opcode::SPI_SET_PARAMS,
    Opcode::SPI_ATTACH,
    Opcode::CHANGE_BAUDRATE,
    Opcode::GET_SECURITY_INFO,
];
