//! Debug sessions, over a WebSocket.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use decthings::api::debug::{DebugEvent, DebugSessionOptions, DebugTrainingFailure, DebugTrainingStatus, StateSource};
use decthings::types::{DebugSessionTerminatedReason, StateEntry, TrainingMetricRange};
use decthings::{Client, Subscription, Update};
use decthings_local::Limits;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use crate::support::{
    accuracy, client_of, config, error_code, invalid, launcher, many, moons, new_model, one, sizes, start, within,
};

type Events = Subscription<DebugEvent>;

/// Launches a session, and waits until it is initialized.
async fn launched(client: &Client, model: &str) -> Events {
    let mut events = client.debug().launch_debug_session(model, launcher()).subscribe().await.unwrap();
    assert!(matches!(next(&mut events).await, DebugEvent::Stdout(_)));
    assert!(matches!(next(&mut events).await, DebugEvent::Initialized(_)));
    events
}

async fn next(events: &mut Events) -> DebugEvent {
    match events.next().await {
        Some(Update::Event(event)) => event,
        other => panic!("{other:?}"),
    }
}

/// Reads output until it contains a text.
async fn printed(events: &mut Events, until: &str) -> String {
    let mut all = String::new();
    while !all.contains(until) {
        match next(events).await {
            DebugEvent::Stdout(event) => all.push_str(&String::from_utf8_lossy(event.data.as_bytes().unwrap())),
            other => panic!("{other:?}"),
        }
    }
    all
}

/// Waits for the last event, and returns why the session ended.
async fn ended(mut events: Events) -> DebugSessionTerminatedReason {
    loop {
        if let DebugEvent::Exit(exit) = next(&mut events).await {
            assert_eq!(events.next().await, None);
            return exit.reason.unwrap();
        }
    }
}

async fn instance(client: &Client, session: &str) -> String {
    let state = client.debug().call_create_model_state(session, sizes()).await.unwrap();
    let source = StateSource::data_id(&state.data_id);
    client.debug().call_instantiate_model(session, source).await.unwrap().instantiated_model_id
}

#[tokio::test]
async fn functions_of_a_model_are_called() {
    within(async {
        let (server, client) = start(config()).await;
        let debug = client.debug();
        let model = new_model(&client, "a", "mlp").await;
        let mut events = launched(&client, &model).await;
        let id = events.id().to_owned();
        let instance = instance(&client, &id).await;

        let (x, y) = moons(200, 1);
        let params = [many("x", x), many("y", y), one("epochs", 40u8), one("learning_rate", 0.02f64)];
        let training = debug.call_train(&id, &instance, params).await.unwrap().training_session_id.clone();
        let text = printed(&mut events, "training finished").await;
        assert!(text.contains("epoch 1/40 loss ") && text.contains("epoch 40/40 loss "), "{text}");
        let status = debug.get_training_status(&id, &training).await.unwrap();
        let mut names: Vec<_> = status.metrics.iter().map(|metric| (metric.name.as_str(), metric.amount)).collect();
        names.sort();
        assert_eq!(names, [("accuracy", 40), ("loss", 40)]);
        let metrics = debug.get_training_metrics(&id, &training, [TrainingMetricRange::new("loss", 38, 9)]).await;
        assert_eq!(metrics.unwrap().metrics[0].entries.len(), 2);

        let (unseen, classes) = moons(100, 2);
        let output = debug.call_evaluate(&id, &instance, [many("x", unseen)]).await.unwrap().output.remove(0);
        assert_eq!(output.name, "prediction");
        assert!(accuracy(&output.data, &classes) > 0.9, "it has learned");

        let kept = debug.call_get_model_state(&id, &instance).await.unwrap();
        let data = debug.download_state_data(&id, &kept.data_id).await.unwrap().data;
        let sizes: Vec<_> = data.iter().map(|entry| (entry.key.as_str(), entry.data.len())).collect();
        let listed: Vec<_> = kept.state.iter().map(|key| (key.key.as_str(), key.byte_size)).collect();
        assert_eq!(sizes, listed);
        let again = debug.call_instantiate_model(&id, StateSource::data(data)).await.unwrap().instantiated_model_id;
        assert_ne!(again, instance);
        let one_key = debug.download_state_data(&id, &kept.data_id).keys(["config.json"]).await.unwrap().data;
        assert_eq!(one_key.len(), 1);

        let sessions = debug.get_debug_sessions().await.unwrap().debug_sessions;
        assert_eq!((sessions.len(), &sessions[0].id, &sessions[0].model_id), (1, &id, &model));
        assert_eq!(sessions[0].training_sessions[0].id, training);
        events.terminate_debug_session().await.unwrap();
        assert!(debug.get_debug_sessions().await.unwrap().debug_sessions.is_empty());
        assert_eq!(ended(events).await, DebugSessionTerminatedReason::TerminatedOnRequest);
        server.shutdown().await;
    })
    .await;
}

#[tokio::test]
async fn invalid_calls_are_rejected() {
    within(async {
        let (server, client) = start(config()).await;
        let debug = client.debug();
        assert_eq!(error_code(debug.launch_debug_session("gone", launcher()).await), "model_not_found");
        assert_eq!(error_code(debug.subscribe_to_events("gone").subscribe().await), "debug_session_not_found");
        assert_eq!(error_code(debug.terminate_debug_session("gone").await), "debug_session_not_found");
        assert_eq!(error_code(debug.unsubscribe_from_events("gone").await), "not_subscribed");
        let model = new_model(&client, "a", "mlp").await;
        let zero = DebugSessionOptions::new().terminate_after_inactive_seconds(0);
        assert_eq!(
            error_code(debug.launch_debug_session(&model, launcher()).options(zero).await),
            invalid("options.terminateAfterInactiveSeconds")
        );
        let events = launched(&client, &model).await;
        let id = events.id();
        assert_eq!(error_code(events.send_to_remote_inspector("hello").await), "not_remote_inspector");
        assert_eq!(error_code(debug.call_evaluate(id, "gone", []).await), "instantiated_model_not_found");
        assert_eq!(
            error_code(debug.call_instantiate_model(id, StateSource::data_id("a")).await),
            "state_data_not_found"
        );
        let junk = StateSource::data([StateEntry::new("a", b"b")]);
        assert_eq!(error_code(debug.call_instantiate_model(id, junk).await), "exception");
        assert_eq!(error_code(debug.get_training_status(id, "gone").await), "training_session_not_found");
        assert_eq!(error_code(debug.call_create_model_state(id, []).await), invalid("params"));
        let state = debug.call_create_model_state(id, sizes()).await.unwrap().data_id;
        assert_eq!(error_code(debug.download_state_data(id, &state).keys(["gone"]).await), "state_key_not_found");
        let instance = instance(&client, id).await;
        let wide = [one("x", [1f32, 2.0, 3.0])];
        assert_eq!(error_code(debug.call_evaluate(id, &instance, wide).await), "exception");
        server.shutdown().await;
        assert_eq!(ended(events).await, DebugSessionTerminatedReason::LauncherTerminated);
    })
    .await;
}

#[tokio::test]
async fn training_is_cancelled() {
    within(async {
        let (server, client) = start(config()).await;
        let debug = client.debug();
        let model = new_model(&client, "a", "mlp").await;
        let mut events = launched(&client, &model).await;
        let id = events.id().to_owned();
        let instance = instance(&client, &id).await;
        let (x, y) = moons(64, 1);
        let endless = [many("x", x), many("y", y), one("epochs", 100_000u32)];
        let training = debug.call_train(&id, &instance, endless).await.unwrap().training_session_id.clone();
        printed(&mut events, "epoch 3/100000").await;
        debug.cancel_training_session(&id, &training).await.unwrap();
        printed(&mut events, "training failed").await;
        loop {
            match debug.get_training_status(&id, &training).await.unwrap().status {
                DebugTrainingStatus::Failed(failed) => {
                    assert_eq!(failed.fail_reason, DebugTrainingFailure::Cancelled);
                    break;
                }
                _ => tokio::task::yield_now().await,
            }
        }
        let again = debug.cancel_training_session(&id, &training).await;
        assert_eq!(error_code(again), "training_session_not_running");
        server.shutdown().await;
    })
    .await;
}

#[tokio::test]
async fn idle_session_ends() {
    within(async {
        let (server, client) = start(config()).await;
        let model = new_model(&client, "a", "mlp").await;
        let short = DebugSessionOptions::new().terminate_after_inactive_seconds(1);
        let call = client.debug().launch_debug_session(&model, launcher()).options(short);
        let events = call.subscribe().await.unwrap();
        assert_eq!(ended(events).await, DebugSessionTerminatedReason::InactiveTimeout);
        server.shutdown().await;
    })
    .await;
}

#[tokio::test]
async fn several_connections_subscribe_to_a_session() {
    within(async {
        let (server, first) = start(config()).await;
        let second = client_of(&server, server.key());
        let model = new_model(&first, "a", "mlp").await;
        let one = launched(&first, &model).await;
        let two = second.debug().subscribe_to_events(one.id()).subscribe().await.unwrap();
        // A third connection unsubscribes, and another one subscribes.
        let third = client_of(&server, server.key());
        let gone = third.debug().subscribe_to_events(one.id()).subscribe().await.unwrap();
        gone.unsubscribe().await.unwrap();
        assert_eq!(error_code(third.debug().unsubscribe_from_events(one.id()).await), "not_subscribed");
        drop(third);
        let third = client_of(&server, server.key());
        let three = third.debug().subscribe_to_events(one.id()).subscribe().await.unwrap();
        one.terminate_debug_session().await.unwrap();
        for events in [one, two, three] {
            assert_eq!(ended(events).await, DebugSessionTerminatedReason::TerminatedOnRequest);
        }
        server.shutdown().await;
    })
    .await;
}

#[tokio::test]
async fn websocket_keys_and_limits_are_checked() {
    within(async {
        let mut limits = Limits::default();
        (limits.sockets, limits.socket_calls) = (1, 0);
        let (server, client) = start(config().limits(limits)).await;
        let debug = client.debug();
        let launch = debug.launch_debug_session("a", launcher()).await;
        assert_eq!(error_code(launch), "too_many_requests");
        server.shutdown().await;

        let (server, client) = start(config()).await;
        let model = new_model(&client, "a", "mlp").await;
        let wrong = client_of(&server, "wrong");
        let launch = wrong.debug().launch_debug_session(&model, launcher()).subscribe().await;
        assert_eq!(error_code(launch), "bad_credentials");
        assert!(client.debug().get_debug_sessions().await.unwrap().debug_sessions.is_empty());
        server.shutdown().await;

        let mut limits = Limits::default();
        (limits.sockets, limits.body_bytes) = (0, 10_000);
        let (server, client) = start(config().limits(limits)).await;
        let launch = client.debug().launch_debug_session("a", launcher()).await;
        assert_eq!(error_code(launch), "too_many_requests");
        server.shutdown().await;
    })
    .await;
}

/// A proxy between a client and the server that can cut their connections.
struct Proxy {
    address: SocketAddr,
    connections: Arc<Mutex<JoinSet<()>>>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    async fn new(to: SocketAddr) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections: Arc<Mutex<JoinSet<()>>> = Arc::default();
        let own = connections.clone();
        let accepting = tokio::spawn(async move {
            while let Ok((mut from, _)) = listener.accept().await {
                own.lock().unwrap().spawn(async move {
                    let mut to = TcpStream::connect(to).await.unwrap();
                    let _ = tokio::io::copy_bidirectional(&mut from, &mut to).await;
                });
            }
        });
        Self { address, connections, accepting }
    }

    fn cut(&self) {
        self.connections.lock().unwrap().abort_all();
    }
}

#[tokio::test]
async fn lost_connection_is_reestablished() {
    within(async {
        let (server, direct) = start(config()).await;
        let proxy = Proxy::new(server.address()).await;
        let url = format!("http://{}/v0", proxy.address);
        let client = Client::builder().http_url(url).api_key(server.key()).build().unwrap();
        let model = new_model(&direct, "a", "mlp").await;
        let mut events = launched(&client, &model).await;
        proxy.cut();
        assert!(matches!(events.next().await, Some(Update::Disconnected { .. })));
        assert_eq!(events.next().await, Some(Update::Gap));
        direct.debug().terminate_debug_session(events.id()).await.unwrap();
        assert_eq!(ended(events).await, DebugSessionTerminatedReason::TerminatedOnRequest);
        proxy.accepting.abort();
        server.shutdown().await;
    })
    .await;
}
