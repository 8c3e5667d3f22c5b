//! The weights of a model, and what is computed with them.

use candle_core::{Device, Tensor, Var};
use candle_nn::{Linear, Module, loss, ops};

use super::config::{Activation, ModelConfig, Task};
use super::error::ComputeError;
use super::samples::{MAX_VALUES, Samples};

/// The values that one layer may yield at once; keeps the memory for a long table small.
const CHUNK_VALUES: usize = 1 << 18;

/// The (weight, bias) of a layer; a weight is stored output after output.
pub(super) type LayerValues = (Vec<f32>, Vec<f32>);

/// The weights of a model, ready to compute with.
pub(super) struct Network {
    pub(super) config: ModelConfig,
    layers: Vec<Layer>,
}

struct Layer {
    weight: Var,
    bias: Var,
    /// Shares its tensors with the two above, so that it follows their training.
    linear: Linear,
}

impl Network {
    /// Takes the values of each layer, from the input on; they must fit the configuration.
    pub(super) fn new(config: ModelConfig, values: Vec<LayerValues>) -> Result<Self, ComputeError> {
        let layers = config
            .layer_sizes()
            .zip(values)
            .map(|((inputs, outputs), (weight, bias))| {
                let weight = Var::from_vec(weight, (outputs, inputs), &Device::Cpu)?;
                let bias = Var::from_vec(bias, outputs, &Device::Cpu)?;
                let linear = Linear::new(weight.as_tensor().clone(), Some(bias.as_tensor().clone()));
                Ok(Layer { weight, bias, linear })
            })
            .collect::<Result<Vec<_>, ComputeError>>()?;
        Ok(Self { config, layers })
    }

    /// The values of each layer, from the input on.
    pub(super) fn values(&self) -> Result<Vec<LayerValues>, ComputeError> {
        self.layers
            .iter()
            .map(|layer| {
                let weight = layer.weight.flatten_all()?.to_vec1()?;
                Ok((weight, layer.bias.to_vec1()?))
            })
            .collect()
    }

    /// Everything that training changes.
    pub(super) fn variables(&self) -> Vec<Var> {
        self.layers.iter().flat_map(|layer| [layer.weight.clone(), layer.bias.clone()]).collect()
    }

    /// The last layer's values: logits, or a regression's result.
    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor, ComputeError> {
        let mut values = x.clone();
        for (index, layer) in self.layers.iter().enumerate() {
            values = layer.linear.forward(&values)?;
            if index < self.config.hidden.len() {
                values = match self.config.activation {
                    Activation::Relu => relu(&values)?,
                    Activation::Tanh => values.tanh()?,
                };
            }
        }
        Ok(values)
    }

    /// Turns the last layer's values into what a user gets.
    fn output(&self, last: &Tensor) -> Result<Tensor, ComputeError> {
        Ok(match self.config.task {
            Task::Classification => ops::softmax(last, 1)?,
            Task::Regression => last.clone(),
        })
    }

    /// How many rows to compute at once.
    pub(super) fn chunk_rows(&self) -> usize {
        CHUNK_VALUES.checked_div(self.config.widest()).unwrap_or(1).max(1)
    }

    /// The output for each row of a table.
    pub(super) fn evaluate(&self, x: &Samples) -> Result<Samples, ComputeError> {
        x.expect_cols(self.config.inputs)?;
        let outputs = self.config.outputs;
        let values = x.rows().checked_mul(outputs);
        let Some(values) = values.filter(|&n| n <= MAX_VALUES) else {
            let rows = x.rows();
            return Err(ComputeError::parameter(
                x.name(),
                format!("{rows} rows of {outputs} outputs exceed the limit of {MAX_VALUES} values"),
            ));
        };
        let mut data = Vec::with_capacity(values);
        for rows in x.data().chunks(self.chunk_rows().saturating_mul(x.cols())) {
            let count = rows.len().checked_div(x.cols()).unwrap_or(0);
            let chunk = Tensor::from_slice(rows, (count, x.cols()), &Device::Cpu)?;
            let output = self.output(&self.forward(&chunk)?)?;
            data.extend(output.flatten_all()?.to_vec1::<f32>()?);
        }
        if let Some(bad) = data.iter().position(|value| !value.is_finite()) {
            let row = bad.checked_div(outputs).unwrap_or(0);
            return Err(ComputeError::NonFiniteOutput { row });
        }
        Samples::new("output", x.rows(), outputs, data)
    }

    /// The mean loss of a batch.
    pub(super) fn loss(&self, last: &Tensor, targets: &Tensor) -> Result<Tensor, ComputeError> {
        Ok(match self.config.task {
            Task::Classification => loss::cross_entropy(last, targets)?,
            Task::Regression => loss::mse(last, targets)?,
        })
    }

    /// How many rows of a batch got the right class; `None` for a regression.
    pub(super) fn hits(&self, last: &Tensor, targets: &Tensor) -> Result<Option<usize>, ComputeError> {
        if self.config.task == Task::Regression {
            return Ok(None);
        }
        let found = last.argmax(1)?.to_vec1::<u32>()?;
        let wanted = targets.to_vec1::<u32>()?;
        let hits = found.iter().zip(&wanted).filter(|(a, b)| a == b).count();
        Ok(Some(hits))
    }
}

/// Candle's own turns NaN into 0, which would pass an overflow off as a plausible output. Zero
/// times anything that is not finite is NaN, and adding zero changes nothing else.
fn relu(values: &Tensor) -> candle_core::Result<Tensor> {
    values.relu()?.add(&values.affine(0.0, 0.0)?)
}
