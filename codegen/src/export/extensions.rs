//! What a client has to know of a method beside its types: members `x-…` of its description, in the form of the
//! definition's keywords.

use serde_json::{Map, Value, json};

use crate::ir::types::{Type, UnionStyle};
use crate::ir::{Api, Event, Method, Service, Subscription, Transport, Waiter};

/// The members for a method.
pub(super) fn of_method(api: &Api, service: &Service, method: &Method) -> Map<String, Value> {
    let retryable = api.errors_of(method).filter(|error| error.retryable).map(|error| error.code.as_str());
    let mut members = Map::from_iter([
        ("x-idempotent".to_owned(), method.idempotent.into()),
        ("x-retryable".to_owned(), retryable.collect()),
        ("x-transport".to_owned(), transport(api, &method.transport)),
    ]);
    let mut add = |name: &str, value: Option<Value>| members.extend(value.map(|value| (name.to_owned(), value)));
    add("x-deadline-seconds", method.deadline_seconds.map(Value::from));
    add("x-subscription", method.subscription.as_ref().map(subscription));
    add("x-waiter", method.waiter.as_ref().and_then(|followed| waiter(api, service, followed)));
    add(
        "x-paginated",
        method.paging.as_ref().map(|paging| {
            json!({
                "items": paging.items,
                "offset": paging.offset,
                "limit": paging.limit,
                "total": paging.total
            })
        }),
    );
    members
}

/// The member for an event.
pub(super) fn of_event(event: &Event) -> Value {
    json!({ "id": event.id, "ends": event.ends })
}

fn transport(api: &Api, transport: &Transport) -> Value {
    match transport {
        Transport::Http => "http".into(),
        Transport::WebSocket => "websocket".into(),
        Transport::WebSocketUnless { param, equals } => {
            json!({ "websocketUnless": { "param": param, "equals": equals } })
        }
        Transport::OpenWebSocketElse { error } => {
            json!({ "openWebsocketElse": api.errors.get(*error).map(|error| &error.code) })
        }
    }
}

fn subscription(subscription: &Subscription) -> Value {
    let path = place(subscription.in_result, &subscription.field);
    if subscription.opens { json!({ "opens": path }) } else { json!({ "closes": path }) }
}

fn waiter(api: &Api, service: &Service, waiter: &Waiter) -> Option<Value> {
    let name = |index: usize| service.methods.get(index).map(|method| method.wire.as_str());
    let polled = service.methods.get(waiter.method)?;
    let ids: Map<String, Value> =
        waiter.ids.iter().map(|id| (id.param.clone(), place(id.in_result, &id.field).into())).collect();
    let mut members = Map::from_iter([
        ("method".to_owned(), polled.wire.as_str().into()),
        ("ids".to_owned(), ids.into()),
        ("done".to_owned(), waiter.done.as_str().into()),
        ("failed".to_owned(), waiter.failed.as_str().into()),
    ]);
    let mut add = |name: &str, value: Option<Value>| members.extend(value.map(|value| (name.to_owned(), value)));
    add("path", stage(api, &polled.result, &waiter.path).map(Value::from));
    add("alreadyFinished", waiter.already_finished.as_deref().map(Value::from));
    add("cancel", waiter.cancel.and_then(name).map(Value::from));
    add(
        "metrics",
        waiter.metrics.as_ref().map(|metrics| {
            json!({
                "method": name(metrics.method),
                "list": metrics.list,
                "name": metrics.name,
                "start": metrics.start,
                "amount": metrics.amount,
                "values": metrics.values
            })
        }),
    );
    Some(members.into())
}

/// The way from a result to the tag that says whether the work is done. There is none where the name of the result's only
/// member says so.
fn stage(api: &Api, result: &Type, path: &[String]) -> Option<String> {
    let mut ty = result.clone();
    for name in path {
        ty = api.object(&ty)?.field(name)?.ty.clone();
    }
    let tag = match &api.union(&ty)?.style {
        UnionStyle::Tagged { property } => Some(property),
        UnionStyle::Keyed | UnionStyle::Kinded => None,
    };
    let names: Vec<&str> = path.iter().chain(tag).map(String::as_str).collect();
    (!names.is_empty()).then(|| names.join("."))
}

fn place(in_result: bool, field: &str) -> String {
    format!("{}.{field}", if in_result { "result" } else { "params" })
}
