//! The embedded images are what the manifest says, and each chip has one that
//! lies where it should.

use super::embedded::IMAGES;
use super::*;
use crate::chip::{ALL, Chip, ESP32C2, ESP32C3, ESP32P4, ESP32S3, Revision, UsbPort};
use crate::wire::{SecurityFlags, SecurityInfo};
use sha2::{Digest, Sha256};

/// What `docs/stubs.md` promises, bytes.
const LARGEST: usize = 8 << 10;

#[test]
fn the_manifest_is_right() {
    for image in &IMAGES {
        let digest: [u8; 32] = Sha256::digest(image.bytes).into();
        assert_eq!(crate::error::hex(&digest), image.sha256, "{}", image.name);
        let len = image.bytes.len();
        assert!(len <= LARGEST && len % 4 == 0, "{}: {len}", image.name);
        let inside = image.load..image.load + u32::try_from(len).unwrap();
        assert!(inside.contains(&image.entry), "{}", image.name);
        assert_eq!(image.load % 4, 0, "{}", image.name);
    }
}

fn revision(number: u16) -> Option<Revision> {
    Some(Revision {
        major: number / 100,
        minor: number % 100,
    })
}

#[test]
fn every_chip_has_a_stub_of_its_own() {
    for chip in ALL {
        for revision in [None, revision(0), revision(300)] {
            let image = Image::embedded(chip, revision).unwrap();
            let early = revision.is_some_and(|revision| revision.major == 0);
            let expected = match (chip.stub.early_before, early) {
                (Some(_), true) => format!("{}-early", chip.arg),
                _ => chip.arg.to_owned(),
            };
            assert_eq!(image.name, expected, "{chip} {revision:?}");
        }
    }
    let names = ALL.len() + 1;
    assert_eq!(IMAGES.len(), names, "one that no chip uses");
}

#[test]
fn the_esp32p4_changed_with_revision_3() {
    for (number, name) in [
        (0, "esp32p4-early"),
        (103, "esp32p4-early"),
        (299, "esp32p4-early"),
        (300, "esp32p4"),
        (302, "esp32p4"),
    ] {
        let image = Image::embedded(&ESP32P4, revision(number)).unwrap();
        assert_eq!(image.name, name, "{number}");
    }
    assert!(ESP32P4.stub.ask_revision());
    assert!(ESP32C2.stub.ask_revision());
    assert!(!ESP32C3.stub.ask_revision());
}

#[test]
fn where_no_stub_runs() {
    let with = |flags| SecurityInfo {
        flags: SecurityFlags(flags),
        crypt_count: 0,
        key_purposes: [0; 7],
        chip_id: None,
        api_version: None,
    };
    let secure_boot = with(SecurityFlags::SECURE_BOOT);
    let both = with(SecurityFlags::SECURE_BOOT | SecurityFlags::SECURE_DOWNLOAD);
    let keys_revoked = with(SecurityFlags::KEYS_REVOKED[0]);
    for chip in ALL {
        let why = |security, usb| WithoutStub::for_chip(chip, security, usb);
        assert_eq!(why(None, None), None, "{chip}");
        assert_eq!(why(Some(&keys_revoked), None), None, "{chip}");
        assert_eq!(why(None, Some(UsbPort::SerialJtag)), None, "{chip}");
        assert_eq!(why(None, Some(UsbPort::Otg)), Some(WithoutStub::UsbOtg));
        assert_eq!(why(Some(&both), None), Some(WithoutStub::SecureDownload));
        let barred: [&Chip; 2] = [&ESP32S3, &ESP32C3];
        let expected = barred.contains(chip).then_some(WithoutStub::SecureBoot);
        assert_eq!(why(Some(&secure_boot), None), expected, "{chip}");

        let why = |number| WithoutStub::for_revision(chip, revision(number));
        let first = Some(WithoutStub::Revision(Revision::default()));
        let expected = (**chip == ESP32C2).then_some(first).flatten();
        assert_eq!(why(0), expected, "{chip}");
        assert_eq!(why(100), None, "{chip}");
        assert_eq!(WithoutStub::for_revision(chip, None), None, "{chip}");
    }
}

#[test]
fn fallbacks_are_told_from_what_was_to_be_expected() {
    for (why, fallback) in [
        (WithoutStub::AsAsked, false),
        (WithoutStub::SecureDownload, false),
        (WithoutStub::UsbOtg, false),
        (WithoutStub::NoGreeting, true),
        (WithoutStub::Upload(String::new()), true),
        (Untrusted::Version(2).into(), true),
    ] {
        assert_eq!(why.is_fallback(), fallback, "{why}");
        assert!(!why.to_string().is_empty());
    }
}
