//! A core with a little memory and a device around it, and what is tried with
//! it.

use super::*;
use crate::sim::cpu::{Devices, Fault, FaultKind, Memory, Request, Rule, Width};

mod results;
mod running;
mod texts;
mod traps;

/// Where code, and where data is.
const CODE: u32 = 0x4000_0000;
const DATA: u32 = 0x3fc8_0000;

/// One device: a counter of accesses, which the core has to stop for if the
/// address says so.
#[derive(Default)]
struct Device {
    log: Vec<(u64, u32, Width, Option<u32>)>,
}

const DEVICE: u32 = 0x6000_0000;
const STOPPING_DEVICE: u32 = 0x6000_0100;

impl Device {
    fn note(
        &mut self,
        now: u64,
        address: u32,
        width: Width,
        value: Option<u32>,
    ) -> Result<u32, Fault> {
        if address >> 12 != DEVICE >> 12 {
            return Err(Fault {
                address,
                kind: FaultKind::Unmapped,
            });
        }
        self.log.push((now, address, width, value));
        Ok(0x8765_4321 & width.mask())
    }
}

impl Devices for Device {
    fn load(&mut self, now: u64, address: u32, width: Width) -> Result<u32, Fault> {
        self.note(now, address, width, None)
    }
    fn store(&mut self, now: u64, address: u32, width: Width, value: u32) -> Result<(), Fault> {
        self.note(now, address, width, Some(value)).map(|_| ())
    }
    fn attention(&self) -> bool {
        self.log
            .last()
            .is_some_and(|(_, address, ..)| *address >= STOPPING_DEVICE)
    }
}

/// A core with a little memory around it.
struct Machine {
    core: RiscV,
    memory: Memory,
    device: Device,
    cycle: u64,
}

const A0: u8 = 10;
const A1: u8 = 11;
const A2: u8 = 12;

impl Machine {
    fn new(model: &'static Model, code: &[u32]) -> Self {
        let mut memory = Memory::new();
        memory.add(CODE, 0x2000, Rule::Ram).unwrap();
        memory.add(DATA, 0x1000, Rule::Ram).unwrap();
        memory.poke(
            DATA + 0x100,
            &[0x01, 0x82, 0x03, 0x84, 0x05, 0x86, 0x07, 0x88],
        );
        let mut at = CODE;
        for word in code {
            let len = u32::from(decode::len(*word));
            memory.poke(at, &word.to_le_bytes()[..len as usize]);
            at += len;
        }
        Self {
            core: RiscV::new(model),
            memory,
            device: Device::default(),
            cycle: 0,
        }
    }

    fn run(&mut self, cycles: u64) -> Stop {
        let mut bus = Bus::new(&mut self.memory, &mut self.device, self.cycle);
        let stop = self.core.run(&mut bus, cycles);
        self.cycle = bus.cycle;
        stop
    }

    fn word(&self, address: u32) -> u32 {
        let bytes = self.memory.peek(address, 4).unwrap();
        u32::from_le_bytes(bytes.try_into().unwrap())
    }
}
