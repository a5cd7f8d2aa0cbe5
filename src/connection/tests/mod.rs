//! A connection and devices made up for the purpose, in virtual time.

mod baud;
mod bounds;
mod exchange;
mod own;
mod rom;
mod sync;

use super::*;
use crate::error::{DeviceError, PortError};
use crate::time::Duration;
use crate::transport::testing::Scripted;
use crate::wire::{Opcode, ReadReg, Reason};
use rom::{Answer, Rom};

const MS: Duration = Duration::from_millis(1);

/// A connection to a ROM that answers as `answer` says.
fn connect(answer: impl FnMut(Asked<'_>) -> Answer + Send + 'static) -> Connection<Scripted<Rom>> {
    limited(Limits::default(), answer)
}

fn limited(
    limits: Limits,
    answer: impl FnMut(Asked<'_>) -> Answer + Send + 'static,
) -> Connection<Scripted<Rom>> {
    Connection::new(Scripted::new(Rom::new(answer)), limits).unwrap()
}

use rom::Asked;

fn read_reg(address: u32) -> ReadReg {
    ReadReg { address }
}

/// Bytes from hex digits.
fn hex(digits: &str) -> Vec<u8> {
    let pairs = digits.as_bytes().chunks_exact(2);
    pairs
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

fn refused<T: std::fmt::Debug>(outcome: Result<T>) -> (Opcode, Reason) {
    match outcome {
        Err(Error::Device(DeviceError {
            command, reason, ..
        })) => (command, reason),
        other => panic!("{other:?}"),
    }
}

fn heard<T: std::fmt::Debug>(outcome: Result<T>) -> (Opcode, Heard) {
    match outcome {
        Err(Error::NoAnswer(silence)) => (silence.command, silence.heard),
        other => panic!("{other:?}"),
    }
}
