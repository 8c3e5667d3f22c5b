//! The API as it is published: the definition against recorded facts, JSON Schemas, and the crate's public items.

mod facts;
mod json_schema;
mod public_api;
mod weights;
