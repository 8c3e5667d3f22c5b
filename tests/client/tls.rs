//! TLS beside the user's own use of the HTTP library.

use decthings::Client;
use decthings_tests::server::{Reply, Server, ok};

use super::support::state_frame;

/// Cargo gives the user's `reqwest` the features that `decthings` turns on.
#[tokio::test]
async fn clients_of_the_users_own_http_library_work() {
    let server = Server::always(Reply::Respond(ok(&state_frame(b"abc")))).await;
    let before = reqwest::Client::new();
    Client::builder().build().unwrap();
    for client in [before, reqwest::Client::builder().no_proxy().build().unwrap()] {
        assert!(client.post(server.url()).send().await.unwrap().status().is_success());
    }
    // It has TLS, which nothing speaks there.
    let url = server.url().replacen("http", "https", 1);
    let error = reqwest::Client::new().get(url).send().await.unwrap_err();
    assert!(error.is_connect(), "{error:?}");
}
