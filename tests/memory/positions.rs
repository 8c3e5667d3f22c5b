//! Every list in the JSON of the API, filled with many small items.

use std::fs;
use std::sync::Arc;

use bytes::Bytes;
use decthings::Router;
use decthings::api::dataset::DatasetService;
use decthings::api::debug::DebugService;
use decthings::api::dynamic::operation;
use decthings::api::fs::FsService;
use decthings::api::image::ImageService;
use decthings::api::language::LanguageService;
use decthings::api::model::ModelService;
use decthings::api::organization::OrganizationService;
use decthings::api::persistent_launcher::PersistentLauncherService;
use decthings::api::spawned::SpawnedService;
use decthings::api::terminal::TerminalService;
use decthings::api::user::UserService;
use decthings_tests::codec::{Codec, Property, Schema, Shape, join_request, join_response};
use decthings_tests::repository;
use serde_json::Value;

use crate::within_bound;

/// The size of each list. With it, the 1 MiB that every frame may take adds only a little to the bound.
const SIZE: usize = 96 << 10;

/// A string as long as short ids.
const ID: &str = "\"abcdefgh\"";

/// A list in JSON, between what stands before it and after it.
struct Position {
    before: String,
    after: String,
    /// The shortest valid item.
    item: String,
}

/// All lists in values of a type, whose JSON stands between these texts.
fn lists(schema: Schema<'_>, before: &str, after: &str, found: &mut Vec<Position>) {
    match schema.shape() {
        Shape::List(items) => {
            found.push(Position { before: before.to_owned(), after: after.to_owned(), item: minimal(items) });
            lists(items, &format!("{before}["), &format!("]{after}"), found);
        }
        Shape::Object(properties) => members(&properties, &format!("{before}{{"), after, found),
        Shape::Tagged(tag, variants) => {
            for (value, variant) in variants {
                members(&variant.properties(), &format!(r#"{before}{{"{tag}":"{value}","#), after, found);
            }
        }
        Shape::Keyed(keys) => {
            for key in keys {
                lists(key.schema, &format!(r#"{before}{{"{}":"#, key.name), &format!("}}{after}"), found);
            }
        }
        Shape::Kinded(alternatives) => alternatives.into_iter().for_each(|one| lists(one, before, after, found)),
        Shape::Plain | Shape::Float | Shape::Bytes | Shape::Base64 | Shape::Tensor => {}
    }
}

/// The lists in the properties of an object, each behind what else the object needs.
fn members(properties: &[Property<'_>], before: &str, after: &str, found: &mut Vec<Position>) {
    for property in properties.iter().filter(|property| property.constant().is_none()) {
        let place = match property.blob().map(names) {
            Some(Some("")) | None => property.name,
            Some(Some(names)) => names,
            Some(None) => continue,
        };
        let others = members_of(properties).into_iter().filter(|(name, _)| name != place);
        let others: String = others.map(|(name, json)| format!(r#""{name}":{json},"#)).collect();
        let (before, after) = (format!(r#"{before}{others}"{place}":"#), format!("}}{after}"));
        match property.blob() {
            Some(_) => found.push(Position { before, after, item: ID.to_owned() }),
            None => lists(property.schema, &before, &after, found),
        }
    }
}

/// The property with the names of a blob rule, if it has one; empty if it is the property of the rule itself.
fn names(rule: &Value) -> Option<&str> {
    match rule.as_str() {
        Some("bytes" | "tensor" | "tensors") => None,
        _ => Some(rule["keyed"].as_str().unwrap_or_default()),
    }
}

/// The names and the JSON of the properties that an object needs.
fn members_of(properties: &[Property<'_>]) -> Vec<(String, String)> {
    let mut members = Vec::new();
    for property in properties.iter().filter(|property| property.is_required) {
        let name = property.name.to_owned();
        match (property.constant(), property.blob()) {
            (Some(constant), _) => members.push((name, constant.to_string())),
            (None, None) => members.push((name, minimal(property.schema))),
            (None, Some(rule)) => {
                if let Some(names) = names(rule) {
                    members.push((if names.is_empty() { name } else { names.to_owned() }, "[]".to_owned()));
                }
                if let Some(indexes) = rule["entries"].as_str() {
                    members.push((indexes.to_owned(), "[]".to_owned()));
                }
            }
        }
    }
    members
}

/// The shortest JSON of a type, but with strings as long as short ids.
fn minimal(schema: Schema<'_>) -> String {
    let object = |properties: &[Property<'_>]| {
        let members = members_of(properties);
        let members: Vec<String> = members.iter().map(|(name, json)| format!(r#""{name}":{json}"#)).collect();
        format!("{{{}}}", members.join(","))
    };
    match schema.shape() {
        Shape::Plain => match schema.name() {
            "boolean" => "true".to_owned(),
            "string" => ID.to_owned(),
            _ => "0".to_owned(),
        },
        Shape::Float => "0".to_owned(),
        Shape::Base64 => ID.to_owned(),
        Shape::List(_) | Shape::Bytes | Shape::Tensor => "[]".to_owned(),
        Shape::Object(properties) => object(&properties),
        Shape::Tagged(_, variants) => object(&variants[0].1.properties()),
        Shape::Keyed(keys) => object(&keys[..1]),
        Shape::Kinded(alternatives) => minimal(alternatives[0]),
    }
}

impl Position {
    /// The JSON with a list of these items.
    fn filled(&self, item: &str) -> String {
        let items = vec![item; SIZE / (item.len() + 1)].join(",");
        format!("{}[{items}]{}", self.before, self.after)
    }
}

struct Nothing;

macro_rules! services {
    ($($service:ident.$method:ident),*) => {
        $(impl $service for Nothing {})*

        fn router() -> Router {
            Router::new()$(.$method(Arc::new(Nothing)))*
        }
    };
}

services! {
    DatasetService.dataset, DebugService.debug, FsService.fs, ImageService.image, LanguageService.language,
    ModelService.model, OrganizationService.organization, PersistentLauncherService.persistent_launcher,
    SpawnedService.spawned, TerminalService.terminal, UserService.user
}

/// Small valid items have to fit, too: the budget must not reject what servers may send.
fn assert_fits(position: &Position, what: &str, error: &str) {
    let Position { before, item, .. } = position;
    assert!(!error.contains("decoding needs more than"), "{what}: {before}[{item},…: {error}");
}

pub async fn every_position_stays_within_the_bound() {
    let definition = fs::read_to_string(repository("schema/decthings.json")).unwrap();
    let (codec, definition) = (Codec::new(&definition), serde_json::from_str::<Value>(&definition).unwrap());
    let router = router();
    let (mut requests, mut results) = (0, 0);
    for (service, content) in definition["services"].as_object().unwrap() {
        for method in content["methods"].as_object().unwrap().keys() {
            let name = format!("{service}.{method}");
            let mut found = Vec::new();
            lists(codec.params(service, method), "", "", &mut found);
            requests += found.len();
            for position in &found {
                for item in [position.item.as_str(), "{}", "null"] {
                    let body = Bytes::from(join_request::<&[u8]>(&position.filled(item), &[]));
                    let response = within_bound(&name, body.len(), router.handle(service, method, body.clone())).await;
                    if item == position.item {
                        assert_fits(position, &name, &String::from_utf8_lossy(&response.to_bytes()));
                    }
                }
            }
            let operation = operation(service, method).unwrap();
            found.clear();
            lists(codec.result(service, method), r#"{"result":"#, "}", &mut found);
            results += found.len();
            for position in &found {
                for item in [position.item.as_str(), "{}", "null"] {
                    // It is incomplete, which is found when everything else has been read.
                    let json = position.filled(item);
                    let body = Bytes::from(join_response::<&[u8]>(json.strip_suffix('}').unwrap(), &[]));
                    let decode = async { operation.decode_response(body.clone()) };
                    let error = within_bound(&name, body.len(), decode).await.unwrap_err().to_string();
                    if item == position.item {
                        assert_fits(position, &name, &error);
                        assert!(error.contains("EOF"), "{name}: {} {}: {error}", position.before, position.item);
                    }
                }
            }
        }
    }
    assert!(requests > 30 && results > 60, "{requests} {results}");
}
