//! Services, methods and events: what is there, and how it travels.

use super::changes::{Class, Place};
use super::comparison::{Comparison, Direction, Remarks};
use super::renames::{Profile, match_up};
use crate::ir::{Api, Event, Method, Service, Transport};
use crate::naming;

const GONE: &str = "Existing clients call it.";
const RENAMED: &str = "Existing clients call it by its old name.";
const ENDLESS: &str = "Existing clients learn from it that their subscription has ended.";
const NEW: &str = "Nothing depends on it yet.";

impl Comparison<'_> {
    pub(super) fn services(&mut self) {
        let (old_api, new_api) = (self.old, self.new);
        let (before, after) = ((old_api, old_api.services.as_slice()), (new_api, new_api.services.as_slice()));
        let matched = match_up(before, after, |service| &service.wire, |_, service| Profile::of_service(service));
        for (old, new) in matched.old {
            self.turn_to(Place::Service(old.wire.clone()), Vec::new());
            let Some(new) = new else {
                self.note("", Class::Wire, "is removed", GONE);
                continue;
            };
            self.renamed_to(&old.wire, &new.wire, Class::Wire, RENAMED);
            self.service(old, new);
        }
        for new in matched.added {
            self.turn_to(Place::Service(new.wire.clone()), Vec::new());
            self.note("", Class::Compatible, "is new", NEW);
        }
    }

    fn service(&mut self, old: &Service, new: &Service) {
        self.remarks("", words(&old.description, old.since.as_deref()), words(&new.description, new.since.as_deref()));
        let (old_methods, new_methods) = ((self.old, old.methods.as_slice()), (self.new, new.methods.as_slice()));
        let matched = match_up(old_methods, new_methods, |method| &method.wire, Profile::of_method);
        for (before, after) in matched.old {
            self.turn_to(Place::Method(old.wire.clone(), before.wire.clone()), Vec::new());
            let Some(after) = after else {
                self.note("", Class::Wire, "is removed", GONE);
                continue;
            };
            self.renamed_to(&before.wire, &after.wire, Class::Wire, RENAMED);
            self.method((old, before), (new, after));
        }
        for after in matched.added {
            self.turn_to(Place::Method(new.wire.clone(), after.wire.clone()), Vec::new());
            self.note("", Class::Compatible, "is new", NEW);
        }
        let (old_events, new_events) = ((self.old, old.events.as_slice()), (self.new, new.events.as_slice()));
        let matched = match_up(old_events, new_events, |event| &event.wire, Profile::of_event);
        for (before, after) in matched.old {
            self.turn_to(Place::Event(old.wire.clone(), before.wire.clone()), Vec::new());
            let Some(after) = after else {
                let (class, why) = if before.ends {
                    (Class::Wire, ENDLESS)
                } else {
                    (Class::Rust, "Existing clients no longer receive it, but code uses its variant.")
                };
                self.note("", class, "is removed", why);
                continue;
            };
            let (class, why) = if before.ends {
                (Class::Wire, ENDLESS)
            } else {
                (Class::Rust, "Existing clients do not know it by its new name, and code uses its variant.")
            };
            self.renamed_to(&before.wire, &after.wire, class, why);
            self.event(before, after);
        }
        for after in matched.added {
            self.turn_to(Place::Event(new.wire.clone(), after.wire.clone()), Vec::new());
            self.note("", Class::Compatible, "is new", "Events are open: readers keep unknown ones.");
        }
    }

    fn renamed_to(&mut self, old: &str, new: &str, class: Class, why: &str) {
        if old != new {
            self.is_renamed = true;
            self.note("", class, format!("is renamed to `{new}`"), why);
        }
    }

    fn method(&mut self, (old_service, old): (&Service, &Method), (new_service, new): (&Service, &Method)) {
        let name = |method: &Method| naming::method_name(method);
        if name(old) != name(new) && !self.is_renamed {
            let what = format!("is called `{}` instead of `{}`", name(new), name(old));
            self.note("", Class::Rust, what, "Code calls it by its old name.");
        }
        if old.until != new.until {
            self.note("", Class::Compatible, "has a different `until`", "Only documentation and hints change.");
        }
        self.ty(&old.params, &new.params, Direction::SENT, "params");
        self.ty(&old.result, &new.result, Direction::RECEIVED, "result");
        let (before, after) = ((&old.params, &*old.request_blobs), (&new.params, &*new.request_blobs));
        if !self.same_blobs(before, after, Direction::SENT) {
            self.note("params", Class::Wire, "has different blobs", "Existing clients send the old ones.");
        }
        let (before, after) = ((&old.result, &*old.response_blobs), (&new.result, &*new.response_blobs));
        if !self.same_blobs(before, after, Direction::RECEIVED) {
            self.note("result", Class::Wire, "has different blobs", "Existing clients expect the old ones.");
        }
        self.codes(old, new);
        let (before, after) = (transport(self.old, &old.transport), transport(self.new, &new.transport));
        if before != after {
            self.note(
                "",
                Class::Wire,
                format!("is sent {after} instead of {before}"),
                "Existing clients use the old transport.",
            );
        }
        self.subscription(old, new);
        match (old.idempotent, new.idempotent) {
            (true, false) => {
                let why = "Existing clients retry it when a connection fails.";
                self.note("", Class::Wire, "is no longer idempotent", why);
            }
            (false, true) => {
                self.note("", Class::Compatible, "is idempotent", "Existing clients do not retry it.");
            }
            _ => {}
        }
        let what = match (old.deadline_seconds, new.deadline_seconds) {
            (old, new) if old == new => None,
            (Some(old), Some(new)) => Some(format!("has a deadline of {new} s instead of {old} s")),
            (None, new) => new.map(|new| format!("has a deadline of {new} s instead of the default")),
            (old, None) => old.map(|old| format!("has the default deadline instead of {old} s")),
        };
        if let Some(what) = what {
            self.note("", Class::Compatible, what, "Existing clients keep the old one.");
        }
        match (&old.paging, &new.paging) {
            (None, Some(_)) => {
                self.note("", Class::Compatible, "is paginated", "Existing code reads the pages itself.")
            }
            (old, new) if old != new => {
                self.note("", Class::Rust, "is paginated differently", "Code relies on the old pagination.");
            }
            _ => {}
        }
        self.waiter((old_service, old), (new_service, new));
        self.remarks("", remarks(old), remarks(new));
    }

    fn subscription(&mut self, old: &Method, new: &Method) {
        match (&old.subscription, &new.subscription) {
            (None, Some(_)) => {
                let why = "Existing clients ignore events that they did not subscribe to.";
                self.note("", Class::Compatible, "affects a subscription", why);
            }
            (old, new) if old != new => {
                let what = "affects a subscription differently";
                self.note("", Class::Wire, what, "Existing clients keep the WebSocket open as before.");
            }
            _ => {}
        }
    }

    fn waiter(&mut self, (old_service, old): (&Service, &Method), (new_service, new): (&Service, &Method)) {
        let parts = |service: &Service, method: &Method| {
            let waiter = method.waiter.as_ref()?;
            let target = service.methods.get(waiter.method)?.wire.clone();
            Some((target, waiter.path.clone(), waiter.done.clone()))
        };
        match (parts(old_service, old), parts(new_service, new)) {
            (None, Some(_)) => {
                self.note("", Class::Compatible, "has a waiter", "Existing code polls by itself.");
            }
            (Some(_), None) => self.note("", Class::Rust, "no longer has a waiter", "Code uses the waiter."),
            (old, new) if old != new => {
                let what = "has a different waiter";
                self.note("", Class::Wire, what, "Existing clients wait for the old states.");
            }
            _ => {}
        }
    }

    fn event(&mut self, old: &Event, new: &Event) {
        self.ty(&old.params, &new.params, Direction::RECEIVED, "params");
        if !self.same_blobs((&old.params, &old.blobs), (&new.params, &new.blobs), Direction::RECEIVED) {
            self.note("params", Class::Wire, "has different blobs", "Existing clients expect the old ones.");
        }
        if old.id != new.id {
            let what = format!("has its id in `{}` instead of `{}`", new.id, old.id);
            self.note("", Class::Wire, what, "Existing clients look for it in the old one.");
        }
        if old.ends != new.ends {
            let what = if new.ends { "ends its subscription" } else { "no longer ends its subscription" };
            self.note("", Class::Wire, what, "Existing clients assume the old meaning.");
        }
        self.remarks("", words(&old.description, old.since.as_deref()), words(&new.description, new.since.as_deref()));
    }
}

fn words<'a>(description: &'a str, since: Option<&'a str>) -> Remarks<'a> {
    Remarks { description: Some(description), since, deprecated: None }
}

fn transport(api: &Api, transport: &Transport) -> String {
    match transport {
        Transport::Http => "over HTTP".to_owned(),
        Transport::WebSocket => "on the WebSocket".to_owned(),
        Transport::WebSocketUnless { param, equals } => format!("on the WebSocket unless `{param}` is {equals}"),
        Transport::OpenWebSocketElse { error } => {
            let code = api.errors.get(*error).map_or("", |error| &error.code);
            format!("on an open WebSocket, or else fails with `{code}`")
        }
    }
}

fn remarks(method: &Method) -> Remarks<'_> {
    Remarks { deprecated: method.deprecated.as_ref(), ..words(&method.description, method.since.as_deref()) }
}
