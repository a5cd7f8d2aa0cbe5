//! Talking to a board's port, byte by byte.

#![allow(dead_code, clippy::unwrap_used, reason = "all of it is a test")]

use espwire::sim::Port;
use espwire::time::Duration;
use espwire::transport::Transport;

/// The real loaders' last words before they listen.
const WAITING: [&[u8]; 2] = [
    b"waiting for download\r\n",
    b"wait uart download(secure mode)\r\n",
];

/// How long the host's driver may have no room for more.
const ROOM: Duration = Duration::from_secs(5);

/// Sends all of it.
pub fn send(port: &mut Port, mut bytes: &[u8]) {
    while !bytes.is_empty() {
        let deadline = port.now() + ROOM;
        let taken = port.write(bytes, deadline).unwrap();
        bytes = &bytes[taken..];
    }
}

/// More than a loader says at once, and longer than it goes on. A ROM that has
/// left it for a blank flash never stops.
const MOST: usize = 0x4000;
const LONGEST: Duration = Duration::from_secs(5);

/// What comes, until `enough` is there or nothing comes for `patience`; then
/// what comes until nothing does for `quiet`, or it is more than can be meant.
pub fn hear(
    port: &mut Port,
    patience: Duration,
    quiet: Duration,
    enough: impl Fn(&[u8]) -> bool,
) -> Vec<u8> {
    let mut heard = vec![];
    let mut buf = [0; 4096];
    let end = port.now() + LONGEST;
    loop {
        let patience = if enough(&heard) { quiet } else { patience };
        let deadline = end.min(port.now() + patience);
        match port.read(&mut buf, deadline).unwrap() {
            _ if heard.len() > MOST => return heard,
            0 => return heard,
            count => heard.extend_from_slice(&buf[..count]),
        }
    }
}

/// Whether a real loader has said that it listens.
pub fn waits(heard: &[u8]) -> bool {
    WAITING.iter().any(|words| heard.ends_with(words))
}
