//! The configuration of the server, its users and its limits.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::util;

/// Receives a text about code that has failed.
pub(crate) type FailureReport = Arc<dyn Fn(&str) + Send + Sync>;

/// The configuration of a [`Local`](crate::Local): keys, permissions, users, limits.
///
/// ```
/// use decthings_local::{Limits, LocalConfig};
///
/// let mut limits = Limits::default();
/// limits.body_bytes = 16 << 20;
/// let config = LocalConfig::new().key("my-key").limits(limits);
/// assert_eq!(config.first_key(), "my-key");
/// ```
#[derive(Clone)]
pub struct LocalConfig {
    pub(crate) keys: Vec<String>,
    pub(crate) allow_remote: bool,
    pub(crate) allow_processes: bool,
    /// More names of this machine.
    pub(crate) hosts: Vec<String>,
    /// Language, program, arguments.
    pub(crate) language_servers: Vec<(String, String, Vec<String>)>,
    pub(crate) python: PathBuf,
    /// Names, and the folders with their files.
    pub(crate) models: Vec<(String, PathBuf)>,
    pub(crate) on_code_failure: Option<FailureReport>,
    pub(crate) launcher_startup: Duration,
    pub(crate) limits: Limits,
    has_limits: bool,
    pub(crate) email: String,
    pub(crate) users: Vec<LocalUser>,
    /// The names of organizations, and the ids of their founders.
    pub(crate) invitations: Vec<(String, String)>,
}

impl LocalConfig {
    /// One new, random key; only this machine may connect; launchers start at once; the default [`Limits`].
    pub fn new() -> Self {
        Self {
            keys: vec![util::new_key()],
            allow_remote: false,
            allow_processes: false,
            hosts: Vec::new(),
            language_servers: language_servers(),
            python: "python3".into(),
            models: Vec::new(),
            on_code_failure: None,
            launcher_startup: Duration::ZERO,
            limits: Limits::default(),
            has_limits: false,
            email: "local@localhost".to_owned(),
            users: Vec::new(),
            invitations: Vec::new(),
        }
    }

    /// The only API key that is accepted.
    pub fn key(self, key: impl Into<String>) -> Self {
        self.keys([key])
    }

    /// The API keys that are accepted. Without keys, every call over a socket is rejected.
    pub fn keys(mut self, keys: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.keys = keys.into_iter().map(Into::into).collect();
        self
    }

    /// Whether other machines may connect. Keys and data travel unencrypted, so allow it in a trusted network only.
    pub fn allow_remote(mut self, allow: bool) -> Self {
        self.allow_remote = allow;
        self
    }

    /// Allows requests for another host name than `localhost` and the addresses of this machine, and from its web pages.
    /// All others are rejected with the status 403, as a web page of another site can send them too.
    pub fn allow_host(mut self, host: impl Into<String>) -> Self {
        self.hosts.push(host.into());
        self
    }

    /// Whether `Spawned`, `Terminal` and `Language` run programs of this machine, and whether models can have code of their
    /// own. All of them run as the user of the server, in temporary folders but without a sandbox, so that a key gives full
    /// access to the account. Programs get the environment of this process without the variables `DECTHINGS_*`, and the code
    /// of models only `PATH`. On Linux with Landlock, the code of models can write into its own folder only. When the server ends, even if it is killed, so do they, and their folders are deleted; on
    /// systems without `/proc`, a killed server leaves programs behind. It cannot be combined with
    /// [`allow_remote`](Self::allow_remote).
    pub fn allow_processes(mut self, allow: bool) -> Self {
        self.allow_processes = allow;
        self
    }

    /// The program that serves a language, such as `python`, instead of the usual ones: `gopls`, `pylsp` or
    /// `pyright-langserver`, `rust-analyzer`.
    pub fn language_server(
        mut self,
        language: impl Into<String>,
        program: impl Into<String>,
        args: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let language = language.into();
        self.language_servers.retain(|(other, ..)| *other != language);
        self.language_servers.push((language, program.into(), args.into_iter().map(Into::into).collect()));
        self
    }

    /// The Python interpreter that runs models in Python: a name that is looked for in `PATH`, or a path, such as that of a
    /// virtual environment with the package `decthings-model`. It is `python3` by default.
    pub fn python(mut self, python: impl Into<PathBuf>) -> Self {
        self.python = python.into();
        self
    }

    /// Adds a model whose files are a folder of this machine, as they are at each call. They can be read over the API, but not
    /// changed. The id of the model is its name, with `-` for all but letters, digits, `-` and `_`. Its code only runs with
    /// [`allow_processes`](Self::allow_processes).
    pub fn model(mut self, name: impl Into<String>, folder: impl Into<PathBuf>) -> Self {
        self.models.push((name.into(), folder.into()));
        self
    }

    /// Calls a function with a text whenever the code of a model has failed: what failed, and the end of what it printed.
    pub fn on_code_failure(mut self, report: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.on_code_failure = Some(Arc::new(report));
        self
    }

    /// The simulated startup time of launchers, zero by default. A longer one shows how a program behaves while it waits.
    pub fn launcher_startup(mut self, startup: Duration) -> Self {
        self.launcher_startup = startup;
        self
    }

    /// The limits. The default depends on where the data is: [`Limits::default`] in memory, [`Limits::on_disk`] in a folder.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self.has_limits = true;
        self
    }

    /// Sets the default limits of a server with the data in a folder.
    pub(crate) fn limit_data_on_disk(&mut self) {
        if !self.has_limits {
            self.limits = Limits::on_disk();
        }
    }

    /// The email address of the caller, `local@localhost` by default.
    pub fn email(mut self, email: impl Into<String>) -> Self {
        self.email = email.into();
        self
    }

    /// Adds a user that can be found and invited, but does not call: all keys belong to the user `local`.
    pub fn user(mut self, user: LocalUser) -> Self {
        self.users.push(user);
        self
    }

    /// Adds an organization that has invited the caller, with the id of the user that founded it.
    pub fn invitation(mut self, organization: impl Into<String>, founder: impl Into<String>) -> Self {
        self.invitations.push((organization.into(), founder.into()));
        self
    }

    /// The first accepted key, which is empty if there is none.
    pub fn first_key(&self) -> &str {
        self.keys.first().map_or("", String::as_str)
    }
}

impl Default for LocalConfig {
    fn default() -> Self {
        Self::new()
    }
}

/// The default language servers. Those of the same language are tried in this order.
fn language_servers() -> Vec<(String, String, Vec<String>)> {
    let usual: [(&str, &str, &[&str]); 4] = [
        ("go", "gopls", &[]),
        ("python", "pylsp", &[]),
        ("python", "pyright-langserver", &["--stdio"]),
        ("rust", "rust-analyzer", &[]),
    ];
    let owned = |args: &[&str]| args.iter().map(|arg| (*arg).to_owned()).collect();
    usual.iter().map(|(language, program, args)| ((*language).into(), (*program).into(), owned(args))).collect()
}

/// Shows the number of keys, but not the keys.
impl fmt::Debug for LocalConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalConfig")
            .field("keys", &self.keys.len())
            .field("allow_remote", &self.allow_remote)
            .field("allow_processes", &self.allow_processes)
            .field("hosts", &self.hosts)
            .field("language_servers", &self.language_servers)
            .field("python", &self.python)
            .field("models", &self.models)
            .field("launcher_startup", &self.launcher_startup)
            .field("limits", &self.limits)
            .finish()
    }
}

/// A user of a [`Local`](crate::Local).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LocalUser {
    /// Id of the user.
    pub id: String,
    /// Name of the user.
    pub name: String,
    /// Email address, which invitations go to.
    pub email: String,
}

impl LocalUser {
    /// Makes a user.
    pub fn new(id: impl Into<String>, name: impl Into<String>, email: impl Into<String>) -> Self {
        Self { id: id.into(), name: name.into(), email: email.into() }
    }
}

/// The limits of a local server.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The longest body of an HTTP request and the longest message on a WebSocket, in bytes: 256 MiB. Above it, the
    /// response has the status 413, or the WebSocket is closed.
    pub body_bytes: usize,
    /// The concurrent calls: 256. Above it, `too_many_requests`.
    pub requests: usize,
    /// The bodies of all concurrent calls together, in bytes: 1 GiB. Above it, `too_many_requests`.
    pub bodies_bytes: usize,
    /// The open connections: half of the files that the process may have open, and at most 512. Above it, the connection
    /// is closed that has been idle for longest. One without a valid key is idle even if it sends something.
    pub connections: usize,
    /// The open WebSockets that have sent a valid key: 64. Above it, `too_many_requests`.
    pub sockets: usize,
    /// The concurrent calls of one WebSocket: 128. Above it, `too_many_requests`.
    pub socket_calls: usize,
    /// The approximate space of all entries, states and files, in bytes: 4 GiB in memory, 1 TiB on disk. Above it,
    /// `quota_exceeded`.
    pub stored_bytes: u64,
    /// The datasets: 1,000. Above it, `quota_exceeded`.
    pub datasets: usize,
    /// The entries of a dataset, and its needs-review entries, each: 100,000 in memory, 100 million
    /// on disk. Above it, `limit_exceeded`, or `quota_exceeded` where a method has no such error.
    pub entries: usize,
    /// The models: 1,000. Above it, `quota_exceeded`.
    pub models: usize,
    /// The organizations: 1,000. Above it, `quota_exceeded`.
    pub organizations: usize,
    /// The persistent launchers: 100. Above it, `quota_exceeded`.
    pub persistent_launchers: usize,
    /// The repositories for images: 1,000. Above it, `quota_exceeded`.
    pub repositories: usize,
    /// The states of a model, with those being made: 1,000. Above it, `quota_exceeded`.
    pub states: usize,
    /// The snapshots of a model: 1,000. Above it, `quota_exceeded`.
    pub snapshots: usize,
    /// The training sessions that a model keeps until they are cleared: 100. Above it, `quota_exceeded`.
    pub training_sessions: usize,
    /// The jobs in progress: 64. A job is a training session, an evaluation, the creation of a state, a debug session or a
    /// process. Above it, `quota_exceeded`.
    pub jobs: usize,
    /// The concurrent training sessions: one per processor. Others wait, with the status `starting`.
    pub running_trainings: usize,
}

impl Limits {
    /// The default limits of a server with the data in a folder: 1 TiB, and 100 million entries per dataset.
    pub fn on_disk() -> Self {
        Self { stored_bytes: 1 << 40, entries: 100_000_000, ..Self::default() }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 256 << 20,
            requests: 256,
            bodies_bytes: 1 << 30,
            connections: open_files().div_ceil(2).min(512),
            sockets: 64,
            socket_calls: 128,
            stored_bytes: 4 << 30,
            datasets: 1_000,
            entries: 100_000,
            models: 1_000,
            organizations: 1_000,
            persistent_launchers: 100,
            repositories: 1_000,
            states: 1_000,
            snapshots: 1_000,
            training_sessions: 100,
            jobs: 64,
            running_trainings: std::thread::available_parallelism().map_or(1, usize::from),
        }
    }
}

/// The files that this process may have open.
fn open_files() -> usize {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX)
}
