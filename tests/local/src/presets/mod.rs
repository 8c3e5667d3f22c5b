//! The models that can be made here, and what their functions take.
//!
//! | preset | learns |
//! |---|---|
//! | `linear` | straight lines and borders: linear regression, or softmax regression for classes |
//! | `mlp` | curves and regions: a small network with hidden layers |
//!
//! Choose one with `preset` in the options of `Model.createModel`. The language of the code is kept, but nothing is
//! run in it. The state of a model is what [`compute::state`](crate::compute::state) says, and can be downloaded and
//! uploaded.
//!
//! # Inputs and outputs
//!
//! A parameter is a list of tensors. Where the shape is `[-1]`, a scalar will do too, as a vector of one.
//! *Number* is any integer or float type, *integer* any integer type.
//!
//! `Model.createState`, one tensor each:
//!
//! | parameter | | tensor | default |
//! |---|---|---|---|
//! | `inputs` | required | integer: number of features | |
//! | `outputs` | required | integer: number of classes (at least 2), or of values | |
//! | `kind` | | string: `classification` or `regression` | `classification` |
//! | `hidden` | `mlp` only | integers `[-1]`: widths of the hidden layers | `[32, 32]` |
//! | `activation` | `mlp` only | string: `relu` or `tanh` | `relu` |
//! | `seed` | | integer | 0 |
//!
//! `Model.train`:
//!
//! | parameter | | tensors | default |
//! |---|---|---|---|
//! | `x` | required | a sample each: numbers `[features]` | |
//! | `y` | required | a sample each: a class from 0 on, or numbers `[values]` | |
//! | `epochs` | | one integer, up to 100,000 | `linear` 60, `mlp` 100 |
//! | `learning_rate` | | one number | `linear` 0.05, `mlp` 0.01 |
//! | `batch_size` | | one integer | 32 |
//! | `seed` | | one integer | 0 |
//! | `validation_fraction` | | one number: share of samples held out to measure with | 0 |
//!
//! Training reports the metrics `loss` and, for classes, `accuracy`; with samples held out `validation_loss` and
//! `validation_accuracy` too. They have a value an epoch, a scalar `f32`.
//!
//! `Model.evaluate` takes `x` as training does, and gives `prediction`: for each sample an `f32` tensor `[outputs]`,
//! the probability of each class or the values.
//!
//! Types and shapes are checked when a call comes in (`invalid_parameter`). Values are the model's business: one that
//! it cannot use ends the job with an `exception`.

mod inputs;
mod options;
mod run;
mod samples;
mod values;

use decthings::types::{ElementType, ParameterDefinition, ParameterDefinitions, TensorRules};

use crate::compute::Preset;
pub(crate) use inputs::{Inputs, resolve};
pub(crate) use options::create_options;
use options::train_options;
pub(crate) use run::{evaluate, metrics, train};
use samples::{samples, tensors};

/// The only output.
pub(crate) const OUTPUT: &str = "prediction";

/// The parameters that hold a tensor a sample; all others hold one tensor.
const SAMPLES: [&str; 2] = ["x", "y"];

const INTEGERS: [ElementType; 8] = [
    ElementType::I8,
    ElementType::I16,
    ElementType::I32,
    ElementType::I64,
    ElementType::U8,
    ElementType::U16,
    ElementType::U32,
    ElementType::U64,
];

/// The parameter definitions of the models of a preset.
pub fn definitions(preset: &dyn Preset) -> ParameterDefinitions {
    let number = || [ElementType::F32, ElementType::F64].into_iter().chain(INTEGERS).collect::<Vec<_>>();
    let integer = || INTEGERS.to_vec();
    let text = || vec![ElementType::String];
    let x = || parameter("x", true, &[-1], number(), "One sample in each tensor.");
    let mut create = vec![
        parameter("inputs", true, &[], integer(), "Number of features of a sample."),
        parameter("outputs", true, &[], integer(), "Number of classes, or of values."),
        parameter("kind", false, &[], text(), "classification (default) or regression."),
    ];
    if has_layers(preset) {
        create.push(parameter("hidden", false, &[-1], integer(), "Widths of the hidden layers."));
        create.push(parameter("activation", false, &[], text(), "relu (default) or tanh."));
    }
    create.push(parameter("seed", false, &[], integer(), "Where the random weights start from."));
    let train = vec![
        x(),
        parameter("y", true, &[-1], number(), "The class of each sample, counted from 0, or its values."),
        parameter("epochs", false, &[], integer(), "How often each sample is used."),
        parameter("learning_rate", false, &[], number(), "How far each step goes."),
        parameter("batch_size", false, &[], integer(), "Samples in each step."),
        parameter("seed", false, &[], integer(), "Where the order of the samples starts from."),
        parameter("validation_fraction", false, &[], number(), "Share of the samples held out to measure with."),
    ];
    let output = parameter(OUTPUT, true, &[-1], vec![ElementType::F32], "Probability of each class, or the values.");
    ParameterDefinitions::new(create, train, [x()], [output])
}

fn has_layers(preset: &dyn Preset) -> bool {
    preset.name() != "linear"
}

fn parameter(name: &str, required: bool, shape: &[i64], types: Vec<ElementType>, note: &str) -> ParameterDefinition {
    ParameterDefinition::new(name, required, TensorRules::new(shape.iter().copied(), types, [note]))
}
