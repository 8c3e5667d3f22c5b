//! A process, from its start to its last event.

use std::process::ExitStatus;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use decthings::runtime::EventSet;
use decthings::types::{RunningOperationType, UsedExecutionLocation};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::timeout;

use super::child::{ChildProcess, InputEvent, kill, read_all, write_all};
use super::folder::Folder;
use crate::context::Context;
use crate::error::CallError;
use crate::jobs::sessions::{IdleTimeout, Sessions};
use crate::jobs::signal::{Once, StopReason, StopSignal};
use crate::util;

/// The writes that wait for a program to read.
const WRITE_QUEUE: usize = 16;

/// How long a write may wait.
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);

/// How long output may take to arrive after a program has ended.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(1);

/// A process in progress.
pub(crate) struct Process {
    pub(crate) id: String,
    pub(crate) started_at: i64,
    pub(crate) model_id: Option<String>,
    pub(crate) location: Option<UsedExecutionLocation>,
    pub(crate) folder: Folder,
    pub(crate) idle: IdleTimeout,
    /// Ends it.
    signal: StopSignal,
    /// Set when it has ended.
    finished: Once<()>,
    input: Sender<InputEvent>,
}

/// The events of a service about its processes.
pub(crate) trait ProcessEvents: EventSet {
    /// What a process is on its launcher.
    const OPERATION: Option<RunningOperationType>;
    /// Whether output resets the idle timeout.
    const OUTPUT_IS_ACTIVITY: bool = false;
    /// Whether a process ends with the connection that started it.
    const ENDS_WITH_CONNECTION: bool = false;

    /// The process has written to its standard output.
    fn stdout(id: &str, data: Bytes) -> Self;
    /// The process has written to its standard error, which a service may ignore.
    fn stderr(id: &str, data: Bytes) -> Option<Self>;
    /// The process has ended.
    fn exit(id: &str, cause: ExitCause) -> Self;
}

/// Why a process ended.
pub(crate) enum ExitCause {
    Exited(ExitStatus),
    Terminated,
    ShutDown,
    Idle,
    /// It took too long, or the system failed.
    Other,
}

/// What a process belongs to, and its time limits.
pub(crate) struct ProcessOptions {
    pub(crate) model_id: Option<String>,
    pub(crate) location: Option<UsedExecutionLocation>,
    pub(crate) idle_seconds: u32,
    pub(crate) max_seconds: Option<u32>,
}

/// A process that has been started, but is not supervised yet.
pub(crate) struct StartedProcess {
    process: Arc<Process>,
    child: ChildProcess,
    input: Receiver<InputEvent>,
    deadline: Option<Instant>,
}

impl StartedProcess {
    pub(crate) fn new(child: ChildProcess, folder: Folder, options: ProcessOptions) -> Self {
        let (sender, input) = channel(WRITE_QUEUE);
        let process = Process {
            id: util::new_id(),
            started_at: util::now(),
            model_id: options.model_id,
            location: options.location,
            folder,
            idle: IdleTimeout::new(options.idle_seconds),
            signal: StopSignal::new(),
            finished: Once::new(),
            input: sender,
        };
        Self { process: Arc::new(process), child, input, deadline: options.max_seconds.and_then(util::deadline) }
    }

    /// Adds the process to the sessions, occupies its launcher, and supervises it in the background. Returns its id.
    pub(crate) fn supervise<E: ProcessEvents>(
        self,
        context: &Arc<Context>,
        sessions: &Sessions<Process>,
    ) -> Result<String, CallError> {
        let process = self.process.clone();
        sessions.add(&process.id, process.clone());
        if let (Some(location), Some(kind)) = (&process.location, E::OPERATION) {
            context.store().launchers.occupy(location, &process.id, kind);
        }
        let job = self.run::<E>(context.clone(), sessions.clone());
        if let Err(error) = context.jobs.spawn(&process.signal, job) {
            sessions.remove(&process.id);
            process.vacate(context);
            return Err(error);
        }
        Ok(process.id.clone())
    }

    async fn run<E: ProcessEvents>(self, context: Arc<Context>, sessions: Sessions<Process>) {
        let process = self.process.clone();
        let cause = self.wait::<E>(&context).await;
        for problem in process.folder.read_back(&context).await {
            process.report_stderr::<E>(&context, problem.into());
        }
        process.vacate(&context);
        sessions.remove(&process.id);
        context.publish(&process.id, &E::exit(&process.id, cause));
        process.finished.set(());
    }

    /// Moves input and output until the process ends, then kills what is left of it.
    async fn wait<E: ProcessEvents>(self, context: &Context) -> ExitCause {
        let Self { process, child, input: events, deadline } = self;
        let ChildProcess { mut child, input, output, errors } = child;
        let leader = child.id();
        let reading = async {
            tokio::join!(
                read_all(output, |data| process.report_stdout::<E>(context, data)),
                read_all(errors, |data| process.report_stderr::<E>(context, data))
            )
        };
        let writing = write_all(input, events);
        tokio::pin!(reading, writing);
        let (mut read, mut written) = (false, false);
        let cause = {
            let end = process.end::<E>(&mut child, deadline, context);
            tokio::pin!(end);
            loop {
                tokio::select! {
                    cause = &mut end => break cause,
                    _ = &mut reading, if !read => read = true,
                    () = &mut writing, if !written => written = true,
                }
            }
        };
        // This includes the processes that it has started and left running.
        if let Some(leader) = leader {
            kill(leader);
        }
        let _ = child.wait().await;
        if !read {
            let _ = timeout(DRAIN_TIMEOUT, reading).await;
        }
        cause
    }
}

impl Process {
    /// Writes to its standard input.
    pub(crate) async fn write(&self, data: Bytes) -> Result<(), CallError> {
        self.send(InputEvent::Bytes(data)).await
    }

    /// Changes the size of its terminal.
    pub(crate) async fn resize(&self, rows: u16, columns: u16) -> Result<(), CallError> {
        self.send(InputEvent::Resize(rows, columns)).await
    }

    /// The queue is limited, for a process that does not read.
    async fn send(&self, event: InputEvent) -> Result<(), CallError> {
        match timeout(WRITE_TIMEOUT, self.input.send(event)).await {
            Err(_) => Err(CallError::TooManyRequests),
            // A closed queue means that the process has ended, which its last event reports.
            Ok(_) => Ok(()),
        }
    }

    /// Ends it, and waits until it has ended.
    pub(crate) async fn terminate(&self) {
        self.signal.set(StopReason::Cancelled);
        self.finished.wait().await;
    }

    /// Waits for its end, or for a reason to end it.
    async fn end<E: ProcessEvents>(
        &self,
        child: &mut tokio::process::Child,
        deadline: Option<Instant>,
        context: &Context,
    ) -> ExitCause {
        tokio::select! {
            biased;
            reason = self.signal.wait() => match reason {
                StopReason::Cancelled => ExitCause::Terminated,
                StopReason::ShuttingDown => ExitCause::ShutDown,
                StopReason::TimeLimit => ExitCause::Other,
            },
            status = child.wait() => status.map_or(ExitCause::Other, ExitCause::Exited),
            () = self.idle.elapsed() => ExitCause::Idle,
            () = util::sleep_until(deadline) => ExitCause::Other,
            () = context.events.abandoned::<E>(&self.id), if E::ENDS_WITH_CONNECTION => ExitCause::Terminated,
        }
    }

    fn vacate(&self, context: &Context) {
        if let Some(location) = &self.location {
            context.vacate(location, &self.id);
        }
    }

    fn report_stdout<E: ProcessEvents>(&self, context: &Context, data: Bytes) {
        self.report(context, Some(E::stdout(&self.id, data)));
    }

    fn report_stderr<E: ProcessEvents>(&self, context: &Context, data: Bytes) {
        self.report(context, E::stderr(&self.id, data));
    }

    fn report<E: ProcessEvents>(&self, context: &Context, event: Option<E>) {
        if E::OUTPUT_IS_ACTIVITY {
            self.idle.reset();
        }
        if let Some(event) = event {
            context.publish(&self.id, &event);
        }
    }
}
