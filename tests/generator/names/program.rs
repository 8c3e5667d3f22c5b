//! A workspace of generated code: the runtime with definitions of its own, and a crate that uses it from outside.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use decthings_codegen::cli::rustfmt;
use decthings_codegen::ir::Api;
use decthings_codegen::{Files, Options, reserved};
use decthings_tests::repository;

use crate::fixtures::without_services;

/// Other builds may have to end first.
const PATIENCE: Duration = Duration::from_secs(1800);

/// Nothing of what generated code may be warned of keeps it from compiling.
const ALLOW: &str = "#![allow(warnings)]\n";

const PACKAGE: &str = "version = \"0.1.0\"\nedition = \"2024\"\n\n[lib]\ndoctest = false\ntest = false\n\n";

/// Compiles the code of definitions, without running it; what the compiler says if it does not compile.
pub fn check(name: &str, apis: &[Api]) -> Result<(), String> {
    // Always the same folder, so that what a run compiles replaces what the previous one did.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    let features = write_home(&folder, apis);
    write_outside(&folder, apis);
    // The same profile as in the workspace, so that dependencies are compiled once.
    let root = fs::read_to_string(repository("Cargo.toml")).unwrap();
    let profile = root.find("[profile.dev]").map_or("", |start| &root[start..]);
    let profile = profile.split("[profile.dev.package.candle-core]").next().unwrap();
    write(
        &folder.join("Cargo.toml"),
        &format!("[workspace]\nresolver = \"3\"\nmembers = [\"home\", \"outside\"]\n\n{profile}"),
    );
    fs::copy(repository("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    let features = features.iter().map(|feature| format!("home/{feature}")).collect::<Vec<_>>().join(",");
    let errors = folder.join("errors.txt");
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["check", "--offline", "--quiet", "--workspace", "--no-default-features", "--features", &features])
        .arg("--target-dir")
        .arg(target)
        .current_dir(&folder)
        .stderr(File::create(&errors).unwrap())
        .spawn()
        .unwrap();
    let start = Instant::now();
    while cargo.try_wait().unwrap().is_none() {
        if start.elapsed() > PATIENCE {
            cargo.kill().unwrap();
        }
        thread::sleep(Duration::from_millis(100));
    }
    let status = cargo.wait().unwrap();
    if status.success() { Ok(()) } else { Err(format!("{status}\n{}", fs::read_to_string(errors).unwrap())) }
}

/// Writes the crate of the runtime. Its features.
fn write_home(folder: &Path, apis: &[Api]) -> BTreeSet<String> {
    let home = folder.join("home");
    let mut features = BTreeSet::new();
    let mut modules = String::new();
    for (index, api) in apis.iter().enumerate() {
        let module = module(index);
        let files = rustfmt::format(decthings_codegen::rust(api, None, &Options::default()).unwrap(), &home).unwrap();
        for text in files.values() {
            let named = text.split("feature = \"").skip(1).filter_map(|rest| rest.split('"').next());
            features.extend(named.map(str::to_owned));
        }
        write_module(&home, &module, &files);
        modules.push_str(&format!("pub mod {module};\n"));
    }
    let generated = repository("generated/src");
    for (path, module) in
        [("runtime/mod", "runtime"), ("service", "service"), ("tensor/mod", "tensor"), ("varint", "varint")]
    {
        let path = generated.join(format!("{path}.rs"));
        modules.push_str(&format!("#[path = {path:?}]\npub mod {module};\n"));
    }
    write(&home.join("src/lib.rs"), &format!("{ALLOW}{modules}pub use runtime::*;\n"));
    let (own, dependencies) = without_services(&repository("generated/Cargo.toml"));
    let services = features.iter().filter(|feature| !reserved::FEATURES.contains(&feature.as_str()));
    let services: String = services.map(|feature| format!("{feature:?} = []\n")).collect();
    let manifest =
        format!("[package]\nname = \"home\"\n{PACKAGE}[features]\n{own}\n{services}\n[dependencies]\n{dependencies}");
    write(&home.join("Cargo.toml"), &manifest);
    features.insert("ws".into());
    features
}

/// Writes a crate that uses the runtime of the other.
fn write_outside(folder: &Path, apis: &[Api]) {
    let outside = folder.join("outside");
    let mut modules = String::new();
    let options = Options {
        runtime: "home::runtime".into(),
        crate_name: "outside".into(),
        features: false,
        ..Options::default()
    };
    for (index, api) in apis.iter().enumerate() {
        let module = module(index);
        write_module(
            &outside,
            &module,
            &rustfmt::format(decthings_codegen::rust(api, None, &options).unwrap(), &outside).unwrap(),
        );
        modules.push_str(&format!("pub mod {module};\n"));
    }
    write(&outside.join("src/lib.rs"), &format!("{ALLOW}{modules}"));
    let dependencies = "home = { path = \"../home\", features = [\"server\"] }\nserde = { version = \"1\", features = [\"derive\"] }\nserde_json = \"1\"\n";
    write(
        &outside.join("Cargo.toml"),
        &format!("[package]\nname = \"outside\"\n{PACKAGE}[dependencies]\n{dependencies}"),
    );
}

/// The runtime has a place for the first one only.
fn module(index: usize) -> String {
    if index == 0 { "api".to_owned() } else { format!("api_{index}") }
}

fn write_module(package: &Path, module: &str, files: &Files) {
    for (path, text) in files {
        write(&package.join("src").join(module).join(path), text);
    }
}

fn write(path: &PathBuf, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}
