//! The virtual board: a chip, its flash and its wiring, without hardware.
