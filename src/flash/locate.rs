//! Where flash differs first from what it should hold.

use super::Flasher;
use crate::digest::DigestKind;
use crate::error::Result;
use crate::image::{Prepared, SECTOR};
use crate::transport::Transport;

impl<T: Transport> Flasher<'_, T> {
    /// Flash address of the first sector that does not hold what the region
    /// says, in a region that is known to differ, by digests of ever smaller
    /// parts: the chip hashes about as many bytes as the region has. A region
    /// need not begin at a sector; its sectors count from its own first byte.
    ///
    /// # Errors
    /// Those of [`digest`](Self::digest).
    pub fn first_difference(&mut self, region: &Prepared<'_>) -> Result<u32> {
        let mut address = region.address;
        let mut data: &[u8] = region.data();
        loop {
            let sectors = data.len().div_ceil(SECTOR as usize);
            if sectors <= 1 {
                return Ok(address);
            }
            let (head, tail) = data.split_at(sectors / 2 * SECTOR as usize);
            // Half of a region fits into the 32-bit address space.
            let size = u32::try_from(head.len()).unwrap_or(u32::MAX);
            let expected = DigestKind::Md5.of(head);
            if self.digest(address, size)? == expected {
                address = address.saturating_add(size);
                data = tail;
            } else {
                data = head;
            }
        }
    }
}
