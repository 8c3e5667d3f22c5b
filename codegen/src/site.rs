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

use std::collections::BTreeSet;
use std::path::Path;

pub use self::paths::is_folder;

use crate::ir::Api;
use crate::output::{Base, EmitError, Files};
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

/// A revision of an API, with its part of the reference.
#[derive(Clone, Debug)]
pub struct Revision<'a> {
    /// The API.
    pub api: &'a Api,
    /// The name, for the switch between revisions.
    pub name: &'a str,
    /// The folder of its pages, a single name; empty for pages at the top.
    pub folder: &'a str,
    /// The path of its module in the crate, such as `api`.
    pub module: &'a str,
    /// The definition that it is built on.
    pub base: Option<Base<'a>>,
    /// An older definition: a page lists what has changed since.
    pub since: Option<&'a Api>,
}

impl<'a> Revision<'a> {
    /// The only revision of an API, in the module `api`.
    pub fn new(api: &'a Api) -> Self {
        Self { api, name: "", folder: "", module: "api", base: None, since: None }
    }
}

/// What pages are made of.
struct Site<'a> {
    api: &'a Api,
    crate_name: &'a str,
    revision: &'a Revision<'a>,
    reference: Reference,
    painter: code::Painter,
}

/// A link to the same page in another revision, or to its overview.
struct Switch<'a> {
    name: &'a str,
    path: String,
    is_current: bool,
}

/// Emits every page, and what they load.
pub(crate) fn emit(revisions: &[Revision<'_>], crate_name: &str) -> Result<Files, EmitError> {
    let mut files = Files::new();
    let mut sites = Vec::new();
    for revision in revisions {
        let reference = Reference::new(revision.api, revision.base.as_ref())?;
        let site = Site { api: revision.api, crate_name, revision, reference, painter: code::Painter::default() };
        let pages = pages::all(&site);
        let paths: BTreeSet<String> = pages.iter().map(|page| page.path.clone()).collect();
        sites.push((revision, pages, paths));
    }
    for (revision, pages, _) in &sites {
        let file = |path: &str| paths::in_folder(revision.folder, path);
        files.extend(ASSETS.iter().map(|(path, text)| (file(path), (*text).to_owned())));
        files.insert(file(INDEX), search::index(revision.api));
        for (position, page) in pages.iter().enumerate() {
            let others = sites.iter().filter(|_| sites.len() > 1);
            let switches = others.map(|(other, _, paths)| Switch {
                name: other.name,
                path: paths::across(
                    revision.folder,
                    other.folder,
                    if paths.contains(&page.path) { &page.path } else { paths::OVERVIEW },
                ),
                is_current: other.folder == revision.folder,
            });
            let previous = position.checked_sub(1).and_then(|before| pages.get(before));
            let neighbours = [previous, pages.get(position.saturating_add(1))];
            let html = layout::document(revision.api, page, neighbours, &switches.collect::<Vec<_>>());
            files.insert(file(page.path.trim_start_matches('/')), html);
        }
    }
    Ok(files)
}

/// Whether a file is a page, or what pages load.
pub fn is_part(path: &Path, text: &str) -> bool {
    text.contains(MARK) || path.ends_with(INDEX) || ASSETS.iter().any(|(asset, _)| path.ends_with(asset))
}
