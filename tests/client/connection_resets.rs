//! Connections that break at every point of an exchange: only idempotent calls are sent again.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use decthings::types::{ExecutionLocation, LauncherSpec, ParameterProvider};
use decthings::{Client, Error, RetryPolicy, Tensor};
use decthings_tests::server::{Cut, Reply, Server, ok, response, unused_address};
use decthings_tests::soon;

use super::support::{MOMENT, StateResult, frame, get_state, state_bytes, state_frame};

/// Where the connection breaks.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Point {
    /// Before the whole request has arrived.
    Request(Cut),
    /// After the request, before the response.
    BeforeResponse,
    MidResponse,
}

const POINTS: [Point; 5] = [
    Point::Request(Cut::BeforeRequest),
    Point::Request(Cut::AfterHead),
    Point::Request(Cut::MidBody),
    Point::BeforeResponse,
    Point::MidResponse,
];

/// A server that breaks the connection at a point of each request in `broken`, and responds to the others.
async fn breaking(point: Point, broken: Range<usize>) -> Server {
    let number = Arc::new(AtomicUsize::new(0));
    let current = Arc::clone(&number);
    let responds_until = broken.clone();
    Server::builder()
        .cut(move |request| {
            number.store(request, Ordering::SeqCst);
            match point {
                Point::Request(cut) if broken.contains(&request) => Some(cut),
                _ => None,
            }
        })
        .reply(move |request| {
            if responds_until.contains(&current.load(Ordering::SeqCst)) {
                return match point {
                    Point::MidResponse => Reply::Reset(response("200 OK", &["Content-Length: 1000"], b"half")),
                    _ => Reply::Reset(Vec::new()),
                };
            }
            let body = match request.path().ends_with("train") {
                true => frame(r#"{"result":{"trainingSessionId":"t"}}"#, &[]),
                false => state_frame(b"abc"),
            };
            Reply::Respond(ok(&body))
        })
        .start()
        .await
}

fn client(server: &Server) -> Client {
    let policy = RetryPolicy::new().max_attempts(3).delays(Duration::ZERO, Duration::ZERO);
    Client::builder().http_url(server.url()).retry(policy).build().unwrap()
}

/// Sends more than fits into the buffers of the connection, so that it can break in the middle of the body.
async fn train(client: &Client) -> Result<String, Error<decthings::api::model::TrainError>> {
    let data = Tensor::from(vec![1.0_f32; 250_000]);
    let launcher = ExecutionLocation::temporary_launcher(LauncherSpec::new(2.0, 4096));
    let call = client.model().train("m", "n", [ParameterProvider::new("x", vec![data])], launcher);
    soon(call).await.map(|started| started.into_result().training_session_id)
}

async fn get(client: &Client) -> StateResult {
    soon(client.model().get_model_state("x".repeat(1_000_000))).await
}

#[tokio::test]
async fn non_idempotent_calls_are_sent_once() {
    for point in POINTS {
        let server = breaking(point, 0..usize::MAX).await;
        let error = train(&client(&server)).await.unwrap_err();
        assert!(matches!(error, Error::Transport { unsent: false, .. }), "{point:?}: {error:?}");
        assert_eq!((error.attempts(), server.counts().connections), (1, 1), "{point:?}: {error}");
        assert!(server.started_requests("train") <= 1, "{point:?}");
    }
}

#[tokio::test]
async fn non_idempotent_calls_are_sent_once_on_a_reused_connection() {
    for point in POINTS {
        let server = breaking(point, 1..usize::MAX).await;
        let client = self::client(&server);
        get(&client).await.unwrap();
        let error = train(&client).await.unwrap_err();
        assert_eq!(error.attempts(), 1, "{point:?}: {error}");
        assert!(server.started_requests("train") <= 1, "{point:?}");
    }
}

#[tokio::test]
async fn idempotent_calls_are_retried_up_to_the_limit() {
    for point in POINTS {
        let server = breaking(point, 0..usize::MAX).await;
        let error = get(&client(&server)).await.unwrap_err();
        assert!(matches!(error, Error::Transport { .. }), "{point:?}: {error:?}");
        assert_eq!((error.attempts(), server.counts().connections), (3, 3), "{point:?}: {error}");
        assert!(error.to_string().contains("tried 3 times"), "{error}");
    }
}

#[tokio::test]
async fn idempotent_calls_succeed_after_resets() {
    for point in POINTS {
        let server = breaking(point, 0..2).await;
        assert_eq!(state_bytes(&get(&client(&server)).await), b"abc", "{point:?}");
        assert_eq!(server.counts().connections, 3, "{point:?}");
    }
}

#[tokio::test]
async fn an_idle_connection_that_closes_repeats_no_call() {
    // Whether the client notices in time is random.
    let server = Server::always(Reply::Close(ok(&state_frame(b"abc")))).await;
    let client = Client::builder().http_url(server.url()).build().unwrap();
    let mut before = 0;
    for _ in 0..30 {
        get_state(&client).await.unwrap();
        let launcher = ExecutionLocation::temporary_launcher(LauncherSpec::new(2.0, 4096));
        let _ = soon(client.model().train("m", "n", Vec::<ParameterProvider>::new(), launcher)).await;
        let trained = server.requests().iter().filter(|request| request.path().ends_with("train")).count();
        assert!(trained <= before + 1, "{trained} after {before}");
        before = trained;
    }
}

#[tokio::test]
async fn refused_connections_are_retried_for_any_method() {
    let policy = RetryPolicy::new().max_attempts(4).delays(Duration::ZERO, Duration::ZERO);
    let client =
        Client::builder().http_url(format!("http://{}", unused_address().await)).retry(policy).build().unwrap();
    let error = train(&client).await.unwrap_err();
    assert!(matches!(error, Error::Transport { unsent: true, .. }), "{error:?}");
    assert_eq!(error.attempts(), 4);
}

#[tokio::test]
async fn attempts_that_time_out_are_retried_only_if_idempotent() {
    let server = Server::always(Reply::Stall(Vec::new())).await;
    let policy = RetryPolicy::new().max_attempts(2).delays(Duration::ZERO, Duration::ZERO);
    let builder = Client::builder().http_url(server.url()).retry(policy).attempt_timeout(MOMENT);
    let client = builder.build().unwrap();
    let error = train(&client).await.unwrap_err();
    assert!(matches!(error, Error::Timeout { after: MOMENT, .. }), "{error:?}");
    assert_eq!((error.attempts(), server.counts().requests), (1, 1));
    let error = get_state(&client).await.unwrap_err();
    assert!(matches!(error, Error::Timeout { after: MOMENT, .. }), "{error:?}");
    assert_eq!((error.attempts(), server.counts().requests), (2, 3));
}
