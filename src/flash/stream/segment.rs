//! From regions to the segments of write sessions.

use crate::image::SECTOR;

/// CRC-32 of a sector that is erased (`docs/stubs.md`, MAP).
pub const BLANK_SECTOR: u32 = 0xf154_670a;

/// What erased flash reads as.
const ERASED: u8 = 0xff;

/// What becomes of a segment's sectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Erased and written.
    Data,
    /// Erased only: its bytes are all FF.
    Blank,
}

/// Sectors that are treated alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment<'a> {
    /// Flash address of its first byte, a multiple of the sector size.
    pub address: u32,
    /// Its bytes, never empty; behind them the last sector stays erased.
    pub bytes: &'a [u8],
    /// What becomes of it.
    pub kind: Kind,
}

impl<'a> Segment<'a> {
    /// Number of its bytes.
    #[must_use]
    pub fn size(&self) -> u32 {
        // A segment lies in the 32-bit address space.
        u32::try_from(self.bytes.len()).unwrap_or(u32::MAX)
    }

    /// The address behind its last sector.
    #[must_use]
    pub fn end(&self) -> u32 {
        let end = self.address.saturating_add(self.size());
        end.checked_next_multiple_of(SECTOR).unwrap_or(u32::MAX)
    }

    /// The bytes that travel.
    #[must_use]
    pub fn data(&self) -> Option<&'a [u8]> {
        (self.kind == Kind::Data).then_some(self.bytes)
    }

    /// What is left of it from the sector on that `address` is in; `None` if
    /// all of it lies before.
    #[must_use]
    pub fn from(self, address: u32) -> Option<Self> {
        let start = self.address.max(address - address % SECTOR);
        let skipped = usize::try_from(start - self.address).unwrap_or(usize::MAX);
        let bytes = self
            .bytes
            .get(skipped..)
            .filter(|bytes| !bytes.is_empty())?;
        Some(Self {
            address: start,
            bytes,
            ..self
        })
    }
}

/// Cuts regions, given as address and bytes, into segments that ascend.
///
/// Sectors of FF are blank. `held` says of a sector's address and bytes
/// whether the flash is known to hold them: then it is in no segment.
pub fn segments<'a>(
    regions: impl IntoIterator<Item = (u32, &'a [u8])>,
    held: impl Fn(u32, &[u8]) -> bool,
) -> Vec<Segment<'a>> {
    let mut regions: Vec<_> = regions.into_iter().collect();
    regions.sort_by_key(|(address, _)| *address);
    let mut segments: Vec<Segment<'a>> = Vec::new();
    for (start, bytes) in regions {
        // Where the segment that grows begins in `bytes`, and its kind.
        let mut run: Option<(usize, Kind)> = None;
        let mut close = |run: Option<(usize, Kind)>, end: usize| {
            if let Some((from, kind)) = run {
                segments.push(Segment {
                    address: start.saturating_add(u32::try_from(from).unwrap_or(u32::MAX)),
                    bytes: bytes.get(from..end).unwrap_or_default(),
                    kind,
                });
            }
        };
        let mut at = 0;
        for sector in bytes.chunks(SECTOR as usize) {
            let address = start.saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
            let kind = if held(address, sector) {
                None
            } else if is_blank(sector) {
                Some(Kind::Blank)
            } else {
                Some(Kind::Data)
            };
            if kind != run.map(|(_, kind)| kind) {
                close(run, at);
                run = kind.map(|kind| (at, kind));
            }
            at += sector.len();
        }
        close(run, at);
    }
    segments
}

/// Whether erasing alone makes flash hold these bytes.
#[must_use]
pub fn is_blank(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == ERASED)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATA: u8 = b'd';

    /// Bytes of sectors, one letter each: `d` data, `.` blank.
    fn image(sectors: &str) -> Vec<u8> {
        let fill = |letter| if letter == '.' { ERASED } else { DATA };
        sectors
            .chars()
            .flat_map(|letter| vec![fill(letter); SECTOR as usize])
            .collect()
    }

    /// Segments in letters: address in sectors, kind and sectors.
    fn told(segments: &[Segment<'_>]) -> String {
        let words = segments.iter().map(|segment| {
            let sectors = segment.size().div_ceil(SECTOR);
            format!("{}:{:?}*{sectors}", segment.address / SECTOR, segment.kind)
        });
        words.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn runs_of_sectors() {
        for (sectors, held, expected) in [
            ("", &[][..], ""),
            ("d", &[], "16:Data*1"),
            ("ddd", &[], "16:Data*3"),
            ("...", &[], "16:Blank*3"),
            ("dd..d", &[], "16:Data*2 18:Blank*2 20:Data*1"),
            ("dddd", &[17, 18], "16:Data*1 19:Data*1"),
            ("d..d", &[17], "16:Data*1 18:Blank*1 19:Data*1"),
            ("dd", &[16, 17], ""),
        ] {
            let image = image(sectors);
            let found = segments([(16 * SECTOR, &image[..])], |address, _| {
                held.contains(&(address / SECTOR))
            });
            assert_eq!(told(&found), expected, "{sectors} {held:?}");
            let data: Vec<u8> = found
                .iter()
                .filter_map(Segment::data)
                .flatten()
                .copied()
                .collect();
            assert!(data.iter().all(|byte| *byte == DATA));
        }
    }

    #[test]
    fn regions_of_any_order_and_length() {
        let short = [DATA; 100];
        let blank = [ERASED; 100];
        let found = segments(
            [(5 * SECTOR, &short[..]), (2 * SECTOR, &blank[..])],
            |_, _| false,
        );
        assert_eq!(told(&found), "2:Blank*1 5:Data*1");
        assert_eq!((found[1].size(), found[1].end()), (100, 6 * SECTOR));
    }

    #[test]
    fn what_is_left_of_a_segment() {
        let image = image("dddd");
        let whole = Segment {
            address: 8 * SECTOR,
            bytes: &image[..3 * SECTOR as usize + 7],
            kind: Kind::Data,
        };
        for (address, left) in [
            (0, Some((8, 3 * SECTOR + 7))),
            (8 * SECTOR + 1, Some((8, 3 * SECTOR + 7))),
            (9 * SECTOR, Some((9, 2 * SECTOR + 7))),
            (11 * SECTOR + 6, Some((11, 7))),
            (12 * SECTOR, None),
            (u32::MAX, None),
        ] {
            let found = whole.from(address);
            let found = found.map(|segment| (segment.address / SECTOR, segment.size()));
            assert_eq!(found, left, "{address:#x}");
        }
    }
}
