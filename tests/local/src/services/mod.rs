//! The services of the API: one file or folder each, and what they have in common.

pub(crate) mod common;
pub(crate) mod dataset;
pub(crate) mod debug;
pub(crate) mod fs;
pub(crate) mod image;
pub(crate) mod language;
pub(crate) mod model;
pub(crate) mod organization;
pub(crate) mod persistent_launcher;
pub(crate) mod spawned;
pub(crate) mod terminal;
pub(crate) mod user;
