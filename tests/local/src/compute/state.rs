//! The form of a model's state.
//!
//! | key | bytes |
//! | --- | --- |
//! | `config.json` | a [`ModelConfig`] as JSON, with `format` = `decthings-local/1` |
//! | `layers.N.weight` | a safetensors file with one tensor of that name: `F32`, `[outputs, inputs]` |
//! | `layers.N.bias` | a safetensors file with one tensor of that name: `F32`, `[outputs]` |
//!
//! `N` counts the layers from 0, at the input; safetensors values are little-endian. The order of
//! the parts does not matter. A missing, unknown or repeated key, another type or shape and a
//! value that is not finite are all [`ComputeError::InvalidState`].

use std::collections::BTreeMap;

use bytes::Bytes;
use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};

use super::config::ModelConfig;
use super::error::ComputeError;
use super::network::Network;

pub(super) const FORMAT: &str = "decthings-local/1";

const CONFIG: &str = "config.json";

/// Far above any real one, which keeps a foreign file from being parsed at length.
const MAX_CONFIG_BYTES: usize = 64 * 1024;

/// What a safetensors file may have beside its values.
const MAX_HEADER_BYTES: usize = 64 * 1024;

/// One key of a state and what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatePart {
    /// The name, unique in the state.
    pub key: String,
    /// The value.
    pub bytes: Bytes,
}

/// Reads what a state is for, without its weights.
///
/// # Errors
/// [`ComputeError::InvalidState`] if `config.json` is missing or cannot be used.
pub fn inspect(state: &[StatePart]) -> Result<ModelConfig, ComputeError> {
    read_config(&by_key(state)?)
}

/// Reads a whole state of the preset.
pub(super) fn load(preset: &str, state: &[StatePart]) -> Result<Network, ComputeError> {
    let mut parts = by_key(state)?;
    let config = read_config(&parts)?;
    if config.preset != preset {
        let other = &config.preset;
        return Err(ComputeError::state(format!("it belongs to the preset `{other}`, not to `{preset}`")));
    }
    parts.remove(CONFIG);
    let values = config
        .layer_sizes()
        .enumerate()
        .map(|(layer, (inputs, outputs))| {
            let weight = read_tensor(&mut parts, weight_key(layer), &[outputs, inputs])?;
            let bias = read_tensor(&mut parts, bias_key(layer), &[outputs])?;
            Ok((weight, bias))
        })
        .collect::<Result<Vec<_>, ComputeError>>()?;
    if let Some(key) = parts.keys().next() {
        return Err(ComputeError::state(format!("the key {key:?} is unknown")));
    }
    Network::new(config, values)
}

/// Writes a whole state; the configuration comes first.
pub(super) fn save(network: &Network) -> Result<Vec<StatePart>, ComputeError> {
    let config = serde_json::to_vec_pretty(&network.config)
        .map_err(|error| ComputeError::Backend { reason: error.to_string() })?;
    let mut state = vec![StatePart { key: CONFIG.into(), bytes: config.into() }];
    let sizes = network.config.layer_sizes();
    for (layer, ((inputs, outputs), (weight, bias))) in sizes.zip(network.values()?).enumerate() {
        state.push(write_tensor(weight_key(layer), vec![outputs, inputs], &weight)?);
        state.push(write_tensor(bias_key(layer), vec![outputs], &bias)?);
    }
    Ok(state)
}

fn weight_key(layer: usize) -> String {
    format!("layers.{layer}.weight")
}

fn bias_key(layer: usize) -> String {
    format!("layers.{layer}.bias")
}

type Parts<'a> = BTreeMap<&'a str, &'a [u8]>;

fn by_key(state: &[StatePart]) -> Result<Parts<'_>, ComputeError> {
    let mut parts = BTreeMap::new();
    for part in state {
        if parts.insert(part.key.as_str(), &*part.bytes).is_some() {
            let key = &part.key;
            return Err(ComputeError::state(format!("the key {key:?} is repeated")));
        }
    }
    Ok(parts)
}

fn read_config(parts: &Parts<'_>) -> Result<ModelConfig, ComputeError> {
    let bytes = *parts.get(CONFIG).ok_or_else(|| missing(CONFIG))?;
    if bytes.len() > MAX_CONFIG_BYTES {
        return Err(ComputeError::state(format!("{CONFIG} is too long")));
    }
    let config: ModelConfig =
        serde_json::from_slice(bytes).map_err(|error| ComputeError::state(format!("{CONFIG}: {error}")))?;
    if config.format != FORMAT {
        let format = &config.format;
        return Err(ComputeError::state(format!("{CONFIG}: the format {format:?} is unknown, {FORMAT:?} is needed")));
    }
    // The sizes come from outside here too, but as a part of the state.
    config.check().map_err(|error| match error {
        ComputeError::InvalidParameter { name, reason } => ComputeError::state(format!("{CONFIG}: `{name}` {reason}")),
        other => other,
    })?;
    Ok(config)
}

fn missing(key: &str) -> ComputeError {
    ComputeError::state(format!("the key {key:?} is missing"))
}

fn read_tensor(parts: &mut Parts<'_>, key: String, shape: &[usize]) -> Result<Vec<f32>, ComputeError> {
    let bytes = parts.remove(&*key).ok_or_else(|| missing(&key))?;
    let fail = |reason: String| ComputeError::state(format!("{key}: {reason}"));
    let count = shape.iter().fold(1usize, |all, &side| all.saturating_mul(side));
    let most = count.saturating_mul(4).saturating_add(MAX_HEADER_BYTES);
    if bytes.len() > most {
        return Err(fail("it is too long".into()));
    }
    let file = SafeTensors::deserialize(bytes).map_err(|error| fail(error.to_string()))?;
    if file.len() != 1 {
        let got = file.len();
        return Err(fail(format!("it must hold one tensor, got {got}")));
    }
    let tensor = file.tensor(&key).map_err(|error| fail(error.to_string()))?;
    if tensor.dtype() != Dtype::F32 || tensor.shape() != shape {
        let (dtype, got) = (tensor.dtype(), tensor.shape());
        return Err(fail(format!("it must be F32 {shape:?}, got {dtype:?} {got:?}")));
    }
    let mut values = Vec::with_capacity(count);
    for bytes in tensor.data().chunks_exact(4) {
        match <[u8; 4]>::try_from(bytes).map(f32::from_le_bytes) {
            Ok(value) if value.is_finite() => values.push(value),
            _ => return Err(fail("it holds a value that is not finite".into())),
        }
    }
    Ok(values)
}

fn write_tensor(key: String, shape: Vec<usize>, values: &[f32]) -> Result<StatePart, ComputeError> {
    let data: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    let bytes = TensorView::new(Dtype::F32, shape, &data)
        .and_then(|tensor| serialize([(key.as_str(), tensor)], None))
        .map_err(|error| ComputeError::Backend { reason: error.to_string() })?;
    Ok(StatePart { key, bytes: bytes.into() })
}
