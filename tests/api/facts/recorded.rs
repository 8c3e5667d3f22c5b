//! The account of the facts file, with the widths of the hints file.

use std::collections::{BTreeMap, BTreeSet};

use super::account::{Account, presence, when};
use super::recorded_file::{Blob, Change, Codes, Condition, Event, Field, File, KeepAlive, Method, Service, Shape};

/// Width by path, for each method and for `events`.
type Hints = BTreeMap<String, BTreeMap<String, String>>;

/// The account of the two files. `chosen` gives widths by the end of a place where there is no hint; returns its unused
/// entries as well.
pub fn account<'a>(facts: &str, hints: &str, chosen: &'a [(&'a str, &'a str)]) -> (Account, Vec<&'a str>) {
    let file: File = serde_json::from_str(facts).unwrap();
    let mut hints: Hints = serde_json::from_str(hints).unwrap();
    let mut unused: BTreeSet<&str> = chosen.iter().map(|(end, _)| *end).collect();
    let mut account = Account::default();
    account.say("API", "revision", format!("revision {}", file.revision));
    account.say("API", "HTTP", &file.defaults.http);
    account.say("API", "WebSocket", &file.defaults.ws);
    account.say("API", "number of methods", format!("{} methods", file.method_counts.total));
    account.say("API", "number of events", format!("{} events", file.method_counts.event_total));
    account.order("services", names(&file.apis));

    let mut event_hints = widths(hints.remove("events").unwrap_or_default());
    let mut used_event_hints = BTreeSet::new();
    for (service_name, service) in &file.apis {
        account.say(service_name, "presence", "a service");
        account.order(&format!("methods of {service_name}"), names(&service.methods));
        account.order(&format!("events of {service_name}"), names(&service.events));
        for (name, method) in &service.methods {
            let at = format!("{service_name}.{name}");
            let mut collector = Collector {
                account: &mut account,
                types: &file.types,
                hints: method_hints(method, hints.remove(&at).unwrap_or_default()),
                hint_root: String::new(),
                used_hints: BTreeSet::new(),
                chosen,
                unused: &mut unused,
                at,
            };
            collector.method(method);
            collector.left_over();
        }
        for (name, event) in &service.events {
            let at = format!("{service_name} event {name}");
            let mut collector = Collector {
                account: &mut account,
                types: &file.types,
                hints: std::mem::take(&mut event_hints),
                hint_root: format!("event<{name}>"),
                used_hints: std::mem::take(&mut used_event_hints),
                chosen,
                unused: &mut unused,
                at,
            };
            collector.event(event, service);
            event_hints = collector.hints;
            used_event_hints = collector.used_hints;
        }
    }
    // Hints that match nothing are differences.
    for method in hints.keys() {
        account.say(method, "width", "with hints of widths");
    }
    for (path, width) in event_hints.iter().filter(|(path, _)| !used_event_hints.contains(*path)) {
        account.say(path, "width", width);
    }
    (account, unused.into_iter().collect())
}

fn names<T>(entries: &[(String, T)]) -> impl Iterator<Item = &str> {
    entries.iter().map(|(name, _)| name.as_str())
}

fn widths(hints: BTreeMap<String, String>) -> BTreeMap<String, String> {
    let width = |hint: &str| match hint {
        "f32" => "float".to_owned(),
        "f64" => "double".to_owned(),
        _ => hint.replace('i', "int").replace('u', "uint"),
    };
    hints.into_iter().map(|(path, hint)| (path.replace("[]", ""), width(&hint))).collect()
}

/// The hints of a method, whose paths are those of another client's types, under the paths of the facts.
fn method_hints(method: &Method, hints: BTreeMap<String, String>) -> BTreeMap<String, String> {
    let moved = |path: String| {
        for key in &method.result_exactly_one_of {
            if let Some(rest) = path.strip_prefix(&format!("result<{key}>")) {
                return format!("result.{key}{rest}");
            }
        }
        let entries = method.response_blobs.iter().find(|blob| blob.rule == "dataset-entries");
        match entries.and_then(|blob| Some((blob.indexes_from.as_ref()?, blob.to.as_ref()?))) {
            Some((indexes, to)) if path == format!("result.{indexes}") => format!("result.{to}.data.index"),
            _ => path,
        }
    };
    widths(hints).into_iter().map(|(path, width)| (moved(path), width)).collect()
}

struct Collector<'a, 'c> {
    account: &'a mut Account,
    types: &'a BTreeMap<String, Shape>,
    hints: BTreeMap<String, String>,
    /// What paths of hints begin with, in place of `params`.
    hint_root: String,
    used_hints: BTreeSet<String>,
    chosen: &'c [(&'c str, &'c str)],
    unused: &'a mut BTreeSet<&'c str>,
    /// The method or event.
    at: String,
}

impl Collector<'_, '_> {
    fn method(&mut self, method: &Method) {
        let at = self.at.clone();
        self.account.say(&at, "transport", &method.transport);
        if let Some(KeepAlive { op, id_from, when }) = &method.keepalive {
            let when = when.as_deref().unwrap_or_default();
            self.account.say(&at, "subscription", format!("{op} {id_from} when {when}"));
        }
        if !method.result_exactly_one_of.is_empty() {
            let keys = method.result_exactly_one_of.join(", ");
            self.account.say(format!("{at} result"), "choice", format!("exactly one of {keys}"));
        }
        let params = format!("{at} params");
        self.account.say(&params, "type", "object");
        self.fields(&params, &method.params);
        let result = self.shape(&format!("{at} result"), &method.result);
        self.account.say(format!("{at} result"), "type", result);
        for Codes { codes, fields } in &method.errors {
            for code in codes {
                let error = format!("{at} error {code}");
                self.account.say(&error, "presence", "declared");
                self.fields(&error, fields);
            }
        }
        for (path, value) in &method.server_defaults {
            self.account.say(format!("{params}.{}", path.replace("[]", "")), "default", format!("default {value}"));
        }
        for (side, blobs) in [("request", &method.request_blobs), ("response", &method.response_blobs)] {
            for blob in blobs {
                self.blob(side, blob);
            }
            self.account.order(&format!("{at} {side} blobs"), blobs.iter().filter_map(Blob::place));
        }
        for (side, root, changes) in
            [("request", "params", &method.wire_param_changes), ("response", "result", &method.wire_result_changes)]
        {
            for change in changes {
                self.change(side, root, change);
            }
        }
    }

    fn event(&mut self, event: &Event, service: &Service) {
        let at = self.at.clone();
        let params = format!("{at} params");
        self.account.say(&params, "type", "object");
        self.fields(&params, &event.params);
        if let Some(field) = &event.blob_field {
            self.account.say(format!("{at} blob {field}"), "rule", "bytes");
        }
        let ids: BTreeSet<&str> = service
            .methods
            .iter()
            .filter_map(|(_, method)| method.keepalive.as_ref()?.id_from.split_once('.'))
            .map(|(_, id)| id)
            .collect();
        self.account.say(&at, "subscription", Vec::from_iter(ids).join(", "));
        let end = match &event.keepalive {
            Some(KeepAlive { op, id_from, .. }) => format!("{op} {id_from}"),
            None => "the subscription goes on".to_owned(),
        };
        self.account.say(&at, "end", end);
    }

    fn blob(&mut self, side: &str, blob: &Blob) {
        let place = format!("{} {side} blob {}", self.at, blob.place().unwrap_or_default());
        let account = &mut *self.account;
        account.say(&place, "rule", &blob.rule);
        for (aspect, value) in [
            ("names", blob.names_to.as_ref().or(blob.names_from.as_ref())),
            ("keys", blob.keys_from.as_ref()),
            ("indexes", blob.indexes_from.as_ref()),
        ] {
            if let Some(value) = value {
                account.say(&place, aspect, format!("{aspect} at {value}"));
            }
        }
        if !blob.accept.is_empty() {
            account.say(&place, "content", Vec::from_iter(blob.accept.iter().map(String::as_str)).join(" or "));
        }
        let mut conditions = conditions(&blob.when);
        conditions.extend(blob.only_if_present.iter().map(|key| format!("{key} is present")));
        account.say(&place, "condition", when(conditions));
    }

    fn change(&mut self, side: &str, root: &str, change: &Change) {
        let Change { op, path, from, .. } = change;
        if op.starts_with("base64") {
            let place = format!("{} {root}.{}", self.at, path.replace("[]", ""));
            self.account.say(place, "base64", format!("base64 {}", when(conditions(&change.when))));
            return;
        }
        let place = format!("{} {side} change {op} {path}", self.at);
        self.account.say(&place, "condition", when(conditions(&change.when)));
        if let Some(from) = from {
            self.account.say(&place, "origin", format!("from {from}"));
        }
    }

    fn fields(&mut self, at: &str, fields: &[Field]) {
        for field in fields {
            let place = format!("{at}.{}", field.name);
            self.account.say(&place, "presence", presence(field.optional));
            let words = self.shape(&place, &field.shape);
            self.account.say(&place, "type", words);
        }
        self.account.order(&format!("order of {at}"), fields.iter().map(|field| field.name.as_str()));
    }

    /// The type in words. Adds what is inside.
    fn shape(&mut self, at: &str, shape: &Shape) -> String {
        match shape {
            Shape::String => "string".to_owned(),
            Shape::Boolean => "boolean".to_owned(),
            Shape::Number => {
                self.width(at);
                "number".to_owned()
            }
            Shape::Bigint => "bigint".to_owned(),
            Shape::Buffer => "bytes".to_owned(),
            Shape::Tensor => "tensor".to_owned(),
            Shape::Enum { values } => format!("enum {}", values.join("|")),
            Shape::Array { items } => format!("list of {}", self.shape(at, items)),
            Shape::Object { fields } => {
                self.fields(at, fields);
                "object".to_owned()
            }
            Shape::Union { discriminator, variants } => {
                let tags = || variants.iter().flat_map(|variant| variant.tags.iter().map(move |tag| (tag, variant)));
                for (tag, variant) in tags() {
                    let place = format!("{at}<{tag}>");
                    self.account.say(&place, "presence", "a variant");
                    self.fields(&place, &variant.fields);
                }
                self.account.order(&format!("variants of {at}"), tags().map(|(tag, _)| tag.as_str()));
                format!("union by {discriminator}")
            }
            Shape::AnyOf { options } => {
                let mut words: Vec<String> = options.iter().map(|option| self.shape(at, option)).collect();
                words.sort();
                words.join(" or ")
            }
            Shape::Ref { name } => self.shape(at, self.types.get(name).unwrap_or_else(|| panic!("no type {name}"))),
        }
    }

    fn width(&mut self, at: &str) {
        let inside = at.strip_prefix(&self.at).unwrap_or(at).trim_start();
        let path = match self.hint_root.as_str() {
            "" => inside.to_owned(),
            root => inside.replacen("params", root, 1),
        };
        if let Some(width) = self.hints.get(&path) {
            self.account.say(at, "width", width);
            self.used_hints.insert(path);
        } else if let Some((end, width)) = self.chosen.iter().find(|(end, _)| at.ends_with(end)) {
            self.account.say(at, "width", *width);
            self.unused.remove(end);
        }
    }

    /// Adds the hints that match no number of the method: some use an alias, which the definition must have.
    fn left_over(&mut self) {
        for (path, width) in self.hints.iter().filter(|(path, _)| !self.used_hints.contains(*path)) {
            self.account.say(format!("{} {path}", self.at), "width", width);
        }
    }
}

impl Blob {
    fn place(&self) -> Option<&str> {
        self.path.as_deref().or(self.to.as_deref())
    }
}

fn conditions(when: &[Condition]) -> Vec<String> {
    when.iter().map(|Condition { path, equals }| format!("{path}={equals}")).collect()
}
