//! Checks of parameters that several methods have.

use decthings::types::{
    ElementType, LauncherSpec, MaxDurationsSeconds, ParameterDefinition, ParameterDefinitions, Tag, TrainingMetricRange,
};

use crate::error::CallError;
use crate::store::code::Code;

const MAX_NAME: usize = 200;
const MAX_DESCRIPTION: usize = 10_000;
const MAX_TAGS: usize = 100;
const MAX_ANNOTATIONS: usize = 16;
const MAX_DATASET_KEYS: usize = 255;
const MAX_RANK: usize = 255;

/// Far more than a session has. Repeated ranges would make a response arbitrarily long.
const MAX_METRIC_RANGES: usize = 100;

/// A name, which must be neither empty nor too long.
pub(crate) fn name(path: &str, name: &str) -> Result<(), CallError> {
    if name.trim().is_empty() {
        return Err(CallError::invalid(path, "must not be empty"));
    }
    text(path, name, MAX_NAME)
}

pub(crate) fn description(path: &str, description: &str) -> Result<(), CallError> {
    text(path, description, MAX_DESCRIPTION)
}

/// The changes that datasets and models have in common.
pub(crate) fn changes(
    new_name: Option<&str>,
    new_description: Option<&str>,
    new_tags: Option<&[Tag]>,
) -> Result<(), CallError> {
    if let Some(new) = new_name {
        name("properties.name", new)?;
    }
    if let Some(new) = new_description {
        description("properties.description", new)?;
    }
    tags("properties.tags", new_tags.unwrap_or_default())
}

fn text(path: &str, text: &str, most: usize) -> Result<(), CallError> {
    let length = text.chars().count();
    if length > most {
        return Err(CallError::invalid(path, format!("must have at most {most} characters, got {length}")));
    }
    Ok(())
}

pub(crate) fn tags(path: &str, tags: &[Tag]) -> Result<(), CallError> {
    at_most(path, tags.len(), MAX_TAGS)?;
    for (index, tag) in tags.iter().enumerate() {
        name(&format!("{path}[{index}].tag"), &tag.tag)?;
        text(&format!("{path}[{index}].value"), &tag.value, MAX_NAME)?;
    }
    Ok(())
}

/// The number of items in a list.
pub(crate) fn at_most(path: &str, count: usize, most: usize) -> Result<(), CallError> {
    if count > most {
        return Err(CallError::invalid(path, format!("at most {most} are possible, got {count}")));
    }
    Ok(())
}

/// The ranges of metrics that one call reads.
pub(crate) fn metric_ranges(ranges: &[TrainingMetricRange]) -> Result<(), CallError> {
    at_most("metrics", ranges.len(), MAX_METRIC_RANGES)
}

/// The keys of a dataset.
pub(crate) fn keys(path: &str, keys: &[ParameterDefinition]) -> Result<(), CallError> {
    if keys.is_empty() {
        return Err(CallError::invalid(path, "needs at least one key"));
    }
    named_rules(path, keys)
}

/// Rules with different names.
fn named_rules(path: &str, keys: &[ParameterDefinition]) -> Result<(), CallError> {
    at_most(path, keys.len(), MAX_DATASET_KEYS)?;
    let mut seen = std::collections::BTreeSet::new();
    for (index, key) in keys.iter().enumerate() {
        let path = format!("{path}[{index}]");
        name(&format!("{path}.name"), &key.name)?;
        if !seen.insert(&key.name) {
            return Err(CallError::repeated_key(format!("{path}.name"), &key.name));
        }
        rules(&format!("{path}.rules"), key)?;
    }
    Ok(())
}

/// The inputs and outputs of the functions of some code.
pub(crate) fn definitions(path: &str, code: &Code, definitions: &ParameterDefinitions) -> Result<(), CallError> {
    if let Code::Preset(preset) = code {
        if *definitions == code.definitions() {
            return Ok(());
        }
        let reason = format!("the preset `{}` has its own definitions; leave them out", preset.name());
        return Err(CallError::invalid(path, reason));
    }
    let all = [
        ("createState", &definitions.create_state),
        ("train", &definitions.train),
        ("evaluateInput", &definitions.evaluate_input),
        ("evaluateOutput", &definitions.evaluate_output),
    ];
    all.iter().try_for_each(|(name, parameters)| named_rules(&format!("{path}.{name}"), parameters))
}

fn rules(path: &str, key: &ParameterDefinition) -> Result<(), CallError> {
    let rules = &key.rules;
    at_most(&format!("{path}.shape"), rules.shape.len(), MAX_RANK)?;
    if let Some((index, side)) = rules.shape.iter().enumerate().find(|(_, side)| **side < -1) {
        return Err(CallError::invalid(format!("{path}.shape[{index}]"), format!("must be at least -1, got {side}")));
    }
    if rules.allowed_types.is_empty() {
        return Err(CallError::invalid(format!("{path}.allowedTypes"), "needs at least one type"));
    }
    for (index, allowed) in rules.allowed_types.iter().enumerate() {
        if let ElementType::Unrecognized(other) = allowed {
            let path = format!("{path}.allowedTypes[{index}]");
            return Err(CallError::invalid(path, format!("unknown element type {other:?}")));
        }
    }
    at_most(&format!("{path}.annotations"), rules.annotations.len(), MAX_ANNOTATIONS)?;
    for (index, annotation) in rules.annotations.iter().enumerate() {
        text(&format!("{path}.annotations[{index}]"), annotation, MAX_NAME)?;
    }
    Ok(())
}

/// The size of a launcher, which must be possible. It has no other effect here.
pub(crate) fn launcher(path: &str, spec: &LauncherSpec) -> Result<(), CallError> {
    if !(spec.cpus.is_finite() && spec.cpus > 0.0) {
        return Err(CallError::invalid(format!("{path}.cpus"), format!("must be above 0, got {}", spec.cpus)));
    }
    if spec.memory_mebibytes == 0 {
        return Err(CallError::invalid(format!("{path}.memoryMebibytes"), "must be above 0"));
    }
    if let Some(gpus) = &spec.gpus {
        name(&format!("{path}.gpus.model"), &gpus.model)?;
        if gpus.count == 0 {
            return Err(CallError::invalid(format!("{path}.gpus.count"), "must be above 0; leave `gpus` out for none"));
        }
    }
    Ok(())
}

/// A time limit.
pub(crate) fn seconds(path: &str, seconds: u32) -> Result<(), CallError> {
    if seconds == 0 { Err(CallError::invalid(path, "must be at least 1")) } else { Ok(()) }
}

pub(crate) fn max_durations(path: &str, durations: &MaxDurationsSeconds) -> Result<(), CallError> {
    let all = [
        ("codeStartup", durations.code_startup),
        ("instantiateModel", durations.instantiate_model),
        ("createState", durations.create_state),
        ("train", durations.train),
        ("evaluate", durations.evaluate),
    ];
    all.iter().try_for_each(|(name, value)| seconds(&format!("{path}.{name}"), *value))
}
