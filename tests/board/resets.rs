//! Control lines, watchdogs, and how the chip starts.

use super::*;
use espwire::sim::{Link, LinkKind, Record, Reset, ResetCause, Running};
use espwire::transport::Lines;
use espwire::wire::{FlashDeflEnd, Leave, RegWrite, WriteReg};

fn lines(port: &mut Port, dtr: bool, rts: bool) {
    port.set_lines(Lines { dtr, rts }).unwrap();
}

fn wait(port: &mut Port, millis: u64) {
    let until = port.now() + Duration::from_millis(millis);
    port.sleep_until(until);
}

/// Takes a board on USB-Serial/JTAG into its loader.
fn usb_download(port: &mut Port) {
    lines(port, true, false);
    lines(port, false, true);
    lines(port, false, false);
}

fn causes(record: &Record) -> Vec<ResetCause> {
    record.resets.iter().map(|reset| reset.cause).collect()
}

fn on_usb(chip: &'static Chip) -> Builder {
    Board::builder(chip).link(Link {
        kind: LinkKind::UsbSerialJtag,
        ..Link::default()
    })
}

fn has_usb(chip: &&&'static Chip) -> bool {
    chip.has_usb(espwire::chip::UsbPort::SerialJtag)
}

#[test]
fn the_lines_choose_what_starts() {
    for chip in ALL {
        let (board, mut port) = Board::builder(chip).build();
        wait(&mut port, 500);
        assert_eq!(board.running(), Running::Application, "{chip}");
        listen(&mut port);

        // The line that is released last decides.
        for (io0, running, strapping) in [
            (true, Running::Loader, Strapping::Download),
            (false, Running::Application, Strapping::Flash),
        ] {
            lines(&mut port, false, true);
            wait(&mut port, 100);
            assert_eq!(board.running(), Running::Nothing, "{chip} is held");
            lines(&mut port, io0, false);
            wait(&mut port, 500);
            lines(&mut port, false, false);
            assert_eq!(board.running(), running, "{chip}");
            let reset = Reset {
                cause: ResetCause::PowerOn,
                strapping,
            };
            assert_eq!(board.record().resets.last(), Some(&reset), "{chip}");
        }
        assert_eq!(board.record().resets.len(), 2);
    }
}

#[test]
fn io0_counts_when_en_has_risen() {
    use espwire::sim::Wiring;
    for (en_rise, strapping) in [(1, Strapping::Flash), (20, Strapping::Download)] {
        let en_rise = Duration::from_millis(en_rise);
        let wiring = Wiring::Transistors { en_rise };
        let (board, mut port) = Board::builder(&ESP32C3).wiring(wiring).build();
        // One line after the other, 10 ms apart: DTR first, which lets EN go.
        lines(&mut port, false, true);
        wait(&mut port, 100);
        lines(&mut port, true, true);
        wait(&mut port, 10);
        lines(&mut port, true, false);
        wait(&mut port, 100);
        let resets = board.record().resets;
        assert_eq!(resets.last().unwrap().strapping, strapping, "{en_rise:?}");
    }
}

#[test]
fn the_banner_names_the_cause_and_the_mode() {
    let chip = &ESP32C3;
    let (board, mut port) = Board::builder(chip).build();
    let heard = |port: &mut Port| String::from_utf8_lossy(&listen(port)).into_owned();
    let text = heard(&mut port);
    assert!(
        text.contains("rst:0x1 (POWERON),boot:0xc (SPI_FAST_FLASH_BOOT)"),
        "{text}"
    );
    board.press_reset(Strapping::Download);
    let text = heard(&mut port);
    assert!(
        text.contains("boot:0x5 (DOWNLOAD(USB/UART0))\r\nwaiting for download"),
        "{text}"
    );
    sync(&mut port, chip);
    // A write that was announced and not sent would have to be completed.
    send(&mut port, &frame(chip, &FlashDeflEnd(Leave::Reboot)));
    let text = heard(&mut port);
    assert!(text.contains("rst:0x3 (SW)"), "{text}");
    assert_eq!(
        causes(&board.record()),
        [ResetCause::PowerOn, ResetCause::Software]
    );
}

/// A reset over USB does not stop the watchdogs: the super watchdog bites
/// within a second, the other within nine.
#[test]
fn watchdogs_bite_unless_they_are_quieted() {
    use espwire::chip::RtcWatchdog;
    for chip in ALL.iter().filter(has_usb) {
        let dogs = chip.watchdogs.as_ref().unwrap();
        let guard = dogs.super_watchdog.as_ref().unwrap();
        let rtc_off = [
            RegWrite::new(dogs.rtc.protect, RtcWatchdog::KEY),
            RegWrite::new(dogs.rtc.config0, 0),
        ];
        let feed = RegWrite::new(guard.auto_feed.address, guard.auto_feed.mask());
        let feeds = [RegWrite::new(guard.protect, guard.key), feed];
        let wrong_key = [RegWrite::new(guard.protect, 1), feed];
        let cases: [(&[RegWrite], &[RegWrite], Option<u64>); 5] = [
            (&[], &[], Some(950)),
            (&rtc_off, &[], Some(950)),
            (&rtc_off, &wrong_key, Some(950)),
            (&[], &feeds, Some(9000)),
            (&rtc_off, &feeds, None),
        ];
        for (first, second, bite) in cases {
            let (board, mut port) = on_usb(chip).build();
            usb_download(&mut port);
            let reset = board.now();
            wait(&mut port, 100);
            port.discard_input().unwrap();
            send(&mut port, &frame(chip, &Sync));
            let writes = [first, second].concat();
            send(&mut port, &frame(chip, &WriteReg { writes: &writes }));
            let until = reset + Duration::from_millis(bite.unwrap_or(60_000) - 1);
            port.sleep_until(until);
            assert_eq!(board.running(), Running::Loader, "{chip} {bite:?}");
            wait(&mut port, 1000);
            let bitten = causes(&board.record()) == [ResetCause::Usb, ResetCause::Watchdog];
            assert_eq!(bitten, bite.is_some(), "{chip} {bite:?}");
            let running = if bitten {
                Running::Application
            } else {
                Running::Loader
            };
            assert_eq!(board.running(), running, "{chip} {bite:?}");
        }
    }
}

#[test]
fn the_rtc_watchdog_is_a_way_out_of_the_loader() {
    use espwire::chip::RtcWatchdog;
    for chip in ALL {
        let Some(dogs) = &chip.watchdogs else {
            continue;
        };
        let (board, mut port) = in_loader(chip).build();
        sync(&mut port, chip);
        let writes = [
            RegWrite::new(dogs.rtc.protect, RtcWatchdog::KEY),
            RegWrite::new(dogs.rtc.config1, RtcWatchdog::CONFIG1_BITE),
            RegWrite::new(dogs.rtc.config0, RtcWatchdog::CONFIG0_BITE),
        ];
        // Locked, nothing happens.
        send(
            &mut port,
            &frame(
                chip,
                &WriteReg {
                    writes: &writes[1..],
                },
            ),
        );
        listen(&mut port);
        assert_eq!(causes(&board.record()), [], "{chip}");
        send(&mut port, &frame(chip, &WriteReg { writes: &writes }));
        listen(&mut port);
        assert_eq!(causes(&board.record()), [ResetCause::Watchdog], "{chip}");
        assert_eq!(board.running(), Running::Application, "{chip}");
    }
}
