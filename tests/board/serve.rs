//! The board lent to other programs.

use super::*;
use espwire::connection::CancelToken;
use espwire::sim::{Pace, serve_rfc2217, serve_tcp};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// A board served by a thread, which ends with it.
struct Served {
    address: String,
    cancel: CancelToken,
    thread: Option<thread::JoinHandle<()>>,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.cancel.cancel();
        self.thread.take().unwrap().join().unwrap();
    }
}

type Server = fn(&Board, &TcpListener, Pace, &CancelToken) -> std::io::Result<()>;

fn serve(board: Board, server: Server) -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let cancel = CancelToken::new();
    let token = cancel.clone();
    let thread = thread::spawn(move || server(&board, &listener, Pace::Fast, &token).unwrap());
    Served {
        address,
        cancel,
        thread: Some(thread),
    }
}

/// A client that gives up after a while in which nothing comes.
fn client(address: &str) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    let patience = Duration::from_secs(20);
    stream.set_read_timeout(Some(patience)).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

/// Reads until `end` comes.
fn until(stream: &mut TcpStream, end: &[u8]) -> Vec<u8> {
    let mut heard = vec![];
    let mut byte = [0];
    while !heard.ends_with(end) {
        stream
            .read_exact(&mut byte)
            .unwrap_or_else(|error| panic!("{error} after {heard:02x?}, waiting for {end:02x?}"));
        heard.push(byte[0]);
    }
    heard
}

#[test]
fn a_socket_is_a_loader_that_stays_as_it_is() {
    let chip = &ESP32C3;
    let (board, port) = in_loader(chip).build();
    drop(port);
    let served = serve(board.clone(), serve_tcp);

    let mut first = client(&served.address);
    until(&mut first, b"waiting for download\r\n");
    // The first is for the autobaud.
    for _ in 0..2 {
        first.write_all(&frame(chip, &Sync)).unwrap();
    }
    let answer = until(&mut first, &[0, 0, 0, 0, 0xc0]);
    assert_eq!(&answer[..3], [0xc0, 0x01, 0x08]);
    // A rate that nobody on this side knows of.
    first
        .write_all(&frame(
            chip,
            &ChangeBaudrate {
                new: 2_000_000,
                old: 0,
            },
        ))
        .unwrap();
    loop {
        let answer = until(&mut first, &[0xc0]);
        if answer.starts_with(&[0x01, 0x0f]) {
            break;
        }
    }
    drop(first);

    let mut second = client(&served.address);
    let address = 0x6000_0014;
    second
        .write_all(&frame(chip, &ReadReg { address }))
        .unwrap();
    loop {
        let answer = until(&mut second, &[0xc0]);
        if answer.starts_with(&[0x01, 0x0a]) {
            assert_eq!(answer[4..8], [20, 0, 0, 0], "40 MHz / 2 Mbaud");
            break;
        }
    }
    drop(second);
    drop(served);
    assert!(board.record().resets.is_empty());
}

/// IAC SB COM-PORT-OPTION … IAC SE.
fn com_port(bytes: &[u8]) -> Vec<u8> {
    [&[255, 250, 44], bytes, &[255, 240]].concat()
}

#[test]
fn over_rfc_2217_the_client_has_rate_and_lines() {
    const DTR_ON: u8 = 8;
    const DTR_OFF: u8 = 9;
    const RTS_ON: u8 = 11;
    const RTS_OFF: u8 = 12;
    let chip = &ESP32C3;
    let (board, port) = Board::builder(chip).build();
    drop(port);
    let served = serve(board.clone(), serve_rfc2217);
    let mut client = client(&served.address);
    let control = |client: &mut TcpStream, what: u8| {
        client.write_all(&com_port(&[5, what])).unwrap();
        until(client, &com_port(&[105, what]));
    };
    until(&mut client, b"SPI_FAST_FLASH_BOOT)\r\n");

    control(&mut client, RTS_ON);
    // Both at once, as far as the chip can see.
    let both = [com_port(&[5, DTR_ON]), com_port(&[5, RTS_OFF])].concat();
    client.write_all(&both).unwrap();
    until(&mut client, b"waiting for download\r\n");
    control(&mut client, DTR_OFF);

    for _ in 0..2 {
        client.write_all(&frame(chip, &Sync)).unwrap();
    }
    until(&mut client, &[0xc0, 0x01, 0x08]);
    // The chip stays at 115200 baud: at another rate it does not understand.
    client.write_all(&com_port(&[1, 0, 3, 0, 0])).unwrap();
    until(&mut client, &com_port(&[101, 0, 3, 0, 0]));
    let commands = board.record().commands.len();
    client.write_all(&frame(chip, &Sync)).unwrap();
    client.write_all(&com_port(&[1, 0, 1, 0xc2, 0])).unwrap();
    until(&mut client, &com_port(&[101, 0, 1, 0xc2, 0]));
    let address = 0x6000_0014;
    client
        .write_all(&frame(chip, &ReadReg { address }))
        .unwrap();
    until(&mut client, &[0xc0, 0x01, 0x0a]);
    assert_eq!(board.record().commands.len(), commands + 1);

    // Lines that are still asserted are released with the connection.
    control(&mut client, RTS_ON);
    drop(client);
    let mut again = self::client(&served.address);
    until(&mut again, b"SPI_FAST_FLASH_BOOT)\r\n");
}
