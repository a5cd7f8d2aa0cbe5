//! The calling conventions (ISA manual, 8.1): CALL8 where there are windows,
//! else CALL0.

use super::Xtensa;
use super::special::number;
use super::state::{PS_CALLINC, PS_UM, PS_WOE};
use crate::sim::cpu::{Caller, Calling, Exception};

/// CALL8 moves the view by two groups of registers.
const CALL8: u8 = 2;
/// Bytes of CALL0 and CALL8.
const CALL: u32 = 3;

impl Xtensa {
    /// The first register in view of the function that is called and has not
    /// made them its own yet.
    fn callee(&self) -> u8 {
        let [_, _, groups, _] = (self.state.ps() & PS_CALLINC).to_le_bytes();
        groups * 4
    }
}

impl Calling for Xtensa {
    fn call(&mut self, entry: u32, caller: Caller) {
        let state = &mut self.state;
        state.set_special(number::VECBASE, caller.vectors);
        state.set(1, caller.stack);
        if state.model.windows == 0 {
            state.set_ps(PS_UM);
            state.set(0, caller.back);
            state.jump(entry);
        } else {
            state.set_ps(PS_UM | PS_WOE);
            state.pc = caller.back.wrapping_sub(CALL);
            state.call(CALL8, entry);
        }
    }

    fn argument(&self, number: u8) -> u32 {
        self.register(self.callee() + 2 + number.min(5))
    }

    fn return_value(&mut self, value: u32) {
        let callee = self.callee();
        self.set_register(callee + 2, value);
        let back = self.register(callee);
        // The upper bits of a return address with windows are the call's.
        self.state.pc = match callee {
            0 => back,
            _ => self.state.pc & 0xc000_0000 | back & 0x3fff_ffff,
        };
    }

    fn exception(&self) -> Option<Exception> {
        let pc = self.state.special(number::EPC);
        (pc != 0).then(|| Exception {
            cause: self.state.special(number::EXCCAUSE),
            pc,
            address: self.state.special(number::EXCVADDR),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::cpu::Core;
    use crate::sim::cpu::xtensa::Model;

    const CALLER: Caller = Caller {
        stack: 0x3ffe_3f20,
        vectors: 0x4000_0000,
        back: 0x4000_7903,
    };

    #[test]
    fn calls_as_call8_does() {
        let mut core = Xtensa::new(&Model::ESP32);
        core.call(0x4009_4014, CALLER);
        assert_eq!(core.pc(), 0x4009_4014);
        assert_eq!(core.register(1), CALLER.stack);
        assert_eq!(core.register(8), 0x8000_7903);
        assert_eq!(core.state.ps(), PS_UM | PS_WOE | 2 << 16);
    }

    #[test]
    fn calls_as_call0_does() {
        let mut core = Xtensa::new(&Model::LX106);
        core.call(0x4010_c014, CALLER);
        assert_eq!(core.pc(), 0x4010_c014);
        assert_eq!(core.register(1), CALLER.stack);
        assert_eq!(core.register(0), CALLER.back);
        assert_eq!(core.state.ps(), PS_UM);
    }

    #[test]
    fn stands_in_for_a_function() {
        for (model, callee) in [(&Model::LX7, 8), (&Model::LX106, 0)] {
            let mut core = Xtensa::new(model);
            core.call(0x4000_8174, CALLER);
            core.set_register(callee + 4, 0x1234);
            assert_eq!(core.argument(2), 0x1234);
            core.return_value(7);
            assert_eq!(core.register(callee + 2), 7);
            assert_eq!(core.pc(), CALLER.back);
        }
    }
}
