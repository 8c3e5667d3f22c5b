//! The bound on the memory that decoding takes.

use peak_alloc::PeakAlloc;

/// The memory that decoding may take for each byte.
pub const PER_BYTE: usize = 32;

/// The memory that decoding into JSON may take for each byte: an element of a tensor of bytes becomes a number of JSON,
/// in a list that grows.
pub const PER_BYTE_AS_JSON: usize = 160;

/// The memory that decoding may take for anything.
const MORE: usize = 1 << 20;

/// Decodes this many bytes, and panics if that takes too much memory. It measures only in programs whose allocator is
/// [`PeakAlloc`].
pub fn within<T>(bytes: usize, per_byte: usize, decode: impl FnOnce() -> T) -> T {
    PeakAlloc.reset_peak_usage();
    let before = PeakAlloc.current_usage();
    let decoded = decode();
    let taken = PeakAlloc.peak_usage().saturating_sub(before);
    assert!(taken <= bytes * per_byte + MORE, "decoding {bytes} bytes took {taken} bytes of memory");
    decoded
}
