//! The services: what the API's methods do here.

mod dataset;
mod fs;
mod images;
mod launcher;
mod launchers;
mod model;
mod organization;
mod users;

pub(crate) use dataset::Datasets;
pub(crate) use fs::Filesystems;
pub(crate) use images::Images;
pub(crate) use launchers::Launchers;
pub(crate) use model::Models;
pub(crate) use organization::Organizations;
pub(crate) use users::Users;
