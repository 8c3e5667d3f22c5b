//! A process, from its start to its last event.

use std::process::ExitStatus;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use decthings::types::{ProcessExit, UsedExecutionLocation};
use pty_process::Size;
use std::os::unix::process::ExitStatusExt;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::timeout;

use super::Folder;
use super::kill::kill;
use super::start::{Input, Started};
use crate::fail::Fail;
use crate::jobs::{Once, Stop, StopSign};
use crate::local::Local;
use crate::sessions::Idle;
use crate::store::ids;
use crate::time;

const CHUNK: usize = 1 << 14;

/// The writes that wait for a program to read.
const WAITING: usize = 16;

/// How long a write may wait.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long output may take to come after a program has ended.
const REST: Duration = Duration::from_secs(2);

/// A process that is going on.
pub(crate) struct Process {
    pub(crate) id: String,
    pub(crate) started_at: i64,
    pub(crate) model_id: Option<String>,
    pub(crate) location: Option<UsedExecutionLocation>,
    pub(crate) folder: Folder,
    /// Ends it.
    pub(crate) sign: StopSign,
    /// Set when it has ended.
    pub(crate) over: Once<()>,
    pub(crate) idle: Idle,
    input: Sender<Typed>,
}

enum Typed {
    Bytes(Bytes),
    Size(u16, u16),
}

/// What a process tells, and to whom.
pub(crate) trait Sink: Send + Sync + 'static {
    /// It has written to its standard output.
    fn output(&self, process: &Process, data: Bytes);
    /// It has written to its standard error.
    fn errors(&self, process: &Process, data: Bytes);
    /// It has ended; from now on it cannot be found.
    fn ended(&self, process: &Process, end: End);
    /// Waits until nobody wants it any more.
    fn unwanted(&self, process: &Process) -> impl Future<Output = ()> + Send;
}

/// Why a process ended.
pub(crate) enum End {
    Exited(ExitStatus),
    Terminated,
    ShutDown,
    Idle,
    /// It took too long, or the system failed.
    Other,
}

/// What a process needs besides what others see of it.
pub(crate) struct Work {
    started: Started,
    typed: Receiver<Typed>,
    deadline: Option<Instant>,
}

impl Process {
    pub(crate) fn new(
        started: Started,
        folder: Folder,
        model_id: Option<String>,
        location: Option<UsedExecutionLocation>,
        idle_seconds: u32,
        seconds: Option<u32>,
    ) -> (Arc<Self>, Work) {
        let (input, typed) = channel(WAITING);
        let process = Self {
            id: ids::id(),
            started_at: time::now(),
            model_id,
            location,
            folder,
            sign: StopSign::new(),
            over: Once::new(),
            idle: Idle::new(idle_seconds),
            input,
        };
        (Arc::new(process), Work { started, typed, deadline: seconds.and_then(time::deadline) })
    }

    /// Hands bytes to its standard input.
    pub(crate) async fn write(&self, data: Bytes) -> Result<(), Fail> {
        self.send(Typed::Bytes(data)).await
    }

    /// Changes the size of its terminal.
    pub(crate) async fn resize(&self, rows: u16, columns: u16) -> Result<(), Fail> {
        self.send(Typed::Size(rows, columns)).await
    }

    /// A process that does not read takes only so much.
    async fn send(&self, typed: Typed) -> Result<(), Fail> {
        match timeout(PATIENCE, self.input.send(typed)).await {
            Err(_) => Err(Fail::TooManyRequests),
            // Nobody listens any more, which is as good as written: the last event is on its way.
            Ok(_) => Ok(()),
        }
    }

    /// Ends it, and waits until it has ended.
    pub(crate) async fn terminate(&self) {
        self.sign.set(Stop::Cancelled);
        self.over.wait().await;
    }

    /// The life of a process.
    pub(crate) async fn run(self: Arc<Self>, local: Arc<Local>, work: Work, sink: impl Sink) {
        let end = self.live(work, &sink).await;
        for problem in self.folder.keep(&local).await {
            sink.errors(&self, problem.into());
        }
        if let Some(location) = &self.location {
            local.store().vacate(location, &self.id);
        }
        sink.ended(&self, end);
        self.over.set(());
    }

    async fn live(&self, work: Work, sink: &impl Sink) -> End {
        let Work { started, typed, deadline } = work;
        let Started { mut child, input, output, errors } = started;
        let leader = child.id();
        let reading = async {
            tokio::join!(copy(output, |data| sink.output(self, data)), copy(errors, |data| sink.errors(self, data)))
        };
        let writing = write(input, typed);
        tokio::pin!(reading, writing);
        let (mut read, mut written) = (false, false);
        let end = {
            let end = self.end(&mut child, deadline, sink);
            tokio::pin!(end);
            loop {
                tokio::select! {
                    end = &mut end => break end,
                    _ = &mut reading, if !read => read = true,
                    () = &mut writing, if !written => written = true,
                }
            }
        };
        // Also what it has started and left running.
        if let Some(leader) = leader {
            kill(leader);
        }
        let _ = child.wait().await;
        if !read {
            let _ = timeout(REST, reading).await;
        }
        end
    }

    async fn end(&self, child: &mut tokio::process::Child, deadline: Option<Instant>, sink: &impl Sink) -> End {
        let too_late = async {
            match deadline {
                Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            stop = self.sign.wait() => match stop {
                Stop::Cancelled => End::Terminated,
                Stop::ShuttingDown => End::ShutDown,
                Stop::TimeLimit => End::Other,
            },
            status = child.wait() => status.map_or(End::Other, End::Exited),
            () = self.idle.too_long() => End::Idle,
            () = too_late => End::Other,
            () = sink.unwanted(self) => End::Terminated,
        }
    }
}

/// Reads until there is nothing more; a terminal says so with an error.
async fn copy(mut from: impl AsyncRead + Unpin, tell: impl Fn(Bytes)) {
    let mut buffer = vec![0; CHUNK];
    while let Ok(length) = from.read(&mut buffer).await {
        match buffer.get(..length) {
            Some(data) if !data.is_empty() => tell(Bytes::copy_from_slice(data)),
            _ => return,
        }
    }
}

/// Writes until the program does not read any more. What cannot be written is lost, as with any pipe.
async fn write(mut input: Input, mut typed: Receiver<Typed>) {
    while let Some(typed) = typed.recv().await {
        let written = match (&mut input, typed) {
            (Input::Pipe(pipe), Typed::Bytes(data)) => match pipe.write_all(&data).await {
                Ok(()) => pipe.flush().await,
                failed => failed,
            },
            (Input::Terminal(terminal), Typed::Bytes(data)) => terminal.write_all(&data).await,
            (Input::Terminal(terminal), Typed::Size(rows, columns)) => {
                let _ = terminal.resize(Size::new(rows, columns));
                Ok(())
            }
            (Input::Pipe(_), Typed::Size(..)) => Ok(()),
        };
        if written.is_err() {
            break;
        }
    }
}

impl End {
    /// As the API tells the end of a process.
    pub(crate) fn exit(status: ExitStatus) -> ProcessExit {
        let mut exit = ProcessExit::new(false);
        exit.exit_code = status.code();
        exit.signal = status.signal().map(signal_name);
        exit
    }
}

fn signal_name(signal: i32) -> String {
    let name = match signal {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        4 => "SIGILL",
        6 => "SIGABRT",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        14 => "SIGALRM",
        15 => "SIGTERM",
        other => return format!("signal {other}"),
    };
    name.to_owned()
}
