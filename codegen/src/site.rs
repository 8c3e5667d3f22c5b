//! The model → a reference to read: static pages that need no server.

mod bytes;
mod code;
mod detached;
mod frame;
mod history;
mod layout;
mod pages;
mod paths;
mod prose;
mod python;
mod reach;
mod rust;
mod sample;
mod search;
mod tensors;
mod typescript;

use std::path::Path;

use crate::ir::Api;
use crate::output::{EmitError, Files};
use crate::rust::reference::Reference;

/// What the head of every page has.
const MARK: &str = "<meta name=\"generator\" content=\"decthings-codegen\">";

/// The index of the search.
const INDEX: &str = "assets/search-index.js";

/// What pages load beside the index of the search.
const ASSETS: [(&str, &str); 5] = [
    ("assets/code.css", include_str!("site/assets/code.css")),
    ("assets/minisearch.js", include_str!("site/assets/minisearch.js")),
    ("assets/search.js", include_str!("site/assets/search.js")),
    ("assets/site.js", include_str!("site/assets/site.js")),
    ("assets/style.css", include_str!("site/assets/style.css")),
];

/// What pages are made of.
struct Site<'a> {
    api: &'a Api,
    crate_name: &'a str,
    /// An older definition, whose differences are shown.
    previous: Option<&'a Api>,
    reference: Reference,
    painter: code::Painter,
}

/// Emits every page, and what they load.
pub(crate) fn emit(api: &Api, crate_name: &str, previous: Option<&Api>) -> Result<Files, EmitError> {
    let site = Site { api, crate_name, previous, reference: Reference::new(api)?, painter: code::Painter::default() };
    let pages = pages::all(&site);
    let mut files: Files = ASSETS.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    files.insert(INDEX.to_owned(), search::index(api));
    for (position, page) in pages.iter().enumerate() {
        let previous = position.checked_sub(1).and_then(|before| pages.get(before));
        let html = layout::document(api, page, previous, pages.get(position.saturating_add(1)));
        files.insert(page.path.trim_start_matches('/').to_owned(), html);
    }
    Ok(files)
}

/// Whether a file is a page, or what pages load.
pub fn is_part(path: &Path, text: &str) -> bool {
    text.contains(MARK) || path.ends_with(INDEX) || ASSETS.iter().any(|(asset, _)| path.ends_with(asset))
}
