//! The parameters of a call: from tensors and references to datasets to the inputs of a function.

use std::collections::BTreeMap;

use decthings::Tensor;
use decthings::types::{DatasetReference, ParameterDefinition, ParameterProvider, ParameterProviderData};

use crate::error::CallError;
use crate::presets::parameters::SAMPLES;
use crate::presets::tensors::Inputs;
use crate::store::code::{Code, Function};
use crate::store::{Store, new_entries};

/// Reads the referenced datasets, and checks all parameters against the definitions of a function. Errors call the list
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
        let tensors = match provider.data {
            ParameterProviderData::Tensors(tensors) => tensors,
            ParameterProviderData::DatasetReference(reference) => referenced(store, &reference)?,
            _ => return Err(CallError::invalid(path, "must be tensors, or refer to a dataset")),
        };
        match (definition, code) {
            (Some(definition), Code::Preset(_)) => check_for_preset(definition, &tensors, &path)?,
            (Some(definition), Code::Own(_)) => check(definition, &tensors, &path)?,
            (None, _) => {}
        }
        if inputs.contains_key(&provider.name) {
            return Err(CallError::invalid(path, format!("`{}` is given twice", provider.name)));
        }
        inputs.insert(provider.name, tensors);
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

fn referenced(store: &Store, reference: &DatasetReference) -> Result<Vec<Tensor>, CallError> {
    let (dataset, key) = (&reference.dataset_id, &reference.dataset_key);
    let Ok(stored) = store.dataset(dataset) else {
        return Err(CallError::ReferencedDatasetNotFound { dataset: dataset.clone() });
    };
    match stored.keys.iter().position(|stored| stored.name == *key) {
        Some(index) => {
            let column = stored.entries.column(&store.storage, index);
            let tensors = column.map(|column| column.read(0..column.len())).transpose()?;
            Ok(tensors.unwrap_or_default())
        }
        None => Err(CallError::DatasetKeyNotFound { dataset: dataset.clone(), key: key.clone() }),
    }
}

fn check(definition: &ParameterDefinition, tensors: &[Tensor], path: &str) -> Result<(), CallError> {
    let name = &definition.name;
    for (index, tensor) in tensors.iter().enumerate() {
        new_entries::check_tensor(&definition.rules, tensor)
            .map_err(|reason| CallError::invalid(format!("{path}[{index}]"), format!("`{name}` {reason}")))?;
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
