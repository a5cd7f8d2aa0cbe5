//! The table is consistent with itself and with the recorded ROMs.

use super::*;
use std::collections::HashSet;

#[test]
fn ids_magics_and_names_are_unique() {
    let mut seen = HashSet::new();
    for chip in ALL {
        for key in chip
            .id
            .map(|id| format!("id {id}"))
            .into_iter()
            .chain([format!("name {}", chip.name), format!("arg {}", chip.arg)])
        {
            assert!(seen.insert(key.clone()), "{chip}: {key}");
        }
        for magic in chip.magics {
            assert!(seen.insert(format!("magic {magic}")), "{chip}: {magic:#x}");
        }
        assert!(
            chip.id.is_some() || !chip.magics.is_empty(),
            "{chip} cannot be told"
        );
    }
}

#[test]
fn chips_are_found_by_what_tells_them() {
    for chip in ALL {
        if let Some(id) = chip.id {
            assert_eq!(Chip::from_id(id), Some(*chip));
        }
        for magic in chip.magics {
            assert_eq!(Chip::from_magic(*magic), Some(*chip));
        }
    }
    assert_eq!(Chip::from_id(0xffff), None);
    assert_eq!(Chip::from_magic(0), None);
}

#[test]
fn names_parse_in_every_spelling() {
    for chip in ALL {
        let underscored = chip.name.replace('-', "_");
        for name in [chip.name, chip.arg, &underscored, &chip.arg.to_uppercase()] {
            assert_eq!(name.parse::<&Chip>(), Ok(*chip), "{name}");
        }
        assert_eq!(chip.to_string(), chip.name);
        assert_eq!(chip.name.replace('-', "").to_lowercase(), chip.arg);
    }
    let error = "esp33".parse::<&Chip>().unwrap_err().to_string();
    assert!(
        error.contains("\"esp33\" is not a chip") && error.contains("esp32s3"),
        "{error}"
    );
    assert!("".parse::<&Chip>().is_err());
}

#[test]
fn codes_are_nibbles_and_names_are_unique() {
    for chip in ALL {
        let sizes = chip.flash.sizes;
        let frequencies = chip.flash.frequencies;
        assert!(sizes.iter().all(|(_, code)| *code < 16), "{chip}");
        assert!(frequencies.iter().all(|(_, code)| *code < 16), "{chip}");
        for (size, code) in sizes {
            assert_eq!(chip.flash.size(*size), Some(*code), "{chip} {size}");
        }
        for (frequency, code) in frequencies {
            assert_eq!(
                chip.flash.frequency(*frequency),
                Some(*code),
                "{chip} {frequency}"
            );
        }
    }
}

#[test]
fn offsets_and_limits_make_sense() {
    for chip in ALL {
        assert_eq!(chip.bootloader_offset % 0x1000, 0, "{chip}");
        assert!(chip.bootloader_offset <= 0x2000, "{chip}");
        assert!(
            chip.rom.assumed_flash_size <= chip.rom.address_limit,
            "{chip}"
        );
        assert_eq!(chip.uart.divider.address, chip.uart.base + 0x14, "{chip}");
        let security = chip.rom.supports(crate::wire::Opcode::GET_SECURITY_INFO);
        assert_eq!(security, chip.rom.dialect.security_info_len > 0, "{chip}");
        assert_eq!(
            security,
            !chip.rom.secure_download_commands.is_empty(),
            "{chip}"
        );
        // Without an id from GET_SECURITY_INFO, only the magic tells.
        assert!(security || !chip.magics.is_empty(), "{chip}");
        for command in chip.rom.secure_download_commands {
            assert!(chip.rom.supports(*command), "{chip} {command}");
        }
    }
}
