//! A chip whose mask ROM is modelled and whose uploads are executed.
//!
//! As long as the loader serves, the chip is the model of it. When the host
//! has uploaded code and lets the loader jump there, the chip becomes a machine
//! in the state that the ROM leaves behind, and stays one until the next
//! reset.

use super::Running;
use super::firmware::{Firmware, Reset, ResetCause, Wires};
use super::rom::{Function, HandOver, Left, ModelledRom};
use super::soc::Bare;
use crate::time::Instant;

/// A chip with a modelled ROM, and with a core for what is uploaded.
pub(super) struct Hybrid {
    rom: ModelledRom,
    machine: Box<dyn Bare>,
    hand_over: &'static HandOver,
    /// The last reset.
    reset: Option<(Reset, Instant)>,
    /// What GET_SECURITY_INFO told, once uploaded code runs.
    uploaded: Option<Vec<u8>>,
}

impl Hybrid {
    pub(super) fn new(
        rom: ModelledRom,
        machine: Box<dyn Bare>,
        hand_over: &'static HandOver,
    ) -> Self {
        Self {
            rom,
            machine,
            hand_over,
            reset: None,
            uploaded: None,
        }
    }

    /// The loader jumps to what was uploaded.
    fn hand_over(&mut self, left: Left, now: Instant) {
        if let Some((reset, at)) = self.reset {
            // Watchdogs run since then.
            self.machine.reset(reset, at);
        }
        self.machine.leave(&left.words, &left.watchdogs);
        self.machine.call(left.entry, self.hand_over.caller, now);
        self.uploaded = Some(left.security_settings);
    }

    /// Stands in for the ROM's function at an address.
    fn called(&mut self, address: u32, security_settings: &[u8], wires: &mut Wires<'_>) {
        let functions = self.hand_over.functions;
        let known = functions.iter().find(|(at, _)| *at == address);
        match known.map(|(_, function)| function) {
            Some(Function::SecurityInfo) => {
                let buffer = self.machine.argument(2);
                self.machine.store(buffer, security_settings);
                self.machine.return_value(0);
            }
            Some(Function::SoftwareReset) => wires.request_reset(ResetCause::Software),
            None => self.machine.halt(),
        }
    }
}

impl Firmware for Hybrid {
    fn reset(&mut self, reset: Reset, now: Instant) {
        self.rom.reset(reset, now);
        self.reset = Some((reset, now));
        self.uploaded = None;
    }

    fn run(&mut self, now: Instant, until: Instant, wires: &mut Wires<'_>) -> Instant {
        let Some(security_settings) = self.uploaded.take() else {
            let reached = self.rom.run(now, until, wires);
            if let Some(left) = self.rom.left() {
                self.hand_over(left, reached);
            }
            return reached;
        };
        let reached = self.machine.run(now, until, wires);
        if let Some(address) = self.machine.called() {
            self.called(address, &security_settings, wires);
        }
        self.uploaded = Some(security_settings);
        reached
    }

    fn idle(&self) -> bool {
        match self.uploaded {
            Some(_) => self.machine.idle(),
            None => self.rom.idle(),
        }
    }

    fn busy(&self) -> bool {
        self.uploaded.is_none() && self.rom.busy()
    }

    fn running(&self) -> Running {
        match (&self.uploaded, self.machine.running()) {
            (None, _) => self.rom.running(),
            (Some(_), Running::Nothing) => Running::Nothing,
            (Some(_), _) => Running::Uploaded,
        }
    }
}
