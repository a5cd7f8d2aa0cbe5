//! The `espwire` program, as a person runs it: every command on every chip's
//! virtual board, bad input, and a board served by another process.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "all of it is a test"
)]
#![cfg(feature = "cli")]

mod flash;
mod refusals;
mod served;

use espwire::chip;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

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
