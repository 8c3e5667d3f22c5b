//! The runtime of `decthings` with the API of the fixture `reserved`, in the shape of the real crate: generated code
//! extends the runtime's types, and stands behind cargo features.
//!
//! `cargo xtask fixtures` writes `api`. Its definition is `tests/data/fixtures/ok/reserved/definition.json`.

#[path = "../../../generated/src/runtime/mod.rs"]
pub mod runtime;
#[path = "../../../generated/src/service.rs"]
mod service;
#[path = "../../../generated/src/tensor/mod.rs"]
pub mod tensor;
#[path = "../../../generated/src/varint.rs"]
mod varint;

pub use runtime::*;

#[allow(missing_docs)]
pub mod api;
