//! The code of a model.

use decthings::types::{ParameterDefinition, ParameterDefinitions};
use serde::{Deserialize, Serialize};

use crate::compute::preset::{Preset, preset};
use crate::presets::parameters::parameter_definitions;

/// The code of a model.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) enum Code {
    #[serde(with = "preset_name")]
    Preset(&'static dyn Preset),
    /// Files of the model, with the inputs and outputs of their functions, if they are known.
    Own(Option<ParameterDefinitions>),
}

/// A function of a model.
#[derive(Clone, Copy)]
pub(crate) enum Function {
    CreateState,
    Train,
    Evaluate,
}

impl Code {
    pub(crate) fn definitions(&self) -> ParameterDefinitions {
        match self {
            Self::Preset(preset) => parameter_definitions(*preset),
            Self::Own(Some(definitions)) => definitions.clone(),
            Self::Own(None) => ParameterDefinitions::new([], [], [], []),
        }
    }

    /// The inputs of a function. Without definitions, the code takes any.
    pub(crate) fn inputs(&self, function: Function) -> Option<Vec<ParameterDefinition>> {
        let definitions = match self {
            Self::Preset(preset) => parameter_definitions(*preset),
            Self::Own(definitions) => definitions.clone()?,
        };
        Some(match function {
            Function::CreateState => definitions.create_state,
            Function::Train => definitions.train,
            Function::Evaluate => definitions.evaluate_input,
        })
    }

    /// The outputs of the evaluation function. Without definitions, the code returns any.
    pub(crate) fn outputs(&self) -> Option<Vec<ParameterDefinition>> {
        match self {
            Self::Preset(preset) => Some(parameter_definitions(*preset).evaluate_output),
            Self::Own(definitions) => definitions.clone().map(|definitions| definitions.evaluate_output),
        }
    }

    /// The name of the image that it would run in.
    pub(crate) fn image(&self) -> &'static str {
        match self {
            Self::Preset(preset) => preset.name(),
            Self::Own(_) => "code",
        }
    }
}

/// A preset in a record is its name.
mod preset_name {
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

    use super::{Preset, preset};

    pub(super) fn serialize<S: Serializer>(preset: &&'static dyn Preset, to: S) -> Result<S::Ok, S::Error> {
        preset.name().serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<&'static dyn Preset, D::Error> {
        let name = String::deserialize(from)?;
        preset(&name).ok_or_else(|| D::Error::custom(format!("the preset {name:?} does not exist")))
    }
}
