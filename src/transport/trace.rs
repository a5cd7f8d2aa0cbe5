//! Shows what passes through a transport.

use super::{Lines, Reopen, Settings, Transport};
use crate::error::hex;
use crate::time::{Duration, Instant};
use std::fmt;
use std::io;

/// Something that passed through a transport.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Traced<'a> {
    /// Bytes that were handed over to be sent.
    Out(&'a [u8]),
    /// Bytes that were received.
    In(&'a [u8]),
    /// The rate was set, in bits per second.
    Baud(u32),
    /// The control lines were set.
    Lines(Lines),
    /// What had been received was thrown away.
    Discard,
    /// A call failed.
    Failed {
        /// Which one.
        call: &'static str,
        /// How.
        error: &'a io::Error,
    },
}

/// Bytes as `> c000…` and `< c001…`, all else behind a `#`, as in a recording.
impl fmt::Display for Traced<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Out(bytes) => write!(f, "> {}", hex(bytes)),
            Self::In(bytes) => write!(f, "< {}", hex(bytes)),
            Self::Baud(baud) => write!(f, "# {baud} baud"),
            Self::Lines(Lines { dtr, rts }) => {
                write!(f, "# DTR {} RTS {}", u8::from(*dtr), u8::from(*rts))
            }
            Self::Discard => f.write_str("# input discarded"),
            Self::Failed { call, error } => write!(f, "# {call}: {error}"),
        }
    }
}

/// Hears of everything that passes, with the time at which it did.
type Sink = dyn FnMut(Instant, &Traced<'_>) + Send;

/// Shows what passes through a transport, and changes nothing of it.
pub struct Trace<T> {
    inner: T,
    sink: Box<Sink>,
}

impl<T: Transport> Trace<T> {
    /// Tells `sink` of everything that passes.
    pub fn new(inner: T, sink: impl FnMut(Instant, &Traced<'_>) + Send + 'static) -> Self {
        let sink = Box::new(sink);
        Self { inner, sink }
    }

    /// Writes everything to the log, level trace, target `espwire::wire`.
    pub fn to_log(inner: T) -> Self {
        Self::new(inner, |_, what| {
            log::trace!(target: "espwire::wire", "{what}");
        })
    }

    /// Writes everything to `out`, one line each, behind the seconds since
    /// this call. What cannot be written is lost: a trace does not stop a
    /// session.
    pub fn to_writer(inner: T, mut out: impl io::Write + Send + 'static) -> Self {
        let start = inner.now();
        Self::new(inner, move |now, what| {
            let seconds = (now - start).as_secs_f64();
            let _ = writeln!(out, "{seconds:.6} {what}");
        })
    }

    /// Gives the transport back.
    pub fn into_inner(self) -> T {
        self.inner
    }

    fn tell(&mut self, what: &Traced<'_>) {
        (self.sink)(self.inner.now(), what);
    }

    /// Tells what came of a call that passes `what` on.
    fn told<V>(
        &mut self,
        call: &'static str,
        outcome: io::Result<V>,
        what: Option<Traced<'_>>,
    ) -> io::Result<V> {
        match (&outcome, what) {
            (Ok(_), Some(what)) => self.tell(&what),
            (Ok(_), None) => {}
            (Err(error), _) => self.tell(&Traced::Failed { call, error }),
        }
        outcome
    }
}

/// The bytes that a call dealt with, if it did with any.
fn some_of<'a>(bytes: &'a [u8], outcome: &io::Result<usize>) -> Option<&'a [u8]> {
    let count = *outcome.as_ref().ok()?;
    bytes.get(..count).filter(|bytes| !bytes.is_empty())
}

impl<T: fmt::Debug> fmt::Debug for Trace<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Trace").field(&self.inner).finish()
    }
}

impl<T: Transport> Transport for Trace<T> {
    fn now(&self) -> Instant {
        self.inner.now()
    }

    fn sleep_until(&mut self, until: Instant) {
        self.inner.sleep_until(until);
    }

    fn read(&mut self, buf: &mut [u8], deadline: Instant) -> io::Result<usize> {
        let outcome = self.inner.read(buf, deadline);
        let what = some_of(buf, &outcome).map(Traced::In);
        self.told("read", outcome, what)
    }

    fn write(&mut self, data: &[u8], deadline: Instant) -> io::Result<usize> {
        let outcome = self.inner.write(data, deadline);
        let what = some_of(data, &outcome).map(Traced::Out);
        self.told("write", outcome, what)
    }

    fn set_baud(&mut self, baud: u32) -> io::Result<()> {
        let outcome = self.inner.set_baud(baud);
        self.told("set_baud", outcome, Some(Traced::Baud(baud)))
    }

    fn set_lines(&mut self, lines: Lines) -> io::Result<()> {
        let outcome = self.inner.set_lines(lines);
        self.told("set_lines", outcome, Some(Traced::Lines(lines)))
    }

    fn discard_input(&mut self) -> io::Result<()> {
        let outcome = self.inner.discard_input();
        self.told("discard_input", outcome, Some(Traced::Discard))
    }

    fn settings(&self) -> io::Result<Settings> {
        self.inner.settings()
    }

    fn restore(&mut self, settings: &Settings) -> io::Result<()> {
        let outcome = self.inner.restore(settings);
        self.told("restore", outcome, Some(Traced::Baud(settings.baud)))
    }

    fn reopen(&mut self, waited: Duration) -> io::Result<Reopen> {
        self.inner.reopen(waited)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Duration;
    use crate::transport::testing::{Event, Say, Scripted};
    use std::sync::mpsc;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn everything_is_shown_and_nothing_changed() {
        let echo = |_: Instant, event: Event<'_>, say: &mut Say| match event {
            Event::Bytes(b"die") => say.hang_up(),
            Event::Bytes(bytes) => say.after(2 * MS, bytes),
            _ => {}
        };
        let (sender, lines) = mpsc::channel();
        let mut port = Trace::new(Scripted::new(echo), move |now, what| {
            sender.send(format!("{} {what}", now.as_nanos())).unwrap();
        });
        let wait = |port: &Trace<_>| Transport::now(port) + 9 * MS;

        port.set_baud(9600).unwrap();
        port.set_lines(Lines {
            dtr: true,
            rts: false,
        })
        .unwrap();
        let until = wait(&port);
        assert_eq!(port.write(&[0xc0, 0x0a], until).unwrap(), 2);
        let mut buf = [0; 8];
        let until = wait(&port);
        assert_eq!(port.read(&mut buf, until).unwrap(), 2);
        assert_eq!(buf[..2], [0xc0, 0x0a]);
        assert_eq!(port.read(&mut buf, until).unwrap(), 0);
        port.discard_input().unwrap();
        port.write(b"die", until).unwrap();
        port.read(&mut buf, until).unwrap_err();
        assert_eq!(port.settings().unwrap().baud, 9600);

        let shown: Vec<String> = lines.try_iter().collect();
        assert_eq!(
            shown,
            [
                "0 # 9600 baud",
                "0 # DTR 1 RTS 0",
                "0 > c00a",
                "2000000 < c00a",
                "9000000 # input discarded",
                "9000000 > 646965",
                "9000000 # read: broken pipe",
            ]
        );
    }

    #[test]
    fn lines_for_a_file_have_seconds() {
        let mut file = tempfile::tempfile().unwrap();
        let mut inner = Scripted::new(|_: Instant, _: Event<'_>, _: &mut Say| {});
        inner.sleep_until(Instant::ZERO + 500 * MS);
        let mut port = Trace::to_writer(inner, file.try_clone().unwrap());
        port.sleep_until(Instant::ZERO + 501 * MS);
        port.write(b"\xc0", Instant::FAR_FUTURE).unwrap();
        io::Seek::rewind(&mut file).unwrap();
        let text = io::read_to_string(file).unwrap();
        assert_eq!(text, "0.001000 > c0\n");
    }
}
