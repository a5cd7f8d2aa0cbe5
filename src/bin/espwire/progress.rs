//! Progress: a bar on a terminal, plain lines elsewhere.

use espwire::session::{Action, Event, Outcome};
use espwire::stub::WithoutStub;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;

/// Shows a session's events.
pub struct Progress {
    bar: Option<ProgressBar>,
    terminal: Terminal,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Terminal {
    Yes,
    No,
}

impl Progress {
    pub fn new() -> Self {
        Self {
            bar: None,
            terminal: if std::io::stdout().is_terminal() {
                Terminal::Yes
            } else {
                Terminal::No
            },
        }
    }

    pub fn show(&mut self, event: &Event<'_>) {
        match event {
            Event::Connected { chip, baud, .. } => line(&format!("{chip} at {baud} baud")),
            Event::Stub {
                outcome: Err(why), ..
            } if why.is_fallback() || **why == WithoutStub::UsbOtg => {
                self.line(&format!("{why}; the ROM's loader does the work"));
            }
            Event::Start {
                name,
                address,
                size,
                action,
                ..
            } => {
                let place = format!("{size} bytes at {address:#x}");
                let what = match action {
                    Action::Read => format!("read {place}"),
                    action => format!("{} {name}: {place}", verb(*action)),
                };
                if self.terminal == Terminal::Yes {
                    self.bar = Some(bar(*size, what));
                } else {
                    line(&what);
                }
            }
            Event::Progress { done, .. } => {
                if let Some(bar) = &self.bar {
                    bar.set_position(u64::from(*done));
                }
            }
            Event::Again { address, .. } => {
                self.line(&format!("a block was lost; again from {address:#x}"));
            }
            Event::End { outcome, .. } => {
                if let Some(bar) = self.bar.take() {
                    bar.finish_and_clear();
                }
                line(word(*outcome));
            }
            _ => {}
        }
    }

    fn line(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.println(text),
            None => line(text),
        }
    }
}

fn bar(size: u32, what: String) -> ProgressBar {
    let bar = ProgressBar::new(u64::from(size)).with_message(what);
    // The template is a constant; a bar without it is a bar all the same.
    if let Ok(style) =
        ProgressStyle::with_template("{msg} [{bar:30}] {percent:>3} % {bytes_per_sec} {eta}")
    {
        bar.set_style(style.progress_chars("=> "));
    }
    bar
}

const fn verb(action: Action) -> &'static str {
    match action {
        Action::Verify => "verify",
        Action::Write => "write",
        Action::Erase => "erase",
        _ => "work on",
    }
}

const fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Matches => "  matches",
        Outcome::Differs => "  DIFFERS",
        Outcome::Written => "  written and verified",
        Outcome::WrittenUnproven => "  written; this chip's loader cannot verify",
        _ => "  done",
    }
}

#[expect(clippy::print_stdout, reason = "the place where the program talks")]
pub fn line(text: &str) {
    println!("{text}");
}
