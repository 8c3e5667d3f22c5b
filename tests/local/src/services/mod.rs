//! The services: what the API's methods do here.

mod dataset;
mod fs;
mod launcher;
mod model;

pub(crate) use dataset::Datasets;
pub(crate) use fs::Filesystems;
pub(crate) use model::Models;
