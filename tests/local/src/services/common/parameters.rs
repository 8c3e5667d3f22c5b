//! The parameters of a call: from tensors and references to datasets to the inputs of a function.

use std::collections::BTreeMap;
use std::sync::Arc;

use decthings::Tensor;
use decthings::types::{DatasetReference, ParameterDefinition, ParameterProvider, ParameterProviderData};

use crate::error::CallError;
use crate::presets::parameters::SAMPLES;
use crate::presets::source::Input;
use crate::presets::tensors::Inputs;
use crate::store::code::{Code, Function};
use crate::store::columns::Column;
use crate::store::{Store, new_entries};

/// How many tensors of a dataset are in memory while they are checked.
const CHECKED_AT_A_TIME: usize = 256;

/// Finds the referenced datasets, which are read now for presets and later for programs, and checks all parameters against the definitions of a function. Errors call the list
/// `path`.
pub(crate) fn resolve_inputs(
    store: &Store,
    code: &Code,
    function: Function,
    providers: Vec<ParameterProvider>,
    path: &str,
) -> Result<Inputs, CallError> {
    let definitions = code.inputs(function);
    let mut inputs = BTreeMap::new();
    for (index, provider) in providers.into_iter().enumerate() {
        let path = format!("{path}[{index}]");
        let definition = match &definitions {
            Some(definitions) => Some(find(definitions, &provider.name, &path)?),
            None => None,
        };
        let path = format!("{path}.data");
        let input = match (provider.data, code) {
            (ParameterProviderData::Tensors(tensors), _) => Input::Tensors(tensors),
            (ParameterProviderData::DatasetReference(reference), Code::Preset(_)) => {
                let (_, column) = referenced(store, &reference)?;
                Input::Tensors(column.read(0..column.len())?)
            }
            (ParameterProviderData::DatasetReference(reference), Code::Own(_)) => {
                let (key, column) = referenced(store, &reference)?;
                if let Some(definition) = definition.filter(|definition| definition.rules != key.rules) {
                    check_column(definition, &column, &path)?;
                }
                Input::Source(Arc::new(column))
            }
            _ => return Err(CallError::invalid(path, "must be tensors, or refer to a dataset")),
        };
        match (definition, code, &input) {
            (Some(definition), Code::Preset(_), Input::Tensors(tensors)) => {
                check_for_preset(definition, tensors, &path)?;
            }
            (Some(definition), Code::Own(_), Input::Tensors(tensors)) => check(definition, tensors, 0, &path)?,
            _ => {}
        }
        if inputs.contains_key(&provider.name) {
            return Err(CallError::invalid(path, format!("`{}` is given twice", provider.name)));
        }
        inputs.insert(provider.name, input);
    }
    let missing = |definition: &&ParameterDefinition| definition.required && !inputs.contains_key(&definition.name);
    if let Some(definition) = definitions.iter().flatten().find(missing) {
        return Err(CallError::invalid(path, format!("`{}` is missing", definition.name)));
    }
    Ok(Inputs(inputs))
}

fn find<'a>(
    definitions: &'a [ParameterDefinition],
    name: &str,
    path: &str,
) -> Result<&'a ParameterDefinition, CallError> {
    definitions.iter().find(|definition| definition.name == name).ok_or_else(|| {
        let names: Vec<&str> = definitions.iter().map(|definition| definition.name.as_str()).collect();
        let reason = format!("unknown parameter {name:?}; the parameters are {}", names.join(", "));
        CallError::invalid(format!("{path}.name"), reason)
    })
}

/// The key of a dataset, with its tensors.
fn referenced<'a>(
    store: &'a Store,
    reference: &DatasetReference,
) -> Result<(&'a ParameterDefinition, Column), CallError> {
    let (dataset, key) = (&reference.dataset_id, &reference.dataset_key);
    let Ok(stored) = store.dataset(dataset) else {
        return Err(CallError::ReferencedDatasetNotFound { dataset: dataset.clone() });
    };
    let mut columns = stored.keys.iter().enumerate();
    let found = columns.find(|(_, stored)| stored.name == *key);
    let found = found.and_then(|(index, key)| Some((key, stored.entries.column(&store.storage, index)?)));
    found.ok_or_else(|| CallError::DatasetKeyNotFound { dataset: dataset.clone(), key: key.clone() })
}

/// Checks tensors of a parameter, of which the first one has the index `first`.
fn check(definition: &ParameterDefinition, tensors: &[Tensor], first: usize, path: &str) -> Result<(), CallError> {
    let name = &definition.name;
    for (index, tensor) in (first..).zip(tensors) {
        new_entries::check_tensor(&definition.rules, tensor)
            .map_err(|reason| CallError::invalid(format!("{path}[{index}]"), format!("`{name}` {reason}")))?;
    }
    Ok(())
}

/// Checks the tensors of a dataset, a few at a time, since they may be too many for the memory.
fn check_column(definition: &ParameterDefinition, column: &Column, path: &str) -> Result<(), CallError> {
    for first in (0..column.len()).step_by(CHECKED_AT_A_TIME) {
        let tensors = column.read(first..first.saturating_add(CHECKED_AT_A_TIME))?;
        check(definition, &tensors, first, path)?;
    }
    Ok(())
}

fn check_for_preset(definition: &ParameterDefinition, tensors: &[Tensor], path: &str) -> Result<(), CallError> {
    let name = &definition.name;
    if tensors.is_empty() {
        return Err(CallError::invalid(path, format!("`{name}` holds no tensors")));
    }
    if !SAMPLES.contains(&name.as_str()) && tensors.len() != 1 {
        return Err(CallError::invalid(path, format!("`{name}` takes one tensor, got {}", tensors.len())));
    }
    for (index, tensor) in tensors.iter().enumerate() {
        // A scalar counts as a vector of one.
        let scalar = tensor.rank() == 0 && definition.rules.shape == [-1];
        let checked = if scalar {
            new_entries::check_type(&definition.rules, tensor)
        } else {
            new_entries::check_tensor(&definition.rules, tensor)
        };
        checked.map_err(|reason| CallError::invalid(format!("{path}[{index}]"), format!("`{name}` {reason}")))?;
    }
    Ok(())
}
