//! What differs between the UARTs of chips (register headers).

use super::{CLKDIV, CONF0, CONF1, MEM_CONF, STATUS, TOUT_CONF};

/// What differs between the UARTs of chips; offsets in bytes from the first
/// register.
#[derive(Debug)]
pub struct UartLayout {
    /// How the rate is measured.
    pub autobaud: AutobaudLayout,
    /// The bit of CONF0 that empties the receive FIFO; the next one empties
    /// the other.
    pub rx_reset: u32,
    /// The mask of the receive FIFO's threshold in CONF1.
    pub full_threshold: u32,
    /// The shift of the transmit FIFO's threshold in CONF1, which has as many
    /// bits.
    pub empty_threshold: u32,
    /// The receive timeout.
    pub timeout: TimeoutLayout,
    /// The register and the shift in it of the transmitter's state, which is
    /// not 0 while a byte leaves.
    pub transmitter: (u32, u32),
    /// ID: its bit 31 starts an update that is done at once.
    pub id: u32,
    /// REG_UPDATE: what is written to the registers called …_SYNC
    /// counts from a write to it on; none where it counts at once.
    pub update: Option<u32>,
    /// What its registers hold after a reset, where that is not 0.
    pub after_reset: &'static [(u32, u32)],
}

/// Where the measurement of the rate is.
#[derive(Debug)]
pub struct AutobaudLayout {
    /// The register and the bit of it that lets it measure.
    pub enable: (u32, u32),
    /// Shortest low pulse in cycles of the UART's clock.
    pub low: u32,
    /// Shortest high pulse.
    pub high: u32,
    /// Edges.
    pub edges: u32,
    /// The longest pulse it can count.
    pub longest: u32,
    /// By how many cycles a pulse is counted short: a filter swallows them.
    pub short: u32,
}

/// Where the receive timeout is.
#[derive(Debug)]
pub struct TimeoutLayout {
    /// The register and the bit of it that enables it.
    pub enable: (u32, u32),
    /// The register, shift and mask of the threshold.
    pub threshold: (u32, u32, u32),
    /// The threshold's unit in bits.
    pub unit: u32,
}

impl UartLayout {
    /// ESP8266 (register header).
    pub const ESP8266: Self = Self {
        autobaud: AutobaudLayout {
            short: 12,
            ..Self::ESP32.autobaud
        },
        transmitter: (0x80, 4),
        after_reset: &[(CLKDIV, 0x2b6), (CONF0, 0x1c), (CONF1, 0x6060)],
        ..Self::ESP32
    };

    /// ESP32 (register header).
    pub const ESP32: Self = Self {
        autobaud: AutobaudLayout {
            enable: (0x18, 1 << 0),
            low: 0x28,
            high: 0x2c,
            edges: 0x30,
            longest: 0xf_ffff,
            short: 9,
        },
        rx_reset: 1 << 17,
        full_threshold: 0x7f,
        empty_threshold: 8,
        timeout: TimeoutLayout {
            enable: (CONF1, 1 << 31),
            threshold: (CONF1, 24, 0x7f),
            unit: 8,
        },
        transmitter: (STATUS, 24),
        id: 0x7c,
        update: None,
        after_reset: &[
            (CLKDIV, 0x2b6),
            (CONF0, 0x0800_001c),
            (CONF1, 0x6060),
            // DATE.
            (0x78, 0x1512_2500),
        ],
    };

    /// ESP32-S2 (register header).
    pub const S2: Self = Self {
        autobaud: AutobaudLayout {
            short: 1,
            ..Self::ESP32.autobaud
        },
        full_threshold: 0x1ff,
        empty_threshold: 9,
        timeout: TimeoutLayout {
            enable: (CONF1, 1 << 31),
            threshold: (0x5c, 16, 0x3ff),
            unit: 1,
        },
        transmitter: (0x68, 4),
        id: 0x78,
        after_reset: &[
            (CLKDIV, 0x2b6),
            (CONF0, 0x1800_001c),
            (CONF1, 0xc060),
            // DATE.
            (0x74, 0x1903_1400),
        ],
        ..Self::ESP32
    };

    /// ESP32-S3 (register header).
    pub const S3: Self = Self {
        full_threshold: 0x3ff,
        empty_threshold: 10,
        timeout: TimeoutLayout {
            enable: (CONF1, 1 << 23),
            threshold: (MEM_CONF, 17, 0x3ff),
            unit: 1,
        },
        after_reset: &[
            (CLKDIV, 0x2b6),
            (CONF0, 0x1000_001c),
            (CONF1, 0x1_8060),
            // CLK_CONF: the crystal, divided by 2.
            (0x78, 0x0370_1000),
            // DATE.
            (0x7c, 0x0200_8270),
        ],
        ..Self::C3
    };

    /// ESP32-C2 and ESP32-C3 (register header).
    pub const C3: Self = Self {
        autobaud: AutobaudLayout {
            enable: (CONF0, 1 << 27),
            low: 0x28,
            high: 0x2c,
            edges: 0x30,
            longest: 0xfff,
            short: 1,
        },
        rx_reset: 1 << 17,
        full_threshold: 0x1ff,
        empty_threshold: 9,
        timeout: TimeoutLayout {
            enable: (CONF1, 1 << 21),
            threshold: (MEM_CONF, 16, 0x3ff),
            unit: 1,
        },
        transmitter: (0x6c, 4),
        id: 0x80,
        update: None,
        after_reset: &[
            (CLKDIV, 0x2b6),
            (CONF0, 0x1000_001c),
            (CONF1, 0xc060),
            // CLK_CONF: the crystal, divided by 2.
            (0x78, 0x0370_1000),
        ],
    };

    /// ESP32-C5, C6, C61, H2, P4 and S31 (register header).
    pub const C6: Self = Self {
        autobaud: AutobaudLayout {
            enable: (CONF0, 1 << 19),
            low: 0x7c,
            high: 0x80,
            edges: 0x84,
            longest: 0xfff,
            short: 1,
        },
        rx_reset: 1 << 22,
        full_threshold: 0xff,
        empty_threshold: 8,
        timeout: TimeoutLayout {
            enable: (TOUT_CONF, 1 << 0),
            threshold: (TOUT_CONF, 2, 0x3ff),
            unit: 1,
        },
        transmitter: (0x70, 4),
        id: 0x9c,
        update: Some(0x98),
        after_reset: &[(CLKDIV, 0x2b6), (CONF0, 0x1c), (CONF1, 0x6060)],
    };

    /// The registers that REG_UPDATE takes over (TRM of the ESP32-C6: those
    /// called …_SYNC).
    pub(super) const LATCHED: [u32; 3] = [CLKDIV, CONF0, TOUT_CONF];
}
