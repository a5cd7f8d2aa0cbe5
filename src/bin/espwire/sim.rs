//! `espwire sim`: lends a virtual board to other programs.

use crate::args::{ConnectArgs, SimArgs};
use crate::progress::line;
use crate::{Done, Outcome, names};
use espwire::connection::CancelToken;
use espwire::sim::rom::Security;
use espwire::sim::{LinkKind, Pace, Spec, serve_rfc2217, serve_tcp};
use std::net::TcpListener;

pub fn run(args: &SimArgs, connect: &ConnectArgs, cancel: &CancelToken) -> Outcome {
    let chip = names::chip(connect)?
        .ok_or("which chip shall the board have? Say it with --chip, esp32s3 for example")?;
    let spec = Spec {
        chip,
        flash: args.flash.clone(),
        size: match &args.size {
            Some(size) => {
                let size: espwire::chip::FlashSize = size.parse()?;
                Some(size.bytes())
            }
            None => None,
        },
        link: LinkKind::Uart,
        security: Security::default(),
        rom: args.rom.clone(),
    };
    let pace = if args.paced { Pace::Real } else { Pace::Fast };
    let listen =
        |address: &str| TcpListener::bind(address).map_err(|error| format!("{address}: {error}"));
    if let Some(address) = args.listen.as_deref() {
        if let Some(address) = address.strip_prefix(RFC2217) {
            // It has control lines: the host takes the board into its loader.
            let (board, _) = spec.builder_for_slow_lines()?.build();
            let listener = listen(address)?;
            line(&format!("{chip} at {RFC2217}{}", listener.local_addr()?));
            serve_rfc2217(&board, &listener, pace, cancel)?;
        } else {
            let (board, _) = spec.builder_in_loader()?.build();
            let listener = listen(address.strip_prefix(SOCKET).unwrap_or(address))?;
            line(&format!("{chip} at {SOCKET}{}", listener.local_addr()?));
            serve_tcp(&board, &listener, pace, cancel)?;
        }
    } else {
        let (board, _) = spec.builder_in_loader()?.build();
        serve_pty(&board, chip, pace, cancel)?;
    }
    Ok(Done::Good)
}

/// A socket without anything.
const SOCKET: &str = "socket://";
/// A socket with a rate and control lines.
const RFC2217: &str = "rfc2217://";

#[cfg(unix)]
fn serve_pty(
    board: &espwire::sim::Board,
    chip: &espwire::chip::Chip,
    pace: Pace,
    cancel: &CancelToken,
) -> Result<(), Box<dyn std::error::Error>> {
    let pty = espwire::sim::Pty::new()?;
    line(&format!("{chip} at {}", pty.path()));
    pty.serve(board, pace, cancel)?;
    Ok(())
}

#[cfg(not(unix))]
fn serve_pty(
    _: &espwire::sim::Board,
    _: &espwire::chip::Chip,
    _: Pace,
    _: &CancelToken,
) -> Result<(), Box<dyn std::error::Error>> {
    Err("this system has no pseudo terminals; use --listen".into())
}
