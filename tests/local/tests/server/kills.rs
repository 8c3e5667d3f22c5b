//! A server that keeps its data, killed at random moments.

use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use decthings::api::model::{TrainingFailure, TrainingStatus};
use decthings::types::{DatasetKeyData, ElementType, EntryRange, ParameterDefinition, StateEntry, TensorRules};
use decthings::{Client, Tensor};
use decthings_tests::KEY;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::entries::get_dataset;
use crate::files::{self, FILE, ROOT};
use crate::support::{get_model, launcher, many, moons, new_model, new_state, within};

const PROGRAM: &str = env!("CARGO_BIN_EXE_decthings-local");

/// How often the server is killed.
const KILLS: u64 = 100;

/// Far longer than all of them take.
const TIMEOUT: Duration = Duration::from_secs(600);

/// The entries that each call adds.
const ADDED: u64 = 10;

/// The bytes of the file and of each state, which is too large for the database.
const BYTES: usize = 100_000;

async fn start(folder: &TempDir, options: &[&str]) -> (Child, Client) {
    let mut command = Command::new(PROGRAM);
    command.args(["--port", "0", "--data"]).arg(folder.path()).args(options).env("DECTHINGS_LOCAL_KEY", KEY);
    let mut child = command.stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = lines.next_line().await.unwrap().unwrap();
    let url = first.strip_prefix("listening on ").unwrap().split(' ').next().unwrap();
    let client = Client::builder().http_url(url).api_key(KEY).build().unwrap();
    (child, client)
}

/// How many calls of one kind have been sent, and how many of them have been acknowledged.
#[derive(Default)]
struct Calls {
    sent: AtomicU64,
    acknowledged: AtomicU64,
}

impl Calls {
    /// Makes calls one after the other.
    async fn repeat(&self, all: &AtomicU64, mut call: impl AsyncFnMut(u64)) {
        loop {
            call(self.sent.fetch_add(1, Ordering::Relaxed)).await;
            self.acknowledged.fetch_add(1, Ordering::Relaxed);
            all.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Checks what is left after a kill: all calls that were acknowledged, and perhaps the last one that was sent.
    fn check(&self, found: u64) {
        let (sent, acknowledged) = (self.sent.load(Ordering::Relaxed), self.acknowledged.load(Ordering::Relaxed));
        assert!((acknowledged..=sent).contains(&found), "{found} of {acknowledged} to {sent} calls");
        self.sent.store(found, Ordering::Relaxed);
        self.acknowledged.store(found, Ordering::Relaxed);
    }
}

struct Ids {
    dataset: String,
    model: String,
    file: u64,
}

/// The data that the test makes: entries are added and removed, states are uploaded, a file is written.
#[derive(Default)]
struct Work {
    all: AtomicU64,
    added: Calls,
    removed: Calls,
    uploaded: Calls,
    written: Calls,
}

impl Work {
    /// Makes calls of all kinds at the same time, without an end.
    async fn run(&self, client: &Client, ids: &Ids) {
        let add = self.added.repeat(&self.all, async |call| {
            let numbers = || (call * ADDED)..((call + 1) * ADDED);
            let x = DatasetKeyData::new("x", numbers().map(|number| Tensor::from(vec![number; 20])));
            let y = DatasetKeyData::new("y", numbers().map(Tensor::scalar));
            client.dataset().add_entries(&ids.dataset, [x, y]).await.unwrap();
        });
        let remove = self.removed.repeat(&self.all, async |_| {
            // Not more than there are.
            while self.added.acknowledged.load(Ordering::Relaxed) < self.removed.sent.load(Ordering::Relaxed) + 20 {
                tokio::task::yield_now().await;
            }
            client.dataset().remove_entries(&ids.dataset, 0..ADDED as u32).await.unwrap();
        });
        let upload = self.uploaded.repeat(&self.all, async |call| {
            let data = StateEntry::new("weights", vec![call as u8; BYTES]);
            client.model().upload_state(&ids.model, call.to_string(), [data]).await.unwrap();
        });
        let write = self.written.repeat(&self.all, async |call| {
            client.fs().write(&ids.model, ids.file, vec![call as u8; BYTES], 0).await.unwrap();
        });
        tokio::join!(add, remove, upload, write);
    }

    /// Waits until so many calls have been acknowledged.
    async fn acknowledged(&self, count: u64) {
        while self.all.load(Ordering::Relaxed) < count {
            tokio::task::yield_now().await;
        }
    }

    /// Checks that everything acknowledged is there, and nothing half.
    async fn check(&self, client: &Client, ids: &Ids, is_last: bool) {
        let count = u64::from(get_dataset(client, &ids.dataset).await.entries.count);
        let start = if is_last { 0 } else { count.saturating_sub(50) };
        let range = EntryRange::new(start as u32, u32::MAX);
        let last = client.dataset().get_entries(&ids.dataset, range).await.unwrap();
        let first = client.dataset().get_entries(&ids.dataset, EntryRange::new(0, 1)).await.unwrap();
        let numbers = |key: usize, entries: &decthings::types::DatasetEntries| -> Vec<u64> {
            entries.keys[key].data.iter().map(|entry| entry.data.to_vec().unwrap()[0]).collect()
        };
        let (x, y) = (numbers(0, &last), numbers(1, &last));
        assert_eq!(x, y);
        assert!(y.windows(2).all(|pair| pair[1] == pair[0] + 1), "{y:?}");
        let end = y.last().map_or(0, |last| last + 1);
        let start = numbers(1, &first).first().copied().unwrap_or(end);
        assert_eq!((start % ADDED, end % ADDED, end - start), (0, 0, count));
        self.added.check(end / ADDED);
        self.removed.check(start / ADDED);

        let states = get_model(client, &ids.model).await.states;
        self.uploaded.check(states.len() as u64);
        for (call, state) in states.iter().enumerate().rev().take(if is_last { usize::MAX } else { 2 }) {
            assert_eq!(state.name, call.to_string());
            let data = client.model().get_model_state(&ids.model).state_id(&state.id).await.unwrap();
            assert_eq!(data.data[0].data.as_bytes().unwrap(), vec![call as u8; BYTES]);
        }
        let file = files::all(&client.fs(), &ids.model, ids.file).await;
        let next = self.written.sent.load(Ordering::Relaxed);
        if let Some(&byte) = file.first() {
            assert_eq!(file, vec![byte; BYTES]);
            let is_one_of_the_last = |call: &u64| *call as u8 == byte;
            let found = (next.saturating_sub(2)..next).rev().find(is_one_of_the_last).unwrap();
            self.written.check(found + 1);
        } else {
            self.written.check(0);
        }
    }
}

/// The same numbers each time.
fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *state >> 40
}

#[tokio::test]
async fn acknowledged_changes_survive_kills() {
    let test = async {
        let folder = TempDir::new().unwrap();
        let (mut child, mut client) = start(&folder, &[]).await;
        let rules = |shape: &[i64]| TensorRules::new(shape.to_vec(), [ElementType::U64]);
        let keys =
            [("x", rules(&[20])), ("y", rules(&[]))].map(|(name, rules)| ParameterDefinition::new(name, true, rules));
        let dataset = client.dataset().create_dataset("numbers", "", keys).await.unwrap().dataset_id.clone();
        let model = new_model(&client, "a", "mlp").await;
        let file = client.fs().mknod(&model, ROOT, "file", FILE, 0).await.unwrap().inode;
        let ids = Ids { dataset, model, file };
        let (work, mut state) = (Work::default(), 1u64);
        for kill in 1..=KILLS {
            let enough = work.all.load(Ordering::Relaxed) + random(&mut state) % 40;
            tokio::select! {
                () = work.run(&client, &ids) => {}
                () = work.acknowledged(enough) => child.kill().await.unwrap(),
            }
            drop(client);
            (child, client) = start(&folder, &[]).await;
            work.check(&client, &ids, kill == KILLS).await;
        }
        child.kill().await.unwrap();
    };
    tokio::time::timeout(TIMEOUT, test).await.expect("the test took too long");
}

#[tokio::test]
async fn jobs_in_progress_have_failed_after_a_kill() {
    within(async {
        let folder = TempDir::new().unwrap();
        // Launchers that never start.
        let (mut child, client) = start(&folder, &[]).await;
        let model = new_model(&client, "a", "mlp").await;
        new_state(&client, &model, "first").await;
        child.kill().await.unwrap();

        let (mut child, client) = start(&folder, &["--launcher-startup", "3600000"]).await;
        let (x, y) = moons(20, 1);
        let train = client.model().train(&model, "second", [many("x", x), many("y", y)], launcher()).await;
        let session = train.unwrap().training_session_id.clone();
        child.kill().await.unwrap();

        for _ in 0..2 {
            let (mut child, client) = start(&folder, &[]).await;
            let status = client.model().get_training_status(&model, &session).await.unwrap().status;
            let TrainingStatus::Failed(failed) = &status else { panic!("{status:?}") };
            assert_eq!(failed.fail_reason, TrainingFailure::LauncherTerminated);
            let notifications = client.user().get_notifications().await.unwrap().notifications;
            assert_eq!(notifications.len(), 2);
            assert!(get_model(&client, &model).await.ongoing_training_sessions.is_empty());
            child.kill().await.unwrap();
        }
    })
    .await;
}
