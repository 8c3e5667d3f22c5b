//! The expected Rust of every `ok` fixture, compiled, with its client calling its server.

/// Generated modules, as a user's crate would hold them.
#[allow(dead_code, unused_imports, deprecated, missing_docs, clippy::all)]
mod ok;

mod blobs;
mod calls;
mod methods;
mod nested;

use std::sync::Arc;

use decthings::Client;
use decthings::runtime::{Router, Routes};

/// A client whose calls go to a service in process.
fn client<C: From<Client>>(service: &'static str, routes: Arc<dyn Routes>) -> C {
    Client::builder().service(Router::new().route(service, routes)).build().unwrap().into()
}
