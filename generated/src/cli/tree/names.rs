//! Names of commands and options, made from those on the wire.

use decthings::runtime::{DynamicOperation, DynamicService, Method};

use super::revision::services;

/// `new-state-name` for `newStateName`, and `fs` for `FS`.
pub(crate) fn kebab(name: &str) -> String {
    let mut words = String::with_capacity(name.len().saturating_add(4));
    let mut after_lower = false;
    for character in name.chars() {
        if character.is_uppercase() && after_lower {
            words.push('-');
        }
        after_lower = !character.is_uppercase();
        words.extend(character.to_lowercase());
    }
    words
}

/// The service with the name of a command.
pub(crate) fn service(name: &str) -> Option<&'static DynamicService> {
    services().iter().find(|service| kebab(service.name) == name)
}

/// The method with the names of commands.
pub(crate) fn method(service: &str, name: &str) -> Option<&'static DynamicOperation> {
    self::service(service)?.methods.iter().find(|operation| kebab(operation.method().name) == name)
}

/// The operation of a method.
pub(crate) fn operation(method: &Method) -> Option<&'static DynamicOperation> {
    let service = services().iter().find(|service| service.name == method.service)?;
    service.methods.iter().find(|operation| operation.method().name == method.name)
}

/// The command of a method, such as `model get-training-status`.
pub(crate) fn command_line(method: &Method) -> String {
    format!("{} {}", kebab(method.service), kebab(method.name))
}

/// The first sentence of a text.
pub(crate) fn summary(docs: &str) -> &str {
    let end = docs
        .match_indices(". ")
        .map(|(index, _)| index)
        .find(|index| !docs.get(..*index).is_some_and(|start| start.ends_with("e.g")));
    end.and_then(|end| docs.get(..end)).unwrap_or_else(|| docs.trim_end_matches('.'))
}
