//! [`Spec`] → [`Api`]: references followed, names given, each rule checked at its location.

mod errors;
mod info;
mod keywords;
mod lowering;
mod methods;
mod objects;
mod types;
mod unions;
mod waiters;

use crate::diag::Diagnostics;
use crate::ir::types::{TypeDef, TypeId};
use crate::ir::{Api, ErrorShape, Event, Service};
use crate::naming::case;
use crate::source::Location;
use crate::spec::{self, Spec};
use lowering::Lowering;

/// Resolves a definition; mistakes are reported and omitted from the model.
pub(crate) fn lower(spec: &Spec, diagnostics: &mut Diagnostics) -> Api {
    let mut lowering = Lowering::new(spec, diagnostics);
    lowering.check_prose(&spec.description, "the API", &Location::default());
    for (name, at, schema) in spec.defs.iter() {
        lowering.check_type_name(name, at);
        lowering.resolve_def(name, at, schema);
    }
    let info = lowering.info();
    let environment = lowering.environment();
    let errors = lowering.lower_errors();
    let error_sets = lowering.shared_sets(&errors);
    let mut services = Vec::new();
    for (index, (name, at, service)) in spec.services.iter().enumerate() {
        services.push(lowering.lower_service(index, name, at, service, &errors));
    }
    let bare = lowering.bare;
    let types = lowering.types.into_iter().enumerate().map(|(id, definition)| {
        let definition = definition.unwrap_or_else(TypeDef::nothing);
        TypeDef { bare: bare.contains(&TypeId(id)), ..definition }
    });
    let types = types.collect();
    Api {
        title: spec.title.clone(),
        info,
        revision: spec.revision.clone(),
        description: spec.description.clone(),
        type_prefix: spec.type_prefix.clone().unwrap_or_default(),
        http: spec.endpoints.as_ref().map(|endpoints| endpoints.http.clone()),
        websocket: spec.endpoints.as_ref().and_then(|endpoints| endpoints.websocket.clone()),
        environment,
        typescript_client: spec.typescript_client.as_ref().map(|it| (it.package.clone(), it.class.clone())),
        types,
        errors,
        error_sets,
        services,
    }
}

impl Lowering<'_> {
    fn lower_service(
        &mut self,
        index: usize,
        name: &str,
        at: &Location,
        service: &spec::Service,
        errors: &[ErrorShape],
    ) -> Service {
        self.check_prose(&service.description, &format!("service `{name}`"), at);
        if !case::is_type_name(name) {
            self.error(
                at,
                format!("`{name}` is not a service name"),
                "use UpperCamelCase letters and digits, such as `PersistentLauncher`, and at most 100 of them",
            );
        }
        if service.methods.is_empty() && service.events.is_empty() {
            self.error(at, format!("service `{name}` has no methods"), "add a method, or remove the service");
        }
        let names: Vec<&str> = service.methods.iter().map(|(name, ..)| name).collect();
        let mut methods = Vec::new();
        for (position, (name, at, method)) in service.methods.iter().enumerate() {
            methods.push(self.lower_method((index, position), name, at, method, errors));
        }
        for (position, (.., method)) in service.methods.iter().enumerate() {
            let waiter = self.lower_waiter(position, method, &names, &methods, errors);
            if let Some(method) = methods.get_mut(position) {
                method.waiter = waiter;
            }
        }
        let mut events = Vec::new();
        for (position, (name, at, event)) in service.events.iter().enumerate() {
            events.push(self.lower_event((index, position), name, at, event));
        }
        self.check_subscriptions(service, &events);
        Service {
            wire: name.to_owned(),
            description: service.description.clone(),
            since: self.since(service.since.as_ref()),
            methods,
            events,
            at: at.clone(),
        }
    }

    /// The events of a service go by one id, and a subscription needs events.
    fn check_subscriptions(&mut self, service: &spec::Service, events: &[Event]) {
        let first = events.first().map(|event| event.id.clone());
        for event in events.iter().filter(|event| Some(&event.id) != first.as_ref()) {
            let message = format!("`{}` has a different id than the service's other events", event.wire);
            self.error(&event.at, message, "give all events of a service the same id, or put them in another service");
        }
        for (name, at, method) in service.methods.iter() {
            if method.subscription.is_some() && events.is_empty() {
                self.error(
                    at,
                    format!("`{name}` affects a subscription, but the service has no events"),
                    "add `events`, or remove `subscription`",
                );
            }
        }
    }
}
