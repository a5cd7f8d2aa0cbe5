//! A board served by another process, and a program that is interrupted.

use super::{FIRMWARE, Folder, expect, firmware, run};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

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
