//! The line between host and chip: rate, latency, faults.

use crate::time::{Duration, Instant};
use std::collections::VecDeque;

/// What connects the host to the chip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Which port of the chip.
    pub kind: LinkKind,
    /// How long the adapter holds each byte, in either direction.
    pub latency: Duration,
    /// What goes wrong.
    pub faults: LineFaults,
}

impl Default for Link {
    /// UART0 through an adapter that adds nothing, without faults.
    fn default() -> Self {
        Self {
            kind: LinkKind::Uart,
            latency: Duration::ZERO,
            faults: LineFaults::default(),
        }
    }
}

/// A port of the chip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkKind {
    /// UART0, through an adapter and the usual two transistors.
    Uart,
    /// The chip's own USB-Serial/JTAG.
    UsbSerialJtag,
}

/// Seeded faults of a line: the same seed gives the same faults at the same
/// bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineFaults {
    /// Where the random numbers start.
    pub seed: u64,
    /// Bytes lost of a million, in either direction.
    pub lost_per_million: u32,
    /// Bytes with a flipped bit of a million, in either direction.
    pub flipped_per_million: u32,
}

/// USB full speed moves at most 19 bulk packets of 64 bytes a frame of 1 ms
/// (USB 2.0, 5.8.4), about as much as a line of this rate.
const USB_BAUD: u32 = 12_160_000;
/// Bytes in a full packet of USB-Serial/JTAG.
pub(super) const USB_PACKET: usize = 64;
/// What a host's driver asks a USB device for at once (Linux's cdc-acm: two
/// packets). It hands on what has come when that is full, or when a packet was
/// not full; so a transfer that ends with a full packet needs an empty one.
const USB_REQUEST: usize = 2 * USB_PACKET;
/// What a host's driver takes before it makes the writer wait.
const HOST_BUFFER: usize = 4096;
/// What a host's driver keeps for a reader who does not come (Linux keeps
/// 64 KiB for a terminal).
const HOST_INPUT: usize = 0x1_0000;
/// When a host tries again what a USB device did not take: in the next
/// microframe.
const USB_RETRY: Duration = Duration::from_micros(125);

#[derive(Clone, Copy, Debug)]
struct Flying {
    byte: u8,
    /// When it is there.
    at: Instant,
    /// The rate it was sent at.
    baud: u32,
}

/// Who says at which rate the host talks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HostRate {
    /// The host.
    Own,
    /// The chip: the host is behind something that knows no rates.
    Chips,
}

/// Both directions of the line.
#[derive(Debug)]
pub(super) struct Line {
    link: Link,
    random: fastrand::Rng,
    host_baud: u32,
    host_rate: HostRate,
    host_free: Instant,
    chip_free: Instant,
    to_chip: VecDeque<Flying>,
    to_host: VecDeque<Flying>,
    /// What has come over USB and waits for the end of its transfer.
    held: Vec<u8>,
    /// Bytes that arrived at the chip, and at the host.
    pub(super) carried: (u64, u64),
}

/// The next byte, if it is there at `now`.
fn take_due(queue: &mut VecDeque<Flying>, now: Instant) -> Option<Flying> {
    if queue.front()?.at <= now {
        queue.pop_front()
    } else {
        None
    }
}

/// How long a byte takes: start bit, eight data bits, stop bit.
fn byte_time(baud: u32) -> Duration {
    Duration::from_nanos(10_000_000_000 / u64::from(baud.max(1)))
}

/// What a receiver at `to` makes of a byte sent at `from`: the same within the
/// 3 % that a UART's sampling allows, else garbage.
const fn seen(byte: u8, from: u32, to: u32) -> u8 {
    if from.abs_diff(to) as u64 * 100 <= to as u64 * 3 {
        byte
    } else {
        // What exactly comes out depends on the bits beside it; that it is
        // another byte is what matters.
        byte ^ 0xa6
    }
}

impl Line {
    pub(super) fn new(link: Link) -> Self {
        Self {
            random: fastrand::Rng::with_seed(link.faults.seed),
            link,
            host_baud: 115_200,
            host_rate: HostRate::Own,
            host_free: Instant::ZERO,
            chip_free: Instant::ZERO,
            to_chip: VecDeque::new(),
            to_host: VecDeque::new(),
            held: vec![],
            carried: (0, 0),
        }
    }

    pub(super) const fn kind(&self) -> LinkKind {
        self.link.kind
    }

    pub(super) const fn host_baud(&self) -> u32 {
        self.host_baud
    }

    pub(super) const fn set_host_baud(&mut self, baud: u32) {
        self.host_baud = baud;
    }

    /// The host has no rate of its own.
    pub(super) const fn follow_chip(&mut self) {
        self.host_rate = HostRate::Chips;
    }

    /// The host has one.
    pub(super) const fn follow_host(&mut self) {
        self.host_rate = HostRate::Own;
    }

    /// The chip listens at this rate.
    fn chip_hears_at(&mut self, baud: u32) {
        if self.host_rate == HostRate::Chips {
            self.host_baud = baud;
        }
    }

    const fn rate(&self, baud: u32) -> u32 {
        match self.link.kind {
            LinkKind::Uart => baud,
            LinkKind::UsbSerialJtag => USB_BAUD,
        }
    }

    /// What becomes of a byte on its way.
    fn spoil(&mut self, byte: u8) -> Option<u8> {
        let faults = &self.link.faults;
        let (lost, flipped) = (faults.lost_per_million, faults.flipped_per_million);
        if lost == 0 && flipped == 0 {
            return Some(byte);
        }
        let roll = self.random.u32(..1_000_000);
        if roll < lost {
            None
        } else if roll < lost + flipped {
            Some(byte ^ (1 << self.random.u32(..8)))
        } else {
            Some(byte)
        }
    }

    /// What is in the host's buffer: on a UART what has not left yet, on USB
    /// also what the chip has not taken.
    fn host_buffered(&self, now: Instant) -> usize {
        match self.link.kind {
            LinkKind::Uart => self.to_chip.len() - self.left(now),
            LinkKind::UsbSerialJtag => self.to_chip.len(),
        }
    }

    /// How many bytes for the chip have left the host by `now`: they are in the
    /// order in which they do.
    fn left(&self, now: Instant) -> usize {
        self.to_chip.partition_point(|byte| byte.at <= now)
    }

    /// When the host's buffer may have room.
    pub(super) fn host_may_write(&self, now: Instant) -> Instant {
        if self.host_buffered(now) < HOST_BUFFER {
            return now;
        }
        let next = self.to_chip.get(self.left(now));
        next.map_or(now + USB_RETRY, |byte| byte.at)
    }

    /// Takes what fits into the host's buffer.
    pub(super) fn send_from_host(&mut self, now: Instant, bytes: &[u8]) -> usize {
        let room = HOST_BUFFER.saturating_sub(self.host_buffered(now));
        let taken = bytes.len().min(room);
        let baud = self.rate(self.host_baud);
        self.host_free = self.host_free.max(now);
        for byte in bytes.iter().take(taken) {
            self.host_free += byte_time(baud);
            if let Some(byte) = self.spoil(*byte) {
                self.to_chip.push_back(Flying {
                    byte,
                    at: self.host_free + self.link.latency,
                    baud,
                });
            }
        }
        taken
    }

    pub(super) fn send_from_chip(&mut self, now: Instant, bytes: &[u8], baud: u32) -> Instant {
        let baud = self.rate(baud);
        self.chip_free = self.chip_free.max(now);
        for byte in bytes {
            self.chip_free += byte_time(baud);
            let byte = self.spoil(*byte).filter(|_| self.host_takes());
            if let Some(byte) = byte {
                self.to_host.push_back(Flying {
                    byte,
                    at: self.chip_free + self.link.latency,
                    baud,
                });
            }
        }
        self.chip_free
    }

    /// Sends a packet over USB; returns when the host has it.
    pub(super) fn send_packet_from_chip(&mut self, now: Instant, packet: &[u8]) -> Instant {
        let latency = self.link.latency;
        self.chip_free = self.chip_free.max(now);
        for byte in packet {
            self.chip_free += byte_time(USB_BAUD);
            let byte = self.spoil(*byte).filter(|_| self.host_takes());
            self.held.extend(byte);
        }
        if packet.len() < USB_PACKET || self.held.len() >= USB_REQUEST {
            let at = self.chip_free + latency;
            let bytes = self.held.drain(..).map(|byte| Flying {
                byte,
                at,
                baud: USB_BAUD,
            });
            self.to_host.extend(bytes);
        }
        self.chip_free
    }

    /// How many bytes make up the next packet from the host over USB, and when
    /// it is there as a whole.
    pub(super) fn next_packet(&self) -> Option<(usize, Instant)> {
        let gap = byte_time(USB_BAUD) * 2;
        let mut times = self.to_chip.iter().map(|flying| flying.at);
        let mut last = times.next()?;
        let mut count = 1;
        for at in times.take(USB_PACKET - 1) {
            if at > last + gap {
                break;
            }
            (last, count) = (at, count + 1);
        }
        Some((count, last))
    }

    /// Whether the host has room for another byte.
    pub(super) fn host_takes(&self) -> bool {
        self.to_host.len() < HOST_INPUT
    }

    pub(super) fn next_to_chip(&self) -> Option<Instant> {
        self.to_chip.front().map(|byte| byte.at)
    }

    /// The next byte as it was sent, whatever the chip makes of it.
    pub(super) fn peek_at_chip(&self) -> Option<u8> {
        self.to_chip.front().map(|flying| flying.byte)
    }

    pub(super) fn next_to_host(&self) -> Option<Instant> {
        self.to_host.front().map(|byte| byte.at)
    }

    pub(super) fn receive_at_chip(&mut self, now: Instant, baud: Option<u32>) -> Option<(u8, u32)> {
        let flying = take_due(&mut self.to_chip, now)?;
        self.carried.0 += 1;
        if let Some(baud) = baud {
            self.chip_hears_at(baud);
        }
        let byte = match (self.link.kind, baud) {
            (LinkKind::Uart, Some(baud)) if self.host_rate == HostRate::Own => {
                seen(flying.byte, flying.baud, baud)
            }
            _ => flying.byte,
        };
        Some((byte, flying.baud))
    }

    pub(super) fn receive_at_host(&mut self, now: Instant, out: &mut [u8]) -> usize {
        let mut count = 0;
        for slot in out {
            let Some(flying) = take_due(&mut self.to_host, now) else {
                break;
            };
            *slot = match self.link.kind {
                LinkKind::Uart if self.host_rate == HostRate::Own => {
                    seen(flying.byte, flying.baud, self.host_baud)
                }
                _ => flying.byte,
            };
            count += 1;
        }
        self.carried.1 += count as u64;
        count
    }

    /// What the host had received and not read is gone.
    pub(super) fn discard_at_host(&mut self, now: Instant) {
        while take_due(&mut self.to_host, now).is_some() {}
    }

    /// The chip stops hearing and talking: what it has not sent is gone.
    pub(super) fn reset_chip(&mut self, now: Instant) {
        self.to_chip.retain(|byte| byte.at > now);
        let latency = self.link.latency;
        self.to_host.retain(|byte| byte.at <= now + latency);
        self.chip_free = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const US: Duration = Duration::from_micros(1);

    #[test]
    fn bytes_take_their_time() {
        let mut line = Line::new(Link {
            latency: 7 * US,
            ..Link::default()
        });
        line.set_host_baud(1_000_000);
        assert_eq!(line.send_from_host(Instant::ZERO, b"ab"), 2);
        let first = Instant::ZERO + 17 * US;
        assert_eq!(line.next_to_chip(), Some(first));
        assert_eq!(line.receive_at_chip(Instant::ZERO + 16 * US, None), None);
        assert_eq!(line.receive_at_chip(first, None), Some((b'a', 1_000_000)));
        assert_eq!(line.next_to_chip(), Some(first + 10 * US));

        assert_eq!(line.send_from_chip(first, b"x", 500_000), first + 20 * US);
        assert_eq!(line.next_to_host(), Some(first + 27 * US));
    }

    #[test]
    fn another_rate_is_garbage() {
        for (from, to, clean) in [
            (115_200, 115_200, true),
            (115_200, 117_647, true),
            (115_200, 74_880, false),
            (921_600, 115_200, false),
        ] {
            for byte in 0..=255 {
                assert_eq!(
                    seen(byte, from, to) == byte,
                    clean,
                    "{from} {to} {byte:02x}"
                );
            }
        }
    }

    #[test]
    fn the_host_waits_for_room() {
        let mut line = Line::new(Link::default());
        let bytes = [0; 5000];
        assert_eq!(line.send_from_host(Instant::ZERO, &bytes), HOST_BUFFER);
        assert_eq!(line.send_from_host(Instant::ZERO, &bytes), 0);
        let room = line.host_may_write(Instant::ZERO);
        assert_eq!(room, Instant::ZERO + byte_time(115_200));
        assert_eq!(line.send_from_host(room, &bytes), 1);
    }

    #[test]
    fn usb_waits_for_the_chip_and_a_uart_does_not() {
        let later = Instant::ZERO + Duration::from_secs(1);
        for (kind, taken, room) in [
            (LinkKind::Uart, HOST_BUFFER, later),
            (LinkKind::UsbSerialJtag, 0, later + USB_RETRY),
        ] {
            let mut line = Line::new(Link {
                kind,
                ..Link::default()
            });
            let bytes = [0; 5000];
            assert_eq!(line.send_from_host(Instant::ZERO, &bytes), HOST_BUFFER);
            // All of it is there, and the chip has taken nothing.
            assert_eq!(line.host_may_write(later), room);
            assert_eq!(line.send_from_host(later, &bytes), taken);
        }
    }

    #[test]
    fn usb_moves_packets() {
        let kind = LinkKind::UsbSerialJtag;
        let mut line = Line::new(Link {
            kind,
            ..Link::default()
        });
        let mut read = [0; 256];
        let mut sent = |line: &mut Line, count: usize| {
            let at = line.send_packet_from_chip(Instant::ZERO, &[b'x'; USB_PACKET][..count]);
            line.receive_at_host(at, &mut read)
        };
        // A full packet does not end a transfer; a short or empty one does.
        for (packets, read) in [
            (&[10][..], &[10][..]),
            (&[64, 10], &[0, 74]),
            (&[64, 0], &[0, 64]),
            (&[64, 64, 64, 0], &[0, 128, 0, 64]),
        ] {
            let came: Vec<_> = packets.iter().map(|it| sent(&mut line, *it)).collect();
            assert_eq!(came, read, "{packets:?}");
        }

        assert_eq!(line.next_packet(), None);
        line.send_from_host(Instant::ZERO, &[0; 70]);
        let later = Instant::ZERO + Duration::from_millis(1);
        line.send_from_host(later, &[0; 5]);
        for (count, last) in [(64, 64), (6, 70)] {
            let at = Instant::ZERO + byte_time(USB_BAUD) * last;
            assert_eq!(line.next_packet(), Some((count, at)));
            for _ in 0..count {
                assert!(line.receive_at_chip(at, None).is_some());
            }
        }
        assert_eq!(
            line.next_packet(),
            Some((5, later + byte_time(USB_BAUD) * 5))
        );
    }

    #[test]
    fn a_host_that_does_not_read_keeps_so_much() {
        let mut line = Line::new(Link::default());
        line.send_from_chip(Instant::ZERO, &[b'x'; HOST_INPUT - 1], 115_200);
        assert!(line.host_takes());
        let left = line.send_from_chip(Instant::ZERO, b"yz", 115_200);
        assert!(!line.host_takes());
        let mut read = vec![0; HOST_INPUT + 1];
        assert_eq!(line.receive_at_host(left, &mut read), HOST_INPUT);
        assert_eq!(read[HOST_INPUT - 1], b'y');
        assert!(line.host_takes());
    }

    #[test]
    fn faults_are_there_and_the_same_for_a_seed() {
        let spoiled = |seed| {
            let mut line = Line::new(Link {
                faults: LineFaults {
                    seed,
                    lost_per_million: 100_000,
                    flipped_per_million: 100_000,
                },
                ..Link::default()
            });
            line.send_from_host(Instant::ZERO, &[0; 1000]);
            let mut seen = vec![];
            while let Some((byte, _)) = line.receive_at_chip(Instant::FAR_FUTURE, None) {
                seen.push(byte);
            }
            seen
        };
        let once = spoiled(1);
        assert!(
            once.len() < 950 && once.len() > 850,
            "{} of 1000 arrived",
            once.len()
        );
        assert!(once.iter().any(|byte| byte.count_ones() == 1));
        assert_eq!(once, spoiled(1));
        assert_ne!(once, spoiled(2));
    }
}
