//! The program under test: a process that answers each line with a line.

use std::ffi::OsString;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use serde_json::{Map, Value};

/// The longest line that is read; the longest answers have a few MB.
const MAX_LINE: u64 = 64 << 20;

/// How often an ending process is polled.
const MOMENT: Duration = Duration::from_millis(5);

/// The program under test. It is started when it is needed, and again after a failure.
pub struct Program {
    command: Vec<OsString>,
    bound: Duration,
    process: Option<Process>,
}

struct Process {
    child: Child,
    lines: Sender<String>,
    answers: Receiver<Vec<u8>>,
}

impl Program {
    /// A program by its command, which may take so long for an answer.
    pub fn new(command: Vec<OsString>, bound: Duration) -> Self {
        Self { command, bound, process: None }
    }

    /// The answer to a line, or what is wrong with it. After that, the program is started again.
    ///
    /// # Errors
    ///
    /// The program cannot be started.
    pub fn ask(&mut self, line: String) -> Result<Result<Map<String, Value>, String>> {
        let mut process = match self.process.take() {
            Some(process) => process,
            None => Process::start(&self.command)?,
        };
        let answer = process.ask(line, self.bound);
        match answer {
            Ok(_) => self.process = Some(process),
            Err(_) => process.kill(),
        }
        Ok(answer)
    }

    /// Ends the input, and waits for the program to end.
    ///
    /// # Errors
    ///
    /// It goes on, or has written more lines than it was asked for.
    pub fn finish(self) -> Result<(), String> {
        self.process.map_or(Ok(()), |process| process.finish(self.bound))
    }
}

impl Process {
    fn start(command: &[OsString]) -> Result<Self> {
        let (name, arguments) = command.split_first().context("no command")?;
        let mut child = Command::new(name)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", name.display()))?;
        let (stdin, stdout) = (child.stdin.take().context("no input")?, child.stdout.take().context("no output")?);
        let (lines, to_write) = channel();
        let (to_read, answers) = channel();
        // Threads of their own: a program may stop reading or writing at any time.
        thread::spawn(move || write(stdin, &to_write));
        thread::spawn(move || read(stdout, &to_read));
        Ok(Self { child, lines, answers })
    }

    fn ask(&mut self, line: String, bound: Duration) -> Result<Map<String, Value>, String> {
        if let Ok(answer) = self.answers.try_recv() {
            return Err(format!("wrote a line too many before: {}", excerpt(&answer)));
        }
        // A program that is gone writes no answer either.
        let _ = self.lines.send(line);
        match self.answers.recv_timeout(bound) {
            Ok(answer) => serde_json::from_slice(&answer)
                .map_err(|error| format!("wrote no JSON object: {}: {error}", excerpt(&answer))),
            Err(RecvTimeoutError::Timeout) => Err(format!("wrote no line within {bound:?}")),
            Err(RecvTimeoutError::Disconnected) => match self.wait(bound) {
                Some(status) => Err(format!("ended without an answer: {status}")),
                None => Err("closed its output without an answer".to_owned()),
            },
        }
    }

    fn finish(mut self, bound: Duration) -> Result<(), String> {
        // Ends the thread that writes, and with it the input.
        drop(std::mem::replace(&mut self.lines, channel().0));
        let ended = self.wait(bound);
        let extra = self.answers.try_recv();
        self.kill();
        match (ended, extra) {
            (None, _) => Err(format!("did not end within {bound:?} after the end of its input")),
            (_, Ok(line)) => Err(format!("wrote a line too many: {}", excerpt(&line))),
            _ => Ok(()),
        }
    }

    fn wait(&mut self, bound: Duration) -> Option<std::process::ExitStatus> {
        let start = Instant::now();
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => return Some(status),
                Ok(None) if start.elapsed() < bound => thread::sleep(MOMENT),
                _ => return None,
            }
        }
    }

    fn kill(mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn write(mut input: ChildStdin, lines: &Receiver<String>) {
    for line in lines {
        if input.write_all(line.as_bytes()).and_then(|()| input.write_all(b"\n")).and_then(|()| input.flush()).is_err()
        {
            return;
        }
    }
}

fn read(output: ChildStdout, answers: &Sender<Vec<u8>>) {
    let mut output = BufReader::new(output);
    loop {
        let mut line = Vec::new();
        match output.by_ref().take(MAX_LINE).read_until(b'\n', &mut line) {
            Ok(read) if read > 0 && answers.send(line).is_ok() => {}
            _ => return,
        }
    }
}

fn excerpt(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(line);
    let text = text.trim_end();
    match text.char_indices().nth(200) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
