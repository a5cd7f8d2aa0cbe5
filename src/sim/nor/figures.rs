//! What a flash needs, and what it has been through.

use super::op::Piece;
use crate::time::Duration;

/// How long the flash is busy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NorTimes {
    /// Programming a page of 256 bytes.
    pub program: Duration,
    /// Erasing 4 KiB.
    pub erase_4k: Duration,
    /// Erasing 32 KiB.
    pub erase_32k: Duration,
    /// Erasing 64 KiB.
    pub erase_64k: Duration,
    /// Erasing 1 MB of the whole chip.
    pub erase_chip_per_mb: Duration,
    /// Writing a status register, for good.
    pub write_status: Duration,
}

impl NorTimes {
    /// The data sheet's typical figures.
    pub const TYPICAL: Self = Self {
        program: Duration::from_micros(400),
        erase_4k: Duration::from_millis(45),
        erase_32k: Duration::from_millis(120),
        erase_64k: Duration::from_millis(150),
        erase_chip_per_mb: Duration::from_millis(2500),
        write_status: Duration::from_millis(10),
    };
    /// The data sheet's longest.
    pub const LONGEST: Self = Self {
        program: Duration::from_millis(3),
        erase_4k: Duration::from_millis(400),
        erase_32k: Duration::from_millis(1600),
        erase_64k: Duration::from_millis(2000),
        erase_chip_per_mb: Duration::from_millis(12_500),
        write_status: Duration::from_millis(15),
    };
    /// A flash that is never busy.
    pub const NONE: Self = Self {
        program: Duration::ZERO,
        erase_4k: Duration::ZERO,
        erase_32k: Duration::ZERO,
        erase_64k: Duration::ZERO,
        erase_chip_per_mb: Duration::ZERO,
        write_status: Duration::ZERO,
    };

    pub(super) const fn erase(&self, piece: Piece) -> Duration {
        match piece {
            Piece::Kb4 => self.erase_4k,
            Piece::Kb32 => self.erase_32k,
            Piece::Kb64 => self.erase_64k,
        }
    }
}

/// What has been done to a flash.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wear {
    /// Program commands.
    pub programs: u64,
    /// 4 KiB erased, whichever way.
    pub sectors_erased: u64,
    /// Erase commands, of any size.
    pub erases: u64,
    /// Commands that came while it was busy or asleep, or that it does not
    /// know, or that would have changed something without write enable or in
    /// a protected place.
    pub ignored: u64,
}

/// What has been done to one sector of 4 KiB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SectorWear {
    /// How often it was erased, whichever way.
    pub erases: u32,
    /// Program commands in it.
    pub programs: u32,
}
