//! Random numbers, and random initial weights.

use super::config::{Activation, ModelConfig};
use super::error::ComputeError;
use super::network::Network;

/// SplitMix64: small, and the same on every version and platform, as a library's default is not.
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Uniform from 0 to below 1.
    pub(super) fn unit(&mut self) -> f32 {
        // A float holds 24 bits exactly, so that the result cannot round up to 1.
        (self.next() >> 40) as f32 / (1u32 << 24) as f32
    }

    /// Uniform from 0 to below `end`.
    fn below(&mut self, end: usize) -> usize {
        // The bias of the remainder is below 2^-38 for tables of at most 50 million rows.
        self.next().checked_rem(end as u64).unwrap_or(0) as usize
    }

    /// Shuffles in place (Fisher-Yates).
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.below(last.saturating_add(1));
            items.swap(last, other);
        }
    }
}

/// Makes a network with random weights.
pub(super) fn network(config: ModelConfig, seed: u64) -> Result<Network, ComputeError> {
    config.check()?;
    let mut rng = Rng::new(seed);
    let last = config.hidden.len();
    let mut values = Vec::new();
    for (index, (inputs, outputs)) in config.layer_sizes().enumerate() {
        let relu = index < last && config.activation == Activation::Relu;
        // He's bound keeps the variance through a ReLU, Glorot's through anything near linear.
        let spread = if relu { 6.0 / inputs as f32 } else { 6.0 / inputs.saturating_add(outputs) as f32 };
        let weight = uniform(&mut rng, inputs.saturating_mul(outputs), spread.sqrt());
        // Random biases spread the kinks of the first layer, even for few inputs.
        let bias = uniform(&mut rng, outputs, (inputs as f32).sqrt().recip());
        values.push((weight, bias));
    }
    Network::new(config, values)
}

fn uniform(rng: &mut Rng, count: usize, bound: f32) -> Vec<f32> {
    (0..count).map(|_| (rng.unit() * 2.0 - 1.0) * bound).collect()
}
