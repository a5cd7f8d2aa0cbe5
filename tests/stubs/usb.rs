//! USB-Serial/JTAG, and the watchdogs that a reset over it leaves running.

use crate::boards::{Kind, Sort, on_every_chip};
use crate::commands::firmware;
use crate::host::{Host, words};
use crate::stub::{Encoding, Phase, own};
use espwire::chip::UsbPort;
use espwire::sim::{Builder, Link, LinkKind};
use espwire::time::Duration;
use espwire::transport::{Lines, Transport};

on_every_chip!(stubs_of: over_usb_with_watchdogs_armed);

/// The reset that a host makes over USB-Serial/JTAG, into the loader.
const RESET: &[(bool, bool)] = &[
    // DTR, RTS
    (false, false),
    (true, false),
    (false, true),
    (false, false),
];

/// Longer than the super watchdog waits.
const LONG: Duration = Duration::from_millis(1100);

impl Host {
    /// A board on USB-Serial/JTAG, reset into its loader over it, with the stub.
    pub fn in_stub_over_usb(sort: &Sort, builder: Builder) -> Self {
        let link = Link {
            kind: LinkKind::UsbSerialJtag,
            ..Link::default()
        };
        let mut host = Self::new(builder.link(link));
        for (dtr, rts) in RESET {
            let lines = Lines {
                dtr: *dtr,
                rts: *rts,
            };
            host.port.set_lines(lines).unwrap();
            host.board.run_for(Duration::from_millis(20));
        }
        host.sync();
        host.attach(sort);
        host.start_stub(sort);
        host
    }
}

fn over_usb_with_watchdogs_armed(sort: Sort) {
    if !sort.chip.has_usb(UsbPort::SerialJtag) {
        return;
    }
    for kind in [Kind::Modelled, Kind::Real] {
        let Some(builder) = sort.builder(kind) else {
            continue;
        };
        let name = format!("{} {kind:?}", sort.name());
        let mut host = Host::in_stub_over_usb(&sort, builder);
        assert_eq!(host.capability().port, 1, "{name}");

        let watchdogs = sort.chip.watchdogs.as_ref().unwrap();
        assert_eq!(host.register(watchdogs.rtc.config0), 0, "{name}");
        let guard = watchdogs.super_watchdog.as_ref().unwrap();
        let fed = host.register(guard.auto_feed.address);
        assert_eq!(guard.auto_feed.of(fed), 1, "{name}");

        let bytes = firmware(20_000);
        let state = host.write(1, Encoding::Raw, &[(0x1_0000, 20_000)], &bytes);
        assert_eq!((state.phase, state.reason), (Phase::Done, 0), "{name}");
        assert_eq!(state.digest, host.digest(&bytes), "{name}");
        let read = host.own(own::READ, &words(&[0x1_0000, 20_000]));
        assert!(read == Ok(bytes), "{name}");
        host.board.run_for(LONG);
        assert_eq!(host.capability().port, 1, "{name}");
        assert_eq!(host.board.record().resets.len(), 1, "{name}");
    }
}
