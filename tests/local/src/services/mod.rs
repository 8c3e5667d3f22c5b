//! The services: what the API's methods do here.

mod dataset;
mod debug;
mod fs;
mod language;
mod launcher;
mod model;
mod spawned;
mod terminal;

pub(crate) use dataset::Datasets;
pub(crate) use debug::{DebugSession, Debugging};
pub(crate) use fs::Filesystems;
pub(crate) use language::Languages;
pub(crate) use model::Models;
pub(crate) use spawned::Commands;
pub(crate) use terminal::Terminals;
