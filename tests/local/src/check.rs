//! Checks of parameters that many methods share.

use decthings::types::{ElementType, LauncherSpec, MaxDurationsSeconds, ParameterDefinition, Tag};

use crate::fail::Fail;

const MAX_NAME: usize = 200;
const MAX_DESCRIPTION: usize = 10_000;
const MAX_TAGS: usize = 100;
const MAX_ANNOTATIONS: usize = 16;
const MAX_KEYS: usize = 255;
const MAX_RANK: usize = 255;

/// A name of something: not empty, and not too long.
pub(crate) fn name(path: &str, name: &str) -> Result<(), Fail> {
    if name.trim().is_empty() {
        return Err(Fail::invalid(path, "must not be empty"));
    }
    text(path, name, MAX_NAME)
}

pub(crate) fn description(path: &str, description: &str) -> Result<(), Fail> {
    text(path, description, MAX_DESCRIPTION)
}

fn text(path: &str, text: &str, most: usize) -> Result<(), Fail> {
    let length = text.chars().count();
    if length > most {
        return Err(Fail::invalid(path, format!("must have at most {most} characters, got {length}")));
    }
    Ok(())
}

pub(crate) fn tags(path: &str, tags: &[Tag]) -> Result<(), Fail> {
    if tags.len() > MAX_TAGS {
        return Err(Fail::invalid(path, format!("at most {MAX_TAGS} are possible, got {}", tags.len())));
    }
    for (index, tag) in tags.iter().enumerate() {
        name(&format!("{path}[{index}].tag"), &tag.tag)?;
        text(&format!("{path}[{index}].value"), &tag.value, MAX_NAME)?;
    }
    Ok(())
}

/// The keys of a dataset.
pub(crate) fn keys(path: &str, keys: &[ParameterDefinition]) -> Result<(), Fail> {
    if keys.is_empty() {
        return Err(Fail::invalid(path, "needs at least one key"));
    }
    if keys.len() > MAX_KEYS {
        return Err(Fail::invalid(path, format!("at most {MAX_KEYS} keys are possible, got {}", keys.len())));
    }
    let mut seen = std::collections::BTreeSet::new();
    for (index, key) in keys.iter().enumerate() {
        let path = format!("{path}[{index}]");
        name(&format!("{path}.name"), &key.name)?;
        if !seen.insert(&key.name) {
            return Err(Fail::invalid(format!("{path}.name"), format!("the key {:?} is repeated", key.name)));
        }
        rules(&format!("{path}.rules"), key)?;
    }
    Ok(())
}

fn rules(path: &str, key: &ParameterDefinition) -> Result<(), Fail> {
    let rules = &key.rules;
    if rules.shape.len() > MAX_RANK {
        let got = rules.shape.len();
        return Err(Fail::invalid(format!("{path}.shape"), format!("at most {MAX_RANK} dimensions, got {got}")));
    }
    if let Some((index, side)) = rules.shape.iter().enumerate().find(|(_, side)| **side < -1) {
        return Err(Fail::invalid(format!("{path}.shape[{index}]"), format!("must be at least -1, got {side}")));
    }
    if rules.allowed_types.is_empty() {
        return Err(Fail::invalid(format!("{path}.allowedTypes"), "needs at least one type"));
    }
    for (index, allowed) in rules.allowed_types.iter().enumerate() {
        if let ElementType::Unrecognized(other) = allowed {
            let path = format!("{path}.allowedTypes[{index}]");
            return Err(Fail::invalid(path, format!("there is no element type {other:?}")));
        }
    }
    if rules.annotations.len() > MAX_ANNOTATIONS {
        let got = rules.annotations.len();
        return Err(Fail::invalid(format!("{path}.annotations"), format!("at most {MAX_ANNOTATIONS}, got {got}")));
    }
    for (index, annotation) in rules.annotations.iter().enumerate() {
        text(&format!("{path}.annotations[{index}]"), annotation, MAX_NAME)?;
    }
    Ok(())
}

/// A launcher that could exist; nothing else depends on its numbers here.
pub(crate) fn launcher(path: &str, spec: &LauncherSpec) -> Result<(), Fail> {
    if !(spec.cpus.is_finite() && spec.cpus > 0.0) {
        return Err(Fail::invalid(format!("{path}.cpus"), format!("must be above 0, got {}", spec.cpus)));
    }
    if spec.memory_mebibytes == 0 {
        return Err(Fail::invalid(format!("{path}.memoryMebibytes"), "must be above 0"));
    }
    if let Some(gpus) = &spec.gpus {
        name(&format!("{path}.gpus.model"), &gpus.model)?;
        if gpus.count == 0 {
            return Err(Fail::invalid(format!("{path}.gpus.count"), "must be above 0; leave `gpus` out for none"));
        }
    }
    Ok(())
}

/// A time limit.
pub(crate) fn seconds(path: &str, seconds: u32) -> Result<(), Fail> {
    if seconds == 0 { Err(Fail::invalid(path, "must be at least 1")) } else { Ok(()) }
}

pub(crate) fn max_durations(path: &str, durations: &MaxDurationsSeconds) -> Result<(), Fail> {
    let all = [
        ("codeStartup", durations.code_startup),
        ("instantiateModel", durations.instantiate_model),
        ("createState", durations.create_state),
        ("train", durations.train),
        ("evaluate", durations.evaluate),
    ];
    match all.iter().find(|(_, seconds)| *seconds == 0) {
        Some((name, _)) => Err(Fail::invalid(format!("{path}.{name}"), "must be at least 1")),
        None => Ok(()),
    }
}
