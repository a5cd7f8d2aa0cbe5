//! The data of a write session, compressed ahead of the link.
//!
//! A thread compresses while the link sends. It runs ahead by a bounded number
//! of pieces, compresses nothing twice, and ends before [`ahead`] returns:
//! nothing of it outlives the call, whatever ends it.

use crate::digest::{Digest, DigestKind};
use crate::time::Duration;
use flate2::{Compress, Compression, FlushCompress, Status};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;

/// Bytes in a piece that the thread hands over.
const PIECE: usize = 8 << 10;
/// Pieces that wait at most.
const AHEAD: usize = 32;
/// Bytes that are compressed at once: between two looks at the level.
const STEP: usize = 32 << 10;
/// Levels of effort, the best first.
const LEVELS: [u32; 4] = [9, 6, 4, 1];
/// Shorter waits are what it takes to hand over a piece.
const NOTICEABLE: Duration = Duration::from_millis(1);
/// So many pieces in a row that were there when they were wanted allow the
/// next better level.
const KEEPS_UP: u32 = 64;

/// How the bytes of a session travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// As they are.
    Raw,
    /// As one deflate stream (RFC 1951) with a window of 32 KiB. What does not
    /// shrink goes as stored blocks.
    Deflate,
}

/// What the thread hands over.
enum Piece {
    Bytes(Vec<u8>),
    /// There is no more; the digest of the bytes that went in.
    End(Digest),
}

/// What a session's data has come to.
#[derive(Debug)]
pub enum Supply {
    /// The next bytes.
    Bytes(Vec<u8>),
    /// There is no more; the digest of the bytes before they were coded.
    End(Digest),
    /// Nothing yet.
    Later,
}

/// The receiving end.
#[derive(Debug)]
pub struct Source<'s> {
    pieces: Receiver<Piece>,
    /// Received and not taken yet.
    rest: VecDeque<u8>,
    end: Option<Digest>,
    /// Index into [`LEVELS`].
    level: &'s AtomicU32,
    in_time: u32,
}

/// Lets a thread code `data`, given in stretches that follow each other, while
/// `work` takes what comes of it.
///
/// # Errors
/// There can be no more threads.
pub fn ahead<R>(
    data: &[&[u8]],
    coding: Coding,
    kind: DigestKind,
    work: impl FnOnce(&mut Source<'_>) -> R,
) -> std::io::Result<R> {
    let level = AtomicU32::new(0);
    let (sender, pieces) = sync_channel(AHEAD);
    thread::scope(|scope| {
        let level = &level;
        thread::Builder::new()
            .name("espwire-deflate".to_owned())
            .spawn_scoped(scope, move || {
                // It ends early when nobody listens any more.
                let _ = produce(data, coding, kind, &sender, level);
            })?;
        let mut source = Source {
            pieces,
            rest: VecDeque::new(),
            end: None,
            level,
            in_time: 0,
        };
        Ok(work(&mut source))
    })
}

impl Source<'_> {
    /// The next `most` bytes, fewer only at the end. Waits for them for `wait`
    /// of real time at most.
    pub fn take(&mut self, most: usize, wait: Duration) -> Supply {
        while self.end.is_none() && self.rest.len() < most {
            match self.pieces.recv_timeout(wait) {
                Ok(Piece::Bytes(bytes)) => self.rest.extend(bytes),
                Ok(Piece::End(digest)) => self.end = Some(digest),
                Err(RecvTimeoutError::Timeout) => return Supply::Later,
                // It has panicked, which its scope passes on.
                Err(RecvTimeoutError::Disconnected) => self.end = Some(Digest::default()),
            }
        }
        match self.end {
            Some(digest) if self.rest.is_empty() => Supply::End(digest),
            _ => {
                let count = most.min(self.rest.len());
                Supply::Bytes(self.rest.drain(..count).collect())
            }
        }
    }

    /// How long the link stood idle for the last bytes, on its own clock. A
    /// thread that does not keep up with the link makes less of an effort from
    /// here on; one that does for long, a greater one.
    pub fn idled(&mut self, time: Duration) {
        let level = self.level.load(Ordering::Relaxed);
        if time >= NOTICEABLE {
            self.in_time = 0;
            let worst = u32::try_from(LEVELS.len() - 1).unwrap_or(0);
            self.level.store((level + 1).min(worst), Ordering::Relaxed);
            return;
        }
        self.in_time += 1;
        if self.in_time >= KEEPS_UP {
            self.in_time = 0;
            self.level.store(level.saturating_sub(1), Ordering::Relaxed);
        }
    }
}

/// Nobody listens any more.
struct Unwanted;

fn produce(
    data: &[&[u8]],
    coding: Coding,
    kind: DigestKind,
    pieces: &SyncSender<Piece>,
    level: &AtomicU32,
) -> Result<(), Unwanted> {
    let send = |piece| pieces.send(piece).map_err(|_| Unwanted);
    let mut hasher = kind.hasher();
    let steps = data.iter().flat_map(|stretch| stretch.chunks(STEP));
    match coding {
        Coding::Raw => {
            for step in steps {
                hasher.update(step);
                for piece in step.chunks(PIECE) {
                    send(Piece::Bytes(piece.to_vec()))?;
                }
            }
        }
        Coding::Deflate => {
            let mut coder = Coder::new();
            for step in steps {
                hasher.update(step);
                coder.set_level(level.load(Ordering::Relaxed), &send)?;
                coder.code(step, FlushCompress::None, &send)?;
            }
            coder.code(&[], FlushCompress::Finish, &send)?;
            send(Piece::Bytes(coder.piece))?;
        }
    }
    send(Piece::End(hasher.finish()))
}

/// A deflate stream in pieces.
struct Coder {
    compress: Compress,
    level: u32,
    piece: Vec<u8>,
}

impl Coder {
    fn new() -> Self {
        Self {
            compress: Compress::new(Compression::new(LEVELS[0]), false),
            level: 0,
            piece: Vec::with_capacity(PIECE),
        }
    }

    fn set_level(
        &mut self,
        level: u32,
        send: &impl Fn(Piece) -> Result<(), Unwanted>,
    ) -> Result<(), Unwanted> {
        let wanted = usize::try_from(level).ok().and_then(|at| LEVELS.get(at));
        if let (true, Some(effort)) = (level != self.level, wanted) {
            // The level can change only when nothing is held back.
            self.code(&[], FlushCompress::Sync, send)?;
            if self.compress.set_level(Compression::new(*effort)).is_ok() {
                self.level = level;
            }
        }
        Ok(())
    }

    /// Takes in all of `input`, and puts out what `flush` asks for.
    fn code(
        &mut self,
        mut input: &[u8],
        flush: FlushCompress,
        send: &impl Fn(Piece) -> Result<(), Unwanted>,
    ) -> Result<(), Unwanted> {
        loop {
            if self.piece.len() == self.piece.capacity() {
                let full = std::mem::replace(&mut self.piece, Vec::with_capacity(PIECE));
                send(Piece::Bytes(full))?;
            }
            let before = self.compress.total_in();
            let status = self.compress.compress_vec(input, &mut self.piece, flush);
            let taken = usize::try_from(self.compress.total_in() - before).unwrap_or(usize::MAX);
            input = input.get(taken..).unwrap_or_default();
            let room = self.piece.len() < self.piece.capacity();
            match (flush, status) {
                (_, Err(_)) => return Err(Unwanted),
                (FlushCompress::Finish, Ok(Status::StreamEnd)) => return Ok(()),
                (FlushCompress::Finish, _) => {}
                // With room left, all that was asked for has come.
                _ if input.is_empty() && room => return Ok(()),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::DeflateDecoder;
    use std::io::Read;

    const LONG: Duration = Duration::from_secs(60);

    fn noise(len: usize) -> Vec<u8> {
        let mut random = fastrand::Rng::with_seed(1);
        std::iter::repeat_with(|| random.u8(..)).take(len).collect()
    }

    /// Everything a source gives, in blocks of so many bytes.
    fn all(source: &mut Source<'_>, block: usize) -> (Vec<u8>, Digest) {
        let mut bytes = vec![];
        loop {
            match source.take(block, LONG) {
                Supply::Bytes(more) => {
                    assert!(!more.is_empty() && more.len() <= block);
                    bytes.extend(more);
                }
                Supply::End(digest) => return (bytes, digest),
                Supply::Later => panic!("the thread hangs"),
            }
        }
    }

    fn inflated(bytes: &[u8]) -> Vec<u8> {
        let mut out = vec![];
        DeflateDecoder::new(bytes).read_to_end(&mut out).unwrap();
        out
    }

    #[test]
    fn what_comes_out_is_what_went_in() {
        let noise = noise(300_000);
        let text = b"over and over. ".repeat(30_000);
        for data in [
            &[][..],
            &[&b"x"[..]],
            &[&text, &noise],
            &[&noise[..1], &text[..99_999], &noise[..77_777]],
        ] {
            let joined = data.concat();
            for (block, kind) in [
                (1000, DigestKind::Md5),
                (4096, DigestKind::Sha256),
                (8192, DigestKind::Md5),
            ] {
                let expected = (joined.clone(), kind.of(&joined));
                let out = ahead(data, Coding::Raw, kind, |it| all(it, block)).unwrap();
                assert_eq!(out, expected);
                let (coded, digest) =
                    ahead(data, Coding::Deflate, kind, |it| all(it, block)).unwrap();
                assert_eq!((inflated(&coded), digest), expected);
            }
        }
    }

    #[test]
    fn noise_does_not_grow_by_more_than_the_headers_of_stored_blocks() {
        let noise = noise(1 << 20);
        let (coded, _) = ahead(&[&noise], Coding::Deflate, DigestKind::Md5, |it| {
            all(it, 4096)
        })
        .unwrap();
        assert!(
            coded.len() < noise.len() + noise.len() / 2000,
            "{}",
            coded.len()
        );
    }

    #[test]
    fn the_whole_is_as_small_as_zlib_makes_it() {
        let text: Vec<u8> = noise(400_000).iter().map(|byte| byte & 0x3f).collect();
        let parts = [&text[..100_001], &text[100_001..]];
        let (coded, _) =
            ahead(&parts, Coding::Deflate, DigestKind::Md5, |it| all(it, 4096)).unwrap();
        let mut whole = flate2::write::DeflateEncoder::new(vec![], Compression::best());
        std::io::Write::write_all(&mut whole, &text).unwrap();
        assert_eq!(coded.len(), whole.finish().unwrap().len());
    }

    #[test]
    fn the_level_follows_the_link() {
        let words = noise(4096);
        let mut random = fastrand::Rng::with_seed(2);
        let text: Vec<u8> = (0..300_000)
            .flat_map(|_| &words[random.usize(..4000)..][..9])
            .copied()
            .collect();
        let coded = |hurry: bool| {
            ahead(&[&text], Coding::Deflate, DigestKind::Md5, |source| {
                let mut out = vec![];
                while let Supply::Bytes(more) = source.take(4096, LONG) {
                    out.extend(more);
                    source.idled(if hurry {
                        Duration::from_millis(1)
                    } else {
                        Duration::ZERO
                    });
                }
                out
            })
            .unwrap()
        };
        let (best, hurried) = (coded(false), coded(true));
        assert_eq!(inflated(&best), text);
        assert_eq!(inflated(&hurried), text);
        assert!(
            hurried.len() > best.len(),
            "{} {}",
            hurried.len(),
            best.len()
        );
    }

    #[test]
    fn the_thread_ends_with_the_call() {
        let noise = noise(8 << 20);
        let took = ahead(&[&noise], Coding::Deflate, DigestKind::Md5, |source| {
            // Nobody wants the rest: neither this nor the scope may hang.
            matches!(source.take(10, LONG), Supply::Bytes(bytes) if bytes.len() == 10)
        });
        assert!(took.unwrap());
    }
}
