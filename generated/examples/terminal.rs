//! A terminal on the machine of a model: what you type goes there, and what it prints comes here, until `exit`.
//!
//! If the standard input is no terminal, one command is run.

mod common;

use std::io::{IsTerminal, Read, Write, stdin, stdout};
use std::time::Duration;

use decthings::Update;
use decthings::api::terminal::{TerminalEvent, TerminalSessionOptions};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};
use tokio::sync::mpsc;

/// How long the one command may take.
const PATIENCE: Duration = Duration::from_secs(20);

#[tokio::main]
async fn main() -> common::Result {
    let (client, _server) = common::connect().await?;
    let model_id = common::new_model(&client, "terminal").await?;

    let mut options = TerminalSessionOptions::new();
    if let Ok(size) = tcgetwinsize(stdin()) {
        options = options.cols(size.ws_col.into()).rows(size.ws_row.into());
    }
    let call = client.terminal().launch_terminal_session(&model_id, common::launcher()).options(options);
    let mut session = call.subscribe().await?;

    let raw = RawMode::enter()?;
    let (typed, mut keys) = mpsc::channel::<Vec<u8>>(16);
    let mut deadline = Duration::MAX;
    if raw.is_some() {
        // A thread, as reading a terminal cannot be broken off: the process ends without waiting for it.
        std::thread::spawn(move || read_keys(&typed));
    } else {
        typed.send(b"echo \"two and two is $((2 + 2))\"; exit\n".to_vec()).await?;
        deadline = PATIENCE;
    }

    let talk = async {
        loop {
            tokio::select! {
                update = session.next() => match update {
                    Some(Update::Event(TerminalEvent::Data(printed))) => {
                        stdout().write_all(printed.data.as_bytes()?)?;
                        stdout().flush()?;
                    }
                    Some(Update::Event(TerminalEvent::Exit(exit))) => break Ok(exit.reason),
                    Some(other) => eprintln!("{other:?}\r"),
                    None => break Ok(None),
                },
                Some(keys) = keys.recv() => { session.write_to_terminal_session(keys).await?; }
            }
        }
    };
    let ended: common::Result<_> = tokio::time::timeout(deadline, talk).await?;
    drop(raw);
    println!("the session has ended: {:?}", ended?);
    Ok(())
}

fn read_keys(typed: &mpsc::Sender<Vec<u8>>) {
    let mut buffer = [0; 1024];
    while let Ok(count @ 1..) = stdin().read(&mut buffer) {
        if typed.blocking_send(buffer.iter().take(count).copied().collect()).is_err() {
            break;
        }
    }
}

/// Keys come one by one and unseen while this lives: the other side shows them.
struct RawMode(Termios);

impl RawMode {
    /// Nothing if the standard input is no terminal.
    fn enter() -> common::Result<Option<Self>> {
        if !stdin().is_terminal() {
            return Ok(None);
        }
        let before = tcgetattr(stdin())?;
        let mut raw = before.clone();
        raw.make_raw();
        tcsetattr(stdin(), OptionalActions::Flush, &raw)?;
        Ok(Some(Self(before)))
    }
}

impl Drop for RawMode {
    fn drop(&mut self) {
        // If this fails there is nothing better to do.
        let _ = tcsetattr(stdin(), OptionalActions::Flush, &self.0);
    }
}
