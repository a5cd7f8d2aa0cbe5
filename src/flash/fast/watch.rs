//! From how far a session has come to how far each region has.

use crate::flash::WriteStep;
use crate::image::SECTOR;

/// Hears what happens to which region, by its place among those of the call.
pub type Watcher<'w> = dyn FnMut(usize, WriteStep) + 'w;

/// Tells of each region what is known of all.
pub(super) struct Watch<'w, 'f> {
    regions: Vec<Extent>,
    watcher: &'w mut Watcher<'f>,
}

/// Where a region is, and how much of it is certain.
struct Extent {
    address: u32,
    end: u32,
    certain: u32,
}

impl<'w, 'f> Watch<'w, 'f> {
    /// Of regions with these flash addresses and sizes.
    pub(super) fn new(
        regions: impl IntoIterator<Item = (u32, u32)>,
        watcher: &'w mut Watcher<'f>,
    ) -> Self {
        let regions = regions.into_iter().map(|(address, size)| Extent {
            address,
            end: address.saturating_add(size),
            certain: 0,
        });
        Self {
            regions: regions.collect(),
            watcher,
        }
    }

    /// Any of the sectors from here to there may be erased from now on.
    pub(super) fn touching(&mut self, from: u32, to: u32) {
        for (index, region) in self.regions.iter().enumerate() {
            if from < region.end && to > region.address {
                let bytes = to.min(region.end) - region.address;
                let sectors = bytes.next_multiple_of(SECTOR);
                (self.watcher)(index, WriteStep::Touching(sectors));
            }
        }
    }

    /// All that is written lies before this address, or will be written by
    /// another session.
    pub(super) fn certain(&mut self, address: u32) {
        for (index, region) in self.regions.iter_mut().enumerate() {
            let done = address.clamp(region.address, region.end) - region.address;
            if done > region.certain {
                region.certain = done;
                (self.watcher)(index, WriteStep::Certain(done));
                (self.watcher)(index, WriteStep::Written(done));
            }
        }
    }

    /// The flash from this address on is written again.
    pub(super) fn again(&mut self, address: u32) {
        for (index, region) in self.regions.iter_mut().enumerate() {
            if (region.address..region.end).contains(&address) {
                region.certain = region.certain.min(address - region.address);
                (self.watcher)(index, WriteStep::Again(address));
            }
        }
    }

    /// Everything is there that was to be written; the chip makes sure of it.
    pub(super) fn all_written(&mut self) {
        self.certain(u32::MAX);
        for index in 0..self.regions.len() {
            (self.watcher)(index, WriteStep::Hashing);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_hear_of_what_is_theirs() {
        // In the order of the caller.
        let regions = [(0x8000, 0x100), (0x1000, 0x2000)];
        let mut heard = vec![];
        let mut watcher = |index, step| heard.push((index, step));
        let mut watch = Watch::new(regions, &mut watcher);
        watch.touching(0x1000, 0x9000);
        watch.certain(0x1800);
        watch.certain(0x1800);
        watch.certain(0x8080);
        watch.again(0x2000);
        watch.all_written();
        let expected = [
            (0, WriteStep::Touching(0x1000)),
            (1, WriteStep::Touching(0x2000)),
            (1, WriteStep::Certain(0x800)),
            (1, WriteStep::Written(0x800)),
            (0, WriteStep::Certain(0x80)),
            (0, WriteStep::Written(0x80)),
            (1, WriteStep::Certain(0x2000)),
            (1, WriteStep::Written(0x2000)),
            (1, WriteStep::Again(0x2000)),
            (0, WriteStep::Certain(0x100)),
            (0, WriteStep::Written(0x100)),
            (1, WriteStep::Certain(0x2000)),
            (1, WriteStep::Written(0x2000)),
            (0, WriteStep::Hashing),
            (1, WriteStep::Hashing),
        ];
        assert_eq!(heard, expected);
    }
}
