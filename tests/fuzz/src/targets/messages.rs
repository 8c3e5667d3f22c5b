//! Messages of a WebSocket: to the server (`server`), to a client with a subscription of a service (`Terminal`), and in
//! place of the response that starts one (`response`).

use bytes::Bytes;
use decthings::api::language::LanguageServerLanguage;
use decthings::api::types::{ExecutionLocation, LauncherSpec};
use decthings::runtime::{EventSet, Subscribable};
use decthings::{Call, Client, Error, RetryPolicy, Update};
use decthings_tests::codec::{event_message, response_message};
use decthings_tests::server::Listener;
use decthings_tests::{Dice, soon};
use serde_json::json;

use super::requests::{check_rejected, recorded_body, router};
use super::{MAX_FRAME, check_text};
use crate::Target;
use crate::input::{base64, cases, join, split, text};
use crate::limits::{PER_BYTE, within};
use crate::mutate::edge;
use crate::mutate::frame::{Layout, frame, with_json};

pub const TARGET: Target = Target { name: "messages", max_len: MAX_FRAME, seeds, mutate, run };

/// The id of the session in the recorded events.
const SESSION: &str = "id-1";

fn seeds() -> Vec<Vec<u8>> {
    let requests = cases("requests.jsonl").into_iter().filter_map(|case| {
        let body = with_json(&recorded_body(&case), Layout::Request, |params| {
            json!({ "api": case["api"], "method": case["method"], "params": params, "apiKey": "k3y-of-a-test" })
        })?;
        Some(join("server", &[&7_u32.to_be_bytes(), body.as_slice()].concat()))
    });
    let events = cases("events.jsonl").into_iter();
    let events = events.map(|case| join(text(&case, "api"), &base64(text(&case, "frame_b64"))));
    let response = response_message(0, json!({ "result": { "terminalSessionId": SESSION } }), &[]);
    let error = response_message(0, json!({ "error": { "code": "model_not_found" } }), &[]);
    requests.chain(events).chain([response, error].map(|message| join("response", &message))).collect()
}

fn mutate(input: &[u8], dice: &mut Dice) -> Option<Vec<u8>> {
    let (name, message) = split(input)?;
    let (at, layout) = match (name, message) {
        ("server", _) => (4, Layout::Request),
        (_, [0, ..]) => (5, Layout::Response),
        (_, [_, len, ..]) => (2 + usize::from(*len), Layout::Response),
        _ => return None,
    };
    let (head, body) = message.split_at_checked(at)?;
    let mut head = head.to_vec();
    if dice.roll(10) == 0 {
        head[dice.roll(at)] = edge(dice) as u8;
        return Some(join(name, &[&head, body].concat()));
    }
    Some(join(name, &[head, frame(body, layout, dice)?].concat()))
}

fn run(input: &[u8]) {
    let Some((name, message)) = split(input) else { return };
    let location = || ExecutionLocation::temporary_launcher(LauncherSpec::new(1.0, 1024));
    if name == "server" {
        return serve(Bytes::copy_from_slice(message));
    }
    super::wait(async {
        match name {
            "Debug" => receive(message, |client| client.debug().launch_debug_session("m", location())).await,
            "Language" => {
                receive(message, |client| client.language().start_language_server("m", LanguageServerLanguage::Python))
                    .await
            }
            "Spawned" => receive(message, |client| client.spawned().spawn_command(location(), "c", ["a"])).await,
            "Terminal" => receive(message, |client| client.terminal().launch_terminal_session("m", location())).await,
            "response" => start(message).await,
            _ => {}
        }
    });
}

fn serve(message: Bytes) {
    let connection = router().connect();
    let response = within(message.len(), PER_BYTE, || super::wait(connection.handle(message.clone())));
    match response {
        Some(response) => {
            assert_eq!((response[0], &response[1..5]), (0, &message[..4]));
            check_rejected(&response[5..]);
        }
        None => assert!(message.len() < 4, "there is no response to {} bytes", message.len()),
    }
}

fn client(server: &Listener) -> Client {
    Client::builder().http_url(server.url()).retry(RetryPolicy::off()).build().expect("the settings are valid")
}

/// Sends a message to a client with a subscription, and then the last event of the session. The subscription ends.
async fn receive<R: Subscribable>(message: &[u8], call: impl FnOnce(&Client) -> Call<R>) {
    let server = Listener::bind().await;
    let call = call(&client(&server)).subscribe();
    let (service, id) = (R::Events::CHANNEL.service, R::Events::CHANNEL.id);
    let serving = async {
        let mut socket = server.accept().await;
        let request = socket.next_request().await.expect("the client calls");
        socket.respond(request.id, json!({ id: SESSION })).await;
        // The client may leave at the first message.
        if socket.try_send(message.to_vec()).await {
            let exit = json!({ "event": "exit", "params": { id: SESSION, "reason": "done" } });
            socket.try_send(event_message(service, exit, &[])).await;
        }
        socket
    };
    let (subscription, socket) = tokio::join!(soon(call), serving);
    let mut subscription = subscription.unwrap_or_else(|error| panic!("{error}"));
    while let Some(update) = soon(subscription.next()).await {
        if let Update::Malformed(error) = update {
            check_text(&error.to_string());
        }
    }
    drop(socket);
}

/// Sends a message as the response to a call.
async fn start(message: &[u8]) {
    let server = Listener::bind().await;
    let location = ExecutionLocation::temporary_launcher(LauncherSpec::new(1.0, 1024));
    let call = client(&server).terminal().launch_terminal_session("m", location).send();
    let serving = async {
        let mut socket = server.accept().await;
        socket.next_request().await.expect("the client calls");
        socket.try_send(message.to_vec()).await;
        // Ends the call where the message was not its response.
        drop(socket);
    };
    let (result, ()) = tokio::join!(soon(call), serving);
    match result {
        Ok(_) => {}
        Err(error) => {
            let is_expected = matches!(error, Error::Decode { .. } | Error::Api { .. } | Error::Transport { .. });
            assert!(is_expected, "{error:?}");
            check_text(&error.to_string());
        }
    }
}
