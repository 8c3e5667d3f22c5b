//! Random schedules of calls, subscriptions, messages and lost connections, on a paused clock. Each follows from a seed,
//! and ends with checks that hold after any schedule.

mod server;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;

use decthings::testing::SocketListener;
use decthings::{Client, Error, RetryPolicy, Subscription, Update};
use decthings_tests::Dice;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use tokio::runtime::Handle;
use tokio::task::yield_now;
use tokio::time::advance;

use self::server::Server;
use super::talk::{TalkEvent, echo, launch, subscribe, unsubscribe};

/// The limits of the client.
const MAX_CALLS: usize = 4;
const MAX_QUEUED_BYTES: usize = 200;
const IDLE: Duration = Duration::from_millis(50);
const TICK: Duration = Duration::from_millis(1);

/// The number of schedules, unless the environment variable `SCHEDULES` has another one.
const SCHEDULES: u64 = 2000;
const STEPS: usize = 60;

#[test]
fn every_schedule_leaves_nothing_behind() {
    let schedules = std::env::var("SCHEDULES").map_or(SCHEDULES, |number| number.parse().expect("a number"));
    for seed in 0..schedules {
        if run(seed, STEPS).is_err() {
            // The same schedule with fewer steps.
            let steps = (0..=STEPS).find(|steps| run(seed, *steps).is_err()).expect("the schedule fails");
            let failure = run(seed, steps).expect_err("the schedule fails");
            panic!("schedule {seed} fails after {steps} steps: {failure}");
        }
    }
}

/// Runs a schedule. An error has the problem, and the steps.
fn run(seed: u64, steps: usize) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let mut world = World::new(seed);
        let result = world.play(steps).await;
        result.map_err(|problem| format!("{problem}\n{}", world.log))
    })
}

/// A client and its server.
struct World {
    dice: Dice,
    log: String,
    client: Option<Client>,
    calls: Vec<Running>,
    readers: Vec<Reader>,
    server: Server,
    /// The number of calls and sessions.
    number: usize,
}

/// A call, or the end of a subscription.
struct Running {
    name: String,
    /// Polled by the test, so that dropping it takes effect at once.
    future: BoxFuture<'static, Output>,
    /// Whether it has a short deadline.
    hasty: bool,
}

enum Output {
    Response { text: String },
    Subscription(Subscription<TalkEvent>),
    Done,
    Failed { message: String, is_expected: bool, is_lost: bool, is_timeout: bool },
}

struct Reader {
    subscription: Subscription<TalkEvent>,
    /// The number of the last event, unless events may be missing after it.
    last: Option<usize>,
    ended: bool,
}

impl World {
    fn new(seed: u64) -> Self {
        let listener = SocketListener::new();
        let client = Client::builder()
            .websocket_listener(&listener)
            .retry(RetryPolicy::off())
            .max_websocket_calls(MAX_CALLS)
            .max_queued_bytes(MAX_QUEUED_BYTES)
            .websocket_idle_timeout(IDLE)
            .reconnect_delay(TICK, TICK * 8);
        Self {
            dice: Dice::new(seed),
            log: String::new(),
            client: Some(client.build().unwrap()),
            calls: Vec::new(),
            readers: Vec::new(),
            server: Server::new(listener),
            number: 0,
        }
    }

    async fn play(&mut self, steps: usize) -> Result<(), String> {
        for _ in 0..steps {
            while !self.step().await? {}
            for _ in 0..self.dice.roll(4) {
                yield_now().await;
            }
            self.poll_calls(true)?;
        }
        // A client may be dropped at any point.
        if self.dice.roll(4) > 0 {
            self.settle().await?;
            self.check_subscriptions().await?;
            self.check_permits().await?;
        }
        self.check_end().await
    }

    /// Takes a step at random, if it is possible.
    async fn step(&mut self) -> Result<bool, String> {
        let before = self.log.len();
        let dice = self.dice.roll(100);
        let id = self.server.session(self.dice.roll(2));
        let id = id.as_str();
        let client = self.client.clone().expect("the client is dropped at the end");
        self.number += 1;
        let number = self.number.to_string();
        match dice {
            0..12 => {
                let hasty = self.dice.roll(4) == 0;
                let mut call = echo(&client, &number);
                if hasty {
                    call = call.timeout(TICK * 2);
                }
                self.start(format!("echo {number}"), hasty, async move {
                    match call.send().await {
                        Ok(result) => Output::Response { text: result.text },
                        Err(error) => failed(&error),
                    }
                });
            }
            12..21 => {
                let call = subscribe(&client, id);
                self.start(format!("subscribe {id}"), false, async move {
                    call.subscribe().await.map_or_else(|error| failed(&error), Output::Subscription)
                });
            }
            21..26 => {
                let call = launch(&client, &number);
                self.start(format!("launch {number}"), false, async move {
                    call.subscribe().await.map_or_else(|error| failed(&error), Output::Subscription)
                });
            }
            26..28 => {
                let call = unsubscribe(&client, id);
                self.start(format!("unsubscribe {id}"), false, async move {
                    call.send().await.map_or_else(|error| failed(&error), |_| Output::Done)
                });
            }
            28..36 => self.cancel(),
            36..42 => {
                if let Some(reader) = self.take_reader() {
                    self.note(&format!("drop {}", reader.subscription.id()));
                }
            }
            42..46 => {
                if let Some(reader) = self.take_reader() {
                    let name = format!("end {}", reader.subscription.id());
                    self.start(name, false, async move {
                        reader.subscription.unsubscribe().await.map_or_else(|error| failed(&error), |()| Output::Done)
                    });
                }
            }
            46..50 => {
                self.note("read");
                self.read()?;
            }
            50..54 => self.accept(),
            54..56 => {
                if self.server.refuse() {
                    self.note("refuse");
                }
            }
            56..66 => self.receive()?,
            66..74 => self.handle(),
            74..82 => self.respond(),
            82..87 => {
                let id = pick(&mut self.dice, &self.server.subscribed);
                if let Some(id) = id {
                    self.note(&format!("event of {id}"));
                    self.server.publish(&id);
                }
            }
            87..89 => {
                let id = pick(&mut self.dice, &self.server.subscribed);
                if let Some(id) = id {
                    self.note(&format!("exit of {id}"));
                    self.server.exit(&id);
                }
            }
            89..92 => {
                if self.server.lose() {
                    self.note("lose the connection");
                }
            }
            92..98 => self.advance(TICK * 3).await,
            98 => self.advance(IDLE).await,
            _ => self.advance(Duration::from_secs(6)).await,
        }
        Ok(self.log.len() > before)
    }

    fn note(&mut self, step: &str) {
        writeln!(self.log, "  {step}").unwrap();
    }

    fn start(&mut self, name: String, hasty: bool, future: impl Future<Output = Output> + Send + 'static) {
        self.note(&name);
        self.calls.push(Running { name, future: Box::pin(future), hasty });
    }

    /// Gives a call up, which must not be sent if the socket has not taken it.
    fn cancel(&mut self) {
        if self.calls.is_empty() {
            return;
        }
        let at = self.dice.roll(self.calls.len());
        let call = self.calls.swap_remove(at);
        self.note(&format!("cancel {}", call.name));
        // Without the message that the socket has taken, if there is one.
        let slot = self.server.receive();
        let is_received = self.server.names.contains(&call.name);
        let is_unique = call.name.starts_with("echo") || call.name.starts_with("launch");
        if !is_received && is_unique && slot.is_ok() {
            self.server.given_up.insert(call.name);
        }
    }

    async fn advance(&mut self, time: Duration) {
        self.note(&format!("wait {time:?}"));
        advance(time).await;
    }

    fn accept(&mut self) {
        if self.server.accept() {
            self.note("accept");
        }
    }

    fn receive(&mut self) -> Result<(), String> {
        if let Some(name) = self.server.receive()? {
            self.note(&format!("receive {name}"));
        }
        Ok(())
    }

    fn handle(&mut self) {
        let at = self.dice.roll(self.server.received.len());
        let succeeds = self.dice.roll(3) > 0;
        if let Some(name) = self.server.handle(at, succeeds) {
            self.note(&format!("handle {name}: {succeeds}"));
        }
    }

    fn respond(&mut self) {
        let at = self.dice.roll(self.server.handled.len());
        if let Some(name) = self.server.respond(at) {
            self.note(&format!("respond to {name}"));
        }
    }

    fn take_reader(&mut self) -> Option<Reader> {
        let at = self.dice.roll(self.readers.len());
        (!self.readers.is_empty()).then(|| self.readers.swap_remove(at))
    }

    /// Polls the calls, or some of them, and takes their results.
    fn poll_calls(&mut self, some: bool) -> Result<(), String> {
        for Running { name, mut future, hasty } in std::mem::take(&mut self.calls) {
            let skipped = some && self.dice.roll(4) == 0;
            let output = if skipped { None } else { future.as_mut().now_or_never() };
            match output {
                None => self.calls.push(Running { name, future, hasty }),
                Some(Output::Response { text }) if name == format!("echo {text}") => {}
                Some(Output::Response { text }) => return Err(format!("{name} got the response to {text}")),
                Some(Output::Subscription(subscription)) => {
                    self.readers.push(Reader { subscription, last: None, ended: false });
                }
                Some(Output::Done) => {}
                Some(Output::Failed { is_expected: true, .. }) => {}
                Some(Output::Failed { is_timeout: true, .. }) if hasty => {}
                Some(Output::Failed { is_lost: true, .. }) if self.server.has_failed => {}
                Some(Output::Failed { message, .. }) => return Err(format!("{name}: {message}")),
            }
        }
        Ok(())
    }

    /// Reads all updates of all readers.
    fn read(&mut self) -> Result<(), String> {
        for reader in &mut self.readers {
            while let Some(update) = reader.subscription.next().now_or_never() {
                match update {
                    None => {
                        reader.ended = true;
                        break;
                    }
                    Some(Update::Event(TalkEvent::Data(event))) => {
                        let id = reader.subscription.id();
                        let number: usize =
                            std::str::from_utf8(event.data.as_bytes().unwrap()).unwrap().parse().unwrap();
                        if event.talk_id != id || reader.last.is_some_and(|last| last + 1 != number) {
                            let last = reader.last;
                            return Err(format!("a reader of {id} got {number} of {} after {last:?}", event.talk_id));
                        }
                        reader.last = Some(number);
                    }
                    Some(Update::Event(TalkEvent::Exit(event))) if event.talk_id == reader.subscription.id() => {}
                    Some(Update::Gap) => reader.last = None,
                    Some(Update::Disconnected { .. } | Update::Ended(_)) => {}
                    Some(update) => return Err(format!("unexpected update: {update:?}")),
                }
            }
        }
        Ok(())
    }

    /// Lets the server accept, receive and respond until nothing happens.
    async fn settle(&mut self) -> Result<(), String> {
        self.note("settle");
        let mut quiet = 0;
        for _ in 0..1000 {
            let before = self.server.steps;
            self.accept();
            self.receive()?;
            let (received, handled) = (self.server.received.len(), self.server.handled.len());
            let (received, handled) = (self.dice.roll(received), self.dice.roll(handled));
            self.server.handle(received, true);
            self.server.respond(handled);
            for _ in 0..3 {
                yield_now().await;
            }
            self.poll_calls(false)?;
            quiet = if self.server.steps == before { quiet + 1 } else { 0 };
            if quiet > 12 && self.calls.is_empty() {
                return Ok(());
            }
            // Without the time to close an idle connection.
            if quiet > 0 && quiet < 12 {
                advance(TICK).await;
            }
        }
        let names: Vec<_> = self.calls.iter().map(|call| &*call.name).collect();
        Err(format!("nothing more happens, but these wait: {names:?}"))
    }

    /// The server's subscriptions are the client's, and each event reaches each reader.
    async fn check_subscriptions(&mut self) -> Result<(), String> {
        self.read()?;
        self.readers.retain(|reader| !reader.ended);
        let ids: BTreeSet<_> = self.readers.iter().map(|reader| reader.subscription.id().to_owned()).collect();
        if ids != self.server.subscribed {
            return Err(format!("the client is subscribed to {ids:?}, the server thinks {:?}", self.server.subscribed));
        }
        for id in &ids {
            self.server.publish(id);
        }
        for _ in 0..3 {
            yield_now().await;
        }
        self.read()?;
        for reader in &self.readers {
            let (id, published) = (reader.subscription.id(), &self.server.published);
            if reader.ended || reader.last != published.get(id).copied() {
                return Err(format!("a reader of {id} got {:?} of {published:?} last", reader.last));
            }
        }
        Ok(())
    }

    /// As many calls as the limit allows are sent, and no more.
    async fn check_permits(&mut self) -> Result<(), String> {
        self.note("check permits");
        let client = self.client.clone().expect("the client is dropped at the end");
        for number in 0..=MAX_CALLS {
            let call = echo(&client, &format!("permit {number}"));
            self.start(format!("echo permit {number}"), false, async move {
                call.send().await.map_or_else(|error| failed(&error), |result| Output::Response { text: result.text })
            });
        }
        for _ in 0..MAX_CALLS * 10 {
            self.poll_calls(false)?;
            yield_now().await;
            self.accept();
            self.receive()?;
        }
        let sent = self.server.received.len();
        if sent != MAX_CALLS {
            return Err(format!("{sent} calls are sent, and the limit is {MAX_CALLS}"));
        }
        self.settle().await
    }

    /// The connection closes when nothing uses it, and with its client.
    async fn check_end(&mut self) -> Result<(), String> {
        self.note("end");
        let keeps_client = self.dice.roll(2) == 0 && self.calls.is_empty();
        if !keeps_client {
            self.client = None;
        }
        self.calls.clear();
        self.readers.clear();
        if keeps_client {
            self.settle().await?;
            advance(IDLE).await;
        }
        for _ in 0..10 {
            yield_now().await;
            advance(TICK).await;
        }
        self.receive()?;
        while self.server.receive()?.is_some() {}
        let tasks = Handle::current().metrics().num_alive_tasks();
        if self.server.socket.is_some() || self.server.listener.accept().now_or_never().is_some() {
            return Err("the connection stays open".to_owned());
        }
        if tasks > 0 { Err(format!("{tasks} tasks are left")) } else { Ok(()) }
    }
}

/// An error that the server has sent is expected, as is one because of it.
fn failed<E: decthings::runtime::ErrorCode>(error: &Error<E>) -> Output {
    let code = error.code();
    Output::Failed {
        message: error.to_string(),
        is_expected: code.is_some_and(|code| ["rejected", "not_subscribed", "talk_not_found"].contains(&code)),
        is_lost: matches!(error, Error::Transport { .. }) && !error.to_string().contains("task of the connection"),
        is_timeout: matches!(error, Error::Timeout { .. }),
    }
}

fn pick(dice: &mut Dice, ids: &BTreeSet<String>) -> Option<String> {
    ids.iter().nth(dice.roll(ids.len())).cloned()
}
