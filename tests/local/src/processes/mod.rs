//! Programs that run on this machine, for the user of this machine alone: see `LocalConfig::allow_processes`.

pub(crate) mod child;
pub(crate) mod folder;
pub(crate) mod live;
pub(crate) mod process;
