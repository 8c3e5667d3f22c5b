//! Names of schemas, unique across the API.

use std::collections::{BTreeMap, BTreeSet};

use crate::ir::types::{Owner, TypeId};
use crate::ir::{Api, Method, Service};
use crate::naming::{self, case};

/// The names; unique whatever the case of their letters, since some tools make files of them.
pub(super) struct Names {
    types: Vec<String>,
    errors: Vec<String>,
    /// By service and method, on the wire.
    responses: BTreeMap<(String, String), String>,
    taken: BTreeSet<String>,
}

impl Names {
    pub(super) fn new(api: &Api) -> Self {
        let types = vec![String::new(); api.types.len()];
        let mut names = Self { types, errors: Vec::new(), responses: BTreeMap::new(), taken: BTreeSet::new() };
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
        for error in &api.errors {
            let name = names.claim(&format!("{}Error", case::upper_camel(&error.name)));
            names.errors.push(name);
        }
        for (service, method) in api.services.iter().flat_map(|it| it.methods.iter().map(move |method| (it, method))) {
            let name = names.claim(&format!("{}Response", of_method(service, method)));
            names.responses.insert((service.wire.clone(), method.wire.clone()), name);
        }
        names
    }

    /// The name of an error, an index into [`Api::errors`].
    pub(super) fn error(&self, index: usize) -> String {
        self.errors.get(index).cloned().unwrap_or_default()
    }

    /// The name of a response.
    pub(super) fn response(&self, service: &Service, method: &Method) -> String {
        self.responses.get(&(service.wire.clone(), method.wire.clone())).cloned().unwrap_or_default()
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

/// What the names of a method's own schemas begin with.
pub(super) fn of_method(service: &Service, method: &Method) -> String {
    format!("{}{}", case::upper_camel(&service.wire), naming::type_base(method))
}
