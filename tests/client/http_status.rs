//! HTTP error statuses and redirects.

use decthings::Error;
use decthings_tests::KEY;
use decthings_tests::server::{Reply, Server, ok, response};

use super::faults::{failure, failures, page_with_key, redirect, status};
use super::support::{client, get_state, state_frame};

fn excerpt(error: &super::faults::Failed, wanted: u16) -> &str {
    match error {
        Error::Http { status, excerpt, .. } if *status == wanted => excerpt,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let other = Server::always(Reply::Respond(ok(&state_frame(b"stolen")))).await;
    let location = format!("Location: {}/Model/getModelState", other.url());
    let codes = ["301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"];
    let redirects = codes.map(|code| Reply::Respond(response(code, &[&location, "Content-Length: 0"], b"")));
    for error in failures(redirects.to_vec()).await {
        assert!(matches!(error, Error::Http { .. }), "{error:?}");
    }
    assert_eq!(get_state(&client(&other)).await.unwrap().data.len(), 1);
    assert_eq!(other.counts().connections, 1, "only the call that was meant for it");
}

#[tokio::test]
async fn redirects_are_named_in_the_error() {
    let error = failure(redirect()).await;
    let text = error.to_string();
    for part in ["302", "redirect", "http_url"] {
        assert!(text.contains(part), "{text}");
    }
}

#[tokio::test]
async fn an_error_status_shows_an_excerpt_of_the_body() {
    for (line, code) in [("404 Not Found", 404), ("429 Too Many Requests", 429), ("503 Service Unavailable", 503)] {
        let error = failure(status(line, b" no such thing\n")).await;
        assert_eq!(excerpt(&error, code), "no such thing");
        let text = error.to_string();
        assert!(text.contains(&code.to_string()) && text.contains("no such thing"), "{text}");
    }
}

#[tokio::test]
async fn an_error_status_without_a_body_is_shown_alone() {
    for (line, code) in [("403 Forbidden", 403), ("500 Internal Server Error", 500)] {
        let error = failure(status(line, b"")).await;
        assert_eq!(excerpt(&error, code), "");
        assert!(error.to_string().ends_with(&format!("HTTP status {code}")), "{error}");
    }
}

#[tokio::test]
async fn a_long_error_page_is_truncated() {
    let error = failure(status("502 Bad Gateway", "é".repeat(1 << 20).as_bytes())).await;
    let shown = excerpt(&error, 502);
    assert!(shown.starts_with("éé") && shown.chars().count() <= 200, "{shown}");
    assert!(error.to_string().chars().count() < 300, "{error}");
}

#[tokio::test]
async fn control_characters_of_an_error_page_are_removed() {
    let error = failure(status("500 Oops", b"\x1b[2J\x07oops")).await;
    assert!(error.to_string().contains("oops"), "{error}");
    assert!(!error.to_string().chars().any(char::is_control), "{error:?}");
}

#[tokio::test]
async fn a_truncated_error_page_keeps_the_status() {
    let truncated = response("500 Oops", &["Content-Length: 1000"], b"half a pa");
    let error = failure(Reply::Close(truncated)).await;
    assert_eq!(excerpt(&error, 500), "half a pa");
}

#[tokio::test]
async fn the_key_is_removed_from_error_pages() {
    for line in ["400 Bad Request", "502 Bad Gateway"] {
        let text = failure(page_with_key(line)).await.to_string();
        assert!(text.contains("Your request had") && text.contains("not a known client"), "{text}");
        assert!(!text.contains(KEY), "{text}");
    }
}
