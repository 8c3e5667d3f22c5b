use super::network::Network;
use super::rng::Rng;
use super::{Activation, ComputeError, ModelConfig};

/// Makes a network with random weights.
pub(super) fn random(config: ModelConfig, seed: u64) -> Result<Network, ComputeError> {
    config.check()?;
    let mut rng = Rng::new(seed);
    let last = config.hidden.len();
    let mut values = Vec::new();
    for (index, (inputs, outputs)) in config.layer_sizes().enumerate() {
        let relu = index < last && config.activation == Activation::Relu;
        // He's bound keeps the variance through a ReLU, Glorot's through anything near linear.
        let spread = if relu { 6.0 / inputs as f32 } else { 6.0 / inputs.saturating_add(outputs) as f32 };
        let weight = uniform(&mut rng, inputs.saturating_mul(outputs), spread.sqrt());
        // Biases away from 0 spread the bends of the first layer over few inputs.
        let bias = uniform(&mut rng, outputs, (inputs as f32).sqrt().recip());
        values.push((weight, bias));
    }
    Network::new(config, values)
}

fn uniform(rng: &mut Rng, count: usize, bound: f32) -> Vec<f32> {
    (0..count).map(|_| (rng.unit() * 2.0 - 1.0) * bound).collect()
}
