//! Requests as they arrive, and the bytes of responses.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// The first byte of a client that wants TLS.
const TLS: u8 = 22;

/// The buffer for a body that is not kept.
const PIECE: usize = 64 << 10;

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Request {
    head: String,
    /// The body; empty where the server discards bodies.
    pub body: Vec<u8>,
}

impl Request {
    /// The path, such as `/v0/Model/train`.
    pub fn path(&self) -> &str {
        self.head.split(' ').nth(1).expect("a request line has a path")
    }

    /// The values of a header, in order.
    pub fn header(&self, name: &str) -> Vec<&str> {
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(':'));
        lines.filter(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).collect()
    }

    /// The length of the body; `None` if it is malformed.
    pub(super) fn content_length(&self) -> Option<usize> {
        self.header("content-length").first().map_or(Some(0), |length| length.parse().ok())
    }
}

/// Reads a request up to its body, of which `body` holds what came along. `None` when the client is gone or wants TLS.
pub(super) async fn read_head(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::with_capacity(PIECE);
    loop {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        if bytes[0] == TLS {
            let _ = stream.write_all(&sized("400 Bad Request", b"this is not TLS")).await;
            return None;
        }
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let body = bytes.split_off(end + 4);
            return Some(Request { head: String::from_utf8(bytes).expect("a head is text"), body });
        }
    }
}

/// Reads the body until it has this length. `None` when the client is gone.
pub(super) async fn read_body(stream: &mut TcpStream, request: &mut Request, length: usize) -> Option<()> {
    request.body.reserve(length.saturating_sub(request.body.len()));
    while request.body.len() < length {
        if stream.read_buf(&mut request.body).await.ok()? == 0 {
            return None;
        }
    }
    Some(())
}

/// Reads the body and drops it piece by piece. `None` when the client is gone.
pub(super) async fn discard_body(stream: &mut TcpStream, request: &mut Request, length: usize) -> Option<()> {
    let mut left = length.saturating_sub(std::mem::take(&mut request.body).len());
    let mut piece = vec![0; PIECE];
    while left > 0 {
        let most = left.min(PIECE);
        match stream.read(&mut piece[..most]).await.ok()? {
            0 => return None,
            read => left -= read,
        }
    }
    Some(())
}

/// Writes so many `w`, in small pieces.
pub(super) async fn write_padding(stream: &mut TcpStream, mut left: usize) -> std::io::Result<()> {
    let piece = vec![b'w'; PIECE];
    while left > 0 {
        left -= stream.write(&piece[..left.min(PIECE)]).await?;
    }
    Ok(())
}

/// A response with these lines in its head.
pub fn response(status: &str, lines: &[&str], body: &[u8]) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status}\r\n");
    lines.iter().for_each(|line| head.push_str(&format!("{line}\r\n")));
    [head.as_bytes(), b"\r\n", body].concat()
}

/// A response that announces its length.
pub fn sized(status: &str, body: &[u8]) -> Vec<u8> {
    response(status, &[&format!("Content-Length: {}", body.len())], body)
}

/// A successful response with this body.
pub fn ok(body: &[u8]) -> Vec<u8> {
    sized("200 OK", body)
}

/// A successful response in chunks of at most `size` bytes.
pub fn chunked(body: &[u8], size: usize) -> Vec<u8> {
    let mut chunks = Vec::new();
    for chunk in body.chunks(size) {
        chunks.extend(format!("{:x}\r\n", chunk.len()).bytes());
        chunks.extend(chunk);
        chunks.extend(b"\r\n");
    }
    chunks.extend(b"0\r\n\r\n");
    response("200 OK", &["Transfer-Encoding: chunked"], &chunks)
}
