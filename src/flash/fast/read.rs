//! Reading: a window of READs.

use super::FastFlasher;
use crate::connection::{refusal, timing};
use crate::error::{Error, Result};
use crate::flash::stream::pace::Pace;
use crate::flash::stream::reader::{Reader, Step, What};
use crate::time::Instant;
use crate::transport::Transport;
use crate::wire::Opcode;
use crate::wire::own::{AddressBits, FlashCommand, Map, Range, Read};

/// Bytes that one READ asks for at most: a frame of 8 KiB.
const MOST_BLOCK: u32 = 0x2000;
/// Bytes that are asked for and not delivered at most: what is kept in memory
/// while an early one is asked for again.
const MOST_WINDOW: u32 = 0x1_0000;
/// The flash's READ DATA, and the one with four bytes of address (W25Q256JV data
/// sheet): no dummy cycles, one data line.
const READ: u8 = 0x03;
const READ_WIDE: u8 = 0x13;

impl<T: Transport> FastFlasher<'_, T> {
    /// Reads `size` bytes of flash from `address` on. `sink` is given them in
    /// order, each answer checked by its CRC-32. What the sector map shows to
    /// be blank does not travel.
    ///
    /// # Errors
    /// Those of `sink`; the stub refuses; no answer; the port is gone;
    /// cancelled; the deadline passed.
    pub fn read(
        &mut self,
        address: u32,
        size: u32,
        sink: &mut dyn FnMut(&[u8]) -> Result<()>,
    ) -> Result<()> {
        let most = MOST_BLOCK.min(self.capability.max_response);
        let mut reader = Reader::new(address, size, Pace::new(most, MOST_WINDOW));
        loop {
            let mut now = self.connection.transport().now();
            while self.hear_answer(&mut reader, now)? {}
            now = self.connection.transport().now();
            match reader.step(now) {
                Step::Ask {
                    what,
                    address,
                    size,
                } => {
                    let ranges = [Range {
                        address,
                        length: size,
                    }];
                    let tag = self.connection.next_tag();
                    match what {
                        What::Bytes => {
                            let read = Read { ranges: &ranges };
                            self.connection.send_own(&read, tag, timing::COMMAND)?;
                        }
                        What::Map => {
                            let map = Map { ranges: &ranges };
                            self.connection.send_own(&map, tag, timing::COMMAND)?;
                        }
                    }
                    reader.asked(tag, now);
                }
                Step::Deliver(bytes) => sink(&bytes)?,
                Step::Wait(until) => {
                    self.hear_answer(&mut reader, until)?;
                }
                Step::Done => {
                    log::debug!(target: "espwire::flash", "read: {:?}", reader.counts());
                    return Ok(());
                }
                Step::Silence => return Err(self.connection.no_answer(Opcode::READ)),
            }
        }
    }

    /// Reads up to 64 bytes the plain way, over one data line, which the stub's own
    /// reads do not take, and makes sure that they are these.
    ///
    /// # Errors
    /// [`Error::Mismatch`] if they are not; the stub refuses; no answer; the port
    /// is gone; cancelled; the deadline passed.
    pub fn agrees_with_plain_read(&mut self, address: u32, bytes: &[u8]) -> Result<()> {
        let receive = u8::try_from(bytes.len()).unwrap_or(FlashCommand::MAX);
        let (opcode, address_bits) = match address {
            ..0x100_0000 => (READ, AddressBits::Three),
            _ => (READ_WIDE, AddressBits::Four),
        };
        let command = FlashCommand {
            opcode,
            address,
            address_bits,
            send: &[],
            receive,
        };
        let plain = self.connection.own(&command, timing::COMMAND)?;
        if plain == bytes {
            return Ok(());
        }
        let kind = self.digest_kind();
        Err(Error::Mismatch {
            address,
            size: receive.into(),
            kind,
            expected: kind.of(&plain),
            found: kind.of(bytes),
        })
    }

    /// Takes in the next answer that comes until `until`; false if none does.
    fn hear_answer(&mut self, reader: &mut Reader, until: Instant) -> Result<bool> {
        let Some(response) = self.connection.receive_own(until)? else {
            return Ok(false);
        };
        let (opcode, tag) = (response.opcode, response.tag);
        let Some((what, address, length)) = reader.expects(tag) else {
            return Ok(true);
        };
        let ranges = [Range { address, length }];
        match (what, opcode) {
            (What::Bytes, Opcode::READ) => {
                let outcome = response.outcome(&Read { ranges: &ranges });
                let now = self.connection.transport().now();
                match outcome {
                    Ok(Ok(bytes)) => reader.bytes(tag, bytes, now),
                    Ok(Err(failure)) => return Err(refusal(opcode, failure)),
                    // Cut short; it is asked for again.
                    Err(_) => {}
                }
            }
            (What::Map, Opcode::MAP) => {
                let outcome = response.outcome(&Map { ranges: &ranges });
                let now = self.connection.transport().now();
                match outcome {
                    Ok(Ok(sectors)) => reader.map(tag, &sectors, now),
                    Ok(Err(failure)) => return Err(refusal(opcode, failure)),
                    Err(_) => {}
                }
            }
            _ => {}
        }
        Ok(true)
    }
}
