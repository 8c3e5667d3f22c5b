//! Tests of the local server through a client, one module per area.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod bulk_entries;
mod connections;
mod datasets;
mod debug;
mod entries;
mod evaluations;
#[cfg(unix)]
mod file_trees;
mod files;
mod filesystems;
mod images;
#[cfg(unix)]
mod kept;
mod keyless;
#[cfg(target_os = "linux")]
mod kills;
mod launchers;
mod long_running;
mod model_program;
mod models;
mod organizations;
mod own_code;
mod own_code_failures;
mod own_code_isolation;
mod processes;
mod python_code;
mod served_models;
mod snapshots;
mod states;
#[cfg(target_os = "linux")]
mod stopping;
mod support;
mod training;
mod users;
