//! The services: what the API's methods do here.

mod dataset;
mod launcher;
mod model;

pub(crate) use dataset::Datasets;
pub(crate) use model::Models;
