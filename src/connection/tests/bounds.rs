//! Every wait ends: at its timeout, at the deadline, or when it is cancelled.

use super::*;
use crate::transport::Transport;

type Port = Connection<Scripted<Rom>>;

/// What waits, by name.
type Wait = (&'static str, fn(&mut Port) -> Result<()>);

/// Everything that waits.
const WAITS: &[Wait] = &[
    ("reset", |port| port.reset(&ResetSequence::CLASSIC_LONG)),
    ("usb reset", |port| {
        port.reset(&ResetSequence::USB_SERIAL_JTAG)
    }),
    ("pause", |port| port.pause(500 * MS)),
    ("connect", |port| {
        port.connect(&Approach::classic()).map(drop)
    }),
    ("sync alone", |port| port.connect(&Approach::Sync).map(drop)),
    ("command", |port| {
        port.command(&read_reg(0), timing::COMMAND).map(drop)
    }),
    ("ask", |port| port.ask(&read_reg(0), 200 * MS).map(drop)),
    ("change of rate", |port| {
        port.change_baud(921_600, &read_reg(0)).map(drop)
    }),
    ("detect", |port| {
        port.detect(None, crate::wire::Loader::Rom).map(drop)
    }),
];

/// A device that never answers.
fn silent(limits: Limits) -> Port {
    limited(limits, |_| Answer::Silence)
}

#[test]
fn cancelling_ends_every_wait_within_50_ms() {
    for (name, wait) in WAITS {
        for millis in [0, 1, 19, 20, 21, 99, 150, 199, 250] {
            let token = CancelToken::new();
            let mut port = silent(Limits {
                cancel: token.clone(),
                deadline: None,
            });
            let at = Instant::ZERO + millis * MS;
            port.transport_mut().at(at, move || token.cancel());
            port.transport_mut().sleep_until(Instant::ZERO);
            let error = wait(&mut port).unwrap_err();
            assert!(
                matches!(error, Error::Cancelled),
                "{name} at {millis} ms: {error}"
            );
            let late = port.transport().now() - at;
            assert!(late <= 50 * MS, "{name} at {millis} ms: {late:?}");
            lines_are_released(&mut port, name);
        }
    }
}

#[test]
fn the_deadline_ends_every_wait() {
    for (name, wait) in WAITS {
        for millis in [0, 1, 19, 20, 21, 99, 150, 199, 250] {
            let deadline = Instant::ZERO + millis * MS;
            let mut port = silent(Limits {
                cancel: CancelToken::new(),
                deadline: Some(deadline),
            });
            let error = wait(&mut port).unwrap_err();
            assert!(
                matches!(error, Error::Deadline { .. }),
                "{name} at {millis} ms: {error}"
            );
            assert_eq!(port.transport().now(), deadline, "{name}");
            lines_are_released(&mut port, name);
        }
    }
}

fn lines_are_released(port: &mut Port, name: &str) {
    let lines = port.transport_mut().device().lines.last().copied();
    assert_eq!(lines.unwrap_or_default(), Lines::default(), "{name}");
}

#[test]
fn every_wait_ends_by_itself() {
    for (name, wait) in WAITS {
        let mut port = silent(Limits::default());
        let _ = wait(&mut port);
        let took = port.transport().now() - Instant::ZERO;
        assert!(took < Duration::from_secs(15), "{name}: {took:?}");
        lines_are_released(&mut port, name);
    }
}

#[test]
fn a_port_that_takes_nothing_is_no_endless_wait() {
    /// Never takes a byte.
    #[derive(Debug)]
    struct Stuck(Scripted<Rom>);

    impl Transport for Stuck {
        fn now(&self) -> Instant {
            self.0.now()
        }
        fn sleep_until(&mut self, until: Instant) {
            self.0.sleep_until(until);
        }
        fn read(&mut self, buf: &mut [u8], deadline: Instant) -> std::io::Result<usize> {
            self.0.read(buf, deadline)
        }
        fn write(&mut self, _: &[u8], deadline: Instant) -> std::io::Result<usize> {
            self.0.sleep_until(deadline);
            Ok(0)
        }
        fn set_baud(&mut self, baud: u32) -> std::io::Result<()> {
            self.0.set_baud(baud)
        }
        fn set_lines(&mut self, lines: Lines) -> std::io::Result<()> {
            self.0.set_lines(lines)
        }
        fn discard_input(&mut self) -> std::io::Result<()> {
            self.0.discard_input()
        }
        fn settings(&self) -> std::io::Result<crate::transport::Settings> {
            self.0.settings()
        }
        fn restore(&mut self, settings: &crate::transport::Settings) -> std::io::Result<()> {
            self.0.restore(settings)
        }
    }

    let port = Stuck(Scripted::new(Rom::new(|_| Answer::Silence)));
    let mut port = Connection::new(port, Limits::default()).unwrap();
    let outcome = port.command(&read_reg(0), 300 * MS);
    assert_eq!(heard(outcome), (Opcode::READ_REG, Heard::Nothing));
    assert_eq!(port.transport().now(), Instant::ZERO + 300 * MS);
}

#[test]
fn frames_without_end_do_not_hold_up_a_command() {
    // Answers to another command, one after the other, for longer than the
    // command may take.
    let stale = rom::response(Opcode::FLASH_MD5SUM, 0, &[0; 36]);
    let mut port = connect(move |_| Answer::bytes(stale.repeat(20_000)));
    let (command, _) = heard(port.command(&read_reg(0), 300 * MS));
    assert_eq!(command, Opcode::READ_REG);
    assert!(port.transport().now() <= Instant::ZERO + 300 * MS);
    assert!(port.answer.capacity() <= LONGEST_FRAME && port.received.capacity() <= 2 * READ_SIZE);
}
