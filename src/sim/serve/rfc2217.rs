//! A socket with a rate and control lines (RFC 2217).

use super::telnet::Telnet;
use super::{Event, Pace, Peer, accept, read_socket, serve, write_socket};
use crate::connection::CancelToken;
use crate::sim::Board;
use crate::time::Duration;
use crate::transport::{Lines, Transport};
use std::collections::VecDeque;
use std::io;
use std::net::{TcpListener, TcpStream};

/// Serves one connection after the other, until `cancel`, with the rate and
/// the control lines that the other side sets.
///
/// Both lines are released when a connection ends, as when a serial port is
/// closed; else the board stays as it is, and its clock stands still until
/// the next one.
///
/// # Errors
/// The listener fails. A connection that fails ends, and the next is awaited.
pub fn serve_rfc2217(
    board: &Board,
    listener: &TcpListener,
    pace: Pace,
    cancel: &CancelToken,
) -> io::Result<()> {
    board.lock().line.follow_host();
    accept(listener, cancel, |stream| {
        let baud = board.lock().line.host_baud();
        let mut peer = Remote {
            stream,
            telnet: Telnet::new(baud),
        };
        let outcome = serve(board, &mut peer, pace, cancel);
        board.port().set_lines(Lines::default())?;
        outcome
    })
}

struct Remote {
    stream: TcpStream,
    telnet: Telnet,
}

impl Peer for Remote {
    fn hear(&mut self, wait: Duration, events: &mut VecDeque<Event>) -> io::Result<()> {
        let mut buf = [0; 4096];
        let count = read_socket(&mut self.stream, &mut buf, wait)?;
        events.extend(self.telnet.push(buf.get(..count).unwrap_or_default()));
        Ok(())
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        write_socket(&mut self.stream, &Telnet::escape(bytes))
    }

    fn reply(&mut self, bytes: &[u8]) -> io::Result<()> {
        write_socket(&mut self.stream, bytes)
    }
}
