//! What is done with the flash of a virtual board.

use super::{FIRMWARE, Folder, expect, firmware, run};
use espwire::chip;
use std::fs;
use std::path::Path;

/// Through its ROM every chip writes 2.4 MB, verifies it, finds a changed byte,
/// and writes again; the ESP8266, whose ROM can neither read nor hash, writes
/// and says so.
#[test]
fn every_chip_writes_verifies_and_writes_again() {
    let folder = Folder::new();
    let mut bytes = firmware(FIRMWARE);
    let old = folder.file("old.bin", &bytes);
    bytes[1_234_567] ^= 1;
    let new = folder.file("new.bin", &bytes);
    for chip in chip::ALL {
        let flash = folder.path(chip.arg);
        let go = |command: &str, file: &Path| {
            let board = format!("sim:{},flash={{}}", chip.arg);
            let line = format!("--port {board} --no-stub {command} 0x10000 {{}}");
            run(&line, &[&flash, file])
        };
        let held = || fs::read(&flash).unwrap()[0x1_0000..][..FIRMWARE].to_vec();
        if chip.rom.supports(espwire::wire::Opcode::FLASH_MD5SUM) {
            expect(&go("write-flash", &old), 0, &["written and verified"], &[]);
            expect(&go("verify-flash", &old), 0, &["matches"], &[]);
            expect(&go("verify-flash", &new), 1, &["DIFFERS"], &[]);
            expect(&go("write-flash", &new), 0, &["written and verified"], &[]);
            expect(&go("verify-flash", &new), 0, &["matches"], &[]);
        } else {
            expect(&go("write-flash", &new), 0, &["cannot verify"], &[]);
            expect(&go("verify-flash", &new), 2, &[], &["ROM loader", "stub"]);
        }
        assert!(held() == bytes, "{chip}");
    }
}

/// Through its stub every chip does, and nobody need ask for it.
#[test]
fn every_chip_works_through_its_stub() {
    let folder = Folder::new();
    let bytes = firmware(30_000);
    let file = folder.file("data.bin", &bytes);
    for chip in chip::ALL {
        let flash = folder.path(chip.arg);
        let go = |command: &str| {
            let line = format!("--port sim:{},flash={{}} {command} 0x10000 {{}}", chip.arg);
            run(&line, &[&flash, &file])
        };
        expect(&go("write-flash"), 0, &["written and verified"], &[]);
        expect(&go("verify-flash"), 0, &["matches"], &[]);
        assert!(fs::read(&flash).unwrap()[0x1_0000..][..30_000] == bytes);
    }
}

/// An image that no chip can run is refused, one that does not greet is not
/// insisted on.
#[test]
fn a_stub_from_a_file_is_tried() {
    let folder = Folder::new();
    let data = folder.file("data.bin", &firmware(3000));
    let broken = folder.file("broken.json", b"{\"entry\": 1}");
    let line = "--port sim:esp32c3 --stub {} write-flash 0x10000 {}";
    let words = ["broken.json is no stub image", "text"];
    expect(&run(line, &[&broken, &data]), 2, &[], &words);
    // An endless loop: J 0.
    let mute = br#"{"entry": 1077411840, "text": "bwAAAA==", "text_start": 1077411840}"#;
    let mute = folder.file("mute.json", mute);
    let output = run(line, &[&mute, &data]);
    let words = ["did not greet", "written and verified"];
    expect(&output, 0, &words, &["did not greet"]);
    let line = "--port sim:esp32c3 --no-stub --stub {} write-flash 0x10000 {}";
    expect(
        &run(line, &[&mute, &data]),
        2,
        &[],
        &["cannot be used with"],
    );
}

#[test]
fn both_spellings_and_both_places_of_options_are_taken() {
    let folder = Folder::new();
    let file = folder.file("data.bin", &firmware(5000));
    for line in [
        "--port sim:esp32c3 --chip esp32c3 --before default_reset write_flash 0x10000 {}",
        "write-flash --port sim:esp32c3 --chip ESP32-C3 --after hard_reset 0x10000 {}",
        "-p sim:esp32c3 -b 921600 -c esp32c3 write-flash -fm dio -ff 40m -fs detect 64k {}",
        "--port=sim:esp32c3 write_flash --flash_mode=keep --flash_size=4MB 0x10000 {}",
        "--port sim:esp32c3 --no-stub --before D0|R1|W0.1|D1|R0|W0.05|D0 write-flash 65536 {}",
    ] {
        expect(&run(line, &[&file]), 0, &["written and verified"], &[]);
    }
}

#[test]
fn flash_is_erased() {
    let folder = Folder::new();
    let mut flash = vec![0; 4 << 20];
    let file = folder.file("flash.bin", &flash);
    let line = "--port sim:esp32c3,flash={} erase-region 0x10000 8k";
    expect(&run(line, &[&file]), 0, &["erase", "done"], &[]);
    flash[0x1_0000..0x1_2000].fill(0xff);
    assert!(fs::read(&file).unwrap() == flash);
    let line = "--port sim:esp32c3,flash={} erase_region 0x3f0000 ALL";
    expect(&run(line, &[&file]), 0, &["erase"], &[]);
    flash[0x3f_0000..].fill(0xff);
    assert!(fs::read(&file).unwrap() == flash);
    let line = "--port sim:esp32c3,flash={} erase-flash";
    expect(&run(line, &[&file]), 0, &["erase"], &[]);
    assert!(fs::read(&file).unwrap().iter().all(|byte| *byte == 0xff));
    let line = "--port sim:esp32c3,flash={} erase-region 0x10001 4096";
    expect(&run(line, &[&file]), 2, &[], &["multiple of 0x1000"]);
}

#[test]
fn several_files_go_in_one_session() {
    let folder = Folder::new();
    let flash = folder.path("flash");
    let (one, two) = (firmware(3000), firmware(5001));
    let (a, b) = (folder.file("a.bin", &one), folder.file("b.bin", &two));
    let line = "--port sim:esp32h2,flash={} write-flash 0x8000 {} 0x10000 {}";
    expect(&run(line, &[&flash, &a, &b]), 0, &["a.bin", "b.bin"], &[]);
    let held = fs::read(&flash).unwrap();
    assert!(held[0x8000..][..3000] == one && held[0x1_0000..][..5001] == two);
}

#[test]
fn flash_is_read_into_a_file() {
    let folder = Folder::new();
    let flash = folder.path("flash");
    let bytes = firmware(10_000);
    let file = folder.file("data.bin", &bytes);
    let back = folder.path("back.bin");
    let write = "--port sim:esp32s2,flash={} write-flash 0x10000 {}";
    expect(&run(write, &[&flash, &file]), 0, &[], &[]);
    let read = "--port sim:esp32s2,flash={} read-flash 0x10000 10000 {}";
    expect(
        &run(read, &[&flash, &back]),
        0,
        &["read 10000 bytes", "done"],
        &[],
    );
    assert!(fs::read(&back).unwrap() == bytes);
    let read = "--port sim:esp32s2,flash={} read-flash 0x3ffff0 ALL {}";
    expect(&run(read, &[&flash, &back]), 0, &[], &[]);
    assert_eq!(fs::read(&back).unwrap(), [0xff; 16]);
}
