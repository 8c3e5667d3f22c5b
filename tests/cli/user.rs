//! The program, a server for it, and a user of its own.

use std::fs::File;
use std::process::{Child, Command, Stdio};

use decthings::types::{ElementType, EntryRange, ParameterDefinition, TensorRules};
use decthings::{Client, Tensor};
use decthings_local::{Local, LocalConfig, LocalServer};
use decthings_tests::{KEY, Temporary};

use super::program::{PROGRAM, wait};

/// What a program has printed, and its exit code.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Output {
    /// Asserts that it has succeeded; its standard output.
    #[track_caller]
    pub(crate) fn success(self) -> String {
        assert_eq!(self.code, Some(0), "{}{}", self.out, self.err);
        self.out
    }

    /// Asserts that it has failed with an exit code; its standard error.
    #[track_caller]
    pub(crate) fn failure(self, code: i32) -> String {
        assert_eq!(self.code, Some(code), "{}{}", self.out, self.err);
        self.err
    }
}

/// A user with a home folder, where the program finds no settings but those of the test.
pub(crate) struct User {
    pub(crate) home: Temporary,
    variables: Vec<(&'static str, String)>,
}

impl User {
    pub(crate) fn new() -> Self {
        Self { home: Temporary::new(), variables: Vec::new() }
    }

    /// A user whose environment names a service.
    pub(crate) fn of(url: &str) -> Self {
        Self::new().with("DECTHINGS_HTTP_URL", url).with("DECTHINGS_API_KEY", KEY)
    }

    pub(crate) fn with(mut self, variable: &'static str, value: &str) -> Self {
        self.variables.push((variable, value.to_owned()));
        self
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        for name in ["DECTHINGS_API_KEY", "DECTHINGS_HTTP_URL", "DECTHINGS_WS_URL", "DECTHINGS_PROFILE"] {
            command.env_remove(name);
        }
        let home = self.home.path();
        command.env("HOME", home).env("XDG_CONFIG_HOME", home.join("config")).env("XDG_STATE_HOME", home.join("state"));
        command.envs(self.variables.iter().map(|(name, value)| (name, value))).args(arguments).current_dir(home);
        command
    }

    /// Runs the program with this standard input. Its output must not have the key.
    #[track_caller]
    pub(crate) fn run_with(&self, arguments: &[&str], input: &str) -> Output {
        let files = Temporary::new();
        let input = File::open(files.write("in", input)).unwrap();
        let (out, err) = (File::create(files.join("out")).unwrap(), File::create(files.join("err")).unwrap());
        let mut child = self.command(arguments).stdin(input).stdout(out).stderr(err).spawn().unwrap();
        let code = wait(&mut child);
        let read = |name: &str| std::fs::read_to_string(files.join(name)).unwrap();
        let output = Output { code, out: read("out"), err: read("err") };
        assert!(!output.out.contains("k3y-") && !output.err.contains("k3y-"), "the key is shown");
        output
    }

    #[track_caller]
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.run_with(arguments, "")
    }

    /// Starts the program, which is killed at the end.
    pub(crate) fn start(&self, arguments: &[&str]) -> Running {
        let null = Stdio::null;
        Running(self.command(arguments).stdin(null()).stdout(null()).stderr(null()).spawn().unwrap())
    }

    /// The files in which unfinished imports are recorded.
    pub(crate) fn records(&self) -> usize {
        std::fs::read_dir(self.home.join("state/decthings")).map_or(0, Iterator::count)
    }
}

/// A program that is running. It is killed when this is dropped.
pub(crate) struct Running(Child);

impl Running {
    pub(crate) fn is_running(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A local server, and a client of it.
pub(crate) struct Service {
    pub(crate) server: LocalServer,
    pub(crate) client: Client,
}

impl Service {
    pub(crate) async fn start() -> Self {
        let local = Local::new(LocalConfig::new().key(KEY));
        let server = LocalServer::start(local, ([127, 0, 0, 1], 0).into()).await.unwrap();
        let client = Client::builder().http_url(server.url()).api_key(KEY).build().unwrap();
        Self { server, client }
    }

    pub(crate) fn user(&self) -> User {
        User::of(&self.server.url())
    }

    /// Makes a dataset with keys of these types and shapes; its id.
    pub(crate) async fn dataset(&self, keys: &[(&str, ElementType, &[i64])]) -> String {
        let keys = keys.iter().map(|(name, dtype, shape)| {
            ParameterDefinition::new(*name, true, TensorRules::new(shape.iter().copied(), [dtype.clone()]))
        });
        let name = format!("dataset of {:?}", std::time::SystemTime::now());
        self.client.dataset().create_dataset(name, "", keys).await.unwrap().dataset_id
    }

    /// The tensors of a key, in order.
    pub(crate) async fn tensors(&self, dataset: &str, key: &str) -> Vec<Tensor> {
        let call = self.client.dataset().get_entries(dataset, EntryRange::new(0, 1_000_000));
        let mut entries = call.in_parts();
        let mut tensors = Vec::new();
        while let Some(entry) = entries.next().await {
            tensors.extend(entry.unwrap().tensors.remove(key));
        }
        tensors
    }

    pub(crate) async fn count(&self, dataset: &str) -> u32 {
        let datasets = self.client.dataset().get_datasets().limit(100).await.unwrap().datasets;
        datasets.into_iter().find(|found| found.id == dataset).unwrap().entries.count
    }
}
