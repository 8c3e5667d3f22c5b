//! Methods and events, and what they say about transport, subscriptions and pages.

use super::keywords::deprecated;
use super::lowering::{Lowering, Place};
use crate::ir::types::{Owner, Type, TypeKind, UnionStyle};
use crate::ir::{ErrorShape, Event, Method, Paging, Subscription, Transport};
use crate::naming::case;
use crate::source::Location;
use crate::spanned::Spanned;
use crate::spec;
use crate::spec::methods::PlainTransport;
use crate::spec::types::Schema;

impl Lowering<'_> {
    pub(super) fn lower_method(
        &mut self,
        (service, index): (usize, usize),
        name: &str,
        at: &Location,
        method: &spec::methods::Method,
        shapes: &[ErrorShape],
    ) -> Method {
        self.check_prose(&method.description, &format!("method `{name}`"), at);
        if !case::is_member_name(name) {
            self.error(
                at,
                format!("`{name}` is not a method name"),
                "use lowerCamelCase letters and digits, such as `getModels`, and at most 100 of them",
            );
        }
        let identifier = self.identifier(method.identifier.as_ref());
        let base = case::upper_camel(identifier.as_deref().unwrap_or(name));
        let owner = Owner::Method(service, index);
        let params = self.lower_root(&method.params, &format!("{base}Request"), owner, false);
        let result = self.lower_root(&method.result, &format!("{base}Result"), owner, true);
        let errors = self.method_errors(at, method, shapes);
        let transport = self.lower_transport(method, &params, &errors, shapes);
        Method {
            wire: name.to_owned(),
            identifier,
            description: method.description.clone(),
            since: self.since(method.since.as_ref()),
            until: self.until(method.until.as_ref()),
            deprecated: deprecated(method.deprecated.as_ref()),
            subscription: self.lower_subscription(method, &params, &result),
            paging: self.lower_paging(method, &params, &result),
            params,
            result,
            undeclared_errors: self.undeclared_errors(method, &errors, shapes),
            errors,
            error_sets: self.method_error_sets(method),
            transport,
            idempotent: method.idempotent,
            deadline_seconds: method.deadline_seconds,
            waiter: None,
            request_blobs: Vec::new(),
            response_blobs: Vec::new(),
            at: at.clone(),
        }
    }

    pub(super) fn lower_event(
        &mut self,
        (service, index): (usize, usize),
        name: &str,
        at: &Location,
        event: &spec::methods::Event,
    ) -> Event {
        self.check_prose(&event.description, &format!("event `{name}`"), at);
        let owner = Owner::Event(service, index);
        let params = self.lower_root(&event.params, &format!("{}Event", case::upper_camel(name)), owner, false);
        let (id, ends) = event
            .subscription
            .get()
            .map(|subscription| (subscription.id.clone(), subscription.ends))
            .unwrap_or_default();
        if event.subscription.get().is_some() {
            self.check_id(&event.subscription.at, &params, &id, "the event's params");
        }
        Event {
            wire: name.to_owned(),
            description: event.description.clone(),
            since: self.since(event.since.as_ref()),
            params,
            id,
            ends,
            blobs: Vec::new(),
            at: at.clone(),
        }
    }

    /// Params or a result: an object, or where allowed a union distinguished by keys.
    fn lower_root(&mut self, schema: &Spanned<Schema>, name: &str, owner: Owner, keyed: bool) -> Type {
        let nothing = Type::Named(crate::ir::types::TypeId(usize::MAX));
        let Some(inner) = schema.get() else { return nothing };
        let place = Place::new(name, owner);
        let Some(ty) = self.lower_type(inner, &schema.at, &place) else { return nothing };
        self.reject_marks(inner, &schema.at, "mark the method or event instead");
        if !keyed && inner.reference.is_some() {
            self.error(
                &schema.at,
                "params are written in place: they are the type of one call",
                "write `properties` here instead of `$ref`",
            );
        }
        let sound = match self.kind_of(&ty) {
            Some(TypeKind::Object(object)) => object.constant.is_none(),
            Some(TypeKind::Union(union)) => keyed && union.style == UnionStyle::Keyed,
            _ => false,
        };
        if !sound {
            let help =
                if keyed { "use `properties`, or a `oneOf` of objects with one key each" } else { "use `properties`" };
            self.error(&schema.at, "this must be an object", help);
        }
        ty
    }

    fn lower_transport(
        &mut self,
        method: &spec::methods::Method,
        params: &Type,
        errors: &[usize],
        shapes: &[ErrorShape],
    ) -> Transport {
        let Some(transport) = &method.transport else { return Transport::Http };
        match transport.get() {
            None | Some(spec::methods::Transport::Plain(PlainTransport::Http)) => Transport::Http,
            Some(spec::methods::Transport::Plain(PlainTransport::Websocket)) => Transport::WebSocket,
            Some(spec::methods::Transport::WebsocketUnless(rule)) => {
                let spec::methods::ParamEquals { param, equals } = &rule.websocket_unless;
                let field = self.object_of(params).and_then(|object| object.field(param));
                if !field.is_some_and(|field| field.ty == Type::Boolean) {
                    self.error(
                        &transport.at,
                        format!("`{param}` is not a boolean parameter of this method"),
                        "name one of the method's boolean parameters",
                    );
                }
                Transport::WebSocketUnless { param: param.clone(), equals: *equals }
            }
            Some(spec::methods::Transport::OpenWebsocketElse(rule)) => {
                let code = &rule.open_websocket_else;
                let error = errors.iter().find(|error| {
                    shapes.get(**error).is_some_and(|shape| shape.code == *code && shape.fields.is_none())
                });
                if error.is_none() {
                    let message = format!("`{code}` is not an error code of this method without fields");
                    self.error(&transport.at, message, "list it under the method's `errors`, or name another");
                }
                Transport::OpenWebSocketElse { error: error.copied().unwrap_or_default() }
            }
        }
    }

    fn lower_subscription(
        &mut self,
        method: &spec::methods::Method,
        params: &Type,
        result: &Type,
    ) -> Option<Subscription> {
        let subscription = method.subscription.as_ref()?;
        let (opens, path) = match subscription.get()? {
            spec::methods::Subscription::Opens(rule) => (true, &rule.opens),
            spec::methods::Subscription::Closes(rule) => (false, &rule.closes),
        };
        let (in_result, field) = match path.split_once('.') {
            Some(("params", field)) => (false, field),
            Some(("result", field)) if opens => (true, field),
            _ => {
                self.error(
                    &subscription.at,
                    format!("`{path}` does not say where the id is"),
                    "write `params.name`, or for a new subscription `result.name`",
                );
                return None;
            }
        };
        let (holder, what) = if in_result { (result, "the method's result") } else { (params, "the method's params") };
        self.check_id(&subscription.at, holder, field, what);
        Some(Subscription { opens, in_result, field: field.to_owned() })
    }

    fn check_id(&mut self, at: &Location, holder: &Type, field: &str, what: &str) {
        let found = self.object_of(holder).and_then(|object| object.field(field));
        if !found.is_some_and(|field| field.ty == Type::String && field.required) {
            self.error(
                at,
                format!("`{field}` is not a required string of {what}"),
                "name the property that holds the subscription's id",
            );
        }
    }

    fn lower_paging(&mut self, method: &spec::methods::Method, params: &Type, result: &Type) -> Option<Paging> {
        let paginated = method.paginated.as_ref()?;
        let spec::methods::Paginated { items, offset, limit, total } = paginated.get()?.clone();
        let [offset, limit, total] = [(offset, "offset"), (limit, "limit"), (total, "total")]
            .map(|(name, default)| name.unwrap_or(default.into()));
        for (holder, names, place) in [(params, [&offset, &limit], "parameters"), (result, [&offset, &total], "result")]
        {
            for name in names {
                let field = self.object_of(holder).and_then(|object| object.field(name));
                if field.is_none_or(|field| field.ty != Type::Uint32) {
                    let message = format!("a paginated method needs the `uint32` property `{name}` in its {place}");
                    self.error(&paginated.at, message, "add it, name another one, or remove `paginated`");
                }
            }
        }
        let list = self.object_of(result).and_then(|object| object.field(&items));
        if list.is_none_or(|field| !matches!(field.ty, Type::List(_))) {
            let message = format!("`{items}` is not an array of the result");
            self.error(&paginated.at, message, "name the array that holds the page");
        }
        Some(Paging { items, offset, limit, total })
    }
}
