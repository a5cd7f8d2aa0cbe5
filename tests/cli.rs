//! The `espwire` program, as a person runs it: every command on every chip's
//! virtual board, bad input, and a board served by another process.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "all of it is a test"
)]
#![cfg(feature = "cli")]

use espwire::chip;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// Bytes of the firmware that the tests flash.
const FIRMWARE: usize = 2_400_000;

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, bytes).unwrap();
        path
    }
}

/// Bytes that deflate to about half, as firmware does.
fn firmware(len: usize) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(len as u64);
    let mut bytes = Vec::with_capacity(len);
    while bytes.len() < len {
        let word = random.u32(..);
        bytes.extend_from_slice(&word.to_le_bytes());
        bytes.extend_from_slice(&[0, 0x20, 0, 0x40]);
    }
    bytes.truncate(len);
    bytes
}

fn espwire<S: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = S>) -> Output {
    Command::new(env!("CARGO_BIN_EXE_espwire"))
        .args(arguments)
        .env_remove("ESPWIRE_PORT")
        .env_remove("ESPWIRE_CHIP")
        .env_remove("ESPWIRE_BAUD")
        .env_remove("RUST_LOG")
        .output()
        .unwrap()
}

/// Runs a command line in which `{}` stand for paths.
fn run(line: &str, paths: &[&Path]) -> Output {
    let mut paths = paths.iter();
    let words: Vec<String> = line
        .split(' ')
        .map(|word| match word.split_once("{}") {
            Some((before, after)) => {
                format!("{before}{}{after}", paths.next().unwrap().display())
            }
            None => word.to_owned(),
        })
        .collect();
    assert!(paths.next().is_none(), "{line}");
    espwire(words)
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[track_caller]
fn expect(output: &Output, status: i32, out: &[&str], err: &[&str]) {
    let (stdout, stderr) = (stdout(output), stderr(output));
    assert_eq!(output.status.code(), Some(status), "{stdout}\n{stderr}");
    for words in out {
        assert!(stdout.contains(words), "no '{words}' in:\n{stdout}");
    }
    for words in err {
        assert!(stderr.contains(words), "no '{words}' in:\n{stderr}");
    }
    if err.is_empty() {
        assert!(stderr.is_empty(), "{stderr}");
    }
}

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

#[test]
fn chips_and_flash_tell_about_themselves() {
    for chip in chip::ALL {
        let line = format!("--port sim:{},size=8MB flash-id", chip.arg);
        expect(&run(&line, &[]), 0, &["ef 40 17", "8192 KB"], &[]);
        let line = format!("--port sim:{} chip-info", chip.arg);
        expect(&run(&line, &[]), 0, &[chip.name, "MAC", "4096 KB"], &[]);
    }
}

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

#[test]
fn a_trace_shows_every_byte() {
    let output = run("--port sim:esp32c3 --trace flash-id", &[]);
    let said = stderr(&output);
    assert!(said.contains("> c0000824000000000007071220"), "{said}");
    // What comes in, comes in pieces.
    let came: String = said
        .lines()
        .filter_map(|line| line.split_once(" < "))
        .map(|(_, bytes)| bytes)
        .collect();
    assert!(came.contains("c0010804000707122000000000c0"), "{said}");
}

#[test]
fn help_is_no_error() {
    expect(
        &run("--help", &[]),
        0,
        &["write-flash", "socket://", "Exit status"],
        &[],
    );
    expect(&run("--version", &[]), 0, &[env!("CARGO_PKG_VERSION")], &[]);
}

/// `espwire sim`, until it is dropped.
struct Served {
    child: Child,
    port: String,
}

impl Served {
    fn new(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_espwire"))
            .arg("sim")
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let (_, port) = line.trim().split_once(" at ").expect("where it listens");
        Self {
            port: port.to_owned(),
            child,
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Another process, over TCP, at the pace of a real line.
#[test]
fn a_served_board_is_a_board() {
    let folder = Folder::new();
    let mut bytes = firmware(60_000);
    let old = folder.file("old.bin", &bytes);
    bytes[54_321] ^= 1;
    let new = folder.file("new.bin", &bytes);
    let served = Served::new(&["--chip", "esp32c6", "--listen", "127.0.0.1:0", "--paced"]);
    let go = |command: &str, file: &Path| {
        let line = format!(
            "--port {} --baud 2000000 {command} 0x10000 {{}}",
            served.port
        );
        run(&line, &[file])
    };
    expect(&go("write-flash", &old), 0, &["written and verified"], &[]);
    expect(&go("verify-flash", &old), 0, &["matches"], &[]);
    expect(&go("verify-flash", &new), 1, &["DIFFERS"], &[]);
    expect(&go("write-flash", &new), 0, &["written and verified"], &[]);
    expect(&go("verify-flash", &new), 0, &["matches"], &[]);
}

/// The same over a pseudo terminal, which is a serial port with a rate.
#[cfg(unix)]
#[test]
fn a_pseudo_terminal_is_a_port() {
    let folder = Folder::new();
    let file = folder.file("data.bin", &firmware(60_000));
    let served = Served::new(&["--chip", "esp32s3", "--pty"]);
    let line = format!(
        "--port {} --before no-reset --after no-reset --baud 921600 write-flash 0x10000 {{}}",
        served.port
    );
    expect(&run(&line, &[&file]), 0, &["written and verified"], &[]);
    let line = format!(
        "--port {} --before no-reset --after no-reset verify-flash 0x10000 {{}}",
        served.port
    );
    expect(&run(&line, &[&file]), 0, &["matches"], &[]);
}

/// Ctrl-C ends a write with a word and a status, and the board can be written
/// to again.
#[cfg(unix)]
#[test]
fn ctrl_c_cancels() {
    let folder = Folder::new();
    let file = folder.file("data.bin", &firmware(FIRMWARE));
    let small = folder.file("small.bin", &firmware(3000));
    let served = Served::new(&["--chip", "esp32c3", "--listen", "127.0.0.1:0", "--paced"]);
    let mut child = Command::new(env!("CARGO_BIN_EXE_espwire"))
        .args([
            "--port",
            &served.port,
            "--baud",
            "115200",
            "write-flash",
            "0x10000",
        ])
        .arg(&file)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It has begun to write when it says so.
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(said.any(|line| line.unwrap().starts_with("write ")));
    let pid = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &pid])
            .status()
            .unwrap()
            .success()
    );
    let output = child.wait_with_output().unwrap();
    expect(&output, 2, &[], &["cancelled"]);
    let line = format!("--port {} write-flash 0x300000 {{}}", served.port);
    expect(&run(&line, &[&small]), 0, &["written and verified"], &[]);
}
