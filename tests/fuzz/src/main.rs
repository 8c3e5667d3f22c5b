//! The fuzzer of the target that the variable `FUZZ_TARGET` names: libFuzzer around the library. Without the variable, it
//! lists the targets.
//!
//! `cargo xtask fuzz` builds it with coverage and runs it.

#![no_main]

use std::path::PathBuf;
use std::sync::OnceLock;

use decthings_fuzz::{TARGETS, Target};
use decthings_tests::Dice;
use peak_alloc::PeakAlloc;
use rustix::time::{ClockId, clock_gettime};

#[global_allocator]
static ALLOCATIONS: PeakAlloc = PeakAlloc;

/// The seconds of processor time that an input takes at most.
const LONGEST: f64 = 1.0;

static TARGET: OnceLock<&Target> = OnceLock::new();

fn target() -> &'static Target {
    TARGET.get().expect("libFuzzer initializes before it runs")
}

/// Finds the target, and writes its seeds into the folder that `FUZZ_SEEDS` names, which libFuzzer reads next.
fn initialize() {
    let Some(name) = std::env::var("FUZZ_TARGET").ok() else {
        TARGETS.iter().for_each(|target| println!("{}", target.name));
        std::process::exit(0);
    };
    let target = Target::named(&name).unwrap_or_else(|| panic!("there is no target {name}"));
    if let Some(folder) = std::env::var_os("FUZZ_SEEDS").map(PathBuf::from) {
        for (number, seed) in target.seeds().into_iter().enumerate() {
            std::fs::write(folder.join(format!("seed-{number:04}")), seed).expect("the folder can be written");
        }
    }
    let _ = TARGET.set(target);
}

libfuzzer_sys::fuzz_target!(init: initialize(), |input: &[u8]| {
    let start = processor_time();
    target().run(input);
    let taken = processor_time() - start;
    assert!(taken <= LONGEST, "{} bytes took {taken} s", input.len());
});

/// The seconds that this thread has run, which do not depend on what else the machine does.
fn processor_time() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let mut dice = Dice::new(seed.into());
    // libFuzzer's own mutations know which bytes comparisons looked for.
    if dice.roll(3) == 0 {
        return libfuzzer_sys::fuzzer_mutate(data, size, max_size);
    }
    let mutated = target().mutate(&data[..size], &mut dice);
    let size = mutated.len().min(max_size);
    data[..size].copy_from_slice(&mutated[..size]);
    size
});
