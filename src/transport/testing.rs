//! A device made up for one test, at the end of a wire that takes no time, in
//! virtual time.

use super::{Lines, Settings, Transport};
use crate::time::{Duration, Instant};
use std::collections::VecDeque;
use std::io;

/// What a device notices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event<'a> {
    /// Bytes of one write.
    Bytes(&'a [u8]),
    /// The control lines were set.
    Lines(Lines),
    /// The host's rate was set.
    Baud(u32),
}

/// What a device does.
pub(crate) trait Device: Send {
    fn hear(&mut self, now: Instant, event: Event<'_>, say: &mut Say);
}

impl<F: FnMut(Instant, Event<'_>, &mut Say) + Send> Device for F {
    fn hear(&mut self, now: Instant, event: Event<'_>, say: &mut Say) {
        self(now, event, say);
    }
}

/// What a device has said, and when it arrives.
#[derive(Debug, Default)]
pub(crate) struct Say {
    now: Instant,
    queue: VecDeque<(Instant, u8)>,
    hung_up: bool,
    refused_baud: bool,
}

impl Say {
    /// These bytes arrive after `delay`, but not before those said earlier.
    pub(crate) fn after(&mut self, delay: Duration, bytes: &[u8]) {
        let at = self.now + delay;
        self.queue.extend(bytes.iter().map(|byte| (at, *byte)));
    }

    /// These bytes arrive at once.
    pub(crate) fn now(&mut self, bytes: &[u8]) {
        self.after(Duration::ZERO, bytes);
    }

    /// The port is gone.
    pub(crate) fn hang_up(&mut self) {
        self.hung_up = true;
    }

    /// The host cannot set this rate.
    pub(crate) fn refuse_baud(&mut self) {
        self.refused_baud = true;
    }
}

/// Calls that one test may make; more is a livelock.
const MOST_CALLS: u32 = 1_000_000;

/// A port with a made-up device.
pub(crate) struct Scripted<D> {
    device: D,
    say: Say,
    baud: u32,
    calls: u32,
    alarm: Option<(Instant, Box<dyn FnOnce() + Send>)>,
}

impl<D> std::fmt::Debug for Scripted<D> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.say.fmt(f)
    }
}

impl<D: Device> Scripted<D> {
    pub(crate) fn new(device: D) -> Self {
        Self {
            device,
            say: Say::default(),
            baud: 115_200,
            calls: 0,
            alarm: None,
        }
    }

    /// Does something once time has come to `at`.
    pub(crate) fn at(&mut self, at: Instant, act: impl FnOnce() + Send + 'static) {
        self.alarm = Some((at, Box::new(act)));
    }

    pub(crate) fn device(&mut self) -> &mut D {
        &mut self.device
    }

    fn tell(&mut self, event: Event<'_>) -> io::Result<()> {
        self.plugged()?;
        self.device.hear(self.say.now, event, &mut self.say);
        Ok(())
    }

    fn plugged(&mut self) -> io::Result<()> {
        self.calls += 1;
        assert!(self.calls < MOST_CALLS, "a livelock");
        if self.say.hung_up {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        Ok(())
    }
}

impl<D: Device> Transport for Scripted<D> {
    fn now(&self) -> Instant {
        self.say.now
    }

    fn sleep_until(&mut self, until: Instant) {
        self.say.now = self.say.now.max(until);
        if let Some((_, act)) = self.alarm.take_if(|(at, _)| *at <= until) {
            act();
        }
    }

    fn read(&mut self, buf: &mut [u8], deadline: Instant) -> io::Result<usize> {
        self.plugged()?;
        let arrival = self.say.queue.front().map_or(deadline, |(at, _)| *at);
        self.sleep_until(arrival.min(deadline));
        let mut count = 0;
        for slot in buf {
            match self.say.queue.front() {
                Some((at, byte)) if *at <= self.say.now => *slot = *byte,
                _ => break,
            }
            self.say.queue.pop_front();
            count += 1;
        }
        Ok(count)
    }

    fn write(&mut self, data: &[u8], _: Instant) -> io::Result<usize> {
        self.tell(Event::Bytes(data))?;
        Ok(data.len())
    }

    fn set_baud(&mut self, baud: u32) -> io::Result<()> {
        self.tell(Event::Baud(baud))?;
        if std::mem::take(&mut self.say.refused_baud) {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        self.baud = baud;
        Ok(())
    }

    fn set_lines(&mut self, lines: Lines) -> io::Result<()> {
        self.tell(Event::Lines(lines))
    }

    fn discard_input(&mut self) -> io::Result<()> {
        self.plugged()?;
        let now = self.say.now;
        self.say.queue.retain(|(at, _)| *at > now);
        Ok(())
    }

    fn settings(&self) -> io::Result<Settings> {
        Ok(Settings {
            baud: self.baud,
            timeout: None,
        })
    }

    fn restore(&mut self, settings: &Settings) -> io::Result<()> {
        self.set_baud(settings.baud)
    }
}
