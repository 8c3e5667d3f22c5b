//! What servers do wrong: named, so that each can be looked at by itself, and all of them together.

use decthings::{Client, Error};

use super::server::{Act, MOMENT, Server, deserted, frame, http, ok, sized};
use super::{KEY, ask, client, good};

pub type Failed = Error<decthings::api::model::GetModelStateError>;

/// What a call says about a server that does this.
pub async fn failure(act: Act) -> Failed {
    failures(vec![act]).await.remove(0)
}

/// What calls say about a server that does this in turn.
pub async fn failures(acts: Vec<Act>) -> Vec<Failed> {
    let number = acts.len();
    let server = Server::in_turn(acts).await;
    let client = client(&server);
    let mut failures = Vec::with_capacity(number);
    for _ in 0..number {
        failures.push(ask(&client).await.expect_err("a failure"));
    }
    failures
}

pub async fn refused_connection() -> (String, Failed) {
    let address = deserted().await;
    let client = Client::builder().http_url(format!("http://{address}")).api_key(KEY).build().unwrap();
    (address.to_string(), ask(&client).await.expect_err("a failure"))
}

pub async fn no_answer_in_time() -> Failed {
    let server = Server::always(Act::Hang(Vec::new())).await;
    let client = Client::builder().http_url(server.url()).api_key(KEY).timeout(MOMENT).build().unwrap();
    ask(&client).await.expect_err("a failure")
}

pub async fn more_than_allowed(act: Act) -> Failed {
    let server = Server::always(act).await;
    let client = Client::builder().http_url(server.url()).api_key(KEY).max_response_bytes(1000).build().unwrap();
    ask(&client).await.expect_err("a failure")
}

pub async fn plain_server_over_tls() -> Failed {
    let server = Server::always(Act::Close(ok(&good(b"")))).await;
    let url = format!("https://{}", server.address());
    let client = Client::builder().http_url(url).api_key(KEY).build().unwrap();
    ask(&client).await.expect_err("a failure")
}

pub fn redirect() -> Act {
    Act::Answer(http("302 Found", &["Location: http://elsewhere.invalid/v0", "Content-Length: 0"], b""))
}

pub fn status(status: &str, body: &[u8]) -> Act {
    Act::Answer(sized(status, body))
}

pub fn compressed() -> Act {
    Act::Answer(http("200 OK", &["Content-Encoding: gzip", "Content-Length: 3"], b"abc"))
}

pub fn cut_short() -> Act {
    Act::Close(http("200 OK", &["Content-Length: 1000"], &good(b"abc")))
}

pub fn longer_than_announced() -> Act {
    Act::Answer(http("200 OK", &["Content-Length: 20"], &good(b"abc")))
}

pub fn absurd_length() -> Act {
    Act::Close(http("200 OK", &["Content-Length: 18446744073709551615"], b"abc"))
}

pub fn garbage() -> Act {
    Act::Close(b"SSH-2.0-OpenSSH_9.6\r\n\r\n".to_vec())
}

pub fn closed_without_a_word() -> Act {
    Act::Close(Vec::new())
}

pub fn frame_of_nonsense() -> Act {
    Act::Answer(ok(b"<html>not found</html>"))
}

pub fn envelope_of_nonsense() -> Act {
    Act::Answer(ok(&frame(r#"{"results":{}}"#, &[])))
}

pub fn api_error(json: &str) -> Act {
    Act::Answer(ok(&frame(json, &[])))
}

/// A page that repeats what it was asked, as some proxies do when they are in doubt.
pub fn indiscreet(status: &str) -> Act {
    let page = format!("400 Bad Request. Your request had: Authorization: Bearer {KEY}; this is not a known client");
    Act::Answer(sized(status, page.as_bytes()))
}

/// Each fault once.
pub async fn all() -> Vec<Failed> {
    let mut all = vec![
        refused_connection().await.1,
        no_answer_in_time().await,
        plain_server_over_tls().await,
        more_than_allowed(Act::Answer(ok(&good(&[7; 2000])))).await,
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
        closed_without_a_word(),
        Act::Reset,
        frame_of_nonsense(),
        envelope_of_nonsense(),
        api_error(r#"{"error":{"code":"model_not_found"}}"#),
        api_error(r#"{"error":{"code":"brand_new","why":"because"}}"#),
        api_error(r#"{"error":{"code":"invalid_parameter"}}"#),
        indiscreet("400 Bad Request"),
    ];
    all.extend(failures(acts).await);
    all
}
