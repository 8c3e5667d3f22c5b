//! Only idempotent calls are sent again.

use decthings::{Client, Error};
use decthings_tests::server::{Direction, Fault, FaultKind, Proxy, Reply, Request, Server, ok, unused_address};
use decthings_tests::soon;

use super::{fault, retry, train, trained};
use crate::support::{MOMENT, StateResult, get_state, state_bytes, state_frame};

/// Elements of a tensor that does not fit into the buffers of a connection, so that it can fail in the middle of it.
const LARGE: usize = 250_000;

/// Where a connection is reset: before the server has the request, and after.
const FAULTS: [Fault; 5] = [
    Fault { direction: Direction::ToServer, at: 0, kind: FaultKind::Reset },
    Fault { direction: Direction::ToServer, at: 500, kind: FaultKind::Reset },
    Fault { direction: Direction::ToServer, at: 500_000, kind: FaultKind::Reset },
    Fault { direction: Direction::ToClient, at: 0, kind: FaultKind::Reset },
    Fault { direction: Direction::ToClient, at: 40, kind: FaultKind::Reset },
];

fn respond(request: &Request) -> Reply {
    Reply::Respond(ok(&if request.path().ends_with("train") { trained() } else { state_frame(b"abc") }))
}

fn client(proxy: &Proxy) -> Client {
    Client::builder().http_url(proxy.url()).retry(retry(3)).build().unwrap()
}

/// A call that is safe to repeat, with a large request.
async fn get(client: &Client) -> StateResult {
    soon(client.model().get_model_state("x".repeat(1_000_000))).await
}

#[tokio::test]
async fn non_idempotent_calls_are_sent_once() {
    for fault in FAULTS {
        let server = Server::start(respond).await;
        let proxy = Proxy::start(server.address(), move |_| Some(fault)).await;
        let error = soon(train(&client(&proxy), LARGE)).await.unwrap_err();
        assert!(matches!(error, Error::Transport { unsent: false, .. }), "{fault:?}: {error:?}");
        assert_eq!((error.attempts(), proxy.relayed().connections), (1, 1), "{fault:?}: {error}");
        assert!(server.started_requests("train") <= 1, "{fault:?}");
    }
}

#[tokio::test]
async fn non_idempotent_calls_are_sent_once_on_a_reused_connection() {
    for failing in FAULTS {
        let server = Server::start(respond).await;
        let proxy = Proxy::start(server.address(), |_| None).await;
        get(&client(&proxy)).await.unwrap();
        // After a whole call.
        let relayed = proxy.relayed();
        let before = if failing.direction == Direction::ToServer { relayed.to_server } else { relayed.to_client };
        let proxy = Proxy::start(server.address(), move |_| Some(Fault { at: before + failing.at, ..failing })).await;
        let client = client(&proxy);
        get(&client).await.unwrap();
        let error = soon(train(&client, LARGE)).await.unwrap_err();
        assert_eq!((error.attempts(), proxy.relayed().connections), (1, 1), "{failing:?}: {error}");
        assert!(server.started_requests("train") <= 1, "{failing:?}");
    }
}

#[tokio::test]
async fn idempotent_calls_are_retried_up_to_the_limit() {
    for fault in FAULTS {
        let server = Server::start(respond).await;
        let proxy = Proxy::start(server.address(), move |_| Some(fault)).await;
        let error = get(&client(&proxy)).await.unwrap_err();
        assert!(matches!(error, Error::Transport { .. }), "{fault:?}: {error:?}");
        assert_eq!((error.attempts(), proxy.relayed().connections), (3, 3), "{fault:?}: {error}");
        assert!(error.to_string().contains("tried 3 times"), "{error}");
    }
}

#[tokio::test]
async fn idempotent_calls_succeed_after_resets() {
    for fault in FAULTS {
        let server = Server::start(respond).await;
        let proxy = Proxy::start(server.address(), move |connection| Some(fault).filter(|_| connection < 2)).await;
        assert_eq!(state_bytes(&get(&client(&proxy)).await), b"abc", "{fault:?}");
        assert_eq!(proxy.relayed().connections, 3, "{fault:?}");
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
        let _ = soon(train(&client, 1)).await;
        let trained = server.requests().iter().filter(|request| request.path().ends_with("train")).count();
        assert!(trained <= before + 1, "{trained} after {before}");
        before = trained;
    }
}

#[tokio::test]
async fn refused_connections_are_retried_for_any_method() {
    let url = format!("http://{}", unused_address().await);
    let client = Client::builder().http_url(url).retry(retry(4)).build().unwrap();
    let error = soon(train(&client, 1)).await.unwrap_err();
    assert!(matches!(error, Error::Transport { unsent: true, .. }), "{error:?}");
    assert_eq!(error.attempts(), 4);
}

#[tokio::test]
async fn attempts_that_time_out_are_retried_only_if_idempotent() {
    let server = Server::start(respond).await;
    let stall = fault(Direction::ToClient, 0, FaultKind::Stall);
    let proxy = Proxy::start(server.address(), move |_| Some(stall)).await;
    let client = Client::builder().http_url(proxy.url()).retry(retry(2)).attempt_timeout(MOMENT).build().unwrap();
    let error = soon(train(&client, 1)).await.unwrap_err();
    assert!(matches!(error, Error::Timeout { after: MOMENT, .. }), "{error:?}");
    assert_eq!((error.attempts(), server.counts().requests), (1, 1));
    let error = get_state(&client).await.unwrap_err();
    assert!(matches!(error, Error::Timeout { after: MOMENT, .. }), "{error:?}");
    assert_eq!((error.attempts(), server.counts().requests), (2, 3));
}
