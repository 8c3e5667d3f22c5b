//! The model → a reference to read: static pages that need no server.

mod code;
mod frame;
mod index;
mod method;
mod page;
mod prose;
mod python;
mod reach;
mod rust;
mod sample;
mod types;
mod typescript;

use crate::ir::Api;
use crate::{EmitError, Files, Options};

/// What the pages are made of.
struct Site<'a> {
    api: &'a Api,
    rust: rust::Excerpts,
    typescript: typescript::Declarations,
}

/// Emits every page, and what they load.
pub(crate) fn emit(api: &Api) -> Result<Files, EmitError> {
    let code = crate::rust(api, &Options::default())?;
    let declarations = crate::exports(api, "api").remove("api.d.ts").unwrap_or_default();
    let site = Site {
        api,
        rust: rust::Excerpts::new(code),
        typescript: typescript::Declarations::new(declarations, &api.type_prefix),
    };
    let mut files = Files::from([
        ("assets/style.css".to_owned(), include_str!("site/assets/style.css").to_owned()),
        ("assets/site.js".to_owned(), include_str!("site/assets/site.js").to_owned()),
        ("assets/search.js".to_owned(), index::search(&site)),
        ("index.html".to_owned(), index::root(&site)),
        ("types/index.html".to_owned(), index::types(&site)),
    ]);
    for (number, service) in api.services.iter().enumerate() {
        files.insert(page::service(service), index::service(&site, service));
        for method in &service.methods {
            files.insert(page::method(service, method), method::page(&site, number, method));
        }
    }
    for (id, definition) in reach::with_pages(api) {
        files.insert(page::type_path(api, definition), types::page(&site, id, definition));
    }
    Ok(files)
}
