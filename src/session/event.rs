//! What an observer hears.

use super::{After, Outcome};
use crate::chip::Chip;
use crate::flash::JedecId;
use crate::stub::{Stub, WithoutStub};
use crate::wire::Loader;

/// Something that happened.
///
/// They come in this order, on the thread that called the session:
///
/// 1. [`Resuming`](Self::Resuming) if the chip was parked, and unless it is
///    still there [`Connecting`](Self::Connecting), once for each time that the
///    session goes about it, then [`Connected`](Self::Connected),
///    [`Flash`](Self::Flash) and [`Stub`](Self::Stub);
/// 2. for each region of each call [`Start`](Self::Start), any number of
///    [`Progress`](Self::Progress) and [`Again`](Self::Again), for a write
///    [`Hashing`](Self::Hashing) where the loader can hash, and
///    [`End`](Self::End) unless the call fails; indices count the regions of
///    one call from 0; our own stub writes all regions of a call in one go, so
///    that all of them start before the first one ends;
/// 3. [`Finishing`](Self::Finishing), and [`Finished`](Self::Finished) unless
///    that fails.
///
/// Who wants to stop cancels the session's
/// [token](super::Options::cancel): nothing more is sent then.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'e> {
    /// A parked chip is asked whether it is still there.
    #[non_exhaustive]
    Resuming {
        /// The chip that was parked.
        chip: &'static Chip,
    },
    /// The chip is to be brought into its loader.
    #[non_exhaustive]
    Connecting {
        /// Which time, from 1: an answer that was lost or spoiled makes the
        /// session begin anew.
        attempt: u32,
    },
    /// A loader answers, and it is the right chip.
    #[non_exhaustive]
    Connected {
        /// The chip.
        chip: &'static Chip,
        /// Who answers.
        loader: Loader,
        /// How many resets it took.
        resets: u32,
        /// The rate from now on, in bits per second.
        baud: u32,
    },
    /// The flash is connected.
    #[non_exhaustive]
    Flash {
        /// What it says of itself, if it was asked.
        id: Option<JedecId>,
        /// Its size in bytes, if it is known.
        size: Option<u32>,
    },
    /// It is decided who does the work.
    #[non_exhaustive]
    Stub {
        /// The stub that does, or why the ROM's loader does.
        outcome: Result<Stub, &'e WithoutStub>,
    },
    /// Work on a region begins.
    #[non_exhaustive]
    Start {
        /// The region's place among those of the call.
        index: usize,
        /// Its name.
        name: &'e str,
        /// Its flash address in bytes.
        address: u32,
        /// Its size in bytes.
        size: u32,
        /// What is done with it.
        action: Action,
    },
    /// More bytes of the region are done.
    #[non_exhaustive]
    Progress {
        /// The region's place among those of the call.
        index: usize,
        /// Bytes done; fewer than before after [`Again`](Self::Again).
        done: u32,
        /// Bytes in all.
        total: u32,
    },
    /// A part of the region has to be written again.
    #[non_exhaustive]
    Again {
        /// The region's place among those of the call.
        index: usize,
        /// Flash address where that part begins.
        address: u32,
    },
    /// All of the region is written, and the chip makes sure of it.
    #[non_exhaustive]
    Hashing {
        /// The region's place among those of the call.
        index: usize,
    },
    /// Work on a region is over.
    #[non_exhaustive]
    End {
        /// The region's place among those of the call.
        index: usize,
        /// What came of it.
        outcome: Outcome,
    },
    /// The chip is about to be left.
    #[non_exhaustive]
    Finishing {
        /// How.
        after: After,
    },
    /// The session is over, and the chip has been left as told.
    #[non_exhaustive]
    Finished {
        /// How.
        after: After,
    },
}

/// What is done with a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Action {
    /// Compared with the flash.
    Verify,
    /// Written.
    Write,
    /// Read.
    Read,
    /// Erased.
    Erase,
}
