//! Connections that break at every point of an exchange: what is safe to repeat is repeated, and nothing else.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use decthings::types::{ExecutionLocation, LauncherSpec, ParameterProvider};
use decthings::{Client, Error, RetryPolicy, Tensor};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::server::{MOMENT, deserted, frame, http, ok};
use super::{good, soon};

/// Where the connection breaks.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Point {
    Accepted,
    Head,
    MidBody,
    Body,
    MidAnswer,
}

const POINTS: [Point; 5] = [Point::Accepted, Point::Head, Point::MidBody, Point::Body, Point::MidAnswer];

#[derive(Debug, Default)]
struct Counted {
    connections: usize,
    /// Requests of which anything arrived, by the last part of their path.
    begun: BTreeMap<String, usize>,
}

/// Breaks connections at a point, after it has answered some requests well.
struct Breaking {
    address: SocketAddr,
    counted: Arc<Mutex<Counted>>,
    task: JoinHandle<()>,
}

impl Breaking {
    async fn at(point: Point, answered_before: usize, broken: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let counted = Arc::new(Mutex::new(Counted::default()));
        let plan = Arc::new(Mutex::new((answered_before, broken)));
        let shared = Arc::clone(&counted);
        let task = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                shared.lock().unwrap().connections += 1;
                tokio::spawn(serve(socket, point, Arc::clone(&plan), Arc::clone(&shared)));
            }
        });
        Self { address, counted, task }
    }

    fn client(&self) -> Client {
        let policy = RetryPolicy::new().max_attempts(3).delays(Duration::ZERO, Duration::ZERO);
        Client::builder().http_url(format!("http://{}", self.address)).retry(policy).build().unwrap()
    }

    fn begun(&self, method: &str) -> usize {
        self.counted.lock().unwrap().begun.get(method).copied().unwrap_or_default()
    }

    fn connections(&self) -> usize {
        self.counted.lock().unwrap().connections
    }
}

impl Drop for Breaking {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Whether the next request is to be broken.
fn breaks(plan: &Mutex<(usize, usize)>) -> bool {
    let mut plan = plan.lock().unwrap();
    if plan.0 > 0 {
        plan.0 -= 1;
        return false;
    }
    let breaks = plan.1 > 0;
    plan.1 = plan.1.saturating_sub(1);
    breaks
}

async fn serve(mut socket: TcpStream, point: Point, plan: Arc<Mutex<(usize, usize)>>, counted: Arc<Mutex<Counted>>) {
    loop {
        let breaks = breaks(&plan);
        let at = |here| breaks && point == here;
        if at(Point::Accepted) {
            return socket.set_zero_linger().unwrap();
        }
        let mut bytes = Vec::new();
        let head = loop {
            if !matches!(socket.read_buf(&mut bytes).await, Ok(read) if read > 0) {
                return;
            }
            if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
                break end + 4;
            }
        };
        let text = String::from_utf8_lossy(&bytes[..head]).to_lowercase();
        let path = String::from_utf8_lossy(&bytes[..head]).split(' ').nth(1).unwrap().to_owned();
        *counted.lock().unwrap().begun.entry(path.rsplit('/').next().unwrap().to_owned()).or_default() += 1;
        if at(Point::Head) {
            return socket.set_zero_linger().unwrap();
        }
        let length: usize = text.split("content-length: ").nth(1).unwrap().lines().next().unwrap().parse().unwrap();
        let wanted = if at(Point::MidBody) { head + length / 2 } else { head + length };
        while bytes.len() < wanted {
            if !matches!(socket.read_buf(&mut bytes).await, Ok(read) if read > 0) {
                return;
            }
        }
        if at(Point::MidBody) || at(Point::Body) {
            return socket.set_zero_linger().unwrap();
        }
        if at(Point::MidAnswer) {
            let _ = socket.write_all(&http("200 OK", &["Content-Length: 1000"], b"half")).await;
            let _ = socket.flush().await;
            return socket.set_zero_linger().unwrap();
        }
        let body = match path.ends_with("train") {
            true => frame(r#"{"result":{"trainingSessionId":"t"}}"#, &[]),
            false => good(b"abc"),
        };
        if socket.write_all(&ok(&body)).await.is_err() {
            return;
        }
    }
}

/// More than fits into the buffers between, so that the middle of the body is a point by itself.
async fn train(client: &Client) -> Result<String, Error<decthings::api::model::TrainError>> {
    let data = Tensor::from(vec![1.0_f32; 250_000]);
    let launcher = ExecutionLocation::temporary_launcher(LauncherSpec::new(2.0, 4096));
    let call = client.model().train("m", "n", [ParameterProvider::new("x", vec![data])], launcher);
    soon(call).await.map(|started| started.training_session_id)
}

async fn get(client: &Client) -> super::Outcome {
    soon(client.model().get_model_state("x".repeat(1_000_000))).await
}

#[tokio::test]
async fn nothing_that_is_not_safe_to_repeat_is_sent_twice_wherever_the_connection_breaks() {
    for point in POINTS {
        let server = Breaking::at(point, 0, usize::MAX).await;
        let error = train(&server.client()).await.unwrap_err();
        assert!(matches!(error, Error::Transport { unsent: false, .. }), "{point:?}: {error:?}");
        assert_eq!((error.attempts(), server.connections()), (1, 1), "{point:?}: {error}");
        assert!(server.begun("train") <= 1, "{point:?}");
    }
}

#[tokio::test]
async fn nor_is_it_on_a_connection_that_was_used_before() {
    for point in POINTS {
        let server = Breaking::at(point, 1, usize::MAX).await;
        let client = server.client();
        get(&client).await.unwrap();
        let error = train(&client).await.unwrap_err();
        assert_eq!(error.attempts(), 1, "{point:?}: {error}");
        assert!(server.begun("train") <= 1, "{point:?}");
    }
}

#[tokio::test]
async fn what_is_safe_to_repeat_is_repeated_until_it_is_enough() {
    for point in POINTS {
        let server = Breaking::at(point, 0, usize::MAX).await;
        let error = get(&server.client()).await.unwrap_err();
        assert!(matches!(error, Error::Transport { .. }), "{point:?}: {error:?}");
        assert_eq!((error.attempts(), server.connections()), (3, 3), "{point:?}: {error}");
        assert!(error.to_string().contains("tried 3 times"), "{error}");
    }
}

#[tokio::test]
async fn what_is_safe_to_repeat_gets_its_answer_in_the_end() {
    for point in POINTS {
        let server = Breaking::at(point, 0, 2).await;
        assert_eq!(super::bytes_of(&get(&server.client()).await), b"abc", "{point:?}");
        assert_eq!(server.connections(), 3, "{point:?}");
    }
}

#[tokio::test]
async fn a_connection_that_ends_while_it_is_idle_sends_nothing_twice() {
    // Whether the client notices in time is up to chance.
    let server = super::Server::always(super::server::Act::Close(ok(&good(b"abc")))).await;
    let client = Client::builder().http_url(server.url()).build().unwrap();
    let mut before = 0;
    for _ in 0..30 {
        super::ask(&client).await.unwrap();
        let launcher = ExecutionLocation::temporary_launcher(LauncherSpec::new(2.0, 4096));
        let _ = soon(client.model().train("m", "n", Vec::<ParameterProvider>::new(), launcher)).await;
        let trained = server.requests().iter().filter(|request| request.path().ends_with("train")).count();
        assert!(trained <= before + 1, "{trained} after {before}");
        before = trained;
    }
}

#[tokio::test]
async fn a_connection_that_is_refused_lets_any_method_be_tried_again() {
    let policy = RetryPolicy::new().max_attempts(4).delays(Duration::ZERO, Duration::ZERO);
    let client = Client::builder().http_url(format!("http://{}", deserted().await)).retry(policy).build().unwrap();
    let error = train(&client).await.unwrap_err();
    assert!(matches!(error, Error::Transport { unsent: true, .. }), "{error:?}");
    assert_eq!(error.attempts(), 4);
}

#[tokio::test]
async fn an_attempt_that_takes_too_long_is_repeated_only_where_that_is_safe() {
    let server = super::Server::always(super::server::Act::Hang(Vec::new())).await;
    let policy = RetryPolicy::new().max_attempts(2).delays(Duration::ZERO, Duration::ZERO);
    let builder = Client::builder().http_url(server.url()).retry(policy).attempt_timeout(MOMENT);
    let client = builder.build().unwrap();
    let error = train(&client).await.unwrap_err();
    assert!(matches!(error, Error::Timeout { after: MOMENT, .. }), "{error:?}");
    assert_eq!((error.attempts(), server.seen().requests), (1, 1));
    let error = super::ask(&client).await.unwrap_err();
    assert!(matches!(error, Error::Timeout { after: MOMENT, .. }), "{error:?}");
    assert_eq!((error.attempts(), server.seen().requests), (2, 3));
}
