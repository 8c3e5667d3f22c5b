//! The services: what the API's methods do here.

mod dataset;
mod debug;
mod fs;
mod launcher;
mod model;

pub(crate) use dataset::Datasets;
pub(crate) use debug::{DebugSession, Debugging};
pub(crate) use fs::Filesystems;
pub(crate) use model::Models;
