//! Work in the background: how it is started, stopped and waited for.

pub(crate) mod pool;
pub(crate) mod sessions;
pub(crate) mod signal;
