//! How the reference works in a browser.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use decthings_tests::repository;

use super::ours;

/// Writes the pages to disk.
fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("reference");
    for (path, text) in &ours().1 {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
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
    let script = repository("tests/generator/site/browser.mjs");
    let output = Command::new("node").arg(script).arg(browser).arg(folder()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
