//! Every delay and timeout of a session with a loader.
//!
//! "Hosts" are the values that the common hosts have used on real boards for
//! years; where no data sheet gives a figure, they are the evidence there is.

use crate::time::Duration;

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// How long EN is held low. Hosts; the data sheets ask for 50 µs.
pub const RESET_HOLD: Duration = ms(100);
/// How long IO0 is held low after EN was released, on a board with a small
/// capacitor at EN. Hosts.
pub const BOOT_HOLD: Duration = ms(50);
/// The same for a board with a big capacitor. Hosts.
pub const BOOT_HOLD_LONG: Duration = ms(550);
/// Between the steps of a reset through USB-Serial/JTAG. Hosts.
pub const USB_STEP: Duration = ms(100);
/// EN low, and the wait afterwards, of a hard reset over USB. Hosts.
pub const USB_HARD_RESET: Duration = ms(200);

/// How often a wait looks whether the caller has cancelled.
pub const CANCEL_POLL: Duration = ms(20);
/// How long a caller who has cancelled may have to wait until a line that is
/// full of what was sent before takes the command to stop: it goes at once
/// behind 4 KiB, which is what drivers hold, at 921600 baud (45 ms). With
/// [`CANCEL_POLL`] this makes less than 100 ms.
pub const STOP: Duration = ms(60);
/// An answer to a command that does nothing slow. Hosts: 3 s.
pub const COMMAND: Duration = ms(3000);
/// How often a command that changes nothing is sent before its lost answer
/// counts as no answer at all.
pub const ASK_TRIES: u32 = 3;
/// The SYNCs after a reset, and how long each may take. The first one feeds the
/// autobaud and is lost as a rule, the ESP32-S2 may lose three (recorded): it
/// is not waited for longer than it takes to go out, and an answer to come, over
/// an adapter that adds nothing (46 bytes out and 14 back: 5 ms at 115200 baud).
/// Should it be answered later, that is taken for the answer to the next one:
/// an FTDI adapter holds bytes for up to 16 ms (its data sheet). What takes
/// longer, over a network, answers one of the later ones, which wait as long as
/// hosts do.
pub const SYNC_AFTER_RESET: [Duration; 6] = [ms(10), ms(40), ms(40), ms(100), ms(100), ms(100)];
/// The SYNCs to get back into step. Hosts.
pub const RESYNC: [Duration; 5] = [ms(100); 5];
/// The seven other answers of a stub to SYNC, all together: 98 bytes or a few
/// more, 9 ms at 115200 baud, and what an adapter holds back (16 ms).
pub const SYNC_COPIES: Duration = ms(50);
/// A parked loader that is still there answers within a round trip: what an
/// FTDI adapter holds back (16 ms, its data sheet), several times over.
pub const RESUME: Duration = ms(200);
/// A register write that helps a reset and is not worth a long wait.
pub const BEFORE_RESET: Duration = ms(500);
/// A command that shows that a new rate works. Hosts wait 50 ms before they
/// send anything at it.
pub const RATE_CHECK: Duration = ms(100);
/// What stubs need to change their rate: they wait until their answer has left,
/// by counting. What comes in meanwhile is lost, and spoils all that follows to
/// those of others. Hosts: 50 ms.
pub const RATE_PAUSE: Duration = ms(50);
/// The SYNCs that look for a chip at a rate it may have set.
pub const RATE_SYNC: [Duration; 2] = [ms(50); 2];
/// Silence after which our stub is asked whether it still works on a command:
/// it answers STATE at once, unless an answer is on its way.
pub const STUB_SILENCE: Duration = ms(250);
/// From the jump into our stub to its greeting; one from elsewhere may take as
/// long as any [command](COMMAND). Ours clears some KiB of RAM and
/// looks at the flash, all within a millisecond or two; an adapter or a network
/// may add to that.
pub const STUB_GREETING: Duration = ms(200);
/// What a stub that has just been started may take to say who it is, and to
/// hash some KiB. A few milliseconds are enough.
pub const STUB_ASKED: Duration = ms(1000);
/// A packet of READ_FLASH: 4 KiB take 0.4 s at 115200 baud.
pub const PACKET: Duration = ms(1000);
/// How often reset and SYNC are tried. Hosts: 7.
pub const CONNECT_TRIES: u32 = 7;
/// Erasing by FLASH_BEGIN, for each MB. Hosts: 40 s; data sheets: 64 KiB in 2 s
/// at worst, which makes 32 s.
pub const ERASE_PER_MB: Duration = ms(40_000);
/// Erasing one sector of 4 KiB through the SPI controller. Data sheets: 0.4 s
/// at worst.
pub const SECTOR_ERASE: Duration = ms(3_000);
/// From the watchdog's arming to a chip that starts anew. Hosts: 0.5 s.
pub const WATCHDOG_BITE: Duration = ms(500);
/// From the last word to a loader that is told to leave to a chip that starts
/// anew: it sends an answer first.
pub const SOFT_RESET: Duration = ms(100);
/// Hashing, for each MB, by whatever means. Hosts: 8 s.
pub const DIGEST_PER_MB: Duration = ms(8_000);
/// Programming a block: 64 pages at 3 ms (data sheets) and the erase of what
/// is in the way. Hosts: 3 s and more.
pub const BLOCK: Duration = ms(5_000);

/// `per_mb` for `bytes`, and never less than [`COMMAND`].
#[must_use]
pub fn for_size(per_mb: Duration, bytes: u32) -> Duration {
    let share = per_mb.as_nanos() * u128::from(bytes) / (1 << 20);
    let share = Duration::from_nanos(u64::try_from(share).unwrap_or(u64::MAX));
    share.max(COMMAND)
}
