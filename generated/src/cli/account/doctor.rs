//! `decthings doctor`: what a command would use, and whether it works.

use std::fmt::Display;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use clap::{ArgMatches, Command};
use decthings::runtime::{BoxFuture, Transport, TransportError, TransportRequest, TransportResponse};
use decthings::{Client, RetryPolicy};

use crate::connect::{self, Origin, Setting, Settings};
use crate::console::line;
use crate::failure::{Failure, Kind};

/// How long a check may take, unless `--timeout` says otherwise.
const PATIENCE: Duration = Duration::from_secs(10);

/// A difference of the clocks that is worth a warning; the header of the service has whole seconds.
const MAX_SKEW: Duration = Duration::from_secs(30);

/// An id that nothing has.
const NO_ID: &str = "decthings-doctor";

pub(crate) fn command() -> Command {
    Command::new("doctor").about("Shows what commands would use, and checks the service").long_about(
        "Shows which service and profile commands would use and where each setting comes from, and checks that the service \
         responds over HTTP and over the WebSocket, that it accepts the API key, which revision of the API it speaks, and \
         whether the clocks agree. The exit code is not zero if commands would fail. The API key is never shown.",
    )
}

pub(crate) async fn run(matches: &ArgMatches) -> Result<(), Failure> {
    let settings = Settings::read(matches)?;
    let clock = Clock::default();
    let client = {
        let clock = clock.clone();
        let builder = connect::builder(&settings).retry(RetryPolicy::off());
        let builder = if settings.timeout.is_none() { builder.timeout(PATIENCE) } else { builder };
        builder.transport_layer(move |http| Clocked(http, clock.clone())).build().map_err(Failure::usage)?
    };
    show(&settings, &client)?;
    let mut worst = None;
    let http = check_http(&client, &settings, &mut worst).await?;
    if http {
        check_revision(&client, &mut worst).await?;
        check_clock(&clock)?;
    }
    check_websocket(&client, &mut worst).await?;
    match worst {
        Some(kind) => Err(Failure::new(kind, "commands would fail with these settings")),
        None => line("everything works"),
    }
}

fn show(settings: &Settings, client: &Client) -> Result<(), Failure> {
    fn origin<T>(setting: &Option<Setting<T>>, default: &str) -> String {
        setting.as_ref().map_or_else(|| default.to_owned(), |setting| setting.origin.to_string())
    }
    let Settings { profile, url, websocket_url, timeout, key } = settings;
    row("profile", &profile.value, profile.origin)?;
    row("URL", client.http_url(), origin(url, "default"))?;
    let derived = if url.is_some() { "from the URL" } else { "default" };
    row("WebSocket URL", client.websocket_url(), origin(websocket_url, derived))?;
    row("API key", if key.is_some() { "present" } else { "none" }, origin(key, "see `decthings login`"))?;
    let seconds = timeout.as_ref().map_or(60.0, |timeout| timeout.value.as_secs_f64());
    row("timeout", format!("{seconds} s"), origin(timeout, "default"))?;
    let of_profile = |origin: Option<Origin>| matches!(origin, Some(Origin::Profile));
    let (key, url) = (key.as_ref().map(|key| key.origin), url.as_ref().map(|url| url.origin));
    if key.is_some() && of_profile(key) != of_profile(url) && (of_profile(key) || of_profile(url)) {
        line("  note: only one of the URL and the API key is that of the profile")?;
    }
    Ok(())
}

/// Whether the service responds as this API does. Also checks the key.
async fn check_http(client: &Client, settings: &Settings, worst: &mut Option<Kind>) -> Result<bool, Failure> {
    let start = Instant::now();
    let called = client.user().get_quotas().await;
    let time = start.elapsed();
    match called {
        Ok(_) => {
            row("HTTP", "works", took(time))?;
            row("API key", "accepted", "")?;
            Ok(true)
        }
        Err(error) if error.api().is_some() => {
            row("HTTP", "works", took(time))?;
            worst.get_or_insert(Kind::Rejected);
            let what = if settings.key.is_some() { "rejected" } else { "missing" };
            row("API key", what, error)?;
            Ok(true)
        }
        Err(error) => {
            worst.get_or_insert(Kind::of(&error));
            row("HTTP", "fails", error)?;
            Ok(false)
        }
    }
}

/// Calls a method that only this revision of the API has, about a model that does not exist.
async fn check_revision(client: &Client, worst: &mut Option<Kind>) -> Result<(), Failure> {
    match client.model().get_filesystem_usage(NO_ID).await {
        Err(error) if matches!(error.code(), Some("unknown_method" | "unknown_service")) => {
            worst.get_or_insert(Kind::Rejected);
            row("API", "another revision", error)
        }
        Err(error) if error.api().is_none() => {
            worst.get_or_insert(Kind::of(&error));
            row("API", "unknown revision", error)
        }
        _ => row("API", "the first revision", format!("definition {:.8}", decthings::api::REVISION)),
    }
}

/// Subscribes to a session that does not exist. Any response shows that the WebSocket works.
async fn check_websocket(client: &Client, worst: &mut Option<Kind>) -> Result<(), Failure> {
    let start = Instant::now();
    match client.terminal().subscribe_to_events(NO_ID).await {
        Err(error) if error.api().is_none() => {
            worst.get_or_insert(Kind::of(&error));
            row("WebSocket", "fails", error)
        }
        _ => row("WebSocket", "works", took(start.elapsed())),
    }
}

fn check_clock(clock: &Clock) -> Result<(), Failure> {
    let Some((theirs, ours)) = clock.get() else { return Ok(()) };
    let (skew, direction) = match ours.duration_since(theirs) {
        Ok(skew) => (skew, "ahead of"),
        Err(error) => (error.duration(), "behind"),
    };
    // The header has whole seconds, cut off.
    if skew <= Duration::from_secs(2) {
        return row("clock", "agrees", "within 2 s");
    }
    let warning = if skew > MAX_SKEW { "; set the time of this machine" } else { "" };
    row("clock", format!("{} s", skew.as_secs()), format!("{direction} that of the service{warning}"))
}

fn took(time: Duration) -> String {
    format!("in {} ms", time.as_millis())
}

fn row(name: &str, value: impl Display, remark: impl Display) -> Result<(), Failure> {
    let (value, remark) = (value.to_string(), remark.to_string());
    line(match remark.is_empty() {
        true => format!("{name:<15}{value}"),
        false => format!("{name:<15}{value}  ({remark})"),
    })
}

/// The time of the service at its last response, and that of this machine.
#[derive(Clone, Default)]
struct Clock(Arc<Mutex<Option<(SystemTime, SystemTime)>>>);

impl Clock {
    fn get(&self) -> Option<(SystemTime, SystemTime)> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A transport that reads the header `Date` of responses.
struct Clocked<T>(T, Clock);

impl<T: Transport> Transport for Clocked<T> {
    fn send(&self, request: TransportRequest) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
        Box::pin(async {
            let response = self.0.send(request).await?;
            let date = response.headers.get(http::header::DATE).and_then(|date| date.to_str().ok());
            if let Some(theirs) = date.and_then(|date| httpdate::parse_http_date(date).ok()) {
                *self.1.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((theirs, SystemTime::now()));
            }
            Ok(response)
        })
    }

    fn streams(&self) -> bool {
        self.0.streams()
    }
}
