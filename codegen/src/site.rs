//! The model → a reference to read: static pages that need no server.

mod frame;
mod html;
mod index;
mod method;
mod page;
mod python;
mod reach;
mod rust;
mod sample;
mod types;
mod typescript;

use crate::ir::Api;
use crate::output::{EmitError, Files};
use crate::rust::reference::Reference;

/// What the head of every page has.
pub const MARK: &str = "<meta name=\"generator\" content=\"decthings-codegen\">";

/// Emits every page, and what they load.
pub(crate) fn emit(api: &Api, crate_name: &str) -> Result<Files, EmitError> {
    let in_rust = rust::View { api, crate_name, reference: Reference::new(api)? };
    let mut files = Files::from([
        ("assets/style.css".to_owned(), include_str!("site/assets/style.css").to_owned()),
        ("assets/site.js".to_owned(), include_str!("site/assets/site.js").to_owned()),
        ("assets/search.js".to_owned(), index::search(api)),
        ("index.html".to_owned(), index::root(api, crate_name)),
        ("types/index.html".to_owned(), index::types(api)),
    ]);
    for service in &api.services {
        files.insert(page::service(service), index::service(api, service));
        for method in &service.methods {
            files.insert(page::method(service, method), method::page(api, service, method, &in_rust));
        }
    }
    for (id, definition) in reach::with_pages(api) {
        files.insert(page::type_path(api, definition), types::page(api, id, definition, &in_rust));
    }
    Ok(files)
}
