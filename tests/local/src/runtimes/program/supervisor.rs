//! The supervision of a program, from its start until nothing of it is left.

use std::process::ExitStatus;
use std::time::Duration;

use bytes::Bytes;
use decthings::types::{CodeTerminated, ProcessExit};
use tokio::io::AsyncRead;
use tokio::net::UnixListener;
use tokio::process::Child;
use tokio::sync::mpsc::Receiver;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::connection::{Connection, Outgoing};
use super::folder::ProgramFolder;
use crate::jobs::signal::{Once, StopReason};
use crate::processes::child::{kill, process_exit, read_all};
use crate::runtimes::failure::Failure;
use crate::runtimes::output::{Output, Stream};

/// How long the last messages and the last output may take to arrive after a program has ended.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(1);

/// How long a program may take to end after it has closed its connection.
const EXIT_TIMEOUT: Duration = Duration::from_secs(1);

/// A program that has been started.
pub(super) struct Supervisor {
    pub(super) child: Child,
    pub(super) listener: UnixListener,
    pub(super) connection: Connection,
    pub(super) outgoing: Receiver<Outgoing>,
    /// Whether the code is ready as soon as the program has connected.
    pub(super) ready_when_connected: bool,
    pub(super) output: Output,
    pub(super) folder: ProgramFolder,
    /// Ends the program.
    pub(super) stop: Once<()>,
}

/// Why a program is over.
enum End {
    Stopped,
    Exited(ExitStatus),
    /// It has closed its connection, or broken the protocol.
    Disconnected(Result<(), String>),
    /// The system failed.
    Lost,
}

impl Supervisor {
    /// Waits for the end of the program, then kills what is left of it, and deletes its folder. Returns why it is over.
    pub(super) async fn run(self) -> Failure {
        let Self { mut child, listener, connection, outgoing, ready_when_connected, output, folder, stop } = self;
        let leader = child.id();
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let printing = async {
            tokio::join!(
                print_all(stdout, |data| output.print(Stream::Stdout, data)),
                print_all(stderr, |data| output.print(Stream::Stderr, data))
            )
        };
        let connected = Once::new();
        let session = async {
            let (stream, _) = listener.accept().await.map_err(|error| error.to_string())?;
            drop(listener);
            connected.set(());
            if ready_when_connected {
                connection.calls.initialized.set(Ok(()));
            }
            connection.drive(stream, outgoing).await
        };
        tokio::pin!(printing, session);
        let mut printed = false;
        let end = loop {
            tokio::select! {
                biased;
                () = stop.wait() => break End::Stopped,
                result = &mut session => break End::Disconnected(result),
                status = child.wait() => break status.map_or(End::Lost, End::Exited),
                _ = &mut printing, if !printed => printed = true,
            }
        };
        let end = match end {
            End::Disconnected(Ok(())) => match timeout(EXIT_TIMEOUT, child.wait()).await {
                Ok(Ok(status)) => End::Exited(status),
                _ => End::Disconnected(Ok(())),
            },
            End::Exited(status) => {
                // The processes that it has started and left running may still hold the connection.
                kill_all(leader);
                // A program that has never connected has sent nothing.
                if connected.is_set() {
                    match timeout(DRAIN_TIMEOUT, &mut session).await {
                        Ok(Err(violation)) => End::Disconnected(Err(violation)),
                        _ => End::Exited(status),
                    }
                } else {
                    End::Exited(status)
                }
            }
            end => end,
        };
        kill_all(leader);
        let _ = child.wait().await;
        if !printed {
            let _ = timeout(DRAIN_TIMEOUT, &mut printing).await;
        }
        // Deleting many files takes a while.
        let _ = spawn_blocking(move || drop(folder)).await;
        end.into_failure()
    }
}

impl End {
    fn into_failure(self) -> Failure {
        match self {
            Self::Stopped => Failure::Stopped(StopReason::Cancelled),
            Self::Exited(status) => Failure::Terminated(terminated(status)),
            Self::Disconnected(Ok(())) => {
                Failure::Exception("the program closed its connection to the server, and did not end".to_owned())
            }
            Self::Disconnected(Err(violation)) => {
                Failure::Exception(format!("the program broke the protocol: {violation}"))
            }
            Self::Lost => Failure::Exception("the system lost the program".to_owned()),
        }
    }
}

fn kill_all(leader: Option<u32>) {
    if let Some(leader) = leader {
        kill(leader);
    }
}

async fn print_all(pipe: Option<impl AsyncRead + Unpin>, print: impl Fn(Bytes)) {
    if let Some(pipe) = pipe {
        read_all(pipe, print).await;
    }
}

fn terminated(status: ExitStatus) -> CodeTerminated {
    let ProcessExit { exit_code, signal, oom, .. } = process_exit(status);
    let mut terminated = CodeTerminated::new(oom);
    (terminated.exit_code, terminated.signal) = (exit_code, signal);
    terminated
}
