//! The account of the resolved definition.

use std::collections::BTreeSet;

use decthings_codegen::ir::{
    Absent, Api, BlobKind, BlobRule, Event, Field, Method, Object, Service, Transport, Type, TypeKind, Union,
    UnionStyle,
};

use super::account::{Account, join, presence, when};

/// The account of a definition.
pub fn account(api: &Api) -> Account {
    let mut account = Account::default();
    let count = |size: fn(&Service) -> usize| api.services.iter().map(size).sum::<usize>();
    account.say("API", "revision", format!("revision {}", api.revision.as_deref().unwrap_or("none")));
    account.say("API", "HTTP", api.http.as_deref().unwrap_or("none"));
    account.say("API", "WebSocket", api.websocket.as_deref().unwrap_or("none"));
    account.say("API", "number of methods", format!("{} methods", count(|service| service.methods.len())));
    account.say("API", "number of events", format!("{} events", count(|service| service.events.len())));
    account.order("services", api.services.iter().map(|service| service.wire.as_str()));
    for service in &api.services {
        let name = &service.wire;
        account.say(name, "presence", "a service");
        account.order(&format!("methods of {name}"), service.methods.iter().map(|method| method.wire.as_str()));
        account.order(&format!("events of {name}"), service.events.iter().map(|event| event.wire.as_str()));
        for method in &service.methods {
            let at = format!("{name}.{}", method.wire);
            Collector { api, account: &mut account, at, texts: BTreeSet::new() }.method(method);
        }
        for event in &service.events {
            let at = format!("{name} event {}", event.wire);
            Collector { api, account: &mut account, at, texts: BTreeSet::new() }.event(event);
        }
    }
    account
}

struct Collector<'a> {
    api: &'a Api,
    account: &'a mut Account,
    /// The method or event.
    at: String,
    /// Parameters of bytes that may be given as text.
    texts: BTreeSet<String>,
}

impl Collector<'_> {
    fn method(&mut self, method: &Method) {
        let at = self.at.clone();
        let (transport, condition) = match &method.transport {
            Transport::Http => ("http".to_owned(), "ok"),
            Transport::WebSocket => ("ws".to_owned(), "ok"),
            Transport::WebSocketUnless { param, equals: false } if param == "subscribeToEvents" => {
                ("ws-if-subscribed-default-true".to_owned(), "ok-and-subscribed")
            }
            Transport::WebSocketUnless { param, equals } => (format!("ws unless {param} is {equals}"), "ok"),
            Transport::OpenWebSocketElse { error } => match self.api.errors[*error].code.as_str() {
                "not_subscribed" => ("ws-if-open".to_owned(), "ok-or-not-sent"),
                code => (format!("ws if open, else {code}"), "ok-or-not-sent"),
            },
        };
        self.account.say(&at, "transport", transport);
        if let Some(subscription) = &method.subscription {
            let op = if subscription.opens { "add" } else { "remove" };
            let root = if subscription.in_result { "result" } else { "params" };
            let words = format!("{op} {root}.{} when {condition}", subscription.field);
            self.account.say(&at, "subscription", words);
        }
        self.root("params", &method.params);
        self.root("result", &method.result);
        for error in &method.errors {
            let shape = &self.api.errors[*error];
            let place = format!("{at} error {}", shape.code);
            self.account.say(&place, "presence", "declared");
            let fields = shape.fields.as_ref().map(|fields| self.api.object(fields).expect("an object"));
            self.object(&place, fields.unwrap_or(&Object::default()), None);
        }
        let requests: Vec<String> = method.request_blobs.iter().map(|rule| self.request_blob(rule)).collect();
        self.account.order(&format!("{at} request blobs"), requests.iter().map(String::as_str));
        let in_keyed_union = self.api.union(&method.result).is_some();
        let responses: Vec<String> =
            method.response_blobs.iter().map(|rule| self.response_blob(rule, in_keyed_union)).collect();
        self.account.order(&format!("{at} response blobs"), responses.iter().map(String::as_str));
    }

    fn event(&mut self, event: &Event) {
        let at = self.at.clone();
        self.root("params", &event.params);
        for rule in &event.blobs {
            let kind = if rule.kind == BlobKind::Bytes { "bytes".to_owned() } else { format!("{:?}", rule.kind) };
            self.account.say(format!("{at} blob {}", rule.path), "rule", kind);
        }
        self.account.say(&at, "subscription", &event.id);
        let end =
            if event.ends { format!("remove params.{}", event.id) } else { "the subscription goes on".to_owned() };
        self.account.say(&at, "end", end);
    }

    /// Adds a blob of the request and what it does to the JSON; returns its path in the facts.
    fn request_blob(&mut self, rule: &BlobRule) -> String {
        let (mut path, conditions) = place(rule);
        let condition = when(conditions);
        let beside = |names: &str| match path.rsplit_once('.') {
            Some((parent, _)) => join(parent, names),
            None => names.to_owned(),
        };
        let mut aspects = vec![("condition", condition.clone())];
        let mut added = None;
        let (name, op) = match &rule.kind {
            BlobKind::Bytes => {
                let text = self.texts.contains(&path);
                aspects.push(("content", if text { "buffer or string-utf8" } else { "buffer" }.to_owned()));
                ("param-field", "remove")
            }
            BlobKind::Keyed { names, at_root, key, .. } => {
                let names = if *at_root { names.clone() } else { beside(names) };
                aspects.push(("names", format!("names at {names}")));
                added = Some((names, format!("from {path}[].{key}")));
                ("state-entries", "remove")
            }
            BlobKind::Tensors { .. } => {
                path = path.trim_end_matches("[].data").to_owned();
                ("parameter-providers", "strip-tensor-data")
            }
            BlobKind::Entries { .. } => ("dataset-entries", "replace-with-sorted-key-names"),
            BlobKind::Tensor => ("one tensor", "remove"),
            BlobKind::IndexedEntries { .. } => ("indexed entries", "replace"),
        };
        aspects.push(("rule", name.to_owned()));
        let blob = format!("{} request blob {path}", self.at);
        for (aspect, words) in aspects {
            self.account.say(&blob, aspect, words);
        }
        let change = |op, path: &str| format!("{} request change {op} {path}", self.at);
        self.account.say(change(op, &path), "condition", condition.clone());
        if let Some((names, origin)) = added {
            self.account.say(change("add", &names), "condition", condition);
            self.account.say(change("add", &names), "origin", origin);
        }
        path
    }

    /// Adds a blob of the response and what it does to the JSON; returns its path in the facts.
    fn response_blob(&mut self, rule: &BlobRule, in_keyed_union: bool) -> String {
        let (path, mut conditions) = place(rule);
        if in_keyed_union {
            let key = path.split('.').next().unwrap_or_default();
            conditions.push(format!("{key} is present"));
        }
        let blob = format!("{} response blob {path}", self.at);
        self.account.say(&blob, "condition", when(conditions));
        let (name, removed) = match &rule.kind {
            BlobKind::Bytes => ("result-field", None),
            BlobKind::Tensor => ("tensor-per-entry", None),
            BlobKind::Tensors { .. } => ("tensors-per-item", None),
            BlobKind::Keyed { names, .. } => {
                self.account.say(&blob, "names", format!("names at {names}"));
                ("state-entries", Some(names))
            }
            BlobKind::IndexedEntries { indexes, .. } => {
                self.account.say(&blob, "keys", format!("keys at {path}"));
                self.account.say(&blob, "indexes", format!("indexes at {indexes}"));
                ("dataset-entries", Some(indexes))
            }
            BlobKind::Entries { .. } => ("entries", None),
        };
        self.account.say(&blob, "rule", name);
        if let Some(removed) = removed {
            self.account.say(format!("{} response change remove {removed}", self.at), "condition", "always");
        }
        path
    }

    fn root(&mut self, root: &str, ty: &Type) {
        let place = format!("{} {root}", self.at);
        let words = self.ty(&place, &place, ty);
        self.account.say(&place, "type", words);
    }

    /// `tag` is the member that a union takes out of its variants.
    fn object(&mut self, at: &str, object: &Object, tag: Option<&str>) {
        let constant = object.constant.as_ref().filter(|(name, _)| tag != Some(name));
        if let Some((name, value)) = constant {
            let place = format!("{at}.{name}");
            self.account.say(&place, "presence", presence(false));
            self.account.say(&place, "type", format!("enum {value}"));
        }
        for field in &object.fields {
            self.field(at, field);
        }
        let names = constant.map(|(name, _)| name.as_str()).into_iter();
        self.account
            .order(&format!("order of {at}"), names.chain(object.fields.iter().map(|field| field.wire.as_str())));
    }

    fn field(&mut self, at: &str, field: &Field) {
        let place = format!("{at}.{}", field.wire);
        // The hints use the alias, if there is one.
        let hinted = field.aliases.first().map_or(place.clone(), |alias| format!("{at}.{alias}"));
        let words = self.ty(&place, &hinted, &field.ty);
        let words = if field.accepts_text { format!("{words} or string") } else { words };
        self.account.say(&place, "presence", presence(!field.required));
        self.account.say(&place, "type", words);
        if holds_base64(&field.ty) {
            self.account.say(&place, "base64", "base64 always");
        }
        if field.accepts_text
            && let Some(path) = place.strip_prefix(&format!("{} params.", self.at))
        {
            self.texts.insert(path.to_owned());
        }
        // The facts have defaults of optional parameters only, not of results.
        if let Some(absent) = &field.absent
            && !field.required
            && place.starts_with(&format!("{} params", self.at))
        {
            let value = match absent {
                Absent::Literal(value) => value.to_string(),
                Absent::Described(text) => match text.as_str() {
                    "everything" => "\"<all>\"".to_owned(),
                    "the active state" => "\"<active>\"".to_owned(),
                    "the current one" => "\"<current>\"".to_owned(),
                    text => format!("\"<{text}>\""),
                },
            };
            self.account.say(&place, "default", format!("default {value}"));
        }
    }

    /// The type in words. Adds what is inside, and its width at `hinted`.
    fn ty(&mut self, at: &str, hinted: &str, ty: &Type) -> String {
        let width = match ty {
            Type::String => return "string".to_owned(),
            Type::Boolean => return "boolean".to_owned(),
            Type::Binary | Type::Base64 => return "bytes".to_owned(),
            Type::Tensor => return "tensor".to_owned(),
            Type::List(items) => return format!("list of {}", self.ty(at, hinted, items)),
            Type::Named(id) => {
                return match &self.api.types[id.0].kind {
                    TypeKind::Object(object) => {
                        self.object(at, object, None);
                        "object".to_owned()
                    }
                    TypeKind::Enum(known) => {
                        let values: Vec<&str> = known.values.iter().map(|value| value.wire.as_str()).collect();
                        format!("enum {}", values.join("|"))
                    }
                    TypeKind::Union(union) => self.union(at, hinted, union),
                };
            }
            Type::Int32 => "int32",
            Type::Int64 => "int64",
            Type::Uint32 => "uint32",
            Type::Uint64 => "uint64",
            Type::Float => "float",
            Type::Double => "double",
        };
        self.account.say(hinted, "width", width);
        "number".to_owned()
    }

    fn union(&mut self, at: &str, hinted: &str, union: &Union) -> String {
        let wires = || union.variants.iter().map(|variant| variant.wire.as_str());
        match &union.style {
            UnionStyle::Tagged { property } => {
                for variant in &union.variants {
                    let place = format!("{at}<{}>", variant.wire);
                    self.account.say(&place, "presence", "a variant");
                    let fields = variant.payload.as_ref().map(|payload| self.api.object(payload).expect("an object"));
                    self.object(&place, fields.unwrap_or(&Object::default()), Some(property));
                }
                self.account.order(&format!("variants of {at}"), wires());
                format!("union by {property}")
            }
            // In the facts this is an object with exactly one of its fields.
            UnionStyle::Keyed => {
                for variant in &union.variants {
                    let place = format!("{at}.{}", variant.wire);
                    self.account.say(&place, "presence", presence(true));
                    let words = self.ty(&place, &place, variant.payload.as_ref().expect("a payload"));
                    self.account.say(&place, "type", words);
                }
                self.account.order(&format!("order of {at}"), wires());
                let keys: Vec<&str> = wires().collect();
                self.account.say(at, "choice", format!("exactly one of {}", keys.join(", ")));
                "object".to_owned()
            }
            UnionStyle::Kinded => {
                let payloads = union.variants.iter().filter_map(|variant| variant.payload.as_ref());
                let mut words: Vec<String> = payloads.map(|payload| self.ty(at, hinted, payload)).collect();
                words.sort();
                words.join(" or ")
            }
        }
    }
}

/// The place of a blob without the variants around it, and these as conditions.
fn place(rule: &BlobRule) -> (String, Vec<String>) {
    let mut path = String::new();
    let mut conditions = Vec::new();
    for part in rule.path.split('<') {
        match part.split_once('>') {
            Some((condition, rest)) => {
                conditions.push(join(&path, condition));
                path += if path.is_empty() { rest.trim_start_matches('.') } else { rest };
            }
            None => path += part,
        }
    }
    (path, conditions)
}

fn holds_base64(ty: &Type) -> bool {
    match ty {
        Type::List(items) => holds_base64(items),
        ty => *ty == Type::Base64,
    }
}
