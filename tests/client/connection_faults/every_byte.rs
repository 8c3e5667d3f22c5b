//! A call for each fault at each byte that it sends and receives.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use decthings::api::terminal::TerminalEvent;
use decthings::types::{ExecutionLocation, LauncherSpec, ParameterProvider, StateEntry};
use decthings::{Client, Error, Tensor, Update, Waiter};
use decthings_tests::codec::{event_message, response_message, split_request};
use decthings_tests::server::{
    Direction, Fault, FaultKind, Proxy, Relayed, Reply, Request, RequestMessage, Server, ok,
};
use decthings_tests::{PATIENCE, soon};
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{fault, retry};
use crate::support::{MOMENT, frame};

/// How many clients share the faults.
const CLIENTS: usize = 32;

/// How often a client may take an old connection that is being closed.
const TRIES: usize = 20;

/// Bytes of which none can be told from its neighbour, or from the dimension before them in a tensor, so that one that
/// comes twice changes nothing.
const PAD: [u8; 4] = [4; 4];

/// The faults at each byte. Dripping from the first byte on covers all others.
fn faults(relayed: Relayed) -> Vec<Fault> {
    let kinds = [FaultKind::Reset, FaultKind::Truncate, FaultKind::Stall, FaultKind::Duplicate];
    let mut faults = Vec::new();
    for (direction, len) in [(Direction::ToServer, relayed.to_server), (Direction::ToClient, relayed.to_client)] {
        assert!(len > 0);
        faults.push(fault(direction, 0, FaultKind::Drip));
        faults.extend((0..len).flat_map(|at| kinds.map(|kind| fault(direction, at, kind))));
    }
    faults
}

/// Runs each fault on one of the clients.
async fn each_fault(method: Method) {
    let start = Instant::now();
    let first = Setup::start(PATIENCE).await;
    first.run(method, None).await;
    let faults = faults(first.proxy.relayed());
    let mut setups = Vec::new();
    for _ in 0..CLIENTS {
        setups.push(Setup::start(MOMENT).await);
    }
    let run = async |(number, setup): (usize, &Setup)| {
        for fault in faults.iter().skip(number).step_by(CLIENTS) {
            setup.run(method, Some(*fault)).await;
        }
    };
    join_all(setups.iter().enumerate().map(run)).await;
    println!("{method:?}: {} faults in {:?}", faults.len(), start.elapsed());
}

#[tokio::test]
async fn trainings_are_started_once() {
    each_fault(Method::Train).await;
}

#[tokio::test]
async fn entries_are_read_correctly() {
    each_fault(Method::GetEntries).await;
}

#[tokio::test]
async fn states_are_uploaded_once() {
    each_fault(Method::UploadState).await;
}

#[tokio::test]
async fn sessions_are_launched_once_and_missing_events_are_reported() {
    each_fault(Method::Launch).await;
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Method {
    Train,
    GetEntries,
    UploadState,
    Launch,
}

/// A client whose connections to a server go through a proxy.
struct Setup {
    proxy: Proxy,
    client: Client,
    /// The fault of the next connection.
    next: Arc<Mutex<Option<Fault>>>,
    /// The names that the callers gave, of all calls that the server executed.
    executed: Arc<Mutex<Vec<String>>>,
    _server: Server,
}

impl Setup {
    async fn start(heartbeat: Duration) -> Self {
        let executed = Arc::<Mutex<Vec<String>>>::default();
        let (by_http, by_socket) = (Arc::clone(&executed), Arc::clone(&executed));
        let server = Server::builder().reply(move |request| respond(&by_http, request));
        let server = server.messages(move |request| messages(&by_socket, request)).start().await;
        let next = Arc::<Mutex<Option<Fault>>>::default();
        let of_next = Arc::clone(&next);
        let proxy = Proxy::start(server.address(), move |_| of_next.lock().unwrap().take()).await;
        let builder = Client::builder().http_url(proxy.url()).retry(retry(3)).retry_budget(u32::MAX).timeout(PATIENCE);
        let builder = builder.reconnect_delay(Duration::ZERO, Duration::ZERO).heartbeat(heartbeat, heartbeat);
        let client = builder.build().unwrap();
        Self { proxy, client, next, executed, _server: server }
    }

    /// Makes a call over a new connection with this fault.
    async fn run(&self, method: Method, fault: Option<Fault>) {
        for _ in 0..TRIES {
            self.proxy.disconnect();
            let before = self.proxy.relayed().connections;
            *self.next.lock().unwrap() = fault;
            let result = self.try_run(method, fault).await;
            // The client may not have noticed yet that the last connection is closed.
            if self.proxy.relayed().connections == before {
                continue;
            }
            let succeeds = match fault.map(|fault| fault.kind) {
                None => true,
                // A slow machine may miss a heartbeat.
                Some(FaultKind::Drip) => method != Method::Launch,
                Some(FaultKind::Reset | FaultKind::Truncate) => method == Method::GetEntries,
                Some(FaultKind::Stall | FaultKind::Duplicate) => false,
            };
            assert!(result.is_ok() || !succeeds, "{method:?} with {fault:?}: {result:?}");
            return;
        }
        panic!("no new connection for {method:?} with {fault:?}");
    }

    async fn try_run(&self, method: Method, fault: Option<Fault>) -> Result<(), Failed> {
        static CALLS: AtomicUsize = AtomicUsize::new(0);
        let name = format!("call-{:06}", CALLS.fetch_add(1, Ordering::SeqCst));
        let limit = match fault.map(|fault| fault.kind) {
            // A length that has a digit twice leads to waiting as well.
            Some(FaultKind::Stall | FaultKind::Duplicate) => MOMENT,
            _ => PATIENCE,
        };
        let start = Instant::now();
        let result = soon(method.call(&self.client, &name, limit)).await;
        let times = self.executed.lock().unwrap().iter().filter(|executed| **executed == name).count();
        let context = || format!("{method:?} with {fault:?}, executed {times} times: {result:?}");
        assert!(times <= if method == Method::GetEntries { 3 } else { 1 }, "{}", context());
        let is_changed =
            fault.is_some_and(|fault| (fault.direction, fault.kind) == (Direction::ToServer, FaultKind::Duplicate));
        match &result {
            // A request with a byte twice may have another name.
            Ok(()) => assert!(times > 0 || is_changed, "{}", context()),
            Err(Failed::Wrong(_)) => assert!(is_changed, "{}", context()),
            Err(Failed::Error(error)) => {
                assert!(start.elapsed() < PATIENCE, "{}", context());
                let is_expected = matches!(
                    error,
                    Error::Transport { .. } | Error::Timeout { .. } | Error::Http { .. } | Error::Decode { .. }
                );
                assert!(is_expected || is_changed, "{}", context());
            }
        }
        result
    }
}

/// Why a call has not the result of the server.
#[derive(Debug)]
enum Failed {
    Error(Error),
    /// The result is another one.
    Wrong(#[expect(dead_code, reason = "for messages")] String),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

fn same<T: PartialEq + std::fmt::Debug>(value: T, expected: T) -> Result<(), Failed> {
    if value == expected { Ok(()) } else { Err(Failed::Wrong(format!("{value:?}"))) }
}

impl Method {
    async fn call(self, client: &Client, name: &str, limit: Duration) -> Result<(), Failed> {
        let launcher = ExecutionLocation::temporary_launcher(LauncherSpec::new(2.0, 4096));
        match self {
            Self::Train => {
                let params = [ParameterProvider::new("x", vec![Tensor::from([1.0_f32])])];
                let call = client.model().train("m", name, params, launcher).attempt_timeout(limit);
                let result = call.await.map(Waiter::into_result).map_err(Error::into_raw)?;
                same(result.training_session_id.as_str(), name)
            }
            Self::GetEntries => {
                let call = client.dataset().get_entries(name, vec![0]).attempt_timeout(limit);
                let entries = call.await.map_err(Error::into_raw)?;
                let entries = entries.keys.iter().flat_map(|key| key.data.iter().map(|entry| (&*key.name, entry)));
                let entries: Vec<_> = entries.map(|(key, entry)| (key, entry.index, entry.data.clone())).collect();
                same(entries, vec![("k", 0, Tensor::from(PAD.to_vec()))])
            }
            Self::UploadState => {
                let call =
                    client.model().upload_state("m", name, [StateEntry::new("k", PAD.to_vec())]).attempt_timeout(limit);
                same(call.await.map_err(Error::into_raw)?.state_id.as_str(), name)
            }
            Self::Launch => {
                let call = client.terminal().launch_terminal_session(name, launcher).attempt_timeout(limit);
                let mut subscription = call.subscribe().await.map_err(Error::into_raw)?;
                let (mut updates, mut sizes) = (Vec::new(), Vec::new());
                while let Some(update) = soon(subscription.next()).await {
                    if let Update::Event(TerminalEvent::Data(event)) = &update {
                        sizes.push(event.data.as_bytes().unwrap().len() / PAD.len());
                    }
                    updates.push(update);
                }
                let has_ended = matches!(updates.last(), Some(Update::Event(TerminalEvent::Exit(_))));
                // After a gap, the third event comes instead of those that are missing.
                let is_reported = updates.iter().any(|update| !matches!(update, Update::Event(_)));
                let is_whole = has_ended && sizes == [1, 2];
                let is_right = sizes.is_sorted_by(|one, other| one < other) && (is_whole || is_reported);
                if is_right { Ok(()) } else { Err(Failed::Wrong(format!("{updates:?}"))) }
            }
        }
    }
}

fn note(executed: &Mutex<Vec<String>>, name: &Value) {
    executed.lock().unwrap().extend(name.as_str().map(str::to_owned));
}

fn respond(executed: &Mutex<Vec<String>>, request: &Request) -> Reply {
    let error = || Reply::Close(ok(&frame(r#"{"error":{"code":"invalid_request"}}"#, &[])));
    let Ok((json, _)) = split_request(&request.body) else { return error() };
    let Ok(json) = serde_json::from_slice::<Value>(json) else { return error() };
    let (name, result, blobs) = match request.path() {
        "/v0/Model/train" => (&json["newStateName"], json!({ "trainingSessionId": json["newStateName"] }), vec![]),
        "/v0/Model/uploadState" => (&json["name"], json!({ "stateId": json["name"] }), vec![]),
        "/v0/Dataset/getEntries" => {
            let tensor = Tensor::from(PAD.to_vec()).to_bytes();
            (&json["datasetId"], json!({ "keys": ["k"], "indexes": [0] }), vec![tensor])
        }
        _ => return error(),
    };
    note(executed, name);
    let blobs: Vec<&[u8]> = blobs.iter().map(|blob| &blob[..]).collect();
    Reply::Close(ok(&frame(&json!({ "result": result }).to_string(), &blobs)))
}

fn messages(executed: &Mutex<Vec<String>>, request: &RequestMessage) -> Vec<Vec<u8>> {
    let event = |id: &Value, event: &str, blobs: &[&[u8]]| {
        let params = json!({ "event": event, "params": { "terminalSessionId": id } });
        event_message("Terminal", params, blobs)
    };
    let data = |id: &Value, number: usize| event(id, "data", &[&PAD.repeat(number)]);
    let response = |result| response_message(request.id, json!({ "result": result }), &[]);
    let params = &request.json["params"];
    match request.json["method"].as_str() {
        Some("launchTerminalSession") => {
            let id = &params["modelId"];
            note(executed, id);
            vec![response(json!({ "terminalSessionId": id })), data(id, 1), data(id, 2), event(id, "exit", &[])]
        }
        Some("subscribeToEvents") => {
            let id = &params["terminalSessionId"];
            vec![response(json!({})), data(id, 3), event(id, "exit", &[])]
        }
        _ => vec![response_message(request.id, json!({ "error": { "code": "unknown_method" } }), &[])],
    }
}
