//! The memory that transfers and decoding take. Every allocation of the process is counted, so these tests are a program
//! of their own, and run one after the other.

mod decoding;
mod files;
mod positions;
mod transfers;

use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATIONS: PeakAlloc = PeakAlloc;

const MIB: usize = 1 << 20;

/// One test, as the allocations of concurrent tests would be counted too.
#[tokio::test]
async fn memory() {
    decoding::every_frame_stays_within_the_bound().await;
    decoding::results_as_json_are_limited().await;
    positions::every_position_stays_within_the_bound().await;
    files::imports_stay_within_their_bounds();
    transfers::all().await;
}

/// Runs a future; returns its output and the most memory that it took.
async fn peak<T>(work: impl Future<Output = T>) -> (T, usize) {
    ALLOCATIONS.reset_peak_usage();
    let before = ALLOCATIONS.current_usage();
    let done = decthings_tests::soon(work).await;
    (done, ALLOCATIONS.peak_usage() - before)
}

/// Decodes something of this size, with which it may take 32 times the size and 1 MiB.
async fn within_bound<T>(name: &str, len: usize, work: impl Future<Output = T>) -> T {
    let (done, most) = peak(work).await;
    let took = (most + len) as f64 / len as f64;
    assert!(most + len <= 32 * len + MIB, "{name}: decoding {len} bytes took {took:.1} times the memory");
    done
}
