//! A port that changes and loses whole frames on their way, in either
//! direction.

use espwire::slip::{self, Decoder, Event};
use espwire::time::{Duration, Instant};
use espwire::transport::{Lines, Reopen, Settings, Transport};
use espwire::wire::own;
use std::collections::VecDeque;
use std::io;

/// What becomes of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Arrives,
    Lost,
}

/// Sees each frame, without SLIP, and may change it.
pub type Meddler = Box<dyn FnMut(&mut Vec<u8>) -> Fate + Send>;

/// A port whose frames are meddled with.
pub struct Liar<T> {
    inner: T,
    to_host: Meddler,
    to_chip: Meddler,
    decoder: Decoder,
    queue: VecDeque<u8>,
    /// At higher rates nothing gets through.
    pub fastest: u32,
    baud: u32,
}

/// Frames arrive as they are.
pub fn honest() -> Meddler {
    Box::new(|_| Fate::Arrives)
}

/// Changes the body of our stub's answers with this opcode, and seals it again.
pub fn alter(opcode: u8, mut change: impl FnMut(&mut [u8]) + Send + 'static) -> Meddler {
    Box::new(move |frame| {
        if let Some(response) = own::Response::parse(frame).filter(|it| it.opcode.0 == opcode) {
            let mut body = response.body.to_vec();
            change(&mut body);
            let mut sealed = vec![];
            own::Response {
                body: &body,
                ..response
            }
            .encode(&mut sealed);
            *frame = sealed;
        }
        Fate::Arrives
    })
}

/// Loses the frames whose number of their kind is in `which`.
pub fn lose(fits: impl Fn(&[u8]) -> bool + Send + 'static, which: &'static [usize]) -> Meddler {
    let mut count = 0;
    Box::new(move |frame| {
        if !fits(frame) {
            return Fate::Arrives;
        }
        count += 1;
        if which.contains(&(count - 1)) {
            Fate::Lost
        } else {
            Fate::Arrives
        }
    })
}

impl<T: Transport> Liar<T> {
    pub fn new(inner: T, to_host: Meddler, to_chip: Meddler) -> Self {
        Self {
            inner,
            to_host,
            to_chip,
            decoder: Decoder::new(0x2_0000),
            queue: VecDeque::new(),
            fastest: u32::MAX,
            baud: 115_200,
        }
    }

    fn hears(&self) -> bool {
        self.baud <= self.fastest
    }

    fn pull(&mut self, mut bytes: &[u8]) {
        while let Some(event) = self.decoder.next(&mut bytes) {
            match event {
                Event::Frame(frame) => {
                    let mut frame = frame.to_vec();
                    if (self.to_host)(&mut frame) == Fate::Arrives {
                        let mut wire = vec![];
                        slip::encode(&frame, &mut wire);
                        self.queue.extend(wire);
                    }
                }
                Event::Noise(noise) => self.queue.extend(noise),
                Event::Broken { bytes, .. } => self.queue.extend(bytes),
            }
        }
    }
}

impl<T: Transport> Transport for Liar<T> {
    fn now(&self) -> Instant {
        self.inner.now()
    }

    fn sleep_until(&mut self, until: Instant) {
        self.inner.sleep_until(until);
    }

    fn read(&mut self, buf: &mut [u8], deadline: Instant) -> io::Result<usize> {
        let mut piece = [0; 256];
        while self.queue.is_empty() {
            let count = self.inner.read(&mut piece, deadline)?;
            if self.hears() {
                self.pull(&piece[..count]);
            }
            if count == 0 {
                break;
            }
        }
        let count = buf.len().min(self.queue.len());
        for (slot, byte) in buf.iter_mut().zip(self.queue.drain(..count)) {
            *slot = byte;
        }
        Ok(count)
    }

    /// A write of this host's is one frame, of which the board takes all in the
    /// end.
    fn write(&mut self, data: &[u8], deadline: Instant) -> io::Result<usize> {
        let mut decoder = Decoder::new(0x1_0000);
        let mut rest = data;
        let mut wire = vec![];
        while let Some(event) = decoder.next(&mut rest) {
            let Event::Frame(frame) = event else {
                continue;
            };
            let mut frame = frame.to_vec();
            if (self.to_chip)(&mut frame) == Fate::Arrives {
                slip::encode(&frame, &mut wire);
            }
        }
        if self.hears() {
            let mut left = &wire[..];
            while !left.is_empty() {
                let taken = self.inner.write(left, deadline + Duration::from_secs(1))?;
                left = &left[taken..];
            }
        }
        Ok(data.len())
    }

    fn set_baud(&mut self, baud: u32) -> io::Result<()> {
        self.baud = baud;
        self.inner.set_baud(baud)
    }

    fn set_lines(&mut self, lines: Lines) -> io::Result<()> {
        self.inner.set_lines(lines)
    }

    fn discard_input(&mut self) -> io::Result<()> {
        self.queue.clear();
        self.decoder.reset();
        self.inner.discard_input()
    }

    fn settings(&self) -> io::Result<Settings> {
        self.inner.settings()
    }

    fn restore(&mut self, settings: &Settings) -> io::Result<()> {
        self.baud = settings.baud;
        self.inner.restore(settings)
    }

    fn reopen(&mut self, waited: Duration) -> io::Result<Reopen> {
        self.inner.reopen(waited)
    }
}
