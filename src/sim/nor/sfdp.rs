//! The table in which a flash describes itself (JESD216).

/// Where the basic parameters are.
const BASIC: usize = 0x10;
/// Their length, in words of 32 bits.
const BASIC_WORDS: usize = 9;
/// Bytes in all.
const LEN: usize = BASIC + BASIC_WORDS * 4;

/// The table of a flash of `size` bytes.
pub(super) fn table(size: u32) -> [u8; LEN] {
    // The highest bit's number, for up to 2 Gbit.
    let density = u32::try_from(u64::from(size) * 8 - 1).unwrap_or(u32::MAX);
    let words: [u32; BASIC_WORDS] = [
        // 4 KiB erase 20, programs 64 bytes and more, 1-1-2, 1-2-2, 1-4-4
        // and 1-1-4 reads; three address bytes, or four up from 32 MB.
        0xfff1_20e5 | if size > 16 << 20 { 1 << 17 } else { 0 },
        density,
        // 1-4-4 read EB: 4 dummy clocks, 2 of mode; 1-1-4 read 6B: 8.
        0x6b08_eb44,
        // 1-1-2 read 3B: 8 dummy clocks; 1-2-2 read BB: 4 clocks of mode.
        0xbb80_3b08,
        // Neither 2-2-2 nor 4-4-4 reads.
        0xffff_ffee,
        0xff00_ffff,
        0xff00_ffff,
        // Erases: 4 KiB by 20, 32 KiB by 52, 64 KiB by D8.
        0x520f_200c,
        0xff00_d810,
    ];
    let mut table = [0xff; LEN];
    let header = b"SFDP\x00\x01\x00\xff";
    // One parameter header: JEDEC's basic table, version 1.0, so many words,
    // there.
    let parameter = [0x00, 0x00, 0x01, 9, 0x10, 0, 0, 0xff];
    let body = words.iter().flat_map(|word| word.to_le_bytes());
    for (slot, byte) in table
        .iter_mut()
        .zip(header.iter().copied().chain(parameter).chain(body))
    {
        *slot = byte;
    }
    table
}
