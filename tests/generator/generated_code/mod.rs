//! The expected Rust of every `ok` fixture, compiled, with its client calling its server.

/// Generated modules, as a user's crate would hold them.
#[allow(dead_code, unused_imports, deprecated, missing_docs, clippy::all)]
mod ok;

mod blobs;
mod calls;
mod methods;
mod nested;

use std::sync::Arc;

use decthings::runtime::{Router, Routes};
use decthings::{Client, EventHub};

/// A client whose calls go to a service in process, which publishes no events.
fn client<C: From<Client>>(service: &'static str, routes: Arc<dyn Routes>) -> C {
    let router = Router::new().events(EventHub::new()).route(service, routes);
    Client::builder().service(router).build().unwrap().into()
}
