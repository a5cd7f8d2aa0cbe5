//! Leaving a chip as it is, to come back to it within one round trip.

use super::event::Event;
use super::finish::{Failed, Finished};
use super::options::Options;
use super::resets::After;
use super::timings::Timings;
use super::{Known, Session};
use crate::chip::Mac;
use crate::connection::{Connection, timing};
use crate::error::{Error, Result};
use crate::stub::Stub;
use crate::transport::Transport;
use crate::wire::Opcode;
use crate::wire::own::GetCapability;
use std::fmt;

/// A chip that was left in its loader, and how to talk to it: what
/// [`Session::park`] gives and [`Session::resume`] takes.
///
/// It is a note, not a hold: it owns no port, may be cloned, kept for as long
/// as one likes, and thrown away.
#[derive(Clone, Debug)]
pub struct Parked {
    known: Known,
    mac: Mac,
    /// The rate that the loader listens at, which is not the one that the port
    /// was given back with.
    baud: u32,
}

impl Parked {
    /// The chip's base MAC address.
    #[must_use]
    pub const fn mac(&self) -> Mac {
        self.mac
    }
}

impl fmt::Display for Parked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { known, mac, baud } = self;
        write!(f, "{} {mac} at {baud} baud", known.chip)
    }
}

/// How a session came to its chip.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Arrival {
    /// It was connected.
    #[default]
    Connected,
    /// It was parked, and still is where it was.
    Resumed,
    /// It was parked, but had to be connected anew.
    Anew(Lost),
}

/// Why a parked chip had to be connected anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lost {
    /// Nobody answers at its rate, or not as its loader would: it was reset.
    Silent,
    /// Another chip of its kind answers: the boards were swapped.
    Stranger {
        /// Its base MAC address.
        mac: Mac,
    },
    /// The caller asks for another chip than was parked.
    Unwanted,
}

impl<'o, T: Transport> Session<'o, T> {
    /// Ends the session without leaving the loader, or the stub, and gives back
    /// the port with the settings that it had, and a token with which
    /// [`resume`](Self::resume) comes back within one round trip. Until then
    /// anything may be done with the port, to be closed included; what is sent
    /// over it, or a driver that resets the chip when the port is opened, costs
    /// a new connect.
    ///
    /// # Errors
    /// With the port: the chip tells no MAC address (secure download mode); no
    /// answer; the port is gone; cancelled; the deadline passed.
    pub fn park(mut self) -> Result<(T, Parked), Failed<T>> {
        let parked = self.timed(|timings| &mut timings.finish, Self::note_down);
        let mut port = self.connection.into_transport();
        let restored = port.restore(&self.settings).map_err(Error::from);
        match parked.and_then(|parked| restored.map(|()| parked)) {
            Ok(parked) => Ok((port, parked)),
            Err(error) => Err(Failed { error, port }),
        }
    }

    fn note_down(&mut self) -> Result<Parked> {
        self.known.abilities.need(Opcode::READ_REG, "parking")?;
        let mac = match self.known.mac {
            Some(mac) => mac,
            None => {
                let fuses = self.known.chip.mac;
                fuses.read(|address| self.register(address))?
            }
        };
        let parked = Parked {
            known: Known {
                mac: Some(mac),
                ..self.known.clone()
            },
            mac,
            baud: self.connection.baud(),
        };
        log::info!(target: "espwire::session", "parked: {parked}");
        Ok(parked)
    }

    /// Goes on with a parked chip, if it is still there and the same one, and
    /// connects anew otherwise, as [`connect`](Self::connect) does with these
    /// options. [`arrival`](Self::arrival) says which.
    ///
    /// A chip that is still there costs one round trip, no reset, and none of
    /// the questions of a connect.
    ///
    /// # Errors
    /// Those of [`connect`](Self::connect).
    pub fn resume(port: T, parked: &Parked, mut options: Options<'o>) -> Result<Self, Failed<T>> {
        let (mut connection, settings) = Self::open(port, &options)?;
        let began = connection.transport().now();
        options.tell(&Event::Resuming {
            chip: parked.known.chip,
        });
        let lost = match greet(&mut connection, parked, &options) {
            Ok(None) => {
                let timings = Timings::connected_since(began, &connection);
                let known = parked.known.clone();
                let mut session = Self::new(connection, settings, known, options, timings);
                session.arrival = Arrival::Resumed;
                session.tell_start(0);
                return Ok(session);
            }
            Ok(Some(lost)) => lost,
            Err(error) => return Err(Failed::restored(error, connection, &settings)),
        };
        log::info!(target: "espwire::session", "not where it was parked ({lost:?}): {parked}");
        let mut session = Self::start(connection, settings, options, began)?;
        session.arrival = Arrival::Anew(lost);
        Ok(session)
    }

    /// Resets a parked chip into its application, without talking to it more
    /// than the reset takes: over the control lines not at all, but on chips
    /// that would return to their loader otherwise.
    ///
    /// # Errors
    /// Those of [`finish`](Self::finish) with [`After::HardReset`].
    pub fn release(
        port: T,
        parked: &Parked,
        options: Options<'o>,
    ) -> Result<Finished<T>, Failed<T>> {
        let (mut connection, settings) = Self::open(port, &options)?;
        if let Err(error) = meet(&mut connection, parked) {
            return Err(Failed::restored(error, connection, &settings));
        }
        let known = parked.known.clone();
        Self::new(connection, settings, known, options, Timings::default()).finish(After::HardReset)
    }

    /// How the session came to its chip.
    #[must_use]
    pub const fn arrival(&self) -> Arrival {
        self.arrival
    }
}

/// Talks to the loader as it was left.
fn meet<T: Transport>(connection: &mut Connection<T>, parked: &Parked) -> Result<()> {
    connection.take_for_granted(parked.known.chip, parked.known.loader);
    if parked.known.port.is_none() {
        connection.set_host_baud(parked.baud)?;
    }
    connection.forget()
}

/// Asks who is there; `None` if it is the chip that was parked.
fn greet<T: Transport>(
    connection: &mut Connection<T>,
    parked: &Parked,
    options: &Options<'_>,
) -> Result<Option<Lost>> {
    if options.chip.is_some_and(|chip| chip != parked.known.chip) {
        return Ok(Some(Lost::Unwanted));
    }
    meet(connection, parked)?;
    match read_mac(connection, parked) {
        Ok(mac) if mac == parked.mac => Ok(None),
        Ok(mac) => Ok(Some(Lost::Stranger { mac })),
        Err(Error::NoAnswer(_) | Error::Wire(_) | Error::Device(_)) => Ok(Some(Lost::Silent)),
        Err(error) => Err(error),
    }
}

/// Reads the MAC address, and makes sure that a stub of ours is still one, in
/// one round trip.
fn read_mac<T: Transport>(connection: &mut Connection<T>, parked: &Parked) -> Result<Mac> {
    let fuses = parked.known.chip.mac;
    let addresses = fuses.addresses();
    let ours = matches!(parked.known.stub, Ok(Stub::Own(_)));
    let tag = connection.next_tag();
    if ours {
        connection.ask_own(&GetCapability, tag)?;
    }
    connection.ask_regs(&addresses)?;
    if ours {
        connection.own_answer(&GetCapability, tag, timing::RESUME)?;
    }
    let words = connection.asked_regs(&addresses, timing::RESUME)?;
    fuses.read(|address| {
        let mut pairs = addresses.iter().zip(&words);
        let word = pairs.find(|(known, _)| **known == address);
        word.map(|(_, word)| *word)
            .ok_or_else(|| connection.no_answer(Opcode::READ_REG))
    })
}
