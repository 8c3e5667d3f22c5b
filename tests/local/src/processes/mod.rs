//! Programs that run on this machine, for the user of this machine alone: see `LocalConfig::allow_processes`.

mod begin;
mod folder;
mod kill;
mod process;
mod start;

pub(crate) use begin::begin;
pub(crate) use folder::Folder;
pub(crate) use process::{End, Process, Sink};
pub(crate) use start::{Running, piped, terminal};
