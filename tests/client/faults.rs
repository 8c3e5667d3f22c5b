//! Faults of servers, by name, to test each of them and all of them together.

use decthings::{Client, Error};
use decthings_tests::KEY;
use decthings_tests::server::{Reply, Server, ok, response, sized, unused_address};

use super::support::{MOMENT, client, frame, get_state, state_frame};

pub type Failed = Error<decthings::api::model::GetModelStateError>;

/// The error of a call to a server with this reply.
pub async fn failure(act: Reply) -> Failed {
    failures(vec![act]).await.remove(0)
}

/// The errors of calls to a server with these replies.
pub async fn failures(acts: Vec<Reply>) -> Vec<Failed> {
    let number = acts.len();
    let server = Server::in_turn(acts).await;
    let client = client(&server);
    let mut failures = Vec::with_capacity(number);
    for _ in 0..number {
        failures.push(get_state(&client).await.expect_err("a failure"));
    }
    failures
}

pub async fn refused_connection() -> (String, Failed) {
    let address = unused_address().await;
    let client = Client::builder().http_url(format!("http://{address}")).api_key(KEY).build().unwrap();
    (address.to_string(), get_state(&client).await.expect_err("a failure"))
}

pub async fn no_response_in_time() -> Failed {
    let server = Server::always(Reply::Stall(Vec::new())).await;
    let client = Client::builder().http_url(server.url()).api_key(KEY).timeout(MOMENT).build().unwrap();
    get_state(&client).await.expect_err("a failure")
}

pub async fn more_than_allowed(act: Reply) -> Failed {
    let server = Server::always(act).await;
    let client = Client::builder().http_url(server.url()).api_key(KEY).max_response_bytes(1000).build().unwrap();
    get_state(&client).await.expect_err("a failure")
}

pub async fn plain_server_over_tls() -> Failed {
    let server = Server::always(Reply::Close(ok(&state_frame(b"")))).await;
    let url = format!("https://{}", server.address());
    let client = Client::builder().http_url(url).api_key(KEY).build().unwrap();
    get_state(&client).await.expect_err("a failure")
}

pub fn redirect() -> Reply {
    Reply::Respond(response("302 Found", &["Location: http://elsewhere.invalid/v0", "Content-Length: 0"], b""))
}

pub fn status(status: &str, body: &[u8]) -> Reply {
    Reply::Respond(sized(status, body))
}

pub fn compressed() -> Reply {
    Reply::Respond(response("200 OK", &["Content-Encoding: gzip", "Content-Length: 3"], b"abc"))
}

pub fn cut_short() -> Reply {
    Reply::Close(response("200 OK", &["Content-Length: 1000"], &state_frame(b"abc")))
}

pub fn longer_than_announced() -> Reply {
    Reply::Respond(response("200 OK", &["Content-Length: 20"], &state_frame(b"abc")))
}

pub fn absurd_length() -> Reply {
    Reply::Close(response("200 OK", &["Content-Length: 18446744073709551615"], b"abc"))
}

pub fn garbage() -> Reply {
    Reply::Close(b"SSH-2.0-OpenSSH_9.6\r\n\r\n".to_vec())
}

pub fn closed_without_response() -> Reply {
    Reply::Close(Vec::new())
}

pub fn malformed_frame() -> Reply {
    Reply::Respond(ok(b"<html>not found</html>"))
}

pub fn malformed_envelope() -> Reply {
    Reply::Respond(ok(&frame(r#"{"results":{}}"#, &[])))
}

pub fn api_error(json: &str) -> Reply {
    Reply::Respond(ok(&frame(json, &[])))
}

/// A page that repeats the request, as some proxies send it.
pub fn page_with_key(status: &str) -> Reply {
    let page = format!("400 Bad Request. Your request had: Authorization: Bearer {KEY}; this is not a known client");
    Reply::Respond(sized(status, page.as_bytes()))
}

/// The errors of each fault.
pub async fn all() -> Vec<Failed> {
    let mut all = vec![
        refused_connection().await.1,
        no_response_in_time().await,
        plain_server_over_tls().await,
        more_than_allowed(Reply::Respond(ok(&state_frame(&[7; 2000])))).await,
    ];
    let acts = vec![
        redirect(),
        status("404 Not Found", b"no such thing"),
        status("500 Internal Server Error", b""),
        compressed(),
        cut_short(),
        longer_than_announced(),
        absurd_length(),
        garbage(),
        closed_without_response(),
        Reply::Reset(Vec::new()),
        malformed_frame(),
        malformed_envelope(),
        api_error(r#"{"error":{"code":"model_not_found"}}"#),
        api_error(r#"{"error":{"code":"brand_new","why":"because"}}"#),
        api_error(r#"{"error":{"code":"invalid_parameter"}}"#),
        page_with_key("400 Bad Request"),
    ];
    all.extend(failures(acts).await);
    all
}
