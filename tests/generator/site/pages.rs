//! What the pages of our own API have.

use std::collections::BTreeSet;

use decthings_codegen::Options;
use decthings_codegen::ir::{Event, Method, Owner, Service, TypeId};

use super::{attributes, between, check_links, ours, text, view};

const VIEWS: [&str; 4] = ["rust", "typescript", "python", "frame"];

/// The page with this title.
fn page(title: &str) -> &'static str {
    let has_title = |page: &&String| page.contains("<h1>") && text(between(page, "<h1>", "</h1>")) == title;
    ours().1.values().find(has_title).unwrap_or_else(|| panic!("no page {title}"))
}

fn methods() -> impl Iterator<Item = (&'static Service, &'static Method)> {
    ours().0.services.iter().flat_map(|service| service.methods.iter().map(move |method| (service, method)))
}

fn events() -> impl Iterator<Item = (&'static Service, &'static Event)> {
    ours().0.services.iter().flat_map(|service| service.events.iter().map(move |event| (service, event)))
}

#[test]
fn methods_have_pages_in_every_language() {
    for (service, method) in methods() {
        let title = format!("{} / {}", service.wire, method.wire);
        let page = page(&title);
        for id in VIEWS {
            // Placeholders for missing generated code.
            assert!(!view(page, id).contains("<pre><code></code></pre>"), "{title} has an empty block in {id}");
        }
        let calls =
            [("rust", ".await?"), ("rust", "pub fn "), ("typescript", "await client."), ("python", "params = ")];
        for (id, part) in calls {
            assert!(text(view(page, id)).contains(part), "{title} lacks `{part}` in {id}");
        }
        let frame = text(view(page, "frame"));
        assert!(frame.contains("POST ") || frame.contains("A message on the WebSocket"), "{title}");
        for code in ours().0.errors_of(method).map(|error| &error.code) {
            assert!(page.contains(&format!("errors.html#{code}\"")), "{title} does not explain {code}");
        }
    }
}

#[test]
fn events_have_pages_in_every_language() {
    assert!(events().count() > 5);
    for (service, event) in events() {
        let title = format!("{} / {} (event)", service.wire, event.wire);
        let page = page(&title);
        for (id, part) in
            [("rust", "pub struct "), ("typescript", ".on('"), ("python", "params = "), ("frame", "\"event\"")]
        {
            assert!(text(view(page, id)).contains(part), "{title} lacks `{part}` in {id}");
        }
    }
}

#[test]
fn services_and_types_have_pages() {
    let (api, files) = ours();
    for service in &api.services {
        page(&service.wire);
    }
    for (id, definition) in api.types.iter().enumerate() {
        if definition.owner == Owner::Shared(TypeId(id)) && !definition.services.is_empty() {
            let page = &files[&format!("types/{}.html", definition.name)];
            VIEWS.iter().for_each(|id| assert!(!view(page, id).is_empty()));
        }
    }
}

#[test]
fn links_resolve_and_pages_load_nothing_external() {
    let (_, files) = ours();
    let links = check_links(files, "decthings");
    assert!(links > 10_000, "{links}");
    for (path, text) in files.iter().filter(|(path, _)| !path.ends_with(".html") && !path.contains("minisearch")) {
        for loads in ["http:", "@import", "url(", "fetch(", "XMLHttpRequest", "import("] {
            assert!(!text.contains(loads), "{path} has {loads}");
        }
    }
}

#[test]
fn pages_have_unique_ids_and_linked_headings() {
    for (path, page) in ours().1.iter().filter(|(path, _)| path.ends_with(".html")) {
        let ids = attributes(page, "id");
        let unique: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), unique.len(), "{path}: {ids:?}");
        for heading in page.split("<h3 ").skip(1).chain(page.split("<h2 id").skip(1)) {
            assert!(heading.split("</h").next().unwrap().contains("href=\"#"), "{path}: a heading has no anchor");
        }
    }
}

#[test]
fn pages_lead_to_their_neighbours() {
    let train = page("Model / train");
    assert!(train.contains("rel=\"prev\" href=\"../model/"), "no previous page");
    assert!(train.contains("rel=\"next\" href=\"../model/"), "no next page");
    let current = between(train, " aria-current=\"page\">", "</a>");
    assert_eq!(text(current), "train");
    assert!(between(train, "id=\"site-menu\"", "</nav>").matches(".html\"").count() > 120, "the menu is not complete");
}

#[test]
fn rust_examples_are_the_compiled_ones() {
    let code = decthings_codegen::rust(&ours().0, None, &Options::default()).unwrap();
    let docs: String = code
        .values()
        .flat_map(|text| text.lines())
        .filter_map(|line| line.trim_start().strip_prefix("///"))
        .map(|line| line.strip_prefix(' ').unwrap_or(line).to_owned() + "\n")
        .collect();
    for (service, method) in methods() {
        let title = format!("{} / {}", service.wire, method.wire);
        let (_, example) = view(page(&title), "rust").split_once("rust-example").unwrap();
        let example = text(between(example, "<pre><code>", "</code></pre>"));
        assert!(docs.contains(&example), "{title}: {example}");
    }
}

#[test]
fn the_page_of_model_train_is_complete() {
    let page = text(page("Model / train"));
    for wanted in [
        "modelId: string",
        "stateId?: string",
        "newStateName: string",
        "params: DecthingsParameterProvider[]",
        "type: 'persistentLauncher'",
        "persistentLauncherId: string",
        "type: 'temporaryLauncher'",
        "spec: LauncherSpec",
        "export type DecthingsParameterProvider =",
        "type: 'dataset'",
        "DecthingsTensor[]",
        "trainingSessionId: string",
        "code: 'model_not_found' | 'persistent_launcher_not_found' | 'snapshot_no_longer_exists' | 'access_denied' | \
         'quota_exceeded' | 'model_to_mount_no_longer_exists' | 'bad_credentials' | 'too_many_requests' | \
         'payment_required' | 'unknown'",
        "code: 'dataset_not_found'",
        "code: 'dataset_key_not_found'",
        "code: 'invalid_parameter'",
        "reason: string",
        "Request parameters",
        "Response",
        "Example",
        "@decthings/api-client",
        "auth.txt",
        "client.model.train({",
        "Docs in Rust",
        "# Id of the state to start from. Default: the active state.",
        "\"stateId\": NotRequired[str],",
    ] {
        assert!(page.contains(wanted), "no `{wanted}`");
    }
}

#[test]
fn code_is_coloured_and_its_types_are_linked() {
    let train = page("Model / train");
    for (id, path) in
        [("rust", "DecthingsParameterProvider"), ("typescript", "ExecutionLocation"), ("python", "ExecutionLocation")]
    {
        let view = view(train, id);
        assert!(between(view, "<pre>", "</pre>").contains(&format!("<a href=\"../types/{path}.html\">")), "{id}");
        for class in ["c", "s"] {
            assert!(view.contains(&format!("<span class={class}>")), "{id} has no {class}");
        }
    }
}

#[test]
fn the_page_of_errors_names_the_methods_of_each_code() {
    let (api, files) = ours();
    let page = &files["errors.html"];
    for error in &api.errors {
        let section = between(page, &format!("<h2 id=\"{}\">", error.code), "<nav class=\"pager\"");
        let section = section.split("<h2 ").next().unwrap();
        assert!(text(section).contains(error.description.split('`').next().unwrap()), "{}", error.name);
        for fields in error.fields.iter().filter_map(|fields| api.object(fields)) {
            fields.fields.iter().for_each(|field| assert!(section.contains(&field.wire), "{}", error.name));
        }
        for (service, method) in methods().filter(|(_, it)| api.errors_of(it).any(|its| its.name == error.name)) {
            let link = format!("{}.html\">{} / {}</a>", method.wire, service.wire, method.wire);
            assert!(section.contains(&link), "{}: no {link}", error.name);
        }
    }
}

#[test]
fn search_has_an_entry_for_everything_with_a_name() {
    let (api, files) = ours();
    let index = files["assets/search-index.js"].trim_start_matches("window.searchIndex = ").trim_end_matches(";\n");
    let entries: Vec<[String; 5]> = serde_json::from_str(index).unwrap();
    let has = |kind: &str, name: &str| entries.iter().any(|entry| entry[0] == kind && entry[1] == name);
    for (service, method) in methods() {
        assert!(has("method", &method.wire), "{}", method.wire);
        assert!(has("service", &service.wire), "{}", service.wire);
        for field in api.object(&method.params).iter().flat_map(|object| &object.fields) {
            assert!(has("parameter", &field.wire), "{}.{}", method.wire, field.wire);
        }
    }
    events().for_each(|(_, event)| assert!(has("event", &event.wire), "{}", event.wire));
    api.errors.iter().for_each(|error| assert!(has("error", &error.code), "{}", error.code));
    for [kind, name, _, path, _] in &entries {
        let path = path.split('#').next().unwrap();
        assert!(files.contains_key(path), "the {kind} {name} leads to {path}");
    }
}
