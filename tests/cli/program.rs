//! Runs the program.

use std::io::{Read, Write as _};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use decthings_local::{Local, LocalConfig, LocalServer};
use decthings_tests::{KEY, PATIENCE, Temporary};
use serde_json::Value;
use tokio::runtime::Runtime;

/// How often a running program is polled.
const MOMENT: Duration = Duration::from_millis(5);

/// Variables that would make the program behave otherwise.
const VARIABLES: [&str; 6] = [
    "DECTHINGS_API_KEY",
    "DECTHINGS_HTTP_URL",
    "DECTHINGS_WS_URL",
    "DECTHINGS_PROFILE",
    "DECTHINGS_REVISION",
    "DECTHINGS_TESTS_LOG",
];

/// The program.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_decthings");

/// A run of the program that has ended.
#[derive(Debug)]
pub struct Run {
    pub code: Option<i32>,
    pub bytes: Vec<u8>,
    pub errors: String,
}

impl Run {
    /// What it has printed.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).unwrap()
    }

    /// What it has printed, as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The same, if it has succeeded.
    pub fn ok(self) -> Self {
        assert_eq!(self.code, Some(0), "{self:?}");
        self
    }

    /// The same, if it has failed with a code.
    pub fn failed(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:?}");
        self
    }
}

/// The program in an environment.
pub struct Program {
    pub folder: Temporary,
    url: Option<String>,
    key: String,
}

impl Program {
    /// Without a service: nothing listens at its address.
    pub fn alone() -> Self {
        Self::at("http://127.0.0.1:9/v0")
    }

    /// With a service at a URL.
    pub fn at(url: &str) -> Self {
        Self { folder: Temporary::new(), url: Some(url.to_owned()), key: KEY.to_owned() }
    }

    /// Its command, with arguments that are separated by spaces.
    pub fn command(&self, arguments: &str) -> Command {
        self.command_of(arguments.split_whitespace())
    }

    fn command_of<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = Command::new(PROGRAM);
        VARIABLES.iter().for_each(|name| {
            command.env_remove(name);
        });
        command.env("DECTHINGS_API_KEY", &self.key).env("COLUMNS", "100").env("HOME", self.folder.path());
        command.env("XDG_CONFIG_HOME", self.folder.path());
        if let Some(url) = &self.url {
            let socket = url.replacen("http", "ws", 1);
            command.env("DECTHINGS_HTTP_URL", url).env("DECTHINGS_WS_URL", format!("{socket}/ws"));
        }
        command.args(arguments).current_dir(self.folder.path());
        command
    }

    /// Runs it with arguments that are separated by spaces.
    pub fn run(&self, arguments: &str) -> Run {
        finish(self.command(arguments), b"")
    }

    /// Runs it with arguments as they are.
    pub fn run_with(&self, arguments: &[&str]) -> Run {
        finish(self.command_of(arguments.iter().copied()), b"")
    }

    /// Runs it with arguments as they are, and a standard input.
    pub fn run_with_input(&self, arguments: &[&str], input: &[u8]) -> Run {
        finish(self.command_of(arguments.iter().copied()), input)
    }

    /// Runs it with a standard input.
    pub fn run_on(&self, arguments: &str, input: impl AsRef<[u8]>) -> Run {
        finish(self.command(arguments), input.as_ref())
    }
}

/// Waits until a command has ended, at most [`PATIENCE`], and looks for the key in what it has printed.
fn finish(mut command: Command, input: &[u8]) -> Run {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (output, errors) = (drain(child.stdout.take()), drain(child.stderr.take()));
    if let Some(mut stdin) = child.stdin.take() {
        // The program may not read it.
        let _ = stdin.write_all(input);
    }
    let code = wait(&mut child);
    let (bytes, errors) = (output.join().unwrap(), String::from_utf8(errors.join().unwrap()).unwrap());
    let is_in = |text: &[u8]| text.windows(KEY.len()).any(|part| part == KEY.as_bytes());
    assert!(!is_in(&bytes) && !is_in(errors.as_bytes()), "the API key was printed");
    Run { code, bytes, errors }
}

/// Waits until a program has ended; one that takes too long is ended.
pub fn wait(child: &mut Child) -> Option<i32> {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        thread::sleep(MOMENT);
    }
    child.kill().unwrap();
    child.wait().unwrap();
    panic!("the program hangs");
}

/// Reads all that a program prints, on a thread of its own.
pub fn drain(reader: Option<impl Read + Send + 'static>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        reader.map(|mut reader| reader.read_to_end(&mut bytes));
        bytes
    })
}

/// A local server, and the program for it.
pub struct Service {
    program: Program,
    server: Option<LocalServer>,
    runtime: Runtime,
}

impl Service {
    pub fn start() -> Self {
        Self::with(LocalConfig::new())
    }

    pub fn with(config: LocalConfig) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let local = Local::new(config.key(KEY));
        let server = runtime.block_on(LocalServer::start(local, ([127, 0, 0, 1], 0).into())).unwrap();
        Self { program: Program::at(&server.url()), server: Some(server), runtime }
    }
}

impl std::ops::Deref for Service {
    type Target = Program;

    fn deref(&self) -> &Program {
        &self.program
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            self.runtime.block_on(server.shutdown());
        }
    }
}
