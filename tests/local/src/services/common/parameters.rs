//! The parameters of a call: from tensors and references to datasets to the inputs of a function.

use std::collections::BTreeMap;

use decthings::Tensor;
use decthings::types::{DatasetReference, ParameterDefinition, ParameterProvider, ParameterProviderData};

use crate::error::CallError;
use crate::presets::parameters::SAMPLES;
use crate::presets::tensors::Inputs;
use crate::store::{Store, new_entries};

/// Reads the referenced datasets, and checks all parameters against the definitions. Errors call the list `path`.
pub(crate) fn resolve_inputs(
    store: &Store,
    definitions: &[ParameterDefinition],
    providers: Vec<ParameterProvider>,
    path: &str,
) -> Result<Inputs, CallError> {
    let mut inputs = BTreeMap::new();
    for (index, provider) in providers.into_iter().enumerate() {
        let path = format!("{path}[{index}]");
        let Some(definition) = definitions.iter().find(|definition| definition.name == provider.name) else {
            let names: Vec<&str> = definitions.iter().map(|definition| definition.name.as_str()).collect();
            let reason = format!("unknown parameter {:?}; the parameters are {}", provider.name, names.join(", "));
            return Err(CallError::invalid(format!("{path}.name"), reason));
        };
        let path = format!("{path}.data");
        let tensors = match provider.data {
            ParameterProviderData::Tensors(tensors) => tensors,
            ParameterProviderData::DatasetReference(reference) => referenced(store, &reference)?,
            _ => return Err(CallError::invalid(path, "must be tensors, or refer to a dataset")),
        };
        check(definition, &tensors, &path)?;
        if inputs.insert(provider.name, tensors).is_some() {
            return Err(CallError::invalid(path, format!("`{}` is given twice", definition.name)));
        }
    }
    let missing = |definition: &&ParameterDefinition| definition.required && !inputs.contains_key(&definition.name);
    if let Some(definition) = definitions.iter().find(missing) {
        return Err(CallError::invalid(path, format!("`{}` is missing", definition.name)));
    }
    Ok(Inputs(inputs))
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
