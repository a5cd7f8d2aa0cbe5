//! Words as numbers.

/// The word as a number with a sign.
pub(super) const fn signed(value: u32) -> i32 {
    i32::from_le_bytes(value.to_le_bytes())
}

/// The number's bits.
pub(super) const fn unsigned(value: i32) -> u32 {
    u32::from_le_bytes(value.to_le_bytes())
}

/// The lowest `len` bits with their sign.
pub(super) const fn sign_extend(value: u32, len: u32) -> u32 {
    let sign = 1 << (len - 1);
    (value ^ sign).wrapping_sub(sign)
}
