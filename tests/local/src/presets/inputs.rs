//! From the parameters of a call to the tensors of a model function.

use std::collections::BTreeMap;

use decthings::Tensor;
use decthings::types::{DatasetReference, ParameterDefinition, ParameterProvider, ParameterProviderData};

use super::SAMPLES;
use crate::fail::Fail;
use crate::rules;
use crate::store::Store;

/// The tensors of a model function by parameter.
pub(crate) struct Inputs(BTreeMap<String, Vec<Tensor>>);

impl Inputs {
    /// The tensors of a parameter; none if it was left out.
    pub(crate) fn all(&self, name: &str) -> &[Tensor] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    /// The tensor of a parameter that holds one.
    pub(crate) fn one(&self, name: &str) -> Option<&Tensor> {
        self.all(name).first()
    }
}

/// Fetches what datasets hold, and checks everything against the definitions. `path` is what errors call the list.
pub(crate) fn resolve(
    store: &Store,
    definitions: &[ParameterDefinition],
    providers: Vec<ParameterProvider>,
    path: &str,
) -> Result<Inputs, Fail> {
    let mut inputs = BTreeMap::new();
    for (index, provider) in providers.into_iter().enumerate() {
        let path = format!("{path}[{index}]");
        let Some(definition) = definitions.iter().find(|definition| definition.name == provider.name) else {
            let names: Vec<&str> = definitions.iter().map(|definition| definition.name.as_str()).collect();
            let reason = format!("there is no parameter {:?} here, only {}", provider.name, names.join(", "));
            return Err(Fail::invalid(format!("{path}.name"), reason));
        };
        let path = format!("{path}.data");
        let tensors = match provider.data {
            ParameterProviderData::Tensors(tensors) => tensors,
            ParameterProviderData::DatasetReference(reference) => referenced(store, &reference)?,
            _ => return Err(Fail::invalid(path, "must be tensors, or refer to a dataset")),
        };
        check(definition, &tensors, &path)?;
        if inputs.insert(provider.name, tensors).is_some() {
            return Err(Fail::invalid(path, format!("`{}` is given twice", definition.name)));
        }
    }
    let missing = |definition: &&ParameterDefinition| definition.required && !inputs.contains_key(&definition.name);
    if let Some(definition) = definitions.iter().find(missing) {
        return Err(Fail::invalid(path, format!("`{}` is missing", definition.name)));
    }
    Ok(Inputs(inputs))
}

fn referenced(store: &Store, reference: &DatasetReference) -> Result<Vec<Tensor>, Fail> {
    let (dataset, key) = (&reference.dataset_id, &reference.dataset_key);
    let Ok(stored) = store.dataset(dataset) else {
        return Err(Fail::ReferencedDatasetNotFound { dataset: dataset.clone() });
    };
    match stored.keys.iter().position(|stored| stored.name == *key) {
        Some(index) => Ok(stored.entries.column(index)),
        None => Err(Fail::DatasetKeyNotFound { dataset: dataset.clone(), key: key.clone() }),
    }
}

fn check(definition: &ParameterDefinition, tensors: &[Tensor], path: &str) -> Result<(), Fail> {
    let name = &definition.name;
    if tensors.is_empty() {
        return Err(Fail::invalid(path, format!("`{name}` holds no tensors")));
    }
    if !SAMPLES.contains(&name.as_str()) && tensors.len() != 1 {
        return Err(Fail::invalid(path, format!("`{name}` takes one tensor, got {}", tensors.len())));
    }
    for (index, tensor) in tensors.iter().enumerate() {
        // A scalar is a vector of one.
        let scalar = tensor.rank() == 0 && definition.rules.shape == [-1];
        let checked =
            if scalar { rules::check_type(&definition.rules, tensor) } else { rules::check(&definition.rules, tensor) };
        checked.map_err(|reason| Fail::invalid(format!("{path}[{index}]"), format!("`{name}` {reason}")))?;
    }
    Ok(())
}
