//! From an API definition to code: a pure function from text to files, or to diagnostics.
//!
//! ```text
//! text ─parse→ Spec ─lower→ Api ─analyze→ Api + facts ─name→ ─emit→ tokens ─render→ files
//!        └──────────── diagnostics: all of them, in one report ────────────┘
//! ```
//!
//! Nothing here touches a disk, an environment or a clock, except for [`cli`], the program.

mod analyze;
#[cfg(feature = "cli")]
pub mod cli;
mod collisions;
mod diag;
pub mod diff;
pub mod edit;
mod export;
mod format;
pub mod ir;
mod json;
mod load;
mod lower;
mod naming;
mod output;
mod parse;
mod references;
mod render;
mod report;
mod rust;
#[cfg(feature = "site")]
mod site;
mod source;
mod spanned;
mod spec;

pub use diag::Diagnostic;
pub use format::{format, schema as format_schema};
pub use load::load;
pub use naming::reserved;
pub use output::{Base, EmitError, Files, Options};
pub use render::MARK;
pub use report::Report;
#[cfg(feature = "site")]
pub use site::{Revision, is_folder as is_folder_of_site, is_part as is_part_of_site};
pub use source::{Location, Source};

/// Emits the Rust module of an API, without what the module of the API that it is built on has already.
///
/// # Errors
///
/// The emitted code is not Rust, which is a bug of this crate and not of the definition.
pub fn rust(api: &ir::Api, base: Option<&Base<'_>>, options: &Options) -> Result<Files, EmitError> {
    rust::emit(api, base, options)
}

/// Emits the API for other languages: TypeScript declarations, JSON Schema, OpenAPI and AsyncAPI.
///
/// Files that are called after the API begin with `name`.
pub fn exports(api: &ir::Api, name: &str) -> Files {
    export::emit(api, name)
}

/// Emits a reference to read: static pages of each revision, which link to the docs of the Rust crate of this name at
/// `../doc`, and to one another.
///
/// # Errors
///
/// As [`rust`], whose code is shown.
#[cfg(feature = "site")]
pub fn site(revisions: &[Revision<'_>], crate_name: &str) -> Result<Files, EmitError> {
    site::emit(revisions, crate_name)
}
