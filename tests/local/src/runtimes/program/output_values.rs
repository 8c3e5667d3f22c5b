//! What an evaluation function has returned.

use bytes::Bytes;
use decthings::Tensor;
use decthings::types::{InvalidOutputReason, Parameter, ParameterDefinition};

use super::message::OutputSizes;
use crate::runtimes::failure::Failure;
use crate::store::new_entries::check_tensor;

/// Reads the outputs: their names and sizes, and one blob with all tensors. Checks them against the definitions, if there
/// are any.
pub(super) fn read(
    outputs: Option<Vec<OutputSizes>>,
    blobs: Vec<Vec<u8>>,
    definitions: Option<&[ParameterDefinition]>,
) -> Result<Vec<Parameter>, Failure> {
    let parameters = decode(outputs.unwrap_or_default(), blobs)
        .map_err(|details| Failure::InvalidOutput(InvalidOutputReason::Invalid, details))?;
    if let Some(definitions) = definitions {
        check(&parameters, definitions).map_err(|details| {
            Failure::InvalidOutput(InvalidOutputReason::NotApplicableToParameterDefinitions, details)
        })?;
    }
    Ok(parameters)
}

fn decode(outputs: Vec<OutputSizes>, blobs: Vec<Vec<u8>>) -> Result<Vec<Parameter>, String> {
    let mut blobs = blobs.into_iter();
    let mut rest = Bytes::from(blobs.next().unwrap_or_default());
    if blobs.next().is_some() {
        return Err("the outputs came in several blobs, and one is expected".to_owned());
    }
    let mut parameters: Vec<Parameter> = Vec::new();
    for OutputSizes { name, byte_sizes } in outputs {
        let mut tensors = Vec::new();
        for (index, size) in byte_sizes.into_iter().enumerate() {
            let size = usize::try_from(size).ok().filter(|size| *size <= rest.len());
            let size = size.ok_or_else(|| format!("the output {name:?} is longer than the data that came with it"))?;
            let tensor = Tensor::decode(rest.split_to(size));
            tensors.push(tensor.map_err(|error| format!("element {index} of the output {name:?}: {error}"))?);
        }
        if parameters.iter().any(|other| other.name == name) {
            return Err(format!("the output {name:?} was returned twice"));
        }
        parameters.push(Parameter::new(name, tensors));
    }
    if rest.is_empty() { Ok(parameters) } else { Err(format!("{} bytes belong to no output", rest.len())) }
}

fn check(outputs: &[Parameter], definitions: &[ParameterDefinition]) -> Result<(), String> {
    for output in outputs {
        let name = &output.name;
        let definition = definitions.iter().find(|definition| definition.name == *name);
        let definition = definition.ok_or_else(|| format!("the model defines no output {name:?}"))?;
        for (index, tensor) in output.data.iter().enumerate() {
            check_tensor(&definition.rules, tensor)
                .map_err(|reason| format!("element {index} of the output {name:?} {reason}"))?;
        }
    }
    let is_missing = |definition: &&ParameterDefinition| {
        definition.required && outputs.iter().all(|output| output.name != definition.name)
    };
    match definitions.iter().find(is_missing) {
        Some(missing) => Err(format!("the output {:?} is missing", missing.name)),
        None => Ok(()),
    }
}
