//! `cargo xtask codegen`, as a maintainer meets it.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const DEFINITION: &str = r#"{
  "title": "Shop",
  "description": "A shop.",
  "services": {
    "Shop": {
      "description": "Sells things.",
      "methods": {
        "buy": {
          "description": "Buys a thing.",
          "params": { "type": "object", "properties": { "thing": { "type": "string" } }, "required": ["thing"] },
          "result": { "type": "object", "properties": {} }
        }
      }
    }
  }
}"#;

/// A folder that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("decthings-xtask-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        fs::write(path.join("shop.json"), DEFINITION).unwrap();
        Self(path)
    }

    fn codegen(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.current_dir(&self.0).args(["codegen", "--schema", "shop.json", "--out", "api"]).args(arguments);
        command.output().unwrap()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn list(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn writes_a_tree_that_check_then_accepts() {
    let folder = Folder::new("writes");
    assert!(folder.codegen(&[]).status.success());
    assert!(folder.path("api/shop/buy.rs").exists());
    assert!(folder.codegen(&["--check"]).status.success());
}

#[test]
fn check_shows_what_would_change_and_changes_nothing() {
    let folder = Folder::new("check");
    folder.codegen(&[]);
    let (edited, orphan, missing) =
        (folder.path("api/shop/buy.rs"), folder.path("api/shop/sell.rs"), folder.path("api/shop/mod.rs"));
    let original = fs::read_to_string(&edited).unwrap();
    fs::write(&edited, original.replace("pub thing: String", "pub thing: u32")).unwrap();
    fs::write(&orphan, "// by hand\n").unwrap();
    fs::remove_file(&missing).unwrap();

    let output = folder.codegen(&["--check"]);
    assert_eq!(output.status.code(), Some(1));
    let diff = text(&output.stdout);
    assert!(diff.contains("-    pub thing: u32") && diff.contains("+    pub thing: String"), "{diff}");
    assert!(diff.contains("sell.rs") && diff.contains("-// by hand"), "{diff}");
    assert!(diff.contains("mod.rs") && diff.contains("+pub struct ShopClient"), "{diff}");
    assert!(text(&output.stderr).contains("cargo xtask codegen"), "names the command");
    assert!(orphan.exists() && !missing.exists());

    assert!(folder.codegen(&[]).status.success());
    assert_eq!(fs::read_to_string(&edited).unwrap(), original);
    assert!(!orphan.exists() && missing.exists());
}

#[test]
fn a_removed_tree_comes_back_as_it_was() {
    let folder = Folder::new("removed");
    folder.codegen(&[]);
    let before: Vec<String> =
        list(&folder.path("api/shop")).iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    fs::remove_dir_all(folder.path("api")).unwrap();
    folder.codegen(&[]);
    let after: Vec<String> =
        list(&folder.path("api/shop")).iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    assert_eq!(before, after);
}

#[test]
fn a_broken_definition_leaves_the_tree_untouched() {
    let folder = Folder::new("broken");
    folder.codegen(&[]);
    let buy = folder.path("api/shop/buy.rs");
    let before = fs::read_to_string(&buy).unwrap();
    let broken = DEFINITION
        .replace("\"required\": [\"thing\"]", "\"required\": [\"thing\", \"size\"]")
        .replace("Buys a thing.", "");
    fs::write(folder.path("shop.json"), broken).unwrap();
    let output = folder.codegen(&[]);
    assert_eq!(output.status.code(), Some(1));
    let report = text(&output.stderr);
    assert!(report.contains("--> shop.json:8:9") && report.contains("--> shop.json:10:"), "{report}");
    assert!(report.ends_with("2 mistakes in shop.json\nnothing was generated\n"), "{report}");
    assert_eq!(fs::read_to_string(&buy).unwrap(), before);
}

#[test]
fn a_missing_definition_is_named() {
    let folder = Folder::new("missing");
    fs::remove_file(folder.path("shop.json")).unwrap();
    let output = folder.codegen(&[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("shop.json"));
    assert!(!folder.path("api").exists());
}
