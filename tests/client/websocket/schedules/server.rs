//! The server of a schedule.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use decthings::testing::{Socket, SocketListener};
use decthings_tests::codec::{response_message, split_request_message};
use futures_util::FutureExt as _;
use serde_json::{Value, json};

use super::super::support::{data_event, exit_event};

/// A server that receives, handles and responds in any order.
pub(super) struct Server {
    pub(super) listener: SocketListener,
    pub(super) socket: Option<Socket>,
    pub(super) received: Vec<Request>,
    pub(super) handled: Vec<(String, Bytes)>,
    /// The sessions that the connection is subscribed to.
    pub(super) subscribed: BTreeSet<String>,
    /// The sessions that have ended.
    pub(super) ended: BTreeSet<String>,
    /// The number of each session's last event.
    pub(super) published: BTreeMap<String, usize>,
    /// All requests that were received.
    pub(super) names: BTreeSet<String>,
    /// Calls that must not arrive.
    pub(super) given_up: BTreeSet<String>,
    /// Whether a connection was refused or lost.
    pub(super) has_failed: bool,
    pub(super) steps: usize,
}

pub(super) struct Request {
    id: u32,
    name: String,
    method: String,
    params: Value,
}

impl Server {
    pub(super) fn new(listener: SocketListener) -> Self {
        Self {
            listener,
            socket: None,
            received: Vec::new(),
            handled: Vec::new(),
            subscribed: BTreeSet::new(),
            ended: BTreeSet::new(),
            published: BTreeMap::new(),
            names: BTreeSet::new(),
            given_up: BTreeSet::new(),
            has_failed: false,
            steps: 0,
        }
    }

    /// One of the sessions that go on. Another one follows when it ends.
    pub(super) fn session(&self, number: usize) -> String {
        let mut ids = (0..).map(|generation| format!("{}{generation}", ["a", "b"][number]));
        ids.find(|id| !self.ended.contains(id)).expect("there is always another id")
    }

    pub(super) fn accept(&mut self) -> bool {
        if self.socket.is_some() {
            return false;
        }
        self.socket = self.listener.accept().now_or_never();
        self.steps += usize::from(self.socket.is_some());
        self.socket.is_some()
    }

    pub(super) fn refuse(&mut self) -> bool {
        let refused = self.listener.refuse().now_or_never().is_some();
        self.has_failed |= refused;
        refused
    }

    /// Receives a message, or notices that the client has closed the connection.
    pub(super) fn receive(&mut self) -> Result<Option<String>, String> {
        let Some(message) = self.socket.as_mut().and_then(|socket| socket.receive().now_or_never()) else {
            return Ok(None);
        };
        self.steps += 1;
        let Some(message) = message else {
            self.forget();
            return Ok(Some("the end".to_owned()));
        };
        let (id, (json, _)) = split_request_message(&message)?;
        let json: Value = serde_json::from_slice(json).map_err(|error| error.to_string())?;
        let (method, params) = (json["method"].as_str().unwrap_or_default(), &json["params"]);
        let text = ["text", "name", "talkId"].into_iter().find_map(|name| params[name].as_str());
        let name = format!("{method} {}", text.unwrap_or_default());
        if self.given_up.contains(&name) {
            return Err(format!("{name} is sent, and was given up before"));
        }
        self.names.insert(name.clone());
        self.received.push(Request { id, name: name.clone(), method: method.to_owned(), params: params.clone() });
        Ok(Some(name))
    }

    /// Handles a request, whose response is sent later.
    pub(super) fn handle(&mut self, at: usize, succeeds: bool) -> Option<String> {
        if at >= self.received.len() {
            return None;
        }
        self.steps += 1;
        let Request { id, name, method, params } = self.received.remove(at);
        let talk = params["talkId"].as_str().unwrap_or_default().to_owned();
        let result = match &*method {
            "unsubscribe" => {
                self.miss(&talk);
                self.subscribed.remove(&talk).then(|| json!({})).ok_or("not_subscribed")
            }
            _ if !succeeds => Err("rejected"),
            "subscribe" if self.ended.contains(&talk) => Err("talk_not_found"),
            "subscribe" => {
                self.subscribed.insert(talk);
                Ok(json!({}))
            }
            "launch" => {
                let talk = format!("launched {}", params["name"].as_str().unwrap_or_default());
                self.subscribed.insert(talk.clone());
                Ok(json!({"talkId": talk}))
            }
            _ => Ok(json!({"text": params["text"]})),
        };
        let json = result.map_or_else(|code| json!({"error": {"code": code}}), |result| json!({"result": result}));
        let blobs: &[&[u8]] = if method == "echo" && succeeds { &[b""] } else { &[] };
        self.handled.push((name.clone(), response_message(id, json, blobs).into()));
        Some(name)
    }

    pub(super) fn respond(&mut self, at: usize) -> Option<String> {
        let socket = self.socket.as_ref().filter(|_| at < self.handled.len())?;
        self.steps += 1;
        let (name, message) = self.handled.remove(at);
        socket.send(message);
        Some(name)
    }

    pub(super) fn publish(&mut self, id: &str) {
        let Some(socket) = &self.socket else { return };
        let number = self.published.entry(id.to_owned()).or_default();
        *number += 1;
        socket.send(data_event(id, &number.to_string()));
    }

    /// Sends the last event of a session.
    pub(super) fn exit(&mut self, id: &str) {
        let Some(socket) = &self.socket else { return };
        socket.send(exit_event(id));
        self.subscribed.remove(id);
        self.ended.insert(id.to_owned());
    }

    pub(super) fn lose(&mut self) -> bool {
        let was_connected = self.socket.is_some();
        self.has_failed |= was_connected;
        self.forget();
        was_connected
    }

    /// Counts an event that the client does not get.
    fn miss(&mut self, id: &str) {
        *self.published.entry(id.to_owned()).or_default() += 1;
    }

    /// Subscriptions and requests end with their connection.
    fn forget(&mut self) {
        std::mem::take(&mut self.subscribed).iter().for_each(|id| self.miss(id));
        self.socket = None;
        self.received.clear();
        self.handled.clear();
    }
}
