//! What other programs rely on.

#![cfg(feature = "sim")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "all of it is a test"
)]

#[path = "../examples/deploy.rs"]
mod deploy;

use deploy::{Deployed, Part};
use espwire::chip;
use espwire::error::{ChipError, DeviceError, Error, InputError, PortError, SecurityError};
use espwire::session::{After, Before, Failed, Finished, Options, Parked, Report, Session};
use espwire::sim::Port;
use espwire::transport::{Reopening, Transport};
use std::fs;
use std::path::Path;
use std::sync::Mutex;

#[test]
fn the_example_deploys_everything_then_nothing_then_what_changed() {
    for chip in [&chip::ESP8266, &chip::ESP32S3, &chip::ESP32C6] {
        let seen = deploy::demo(chip).unwrap();
        let firmware = Deployed::Selective(vec![Part::Firmware]);
        let expected = [Deployed::Full, Deployed::Match, firmware];
        assert_eq!(seen, expected, "{chip}");
    }
}

fn is_send<T: Send>() {}
fn is_an_error<T: std::error::Error + Send + Sync + 'static>() {}
fn is_a_port<T: Transport>() {}

#[test]
fn what_crosses_threads_can() {
    is_send::<Session<'static, Port>>();
    is_send::<Session<'static, Box<dyn Transport>>>();
    is_send::<Options<'static>>();
    is_send::<Parked>();
    is_send::<Finished<Port>>();
    is_an_error::<Error>();
    is_an_error::<PortError>();
    is_an_error::<ChipError>();
    is_an_error::<SecurityError>();
    is_an_error::<DeviceError>();
    is_an_error::<InputError>();
    is_a_port::<Reopening<'static, Port>>();
    is_a_port::<Box<dyn Transport>>();
}

#[cfg(feature = "serial")]
#[test]
fn every_kind_of_serial_port_is_one() {
    is_a_port::<Box<dyn serialport::SerialPort>>();
    #[cfg(unix)]
    is_a_port::<serialport::TTYPort>();
    #[cfg(windows)]
    is_a_port::<serialport::COMPort>();
}

/// How a caller's own signatures look.
#[allow(dead_code, reason = "that it compiles is the test")]
mod signatures {
    use super::*;

    type Boxed = Box<dyn Transport>;

    fn connect(port: Boxed) -> Result<Session<'static, Boxed>, Failed<Boxed>> {
        Session::connect(port, Options::new())
    }

    fn as_a_plain_error(port: Port) -> Result<Report, Box<dyn std::error::Error + Send + Sync>> {
        let mut session = Session::connect(port, Options::new()).map_err(|failed| failed.error)?;
        Ok(session.verify(&[])?)
    }

    /// A session that borrows from its caller.
    fn observed<'o>(port: Port, seen: &'o mut Vec<String>) -> Option<Session<'o, Port>> {
        let options = Options::new().observer(move |event| seen.push(format!("{event:?}")));
        Session::connect(port, options).ok()
    }
}

#[test]
fn names_are_those_of_esptool_in_both_spellings() {
    for name in ["esp32s3", "ESP32-S3", "esp32_s3"] {
        let chip: &'static chip::Chip = name.parse().unwrap();
        assert_eq!(chip.to_string(), "ESP32-S3");
        assert_eq!(chip.arg, "esp32s3");
    }
    for name in ["default_reset", "usb-reset", "no_reset", "no-reset-no-sync"] {
        let before: Before = name.parse().unwrap();
        assert_eq!(before.to_string(), name.replace('_', "-"));
    }
    for name in [
        "hard_reset",
        "soft-reset",
        "watchdog_reset",
        "no_reset",
        "no-reset-stub",
    ] {
        let after: After = name.parse().unwrap();
        assert_eq!(after.to_string(), name.replace('_', "-"));
    }
}

/// The targets that `docs/fbuild.md` promises.
const TARGETS: [&str; 7] = [
    "espwire::transport",
    "espwire::wire",
    "espwire::connection",
    "espwire::stub",
    "espwire::flash",
    "espwire::session",
    "espwire::sim",
];

/// All that the library's sources say to `log` and to the terminal.
#[test]
fn the_library_prints_nothing_and_logs_under_its_layers() {
    let targets = Mutex::new(Vec::new());
    each_source(Path::new("src"), &mut |path, text| {
        // The library's doors are shut to print by a lint; this looks whether
        // somebody has opened one.
        for (at, line) in text.lines().enumerate() {
            let place = || format!("{}:{}: {line}", path.display(), at + 1);
            let code = line.trim_start();
            if !code.starts_with("//") {
                for word in ["println!", "eprintln!", "print!(", "dbg!(", "print_stdout"] {
                    assert!(!code.contains(word) || is_test(path), "{}", place());
                }
            }
            if let Some((_, rest)) = line.split_once("target: \"") {
                let target = rest.split('"').next().unwrap_or_default().to_owned();
                assert!(TARGETS.contains(&target.as_str()), "{}", place());
                targets.lock().unwrap().push(target);
            }
        }
    });
    let targets = targets.into_inner().unwrap();
    assert!(targets.len() > 10, "{targets:?}");
}

fn is_test(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == "tests") || path.ends_with("tests.rs")
}

/// The library's sources; the program's are `src/bin`.
fn each_source(folder: &Path, look: &mut dyn FnMut(&Path, &str)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.ends_with("bin") {
            continue;
        }
        if path.is_dir() {
            each_source(&path, look);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            look(&path, &fs::read_to_string(&path).unwrap());
        }
    }
}
