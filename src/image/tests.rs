//! Everything that must be refused before a byte is erased, and the bytes
//! that come out where nothing is wrong.

use super::header::tests::image;
use super::*;
use crate::chip::{
    ALL, Chip, ESP32, ESP32C3, ESP32C6, ESP32S3, ESP8266, FlashFrequency, FlashMode, FlashSize,
    Revision,
};
use crate::digest::DigestKind;
use crate::error::InputError;
use sha2::{Digest, Sha256};

const MB: u32 = 1 << 20;

fn target(chip: &'static Chip, flash_size: u32) -> Target {
    Target {
        chip,
        revision: None,
        flash_size,
        address_limit: chip.rom.address_limit,
    }
}

fn refusal(regions: &[Region<'_>], chip: &'static Chip, flash_size: u32) -> InputError {
    prepare(regions, &target(chip, flash_size), Purpose::Write).unwrap_err()
}

fn image_of(chip: &Chip, data: &[u8]) -> Vec<u8> {
    match chip.id {
        Some(id) => image(HeaderForm::Extended, id, data),
        None => image(HeaderForm::Short, 0, data),
    }
}

#[test]
fn bad_regions_are_refused_by_name() {
    let app = |address, len: usize| Region::new(address, vec![0; len]).named("app.bin");
    let cases: [(Vec<Region<'_>>, u32, &str); 9] = [
        (vec![app(0x10000, 0)], 4 * MB, "app.bin is empty"),
        (
            vec![app(0x10010, 4)],
            4 * MB,
            "app.bin cannot be written at 0x10010",
        ),
        (
            vec![app(0x3f_f000, 0x1001)],
            4 * MB,
            "app.bin would end at 0x400004, past",
        ),
        (
            vec![app(0xffff_f000, 0x2000)],
            4 * MB,
            "would end at 0x100001000, past",
        ),
        (
            vec![app(0xff_f000, 0x1001)],
            32 * MB,
            "loader reaches 0x1000000 only",
        ),
        (
            vec![app(0x100_3000, 4)],
            32 * MB,
            "loader reaches 0x1000000 only",
        ),
        (
            vec![app(0x10000, 0x2001).named("a"), app(0x12000, 4).named("b")],
            4 * MB,
            "b at 0x12000 overlaps a, which ends at 0x12004",
        ),
        (
            vec![app(0x12000, 4).named("b"), app(0x10000, 0x3000).named("a")],
            4 * MB,
            "b at 0x12000 overlaps a, which ends at 0x13000",
        ),
        (
            vec![app(0x12000, 4).named("b"), app(0x12000, 4).named("a")],
            4 * MB,
            "a at 0x12000 overlaps b",
        ),
    ];
    for (regions, flash_size, text) in cases {
        let error = refusal(&regions, &ESP32S3, flash_size).to_string();
        assert!(error.contains(text), "{error}\nshould say {text}");
    }
}

#[test]
fn what_fits_exactly_is_taken() {
    let regions = [
        Region::new(0x10000, &[1; 0x2000][..]),
        Region::new(0x12000, &[2; 0x1000][..]),
        Region::new(0x3f_f000, &[3; 0x1000][..]),
    ];
    let prepared = prepare(&regions, &target(&ESP32S3, 4 * MB), Purpose::Write).unwrap();
    assert_eq!(prepared.len(), 3);
    assert_eq!(prepared[2].end(), 4 * MB);
    let last = [Region::new(0xff_f000, &[3; 0x1000][..])];
    assert!(prepare(&last, &target(&ESP32S3, 32 * MB), Purpose::Write).is_ok());
}

#[test]
fn a_verify_may_start_anywhere() {
    let regions = [
        Region::new(0x10004, &[1; 8][..]),
        Region::new(0x10008, &[1; 8][..]),
    ];
    assert!(prepare(&regions, &target(&ESP32S3, 4 * MB), Purpose::Verify).is_ok());
}

#[test]
fn bytes_are_filled_up_to_whole_words() {
    let regions = [Region::new(0x10000, &[1, 2, 3, 4, 5][..])];
    let prepared = prepare(&regions, &target(&ESP32S3, 4 * MB), Purpose::Write).unwrap();
    assert_eq!(prepared[0].data(), [1, 2, 3, 4, 5, 0xff, 0xff, 0xff]);
    assert_eq!(prepared[0].name, "region at 0x10000");
    // md5sum of those eight bytes.
    assert_eq!(
        crate::error::hex(&prepared[0].digest(DigestKind::Md5)),
        "9cbc92de4f70cc8f7c5def415e7fd144"
    );
}

#[test]
fn a_region_is_hashed_once_however_often_it_is_prepared() {
    let chip = &ESP32C3;
    let patch = HeaderPatch {
        mode: Some(FlashMode::Dout),
        ..HeaderPatch::default()
    };
    let image = image_of(chip, &[7; 50]);
    for (region, remembers) in [
        (Region::new(0x1_0000, &[1; 8][..]), true),
        (Region::new(0, &image[..]), true),
        // What goes into flash is not what the caller gave.
        (Region::new(0x1_0000, &[1; 7][..]), false),
        (Region::new(0, &image[..]).patched(patch), false),
    ] {
        let regions = [region];
        for kind in [DigestKind::Md5, DigestKind::Sha256] {
            let prepared = prepare(&regions, &target(chip, 4 * MB), Purpose::Write).unwrap();
            let digest = kind.of(prepared[0].data());
            assert_eq!(prepared[0].digest(kind), digest);
            let other = regions[0].digests.of(kind, b"of nobody");
            assert_eq!(other == digest, remembers, "{:?}", regions[0].data().len());
        }
    }
}

#[test]
fn the_bootloader_must_be_an_image_for_this_chip() {
    for chip in ALL {
        let at = chip.bootloader_offset;
        let good = [Region::new(at, image_of(chip, &[7; 50])).named("boot.bin")];
        let prepared = prepare(&good, &target(chip, 4 * MB), Purpose::Write).unwrap();
        assert_eq!(prepared[0].data()[..50], good[0].data()[..50]);

        for bad in [
            vec![0; 64],
            vec![0xff; 64],
            image_of(chip, &[7; 50])[..60].to_vec(),
        ] {
            let error = refusal(&[Region::new(at, bad).named("boot.bin")], chip, 4 * MB);
            assert!(
                matches!(&error, InputError::NotAnImage { name, address, .. }
                    if name == "boot.bin" && *address == at),
                "{chip}: {error}"
            );
        }
        for other in ALL
            .iter()
            .filter(|other| other.id != chip.id && other.id.is_some())
        {
            let bytes = image_of(other, &[7; 50]);
            if chip.id.is_none() {
                continue;
            }
            // Wherever it is to go.
            for address in [at, 0x1_0000] {
                let region = Region::new(address, bytes.clone()).named("boot.bin");
                let error = refusal(&[region], chip, 4 * MB).to_string();
                let text = format!("boot.bin is for the {other}, not for the {chip}");
                assert!(error.starts_with(&text), "{error}");
            }
        }
    }
    let unknown = [Region::new(0, image(HeaderForm::Extended, 0x777, &[7; 50]))];
    let error = refusal(&unknown, &ESP32S3, 4 * MB).to_string();
    assert!(
        error.contains("is for an unknown chip (id 1911)"),
        "{error}"
    );
}

#[test]
fn raw_bytes_are_let_through_and_left_alone() {
    let patch = HeaderPatch {
        mode: Some(FlashMode::Qio),
        ..HeaderPatch::default()
    };
    for bytes in [vec![0xff; 64], image_of(&ESP32C3, &[7; 50])] {
        let region = Region::new(0, bytes.clone());
        let regions = [region.with_content(Content::Raw).patched(patch)];
        let prepared = prepare(&regions, &target(&ESP32S3, 4 * MB), Purpose::Write).unwrap();
        assert_eq!(prepared[0].data()[..bytes.len()], bytes);
    }
}

#[test]
fn revisions_are_checked_where_the_chip_tells_its_own() {
    let mut bytes = image_of(&ESP32C3, &[7; 50]);
    bytes[15] = 3;
    bytes[17..19].copy_from_slice(&199u16.to_le_bytes());
    let regions = [Region::new(0x1_0000, bytes).named("app.bin")];
    assert!(limits_revision(&ESP32C3, &regions));
    let any = [Region::new(0x1_0000, image_of(&ESP32C3, &[7; 50]))];
    assert!(!limits_revision(&ESP32C3, &any));
    for (major, minor, fits) in [(0, 2, false), (0, 3, true), (1, 99, true), (2, 0, false)] {
        let target = Target {
            revision: Some(Revision { major, minor }),
            ..target(&ESP32C3, 4 * MB)
        };
        let result = prepare(&regions, &target, Purpose::Write);
        assert_eq!(result.is_ok(), fits, "v{major}.{minor}");
        if let Err(error) = result {
            let error = error.to_string();
            assert!(
                error.contains("app.bin needs an ESP32-C3 of revision v0.3 to v1.99"),
                "{error}"
            );
        }
    }
}

#[test]
fn header_settings_are_patched_and_the_hash_with_them() {
    let bytes = image_of(&ESP32S3, &[7; 50]);
    let keep = HeaderPatch::default();
    let cases = [
        (keep, [2, 0x2f]),
        (
            HeaderPatch {
                mode: Some(FlashMode::Qio),
                ..keep
            },
            [0, 0x2f],
        ),
        (
            HeaderPatch {
                frequency: Some(FlashFrequency::Mhz40),
                ..keep
            },
            [2, 0x20],
        ),
        (
            HeaderPatch {
                size: SizePatch::Set(FlashSize::Mb16),
                ..keep
            },
            [2, 0x4f],
        ),
        (
            HeaderPatch {
                size: SizePatch::Detect,
                ..keep
            },
            [2, 0x3f],
        ),
        (
            HeaderPatch {
                mode: Some(FlashMode::Dout),
                frequency: Some(FlashFrequency::Mhz20),
                size: SizePatch::Set(FlashSize::Mb1),
            },
            [3, 0x02],
        ),
    ];
    for (patch, [mode, size_frequency]) in cases {
        // Something behind the image, as in a merged file, stays as it is.
        let mut file = bytes.clone();
        file.extend([0xab; 100]);
        let regions = [Region::new(0, file).patched(patch)];
        let prepared = prepare(&regions, &target(&ESP32S3, 8 * MB), Purpose::Verify).unwrap();
        let mut expected = bytes.clone();
        expected[2] = mode;
        expected[3] = size_frequency;
        let end = expected.len() - 32;
        let sha = Sha256::digest(&expected[..end]);
        expected[end..].copy_from_slice(&sha);
        expected.extend([0xab; 100]);
        assert_eq!(prepared[0].data()[..expected.len()], expected, "{patch:?}");
    }
}

#[test]
fn only_the_bootloader_is_patched() {
    let patch = HeaderPatch {
        mode: Some(FlashMode::Qio),
        ..HeaderPatch::default()
    };
    let regions = [Region::new(0x1_0000, image_of(&ESP32S3, &[7; 50])).patched(patch)];
    let prepared = prepare(&regions, &target(&ESP32S3, 4 * MB), Purpose::Write).unwrap();
    assert_eq!(prepared[0].data(), regions[0].data());
}

#[test]
fn chips_have_their_own_codes() {
    let patch = HeaderPatch {
        frequency: Some(FlashFrequency::Mhz80),
        size: SizePatch::Set(FlashSize::Mb4),
        ..HeaderPatch::default()
    };
    for (chip, expected) in [(&ESP8266, 0x4f), (&ESP32, 0x2f), (&ESP32C6, 0x20)] {
        let regions = [Region::new(chip.bootloader_offset, image_of(chip, &[7])).patched(patch)];
        let prepared = prepare(&regions, &target(chip, 4 * MB), Purpose::Write).unwrap();
        assert_eq!(prepared[0].data()[3], expected, "{chip}");
    }
    for (patch, text) in [
        (
            HeaderPatch {
                frequency: Some(FlashFrequency::Mhz26),
                ..HeaderPatch::default()
            },
            "flash frequency 26m does not exist on the ESP32-C6; it has 80m, 40m, 20m",
        ),
        (
            HeaderPatch {
                size: SizePatch::Set(FlashSize::Kb512),
                ..HeaderPatch::default()
            },
            "flash size 512KB does not exist on the ESP32-C6; it has 1MB",
        ),
        (
            HeaderPatch {
                size: SizePatch::Detect,
                ..HeaderPatch::default()
            },
            "flash size 3145728 bytes does not exist on the ESP32-C6",
        ),
    ] {
        let region = Region::new(0, image_of(&ESP32C6, &[7])).patched(patch);
        let error = refusal(&[region], &ESP32C6, 3 * MB).to_string();
        assert!(error.starts_with(text), "{error}");
    }
}

#[test]
fn files_are_read_or_named() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("app.bin");
    let error = Region::from_file(0x1_0000, &path).unwrap_err();
    assert!(matches!(
        &error,
        InputError::File {
            kind: std::io::ErrorKind::NotFound,
            ..
        }
    ));
    assert!(error.to_string().contains("app.bin"), "{error}");
    std::fs::write(&path, [1, 2, 3]).unwrap();
    let region = Region::from_file(0x1_0000, &path).unwrap();
    assert_eq!(
        (region.address(), region.data()),
        (0x1_0000, &[1, 2, 3][..])
    );
    assert!(region.name().ends_with("app.bin"));
}
