//! The generator: a definition goes in, and files, differences, edits and diagnostics come out.

mod based;
mod determinism;
mod diff;
mod edit;
mod exports;
mod fixtures;
mod generated_code;
mod names;
mod reader;
mod reserved_names;
mod revisions;
mod site;
