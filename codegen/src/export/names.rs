//! Names of schemas, unique across the API.

use std::collections::BTreeSet;

use crate::ir::Api;
use crate::ir::types::{Owner, TypeId};
use crate::naming::case;

/// The names; unique whatever the case of their letters, since some tools make files of them.
pub(super) struct Names {
    types: Vec<String>,
    taken: BTreeSet<String>,
}

impl Names {
    pub(super) fn new(api: &Api) -> Self {
        let mut names = Self { types: vec![String::new(); api.types.len()], taken: BTreeSet::new() };
        // Shared types come first: theirs are the names that the API itself uses.
        let (shared, inline): (Vec<_>, Vec<_>) =
            api.types.iter().enumerate().partition(|(id, definition)| definition.owner == Owner::Shared(TypeId(*id)));
        for (id, definition) in shared.into_iter().chain(inline) {
            let name = match definition.owner {
                Owner::Shared(_) | Owner::Errors => definition.name.clone(),
                Owner::Method(service, _) | Owner::Event(service, _) => {
                    let service = api.services.get(service).map(|service| case::upper_camel(&service.wire));
                    format!("{}{}", service.unwrap_or_default(), definition.name)
                }
            };
            let name = names.claim(&name);
            if let Some(slot) = names.types.get_mut(id) {
                *slot = name;
            }
        }
        names
    }

    /// The name of a type.
    pub(super) fn of(&self, id: TypeId) -> String {
        self.types.get(id.0).cloned().unwrap_or_default()
    }

    /// A name like the wanted one that nothing else has.
    pub(super) fn claim(&mut self, wanted: &str) -> String {
        let mut name = wanted.to_owned();
        while !self.taken.insert(name.to_ascii_lowercase()) {
            name.push_str("Type");
        }
        name
    }
}
