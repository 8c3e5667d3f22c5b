//! The reference of other APIs, and of other revisions.

use decthings_codegen::{Base, Files, Revision, Source};
use decthings_tests::{folders, repository};

use super::{attributes, between, check_links, load, text, view};

fn revision(number: u32) -> decthings_codegen::ir::Api {
    load(&repository(&format!("tests/data/fixtures/revisions/{number}/definition.json")))
}

#[test]
fn pages_of_every_fixture_have_no_broken_link() {
    let fixtures = folders(&repository("tests/data/fixtures/ok"));
    assert!(fixtures.len() > 20);
    for (name, folder) in fixtures {
        let api = load(&folder.join("definition.json"));
        let files =
            decthings_codegen::site(&[Revision::new(&api)], "fixture").unwrap_or_else(|it| panic!("{name}: {it}"));
        assert!(check_links(&files, "fixture") > 0, "{name}");
    }
}

#[test]
fn pages_of_another_api_do_not_mention_ours() {
    let api = load(&repository("tests/queue/queue.json"));
    let files: Files = decthings_codegen::site(&[Revision::new(&api)], "queue").unwrap();
    check_links(&files, "queue");
    for (path, page) in files.iter().filter(|(path, _)| path.ends_with(".html")) {
        assert!(!text(page).to_lowercase().contains("decthings"), "{path}");
    }
    // Without tensors in the API, nothing is said of them.
    assert!(!files["frames.html"].contains("id=\"tensors\""));
}

#[test]
fn code_says_what_the_definition_says() {
    let odd = r#"日本語 🦀 e\u0301 \" ' ` /* // <b>&amp; # { [ ( \\ ''' 12e5."#;
    let queue = std::fs::read_to_string(repository("tests/queue/queue.json")).unwrap();
    let definition = queue.replace("Number of bytes of the body.", odd);
    assert_ne!(definition, queue);
    let api = decthings_codegen::load(&Source::new("queue.json", definition)).unwrap_or_else(|it| panic!("{it}"));
    let files = decthings_codegen::site(&[Revision::new(&api)], "queue").unwrap();
    let expected: String = serde_json::from_str(&format!("\"{odd}\"")).unwrap();
    for language in ["typescript", "python"] {
        let page = text(view(&files["types/Message.html"], language));
        assert!(page.contains(&expected), "{language}: {page}");
        assert!(page.contains("size"), "{language}: {page}");
    }
}

#[test]
fn the_page_of_changes_lists_what_is_marked() {
    let api = revision(3);
    let page = &decthings_codegen::site(&[Revision::new(&api)], "fixture").unwrap()["changes.html"];
    let since = api.errors.iter().filter_map(|error| error.since.as_ref());
    let methods = api.services.iter().flat_map(|service| &service.methods);
    let marks: Vec<&String> = methods.filter_map(|method| method.since.as_ref()).chain(since).collect();
    assert!(!marks.is_empty());
    for revision in marks {
        assert!(text(page).contains(&format!("Revision {revision}")), "{revision}");
    }
}

#[test]
fn the_page_of_changes_says_when_there_is_one_revision() {
    let api = load(&repository("tests/queue/queue.json"));
    let page = text(&decthings_codegen::site(&[Revision::new(&api)], "queue").unwrap()["changes.html"]);
    assert!(page.contains("It is the only revision"), "{page}");
}

#[test]
fn pages_of_two_revisions_link_to_each_other() {
    let [old, new] = ["queue", "queue-2"].map(|name| load(&repository(&format!("tests/queue/{name}.json"))));
    let base = Base { api: &old, module: "api" };
    let first = Revision { name: "first", ..Revision::new(&old) };
    let next =
        Revision { api: &new, name: "next", folder: "second", module: "next", base: Some(base), since: Some(&old) };
    let files = decthings_codegen::site(&[first, next], "queue").unwrap();
    check_links(&files, "queue");
    let switch = |path: &str| attributes(between(&files[path], "<nav class=\"revisions\"", "</nav>"), "href").concat();
    assert_eq!(switch("queue/push.html"), "../queue/push.html../second/queue/push.html");
    assert_eq!(switch("second/types/Message.html"), "../../types/Message.html../../second/types/Message.html");
    // A page that only one of them has.
    let lonely: Vec<&String> = files.keys().filter(|path| !files.contains_key(&format!("second/{path}"))).collect();
    for path in lonely.into_iter().filter(|path| path.ends_with(".html") && !path.starts_with("second/")) {
        assert!(switch(path).ends_with("second/index.html"), "{path}");
    }
    // What is equal in both has its docs in the module of the first.
    let docs = |path: &str| attributes(view(&files[path], "rust"), "href").join(" ");
    assert!(docs("second/types/Message.html").contains("../../../doc/queue/api/types/struct.Message.html"));
    assert!(
        docs("second/queue/push.html").contains("../../../doc/queue/next/queue/struct.QueueClient.html#method.push")
    );
    assert!(text(&files["second/changes.html"]).contains("Since"));
}

#[test]
fn the_page_of_changes_shows_the_difference_from_an_older_definition() {
    let (old, new) = (revision(1), revision(3));
    let files = decthings_codegen::site(&[Revision { since: Some(&old), ..Revision::new(&new) }], "fixture").unwrap();
    check_links(&files, "fixture");
    let page = text(&files["changes.html"]);
    let changes = decthings_codegen::diff::diff(&old, &new);
    assert!(changes.list().len() > 5);
    for change in changes.list() {
        assert!(page.contains(&change.what.replace('`', "")), "no `{}`", change.what);
        assert!(page.contains(&change.why.replace('`', "")), "no `{}`", change.why);
    }
    let same = decthings_codegen::site(&[Revision { since: Some(&new), ..Revision::new(&new) }], "fixture").unwrap();
    assert!(text(&same["changes.html"]).contains("Nothing has changed."));
}
