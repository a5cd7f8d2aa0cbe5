//! Any file at the bootloader's offset: no panic, and what comes out differs
//! from the file in the fields that were asked for and nothing else.
//!
//! Input: chip, settings (a byte each), file.

use espwire::chip::{self, Chip, FlashMode};
use espwire::image::*;
use sha2::{Digest, Sha256};

const FLASH_SIZE: u32 = 4 << 20;

pub fn run(data: &[u8]) {
    let [chip, settings, file @ ..] = data else {
        return;
    };
    let Some(chip) = chip::ALL.get(usize::from(*chip) % chip::ALL.len()) else {
        return;
    };
    for form in [HeaderForm::Short, HeaderForm::Extended] {
        if let Ok(header) = Header::parse(file, form) {
            assert!((1..=16).contains(&header.segments));
            let end = header.sha256_range().map_or(header.len, |range| range.end);
            assert!(end <= file.len());
        }
    }
    let mode = match settings & 3 {
        0 => None,
        1 => Some(FlashMode::Qio),
        2 => Some(FlashMode::Dio),
        _ => Some(FlashMode::Dout),
    };
    let frequencies = chip.flash.frequencies;
    let frequency = frequencies
        .get(usize::from(settings >> 2 & 7))
        .map(|(frequency, _)| *frequency);
    let size = if settings >> 5 & 1 == 0 {
        SizePatch::Keep
    } else {
        SizePatch::Detect
    };
    let patch = HeaderPatch {
        mode,
        frequency,
        size,
    };
    let Some(prepared) = prepared(chip, file, patch) else {
        return;
    };
    let mut expected = file.to_vec();
    expected.resize(file.len().next_multiple_of(4), 0xff);
    if prepared != expected {
        assert_ne!(patch, HeaderPatch::default(), "nothing was asked for");
        let form = chip.id.map_or(HeaderForm::Short, |_| HeaderForm::Extended);
        let header = Header::parse(&prepared, form).expect("still an image");
        expected[2..4].copy_from_slice(&prepared[2..4]);
        if let Some(range) = header.sha256_range() {
            let digest = Sha256::digest(&expected[..range.start]);
            expected[range].copy_from_slice(&digest);
        }
        assert_eq!(prepared, expected, "only the settings and the SHA-256");
    }
    let again = self::prepared(chip, &prepared, patch);
    assert_eq!(again, Some(prepared), "settled");
}

/// The file as it would be in flash, if it may go there.
fn prepared(chip: &'static Chip, file: &[u8], patch: HeaderPatch) -> Option<Vec<u8>> {
    let regions = [Region::new(chip.bootloader_offset, file).patched(patch)];
    let target = Target {
        chip,
        revision: None,
        flash_size: FLASH_SIZE,
        address_limit: chip.rom.address_limit,
    };
    let prepared = prepare(&regions, &target, Purpose::Write).ok()?;
    prepared
        .into_iter()
        .next()
        .map(|region| region.data().to_vec())
}
