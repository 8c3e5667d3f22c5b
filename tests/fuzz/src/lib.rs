//! Targets for fuzzing: each runs one kind of input, which mutations of its seeds approach, and panics at a bug.
//!
//! `cargo xtask fuzz` runs them with coverage feedback. The tests run the regressions: inputs that once were bugs.

mod input;
mod limits;
mod mutate;
mod targets;

use decthings_tests::Dice;

pub use targets::TARGETS;

/// A kind of input, and what has to hold for each.
pub struct Target {
    /// The name.
    pub name: &'static str,
    /// The largest input that is tried.
    pub max_len: usize,
    seeds: fn() -> Vec<Vec<u8>>,
    mutate: fn(&[u8], &mut Dice) -> Option<Vec<u8>>,
    run: fn(&[u8]),
}

impl Target {
    /// The target with this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        TARGETS.iter().find(|target| target.name == name)
    }

    /// Inputs to start from.
    pub fn seeds(&self) -> Vec<Vec<u8>> {
        (self.seeds)().into_iter().filter(|seed| seed.len() <= self.max_len).collect()
    }

    /// Changes an input, mostly in one place that means something to the target.
    pub fn mutate(&self, input: &[u8], dice: &mut Dice) -> Vec<u8> {
        let mutated = (self.mutate)(input, dice);
        mutated.filter(|mutated| mutated.len() <= self.max_len).unwrap_or_else(|| mutate::bytes(input, dice))
    }

    /// Runs an input. Panics at a bug; an input that is invalid is none.
    pub fn run(&self, input: &[u8]) {
        if input.len() <= self.max_len {
            (self.run)(input);
        }
    }
}
