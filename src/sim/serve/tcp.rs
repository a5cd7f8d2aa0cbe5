//! A plain socket.

use super::{Event, Pace, Peer, accept, read_socket, serve, write_socket};
use crate::connection::CancelToken;
use crate::sim::Board;
use crate::time::Duration;
use std::collections::VecDeque;
use std::io;
use std::net::{TcpListener, TcpStream};

/// Serves one connection after the other, until `cancel`.
///
/// A socket has no control lines and no rate: start the board in its loader;
/// the line follows the rate that the chip uses. Between two connections the
/// board stays as it is, and its clock stands still.
///
/// # Errors
/// The listener fails. A connection that fails ends, and the next is awaited.
pub fn serve_tcp(
    board: &Board,
    listener: &TcpListener,
    pace: Pace,
    cancel: &CancelToken,
) -> io::Result<()> {
    board.lock().line.follow_chip();
    accept(listener, cancel, |stream| {
        serve(board, &mut Socket(stream), pace, cancel)
    })
}

struct Socket(TcpStream);

impl Peer for Socket {
    fn hear(&mut self, wait: Duration, events: &mut VecDeque<Event>) -> io::Result<()> {
        let mut buf = [0; 4096];
        let count = read_socket(&mut self.0, &mut buf, wait)?;
        if count > 0 {
            let bytes = buf.get(..count).unwrap_or_default();
            events.push_back(Event::Data(bytes.to_vec()));
        }
        Ok(())
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        write_socket(&mut self.0, bytes)
    }

    /// There is nothing to reply to.
    fn reply(&mut self, _: &[u8]) -> io::Result<()> {
        Ok(())
    }
}
