//! The `espwire` program: what the library does, for people at a terminal.

mod args;
mod commands;
mod names;
mod port;
mod progress;
mod sim;
mod spelling;

use args::{Cli, Command};
use clap::Parser;
use commands::Flashing;
use espwire::connection::CancelToken;
use std::error::Error;
use std::process::ExitCode;

/// What a command came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Done {
    /// All is as it was asked for.
    Good,
    /// A verify found a difference.
    Differs,
}

type Outcome = Result<Done, Box<dyn Error>>;

/// Everything went wrong that is not a verify that found a difference.
const FAILED: u8 = 2;

fn main() -> ExitCode {
    let cli = match Cli::try_parse_from(spelling::normalise(std::env::args_os())) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no errors; clap knows where they go. If
            // they cannot be printed there is nobody to tell.
            let _ = error.print();
            return if error.use_stderr() {
                FAILED.into()
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    log_as_asked(&cli);
    match run(cli) {
        Ok(Done::Good) => ExitCode::SUCCESS,
        Ok(Done::Differs) => 1.into(),
        Err(error) => {
            report(&*error);
            FAILED.into()
        }
    }
}

fn run(cli: Cli) -> Outcome {
    let cancel = CancelToken::new();
    let token = cancel.clone();
    ctrlc::set_handler(move || token.cancel())?;
    if let Command::Sim(args) = &cli.command {
        return sim::run(args, &cli.connect, &cancel);
    }
    Flashing::new(&cli.connect, cancel)?.run(&cli.command)
}

/// What the layers say of themselves, if asked for; otherwise only what is
/// wrong. `RUST_LOG` overrules both.
fn log_as_asked(cli: &Cli) {
    let level = if cli.verbose {
        "espwire=debug"
    } else {
        "espwire=warn"
    };
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or(level))
        .format_timestamp(None)
        .init();
}

#[expect(
    clippy::print_stderr,
    reason = "the place where the program tells errors"
)]
fn report(error: &dyn Error) {
    eprintln!("espwire: {error}");
}
