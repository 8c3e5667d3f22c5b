//! Imports and exports that are interrupted.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use decthings::Tensor;
use decthings::tensor::npz;
use decthings::types::{DatasetKeyData, ElementType};
use decthings_tests::soon;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::user::{Service, User};

/// Enough for many calls.
const ENTRIES: u32 = 6000;

/// A proxy that can withhold responses.
struct Proxy {
    url: String,
    withholds: Arc<AtomicBool>,
    task: tokio::task::JoinHandle<()>,
}

impl Proxy {
    async fn start(service: &Service) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v0", listener.local_addr().unwrap());
        let (withholds, server) = (Arc::new(AtomicBool::new(false)), service.server.address());
        let flag = withholds.clone();
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let flag = flag.clone();
                tokio::spawn(async move {
                    let server = TcpStream::connect(server).await.unwrap();
                    let ((mut from_client, mut to_client), (mut from_server, mut to_server)) =
                        (client.into_split(), server.into_split());
                    let requests = async { tokio::io::copy(&mut from_client, &mut to_server).await };
                    let responses = async {
                        let mut buffer = vec![0; 65536];
                        while let Ok(read @ 1..) = from_server.read(&mut buffer).await {
                            while flag.load(Ordering::SeqCst) {
                                tokio::time::sleep(Duration::from_millis(5)).await;
                            }
                            if to_client.write_all(&buffer[..read]).await.is_err() {
                                break;
                            }
                        }
                    };
                    tokio::select! { _ = requests => {}, () = responses => {} }
                });
            }
        });
        Self { url, withholds, task }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Writes an archive of numbered entries.
fn numbers(user: &User, count: u32) {
    npz::write_file(user.home.join("a.npz"), [("x", Tensor::from((0..count).collect::<Vec<_>>()))]).unwrap();
}

async fn assert_complete(service: &Service, id: &str) {
    let found = service.tensors(id, "x").await;
    let found: Vec<u32> = found.iter().map(|tensor| tensor.item().unwrap()).collect();
    assert!(found.iter().copied().eq(0..ENTRIES), "{} entries", found.len());
}

/// Starts an import, and kills it while a call has taken effect and its response is withheld.
async fn interrupt(service: &Service, proxy: &Proxy, user: &User, id: &str) {
    let mut running = user.start(&["dataset", "import", id, "--npz", "a.npz"]);
    let wait = async {
        while service.count(id).await == 0 {
            assert!(running.is_running(), "the import has failed");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        proxy.withholds.store(true, Ordering::SeqCst);
        // Until nothing is added any more.
        let mut count = 0;
        while count != service.count(id).await {
            count = service.count(id).await;
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        assert!(count < ENTRIES, "there is something left to import");
        assert!(running.is_running(), "the import waits for a response");
    };
    soon(wait).await;
    drop(running);
    proxy.withholds.store(false, Ordering::SeqCst);
    assert_eq!(user.records(), 1);
}

/// A server behind a proxy, a user, and a dataset whose import was killed while a response was withheld.
async fn interrupted() -> (Service, Proxy, User, String) {
    let service = Service::start().await;
    let proxy = Proxy::start(&service).await;
    let user = User::of(&proxy.url);
    numbers(&user, ENTRIES);
    let id = service.dataset(&[("x", ElementType::U32, &[])]).await;
    interrupt(&service, &proxy, &user, &id).await;
    (service, proxy, user, id)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_lost_a_response_adds_no_entry_twice() {
    let (service, _proxy, user, id) = interrupted().await;
    let said = user.run(&["dataset", "import", &id, "--npz", "a.npz"]).success();
    assert!(said.contains(&format!("added {ENTRIES} entries")), "{said}");
    assert_complete(&service, &id).await;
    assert_eq!(user.records(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_is_killed_at_any_time_adds_no_entry_twice() {
    let service = Service::start().await;
    let user = service.user();
    numbers(&user, ENTRIES);
    let id = service.dataset(&[("x", ElementType::U32, &[])]).await;
    let mut interrupted = 0;
    for step in 1..8 {
        let before = service.count(&id).await;
        let mut running = user.start(&["dataset", "import", &id, "--npz", "a.npz"]);
        soon(async {
            while running.is_running() && service.count(&id).await < before + 300 {}
            tokio::time::sleep(Duration::from_millis(step)).await;
        })
        .await;
        if !running.is_running() {
            break;
        }
        interrupted += 1;
    }
    assert!(interrupted > 0, "no import was interrupted");
    user.run(&["dataset", "import", &id, "--npz", "a.npz"]).success();
    assert_complete(&service, &id).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_does_not_continue_when_others_have_changed_the_dataset() {
    let (service, _proxy, user, id) = interrupted().await;
    let stranger = [DatasetKeyData::new("x", [Tensor::scalar(7_u32)])];
    service.client.dataset().add_entries(&id, stranger).await.unwrap();
    let count = service.count(&id).await;
    let said = user.run(&["dataset", "import", &id, "--npz", "a.npz"]).failure(2);
    assert!(said.contains("changed by others") && said.contains("--skip"), "{said}");
    assert_eq!(service.count(&id).await, count);

    let last = (ENTRIES - 10).to_string();
    user.run(&["dataset", "import", &id, "--npz", "a.npz", "--restart", "--skip", &last]).success();
    assert_eq!(service.count(&id).await, count + 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_does_not_continue_with_another_source() {
    let (service, _proxy, user, id) = interrupted().await;
    numbers(&user, ENTRIES + 1);
    let count = service.count(&id).await;
    let said = user.run(&["dataset", "import", &id, "--npz", "a.npz"]).failure(2);
    assert!(said.contains("have changed since"), "{said}");
    assert_eq!(service.count(&id).await, count);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_that_is_killed_continues() {
    let service = Service::start().await;
    let proxy = Proxy::start(&service).await;
    let user = User::of(&proxy.url);
    let id = service.dataset(&[("x", ElementType::U32, &[])]).await;
    let entries = Tensor::from((0..ENTRIES).collect::<Vec<_>>()).rows().unwrap();
    service.client.dataset().add_entries(&id, [DatasetKeyData::new("x", entries)]).in_parts().await.unwrap();
    for target in ["a.npz", "folder"] {
        let record = user.home.join(&format!("{target}.part/export.json"));
        let mut running = user.start(&["dataset", "export", &id, "--to", target]);
        soon(async {
            let has_entries = || std::fs::read_to_string(&record).is_ok_and(|text| !text.contains("\"entries\":0"));
            while !has_entries() {
                assert!(running.is_running(), "the export ended before it could be interrupted");
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            proxy.withholds.store(true, Ordering::SeqCst);
        })
        .await;
        assert!(running.is_running());
        drop(running);
        proxy.withholds.store(false, Ordering::SeqCst);
        assert!(!user.home.join(target).exists(), "the target is incomplete");
        user.run(&["dataset", "export", &id, "--to", target]).success();
    }
    assert_eq!(npz::read_file(user.home.join("a.npz")).unwrap()["x"], Tensor::from((0..ENTRIES).collect::<Vec<_>>()));
    let table = std::fs::read_to_string(user.home.join("folder/entries.csv")).unwrap();
    let expected: String = std::iter::once("x\n".to_owned()).chain((0..ENTRIES).map(|at| format!("{at}\n"))).collect();
    assert!(table == expected, "each entry once, in order");
}
