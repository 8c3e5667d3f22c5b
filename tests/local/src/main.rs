//! `decthings-local`: serves a Decthings on this machine until Ctrl-C.

use std::error::Error;
use std::io::{Write, stdout};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;

use decthings_local::{Limits, Local, LocalConfig, LocalServer, StartError};

const HELP: &str = "\
A Decthings on your own machine. Everything is kept in memory and is gone with the process.

Usage: decthings-local [options]

  --addr <ip>                   address to listen on (127.0.0.1)
  --port <port>                 port to listen on, 0 for any that is free (4711)
  --key <key>                   API key to accept (a new, random one)
  --allow-remote                let other machines connect; nothing is encrypted
  --allow-processes             run programs, terminals and language servers, as you; not with --allow-remote
  --max-body <mebibytes>        longest request (256)
  --launcher-startup <ms>       how long a launcher pretends to take to start (0)
  --help                        print this
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
    writeln!(stdout(), "Decthings is at {url} with the key {key}")?;
    writeln!(stdout(), "Let clients find it, then stop it with Ctrl-C:")?;
    writeln!(stdout(), "  export DECTHINGS_HTTP_URL={url} DECTHINGS_API_KEY={key}")?;
    tokio::signal::ctrl_c().await?;
    server.shutdown().await;
    Ok(())
}

/// Nothing when only help is wanted.
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
            other => return Err(format!("there is no option {other}; see --help")),
        }
    }
    Ok(Some((config.limits(limits), SocketAddr::new(ip, port))))
}

fn parse<T: std::str::FromStr>(name: &str, value: &str) -> Result<T, String> {
    value.parse().map_err(|_| format!("{name} cannot be {value:?}"))
}

/// A key that could not be sent in a header would lock everybody out.
fn checked_key(key: String) -> Result<String, String> {
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("--key needs printable ASCII characters without spaces".to_owned());
    }
    Ok(key)
}
