//! The program of a model: a child process, which calls the functions of the model's code when it is told to over a socket.

mod calls;
mod confine;
mod connection;
mod data;
mod folder;
mod frame;
mod launch;
mod message;
mod output_values;
mod supervisor;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use decthings::types::{Parameter, ParameterDefinition};
use tokio::net::UnixListener;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use self::calls::{Call, Completed};
use self::connection::Connection;
use self::data::StateKey;
use self::folder::ProgramFolder;
use self::message::{Command, OtherModel, Param};
use self::supervisor::Supervisor;
use super::TrainingObserver;
use super::code::{EntryPoint, OwnCode};
use super::failure::Failure;
use super::output::Output;
use crate::compute::state::StatePart;
use crate::jobs::signal::{Once, StopReason, StopSignal};
use crate::presets::tensors::Inputs;
use crate::store::states::Parts;

/// How long a function that is cancelled may take to end, before the program is killed.
const CANCEL_TIMEOUT: Duration = Duration::from_secs(2);

/// What a program needs beside the code.
pub(crate) struct ProgramOptions {
    /// The folder for programs.
    pub(crate) workspace: PathBuf,
    /// The Python interpreter.
    pub(crate) python: PathBuf,
    /// The most bytes of a message.
    pub(crate) max_bytes: u64,
    pub(crate) output: Output,
}

/// A program that has been started. It is killed when it is dropped.
pub(crate) struct Program {
    connection: Connection,
    code: OwnCode,
    /// What the code calls the folders of the models that it mounts.
    mount_paths: Vec<(String, String)>,
    python: Option<PathBuf>,
    output: Output,
    stop: Once<()>,
    /// Set when it has ended, and nothing of it is left.
    ended: Once<Failure>,
}

impl Program {
    /// Starts the program. Its functions can be called when it is [ready](Self::ready).
    pub(crate) async fn start(code: OwnCode, options: ProgramOptions) -> Result<Self, Failure> {
        let ProgramOptions { workspace, python, max_bytes, output } = options;
        let (files, mounts) = (code.files.clone(), code.mounts.clone());
        let folder = spawn_blocking(move || ProgramFolder::new(&workspace, &files, &mounts));
        let folder = folder.await.map_err(|error| system(&error))?.map_err(|error| system(&error))?;
        let entry = EntryPoint::find(&folder.model())?;
        let listener = UnixListener::bind(folder.socket()).map_err(|error| system(&error))?;
        let child = launch::launch(&entry, &python, &folder).await?;
        let (connection, outgoing) = Connection::new(max_bytes);
        let mount = |id: &String| (id.clone(), text(&folder.mounted(id)));
        let mount_paths = code.mounts.iter().map(|mounted| mount(&mounted.model_id)).collect();
        let python = match &entry {
            EntryPoint::Python(module) => {
                connection.send(&Command::Initialize { path: &text(module) }).await;
                Some(python)
            }
            EntryPoint::Executable(_) => None,
        };
        let (stop, ended) = (Once::new(), Once::new());
        let supervisor = Supervisor {
            child,
            listener,
            connection: connection.clone(),
            outgoing,
            ready_when_connected: python.is_none(),
            output: output.clone(),
            folder,
            stop: stop.clone(),
        };
        let own_ended = ended.clone();
        tokio::spawn(async move { own_ended.set(supervisor.run().await) });
        Ok(Self { connection, code, mount_paths, python, output, stop, ended })
    }

    /// Waits until the functions can be called.
    pub(crate) async fn ready(&self) -> Result<(), Failure> {
        tokio::select! {
            biased;
            result = self.connection.calls.initialized.wait() => result.map_err(Failure::Exception),
            failure = self.ended.wait() => Err(self.explain(failure)),
        }
    }

    /// The usual reason for the end of an interpreter that has never connected, in words.
    fn explain(&self, failure: Failure) -> Failure {
        match &self.python {
            Some(python) if self.output.last().contains("No module named decthings_model") => {
                let python = python.display();
                Failure::Exception(format!(
                    "the package decthings-model is missing; install it with `{python} -m pip install decthings-model`, \
                     or choose the interpreter of a virtual environment that has it with --python"
                ))
            }
            _ => failure,
        }
    }

    /// Calls the function that makes a state.
    pub(crate) async fn create_state(&self, inputs: Inputs) -> Result<Vec<StatePart>, Failure> {
        let mut call = self.connection.calls.begin();
        let params = params(&mut call, inputs);
        let other_models = self.other_models(|mount| Some(state(&mut call, &mount.state)));
        let id = call.id.clone();
        let command = Command::CallCreateModelState { id: &id, params, other_models };
        Ok(self.call(call, command).await?.state)
    }

    /// Calls the function that loads a state. Returns the id of the instantiated model.
    pub(crate) async fn instantiate(&self, parts: &Parts) -> Result<String, Failure> {
        let mut call = self.connection.calls.begin();
        let state = state(&mut call, parts);
        let other_models = self.other_models(|_| None);
        let (id, instance) = (call.id.clone(), self.connection.calls.new_id());
        let command = Command::CallInstantiateModel { id: &id, instantiated_model_id: &instance, state, other_models };
        self.call(call, command).await?;
        Ok(instance)
    }

    /// Calls the training function on an instantiated model. When the signal is set, it has a moment to end.
    pub(crate) async fn train(
        &self,
        instance: &str,
        inputs: Inputs,
        observer: Arc<dyn TrainingObserver>,
        signal: &StopSignal,
    ) -> Result<(), Failure> {
        let mut call = self.connection.calls.begin();
        let params = params(&mut call, inputs);
        let (id, training) = (call.id.clone(), call.training(observer));
        let command =
            Command::CallTrain { id: &id, instantiated_model_id: instance, training_session_id: &training, params };
        let called = self.call(call, command);
        tokio::pin!(called);
        tokio::select! {
            biased;
            reason = signal.wait() => {
                if reason == StopReason::Cancelled {
                    let cancelled = async {
                        self.connection.send(&Command::CallCancelTrain { training_session_id: &training }).await;
                        called.await
                    };
                    if timeout(CANCEL_TIMEOUT, cancelled).await.is_ok() {
                        return Err(Failure::Stopped(reason));
                    }
                }
                self.kill();
                Err(Failure::Stopped(reason))
            }
            result = &mut called => result.map(|_| ()),
        }
    }

    /// Calls the evaluation function on an instantiated model.
    pub(crate) async fn evaluate(&self, instance: &str, inputs: Inputs) -> Result<Vec<Parameter>, Failure> {
        let mut call = self.connection.calls.begin();
        let params = params(&mut call, inputs);
        let expected: &[ParameterDefinition] = self.code.outputs.as_deref().unwrap_or_default();
        let id = call.id.clone();
        let command =
            Command::CallEvaluate { id: &id, instantiated_model_id: instance, params, expected_output_types: expected };
        let Completed { result, blobs, .. } = self.call(call, command).await?;
        output_values::read(result.outputs, blobs, self.code.outputs.as_deref())
    }

    /// Calls the function that reads the state of an instantiated model.
    pub(crate) async fn state(&self, instance: &str) -> Result<Vec<StatePart>, Failure> {
        let call = self.connection.calls.begin();
        let id = call.id.clone();
        let command = Command::CallGetModelState { id: &id, instantiated_model_id: instance };
        Ok(self.call(call, command).await?.state)
    }

    async fn call(&self, mut call: Call, command: Command<'_>) -> Result<Completed, Failure> {
        let answered = async {
            self.connection.send(&command).await;
            match (&mut call.answer).await {
                Ok(completed) => completed,
                // The connection is closed; why is known in a moment.
                Err(_) => std::future::pending().await,
            }
        };
        let completed = tokio::select! {
            biased;
            completed = answered => completed,
            failure = self.ended.wait() => return Err(failure),
        };
        match completed.result.error {
            None => Ok(completed),
            Some(error) => Err(Failure::Exception(error.into_details())),
        }
    }

    fn other_models(&self, mut state: impl FnMut(&super::code::Mount) -> Option<Vec<Param>>) -> Vec<OtherModel> {
        let mounts = self.code.mounts.iter().zip(&self.mount_paths);
        let other = mounts.map(|(mount, (id, path))| OtherModel {
            id: id.clone(),
            mount_path: path.clone(),
            state: state(mount),
        });
        other.collect()
    }

    /// Kills it, without waiting for its end.
    pub(crate) fn kill(&self) {
        self.stop.set(());
    }

    /// Waits for its end.
    pub(crate) async fn ended(&self) -> Failure {
        self.explain(self.ended.wait().await)
    }

    pub(crate) fn is_running(&self) -> bool {
        !self.stop.is_set() && !self.ended.is_set()
    }

    /// Kills it, and waits until nothing of it is left.
    pub(crate) async fn close(&self) {
        self.kill();
        self.ended.wait().await;
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
    }
}

fn params(call: &mut Call, inputs: Inputs) -> Vec<Param> {
    inputs.0.into_iter().map(|(name, input)| call.data(&name, input.into_source())).collect()
}

fn state(call: &mut Call, parts: &Parts) -> Vec<Param> {
    let key =
        |(index, part): (usize, &StatePart)| call.data(&part.key, Arc::new(StateKey { parts: parts.clone(), index }));
    parts.iter().enumerate().map(key).collect()
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn system(error: &dyn std::error::Error) -> Failure {
    Failure::Exception(format!("the server cannot lay out the files of the model, or connect to its program: {error}"))
}
