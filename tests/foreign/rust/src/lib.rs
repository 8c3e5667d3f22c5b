//! What the generators made.

#![allow(clippy::all, warnings)]

/// By progenitor, from `openapi-3.0.json`.
pub mod progenitor {
    include!(concat!(env!("OUT_DIR"), "/progenitor.rs"));
}

/// By typify, from `decthings.bundle.schema.json`.
pub mod typify {
    include!(concat!(env!("OUT_DIR"), "/typify.rs"));
}
