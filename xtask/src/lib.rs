//! What the tests share with the commands.

pub mod rustfmt;
