//! The services: what the API's methods do here.

mod dataset;
mod debug;
mod fs;
mod images;
mod language;
mod launcher;
mod launchers;
mod model;
mod organization;
mod spawned;
mod terminal;
mod users;

pub(crate) use dataset::Datasets;
pub(crate) use debug::{DebugSession, Debugging};
pub(crate) use fs::Filesystems;
pub(crate) use images::Images;
pub(crate) use language::Languages;
pub(crate) use launchers::Launchers;
pub(crate) use model::Models;
pub(crate) use organization::Organizations;
pub(crate) use spawned::Commands;
pub(crate) use terminal::Terminals;
pub(crate) use users::Users;
