//! The reference: the content of its pages, its links, and how it works in a browser.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use decthings_codegen::ir::{Api, Owner, TypeId};
use decthings_codegen::{Files, Options, Source};
use decthings_tests::repository;

fn ours() -> &'static (Api, Files) {
    static SITE: OnceLock<(Api, Files)> = OnceLock::new();
    SITE.get_or_init(|| {
        let text = std::fs::read_to_string(repository("schema/decthings.json")).unwrap();
        let api = decthings_codegen::load(&Source::new("decthings.json", text)).unwrap_or_else(|it| panic!("{it}"));
        let files = decthings_codegen::site(&api, "decthings").unwrap();
        (api, files)
    })
}

/// The values of an attribute.
fn attributes<'t>(html: &'t str, name: &str) -> Vec<&'t str> {
    let start = format!(" {name}=\"");
    html.split(&start).skip(1).filter_map(|rest| rest.split_once('"')).map(|(value, _)| value).collect()
}

fn unescape(html: &str) -> String {
    html.replace("<i>", "")
        .replace("</i>", "")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}

#[test]
fn methods_services_and_types_have_pages() {
    let (api, files) = ours();
    let is_whole = |page: &str| {
        let ids = attributes(page, "id");
        ["rust", "typescript", "python", "frame"].iter().all(|view| ids.contains(view))
    };
    for service in &api.services {
        for method in &service.methods {
            let title = format!("<h1>{} / {}</h1>", service.wire, method.wire);
            let page = files.values().find(|page| page.contains(&title)).unwrap_or_else(|| panic!("no page {title}"));
            assert!(is_whole(page), "{title}");
            // Placeholders for missing generated code.
            assert!(!unescape(page).contains("<pre><code></code></pre>"), "{title} has an empty block");
            for part in ["pub fn ", ".await?", "await client.", "params = ", "POST "] {
                let other = part == "POST " && page.contains("A message on the WebSocket");
                assert!(other || unescape(page).contains(part), "{title} lacks `{part}`");
            }
        }
        let title = format!("<h1>{}</h1>", service.wire);
        assert!(files.values().any(|page| page.contains(&title)), "no page {title}");
    }
    for (id, definition) in api.types.iter().enumerate() {
        if definition.owner == Owner::Shared(TypeId(id)) && !definition.services.is_empty() {
            let page = files.get(&format!("types/{}.html", definition.name));
            assert!(page.is_some_and(|page| is_whole(page)), "no page for {}", definition.name);
        }
    }
}

#[test]
fn links_resolve_and_pages_load_nothing_external() {
    let (_, files) = ours();
    let paths: BTreeSet<&str> = files.keys().map(String::as_str).collect();
    let mut seen = 0;
    for (path, page) in files.iter().filter(|(path, _)| path.ends_with(".html")) {
        assert!(attributes(page, "src").iter().all(|source| !source.contains(':')), "{path}");
        for link in attributes(page, "href").into_iter().filter(|link| *link != "data:,") {
            assert!(!link.contains("://") && !link.starts_with("//"), "{path} leads outside: {link}");
            let (target, fragment) = link.split_once('#').unwrap_or((link, ""));
            let root = if path.contains('/') { "../" } else { "" };
            let resolved = if target.is_empty() { path.as_str() } else { target.strip_prefix(root).unwrap_or("?") };
            // The docs of the crate are published beside the site.
            if resolved.starts_with("../doc/decthings/") {
                continue;
            }
            seen += 1;
            assert!(paths.contains(resolved), "{path}: {link} leads nowhere");
            let there = fragment.is_empty() || attributes(&files[resolved], "id").contains(&fragment);
            assert!(there, "{path}: {link} leads to no place of {resolved}");
        }
    }
    assert!(seen > 1000, "{seen}");
    for (path, text) in files.iter().filter(|(path, _)| path.ends_with(".css") || path == &"assets/site.js") {
        for loads in ["http", "@import", "url(", "fetch("] {
            assert!(!text.contains(loads), "{path} has {loads}");
        }
    }
}

#[test]
fn rust_examples_are_the_compiled_ones() {
    let (api, files) = ours();
    let code = decthings_codegen::rust(api, &Options::default()).unwrap();
    let docs: String = code
        .values()
        .flat_map(|text| text.lines())
        .filter_map(|line| line.trim_start().strip_prefix("///"))
        .map(|line| line.strip_prefix(' ').unwrap_or(line).to_owned() + "\n")
        .collect();
    for service in &api.services {
        for method in &service.methods {
            let title = format!("<h1>{} / {}</h1>", service.wire, method.wire);
            let page = files.values().find(|page| page.contains(&title)).unwrap();
            let (rust, _) = page.split_once("id=\"typescript\"").unwrap();
            let (_, example) = rust.rsplit_once("<pre><code>").unwrap();
            let (example, _) = example.split_once("</code>").unwrap();
            assert!(docs.contains(&unescape(example)), "{title}: {example}");
        }
    }
}

#[test]
fn the_page_of_model_train_is_complete() {
    let page = unescape(&ours().1["model/train.html"]);
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
        "<h2>Request parameters</h2>",
        "<h2>Response</h2>",
        "<h2>Example</h2>",
        "@decthings/api-client",
        "auth.txt",
        "client.model.train({",
        "Docs in Rust",
    ] {
        assert!(page.contains(wanted), "no `{wanted}`");
    }
}

#[test]
fn the_reference_works_in_a_browser() {
    let is_there = |program: &&str| {
        let status = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        status.is_ok_and(|status| status.success())
    };
    let browser = ["chromium", "chromium-browser", "google-chrome"].into_iter().find(is_there);
    let (Some(browser), true) = (browser, is_there(&"node")) else {
        eprintln!("skipped: the reference in a browser, for there is no `chromium` or no `node` on this machine");
        return;
    };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("reference");
    for (path, text) in &ours().1 {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let script = repository("tests/generator/site/browser.mjs");
    let output = Command::new("node").arg(script).arg(browser).arg(&folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
