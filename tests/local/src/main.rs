//! `decthings-local`: runs a local Decthings server until Ctrl-C.

use std::error::Error;
use std::io::{Write, stdout};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;

use decthings_local::{Limits, Local, LocalConfig, LocalServer, StartError};

const HELP: &str = "\
Runs a local Decthings server. All data is in memory, and is lost when the server stops.

Usage: decthings-local [options]

  --addr <ip>                   address to listen on (default: 127.0.0.1)
  --port <port>                 port to listen on, 0 for any free port (default: 4711)
  --key <key>                   API key to accept (default: a random key)
  --allow-remote                allow other machines to connect, without encryption
  --allow-processes             run programs, terminals and language servers as you; not with --allow-remote
  --max-body <mebibytes>        maximum size of a request (default: 256)
  --launcher-startup <ms>       simulated startup time of launchers (default: 0)
  --help                        print this help
";

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("decthings-local: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let Some((config, address)) = arguments(std::env::args().skip(1))? else {
        write!(stdout(), "{HELP}")?;
        return Ok(());
    };
    let server = LocalServer::start(Local::new(config), address).await.map_err(|error| match error {
        StartError::NotLoopback(_) => format!("{error}, with --allow-remote"),
        error => error.to_string(),
    })?;
    let (url, key) = (server.url(), server.key());
    writeln!(stdout(), "listening on {url} with the API key {key}")?;
    writeln!(stdout(), "to connect clients, set these variables; to stop, press Ctrl-C:")?;
    writeln!(stdout(), "  export DECTHINGS_HTTP_URL={url} DECTHINGS_API_KEY={key}")?;
    tokio::signal::ctrl_c().await?;
    server.shutdown().await;
    Ok(())
}

/// Parses the arguments. Nothing if they ask for help.
fn arguments(mut given: impl Iterator<Item = String>) -> Result<Option<(LocalConfig, SocketAddr)>, String> {
    let (mut ip, mut port) = (IpAddr::V4(Ipv4Addr::LOCALHOST), 4711);
    let mut config = LocalConfig::new();
    let mut limits = Limits::default();
    while let Some(name) = given.next() {
        let mut value = || given.next().ok_or_else(|| format!("{name} needs a value"));
        match name.as_str() {
            "--addr" => ip = parse(&name, &value()?)?,
            "--port" => port = parse(&name, &value()?)?,
            "--key" => config = config.key(checked_key(value()?)?),
            "--allow-remote" => config = config.allow_remote(true),
            "--allow-processes" => config = config.allow_processes(true),
            "--max-body" => {
                let mebibytes: usize = parse(&name, &value()?)?;
                limits.body_bytes = mebibytes.saturating_mul(1 << 20);
            }
            "--launcher-startup" => {
                config = config.launcher_startup(Duration::from_millis(parse(&name, &value()?)?));
            }
            "--help" | "-h" => return Ok(None),
            other => return Err(format!("unknown option {other}; see --help")),
        }
    }
    Ok(Some((config.limits(limits), SocketAddr::new(ip, port))))
}

fn parse<T: std::str::FromStr>(name: &str, value: &str) -> Result<T, String> {
    value.parse().map_err(|_| format!("invalid value for {name}: {value:?}"))
}

/// A key that cannot be sent in a header would reject every call.
fn checked_key(key: String) -> Result<String, String> {
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("--key needs printable ASCII characters without spaces".to_owned());
    }
    Ok(key)
}
