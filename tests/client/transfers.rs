//! Transfers of bytes that are not in memory: sent from files and readers, received into files.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use decthings::api::model::{UploadStateError, UploadStateResult};
use decthings::types::StateEntry;
use decthings::{Blob, Client, Error, RetryPolicy, TransferProgress};
use decthings_tests::server::{Reply, Server, ok};
use decthings_tests::{Temporary, soon};
use tokio::io::{AsyncRead, ReadBuf};

use super::support::{frame, in_process, state_frame};

const SIZE: usize = 700_001;

/// A reader that fails after some bytes.
struct Failing(usize);

impl AsyncRead for Failing {
    fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let most = self.0.min(buffer.remaining());
        if most == 0 {
            return Poll::Ready(Err(io::Error::other("the disk is on fire")));
        }
        buffer.put_slice(&vec![7; most]);
        self.0 -= most;
        Poll::Ready(Ok(()))
    }
}

fn bytes() -> Vec<u8> {
    (0..SIZE).map(|index| u8::try_from(index % 251).unwrap()).collect()
}

fn client(server: &Server) -> Client {
    let policy = RetryPolicy::new().max_attempts(3).delays(Duration::ZERO, Duration::ZERO);
    Client::builder().http_url(server.url()).retry(policy).build().unwrap()
}

fn accepted() -> Reply {
    Reply::Respond(ok(&frame(r#"{"result":{"stateId":"s"}}"#, &[])))
}

async fn upload(client: &Client, blob: Blob) -> Result<UploadStateResult, Error<UploadStateError>> {
    let parts = [StateEntry::new("a", "small"), StateEntry::new("b", blob), StateEntry::new("c", "tail")];
    soon(client.model().upload_state("m", "n", parts)).await
}

#[tokio::test]
async fn files_and_readers_are_sent_like_bytes_in_memory() {
    let folder = Temporary::new();
    let path = folder.write("b", bytes());
    let server = Server::always(accepted()).await;
    let blobs = [
        Blob::from(bytes()),
        Blob::from_file(&path).unwrap(),
        Blob::from_reader(u64::try_from(SIZE).unwrap(), io::Cursor::new(bytes())),
    ];
    for blob in blobs {
        assert_eq!(upload(&client(&server), blob).await.unwrap().state_id, "s");
    }
    let requests = server.requests();
    assert!(requests[0].body.len() > SIZE);
    for request in &requests {
        assert!(request.body == requests[0].body);
        assert_eq!(request.header("content-length"), [request.body.len().to_string()]);
        assert!(request.header("transfer-encoding").is_empty());
    }
}

#[tokio::test]
async fn sources_of_unexpected_length_fail_the_call() {
    let folder = Temporary::new();
    let path = folder.write("b", bytes());
    let (grown, shrunk) = (Blob::from_file(&path).unwrap(), Blob::from_file(&path).unwrap());
    let gone = Blob::from_file(folder.write("gone", b"x")).unwrap();
    std::fs::remove_file(folder.join("gone")).unwrap();
    let len = u64::try_from(SIZE).unwrap();
    let server = Server::always(accepted()).await;
    let check = async |blob: Blob, says: &str| {
        let error = upload(&client(&server), blob).await.unwrap_err();
        assert!(matches!(&error, Error::Io { path, .. } if **path == *"data[1].data"), "{error:?}");
        assert!(error.to_string().contains(says), "{error}");
        assert_eq!(error.attempts(), 1);
    };
    std::fs::write(&path, [bytes(), b"!".to_vec()].concat()).unwrap();
    check(grown, "is longer").await;
    std::fs::write(&path, &bytes()[..300_000]).unwrap();
    check(shrunk, "ended after 300000").await;
    check(gone, "could not be read").await;
    check(Blob::from_reader(len, io::Cursor::new(vec![1; SIZE + 1])), "is longer").await;
    check(Blob::from_reader(len, io::Cursor::new(vec![1; 10])), "ended after 10").await;
    check(Blob::from_reader(len, Failing(300_000)), "the disk is on fire").await;
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn files_are_sent_again_and_readers_are_not() {
    let folder = Temporary::new();
    let path = folder.write("b", bytes());
    let turns = || vec![Reply::Respond(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n".to_vec()), accepted()];

    // Idempotent calls are retried when the server is busy.
    let server = Server::in_turn(turns()).await;
    let write = async |blob: Blob| soon(client(&server).fs().write("m", 2, blob, 0)).await;
    let _ = write(Blob::from_file(&path).unwrap()).await;
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    assert!(requests[0].body == requests[1].body && requests[0].body.len() > SIZE);

    let server = Server::in_turn(turns()).await;
    let blob = Blob::from_reader(u64::try_from(SIZE).unwrap(), io::Cursor::new(bytes()));
    let error = soon(client(&server).fs().write("m", 2, blob.clone(), 0)).await.unwrap_err();
    assert!(matches!(error, Error::Http { status: 503, .. }), "{error:?}");
    assert_eq!(server.requests().len(), 1);
    let error = soon(client(&server).fs().write("m", 2, blob, 0)).await.unwrap_err();
    assert!(matches!(&error, Error::Invalid { path, .. } if **path == *"data"), "{error:?}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn progress_is_reported_in_both_directions() {
    let server = Server::always(Reply::Respond(ok(&state_frame(&bytes())))).await;
    let reported: Arc<Mutex<Vec<TransferProgress>>> = Arc::default();
    let seen = Arc::clone(&reported);
    let call = client(&server).model().get_model_state("m");
    soon(call.on_progress(move |now| seen.lock().unwrap().push(now))).await.unwrap();
    let reported = reported.lock().unwrap();
    let last = reported.last().unwrap();
    assert_eq!(last.sent, u64::try_from(server.only_request().body.len()).unwrap());
    assert_eq!((last.sent, Some(last.received)), (last.to_send, last.to_receive));
    assert_eq!(last.received, u64::try_from(state_frame(&bytes()).len()).unwrap());
    assert!(reported.is_sorted_by_key(|now| (now.sent, now.received)));
}

#[tokio::test]
async fn responses_are_received_into_files() {
    let folder = Temporary::new();
    let body = frame(r#"{"result":{"stateKeyNames":["w","e"]}}"#, &[&bytes(), b""]);
    let server = Server::always(Reply::Respond(ok(&body))).await;
    let call = client(&server).model().get_model_state("m").blobs_to_files(folder.path());
    let mut state = soon(call).await.unwrap();
    assert_eq!(folder.names().len(), 2);
    let (empty, whole) = (state.data.remove(1), state.data.remove(0));
    assert_eq!((empty.key.as_str(), empty.data.is_empty()), ("e", true));
    assert_eq!((whole.key.as_str(), whole.data.len()), ("w", u64::try_from(SIZE).unwrap()));
    assert!(whole.data.bytes().await.unwrap() == bytes());
    let error = whole.data.as_bytes().unwrap_err();
    assert_eq!(Vec::<u8>::try_from(whole.data.clone()), Err(error.clone()));
    assert_eq!(whole.data.clone().into_bytes(), Err(error.clone()));
    let text = error.to_string();
    assert!(text.contains(&format!("{SIZE} bytes")) && text.contains("`bytes`"), "{text}");
    let mut copy = Vec::new();
    whole.data.write_to(&mut copy).await.unwrap();
    assert!(copy == bytes());
    // A shared file is copied, any other is moved.
    whole.data.clone().save_as(folder.join("copied")).await.unwrap();
    whole.data.save_as(folder.join("moved")).await.unwrap();
    drop(empty);
    let names = folder.names();
    assert_eq!(names, ["copied", "moved"]);
    for name in names {
        assert!(std::fs::read(folder.join(&name)).unwrap() == bytes());
    }
}

#[tokio::test]
async fn broken_responses_leave_no_files() {
    let folder = Temporary::new();
    let whole = frame(r#"{"result":{"stateKeyNames":["w","e"]}}"#, &[&bytes(), b"end"]);
    let many = frame(r#"{"result":{"stateKeyNames":[]}}"#, &[b"".as_slice(); 100]);
    let cut = |end: usize| Reply::Respond(ok(&whole[..end]));
    let acts = [cut(0), cut(3), cut(200), cut(SIZE / 2), cut(whole.len() - 1), cut(whole.len() - 4)];
    for act in acts.into_iter().chain([Reply::Respond(ok(&many)), Reply::Close(ok(&whole)[..SIZE / 2].to_vec())]) {
        let server = Server::always(act).await;
        let call = client(&server).model().get_model_state("m").blobs_to_files(folder.path());
        let error = soon(call).await.unwrap_err();
        assert!(matches!(error, Error::Decode { .. } | Error::Transport { .. }), "{error:?}");
        assert_eq!(folder.names(), [""; 0], "{error}");
    }
    let server = Server::always(Reply::Respond(ok(&whole))).await;
    let file = folder.write("file", "not a folder");
    let call = client(&server).model().get_model_state("m").blobs_to_files(&file);
    let error = soon(call).await.unwrap_err();
    assert!(matches!(error, Error::Io { .. }), "{error:?}");
    assert!(error.to_string().contains(file.to_str().unwrap()), "{error}");
    std::fs::remove_file(file).unwrap();
    let call = client(&server).model().get_model_state("m").blobs_to_files(folder.join("made/for/it"));
    let state = soon(call).await.unwrap();
    assert!(state.data.iter().any(|part| !part.data.is_empty()));

    let rejection = frame(r#"{"error":{"code":"model_not_found"}}"#, &[]);
    let server = Server::always(Reply::Respond(ok(&rejection))).await;
    let call = client(&server).model().get_model_state("m").blobs_to_files(folder.path());
    assert_eq!(soon(call).await.unwrap_err().code(), Some("model_not_found"));
}

/// In-process calls need all bytes in memory.
#[tokio::test]
async fn in_process_calls_load_files_and_readers() {
    let client = in_process(super::service::Small::new().router());
    let reader = Blob::from_reader(3, io::Cursor::new(b"abc"));
    upload(&client, reader.clone()).await.unwrap();
    let error = upload(&client, reader).await.unwrap_err();
    assert!(matches!(&error, Error::Invalid { .. }), "{error:?}");
    let error = upload(&client, Blob::from_reader(4, io::Cursor::new(b"abc"))).await.unwrap_err();
    assert!(matches!(&error, Error::Io { path, .. } if **path == *"data[1].data"), "{error:?}");
}
