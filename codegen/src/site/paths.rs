//! Where pages are. An address begins with `/`, the folder of the reference; the layout makes it relative.

use crate::ir::types::{Owner, TypeDef, TypeId};
use crate::ir::{Api, Event, Method, Service};
use crate::naming::case;

pub(super) const OVERVIEW: &str = "/index.html";
pub(super) const TYPES: &str = "/types.html";
pub(super) const ERRORS: &str = "/errors.html";
pub(super) const FRAMES: &str = "/frames.html";
pub(super) const CHANGES: &str = "/changes.html";

/// The path of a file of a revision whose pages are in this folder; it is empty for pages at the top.
pub(super) fn in_folder(folder: &str, file: &str) -> String {
    if folder.is_empty() { file.to_owned() } else { format!("{folder}/{file}") }
}

/// The address of a page of another revision, as pages of this one have it.
pub(super) fn across(from: &str, to: &str, page: &str) -> String {
    let up = if from.is_empty() { "" } else { "/.." };
    if to.is_empty() { format!("{up}{page}") } else { format!("{up}/{to}{page}") }
}

/// Folders that hold something else than a service.
const TAKEN: [&str; 2] = ["assets", "types"];

/// Whether pages of an API, or what they load, are in a folder of this name.
pub fn is_folder(api: &Api, name: &str) -> bool {
    TAKEN.contains(&name) || api.services.iter().any(|service| folder(service) == name)
}

fn folder(service: &Service) -> String {
    let name = case::kebab(&service.wire);
    if TAKEN.contains(&name.as_str()) { format!("{name}-service") } else { name }
}

pub(super) fn service(service: &Service) -> String {
    format!("/{}/index.html", folder(service))
}

pub(super) fn method(service: &Service, method: &Method) -> String {
    format!("/{}/{}.html", folder(service), method.wire)
}

pub(super) fn event(service: &Service, event: &Event) -> String {
    format!("/{}/event-{}.html", folder(service), event.wire)
}

pub(super) fn type_page(api: &Api, definition: &TypeDef) -> String {
    let owner = match definition.owner {
        Owner::Shared(_) => String::new(),
        Owner::Errors => "error-".to_owned(),
        Owner::Method(service, _) | Owner::Event(service, _) => {
            api.services.get(service).map(|service| case::kebab(&service.wire) + "-").unwrap_or_default()
        }
    };
    format!("/types/{owner}{}.html", definition.name)
}

/// The place of an error code on the page of errors.
pub(super) fn error(code: &str) -> String {
    format!("{ERRORS}#{code}")
}

/// The page of what is mentioned in a text: `Service.method`, `Service.event`, or the name of a shared type.
pub(super) fn mentioned(api: &Api, name: &str) -> Option<String> {
    let Some((service, member)) = name.split_once('.') else {
        let mut shared = api.types.iter().enumerate().filter(|(id, it)| it.owner == Owner::Shared(TypeId(*id)));
        return shared.find(|(_, it)| it.name == name && !it.services.is_empty()).map(|(_, it)| type_page(api, it));
    };
    let service = api.services.iter().find(|it| it.wire == service)?;
    let method = service.methods.iter().find(|it| it.wire == member).map(|it| self::method(service, it));
    method.or_else(|| service.events.iter().find(|it| it.wire == member).map(|it| event(service, it)))
}
