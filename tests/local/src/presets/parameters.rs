//! The definitions of the parameters.

use decthings::types::{ElementType, ParameterDefinition, ParameterDefinitions, TensorRules};

use crate::compute::preset::Preset;

/// The name of the only output.
pub(crate) const OUTPUT: &str = "prediction";

/// The parameters that hold one tensor per sample. All others hold one tensor.
pub(crate) const SAMPLES: [&str; 2] = ["x", "y"];

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
pub fn parameter_definitions(preset: &dyn Preset) -> ParameterDefinitions {
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

/// Whether a preset has hidden layers.
pub(super) fn has_layers(preset: &dyn Preset) -> bool {
    preset.name() != "linear"
}

fn parameter(name: &str, required: bool, shape: &[i64], types: Vec<ElementType>, note: &str) -> ParameterDefinition {
    ParameterDefinition::new(name, required, TensorRules::new(shape.iter().copied(), types).annotations([note]))
}
