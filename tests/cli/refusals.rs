//! Bad input.

use super::{Folder, firmware, run, stderr, stdout};
use std::path::Path;

#[test]
fn bad_input_is_named_with_its_remedy() {
    let folder = Folder::new();
    let data = folder.file("data.bin", &firmware(5000));
    let empty = folder.file("empty.bin", &[]);
    let large = folder.file("large.bin", &vec![0; (1 << 20) + 1]);
    let odd = folder.file("odd.flash", &[0; 1000]);
    let missing = folder.path("missing.bin");
    let table: &[(&str, &[&Path], &[&str])] = &[
        ("flash-id", &[], &["no port", "--port"]),
        ("--port /dev/nothing flash-id", &[], &["/dev/nothing"]),
        (
            "--port socket://127.0.0.1:1 flash-id",
            &[],
            &["socket://127.0.0.1:1", "listen"],
        ),
        ("--port sim:esp99 flash-id", &[], &["esp99", "esp32s3"]),
        (
            "--port sim:esp32,color=red flash-id",
            &[],
            &["color=red", "flash=FILE"],
        ),
        (
            "--port sim:esp32,flash={} flash-id",
            &[&odd],
            &["odd.flash", "power of two"],
        ),
        (
            "--port sim:esp32,usb flash-id",
            &[],
            &["no USB-Serial/JTAG"],
        ),
        (
            "--port sim:esp32 --chip esp99 flash-id",
            &[],
            &["esp99", "esp32s3"],
        ),
        (
            "--port sim:esp32 --before now flash-id",
            &[],
            &["now", "default-reset"],
        ),
        (
            "--port sim:esp32 --before D0|X flash-id",
            &[],
            &["'X'", "D0 or D1"],
        ),
        (
            "--port sim:esp32 --after now flash-id",
            &[],
            &["now", "hard-reset"],
        ),
        ("--port sim:esp32 --baud 0 flash-id", &[], &["0", "--baud"]),
        (
            "--port sim:esp32 --baud 50000000 flash-id",
            &[],
            &["50000000", "another rate"],
        ),
        (
            "--port sim:esp32 --chip esp32s3 flash-id",
            &[],
            &["ESP32-S3", "name esp32"],
        ),
        (
            "--port sim:esp32 write-flash 0x10000 {}",
            &[&missing],
            &["missing.bin"],
        ),
        (
            "--port sim:esp32 write-flash 0x10000 {}",
            &[&empty],
            &["empty.bin", "empty"],
        ),
        (
            "--port sim:esp32 write-flash 0x10000",
            &[],
            &["ADDR", "FILE"],
        ),
        (
            "--port sim:esp32 write-flash here {}",
            &[&data],
            &["here", "0x1000"],
        ),
        (
            "--port sim:esp32 write-flash 0x10000 {} 0x20000",
            &[&data],
            &["0x20000", "no file"],
        ),
        (
            "--port sim:esp32 write-flash 0x10001 {}",
            &[&data],
            &["0x10001", "0x1000"],
        ),
        (
            "--port sim:esp32 write-flash 0x3ff000 {}",
            &[&data],
            &["0x400000"],
        ),
        (
            "--port sim:esp32,size=1MB write-flash 0 {}",
            &[&large],
            &["large.bin"],
        ),
        (
            "--port sim:esp32 write-flash 0x1000 {}",
            &[&data],
            &["data.bin", "not an ESP image"],
        ),
        (
            "--port sim:esp32 write-flash 0x10000 {} 0x11000 {}",
            &[&data, &data],
            &["data.bin", "overlap"],
        ),
        (
            "--port sim:esp32 write-flash --flash-mode fast 0x10000 {}",
            &[&data],
            &["fast", "dio"],
        ),
        (
            "--port sim:esp32 write-flash --flash-freq 81m 0x10000 {}",
            &[&data],
            &["81m", "80m"],
        ),
        (
            "--port sim:esp32 write-flash --flash-size 3MB 0x10000 {}",
            &[&data],
            &["3MB", "4MB"],
        ),
        (
            "--port sim:esp32 read-flash 0x0 lots {}",
            &[&data],
            &["lots"],
        ),
        (
            "--port sim:esp32 read-flash 0x400000 1 {}",
            &[&data],
            &["0x400000"],
        ),
        (
            "--port sim:esp8266 --no-stub verify-flash 0x10000 {}",
            &[&data],
            &["ESP8266", "stub"],
        ),
        (
            "--port sim:esp32s3,secure-download verify-flash 0x10000 {}",
            &[&data],
            &["secure download mode", "verifying"],
        ),
        ("sim --listen 127.0.0.1:0", &[], &["--chip"]),
        ("sim --chip esp32", &[], &["--listen"]),
        ("sim --chip esp32 --listen nowhere", &[], &["nowhere"]),
        ("fly", &[], &["fly"]),
    ];
    for (line, paths, words) in table {
        let output = run(line, paths);
        assert_eq!(output.status.code(), Some(2), "{line}\n{}", stdout(&output));
        let said = stderr(&output);
        for word in *words {
            assert!(said.contains(word), "{line}\nno '{word}' in: {said}");
        }
    }
}
