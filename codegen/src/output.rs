//! The generator's options and results.

use std::collections::BTreeMap;

use crate::ir::Api;

/// Generated files: contents by path, relative to the output folder, with `/` between names.
pub type Files = BTreeMap<String, String>;

/// What the generated code is made for.
#[derive(Clone, Debug)]
pub struct Options {
    /// Path of the runtime module as the generated code sees it: `crate::runtime` inside the crate
    /// `decthings`, `decthings::runtime` elsewhere.
    pub runtime: String,
    /// Name of the crate that holds the generated code, for examples.
    pub crate_name: String,
    /// Path of the generated module in that crate, such as `api`.
    pub module: String,
    /// The command that generates the code, for the first line of its files.
    pub command: String,
    /// Whether each service and the server side are behind a cargo feature.
    pub features: bool,
}

/// The definition that another one of the same crate is built on: what is equal in both stands in its module, from where
/// the module of the other re-exports it.
#[derive(Clone, Copy, Debug)]
pub struct Base<'a> {
    /// The API that it defines.
    pub api: &'a Api,
    /// Path of its module in the crate, such as `api`.
    pub module: &'a str,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            runtime: "crate::runtime".into(),
            crate_name: "decthings".into(),
            module: "api".into(),
            command: "cargo xtask codegen".into(),
            features: true,
        }
    }
}

/// Emitted code that does not parse.
#[derive(Debug)]
pub struct EmitError {
    /// The file.
    pub path: String,
    /// The message of the Rust parser.
    pub message: String,
}

impl std::error::Error for EmitError {}

impl std::fmt::Display for EmitError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the code emitted for {} does not parse: {}", self.path, self.message)
    }
}
