//! Where a flash's bytes are kept.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Bytes in a piece of memory that is only there once it was written.
const PIECE: usize = 0x1_0000;

/// A file that holds a flash's bytes.
#[derive(Debug)]
pub struct FlashFile {
    path: PathBuf,
    file: File,
    bytes: Vec<u8>,
}

impl FlashFile {
    /// Sizes a flash can have.
    const SIZES: std::ops::RangeInclusive<u64> = 0x4_0000..=0x800_0000;

    /// Opens `path`, or makes a blank one of `size` bytes if there is none.
    /// Without `size`, an existing file says the size, and a new one gets
    /// 4 MB.
    ///
    /// # Errors
    /// The file cannot be read and written, or its size is no flash's, or
    /// another than `size`.
    pub fn open(path: &Path, size: Option<u32>) -> io::Result<Self> {
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        if bytes.is_empty() {
            bytes = vec![0xff; size.unwrap_or(4 << 20) as usize];
            file.write_all(&bytes)?;
        }
        let len = bytes.len() as u64;
        if !Self::SIZES.contains(&len) || !len.is_power_of_two() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!(
                    "{len} bytes are no flash's size; it must be a power of two, 256 KB to 128 MB"
                ),
            ));
        }
        if size.is_some_and(|size| u64::from(size) != len) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("the file has {len} bytes, not the size asked for"),
            ));
        }
        Ok(Self {
            path: path.to_owned(),
            file,
            bytes,
        })
    }

    /// Bytes.
    #[must_use]
    pub fn size(&self) -> u32 {
        u32::try_from(self.bytes.len()).unwrap_or(u32::MAX)
    }
}

#[derive(Debug)]
pub(super) struct Memory {
    pieces: Vec<Option<Box<[u8]>>>,
    file: Option<(PathBuf, File)>,
}

impl From<FlashFile> for Memory {
    fn from(from: FlashFile) -> Self {
        let mut memory = Self::blank(from.size());
        memory.write(0, &from.bytes);
        memory.file = Some((from.path, from.file));
        memory
    }
}

impl Memory {
    pub(super) fn blank(size: u32) -> Self {
        Self {
            pieces: vec![None; (size as usize).div_ceil(PIECE)],
            file: None,
        }
    }

    /// Reads on from `address`, around the end.
    pub(super) fn read(&self, address: u32, out: &mut [u8]) {
        let mut at = address as usize;
        let mut rest = out;
        while !rest.is_empty() {
            let index = at / PIECE % self.pieces.len();
            let offset = at % PIECE;
            let (now, later) = rest.split_at_mut(rest.len().min(PIECE - offset));
            match self.pieces.get(index) {
                Some(Some(piece)) => {
                    now.copy_from_slice(piece.get(offset..offset + now.len()).unwrap_or_default());
                }
                _ => now.fill(0xff),
            }
            at += now.len();
            rest = later;
        }
    }

    pub(super) fn write(&mut self, address: u32, bytes: &[u8]) {
        let mut at = address as usize;
        let mut rest = bytes;
        while !rest.is_empty() {
            let index = at / PIECE % self.pieces.len();
            let offset = at % PIECE;
            let (now, later) = rest.split_at(rest.len().min(PIECE - offset));
            if let Some(piece) = self.pieces.get_mut(index) {
                let blank = || vec![0xff; PIECE].into_boxed_slice();
                if piece.is_some() || now.iter().any(|byte| *byte != 0xff) {
                    let piece = piece.get_or_insert_with(blank);
                    if let Some(cells) = piece.get_mut(offset..offset + now.len()) {
                        cells.copy_from_slice(now);
                    }
                }
            }
            at += now.len();
            rest = later;
        }
        self.keep(address, bytes);
    }

    /// Erases `len` bytes.
    pub(super) fn fill(&mut self, address: u32, len: u32) {
        self.write(address, &vec![0xff; len as usize]);
    }

    /// Writes through to the file. A board cannot stop for a full disk, so
    /// what could not be kept is said and the flash goes on in memory.
    fn keep(&mut self, address: u32, bytes: &[u8]) {
        if let Some((path, file)) = &mut self.file {
            let kept = file
                .seek(SeekFrom::Start(u64::from(address)))
                .and_then(|_| file.write_all(bytes));
            if let Err(error) = kept {
                log::error!(target: "espwire::sim", "{}: {error}", path.display());
            }
        }
    }
}
