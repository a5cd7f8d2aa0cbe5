//! `espwire sim`: lends a virtual board to other programs.

use crate::args::{ConnectArgs, SimArgs};
use crate::progress::line;
use crate::{Done, Outcome, names};
use espwire::connection::CancelToken;
use espwire::sim::rom::Security;
use espwire::sim::{LinkKind, Pace, Spec, serve_tcp};
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
    let (board, port) = spec.builder_in_loader()?.build();
    drop(port);
    let pace = if args.paced { Pace::Real } else { Pace::Fast };
    if let Some(address) = &args.listen {
        let listener = TcpListener::bind(address).map_err(|error| format!("{address}: {error}"))?;
        line(&format!("{chip} at socket://{}", listener.local_addr()?));
        serve_tcp(&board, &listener, pace, cancel)?;
    } else {
        serve_pty(&board, chip, pace, cancel)?;
    }
    Ok(Done::Good)
}

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
