//! Extension points: custom transports, middleware, and key providers.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use decthings::runtime::{BoxFuture, Transport, TransportError, TransportRequest, TransportResponse, TransportService};
use decthings::{ApiKey, Attempt, AttemptOutcome, BuildError, Client, Error, Middleware, RetryPolicy};
use decthings_tests::server::{Reply, Server, ok, sized};
use decthings_tests::{KEY, soon};
use http::{HeaderValue, StatusCode};
use tower_service::Service;

use super::support::{frame, get_state, state_bytes, state_frame};

/// A transport that fails at first.
struct Flaky {
    left: AtomicUsize,
    unsent: bool,
    seen: Arc<Mutex<Vec<TransportRequest>>>,
}

impl Transport for Flaky {
    fn send(&self, request: TransportRequest) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
        self.seen.lock().unwrap().push(request);
        let fails = self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
        let error = TransportError::new("the line is down").with_source("cable cut");
        let error = if self.unsent { error.unsent() } else { error };
        let response = TransportResponse::new(StatusCode::OK, state_frame(b"abc"));
        Box::pin(std::future::ready(if fails { Err(error) } else { Ok(response) }))
    }
}

fn flaky(failures: usize, unsent: bool) -> (Client, Arc<Mutex<Vec<TransportRequest>>>) {
    let seen = Arc::default();
    let transport = Flaky { left: failures.into(), unsent, seen: Arc::clone(&seen) };
    let policy = RetryPolicy::new().delays(Duration::ZERO, Duration::ZERO);
    (Client::builder().transport(transport).retry(policy).api_key(KEY).build().unwrap(), seen)
}

#[tokio::test]
async fn a_custom_transport_gets_headers_key_and_retries() {
    let (client, seen) = flaky(2, false);
    assert_eq!(state_bytes(&get_state(&client).await), b"abc");
    let seen = seen.lock().unwrap();
    assert_eq!(seen.len(), 3);
    assert_eq!(seen[0].path(), "/Model/getModelState");
    assert_eq!(seen[0].headers["authorization"], format!("Bearer {KEY}"));
    assert!(seen[0].headers["authorization"].is_sensitive());
    assert!(seen[0].timeout <= Duration::from_secs(60) && seen[0].body_len() == seen[0].to_bytes().len());
    assert!(!format!("{seen:?}").contains(KEY));
}

#[tokio::test]
async fn unsent_errors_of_a_custom_transport_are_retried() {
    let (client, seen) = flaky(usize::MAX, false);
    let error = soon(client.model().delete_model("m")).await.unwrap_err();
    assert!(error.to_string().contains("the line is down"), "{error}");
    assert_eq!(seen.lock().unwrap().len(), 1);
    let (client, seen) = flaky(usize::MAX, true);
    soon(client.model().delete_model("m")).await.unwrap_err();
    assert_eq!(seen.lock().unwrap().len(), 3);
}

/// A middleware that records what it sees, and adds a header.
#[derive(Clone, Default)]
struct Recording(Arc<Mutex<Vec<String>>>);

impl Middleware for Recording {
    fn before(&self, attempt: &mut Attempt) {
        let number = attempt.number;
        attempt.headers.insert("x-attempt", HeaderValue::from(number));
        self.0.lock().unwrap().push(format!("{:?} {number}", attempt.method));
    }

    fn after(&self, attempt: &Attempt, outcome: &AttemptOutcome) {
        let AttemptOutcome { status, error_type, .. } = outcome;
        self.0.lock().unwrap().push(format!("{} {status:?} {error_type:?}", attempt.number));
    }
}

#[tokio::test]
async fn middleware_sees_a_malformed_response_as_a_failure() {
    let frame = frame(r#"{"result":{"stateKeyNames":["w"]}}"#, &[]);
    let server = Server::always(Reply::Respond(ok(&frame))).await;
    let recording = Recording::default();
    let client = Client::builder().http_url(server.url()).middleware(recording.clone()).build().unwrap();
    get_state(&client).await.unwrap_err();
    let said = recording.0.lock().unwrap().clone();
    assert_eq!(said, ["Model.getModelState 1", "1 Some(200) Some(\"malformed_response\")"]);
}

#[tokio::test]
async fn middleware_sees_each_attempt_and_its_outcome_and_adds_headers() {
    let server = Server::in_turn(vec![
        Reply::Respond(sized("503 Busy", b"")),
        super::faults::api_error(r#"{"error":{"code":"too_many_requests"}}"#),
        Reply::Respond(ok(&state_frame(b"abc"))),
    ])
    .await;
    let recording = Recording::default();
    let policy = RetryPolicy::new().delays(Duration::ZERO, Duration::ZERO);
    let builder = Client::builder().http_url(server.url()).api_key(KEY).retry(policy).header("X-Attempt", "none");
    get_state(&builder.middleware(recording.clone()).build().unwrap()).await.unwrap();
    let recorded = recording.0.lock().unwrap().clone();
    let expected = [
        "Model.getModelState 1",
        "1 Some(503) Some(\"503\")",
        "Model.getModelState 2",
        "2 Some(200) Some(\"too_many_requests\")",
        "Model.getModelState 3",
        "3 Some(200) None",
    ];
    assert_eq!(recorded, expected);
    let numbers: Vec<String> = server.requests().iter().map(|request| request.header("x-attempt").join(",")).collect();
    assert_eq!(numbers, ["1", "2", "3"]);
}

async fn good_server() -> Server {
    Server::always(Reply::Respond(ok(&state_frame(b"abc")))).await
}

fn keys(server: &Server) -> Vec<String> {
    server.requests().iter().map(|request| request.header("authorization").join(",")).collect()
}

#[tokio::test]
async fn a_new_key_is_used_by_clones() {
    let server = good_server().await;
    let client = Client::builder().http_url(server.url()).api_key("k3y-old").build().unwrap();
    let clone = client.clone();
    get_state(&client).await.unwrap();
    client.set_api_key(ApiKey::new("k3y-new")).unwrap();
    get_state(&clone).await.unwrap();
    client.set_api_key(None).unwrap();
    get_state(&clone).await.unwrap();
    assert_eq!(keys(&server), ["Bearer k3y-old", "Bearer k3y-new", ""]);
}

#[tokio::test]
async fn an_invalid_key_is_rejected_and_the_old_one_kept() {
    let server = good_server().await;
    let client = Client::builder().http_url(server.url()).api_key("k3y-old").build().unwrap();
    let error = client.set_api_key(ApiKey::new(format!("{KEY}\n{KEY}"))).unwrap_err();
    assert!(matches!(error, BuildError::ApiKey { .. }) && !format!("{error:?}").contains(KEY), "{error:?}");
    get_state(&client).await.unwrap();
    assert_eq!(keys(&server), ["Bearer k3y-old"]);
    let open = Client::builder().http_url("http://192.0.2.1").build().unwrap();
    let error = open.set_api_key(ApiKey::new(KEY)).unwrap_err();
    assert!(matches!(error, BuildError::InsecureKey { .. }), "{error:?}");
    let provider = || async { Ok(ApiKey::new(KEY)) };
    let error = Client::builder().http_url("http://192.0.2.1").api_key_provider(provider).build().unwrap_err();
    assert!(matches!(error, BuildError::InsecureKey { .. }), "{error:?}");
}

#[tokio::test]
async fn a_key_provider_is_called_for_each_attempt() {
    let server = good_server().await;
    let calls = Arc::new(AtomicUsize::new(0));
    let provider = move || {
        let number = calls.fetch_add(1, Ordering::SeqCst);
        async move {
            match number {
                1..=3 => Err("the vault is closed".into()),
                number => Ok(ApiKey::new(format!("k3y-number-{number}"))),
            }
        }
    };
    let policy = RetryPolicy::new().delays(Duration::ZERO, Duration::ZERO);
    let client = Client::builder().http_url(server.url()).api_key_provider(provider).retry(policy).build().unwrap();
    get_state(&client).await.unwrap();
    let error = soon(client.model().delete_model("m")).await.unwrap_err();
    assert!(matches!(error, Error::Transport { unsent: true, .. }) && error.attempts() == 3, "{error:?}");
    assert!(error.to_string().contains("the vault is closed"), "{error}");
    get_state(&client).await.unwrap();
    assert_eq!(keys(&server), ["Bearer k3y-number-0", "Bearer k3y-number-4"]);
    client.set_api_key(ApiKey::new("k3y-fixed")).unwrap();
    get_state(&client).await.unwrap();
    assert_eq!(keys(&server)[2], "Bearer k3y-fixed");
}

/// A transport around another one, which adds a header and counts.
struct Tagged {
    inner: Arc<dyn Transport>,
    tag: &'static str,
    requests: Arc<AtomicUsize>,
}

impl Transport for Tagged {
    fn send(&self, mut request: TransportRequest) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
        self.requests.fetch_add(1, Ordering::SeqCst);
        request.headers.append("x-tag", HeaderValue::from_static(self.tag));
        self.inner.send(request)
    }

    fn streams(&self) -> bool {
        self.inner.streams()
    }
}

#[tokio::test]
async fn layers_wrap_http_inside_of_retries_and_redaction() {
    let page = super::faults::page_with_key("503 Busy");
    let server = Server::in_turn(vec![page.clone(), Reply::Respond(ok(&state_frame(b"abc"))), page]).await;
    let requests = Arc::new(AtomicUsize::new(0));
    let layer = |tag| {
        let requests = requests.clone();
        move |inner| Tagged { inner, tag, requests: requests.clone() }
    };
    let policy = RetryPolicy::new().delays(Duration::ZERO, Duration::ZERO);
    let builder = Client::builder().http_url(server.url()).api_key(KEY).retry(policy);
    let client = builder.transport_layer(layer("inner")).transport_layer(layer("outer")).build().unwrap();
    assert_eq!(state_bytes(&get_state(&client).await), b"abc");
    let error = soon(client.model().get_model_state("m").retry(RetryPolicy::off())).await.unwrap_err();
    assert!(!format!("{error:?} {error}").contains(KEY));
    assert_eq!(requests.load(Ordering::SeqCst), 6);
    let tags = server.requests().iter().map(|request| request.header("x-tag").join(",")).collect::<Vec<_>>();
    assert_eq!(tags, ["outer,inner"; 3]);
}

/// A service of tower that fails while it is not ready, and else adds a header.
#[derive(Clone)]
struct Gate {
    inner: TransportService,
    closed: Arc<AtomicUsize>,
}

impl Service<TransportRequest> for Gate {
    type Response = TransportResponse;
    type Error = Box<dyn std::error::Error + Send + Sync>;
    type Future = BoxFuture<'static, Result<TransportResponse, Self::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        let is_closed =
            self.closed.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
        Poll::Ready(if is_closed { Err("the circuit is open".into()) } else { Ok(()) })
    }

    fn call(&mut self, mut request: TransportRequest) -> Self::Future {
        request.headers.append("x-tag", HeaderValue::from_static("gate"));
        let response = self.inner.call(request);
        Box::pin(async { Ok(response.await?) })
    }
}

#[tokio::test]
async fn layers_of_tower_wrap_the_transport() {
    let server = good_server().await;
    let closed = Arc::new(AtomicUsize::new(2));
    let gate = closed.clone();
    let layer = tower_layer::layer_fn(move |inner| Gate { inner, closed: gate.clone() });
    let policy = RetryPolicy::new().delays(Duration::ZERO, Duration::ZERO);
    let client = Client::builder().http_url(server.url()).retry(policy).tower_layer(layer).build().unwrap();
    // A service that is not ready has sent nothing, so that any method is retried.
    let error = soon(client.model().delete_model("m").retry(RetryPolicy::off())).await.unwrap_err();
    assert!(matches!(error, Error::Transport { unsent: true, .. }), "{error:?}");
    assert!(error.to_string().contains("the circuit is open"), "{error}");
    assert_eq!(state_bytes(&get_state(&client).await), b"abc");
    assert_eq!((closed.load(Ordering::SeqCst), server.requests().len()), (0, 1));
    assert_eq!(server.requests()[0].header("x-tag"), ["gate"]);
}

#[tokio::test]
async fn errors_of_the_transport_pass_layers_of_tower_unchanged() {
    let seen = Arc::default();
    let transport = Flaky { left: usize::MAX.into(), unsent: true, seen: Arc::clone(&seen) };
    let layer = tower_layer::layer_fn(|inner| Gate { inner, closed: Arc::default() });
    let builder = Client::builder().transport(transport).retry(RetryPolicy::off()).tower_layer(layer);
    let error = soon(builder.build().unwrap().model().delete_model("m")).await.unwrap_err();
    assert!(matches!(error, Error::Transport { unsent: true, .. }), "{error:?}");
    assert!(error.to_string().ends_with("the line is down: cable cut"), "{error}");
}
