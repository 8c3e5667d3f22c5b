//! A guide to training a model.
//!
//! | chapter | |
//! |---|---|
//! | [`getting_started`] | an API key, a client, a first call, and a local server to try it on |
//! | [`tensors`] | tensors: shapes, element types, files, images |
//! | [`training`] | a dataset, a model, a training session, and an evaluation |
//! | [`own_models`] | a model in Python, developed and tested on your machine |
//! | [`events`] | the events of running programs and sessions |
//! | [`errors_and_retries`] | errors, retries, timeouts and limits |
//! | [`testing`] | testing your code without a network |
//! | [`serving`] | serving an implementation of your own, with axum |
//! | [`command_line`] | the program `decthings`: every method as a command |
//! | [`revisions`] | the two revisions of the API |
//! | [`features`] | the cargo features |
//!
//! All snippets are compiled, and those that need no account are run. Complete programs are in `generated/examples`.

#[doc = include_str!("getting_started.md")]
pub mod getting_started {}

#[doc = include_str!("tensors.md")]
pub mod tensors {}

#[doc = include_str!("training.md")]
pub mod training {}

#[doc = include_str!("own_models.md")]
pub mod own_models {}

#[doc = include_str!("events.md")]
pub mod events {}

#[doc = include_str!("errors_and_retries.md")]
pub mod errors_and_retries {}

#[doc = include_str!("testing.md")]
pub mod testing {}

#[doc = include_str!("serving.md")]
pub mod serving {}

#[doc = include_str!("command_line.md")]
pub mod command_line {}

#[doc = include_str!("revisions.md")]
pub mod revisions {}

#[doc = include_str!("features.md")]
pub mod features {}
