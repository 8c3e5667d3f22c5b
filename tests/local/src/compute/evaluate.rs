use super::network::Network;
use super::{ComputeError, MAX_VALUES, Samples};
use candle_core::{Device, Tensor};

/// The values that one layer may yield at once; keeps the memory for a long table small.
const CHUNK_VALUES: usize = 1 << 18;

/// How many rows to compute at once.
pub(super) fn chunk_rows(network: &Network) -> usize {
    CHUNK_VALUES.checked_div(network.config.widest()).unwrap_or(1).max(1)
}

/// The output for each row.
pub(super) fn evaluate(network: &Network, x: &Samples) -> Result<Samples, ComputeError> {
    x.expect_cols(network.config.inputs)?;
    let outputs = network.config.outputs;
    let values = x.rows().checked_mul(outputs);
    let Some(values) = values.filter(|&n| n <= MAX_VALUES) else {
        let rows = x.rows();
        return Err(ComputeError::parameter(
            x.name(),
            format!("{rows} rows of {outputs} outputs are over the limit of {MAX_VALUES} values"),
        ));
    };
    let mut data = Vec::with_capacity(values);
    for rows in x.data().chunks(chunk_rows(network).saturating_mul(x.cols())) {
        let count = rows.len().checked_div(x.cols()).unwrap_or(0);
        let chunk = Tensor::from_slice(rows, (count, x.cols()), &Device::Cpu)?;
        let output = network.output(&network.forward(&chunk)?)?;
        data.extend(output.flatten_all()?.to_vec1::<f32>()?);
    }
    if let Some(bad) = data.iter().position(|value| !value.is_finite()) {
        let row = bad.checked_div(outputs).unwrap_or(0);
        return Err(ComputeError::NonFiniteOutput { row });
    }
    Samples::new("output", x.rows(), outputs, data)
}
