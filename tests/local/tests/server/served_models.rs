//! The program `decthings-local` with `--model` and `--python`.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;

use decthings::Client;
use decthings_tests::KEY;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::model_program::write_model;
use crate::processes::is_gone;
use crate::support::{launcher, within};

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_decthings-local"));
    command.args(["--port", "0"]).args(args).env("DECTHINGS_LOCAL_KEY", KEY);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

async fn start(mut command: Command) -> (Child, Client) {
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = lines.next_line().await.unwrap().unwrap();
    let url = first.strip_prefix("listening on ").unwrap().split(' ').next().unwrap();
    (child, Client::builder().http_url(url).api_key(KEY).build().unwrap())
}

/// An interpreter that only says which variables it has got.
fn interpreter(folder: &Path) -> String {
    let path = folder.join("interpreter");
    std::fs::write(&path, "#!/bin/sh\necho \"run as $0 $*\"\nenv\nexit 7\n").unwrap();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
    path.to_str().unwrap().to_owned()
}

#[tokio::test]
async fn options_are_checked_at_the_start() {
    within(async {
        let folder = tempfile::tempdir().unwrap();
        let empty = format!("a={}", folder.path().display());
        for (args, text) in [
            (vec!["--allow-processes", "--model", "a"], "must be a name, =, and a folder"),
            (vec!["--allow-processes", "--model", "=b"], "must be a name, =, and a folder"),
            (vec!["--allow-processes", "--model", "a=/no/such/folder"], "/no/such/folder"),
            (vec!["--allow-processes", "--model", &empty], "neither main.py nor an executable main"),
        ] {
            let output = command(&args).output().await.unwrap();
            let message = String::from_utf8(output.stderr).unwrap();
            assert!(output.status.code() == Some(1) && message.contains(text), "{args:?}: {message}");
        }
        write_model(folder.path(), "good");
        let output = command(&["--model", &empty]).output().await.unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(1) && message.contains("--allow-processes"), "{message}");
    })
    .await;
}

#[tokio::test]
async fn interpreter_is_chosen_and_failures_are_printed() {
    within(async {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("main.py"), "").unwrap();
        let (model, python) = (format!("m={}", folder.path().display()), interpreter(folder.path()));
        let args = ["--allow-processes", "--model", &model];
        let mut from_variable = command(&args);
        from_variable.env("DECTHINGS_PYTHON", &python);
        let mut from_option = command(&args);
        from_option.args(["--python", &python]).env("DECTHINGS_PYTHON", "/no/such/python");
        for command in [from_variable, from_option] {
            let (mut child, client) = start(command).await;
            let created = client.model().create_state("m", "a", [], launcher()).await.unwrap();
            let error = serde_json::to_value(created).unwrap()["failed"]["error"].take();
            assert_eq!((&error["code"], &error["exitCode"]), (&"code_terminated".into(), &7.into()), "{error}");
            child.start_kill().unwrap();
            let mut printed = String::new();
            child.stderr.take().unwrap().read_to_string(&mut printed).await.unwrap();
            assert!(printed.contains(&format!("run as {python} -m decthings_model\n")), "{printed}");
            assert!(printed.contains("IPC_PATH=") && !printed.contains("DECTHINGS"), "{printed}");
            child.wait().await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn killed_server_leaves_no_code() {
    within(async {
        let (temporary, folder) = (TempDir::new().unwrap(), tempfile::tempdir().unwrap());
        write_model(folder.path(), "tell the process");
        let model = format!("m={}", folder.path().display());
        let mut command = command(&["--allow-processes", "--model", &model]);
        command.env("TMPDIR", temporary.path());
        let (mut child, client) = start(command).await;
        client.model().create_state("m", "a", [], launcher()).await.unwrap().into_result().unwrap();
        let result = client.model().evaluate("m", []).await.unwrap().into_result().unwrap();
        let process = result.output[0].data[0].item::<u32>().unwrap();
        child.kill().await.unwrap();
        is_gone(&process.to_string()).await;
        while std::fs::read_dir(temporary.path()).unwrap().next().is_some() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}
