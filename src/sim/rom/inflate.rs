//! The ROM's inflater.

use crate::wire::Reason;
use flate2::{Decompress, FlushDecompress, Status};

/// A zlib stream that comes in blocks.
#[derive(Debug)]
pub(super) struct Inflater {
    stream: Decompress,
    ended: bool,
}

impl Inflater {
    pub(super) fn new() -> Self {
        Self {
            stream: Decompress::new(true),
            ended: false,
        }
    }

    /// Inflates one block.
    pub(super) fn push(&mut self, mut block: &[u8]) -> Result<Vec<u8>, Reason> {
        let mut out = Vec::new();
        let mut piece = [0; 0x4000];
        while !self.ended {
            let (taken, made) = (self.stream.total_in(), self.stream.total_out());
            let status = self
                .stream
                .decompress(block, &mut piece, FlushDecompress::None)
                .map_err(|_| Reason::DEFLATE)?;
            let taken = usize::try_from(self.stream.total_in() - taken).unwrap_or(block.len());
            let made = usize::try_from(self.stream.total_out() - made).unwrap_or(0);
            block = block.get(taken..).unwrap_or_default();
            out.extend_from_slice(piece.get(..made).unwrap_or_default());
            self.ended = status == Status::StreamEnd;
            if made == 0 && (block.is_empty() || taken == 0) {
                break;
            }
        }
        Ok(out)
    }
}
