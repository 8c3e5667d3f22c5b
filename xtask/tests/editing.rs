//! `cargo xtask new-method`, `fmt-schema` and `codegen --watch`, as a maintainer meets them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use support::{DEFINITION, Folder};

#[test]
fn a_new_method_is_added_and_generated() {
    let folder = Folder::new("new-method");
    let (code, output) = folder.xtask(&["new-method", "Shop.sell", "--schema", "shop.json"]);
    assert_eq!((code, output.contains("shop.json:13")), (Some(0), true), "{output}");
    assert!(folder.read("shop.json").lines().nth(12).unwrap().contains("\"sell\": {"));
    let (code, output) = folder.xtask(&["codegen", "--schema", "shop.json", "--out", "api", "--crate-name", "shop"]);
    assert_eq!((code, output.starts_with("2 methods")), (Some(0), true), "{output}");
}

#[test]
fn a_new_method_that_does_not_fit_in_changes_nothing() {
    let folder = Folder::new("no-new-method");
    for name in ["Shop.buy", "Shpo.sell", "sell", "Shop.Sell"] {
        let (code, output) = folder.xtask(&["new-method", name, "--schema", "shop.json"]);
        assert_eq!(code, Some(1), "{name}: {output}");
        assert!(output.contains("error: ") && output.contains("help: "), "{name}: {output}");
    }
    assert_eq!(folder.read("shop.json"), DEFINITION);
}

#[test]
fn the_canonical_form_is_checked_and_written() {
    let folder = Folder::new("fmt-schema");
    assert_eq!(folder.xtask(&["fmt-schema", "--check", "shop.json"]), (Some(0), String::new()));
    let untidy =
        DEFINITION.replace("\"title\": \"Shop\",\n  ", "").replace("\"A shop.\",", "\"A shop.\", \"title\": \"Shop\",");
    folder.write("shop.json", &untidy);
    let (code, output) = folder.xtask(&["fmt-schema", "--check", "shop.json"]);
    assert_eq!((code, output.contains("+  \"title\": \"Shop\",")), (Some(1), true), "{output}");
    assert_eq!(folder.read("shop.json"), untidy);
    assert_eq!(folder.xtask(&["fmt-schema", "shop.json"]).0, Some(0));
    assert_eq!(folder.read("shop.json"), DEFINITION);
    folder.write("shop.json", "{");
    let (code, output) = folder.xtask(&["fmt-schema", "shop.json"]);
    assert_eq!((code, output.ends_with("nothing was written\n")), (Some(1), true), "{output}");
    assert_eq!(folder.read("shop.json"), "{");
}

/// A watching process that ends with the test, and the lines it prints.
struct Watch {
    child: Child,
    lines: Receiver<String>,
}

impl Watch {
    fn start(folder: &Folder) -> Self {
        // In one pipe, so that lines come in the order in which they are said.
        let script = "exec \"$0\" codegen --watch --schema shop.json --out api --crate-name shop 2>&1";
        let mut command = folder.command("sh", &["-c", script, env!("CARGO_BIN_EXE_xtask")]);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let (sender, lines) = mpsc::channel();
        let output = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Self { child, lines }
    }

    /// Waits for a line that begins so.
    fn line(&self, start: &str) -> String {
        let mut seen = Vec::new();
        loop {
            match self.lines.recv_timeout(Duration::from_secs(60)) {
                Ok(line) if line.starts_with(start) => return line,
                Ok(line) => seen.push(line),
                Err(error) => panic!("no `{start}` ({error}) among {seen:#?}"),
            }
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn watching_generates_on_save_and_survives_mistakes() {
    let folder = Folder::new("watch");
    let watch = Watch::start(&folder);
    watch.line("1 method in ");
    watch.line("watching shop.json");
    folder.write("shop.json", &DEFINITION.replace("\"type\": \"string\"", "\"type\": \"strnig\""));
    watch.line("error: `strnig` is not known here");
    watch.line("watching shop.json");
    assert!(!folder.read("api/shop/buy.rs").contains("sell"));
    // As an editor saves: another file in the place of the old one.
    folder.write("shop.json.new", &DEFINITION.replace("\"buy\"", "\"sell\""));
    folder.command("mv", &["shop.json.new", "shop.json"]).status().unwrap();
    let summary = watch.line("1 method in ");
    assert!(summary.ends_with("changed"), "{summary}");
    watch.line("watching shop.json");
    assert!(folder.read("api/shop/sell.rs").contains("Sell"));
}
