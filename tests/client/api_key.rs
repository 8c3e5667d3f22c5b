//! The API key and headers: where they are sent, and that they are never shown.

use decthings::{ApiKey, BuildError, Client, ClientBuilder};
use decthings_tests::server::{Reply, Request, Server, ok};
use decthings_tests::{KEY, Temporary};

use super::faults;
use super::support::{get_state, state_frame};

/// The request of a client with these settings.
async fn sent(settings: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Request {
    let server = Server::always(Reply::Respond(ok(&state_frame(b"")))).await;
    get_state(&settings(Client::builder().http_url(server.url())).build().unwrap()).await.unwrap();
    server.only_request()
}

fn build_error(settings: ClientBuilder) -> BuildError {
    settings.build().expect_err("settings that are rejected")
}

#[tokio::test]
async fn the_key_is_sent_as_a_bearer_token() {
    let request = sent(|settings| settings.api_key(format!(" {KEY}\n"))).await;
    assert_eq!(request.header("authorization"), [format!("Bearer {KEY}")]);
}

#[tokio::test]
async fn without_a_key_no_authorization_is_sent() {
    assert!(sent(|settings| settings).await.header("authorization").is_empty());
    assert!(sent(|settings| settings.api_key(" ")).await.header("authorization").is_empty());
}

#[tokio::test]
async fn a_custom_authorization_header_replaces_the_key() {
    let request = sent(|settings| settings.api_key(KEY).header("authorization", "Basic abc")).await;
    assert_eq!(request.header("authorization"), ["Basic abc"]);
}

#[tokio::test]
async fn extra_headers_are_sent_and_may_repeat() {
    let request = sent(|settings| settings.header("X-One", "1").header("X-Two", "2").header("x-one", "3")).await;
    assert_eq!(request.header("x-one"), ["1", "3"]);
    assert_eq!(request.header("x-two"), ["2"]);
    assert_eq!(request.header("content-type"), ["application/octet-stream"]);
    assert_eq!(request.path(), "/v0/Model/getModelState");
}

#[tokio::test]
async fn white_space_in_a_key_file_is_trimmed() {
    let folder = Temporary::new();
    let file = folder.write("auth.txt", format!("\n {KEY}\r\n\n"));
    let request = sent(|settings| settings.api_key_file(&file)).await;
    assert_eq!(request.header("authorization"), [format!("Bearer {KEY}")]);
}

#[test]
fn a_missing_key_file_is_named() {
    let path = std::env::temp_dir().join("decthings-no-such-folder").join("auth.txt");
    let error = build_error(Client::builder().api_key_file(&path));
    let text = error.to_string();
    assert!(text.contains(path.to_str().unwrap()) && text.contains("key") && text.lines().count() == 1, "{text}");
    let BuildError::ApiKeyFile { source, .. } = error else { panic!("{error:?}") };
    assert_eq!(source.kind(), std::io::ErrorKind::NotFound);
}

#[test]
fn an_empty_key_file_is_named() {
    let folder = Temporary::new();
    let file = folder.write("auth.txt", " \n");
    let text = build_error(Client::builder().api_key_file(&file)).to_string();
    let path = file.to_str().unwrap();
    assert!(text.contains(path) && text.contains("is empty") && text.lines().count() == 1, "{text}");
}

#[test]
fn a_key_is_not_sent_unencrypted_to_another_host() {
    for url in [
        "http://192.0.2.1/v0",
        "http://10.0.0.1",
        "http://api.example",
        "http://127.0.0.1.example",
        "http://localhost.example",
        "http://[2001:db8::1]/",
    ] {
        let error = build_error(Client::builder().http_url(url).api_key(KEY));
        assert!(matches!(error, BuildError::InsecureKey { .. }), "{error:?}");
        let text = error.to_string();
        assert!(text.contains("https") && text.contains("allow_insecure_key") && !text.contains(KEY), "{text}");
        assert!(Client::builder().http_url(url).api_key(KEY).allow_insecure_key(true).build().is_ok());
        assert!(Client::builder().http_url(url).build().is_ok(), "without a key there is nothing to protect");
    }
}

#[test]
fn a_key_from_a_file_is_not_sent_unencrypted() {
    let folder = Temporary::new();
    let file = folder.write("auth.txt", KEY);
    let error = build_error(Client::builder().http_url("http://192.0.2.1").api_key_file(&file));
    assert!(matches!(error, BuildError::InsecureKey { .. }), "{error:?}");
}

#[test]
fn a_key_is_sent_to_loopback_and_over_tls() {
    for url in ["http://127.0.0.1:1", "http://[::1]:1", "http://LOCALHOST:1/v0", "https://api.example"] {
        assert!(Client::builder().http_url(url).api_key(KEY).build().is_ok(), "{url}");
    }
}

#[test]
fn the_websocket_gets_no_key_unencrypted() {
    let error = build_error(Client::builder().websocket_url("ws://192.0.2.1/ws").api_key(KEY));
    assert!(matches!(error, BuildError::InsecureKey { .. }), "{error:?}");
}

#[test]
fn invalid_urls_are_rejected() {
    for url in ["", "a.example", "ftp://a", "http://", "http://user@a", "http://a/?query", "http://a/#fragment"] {
        let error = build_error(Client::builder().http_url(url));
        assert!(matches!(error, BuildError::Url { .. }), "{url}: {error:?}");
    }
}

#[test]
fn invalid_settings_are_rejected_without_showing_secrets() {
    let secret = |text: &str| text.contains(KEY);
    let settings = [
        Client::builder().api_key(format!("{KEY}\n{KEY}")),
        Client::builder().header("x-token", format!("{KEY}\n")),
        Client::builder().header("Authorization", format!("Bearer {KEY}\n")),
        Client::builder().header("not a name", KEY),
        Client::builder().header("Host", KEY),
        Client::builder().http_url(format!("https://user:{KEY}@api.example")),
        Client::builder().http_url(format!("https://user:{KEY}@")),
        Client::builder().http_url(format!("https://{KEY}@api.example:port")),
        Client::builder().http_url(format!("https://api.example/?key={KEY}")),
        Client::builder().websocket_url(format!("wss://api.example/ws#{KEY}")),
    ];
    for settings in settings {
        assert!(!secret(&format!("{settings:?}")), "{settings:?}");
        let error = build_error(settings);
        assert!(!secret(&error.to_string()) && !secret(&format!("{error:?}")), "{error:?}");
    }
}

#[test]
fn debug_output_does_not_show_the_key() {
    let settings = Client::builder().http_url("http://localhost:1").api_key(KEY).header("X-Token", KEY);
    let client = settings.clone().build().unwrap();
    let shown = [
        format!("{settings:#?}"),
        format!("{client:#?}"),
        format!("{:#?}", ApiKey::new(KEY)),
        format!("{:#?}", client.model().delete_model("m")),
    ];
    for text in shown {
        assert!(!text.contains(KEY), "{text}");
    }
}

#[tokio::test]
async fn errors_do_not_show_the_key() {
    let failures = faults::all().await;
    assert!(failures.len() >= 20);
    for error in failures {
        let mut texts = vec![error.to_string(), format!("{error:#?}")];
        let mut next = error.cause();
        while let Some(cause) = next {
            texts.extend([cause.to_string(), format!("{cause:?}")]);
            next = cause.source();
        }
        for text in texts {
            assert!(!text.contains(KEY), "{text}");
        }
    }
}
