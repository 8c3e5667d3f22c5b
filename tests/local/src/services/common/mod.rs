//! What services have in common: checks of parameters, and what calls refer to.

pub(crate) mod check;
pub(crate) mod location;
pub(crate) mod parameters;
pub(crate) mod states;
