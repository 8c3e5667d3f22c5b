//! The reference: the content of its pages, its links, the frames it shows, and how it works in a browser.

mod browser;
mod frames;
mod other_apis;
mod pages;

use std::path::Path;
use std::sync::OnceLock;

use decthings_codegen::ir::Api;
use decthings_codegen::{Files, Revision, Source};
use decthings_tests::repository;

/// The reference of our own API.
fn ours() -> &'static (Api, Files) {
    static SITE: OnceLock<(Api, Files)> = OnceLock::new();
    SITE.get_or_init(|| {
        let api = load(&repository("schema/decthings.json"));
        let files = decthings_codegen::site(&[Revision::new(&api)], "decthings").unwrap();
        (api, files)
    })
}

fn load(path: &Path) -> Api {
    let text = std::fs::read_to_string(path).unwrap();
    decthings_codegen::load(&Source::new("definition.json", text)).unwrap_or_else(|it| panic!("{it}"))
}

/// The values of an attribute.
fn attributes<'t>(html: &'t str, name: &str) -> Vec<&'t str> {
    let start = format!(" {name}=\"");
    html.split(&start).skip(1).filter_map(|rest| rest.split_once('"')).map(|(value, _)| value).collect()
}

/// The text of HTML, as a reader sees it.
fn text(html: &str) -> String {
    let mut text = String::new();
    for piece in html.split('<') {
        // The first piece has no tag; all others begin inside of one.
        text.push_str(piece.split_once('>').map_or(piece, |(_, after)| after));
    }
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// What stands between the first `start` and the next `end`.
fn between<'t>(html: &'t str, start: &str, end: &str) -> &'t str {
    let (_, rest) = html.split_once(start).unwrap_or_else(|| panic!("no `{start}`"));
    rest.split_once(end).unwrap_or_else(|| panic!("no `{end}` after `{start}`")).0
}

/// The view of one language.
fn view<'t>(page: &'t str, id: &str) -> &'t str {
    between(page, &format!("<section class=\"view\" id=\"{id}\""), "</section>")
}

/// The path of a file that a page links to.
fn resolve(page: &str, link: &str) -> String {
    let mut folders: Vec<&str> = page.split('/').collect();
    folders.pop();
    for name in link.split('/') {
        match (name, folders.last()) {
            ("..", Some(&folder)) if folder != ".." => drop(folders.pop()),
            _ => folders.push(name),
        }
    }
    folders.join("/")
}

/// Checks that every link of every page leads to a page and a place there, and that nothing else is loaded.
fn check_links(files: &Files, crate_name: &str) -> usize {
    let mut seen = 0;
    for (path, page) in files.iter().filter(|(path, _)| path.ends_with(".html")) {
        assert!(attributes(page, "src").iter().all(|source| !source.contains(':')), "{path}");
        for link in attributes(page, "href").into_iter().filter(|link| *link != "data:,") {
            assert!(!link.contains("://") && !link.starts_with('/'), "{path} leads outside: {link}");
            let (target, fragment) = link.split_once('#').unwrap_or((link, ""));
            let resolved = &if target.is_empty() { path.clone() } else { resolve(path, target) };
            // The docs of the crate are published beside the site.
            if resolved.starts_with(&format!("../doc/{crate_name}/")) {
                continue;
            }
            seen += 1;
            let there = files.get(resolved).unwrap_or_else(|| panic!("{path}: {link} leads nowhere"));
            let is_there = fragment.is_empty() || attributes(there, "id").contains(&fragment);
            assert!(is_there, "{path}: {link} leads to no place of {resolved}");
        }
    }
    seen
}
