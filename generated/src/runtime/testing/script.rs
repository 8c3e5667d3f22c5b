//! Predefined responses and events.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::{error, fmt};

use http::StatusCode;

use super::double::{Double, Response};
use crate::runtime::client::{ClientBuilder, Operation};
use crate::runtime::error::{Error, Failure};
use crate::runtime::event::EventSet;
use crate::runtime::method::{ErrorCode, Method};
use crate::runtime::transport::{ConnectionError, Incoming, TransportError, TransportResponse};
use crate::runtime::wire;
use crate::runtime::wire::{IncomingFrame, JsonLimits};

/// Predefined responses, one for each attempt of a call, and events. Clones share them.
///
/// A client with a script uses no network: calls over HTTP, calls on the WebSocket and subscriptions get the responses in
/// order, and the events that follow a response are sent right after it. A call that the script does not expect fails with
/// [`Error::Invalid`], which names the expected method. Ending a subscription needs no response.
///
/// ```
/// use decthings::api::spawned::{ExitEvent, SpawnCommandRequest, SpawnCommandResult, SpawnedEvent, StdoutEvent};
/// use decthings::testing::Script;
/// use decthings::types::{ExecutionLocation, LauncherSpec};
/// use decthings::{Client, Update};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let script = Script::new()
///     .respond::<SpawnCommandRequest>(Ok(SpawnCommandResult::new("command")))
///     .event(SpawnedEvent::Stdout(StdoutEvent::new("command", "42\n")))
///     .event(SpawnedEvent::Exit(ExitEvent::new("command")));
/// let client = Client::builder().script(&script).build()?;
///
/// let launcher = ExecutionLocation::temporary_launcher(LauncherSpec::new(1.0, 1024));
/// let mut command = client.spawned().spawn_command(launcher, "python3", ["-c", "print(42)"]).subscribe().await?;
/// let Some(Update::Event(SpawnedEvent::Stdout(printed))) = command.next().await else { panic!("no output") };
/// assert_eq!(printed.data.as_bytes()?, b"42\n");
/// script.check()?;
/// # Ok(()) }
/// ```
#[derive(Clone, Default)]
pub struct Script(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// The first one is a response.
    steps: VecDeque<Step>,
    /// Events that may be sent.
    events: VecDeque<Incoming>,
    /// Of the connections that wait for events.
    wakers: Vec<Waker>,
    calls: Vec<ScriptedCall>,
    unexpected: Vec<&'static Method>,
}

enum Step {
    /// Without a response, the call never ends.
    Call(&'static Method, Option<Response>),
    Event(Incoming),
}

impl Script {
    /// A script without responses. Give it to [`ClientBuilder::script`].
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a result or an error of this method.
    pub fn respond<R: Operation>(self, result: Result<R::Response, R::Error>) -> Self {
        let frame = match result {
            Ok(result) => wire::write_result(&result),
            Err(error) => Ok(wire::write_error(&error.into_api())),
        };
        let response = frame.map(|frame| TransportResponse::new(StatusCode::OK, frame.to_bytes()));
        self.add(Step::Call(R::METHOD, Some(response.map_err(TransportError::from))))
    }

    /// Adds a response as it is, which may be malformed.
    pub fn respond_raw<R: Operation>(self, response: TransportResponse) -> Self {
        self.add(Step::Call(R::METHOD, Some(Ok(response))))
    }

    /// Adds a connection error, for this call only; see also [`disconnect`](Self::disconnect).
    pub fn fail<R: Operation>(self, error: TransportError) -> Self {
        self.add(Step::Call(R::METHOD, Some(Err(error))))
    }

    /// Adds a call without a response, which fails at its timeout, or at [`disconnect`](Self::disconnect) if it is on the
    /// WebSocket.
    pub fn never_respond<R: Operation>(self) -> Self {
        self.add(Step::Call(R::METHOD, None))
    }

    /// Adds an event, which is sent on the WebSocket after the responses before it.
    pub fn event<E: EventSet>(self, event: E) -> Self {
        let message = event.write().and_then(|event| event.to_message());
        self.add(Step::Event(match message {
            Ok(message) => Incoming::Message(message),
            Err(error) => Incoming::Disconnected(ConnectionError::new(format!("invalid event in the script: {error}"))),
        }))
    }

    /// Breaks the WebSocket after the responses and events before it. The client reconnects, and subscribes again with a
    /// call that needs a response. If it is an error of the API, the subscription ends with
    /// [`EndReason::Rejected`](crate::EndReason::Rejected), and if it [fails](Self::fail), with
    /// [`EndReason::ConnectionLost`](crate::EndReason::ConnectionLost).
    pub fn disconnect(self) -> Self {
        self.add(Step::Event(Incoming::Disconnected(ConnectionError::new("the script closed the connection"))))
    }

    /// The attempts of calls that were made, in order.
    pub fn calls(&self) -> Vec<ScriptedCall> {
        self.lock().calls.clone()
    }

    /// Checks that all expected calls were made, and no others.
    ///
    /// # Errors
    ///
    /// A response is left, or there was an unexpected call.
    pub fn check(&self) -> Result<(), ScriptError> {
        let state = self.lock();
        let left = state.left();
        if left.is_empty() && state.unexpected.is_empty() {
            return Ok(());
        }
        Err(ScriptError { left, unexpected: state.unexpected.clone() })
    }

    fn add(self, step: Step) -> Self {
        let mut state = self.lock();
        state.steps.push_back(step);
        state.release_events();
        drop(state);
        self
    }

    /// Each change is complete before anything can panic.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The methods whose calls are expected.
    fn left(&self) -> Vec<&'static Method> {
        let method = |step: &Step| match step {
            Step::Call(method, _) => Some(*method),
            Step::Event(_) => None,
        };
        self.steps.iter().filter_map(method).collect()
    }

    /// Sends the events before the next response.
    fn release_events(&mut self) {
        loop {
            match self.steps.pop_front() {
                Some(Step::Event(event)) => self.events.push_back(event),
                call => {
                    call.into_iter().for_each(|call| self.steps.push_front(call));
                    break;
                }
            }
        }
        self.wakers.drain(..).for_each(Waker::wake);
    }

    fn respond(&mut self, method: &'static Method, request: IncomingFrame) -> Option<Response> {
        let reason = match self.steps.pop_front() {
            Some(Step::Call(expected, response)) if is_same(expected, method) => {
                self.calls.push(ScriptedCall { method, request });
                self.release_events();
                return response;
            }
            // A subscription that is dropped ends at any time.
            step if method.closes.is_some() => {
                step.into_iter().for_each(|step| self.steps.push_front(step));
                let response = wire::write_empty_result().to_bytes();
                return Some(Ok(TransportResponse::new(StatusCode::OK, response)));
            }
            Some(step) => {
                self.steps.push_front(step);
                let expected = self.left().into_iter().next();
                expected.map(|expected| format!("the script expects a call of {expected:?} next"))
            }
            None => None,
        };
        self.calls.push(ScriptedCall { method, request });
        self.unexpected.push(method);
        let reason = reason.unwrap_or_else(|| "the script has no response left".to_owned());
        Some(Err(Failure::invalid("", reason).into()))
    }
}

impl Double for Script {
    const TARGET: &'static str = "the script";

    fn respond(&self, method: &'static Method, request: IncomingFrame) -> Option<Response> {
        self.lock().respond(method, request)
    }

    fn poll_event(&self, context: &mut Context<'_>) -> Poll<Incoming> {
        let mut state = self.lock();
        if let Some(event) = state.events.pop_front() {
            return Poll::Ready(event);
        }
        if !state.wakers.iter().any(|waker| waker.will_wake(context.waker())) {
            state.wakers.push(context.waker().clone());
        }
        Poll::Pending
    }
}

impl<C> ClientBuilder<C> {
    /// Gets all responses and events from a script, without a network. URLs, API keys and headers have no effect.
    pub fn script(self, script: &Script) -> Self {
        self.double(script.clone())
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        f.debug_struct("Script").field("left", &state.left()).field("calls", &state.calls).finish_non_exhaustive()
    }
}

fn is_same(one: &Method, other: &Method) -> bool {
    (one.service, one.name) == (other.service, other.name)
}

/// A call that a client with a script has made.
#[derive(Clone)]
pub struct ScriptedCall {
    method: &'static Method,
    request: IncomingFrame,
}

impl ScriptedCall {
    /// The service's name on the wire.
    pub fn service(&self) -> &'static str {
        self.method.service
    }

    /// The method's name on the wire.
    pub fn method(&self) -> &'static str {
        self.method.name
    }

    /// Decodes the request that was sent.
    ///
    /// # Errors
    ///
    /// It is a request of another method.
    pub fn request<R: Operation>(&self) -> Result<R, Error> {
        let request = if is_same(self.method, R::METHOD) {
            wire::read_request(self.request.clone(), JsonLimits::default())
        } else {
            Err(Failure::decode("", format!("the call is of {:?}", self.method), ""))
        };
        request.map_err(|failure| failure.at(R::METHOD))
    }
}

impl fmt::Debug for ScriptedCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.method.fmt(f)
    }
}

/// The differences between a script and the calls that were made.
#[derive(Clone)]
pub struct ScriptError {
    left: Vec<&'static Method>,
    unexpected: Vec<&'static Method>,
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the calls do not match the script")?;
        if !self.left.is_empty() {
            write!(f, "; never called: {:?}", self.left)?;
        }
        if !self.unexpected.is_empty() {
            write!(f, "; unexpected calls: {:?}", self.unexpected)?;
        }
        Ok(())
    }
}

impl fmt::Debug for ScriptError {
    /// The `Display` text, which `unwrap` shows in a test.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl error::Error for ScriptError {}
