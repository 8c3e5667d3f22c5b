//! The methods and events that use a shared type or an error.

use std::collections::{BTreeMap, BTreeSet};

use super::comparison::Direction;
use super::fields::has_detached_items;
use crate::ir::Api;
use crate::ir::types::{Type, TypeId, TypeKind};

/// Methods and events, as `Service.method`, by what they reach.
pub(super) struct Users {
    /// With the directions in which values of the type travel.
    types: BTreeMap<TypeId, Vec<(String, Direction)>>,
    errors: BTreeMap<usize, Vec<String>>,
}

impl Users {
    pub(super) fn of(api: &Api) -> Self {
        let mut users = Self { types: BTreeMap::new(), errors: BTreeMap::new() };
        for service in &api.services {
            for method in &service.methods {
                let name = format!("{}.{}", service.wire, method.wire);
                let shapes = api.errors_of(method).filter_map(|error| error.fields.as_ref());
                let sent = reach(api, [&method.params]);
                let received = reach(api, [&method.result].into_iter().chain(shapes));
                users.add(&name, sent, received);
                for error in &method.errors {
                    users.errors.entry(*error).or_default().push(name.clone());
                }
            }
            for event in &service.events {
                let name = format!("{}.{}", service.wire, event.wire);
                users.add(&name, BTreeSet::new(), reach(api, [&event.params]));
            }
        }
        users
    }

    fn add(&mut self, user: &str, sent: BTreeSet<TypeId>, received: BTreeSet<TypeId>) {
        for id in sent.union(&received) {
            let direction = Direction { sent: sent.contains(id), received: received.contains(id) };
            self.types.entry(*id).or_default().push((user.to_owned(), direction));
        }
    }

    pub(super) fn of_type(&self, id: TypeId) -> Vec<String> {
        self.types.get(&id).into_iter().flatten().map(|(user, _)| user.clone()).collect()
    }

    /// The users that a type has in both definitions, and the directions in which it travels in both.
    pub(super) fn of_both(&self, old: TypeId, new_users: &Self, new: TypeId) -> (Direction, Vec<String>) {
        let mut both = Direction::default();
        let mut users = Vec::new();
        let after = new_users.types.get(&new).map(Vec::as_slice).unwrap_or_default();
        for (user, before) in self.types.get(&old).into_iter().flatten() {
            let Some((_, after)) = after.iter().find(|(name, _)| name == user) else { continue };
            let (sent, received) = (before.sent && after.sent, before.received && after.received);
            both.sent |= sent;
            both.received |= received;
            if sent || received {
                users.push(user.clone());
            }
        }
        (both, users)
    }

    pub(super) fn of_error(&self, index: usize) -> Vec<String> {
        self.errors.get(&index).cloned().unwrap_or_default()
    }
}

/// The named types behind others whose members are named on the wire.
fn reach<'a>(api: &'a Api, roots: impl IntoIterator<Item = &'a Type>) -> BTreeSet<TypeId> {
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
        if reached.insert(id) {
            match api.get(id).map(|definition| &definition.kind) {
                Some(TypeKind::Object(object)) => {
                    rest.extend(object.fields.iter().filter(|field| !has_detached_items(field)).map(|field| &field.ty));
                }
                kind => rest.extend(kind.into_iter().flat_map(TypeKind::members)),
            }
        }
    }
    reached
}
