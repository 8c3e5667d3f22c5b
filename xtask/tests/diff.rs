//! `cargo xtask diff`: where definitions come from, how changes are printed, and exit codes.

#![allow(clippy::unwrap_used)]

mod support;

use support::{DEFINITION, Folder};

fn sold() -> String {
    DEFINITION.replace("\"buy\"", "\"sell\"")
}

fn renamed() -> String {
    DEFINITION.replace(
        "\"description\": \"Buys a thing.\",",
        "\"description\": \"Buys a thing.\", \"identifier\": \"purchase\",",
    )
}

fn added() -> String {
    DEFINITION.replace("{\"thing\":", "{\"note\": {\"type\": \"string\"}, \"thing\":")
}

#[test]
fn exit_code_is_that_of_the_worst_class() {
    let folder = Folder::new("diff-codes");
    let cases = [(DEFINITION.to_owned(), 0), (added(), 0), (renamed(), 3), (sold(), 4), ("{}".to_owned(), 1)];
    for (new, expected) in cases {
        folder.write("new.json", &new);
        let (code, output) = folder.xtask(&["diff", "shop.json", "new.json"]);
        assert_eq!(code, Some(expected), "{output}");
        assert_eq!(output.ends_with("nothing was compared\n"), code == Some(1), "{output}");
    }
    assert_eq!(folder.xtask(&["diff", "nothing.json", "new.json"]).0, Some(1));
    assert_eq!(folder.xtask(&["diff"]).0, Some(2));
}

#[test]
fn changes_are_printed_in_three_forms() {
    let folder = Folder::new("diff-forms");
    folder.write("new.json", &sold());
    let print = |format: &str| folder.xtask(&["diff", "shop.json", "new.json", "--format", format]).1;
    let text = print("text");
    assert!(text.starts_with("1 breaking on the wire, 0 breaking in Rust, 0 compatible.\n\nShop\n  buy\n"), "{text}");
    let markdown = print("markdown");
    assert!(
        markdown.contains("## Shop\n\n### `buy`\n\n- **breaking on the wire**: is renamed to `sell`."),
        "{markdown}"
    );
    let json = print("json");
    assert!(json.contains("\"method\": \"buy\"") && json.contains("\"class\": \"wire\""), "{json}");
}

#[test]
fn the_old_definition_may_be_in_git() {
    let folder = Folder::new("diff-git");
    let git = |arguments: &[&str]| {
        let mut command = folder.command("git", &["-c", "user.name=t", "-c", "user.email=t@localhost"]);
        // Nothing of the machine's settings.
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        assert!(command.args(arguments).output().unwrap().status.success(), "{arguments:?}");
    };
    git(&["init", "-q"]);
    git(&["add", "shop.json"]);
    git(&["commit", "-q", "-m", "A shop"]);
    folder.write("shop.json", &sold());
    for arguments in [["diff", "HEAD:shop.json", "shop.json"].as_slice(), &["diff", "--git", "HEAD", "shop.json"]] {
        let (code, output) = folder.xtask(arguments);
        assert_eq!((code, output.contains("is renamed to `sell`")), (Some(4), true), "{output}");
    }
    let (code, output) = folder.xtask(&["diff", "nowhere:shop.json", "shop.json"]);
    assert_eq!((code, output.contains("git has no nowhere:shop.json")), (Some(1), true), "{output}");
}
