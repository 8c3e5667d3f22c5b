//! What the definition itself says of JSON, and values to say it about.

pub mod changes;
pub mod definition;
pub mod samples;
