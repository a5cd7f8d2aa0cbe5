//! Both control lines in one system call.
//!
//! `serialport` has a call for each line; between two calls the board sees a
//! state that was never meant, long enough on some boards to start the
//! application instead of the loader. POSIX systems set all modem lines with
//! one `ioctl(TIOCMSET)`. This is the crate's only unsafe code.

use super::Lines;
use std::io;
use std::os::fd::{AsRawFd, RawFd};

/// Sets DTR and RTS of the terminal `port`.
///
/// # Errors
/// What the system says; `ENOTTY` or `EINVAL` for a terminal without lines.
pub(super) fn set(port: &impl AsRawFd, lines: Lines) -> io::Result<()> {
    let fd = port.as_raw_fd();
    let mut bits = modem_bits(fd)?;
    for (bit, asserted) in [(libc::TIOCM_DTR, lines.dtr), (libc::TIOCM_RTS, lines.rts)] {
        if asserted {
            bits |= bit;
        } else {
            bits &= !bit;
        }
    }
    set_modem_bits(fd, bits)
}

/// Whether `error` says that the terminal has no control lines.
pub(super) fn has_none(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::ENOTTY | libc::EINVAL))
}

#[allow(unsafe_code)]
fn modem_bits(fd: RawFd) -> io::Result<libc::c_int> {
    let mut bits: libc::c_int = 0;
    // SAFETY: `fd` is open for as long as the borrowed port lives, and
    // TIOCMGET writes one int, to which the pointer leads.
    let status = unsafe { libc::ioctl(fd, libc::TIOCMGET, &raw mut bits) };
    if status < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(bits)
    }
}

#[allow(unsafe_code)]
fn set_modem_bits(fd: RawFd, bits: libc::c_int) -> io::Result<()> {
    // SAFETY: `fd` is open for as long as the borrowed port lives, and
    // TIOCMSET reads one int, to which the pointer leads.
    let status = unsafe { libc::ioctl(fd, libc::TIOCMSET, &raw const bits) };
    if status < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}
