//! Connecting: refused connections, handshakes, headers and TLS.

use std::time::{Duration, Instant};

use decthings::{BuildError, Client, Error};
use decthings_tests::server::Listener;
use decthings_tests::{KEY, Log, soon};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::support::{TalkSocket, builder_of, client_of};
use super::talk::echo;

#[tokio::test]
async fn a_refused_connection_fails_the_call_at_once() {
    let url = Listener::bind().await.websocket_url();
    let client = Client::builder().websocket_url(&url).build().unwrap();
    let before = Instant::now();
    let error = soon(echo(&client, "x").send()).await.unwrap_err();
    assert!(before.elapsed() < Duration::from_secs(2));
    assert!(matches!(error, Error::Transport { unsent: true, .. }), "{error:?}");
    assert!(error.to_string().contains(&format!("{url}: connection refused; is a server running there?")), "{error}");
    assert!(error.is_retryable());
}

#[test]
fn the_websocket_url_follows_the_http_url() {
    for (http, websocket) in [("http://h:1/v0/", "ws://h:1/v0/ws"), ("https://http.example", "wss://http.example/ws")] {
        let client = Client::builder().http_url(http).build().unwrap();
        assert_eq!(client.websocket_url(), websocket);
    }
}

/// Reads a handshake, and sends this response.
async fn respond_to_handshake(server: &Listener, response: &str) -> TcpStream {
    let mut stream = server.accept_tcp().await;
    let mut handshake = Vec::new();
    while !handshake.ends_with(b"\r\n\r\n") {
        handshake.push(soon(stream.read_u8()).await.unwrap());
    }
    soon(stream.write_all(response.as_bytes())).await.unwrap();
    stream
}

#[tokio::test]
async fn a_rejected_upgrade_is_an_http_error() {
    let server = Listener::bind().await;
    let client = client_of(&server);
    for status in [404, 401, 500, 302] {
        let call = tokio::spawn(echo(&client, "x").send());
        let response = format!("HTTP/1.1 {status} X\r\nLocation: /\r\nContent-Length: 7\r\n\r\nno such");
        let _stream = respond_to_handshake(&server, &response).await;
        let error = soon(call).await.unwrap().unwrap_err();
        assert!(matches!(error, Error::Http { status: is, .. } if is == status), "{error:?}");
    }
}

#[tokio::test]
async fn a_server_without_websocket_is_a_connection_error() {
    let server = Listener::bind().await;
    let client = client_of(&server);
    for response in
        ["HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "SSH-2.0-OpenSSH_9.9\r\n\r\n", "", "HTTP/1.1 101 X\r\n\r\n"]
    {
        let call = tokio::spawn(echo(&client, "x").send());
        drop(respond_to_handshake(&server, response).await);
        let error = soon(call).await.unwrap().unwrap_err();
        assert!(matches!(error, Error::Transport { unsent: true, .. }), "{error:?}");
        assert!(error.to_string().contains(&server.address().to_string()), "{error}");
    }
}

#[tokio::test]
async fn a_response_to_another_handshake_is_rejected() {
    let server = Listener::bind().await;
    let client = client_of(&server);
    for accept in ["", "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"] {
        let call = tokio::spawn(echo(&client, "x").send());
        let response =
            format!("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n{accept}\r\n");
        let _stream = respond_to_handshake(&server, &response).await;
        let error = soon(call).await.unwrap().unwrap_err();
        assert!(error.to_string().contains("`Sec-WebSocket-Accept`"), "{error}");
    }
}

#[tokio::test]
async fn a_handshake_without_a_response_times_out() {
    let server = Listener::bind().await;
    let client = builder_of(&server).connect_timeout(Duration::from_millis(100)).build().unwrap();
    let call = tokio::spawn(echo(&client, "x").send());
    let _stream = server.accept_tcp().await;
    let error = soon(call).await.unwrap().unwrap_err();
    assert!(matches!(error, Error::Transport { unsent: true, .. }), "{error:?}");
    assert!(error.to_string().contains("in time"), "{error}");
}

#[tokio::test]
async fn a_failed_connection_fails_waiting_calls_and_the_next_call_reconnects() {
    let server = Listener::bind().await;
    let client = client_of(&server);
    let calls: Vec<_> = (0..3).map(|_| tokio::spawn(echo(&client, "x").send())).collect();
    let stream = server.accept_tcp().await;
    tokio::task::yield_now().await;
    drop(stream);
    for call in calls {
        assert!(matches!(soon(call).await.unwrap(), Err(Error::Transport { .. })));
    }
    let call = tokio::spawn(echo(&client, "y").send());
    let mut socket = server.accept().await;
    let request = socket.request("echo").await;
    assert_eq!(request.id, 0);
    socket.echo(request).await;
    assert_eq!(soon(call).await.unwrap().unwrap().text, "y");
}

#[tokio::test]
async fn the_key_is_in_each_message_and_headers_are_in_the_handshake() {
    let server = Listener::bind().await;
    let client = builder_of(&server).api_key(KEY).header("X-Team", "blue").build().unwrap();
    assert!(!format!("{client:?}").contains(KEY));
    let call = tokio::spawn(echo(&client, "x").send());
    let mut socket = server.accept().await;
    assert_eq!(socket.handshake.header("x-team"), ["blue"]);
    assert!(socket.handshake.header("authorization").is_empty());
    assert!(socket.handshake.header("content-type").is_empty());
    let request = socket.request("echo").await;
    assert_eq!(request.json["apiKey"], KEY);
    socket.echo(request).await;
    soon(call).await.unwrap().unwrap();
}

#[tokio::test]
async fn no_library_logs_the_key() {
    let log = Log::capture();
    let server = Listener::bind().await;
    let client = builder_of(&server).api_key(KEY).header("X-Token", KEY).build().unwrap();
    let call = tokio::spawn(echo(&client, "x").send());
    let mut socket = server.accept().await;
    let request = socket.request("echo").await;
    socket.echo(request).await;
    soon(call).await.unwrap().unwrap();
    let text = log.text();
    // A record of the `log` facade, which libraries use.
    assert!(text.contains("DEBUG reqwest::connect: starting new connection"), "{text}");
    assert!(!text.contains(KEY), "{text}");
}

#[test]
fn a_key_is_not_sent_unencrypted() {
    let builder = Client::builder().api_key(KEY).websocket_url("ws://decthings.example/v0/ws");
    let error = builder.clone().build().unwrap_err();
    assert!(matches!(error, BuildError::InsecureKey { .. }), "{error}");
    assert!(!error.to_string().contains(KEY));
    builder.allow_insecure_key(true).build().unwrap();
}

#[test]
fn headers_of_the_handshake_are_rejected() {
    for name in ["Sec-WebSocket-Key", "Upgrade", "Connection"] {
        let error = Client::builder().header(name, "x").build().unwrap_err();
        assert!(matches!(error, BuildError::Header { .. }), "{error}");
    }
}

#[tokio::test]
async fn a_wss_url_uses_tls() {
    let server = Listener::bind().await;
    let url = format!("wss://localhost:{}/v0/ws", server.address().port());
    let client = Client::builder().websocket_url(url).retry(decthings::RetryPolicy::off()).build().unwrap();
    let call = tokio::spawn(echo(&client, "x").send());
    let mut stream = server.accept_tcp().await;
    // The first byte of a TLS handshake.
    assert_eq!(soon(stream.read_u8()).await.unwrap(), 22);
    soon(stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")).await.unwrap();
    let error = soon(call).await.unwrap().unwrap_err();
    assert!(error.to_string().contains("does the server speak TLS"), "{error}");
}
