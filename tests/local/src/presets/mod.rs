//! The models that can be made here, and the parameters of their functions.
//!
//! | preset | learns |
//! |---|---|
//! | `linear` | straight lines and borders: linear regression, or softmax regression for classes |
//! | `mlp` | curves and regions: a small network with hidden layers |
//!
//! Choose one with `preset` in the options of `Model.createModel`. The language of the code is kept, but nothing is
//! run in it, whatever the files of the model are. [`compute::state`](crate::compute::state) describes the state of a model, which can be downloaded and uploaded.
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
//! | `epochs` | | one integer, up to 100,000 | 60 |
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
//! Types and shapes are checked when a call arrives (`invalid_parameter`). Values are checked by the preset: an invalid
//! one ends the job with an `exception`.

pub(crate) mod functions;
pub(crate) mod options;
pub(crate) mod parameters;
pub(crate) mod source;
pub(crate) mod tensors;

pub use parameters::parameter_definitions;
