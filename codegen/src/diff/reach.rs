//! The methods and events that use a shared type or an error.

use std::collections::{BTreeMap, BTreeSet};

use crate::ir::Api;
use crate::ir::types::{Type, TypeId};

/// Methods and events, as `Service.method`, by what they reach.
pub(super) struct Users {
    types: BTreeMap<TypeId, Vec<String>>,
    errors: BTreeMap<usize, Vec<String>>,
}

impl Users {
    pub(super) fn of(api: &Api) -> Self {
        let mut users = Self { types: BTreeMap::new(), errors: BTreeMap::new() };
        for service in &api.services {
            for method in &service.methods {
                let name = format!("{}.{}", service.wire, method.wire);
                let shapes = api.errors_of(method).filter_map(|error| error.fields.as_ref());
                users.reach(api, [&method.params, &method.result].into_iter().chain(shapes), &name);
                for error in &method.errors {
                    users.errors.entry(*error).or_default().push(name.clone());
                }
            }
            for event in &service.events {
                users.reach(api, [&event.params], &format!("{}.{}", service.wire, event.wire));
            }
        }
        users
    }

    pub(super) fn of_type(&self, id: TypeId) -> Vec<String> {
        self.types.get(&id).cloned().unwrap_or_default()
    }

    pub(super) fn of_error(&self, index: usize) -> Vec<String> {
        self.errors.get(&index).cloned().unwrap_or_default()
    }

    fn reach<'a>(&mut self, api: &'a Api, roots: impl IntoIterator<Item = &'a Type>, user: &str) {
        let mut rest: Vec<&Type> = roots.into_iter().collect();
        let mut reached = BTreeSet::new();
        while let Some(ty) = rest.pop() {
            let id = match ty {
                Type::List(items) => {
                    rest.push(items);
                    continue;
                }
                Type::Named(id) => *id,
                _ => continue,
            };
            if !reached.insert(id) {
                continue;
            }
            rest.extend(api.get(id).into_iter().flat_map(|definition| definition.kind.members()));
        }
        for id in reached {
            self.types.entry(id).or_default().push(user.to_owned());
        }
    }
}
