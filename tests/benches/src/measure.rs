//! Taking turns, and what a process has used.

use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use crate::contender::Contender;

/// What one process of a contender measured.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Sample {
    /// Wall time of the work, in seconds.
    pub seconds: f64,
    /// Processor time of the work, in seconds.
    pub cpu_seconds: f64,
    /// The most memory beyond what the process held before the work, in bytes.
    pub extra_bytes: u64,
    /// Times of single calls, in seconds, sorted.
    pub calls: Vec<f64>,
}

impl Sample {
    /// The time under which a share of the calls stayed.
    pub fn percentile(&self, share: f64) -> f64 {
        let index = (self.calls.len() as f64 * share) as usize;
        self.calls.get(index.min(self.calls.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
    }
}

/// Measures work in this process from here on.
pub struct Meter {
    started: Instant,
    cpu: f64,
    held: u64,
}

impl Meter {
    pub fn start() -> Self {
        // The kernel forgets the peak so far, so that the work's own peak shows.
        let _ = std::fs::write("/proc/self/clear_refs", "5");
        Self { cpu: process_seconds(), held: status("VmRSS:"), started: Instant::now() }
    }

    pub fn stop(self) -> Sample {
        Sample {
            seconds: self.started.elapsed().as_secs_f64(),
            cpu_seconds: process_seconds() - self.cpu,
            extra_bytes: status("VmHWM:").saturating_sub(self.held),
            calls: Vec::new(),
        }
    }
}

/// A line of `/proc/self/status`, in bytes; 0 where there is none.
fn status(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kibibytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kibibytes.unwrap_or(0) * 1024
}

/// The processor time of all threads of this process so far.
pub fn process_seconds() -> f64 {
    cpu_seconds(libc::CLOCK_PROCESS_CPUTIME_ID)
}

/// The processor time of this thread so far.
fn thread_seconds() -> f64 {
    cpu_seconds(libc::CLOCK_THREAD_CPUTIME_ID)
}

fn cpu_seconds(clock: libc::clockid_t) -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is to a value that may be written.
    let done = unsafe { libc::clock_gettime(clock, &mut time) };
    assert_eq!(done, 0, "no such clock");
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// A round for each contender in turn, as often as `rounds` says, each in a process of its own. The first round of
/// each warms up and is not counted.
pub fn in_turn(job: &str, contenders: &[Contender], url: &str, rounds: usize) -> Result<Vec<Vec<Sample>>> {
    let mut samples = vec![Vec::new(); contenders.len()];
    for round in 0..=rounds {
        for (contender, samples) in contenders.iter().zip(&mut samples) {
            let sample = process(job, *contender, url).with_context(|| format!("{job} of {contender}"))?;
            if round > 0 {
                samples.push(sample);
            }
        }
    }
    Ok(samples)
}

fn process(job: &str, contender: Contender, url: &str) -> Result<Sample> {
    let program = std::env::current_exe()?;
    let output = Command::new(program).args([job, &contender.to_string(), url]).stderr(Stdio::inherit()).output()?;
    ensure!(output.status.success(), "the process failed: {}", output.status);
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// Runs functions in turn in this process, and gives the seconds of processor time of each run, so that other programs
/// may be busy. The first run of each is not counted.
pub fn functions(rounds: usize, functions: &mut [&mut dyn FnMut()]) -> Vec<Vec<f64>> {
    keep_memory();
    let mut seconds = vec![Vec::new(); functions.len()];
    for round in 0..=rounds {
        for (function, seconds) in functions.iter_mut().zip(&mut seconds) {
            let started = thread_seconds();
            function();
            if round > 0 {
                seconds.push(thread_seconds() - started);
            }
        }
    }
    seconds
}

/// Makes this process keep the memory that it frees.
///
/// Otherwise one function's large allocations come from the kernel, page by page, and another's from what the one
/// before it has freed: their order would be measured. Processes that this one starts don't inherit it.
fn keep_memory() {
    // SAFETY: both only set numbers of the allocator.
    let done = unsafe { libc::mallopt(libc::M_MMAP_MAX, 0) & libc::mallopt(libc::M_TRIM_THRESHOLD, -1) };
    assert_eq!(done, 1, "the allocator takes no settings");
}
