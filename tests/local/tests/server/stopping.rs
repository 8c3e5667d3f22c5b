//! The program `decthings-local`: its key, how it stops, and what is left when it is killed.

use std::fs::{read, read_dir};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use decthings::Client;
use decthings::api::spawned::SpawnedEvent;
use decthings::{Subscription, Update};
use decthings_tests::KEY;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::processes::{is_gone, is_running, printed, shell};
use crate::support::{launcher, many, moons, new_model, new_state, one, within};

const PROGRAM: &str = env!("CARGO_BIN_EXE_decthings-local");

/// Prints the ids of three processes, of which two live in the background, one in a session of its own.
const SCRIPT: &str = "sleep 1000 & echo $!; setsid sh -c 'echo $$; exec sleep 1000' & echo $$; wait";

struct Server {
    child: Child,
    id: String,
    client: Client,
}

/// Starts the program with its key in the environment and its folders in `temporary`.
async fn start(temporary: &Path) -> Server {
    let mut command = Command::new(PROGRAM);
    command.args(["--port", "0", "--allow-processes"]).env("DECTHINGS_LOCAL_KEY", KEY).env("TMPDIR", temporary);
    let mut child = command.stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = lines.next_line().await.unwrap().unwrap();
    let url = first.strip_prefix("listening on ").unwrap().split(' ').next().unwrap();
    let client = Client::builder().http_url(url).api_key(KEY).build().unwrap();
    Server { id: child.id().unwrap().to_string(), child, client }
}

impl Server {
    fn signal(&self, signal: Signal) {
        kill_process(pid(&self.id), signal).unwrap();
    }

    async fn run(&self, script: &str) -> Subscription<SpawnedEvent> {
        self.client.spawned().spawn_command(launcher(), "sh", shell(script)).subscribe().await.unwrap()
    }

    /// Runs the script. Returns the ids of its processes.
    async fn spawn(&self) -> Vec<String> {
        let text = printed(&mut self.run(SCRIPT).await, 3).await;
        let ids: Vec<_> = text.lines().map(str::to_owned).collect();
        assert!(ids.len() == 3 && ids.iter().all(|id| is_running(id)), "{ids:?}");
        ids
    }
}

fn pid(id: &str) -> Pid {
    Pid::from_raw(id.parse().unwrap()).unwrap()
}

/// The folders of servers.
fn workspaces(temporary: &Path) -> Vec<PathBuf> {
    read_dir(temporary).unwrap().map(|entry| entry.unwrap().path()).collect()
}

async fn are_gone(processes: &[String], temporary: &Path) {
    for process in processes {
        is_gone(process).await;
    }
    while !workspaces(temporary).is_empty() {
        tokio::task::yield_now().await;
    }
}

/// The process that cleans up after a server.
fn cleaner(workspace: &Path) -> String {
    let folder = format!("{}\0", workspace.display());
    let is_cleaner = |process: &PathBuf| {
        read(process.join("cmdline"))
            .is_ok_and(|command| command.starts_with(b"sh\0") && command.ends_with(folder.as_bytes()))
    };
    let process = workspaces(Path::new("/proc")).into_iter().find(is_cleaner).unwrap();
    process.file_name().unwrap().to_str().unwrap().to_owned()
}

#[tokio::test]
async fn signals_stop_training_and_programs() {
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        within(async {
            let temporary = TempDir::new().unwrap();
            let mut server = start(temporary.path()).await;
            let model = new_model(&server.client, "a", "mlp").await;
            new_state(&server.client, &model, "first").await;
            let (x, y) = moons(500, 1);
            let params = [many("x", x), many("y", y), one("epochs", 1_000_000u32)];
            server.client.model().train(&model, "second", params, launcher()).await.unwrap();
            let processes = server.spawn().await;
            server.signal(signal);
            assert_eq!(server.child.wait().await.unwrap().code(), Some(0));
            are_gone(&processes, temporary.path()).await;
        })
        .await;
    }
}

#[tokio::test]
async fn second_signal_stops_at_once() {
    within(async {
        let temporary = TempDir::new().unwrap();
        let mut server = start(temporary.path()).await;
        let processes = server.spawn().await;
        server.signal(Signal::TERM);
        // The server then waits for the rest of the output, which a process holds open that has its own session.
        is_gone(&processes[0]).await;
        server.signal(Signal::TERM);
        assert_eq!(server.child.wait().await.unwrap().code(), Some(1));
        are_gone(&processes, temporary.path()).await;
    })
    .await;
}

#[tokio::test]
async fn killed_server_leaves_no_programs_or_folders() {
    within(async {
        let temporary = TempDir::new().unwrap();
        let mut server = start(temporary.path()).await;
        let processes = server.spawn().await;
        assert_eq!(workspaces(temporary.path()).len(), 1);
        server.child.kill().await.unwrap();
        are_gone(&processes, temporary.path()).await;
    })
    .await;
}

#[tokio::test]
async fn next_start_cleans_up_after_a_killed_server() {
    within(async {
        let temporary = TempDir::new().unwrap();
        let live = start(temporary.path()).await;
        let live_processes = live.spawn().await;
        let live_workspaces = workspaces(temporary.path());
        let mut killed = start(temporary.path()).await;
        let processes = killed.spawn().await;
        let workspace = workspaces(temporary.path()).into_iter().find(|path| !live_workspaces.contains(path)).unwrap();
        let cleaner = cleaner(&workspace);
        kill_process(pid(&cleaner), Signal::KILL).unwrap();
        is_gone(&cleaner).await;
        killed.child.kill().await.unwrap();
        // Folders that are not of a server, and what a link leads to, are left alone.
        let (other, linked) = (temporary.path().join("decthings-local-notes"), TempDir::new().unwrap());
        std::fs::create_dir(&other).unwrap();
        let link = temporary.path().join("decthings-local-0123456789abcdef");
        std::os::unix::fs::symlink(linked.path(), &link).unwrap();
        assert!(is_running(&processes[2]) && workspace.exists());

        let next = start(temporary.path()).await;
        for process in &processes {
            is_gone(process).await;
        }
        assert!(!workspace.exists() && other.exists() && link.exists() && linked.path().exists());
        assert!(live_workspaces[0].exists() && live_processes.iter().all(|process| is_running(process)));
        for mut server in [live, next] {
            server.signal(Signal::TERM);
            assert_eq!(server.child.wait().await.unwrap().code(), Some(0));
        }
        for process in &live_processes {
            is_gone(process).await;
        }
    })
    .await;
}

#[tokio::test]
async fn programs_do_not_see_the_key() {
    within(async {
        let temporary = TempDir::new().unwrap();
        let server = start(temporary.path()).await;
        let mut events = server.run("env; echo $TMPDIR; ls -d $TMPDIR; cat /proc/$PPID/environ; exit").await;
        let mut text = String::new();
        while let Some(Update::Event(event)) = events.next().await {
            match event {
                SpawnedEvent::Stdout(event) => text.push_str(&String::from_utf8_lossy(event.data.as_bytes().unwrap())),
                SpawnedEvent::Exit(_) => break,
                _ => {}
            }
        }
        assert!(text.contains("PATH=") && text.contains("TMPDIR=") && !text.contains(KEY), "{text}");
        assert!(!text.contains("DECTHINGS_"), "{text}");
        let command = read(format!("/proc/{}/cmdline", server.id)).unwrap();
        assert!(!String::from_utf8_lossy(&command).contains(KEY));
    })
    .await;
}

/// The output of the program.
async fn output(args: &[&str], key: Option<&str>) -> (String, Option<Client>) {
    let mut command = Command::new(PROGRAM);
    command.args(args).env_remove("DECTHINGS_LOCAL_KEY").envs(key.map(|key| ("DECTHINGS_LOCAL_KEY", key)));
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut text = String::new();
    while text.matches('\n').count() < 3 && stdout.read_line(&mut text).await.unwrap() > 0 {}
    let Some(rest) = text.strip_prefix("listening on ") else {
        child.stderr.take().unwrap().read_to_string(&mut text).await.unwrap();
        assert_eq!(child.wait().await.unwrap().code(), Some(1));
        return (text, None);
    };
    let url = rest.split(' ').next().unwrap();
    // The command that is shown sets the variables.
    let script = format!("{}; echo $DECTHINGS_HTTP_URL $DECTHINGS_API_KEY", text.lines().nth(2).unwrap());
    let variables = String::from_utf8(Command::new("sh").args(["-c", &script]).output().await.unwrap().stdout).unwrap();
    let (shown_url, shown_key) = variables.trim().split_once(' ').unwrap();
    let key = if shown_key == "the key" { key.unwrap() } else { shown_key };
    assert_eq!(shown_url, url);
    let client = Client::builder().http_url(url).api_key(key).build().unwrap();
    assert_eq!(client.model().get_models().await.unwrap().total, 0);
    (text, Some(client))
}

#[tokio::test]
async fn key_is_random_or_of_a_file_or_of_the_environment() {
    within(async {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("a key's file");
        let path = file.to_str().unwrap();
        let args = ["--port", "0"];
        let (random, _) = output(&args, None).await;
        assert!(random.contains("with the API key local-"), "{random}");
        std::fs::write(&file, "k3y-of-a-file\n").unwrap();
        let with_file = ["--port", "0", "--key-file", path];
        let (of_file, _) = output(&with_file, Some("k3y-unused")).await;
        let (of_environment, _) = output(&args, Some("k3y-of-the-environment")).await;
        assert!(!of_file.contains("k3y-") && !of_environment.contains("k3y-"), "{of_file}{of_environment}");

        let long = "k3y-".repeat(1025);
        for content in ["", " \n", "k3y with spaces", "k3y-\u{fc}", &long] {
            std::fs::write(&file, content).unwrap();
            for (args, key) in [(&with_file[..], None), (&args, Some(content))] {
                let (error, client) = output(args, key).await;
                assert!(client.is_none() && error.contains("API key") && !error.contains("k3y"), "{error}");
            }
        }
        let (error, _) = output(&["--key-file", "/no/such/file"], None).await;
        assert!(error.contains("/no/such/file"), "{error}");
        let (error, _) = output(&["--key", "k3y-on-the-command-line"], None).await;
        assert!(error.contains("unknown option --key"), "{error}");
    })
    .await;
}
