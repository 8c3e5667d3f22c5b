//! A client against faulty connections: a script, as JSON, of the faults of each connection and of steps, whose calls are
//! made at the same time.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use decthings::api::terminal::TerminalEvent;
use decthings::api::types::{ExecutionLocation, LauncherSpec, ParameterProvider, StateEntry};
use decthings::{Client, Error, RetryPolicy, Tensor, Update, Waiter};
use decthings_tests::codec::{event_message, join_response, response_message, split_request};
use decthings_tests::server::{Direction, Fault, FaultKind, Proxy, Reply, Request, RequestMessage, Server, ok};
use decthings_tests::{Dice, soon};
use serde::Deserialize;
use serde_json::{Value, json};

use super::check_text;
use crate::Target;
use crate::mutate::json;

pub const TARGET: Target = Target { name: "client", max_len: 1024, seeds, mutate, run };

/// How long an attempt and a heartbeat take.
const MOMENT: Duration = Duration::from_millis(40);

/// How long a call takes with all its attempts.
const DEADLINE: Duration = Duration::from_secs(2);

/// The most calls of a script, and the most faults.
const MOST: usize = 8;

/// Bytes of which none can be told from its neighbour, or from the dimension before them in a tensor, so that one that
/// comes twice changes nothing.
const PAD: [u8; 4] = [4; 4];

#[derive(Deserialize)]
struct Script {
    /// By connection, with the other connections being good.
    faults: Vec<Option<Failing>>,
    /// Calls are made at the same time if they are in one list.
    steps: Vec<Vec<Step>>,
}

#[derive(Deserialize)]
struct Failing {
    to: Side,
    at: u16,
    kind: Kind,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum Side {
    Server,
    Client,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum Kind {
    Reset,
    Truncate,
    Stall,
    Drip,
    Duplicate,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Step {
    Train,
    GetEntries,
    UploadState,
    /// Launches a session, and reads its events to their end.
    Launch,
    /// Launches a session, and drops the subscription at once.
    LaunchAndLeave,
    /// Makes a call, and drops it before there can be a response.
    Abandon,
}

fn seeds() -> Vec<Vec<u8>> {
    let scripts = [
        r#"{"faults":[],"steps":[["train"],["getEntries","uploadState"],["launch"],["launchAndLeave"],["abandon"]]}"#,
        r#"{"faults":[{"to":"server","at":100,"kind":"reset"},null],"steps":[["getEntries"],["train"]]}"#,
        r#"{"faults":[{"to":"client","at":20,"kind":"truncate"}],"steps":[["uploadState","uploadState"],["getEntries"]]}"#,
        r#"{"faults":[{"to":"client","at":300,"kind":"stall"}],"steps":[["launch","launch"],["train"]]}"#,
        r#"{"faults":[{"to":"client","at":250,"kind":"duplicate"},{"to":"server","at":0,"kind":"reset"}],"steps":[["launch"]]}"#,
        r#"{"faults":[{"to":"server","at":0,"kind":"drip"}],"steps":[["abandon","train"],["launchAndLeave","launch"]]}"#,
    ];
    scripts.iter().map(|script| script.as_bytes().to_vec()).collect()
}

fn mutate(input: &[u8], dice: &mut Dice) -> Option<Vec<u8>> {
    let mut script: Value = serde_json::from_slice(input).ok()?;
    for _ in 0..=dice.roll(3) {
        json::value(&mut script, dice);
    }
    // Most mutations make no script.
    Some(script.to_string().into_bytes()).filter(|script| serde_json::from_slice::<Script>(script).is_ok())
}

fn run(input: &[u8]) {
    let Ok(script) = serde_json::from_slice::<Script>(input) else { return };
    if script.faults.len() <= MOST && script.steps.iter().map(Vec::len).sum::<usize>() <= MOST {
        super::wait(play(script));
    }
}

/// What the server executed: how often, by the method and the name that the caller chose.
type Executed = Arc<Mutex<BTreeMap<(String, String), usize>>>;

fn execute(executed: &Executed, method: &str, name: &Value) {
    let name = name.as_str().unwrap_or_default();
    *executed.lock().unwrap().entry((method.to_owned(), name.to_owned())).or_default() += 1;
}

async fn play(script: Script) {
    let faults: Vec<Option<Fault>> = script.faults.into_iter().map(|fault| fault.map(Failing::fault)).collect();
    let executed = Executed::default();
    let (by_http, by_socket) = (Arc::clone(&executed), Arc::clone(&executed));
    let server = Server::builder().reply(move |request| respond(&by_http, request));
    let server = server.messages(move |request| messages(&by_socket, request)).start().await;
    let given = faults.clone();
    let proxy = Proxy::start(server.address(), move |number| given.get(number).copied().flatten()).await;
    let builder = Client::builder().http_url(proxy.url()).timeout(DEADLINE).attempt_timeout(MOMENT);
    let builder = builder.retry(RetryPolicy::new().delays(Duration::ZERO, Duration::ZERO));
    let builder = builder.heartbeat(MOMENT, MOMENT).reconnect_delay(Duration::ZERO, Duration::ZERO);
    let client = builder.build().expect("the settings are valid");
    let mut number = 0;
    for step in script.steps {
        let mut calls = tokio::task::JoinSet::new();
        for step in step {
            number += 1;
            calls.spawn(take(step, client.clone(), format!("n{number}"), Arc::clone(&executed)));
        }
        while let Some(call) = soon(calls.join_next()).await {
            call.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
        }
    }
    // A byte that comes twice may be in a name.
    for ((method, name), times) in &*executed.lock().unwrap() {
        assert!(*times <= 1 || method == "getEntries", "{method} with {name} was executed {times} times");
    }
}

impl Failing {
    fn fault(self) -> Fault {
        let direction = match self.to {
            Side::Server => Direction::ToServer,
            Side::Client => Direction::ToClient,
        };
        let kind = match self.kind {
            Kind::Reset => FaultKind::Reset,
            Kind::Truncate => FaultKind::Truncate,
            Kind::Stall => FaultKind::Stall,
            Kind::Drip => FaultKind::Drip,
            Kind::Duplicate => FaultKind::Duplicate,
        };
        Fault { direction, at: self.at.into(), kind }
    }
}

fn respond(executed: &Executed, request: &Request) -> Reply {
    let Some(json) = split_request(&request.body).ok().and_then(|(json, _)| serde_json::from_slice(json).ok()) else {
        return Reply::Close(ok(&join_response::<&[u8]>(r#"{"error":{"code":"invalid_request"}}"#, &[])));
    };
    let json: Value = json;
    let (method, name, response): (_, _, Vec<u8>) = match request.path().rsplit('/').next() {
        Some("train") => {
            let name = &json["newStateName"];
            let result = json!({ "result": { "trainingSessionId": name } });
            ("train", name, join_response::<&[u8]>(&result.to_string(), &[]))
        }
        Some("uploadState") => {
            let name = &json["name"];
            let result = json!({ "result": { "stateId": name } });
            ("uploadState", name, join_response::<&[u8]>(&result.to_string(), &[]))
        }
        _ => {
            let tensor = Tensor::from(PAD.to_vec()).to_bytes();
            ("getEntries", &Value::Null, join_response(r#"{"result":{"keys":["k"],"indexes":[0]}}"#, &[&tensor]))
        }
    };
    execute(executed, method, name);
    Reply::Respond(ok(&response))
}

fn messages(executed: &Executed, request: &RequestMessage) -> Vec<Vec<u8>> {
    let event = |id: &Value, event: &str| json!({ "event": event, "params": { "terminalSessionId": id } });
    let exit = |id: &Value| event_message("Terminal", event(id, "exit"), &[]);
    let data = |id: &Value, times: usize| event_message("Terminal", event(id, "data"), &[&PAD.repeat(times)]);
    let response = |result: Value| response_message(request.id, json!({ "result": result }), &[]);
    let params = &request.json["params"];
    match request.json["method"].as_str() {
        Some("launchTerminalSession") => {
            let id = &params["modelId"];
            execute(executed, "launchTerminalSession", id);
            vec![response(json!({ "terminalSessionId": id })), data(id, 1), data(id, 2), exit(id)]
        }
        Some("subscribeToEvents") => {
            let id = &params["terminalSessionId"];
            vec![response(json!({})), data(id, 3), exit(id)]
        }
        _ => vec![response(json!({}))],
    }
}

/// Makes a call. The result is that of the server, or an error says why not.
async fn take(step: Step, client: Client, name: String, executed: Executed) {
    let launcher = || ExecutionLocation::temporary_launcher(LauncherSpec::new(1.0, 1024));
    let has_executed = |method: &str| executed.lock().unwrap().contains_key(&(method.to_owned(), name.clone()));
    match step {
        Step::Train => {
            let call = client.model().train("m", &name, Vec::<ParameterProvider>::new(), launcher());
            match soon(call).await.map(Waiter::into_result) {
                Ok(result) if result.training_session_id == name => assert!(has_executed("train")),
                Ok(_) => {}
                Err(error) => check(&error.into_raw()),
            }
        }
        Step::UploadState => {
            match soon(client.model().upload_state("m", &name, [StateEntry::new("k", PAD.to_vec())])).await {
                Ok(result) if result.state_id == name => assert!(has_executed("uploadState")),
                Ok(_) => {}
                Err(error) => check(&error.into_raw()),
            }
        }
        Step::GetEntries => match soon(client.dataset().get_entries("d", vec![0])).await {
            Ok(entries) => assert_eq!(entries.keys[0].data[0].data, Tensor::from(PAD.to_vec())),
            Err(error) => check(&error.into_raw()),
        },
        Step::Abandon => {
            let call = client.model().upload_state("m", &name, [StateEntry::new("k", PAD.to_vec())]).send();
            let _ = tokio::time::timeout(Duration::ZERO, call).await;
        }
        Step::LaunchAndLeave => {
            let _ = soon(client.terminal().launch_terminal_session(&name, launcher()).subscribe()).await;
        }
        Step::Launch => match soon(client.terminal().launch_terminal_session(&name, launcher()).subscribe()).await {
            Ok(mut subscription) => {
                // Of the connection since the last report: the server sends some again to a new subscription.
                let mut sizes = Vec::new();
                let mut is_reported = false;
                while let Some(update) = soon(subscription.next()).await {
                    match update {
                        Update::Event(TerminalEvent::Data(event)) => sizes.push(event.data.len()),
                        Update::Event(_) => {}
                        _ => {
                            is_reported = true;
                            sizes.clear();
                        }
                    }
                    assert!(sizes.is_sorted_by(|one, other| one < other), "{sizes:?}");
                }
                assert!(is_reported || sizes == [PAD.len() as u64, 2 * PAD.len() as u64], "{sizes:?} without a report");
            }
            Err(error) => check(&error.into_raw()),
        },
    }
}

fn check(error: &Error) {
    let is_expected = matches!(
        error,
        Error::Transport { .. } | Error::Timeout { .. } | Error::Http { .. } | Error::Decode { .. } | Error::Api { .. }
    );
    assert!(is_expected, "{error:?}");
    check_text(&error.to_string());
}
