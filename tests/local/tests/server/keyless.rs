//! What callers without a valid key can do: little, and not for long.

use std::io;
use std::time::Duration;

use decthings_local::{Limits, LocalServer};
use decthings_tests::KEY;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{client_of, config, error_code, raw, start, within};

const UPGRADE: &str = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                       Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

/// Opens a WebSocket.
async fn open_socket(server: &LocalServer) -> TcpStream {
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    let request = format!("GET /v0/ws HTTP/1.1\r\nHost: localhost\r\n{UPGRADE}\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap();
    // The accept key of RFC 6455, section 1.3.
    assert!(head.contains("101") && head.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "{head}");
    stream
}

/// Sends a message in one frame, with a mask of zeros.
async fn send(stream: &mut TcpStream, message: &[u8]) {
    let length = message.len() as u64;
    let mut frame = match length {
        0..126 => vec![0x82, 0x80 | length as u8],
        126..0x1_0000 => [&[0x82, 0xfe], &(length as u16).to_be_bytes()[..]].concat(),
        _ => [&[0x82, 0xff], &length.to_be_bytes()[..]].concat(),
    };
    frame.extend_from_slice(&[0; 4]);
    frame.extend_from_slice(message);
    stream.write_all(&frame).await.unwrap();
}

/// Receives frames up to one whose first byte is this, and returns its payload.
async fn receive(stream: &mut TcpStream, first: u8) -> Vec<u8> {
    loop {
        let opcode = stream.read_u8().await.unwrap();
        let length = match stream.read_u8().await.unwrap() {
            126 => stream.read_u16().await.unwrap().into(),
            length => usize::from(length),
        };
        let mut payload = vec![0; length];
        stream.read_exact(&mut payload).await.unwrap();
        if opcode == first {
            return payload;
        }
    }
}

/// The code of the frame that closes a WebSocket.
async fn close_code(stream: &mut TcpStream) -> u16 {
    let payload = receive(stream, 0x88).await;
    u16::from_be_bytes([payload[0], payload[1]])
}

/// A call over a WebSocket.
fn call(key: &str) -> Vec<u8> {
    let json = format!("{{\"api\":\"Model\",\"method\":\"getModels\",\"params\":{{}},\"apiKey\":\"{key}\"}}");
    let mut message = vec![0, 0, 0, 1, 0, u8::try_from(json.len()).unwrap()];
    message.extend_from_slice(json.as_bytes());
    message
}

/// Calls over a WebSocket. Returns the response as text.
async fn respond(stream: &mut TcpStream, key: &str) -> String {
    send(stream, &call(key)).await;
    String::from_utf8_lossy(&receive(stream, 0x82).await).into_owned()
}

/// Fails if something takes an hour, on a clock that runs while all tasks wait.
async fn hour<T>(wait: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(3600), wait).await.expect("the server kept waiting")
}

/// Reads until the server closes the connection.
async fn until_closed(stream: &mut TcpStream) -> String {
    let mut text = Vec::new();
    match stream.read_to_end(&mut text).await {
        Ok(_) => {}
        Err(error) => assert_eq!(error.kind(), io::ErrorKind::ConnectionReset),
    }
    String::from_utf8_lossy(&text).into_owned()
}

#[tokio::test]
async fn foreign_hosts_and_origins_are_rejected() {
    within(async {
        let (server, client) = start(config().allow_host("box.example")).await;
        let port = server.address().port();
        let key = format!("Authorization: Bearer {KEY}\r\nConnection: close\r\n");
        let call = async |headers: String| {
            let request =
                format!("POST /v0/Model/getModels HTTP/1.1\r\n{key}{headers}Content-Length: 4\r\n\r\n\0\u{2}{{}}");
            let (status, body) = raw(&server, &request).await;
            assert_eq!(status.contains("200"), body.contains("\"total\":0"), "{status} {body}");
            status.split(' ').nth(1).unwrap().to_owned()
        };
        for host in
            ["localhost", "LOCALHOST:1", "127.0.0.1", "127.8.8.8:80", "[::1]:80", "box.example:80", "app.localhost"]
        {
            assert_eq!(call(format!("Host: {host}\r\n")).await, "200", "{host}");
            assert_eq!(call(format!("Host: localhost\r\nOrigin: http://{host}\r\n")).await, "200", "{host}");
        }
        for host in
            ["evil.example", "evil.example:80", "localhost.evil.example", "10.0.0.1", "[::2]", "", "a b", "\u{fc}"]
        {
            let foreign = format!("Host: {host}:{port}\r\n");
            assert!(["400", "403"].contains(&call(foreign).await.as_str()), "{host}");
        }
        assert_eq!(call(String::new()).await, "403");
        assert_eq!(call("Host: localhost\r\nHost: evil.example\r\n".to_owned()).await, "403");
        for origin in ["https://evil.example", "http://localhost.evil.example", "null", "file://", "localhost"] {
            let expected = if origin == "localhost" { "200" } else { "403" };
            assert_eq!(call(format!("Host: localhost\r\nOrigin: {origin}\r\n")).await, expected, "{origin}");
        }

        for header in ["Host: evil.example", "Host: localhost\r\nOrigin: https://evil.example"] {
            let upgrade = UPGRADE.replace("Upgrade\r\nUpgrade", "close, Upgrade\r\nUpgrade");
            let request = format!("GET /v0/ws HTTP/1.1\r\n{header}\r\n{upgrade}\r\n");
            let (status, body) = raw(&server, &request).await;
            assert!(status.contains("403") && body.contains("evil.example"), "{status} {body}");
        }
        assert_eq!(client.model().get_models().await.unwrap().total, 0);
        server.shutdown().await;
    })
    .await;
}

#[tokio::test]
async fn bodies_without_a_key_are_not_awaited() {
    within(async {
        let (server, _) = start(config()).await;
        for length in [100u64, 1 << 40] {
            let mut stream = TcpStream::connect(server.address()).await.unwrap();
            let head = "POST /v0/Model/getModels HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer k3y-wrong\r\n";
            stream.write_all(format!("{head}Content-Length: {length}\r\n\r\n").as_bytes()).await.unwrap();
            assert!(until_closed(&mut stream).await.contains("bad_credentials"));
        }
        server.shutdown().await;
    })
    .await;
}

#[tokio::test]
async fn sockets_without_a_key_hold_little() {
    within(async {
        let (server, _) = start(config()).await;
        // Only the head of a frame, then a whole message.
        let mut announced = open_socket(&server).await;
        announced.write_all(&[0x82, 0xff, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]).await.unwrap();
        assert_eq!(close_code(&mut announced).await, 1009);
        let mut long = open_socket(&server).await;
        send(&mut long, &vec![0; 1 << 20]).await;
        assert_eq!(close_code(&mut long).await, 1009);
        // A message in parts is not longer.
        let mut parts = open_socket(&server).await;
        for first in [0x02, 0x00, 0x00] {
            let mut frame = vec![first, 0xfe, 0x1f, 0xff, 0, 0, 0, 0];
            frame.extend_from_slice(&[0; 0x1fff]);
            parts.write_all(&frame).await.unwrap();
        }
        assert_eq!(close_code(&mut parts).await, 1009);

        let mut valid = open_socket(&server).await;
        assert!(respond(&mut valid, "k3y-wrong").await.contains("bad_credentials"));
        assert!(respond(&mut valid, KEY).await.contains("\"total\":0"));
        send(&mut valid, &vec![0; 1 << 20]).await;
        assert!(!receive(&mut valid, 0x82).await.is_empty());
        assert!(respond(&mut valid, "k3y-wrong").await.contains("bad_credentials"));
        server.shutdown().await;
    })
    .await;
}

#[tokio::test]
async fn sockets_without_a_key_take_no_place() {
    within(async {
        let mut limits = Limits::default();
        limits.sockets = 2;
        let (server, _) = start(config().limits(limits)).await;
        let mut keyless = Vec::new();
        for _ in 0..10 {
            keyless.push(open_socket(&server).await);
        }
        let (mut first, mut second) = (open_socket(&server).await, open_socket(&server).await);
        for stream in [&mut first, &mut second] {
            assert!(respond(stream, KEY).await.contains("\"total\":0"));
        }
        assert!(respond(&mut keyless[0], KEY).await.contains("too_many_requests"));
        drop(first);
        while !respond(&mut keyless[1], KEY).await.contains("\"total\":0") {
            tokio::task::yield_now().await;
        }
        assert!(respond(&mut second, KEY).await.contains("\"total\":0"));
        server.shutdown().await;
    })
    .await;
}

#[tokio::test]
async fn new_caller_is_answered_while_many_wait() {
    within(async {
        let limit = getrlimit(Resource::Nofile);
        setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }).unwrap();
        let (server, client) = start(config()).await;
        let mut valid = open_socket(&server).await;
        assert!(respond(&mut valid, KEY).await.contains("\"total\":0"));
        let mut idle = Vec::new();
        // The connections of the server count too, and so do those of other tests.
        let count = limit.maximum.map_or(2_000, |files| files.saturating_sub(1_000).min(2_000));
        for index in 0..usize::try_from(count).unwrap() {
            let mut stream = TcpStream::connect(server.address()).await.unwrap();
            // Some send a part of a request, some open a WebSocket.
            let part = ["", "POST /v0/Model/getModels HTTP/1.1\r\n", "GET /v0/ws HTTP/1.1\r\n"][index % 3];
            let rest = if index % 3 == 2 { format!("Host: localhost\r\n{UPGRADE}\r\n") } else { String::new() };
            stream.write_all(format!("{part}{rest}").as_bytes()).await.unwrap();
            idle.push(stream);
        }
        assert_eq!(client.model().get_models().await.unwrap().total, 0);
        assert_eq!(client_of(&server, KEY).model().get_models().await.unwrap().total, 0);
        assert_eq!(error_code(client_of(&server, "k3y-wrong").model().get_models().await), "bad_credentials");
        // A socket with a key stays open, the first one without it does not.
        assert!(respond(&mut valid, KEY).await.contains("\"total\":0"));
        assert_eq!(until_closed(&mut idle[0]).await, "");
        server.shutdown().await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn idle_and_slow_connections_are_closed() {
    let (server, _) = start(config()).await;
    let head = format!("POST /v0/Model/getModels HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {KEY}\r\n");
    let whole = format!("{head}Content-Length: 4\r\n\r\n\0\u{2}{{}}");
    let part = format!("{head}Content-Length: 100\r\n\r\n\0");
    for (sent, expected) in [("", ""), (&head, ""), (&whole, "\"total\":0"), (&part, "408")] {
        let mut stream = TcpStream::connect(server.address()).await.unwrap();
        stream.write_all(sent.as_bytes()).await.unwrap();
        let got = hour(until_closed(&mut stream)).await;
        assert!(got.contains(expected) && got.is_empty() == expected.is_empty(), "{got:?}");
    }
    let mut socket = open_socket(&server).await;
    assert_eq!(hour(close_code(&mut socket)).await, 1008);
    assert_eq!(hour(until_closed(&mut socket)).await, "");
    server.shutdown().await;
}

#[tokio::test]
async fn heads_are_limited() {
    within(async {
        let (server, _) = start(config()).await;
        for (length, expected) in [(10_000, "404"), (17_000, "431")] {
            let long = "x".repeat(length);
            let request = format!("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX: {long}\r\n\r\n");
            let (status, _) = raw(&server, &request).await;
            assert!(status.contains(expected), "{status}");
        }
        server.shutdown().await;
    })
    .await;
}
