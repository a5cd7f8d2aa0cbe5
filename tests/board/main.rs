//! The virtual board as a board: resets, power, watchdogs, crystals, a busy
//! loader's receiver, whatever bytes arrive, and other programs.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "all of it is a test"
)]

mod hostile;
mod resets;
mod serve;

use espwire::chip::{ALL, Chip, ESP32C2, ESP32C3, ESP8266};
use espwire::sim::{Board, Builder, Port, Strapping};
use espwire::slip::{self, Decoder, Event};
use espwire::time::Duration;
use espwire::transport::Transport;
use espwire::wire::{self, ChangeBaudrate, Command, FlashBegin, FlashData, ReadReg, Sync};

/// A board that waits in its loader.
fn in_loader(chip: &'static Chip) -> Builder {
    Board::builder(chip).starts_in(Strapping::Download)
}

/// A request as it goes over the wire.
fn frame(chip: &Chip, command: &impl Command) -> Vec<u8> {
    let mut body = vec![];
    wire::encode(command, &chip.rom.dialect, &mut body);
    let mut out = vec![];
    slip::encode(&body, &mut out);
    out
}

fn send(port: &mut impl Transport, bytes: &[u8]) {
    let mut rest = bytes;
    while !rest.is_empty() {
        let deadline = port.now() + Duration::from_secs(10);
        let taken = port.write(rest, deadline).unwrap();
        assert!(taken > 0, "the line takes nothing");
        rest = &rest[taken..];
    }
}

/// What comes until nothing has come for a second.
fn listen(port: &mut impl Transport) -> Vec<u8> {
    let mut heard = vec![];
    let mut buf = [0; 4096];
    loop {
        let deadline = port.now() + Duration::from_secs(1);
        match port.read(&mut buf, deadline).unwrap() {
            0 => return heard,
            count => heard.extend_from_slice(&buf[..count]),
        }
    }
}

/// The opcodes of the answers in `bytes`, and whether each succeeded.
fn answers(chip: &Chip, bytes: &[u8]) -> Vec<(u8, bool)> {
    let mut decoder = Decoder::new(0x1000);
    let mut rest = bytes;
    let mut found = vec![];
    while let Some(event) = decoder.next(&mut rest) {
        if let Event::Frame(frame) = event {
            let status = frame.len() - chip.rom.dialect.status_len;
            found.push((frame[1], frame[status] == 0));
        }
    }
    found
}

/// Synchronizes, as hosts do: the first SYNC is lost to the autobaud.
fn sync(port: &mut Port, chip: &Chip) {
    listen(port);
    send(port, &frame(chip, &Sync));
    assert!(listen(port).is_empty(), "{chip}");
    send(port, &frame(chip, &Sync));
    let answers = answers(chip, &listen(port));
    assert_eq!(answers, [(0x08, true); 8], "{chip}");
}

fn register(port: &mut Port, chip: &Chip, address: u32) -> u32 {
    send(port, &frame(chip, &ReadReg { address }));
    let heard = listen(port);
    let mut decoder = Decoder::new(0x1000);
    let mut rest = heard.as_slice();
    match decoder.next(&mut rest) {
        Some(Event::Frame(frame)) if frame[1] == 0x0a => {
            u32::from_le_bytes(frame[4..8].try_into().unwrap())
        }
        other => panic!("{other:02x?} for READ_REG"),
    }
}

#[test]
fn a_busy_loader_keeps_2048_bytes() {
    let chip = &ESP32C3;
    let begin = frame(
        chip,
        &FlashBegin {
            size: 0x1_0000,
            blocks: 64,
            block_size: 0x400,
            offset: 0,
            encryption: wire::Encryption::Off,
        },
    );
    // Nothing in a block of zeros needs an escape.
    let block = |sequence| {
        let data = [0; 0x400];
        frame(
            chip,
            &FlashData {
                sequence,
                data: &data,
            },
        )
    };
    let with_blocks = |count: u32| {
        let (_, mut port) = in_loader(chip).build();
        sync(&mut port, chip);
        send(
            &mut port,
            &frame(
                chip,
                &ChangeBaudrate {
                    new: 921_600,
                    old: 0,
                },
            ),
        );
        listen(&mut port);
        port.set_baud(921_600).unwrap();
        let mut all = begin.clone();
        (0..count).for_each(|sequence| all.extend(block(sequence)));
        send(&mut port, &all);
        answers(chip, &listen(&mut port))
    };
    let good = |count: usize| {
        let mut all = vec![(0x02, true)];
        all.extend(vec![(0x03, true); count]);
        all
    };
    assert_eq!(block(0).len(), 1024 + 24 + 2);
    // 150 ms of erasing are more than 13 KB at this rate. One block fits into
    // the ring, of the second one all but its end.
    assert_eq!(with_blocks(1), good(1));
    assert_eq!(with_blocks(2), good(1));
}

#[test]
fn a_wrong_belief_about_the_crystal_shifts_what_the_rom_sets() {
    let chip = &ESP32C2;
    for (crystal, baud) in [(40, 460_800), (26, 299_520)] {
        let (_, mut port) = in_loader(chip).crystal(crystal).build();
        sync(&mut port, chip);
        let divider = register(&mut port, chip, 0x6000_0014);
        assert_eq!(
            divider & 0xfff,
            crystal * 1_000_000 / 115_200,
            "{crystal} MHz"
        );

        send(
            &mut port,
            &frame(
                chip,
                &ChangeBaudrate {
                    new: 460_800,
                    old: 0,
                },
            ),
        );
        assert_eq!(answers(chip, &listen(&mut port)), [(0x0f, true)]);
        port.set_baud(baud).unwrap();
        register(&mut port, chip, 0x6000_0014);
        // Nowhere else.
        port.set_baud(if crystal == 40 { 299_520 } else { 460_800 })
            .unwrap();
        send(&mut port, &frame(chip, &ReadReg { address: 0 }));
        assert!(
            answers(chip, &listen(&mut port)).is_empty(),
            "{crystal} MHz"
        );
    }
}

#[test]
fn the_esp8266_talks_at_74880_baud_until_it_is_synced() {
    let (_, mut port) = in_loader(&ESP8266).build();
    port.set_baud(74_880).unwrap();
    let text = String::from_utf8(listen(&mut port)).unwrap();
    assert!(text.contains("boot mode:(1,"), "{text}");

    let (_, mut port) = in_loader(&ESP8266).build();
    let noise = listen(&mut port);
    assert!(!noise.is_empty() && !String::from_utf8_lossy(&noise).contains("boot"));
    sync(&mut port, &ESP8266);
}

#[test]
fn every_chip_has_a_mac_and_a_revision() {
    for chip in ALL {
        let (_, mut port) = in_loader(chip).build();
        sync(&mut port, chip);
        let mac = chip
            .mac
            .read(|address| Ok::<_, ()>(register(&mut port, chip, address)));
        assert_eq!(mac, Ok(espwire::sim::rom::Identity::MAC), "{chip}");
    }
}

#[test]
fn a_power_cut_stops_an_erase_in_its_middle() {
    let chip = &ESP32C3;
    let (board, mut port) = in_loader(chip).build();
    board.flash().write(0, &[0; 0x1000]);
    sync(&mut port, chip);
    let begin = FlashBegin {
        size: 0x1000,
        blocks: 4,
        block_size: 0x400,
        offset: 0,
        encryption: wire::Encryption::Off,
    };
    send(&mut port, &frame(chip, &begin));
    // The request takes 3 ms, the erase 45 ms.
    board.run_for(Duration::from_millis(25));
    board.unplug();
    let erased = board
        .flash()
        .read(0, 0x1000)
        .iter()
        .filter(|byte| **byte == 0xff)
        .count();
    assert!(erased > 0x600 && erased < 0xa00, "{erased:x} bytes erased");
    assert_eq!(board.flash().sector_wear(0).erases, 1);

    // The port does not come back with the plug; another one does.
    board.plug_in();
    assert!(port.set_baud(115_200).is_err());
    board.press_reset(Strapping::Download);
    sync(&mut board.port(), chip);
}
