//! Flashes a virtual ESP32-S3, verifies it, and shows that a changed byte is
//! found. Needs no hardware:
//!
//! ```console
//! cargo run --example virtual_board
//! ```

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

use espwire::chip::ESP32S3;
use espwire::image::Region;
use espwire::session::{After, Event, Options, Outcome, Session};
use espwire::sim::Board;
use std::error::Error;

/// Where an application usually goes.
const APPLICATION: u32 = 0x1_0000;

fn main() -> Result<(), Box<dyn Error>> {
    let (board, port) = Board::builder(&ESP32S3).build();
    let firmware: Vec<u8> = (0..300_000u32).map(|at| (at % 251) as u8).collect();
    let region = [Region::new(APPLICATION, &firmware).named("firmware")];

    // The port goes in, and comes back in every outcome.
    let options = Options::new().chip(&ESP32S3).baud(921_600);
    let mut session = Session::connect(port, options.observer(tell))?;
    session.write(&region)?;
    let report = session.verify(&region)?;
    assert_eq!(report.regions[0].outcome, Outcome::Matches);
    let port = session.finish(After::HardReset)?.port;
    println!(
        "written and verified in {:.2?} of the board's time",
        board.now().since(Default::default())
    );

    board.flash().write(APPLICATION + 1234, &[0]);
    let mut session = Session::connect(port, Options::new().chip(&ESP32S3))?;
    let report = session.verify(&region)?;
    assert_eq!(report.regions[0].outcome, Outcome::Differs);
    session.finish(After::HardReset)?;
    println!("one byte changed: found");
    Ok(())
}

fn tell(event: &Event<'_>) {
    match event {
        Event::Connected { chip, baud, .. } => println!("{chip} at {baud} baud"),
        Event::Start { name, action, .. } => println!("{action:?} {name}"),
        Event::End { outcome, .. } => println!("  {outcome:?}"),
        _ => {}
    }
}
