//! A guide for those who want to train a model, and not to read a reference.
//!
//! | chapter | |
//! |---|---|
//! | [`getting_started`] | a key, a client, a first call, and a service on your own machine to try it on |
//! | [`tensors`] | data in and out: shapes, element types, files, images |
//! | [`training`] | a dataset, a model, a training session, and what the model says then |
//! | [`events`] | programs and sessions that talk while they run |
//! | [`errors_and_retries`] | what can go wrong, what is tried again, and how long anything may take |
//! | [`testing`] | tests of your own code without a network |
//! | [`features`] | what to turn off for a smaller build, and what to turn on |
//!
//! Every snippet is compiled, and those that need no account are run. Whole programs are in `generated/examples`.

#[doc = include_str!("getting_started.md")]
pub mod getting_started {}

#[doc = include_str!("tensors.md")]
pub mod tensors {}

#[doc = include_str!("training.md")]
pub mod training {}

#[doc = include_str!("events.md")]
pub mod events {}

#[doc = include_str!("errors_and_retries.md")]
pub mod errors_and_retries {}

#[doc = include_str!("testing.md")]
pub mod testing {}

#[doc = include_str!("features.md")]
pub mod features {}
