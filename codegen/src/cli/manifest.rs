//! Checks the `Cargo.toml` of the crate that holds generated code.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::ir::{Api, Transport};
use crate::naming;
use crate::{Files, Options};

/// The manifest of a crate, as cargo reads it.
pub(super) struct Manifest {
    path: PathBuf,
    package: Package,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: PathBuf,
    edition: String,
    targets: Vec<Target>,
    dependencies: Vec<Dependency>,
    features: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    rename: Option<String>,
    /// `None` for an ordinary dependency.
    kind: Option<String>,
    features: Vec<String>,
    uses_default_features: bool,
}

/// The default features of `decthings` that are not services.
const DEFAULT_FEATURES: &[&str] = &["rustls", "tracing", "ws"];

impl Manifest {
    /// The manifest of the crate that a folder belongs to.
    ///
    /// # Errors
    ///
    /// There is none, or cargo cannot read it.
    pub(super) fn above(folder: &Path) -> Result<Self> {
        let folder = std::path::absolute(folder)?;
        let path = folder.ancestors().map(|folder| folder.join("Cargo.toml")).find(|path| path.is_file());
        let path = path.with_context(|| {
            let hint = "create a crate with `cargo init --lib`, or name the crate with `--crate-name`";
            format!("there is no Cargo.toml above {}: {hint}", folder.display())
        })?;
        let output = Command::new("cargo")
            .args(["metadata", "--no-deps", "--offline", "--format-version", "1", "--manifest-path"])
            .arg(&path)
            .output()
            .context("cannot run `cargo`")?;
        let errors = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "cargo cannot read {}: {}", path.display(), errors.trim());
        let metadata: Metadata = serde_json::from_slice(&output.stdout).context("cannot read the output of cargo")?;
        let is_it = |package: &Package| same_file(&package.manifest_path, &path);
        let package = metadata.packages.into_iter().find(is_it);
        let package = package.with_context(|| format!("{} is not the manifest of a package", path.display()))?;
        Ok(Self { path, package })
    }

    /// The folder of the package.
    pub(super) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// The name of its crate.
    pub(super) fn crate_name(&self) -> String {
        let is_library = |target: &&Target| target.kind.iter().any(|kind| kind == "lib");
        let library = self.package.targets.iter().find(is_library);
        library.map_or(&self.package.name, |target| &target.name).replace('-', "_")
    }

    /// What the generated code needs and the manifest lacks.
    pub(super) fn missing(&self, api: &Api, options: &Options, code: &Files) -> Option<Missing> {
        let mut lines: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
        if self.package.edition != "2024" {
            lines.entry("[package]").or_default().push("edition = \"2024\"".to_owned());
        }
        let features = code_features(code);
        let dependencies = [
            self.runtime(api, options, &features),
            self.dependency("serde", code, &["derive"], r#"{ version = "1", features = ["derive"] }"#),
            self.dependency(
                "schemars",
                code,
                &["derive"],
                r#"{ version = "1", default-features = false, features = ["derive"], optional = true }"#,
            ),
        ];
        lines.entry("[dependencies]").or_default().extend(dependencies.into_iter().flatten());
        lines.entry("[features]").or_default().extend(self.features(api, options, &features));
        lines.retain(|_, lines| !lines.is_empty());
        (!lines.is_empty()).then(|| Missing { path: self.path.clone(), lines })
    }

    fn find(&self, name: &str) -> Option<&Dependency> {
        let is_it = |dependency: &&Dependency| {
            let name_in_code = dependency.rename.as_ref().unwrap_or(&dependency.name).replace('-', "_");
            dependency.kind.is_none() && name_in_code == name
        };
        self.package.dependencies.iter().find(is_it)
    }

    /// The line of the runtime's crate, unless it is there with all that is needed.
    fn runtime(&self, api: &Api, options: &Options, features: &BTreeSet<&str>) -> Option<String> {
        let name = runtime_crate(options)?;
        let mut needed: Vec<&str> = Vec::new();
        if uses_websocket(api) {
            needed.push("ws");
        }
        if !features.contains("server") {
            needed.push("server");
        }
        let dependency = self.find(name);
        let has = |feature: &&str| {
            dependency.is_some_and(|dependency| {
                let by_default = dependency.uses_default_features && DEFAULT_FEATURES.contains(feature);
                by_default || dependency.features.iter().any(|it| it == feature)
            })
        };
        if dependency.is_some() && needed.iter().all(has) {
            return None;
        }
        let wanted: BTreeSet<&str> = match dependency {
            Some(dependency) => dependency.features.iter().map(String::as_str).chain(needed).collect(),
            None => ["rustls", "tracing"].into_iter().chain(needed).collect(),
        };
        let version = env!("CARGO_PKG_VERSION");
        let list = list(wanted.into_iter());
        Some(format!("{name} = {{ version = \"{version}\", default-features = false, features = {list} }}"))
    }

    /// The line of a dependency, if the code names the crate and the manifest lacks it or its features.
    fn dependency(&self, name: &str, code: &Files, features: &[&str], value: &str) -> Option<String> {
        let path = format!("{name}::");
        // Behind its own feature, the crate is named by a derive only.
        let gate = format!("feature = \"{name}\"");
        if !code.values().any(|text| text.contains(&path) || text.contains(&gate)) {
            return None;
        }
        let has =
            |dependency: &Dependency| features.iter().all(|feature| dependency.features.iter().any(|it| it == feature));
        if self.find(name).is_some_and(has) { None } else { Some(format!("{name} = {value}")) }
    }

    /// The lines of features that the manifest lacks.
    fn features(&self, api: &Api, options: &Options, features: &BTreeSet<&str>) -> Vec<String> {
        let runtime = runtime_crate(options).unwrap_or_default();
        let services: BTreeSet<String> = api.services.iter().map(naming::feature).collect();
        let mut lines = Vec::new();
        if !features.is_empty() && !self.package.features.contains_key("default") {
            lines.push(format!("default = {}", list(services.iter().map(String::as_str))));
        }
        for feature in features {
            let needed: Vec<String> = match *feature {
                feature if services.contains(feature) => Vec::new(),
                "schemars" => vec!["dep:schemars".to_owned(), format!("{runtime}/schemars")],
                feature => vec![format!("{runtime}/{feature}")],
            };
            let present = self.package.features.get(*feature);
            let has = |item: &&String| present.is_some_and(|items| items.contains(item));
            if present.is_none() || !needed.iter().all(|item| has(&item)) {
                let items: BTreeSet<&String> = present.into_iter().flatten().chain(&needed).collect();
                lines.push(format!("{feature} = {}", list(items.into_iter().map(String::as_str))));
            }
        }
        lines
    }
}

/// `["a", "b"]`
fn list<'a>(items: impl Iterator<Item = &'a str>) -> String {
    let items: Vec<String> = items.map(|item| format!("{item:?}")).collect();
    format!("[{}]", items.join(", "))
}

/// The name of the runtime's crate in the code; `None` if it is the same crate.
fn runtime_crate(options: &Options) -> Option<&str> {
    options.runtime.split("::").find(|name| !name.is_empty()).filter(|name| *name != "crate")
}

fn uses_websocket(api: &Api) -> bool {
    api.services.iter().any(|service| {
        !service.events.is_empty() || service.methods.iter().any(|method| method.transport != Transport::Http)
    })
}

/// The cargo features that the code names.
fn code_features(code: &Files) -> BTreeSet<&str> {
    let named = code.values().flat_map(|text| text.split("feature = \"").skip(1));
    named.filter_map(|rest| rest.split('"').next()).collect()
}

fn same_file(one: &Path, other: &Path) -> bool {
    one == other || matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

/// Lines that a manifest lacks, by section.
pub(super) struct Missing {
    path: PathBuf,
    lines: BTreeMap<&'static str, Vec<String>>,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "error: {} lacks what the generated code needs", self.path.display())?;
        writeln!(f, "help: add or change these lines")?;
        for section in ["[package]", "[features]", "[dependencies]"] {
            let Some(lines) = self.lines.get(section) else { continue };
            writeln!(f, "\n{section}")?;
            lines.iter().try_for_each(|line| writeln!(f, "{line}"))?;
        }
        Ok(())
    }
}
