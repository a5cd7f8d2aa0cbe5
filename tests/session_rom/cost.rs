//! What sessions send: commands, bytes, and how long it takes.

use super::{ADDRESS, SIZE, connect, firmware, hashes, options};
use espwire::chip::{ALL, ESP32C3, ESP32P4, RomErase, UsbPort};
use espwire::connection::{Connection, Limits, timing};
use espwire::flash::Abilities;
use espwire::flash::plan::{Payload, chunks};
use espwire::image::Region;
use espwire::session::{After, Session};
use espwire::sim::Board;
use espwire::sim::rom::Variant;
use espwire::time::Instant;
use espwire::wire::{Opcode, ReadReg};

/// What connecting takes, lost SYNC included: the limit is eight.
#[test]
fn connecting_takes_at_most_eight_commands() {
    for chip in ALL {
        for size in [None, Some(4 << 20)] {
            let (board, port) = Board::builder(chip).build();
            let mut options = options(chip);
            if let Some(size) = size {
                options = options.flash_size(size);
            }
            let mut session = Session::connect(port, options).unwrap();
            let mut expected = vec![Opcode::SYNC];
            expected.push(match chip.rom.supports(Opcode::GET_SECURITY_INFO) {
                true => Opcode::GET_SECURITY_INFO,
                false => Opcode::READ_REG,
            });
            match chip.rom.supports(Opcode::CHANGE_BAUDRATE) {
                true => expected.extend([Opcode::CHANGE_BAUDRATE, Opcode::SPI_ATTACH]),
                // FLASH_BEGIN of nothing attaches an ESP8266's flash.
                false => expected.push(Opcode::FLASH_BEGIN),
            }
            match size {
                None => expected.extend([Opcode::WRITE_REG, Opcode::READ_REG]),
                // The watchdogs.
                Some(_) if chip.has_usb(UsbPort::SerialJtag) => expected.push(Opcode::WRITE_REG),
                Some(_) => {}
            }
            expected.push(Opcode::SPI_SET_PARAMS);
            assert_eq!(board.record().commands, expected, "{chip} {size:?}");
            // The loader does not see the SYNC on which it measures the rate.
            let sent = session.counters().commands;
            assert_eq!(sent, expected.len() as u64 + 1, "{chip}");
            assert!(sent <= 8, "{chip}: {sent}");

            if hashes(chip) {
                session
                    .verify(&[Region::new(ADDRESS, &[0; 64][..])])
                    .unwrap();
                expected.push(Opcode::FLASH_MD5SUM);
                assert_eq!(board.record().commands, expected, "{chip}");
            }
        }
    }
}

/// What a verify and a write of 2.4 MB at 921600 baud send. Run with
/// `--nocapture` for the figures.
#[test]
fn what_a_verify_and_a_write_cost() {
    let image = firmware(SIZE);
    println!("2.4 MB at 921600 baud over UART, chip named, flash asked for its size;");
    println!("from the first reset to the last answer: commands, bytes out, bytes in, seconds");
    for chip in ALL {
        let work = |action: &str| {
            let (board, port) = Board::builder(chip).build();
            let mut session = connect(port, chip);
            let connected = session.counters();
            let region = [Region::new(ADDRESS, &image[..])];
            match action {
                "verify" => session.verify(&region).unwrap(),
                _ => session.write(&region).unwrap(),
            };
            let all = session.counters();
            let figures = (all.commands, all.bytes_out, all.bytes_in, board.now());
            (figures, all.commands - connected.commands)
        };
        for action in ["verify", "write"] {
            if action == "verify" && !hashes(chip) {
                continue;
            }
            let ((commands, bytes_out, bytes_in, time), by_action) = work(action);
            let seconds = time.since(Instant::ZERO).as_secs_f64();
            println!("{chip:10} {action:6} {commands:5} {bytes_out:8} {bytes_in:6} {seconds:7.3}");

            // No command that is not needed: one digest, or BEGINs, blocks and
            // one digest, a look at what the ROM takes for a sector, and on the
            // ESP32 one at two eFuses.
            let rom = Abilities::of_rom(chip);
            let blocks: u32 = chunks(ADDRESS, &image)
                .map(|chunk| 1 + Payload::shortest(chunk.data, &rom).blocks())
                .sum();
            let expected = match action {
                "verify" => 1,
                _ => {
                    let fuses = u64::from(chip.security_fuses.is_some());
                    let sectors = u64::from(chip.rom.erase == RomErase::Region);
                    u64::from(blocks) + fuses + sectors + u64::from(hashes(chip))
                }
            };
            assert_eq!(by_action, expected, "{chip} {action}");
            if *chip == &ESP32C3 {
                let again = work(action).0;
                assert_eq!(
                    again,
                    (commands, bytes_out, bytes_in, time),
                    "the same every time"
                );
            }
        }
    }
}

/// The flash of an ESP32-P4 v3.1 or v3.2 has no power until the host turns it
/// on, unless an eFuse makes the ROM do it.
#[test]
fn the_flash_of_some_revisions_is_powered_first() {
    const REVISION: u32 = 0x5012_d04c;
    const ROM_POWERS: u32 = 0x5012_d034;
    const PMU_DATE: u32 = 0x5011_53fc;
    for (api_version, revision, rom_powers, asked, date) in [
        (5, 0x30, 0, &[][..], 0x300),
        (6, 0x30, 0, &[Opcode::READ_REG], 0x300),
        (6, 0x31, 0, &[Opcode::READ_REG, Opcode::WRITE_REG], 0x303),
        (
            7,
            0x32,
            0,
            &[Opcode::READ_REG, Opcode::READ_REG, Opcode::WRITE_REG],
            0x303,
        ),
        (
            7,
            0x32,
            1 << 16,
            &[Opcode::READ_REG, Opcode::READ_REG, Opcode::WRITE_REG],
            0x300,
        ),
    ] {
        let words = [
            (0x4fc0_0010, 0x12),
            (REVISION, revision),
            (ROM_POWERS, rom_powers),
            // Forced on by the ROM, or not.
            (PMU_DATE, if rom_powers == 0 { 0x300 } else { 0x303 }),
        ];
        let rom = Variant {
            chip: &ESP32P4,
            revision: "",
            api_version,
            absent_keys: &[],
            words: Box::leak(Box::new(words)),
            extra_commands: &[],
            ..*Variant::newest(&ESP32P4).unwrap()
        };
        let (board, port) = Board::builder(&ESP32P4)
            .rom(Box::leak(Box::new(rom)))
            .build();
        let session = connect(port, &ESP32P4);
        let commands = board.record().commands;
        let early = commands
            .split(|command| *command == Opcode::CHANGE_BAUDRATE)
            .next();
        let before = [Opcode::SYNC, Opcode::GET_SECURITY_INFO];
        assert_eq!(early.unwrap(), [&before, asked].concat(), "{revision:x}");

        let port = session.finish(After::NoReset).unwrap().port;
        let mut after = Connection::new(port, Limits::default()).unwrap();
        let address = PMU_DATE;
        let found = after
            .command(&ReadReg { address }, timing::COMMAND)
            .unwrap();
        assert_eq!(found, date, "{revision:x}");
    }
}
