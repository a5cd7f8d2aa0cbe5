//! Telnet with the com port option, the serving side (RFC 854, RFC 856,
//! RFC 858, RFC 2217).

use super::Event;

const IAC: u8 = 255;
const DONT: u8 = 254;
const DO: u8 = 253;
const WONT: u8 = 252;
const WILL: u8 = 251;
const SB: u8 = 250;
const SE: u8 = 240;

const BINARY: u8 = 0;
const SUPPRESS_GO_AHEAD: u8 = 3;
const COM_PORT: u8 = 44;
/// What this side does and lets the other side do.
const AGREED: [u8; 3] = [BINARY, SUPPRESS_GO_AHEAD, COM_PORT];

/// Answers have the command's number and this (RFC 2217, 2).
const FROM_SERVER: u8 = 100;
/// The longest subnegotiation that is kept.
const LONGEST: usize = 64;

/// Commands of the com port option (RFC 2217, 2).
mod com {
    pub(super) const SIGNATURE: u8 = 0;
    pub(super) const SET_BAUDRATE: u8 = 1;
    pub(super) const SET_DATASIZE: u8 = 2;
    pub(super) const SET_PARITY: u8 = 3;
    pub(super) const SET_STOPSIZE: u8 = 4;
    pub(super) const SET_CONTROL: u8 = 5;
    pub(super) const SET_LINESTATE_MASK: u8 = 10;
    pub(super) const SET_MODEMSTATE_MASK: u8 = 11;
    pub(super) const PURGE_DATA: u8 = 12;
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Data,
    Iac,
    /// Behind WILL, WONT, DO or DONT.
    Option(u8),
    Sub,
    SubIac,
}

/// The serving side of a connection.
#[derive(Debug, Default)]
pub(super) struct Telnet {
    state: State,
    sub: Vec<u8>,
    /// Options in force: ours, theirs.
    ours: Vec<u8>,
    theirs: Vec<u8>,
    baud: u32,
    dtr: bool,
    rts: bool,
}

impl Telnet {
    pub(super) fn new(baud: u32) -> Self {
        Self {
            baud,
            ..Self::default()
        }
    }

    /// Bytes as they go to the other side.
    pub(super) fn escape(bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(bytes.len());
        for byte in bytes {
            out.push(*byte);
            if *byte == IAC {
                out.push(IAC);
            }
        }
        out
    }

    /// Takes bytes from the other side.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Vec<Event> {
        let mut heard = vec![];
        let mut data = vec![];
        for byte in bytes {
            match (self.state, *byte) {
                (State::Data, IAC) => self.state = State::Iac,
                (State::Data, byte) => data.push(byte),
                (State::Iac, IAC) => {
                    data.push(IAC);
                    self.state = State::Data;
                }
                (State::Iac, verb @ (WILL | WONT | DO | DONT)) => {
                    self.state = State::Option(verb);
                }
                (State::Iac, SB) => {
                    self.sub.clear();
                    self.state = State::Sub;
                }
                // No other command asks for anything here.
                (State::Iac, _) => self.state = State::Data,
                (State::Option(verb), option) => {
                    self.state = State::Data;
                    if let Some(verb) = self.negotiate(verb, option) {
                        hand_over(&mut data, &mut heard);
                        heard.push(Event::Reply(vec![IAC, verb, option]));
                    }
                }
                (State::Sub, IAC) => self.state = State::SubIac,
                (State::SubIac, SE) => {
                    self.state = State::Data;
                    hand_over(&mut data, &mut heard);
                    let sub = std::mem::take(&mut self.sub);
                    if let [COM_PORT, command, value @ ..] = sub.as_slice() {
                        self.com_port(*command, value, &mut heard);
                    }
                }
                (State::Sub | State::SubIac, byte) => {
                    self.state = State::Sub;
                    if self.sub.len() < LONGEST {
                        self.sub.push(byte);
                    }
                }
            }
        }
        hand_over(&mut data, &mut heard);
        heard
    }

    /// The verb that answers an offer or a wish; none if nothing changes
    /// (RFC 854: that is what keeps two sides from answering forever).
    fn negotiate(&mut self, verb: u8, option: u8) -> Option<u8> {
        let (in_force, yes, no) = match verb {
            WILL | WONT => (&mut self.theirs, DO, DONT),
            _ => (&mut self.ours, WILL, WONT),
        };
        let was = in_force.contains(&option);
        let asked = matches!(verb, WILL | DO);
        if asked && !AGREED.contains(&option) {
            return Some(no);
        }
        match (asked, was) {
            (true, false) => {
                in_force.push(option);
                Some(yes)
            }
            (false, true) => {
                in_force.retain(|other| *other != option);
                Some(no)
            }
            _ => None,
        }
    }

    fn com_port(&mut self, command: u8, value: &[u8], heard: &mut Vec<Event>) {
        let answer: Vec<u8> = match (command, value) {
            (com::SIGNATURE, _) => b"espwire virtual board".to_vec(),
            (com::SET_BAUDRATE, [a, b, c, d]) => {
                // 0 asks.
                let baud = u32::from_be_bytes([*a, *b, *c, *d]);
                if baud != 0 {
                    self.baud = baud;
                    heard.push(Event::Baud(baud));
                }
                self.baud.to_be_bytes().to_vec()
            }
            // Eight bits, no parity, one stop bit, whatever is asked.
            (com::SET_DATASIZE, [_]) => vec![8],
            (com::SET_PARITY | com::SET_STOPSIZE, [_]) => vec![1],
            (com::SET_CONTROL, [control]) => {
                let (event, answer) = self.control(*control);
                heard.extend(event);
                vec![answer]
            }
            (com::SET_LINESTATE_MASK | com::SET_MODEMSTATE_MASK, [mask]) => vec![*mask],
            (com::PURGE_DATA, [what]) => {
                // 1: received, 2: to be sent, 3: both. What is to be sent has
                // been handed to the line already.
                if matches!(what, 1 | 3) {
                    heard.push(Event::PurgeInput);
                }
                vec![*what]
            }
            _ => return,
        };
        let mut reply = vec![IAC, SB, COM_PORT, FROM_SERVER + command];
        reply.extend(Self::escape(&answer));
        reply.extend([IAC, SE]);
        heard.push(Event::Reply(reply));
    }

    /// SET-CONTROL: 7 to 12 are DTR and RTS: asked for, on, off. The rest is
    /// flow control and break, which are off.
    fn control(&mut self, control: u8) -> (Option<Event>, u8) {
        let event = match control {
            8 | 9 => {
                self.dtr = control == 8;
                Some(Event::Dtr(self.dtr))
            }
            11 | 12 => {
                self.rts = control == 11;
                Some(Event::Rts(self.rts))
            }
            _ => None,
        };
        let answer = match control {
            0..=3 => 1,
            4..=6 => 6,
            7..=9 if self.dtr => 8,
            7..=9 => 9,
            10..=12 if self.rts => 11,
            10..=12 => 12,
            _ => 14,
        };
        (event, answer)
    }
}

/// What has come so far, as an event.
fn hand_over(data: &mut Vec<u8>, heard: &mut Vec<Event>) {
    if !data.is_empty() {
        heard.push(Event::Data(std::mem::take(data)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sub(bytes: &[u8]) -> Vec<u8> {
        [&[IAC, SB, COM_PORT], bytes, &[IAC, SE]].concat()
    }

    #[test]
    fn agrees_once_to_what_it_can() {
        let mut telnet = Telnet::new(115_200);
        for (sent, reply) in [
            ([IAC, WILL, COM_PORT], &[IAC, DO, COM_PORT][..]),
            ([IAC, WILL, COM_PORT], &[]),
            ([IAC, DO, COM_PORT], &[IAC, WILL, COM_PORT]),
            ([IAC, DO, BINARY], &[IAC, WILL, BINARY]),
            (
                [IAC, WILL, SUPPRESS_GO_AHEAD],
                &[IAC, DO, SUPPRESS_GO_AHEAD],
            ),
            ([IAC, DO, 1], &[IAC, WONT, 1]),
            ([IAC, WILL, 24], &[IAC, DONT, 24]),
            ([IAC, WONT, 24], &[]),
            ([IAC, DONT, BINARY], &[IAC, WONT, BINARY]),
            ([IAC, DONT, BINARY], &[]),
        ] {
            let replies = (!reply.is_empty()).then(|| Event::Reply(reply.to_vec()));
            assert_eq!(telnet.push(&sent), Vec::from_iter(replies), "{sent:?}");
        }
    }

    #[test]
    fn sets_the_port_in_order() {
        let sent = [
            b"ab".to_vec(),
            sub(&[com::SET_BAUDRATE, 0, 0x0e, 0x10, 0x00]),
            sub(&[com::SET_CONTROL, 8]),
            vec![b'c', IAC, IAC],
            sub(&[com::SET_CONTROL, 11]),
            sub(&[com::SET_CONTROL, 10]),
            sub(&[com::SET_CONTROL, 9]),
            sub(&[com::PURGE_DATA, 1]),
            sub(&[com::SET_DATASIZE, 7]),
        ]
        .concat();
        let reply = |bytes: &[u8]| Event::Reply(sub(bytes));
        let events = [
            Event::Data(b"ab".to_vec()),
            Event::Baud(921_600),
            reply(&[101, 0, 0x0e, 0x10, 0x00]),
            Event::Dtr(true),
            reply(&[105, 8]),
            Event::Data(vec![b'c', IAC]),
            Event::Rts(true),
            reply(&[105, 11]),
            reply(&[105, 11]),
            Event::Dtr(false),
            reply(&[105, 9]),
            Event::PurgeInput,
            reply(&[112, 1]),
            reply(&[102, 8]),
        ];
        assert_eq!(Telnet::new(115_200).push(&sent), events);

        // The pieces do not matter, but for where data is cut.
        let mut telnet = Telnet::new(115_200);
        let mut pieces = vec![];
        for byte in &sent {
            for event in telnet.push(&[*byte]) {
                match (pieces.last_mut(), event) {
                    (Some(Event::Data(all)), Event::Data(more)) => all.extend(more),
                    (_, event) => pieces.push(event),
                }
            }
        }
        assert_eq!(pieces, events);
    }

    #[test]
    fn bytes_that_telnet_uses_pass() {
        let all: Vec<u8> = (0..=255).collect();
        let heard = Telnet::new(115_200).push(&Telnet::escape(&all));
        assert_eq!(heard, [Event::Data(all)]);
    }

    #[test]
    fn a_rate_can_be_asked_for_and_holds_an_escaped_byte() {
        let mut telnet = Telnet::new(0x0100_ff01);
        let heard = telnet.push(&sub(&[com::SET_BAUDRATE, 0, 0, 0, 0]));
        assert_eq!(heard, [Event::Reply(sub(&[101, 1, 0, IAC, IAC, 1]))]);
    }

    #[test]
    fn what_it_does_not_know_ends_nothing() {
        let mut telnet = Telnet::new(115_200);
        let mut long = vec![IAC, SB, 99];
        long.extend([7; 10_000]);
        long.extend([IAC, SE, b'x', IAC, 241, b'y']);
        let heard = telnet.push(&long);
        assert_eq!(heard, [Event::Data(b"xy".to_vec())]);
        assert!(telnet.sub.capacity() <= 2 * LONGEST);
        for short in [&[][..], &[COM_PORT], &[COM_PORT, 1, 2], &[COM_PORT, 77, 1]] {
            let bytes = [&[IAC, SB], short, &[IAC, SE]].concat();
            assert_eq!(telnet.push(&bytes), [], "{short:?}");
        }
    }
}
