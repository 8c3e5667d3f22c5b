//! Runs the targets without coverage feedback: on inputs that once were bugs, and on mutations of the seeds. These are few,
//! unless `DECTHINGS_FUZZ_SECONDS` says how long each target runs.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use decthings_fuzz::{TARGETS, Target};
use decthings_tests::{Dice, repository};
use peak_alloc::PeakAlloc;

/// The targets look at it.
#[global_allocator]
static ALLOCATIONS: PeakAlloc = PeakAlloc;

/// No input takes longer, on a slow machine either.
const LONGEST: Duration = Duration::from_secs(30);

/// How many mutations of its seeds each target gets at least.
const MUTATIONS: usize = 200;

/// How long each target runs at least.
fn seconds() -> Duration {
    let seconds = std::env::var("DECTHINGS_FUZZ_SECONDS").ok();
    Duration::from_secs(seconds.map_or(0, |seconds| seconds.parse().expect("it is a number of seconds")))
}

/// Runs an input, of which the name is printed if it fails.
fn run(target: &'static Target, name: &str, input: Vec<u8>) {
    let (done, is_done) = mpsc::channel();
    let running = thread::spawn(move || {
        target.run(&input);
        let _ = done.send(());
    });
    match is_done.recv_timeout(LONGEST) {
        Ok(()) => running.join().expect("it has run"),
        Err(mpsc::RecvTimeoutError::Disconnected) => panic!("{}: {name} fails", target.name),
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("{}: {name} hangs", target.name),
    }
}

/// One test, as the allocations of concurrent tests would be counted too.
#[test]
fn targets_find_no_bugs() {
    for target in TARGETS {
        let folder = repository("tests/fuzz/regressions").join(target.name);
        for entry in std::fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            run(target, &path.display().to_string(), std::fs::read(&path).unwrap());
        }
        let seeds = target.seeds();
        assert!(!seeds.is_empty(), "{} has no seeds", target.name);
        let mut dice = Dice::new(11);
        let start = Instant::now();
        for number in (0_usize..).take_while(|number| *number < MUTATIONS || start.elapsed() < seconds()) {
            let seed = &seeds[dice.roll(seeds.len())];
            let mutated = target.mutate(seed, &mut dice);
            run(target, &format!("mutation {number}"), mutated);
        }
    }
}
