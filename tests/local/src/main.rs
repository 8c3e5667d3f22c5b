//! `decthings-local`: runs a local Decthings server until Ctrl-C or SIGTERM.

use std::error::Error;
use std::fs::File;
use std::io::{self, Read, Write as _, pipe, stdin, stdout};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::Duration;

use decthings_local::{Limits, Local, LocalConfig, LocalServer, StartError};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::timeout;

const HELP: &str = "\
Runs a local Decthings server. All data is in memory and is lost when the server stops, or is kept with --data.

Usage: decthings-local [options]

  --addr <ip>                   address to listen on (default: 127.0.0.1)
  --port <port>                 port to listen on, 0 for any free port (default: 4711)
  --key-file <file>             file with the API key to accept, - for the standard input
  --data <folder>               keep all data in this folder, which is made if it does not exist
  --allow-remote                allow other machines to connect, without encryption
  --allow-host <name>           allow requests for this host name, and from its web pages; may be repeated
  --allow-processes             run programs, terminals, language servers and the code of models, as you and without
                                a sandbox; not with --allow-remote
  --model <name>=<folder>       serve a folder as the files of a model, whose id is the name; may be repeated
  --python <path>               Python interpreter for the code of models (default: python3)
  --max-body <mebibytes>        maximum size of a request (default: 256)
  --launcher-startup <ms>       simulated startup time of launchers (default: 0)
  --help                        print this help

Without --key-file, the API key is the environment variable DECTHINGS_LOCAL_KEY, or else a random key, which is printed.
Without --python, the interpreter is the environment variable DECTHINGS_PYTHON.
";

/// The environment variable with the API key. Not the one that clients read, as that may hold a key of the cloud.
const KEY_VARIABLE: &str = "DECTHINGS_LOCAL_KEY";

/// The environment variable with the Python interpreter.
const PYTHON_VARIABLE: &str = "DECTHINGS_PYTHON";

/// The longest API key, in bytes.
const MAX_KEY_BYTES: u64 = 4096;

/// How long the server may take to stop.
const STOP_TIMEOUT: Duration = Duration::from_millis(2500);

fn main() -> ExitCode {
    match hide_variables().and_then(|()| run()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("decthings-local: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Starts this program again without the environment variables that are for it or for clients: programs that the server
/// runs could read them in `/proc`. The key then comes from the standard input.
fn hide_variables() -> Result<(), Box<dyn Error>> {
    let variables = std::env::vars_os().filter(|(name, _)| name.as_encoded_bytes().starts_with(b"DECTHINGS_"));
    let variables: Vec<_> = variables.collect();
    if variables.is_empty() {
        return Ok(());
    }
    let mut command = Command::new(std::env::current_exe()?);
    for (name, value) in variables {
        command.env_remove(&name);
        if name == KEY_VARIABLE {
            let key = checked_key(&value.to_string_lossy(), KEY_VARIABLE)?;
            // A pipe holds a whole key.
            let (reader, mut writer) = pipe()?;
            writer.write_all(key.as_bytes())?;
            command.args(["--key-file", "-"]).stdin(reader);
        }
        if name == PYTHON_VARIABLE {
            command.arg("--python").arg(value);
        }
    }
    // An option of the user comes later, and counts.
    let error = command.args(std::env::args_os().skip(1)).exec();
    Err(format!("cannot start without environment variables: {error}").into())
}

#[tokio::main]
async fn run() -> Result<(), Box<dyn Error>> {
    let Some(options) = arguments(std::env::args().skip(1))? else {
        write!(stdout(), "{HELP}")?;
        return Ok(());
    };
    let Options { mut config, address, key_file, data } = options;
    if let Some(file) = &key_file {
        config = config.key(read_key(file)?);
    }
    config = config.on_code_failure(|report| eprintln!("{}", report.trim_end()));
    let mut signals = Signals::new()?;
    let local = match &data {
        Some(folder) => Local::open(folder, config)?,
        None => Local::new(config),
    };
    let server = LocalServer::start(local, address).await.map_err(|error| match error {
        StartError::NotLoopback(_) => format!("{error}, with --allow-remote"),
        error => error.to_string(),
    })?;
    let url = server.url();
    // A key that was given is not shown.
    let (shown, value) = match key_file.as_deref() {
        None => (server.key().to_owned(), server.key().to_owned()),
        Some("-") => ("that was given".to_owned(), "'the key'".to_owned()),
        Some(file) => (format!("in {file}"), format!("\"$(cat '{}')\"", file.replace('\'', "'\\''"))),
    };
    // The server is of use even if nobody reads this.
    let _ = write!(
        stdout(),
        "listening on {url} with the API key {shown}\n\
         to connect clients, set these variables; to stop, press Ctrl-C:\n  \
         export DECTHINGS_HTTP_URL={url} DECTHINGS_API_KEY={value}\n"
    );
    signals.next().await;
    let stopped = tokio::select! {
        stopped = timeout(STOP_TIMEOUT, server.shutdown()) => stopped.is_ok(),
        () = signals.next() => false,
    };
    if !stopped {
        // Returning would wait for threads. Programs end with the process.
        std::process::exit(1);
    }
    Ok(())
}

/// The signals that stop the server: Ctrl-C, `kill`, and a terminal that closes.
struct Signals([Signal; 3]);

impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self([signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?, signal(SignalKind::hangup())?]))
    }

    async fn next(&mut self) {
        let [interrupt, terminate, hangup] = &mut self.0;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    }
}

struct Options {
    config: LocalConfig,
    address: SocketAddr,
    key_file: Option<String>,
    data: Option<PathBuf>,
}

/// Parses the arguments. Nothing if they ask for help.
fn arguments(mut given: impl Iterator<Item = String>) -> Result<Option<Options>, String> {
    let (mut ip, mut port) = (IpAddr::V4(Ipv4Addr::LOCALHOST), 4711);
    let (mut config, mut key_file, mut data) = (LocalConfig::new(), None, None);
    let (mut body_bytes, mut has_models, mut allow_processes) = (None, false, false);
    while let Some(name) = given.next() {
        let mut value = || given.next().ok_or_else(|| format!("{name} needs a value"));
        match name.as_str() {
            "--addr" => ip = parse(&name, &value()?)?,
            "--port" => port = parse(&name, &value()?)?,
            "--key-file" => key_file = Some(value()?),
            "--data" => data = Some(PathBuf::from(value()?)),
            "--allow-remote" => config = config.allow_remote(true),
            "--allow-host" => config = config.allow_host(value()?),
            "--allow-processes" => {
                config = config.allow_processes(true);
                allow_processes = true;
            }
            "--model" => {
                let (name, folder) = model(&value()?)?;
                config = config.model(name, folder);
                has_models = true;
            }
            "--python" => config = config.python(value()?),
            "--max-body" => {
                let mebibytes: usize = parse(&name, &value()?)?;
                body_bytes = Some(mebibytes.saturating_mul(1 << 20));
            }
            "--launcher-startup" => {
                config = config.launcher_startup(Duration::from_millis(parse(&name, &value()?)?));
            }
            "--help" | "-h" => return Ok(None),
            other => return Err(format!("unknown option {other}; see --help")),
        }
    }
    if has_models && !allow_processes {
        return Err("--model needs --allow-processes, as the code of the model runs as you".to_owned());
    }
    let mut limits = if data.is_some() { Limits::on_disk() } else { Limits::default() };
    limits.body_bytes = body_bytes.unwrap_or(limits.body_bytes);
    Ok(Some(Options { config: config.limits(limits), address: SocketAddr::new(ip, port), key_file, data }))
}

/// Parses the name and the folder of a model.
fn model(value: &str) -> Result<(String, PathBuf), String> {
    let Some((name, folder)) = value.split_once('=').filter(|(name, _)| !name.trim().is_empty()) else {
        return Err(format!("invalid value for --model: {value:?}; it must be a name, =, and a folder"));
    };
    let path = std::path::absolute(folder).map_err(|error| format!("invalid folder for --model: {error}"))?;
    if !path.is_dir() {
        return Err(format!("the folder of --model {name} does not exist: {}", path.display()));
    }
    if !["main.py", "main"].iter().any(|name| path.join(name).is_file()) {
        return Err(format!("the folder of --model {name} has neither main.py nor an executable main"));
    }
    Ok((name.to_owned(), path))
}

fn parse<T: std::str::FromStr>(name: &str, value: &str) -> Result<T, String> {
    value.parse().map_err(|_| format!("invalid value for {name}: {value:?}"))
}

fn read_key(file: &str) -> Result<String, String> {
    let read = || {
        let mut key = String::new();
        let input: Box<dyn Read> = if file == "-" { Box::new(stdin()) } else { Box::new(File::open(file)?) };
        input.take(MAX_KEY_BYTES.saturating_add(1)).read_to_string(&mut key)?;
        Ok(key)
    };
    let key = read().map_err(|error: io::Error| format!("cannot read the API key from {file}: {error}"))?;
    checked_key(&key, file)
}

/// A key that cannot be sent in a header would reject every call.
fn checked_key(key: &str, from: &str) -> Result<String, String> {
    let key = key.trim();
    if u64::try_from(key.len()).is_ok_and(|length| length > MAX_KEY_BYTES) {
        return Err(format!("the API key in {from} is longer than {MAX_KEY_BYTES} bytes"));
    }
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(format!("the API key in {from} must be printable ASCII characters without spaces"));
    }
    Ok(key.to_owned())
}
