//! The memory that large transfers take.

use std::time::Duration;

use decthings::api::types::{ExecutionLocation, LauncherSpec, ParameterProvider, StateEntry};
use decthings::{Blob, Call, Client, ResponseBuffer, Tensor};
use decthings_tests::codec::{join_response, varint};
use decthings_tests::server::{Listener, Reply, Server, response};
use decthings_tests::{PATIENCE, Temporary, soon};
use tokio::task::JoinHandle;

use crate::{ALLOCATIONS, MIB, peak};

#[allow(dead_code, reason = "other tests use the rest")]
#[path = "../client/websocket/talk.rs"]
mod talk;

/// The memory that a call may take beyond its data.
const MORE: usize = 8 * MIB;

fn client(server: &Server) -> Client {
    Client::builder().http_url(server.url()).timeout(PATIENCE).build().unwrap()
}

/// A server that responds with JSON and a blob of `size` bytes, and closes the connection if it has not `sent` all of
/// them. It keeps no bodies in memory.
async fn serve(json: &str, size: usize, sent: usize) -> Server {
    let mut frame = join_response::<&[u8]>(json, &[]);
    if size > 0 {
        varint(size, &mut frame);
    }
    let head = response("200 OK", &[&format!("Content-Length: {}", frame.len() + size)], &frame);
    let reply = match sent == size {
        true => Reply::Padded(head, size),
        false => Reply::Close([head, vec![b'w'; sent]].concat()),
    };
    Server::builder().reply(move |_| reply.clone()).discard_bodies().start().await
}

pub async fn all() {
    decoding_a_tensor_allocates_nothing();
    sending_takes_no_more_than_the_tensor().await;
    receiving_into_a_buffer_takes_nothing_more().await;
    an_announced_length_is_not_believed().await;
    what_is_not_in_memory_does_not_come_there().await;
    unsent_calls_take_no_more_than_the_limit().await;
    calls_given_up_take_nothing().await;
}

fn decoding_a_tensor_allocates_nothing() {
    let tensors = [
        Tensor::scalar(1.5f32),
        Tensor::new([2, 1, 3], vec![1.5f32; 6]).unwrap(),
        Tensor::from(["a", "bc"]),
        Tensor::vector([vec![7u8; 300], vec![]]),
    ];
    for tensor in tensors {
        let encoded = tensor.to_bytes();
        ALLOCATIONS.reset_peak_usage();
        let before = ALLOCATIONS.current_usage();
        let decoded = Tensor::decode(encoded);
        assert_eq!(ALLOCATIONS.peak_usage(), before);
        assert_eq!(decoded, Ok(tensor));
    }
}

async fn sending_takes_no_more_than_the_tensor() {
    let server = serve(r#"{"result":{"trainingSessionId":"t"}}"#, 0, 0).await;
    let size = 256 * MIB;
    let tensor = Tensor::from(vec![1.5f32; size / 4]);
    let client = client(&server);
    let location = ExecutionLocation::temporary_launcher(LauncherSpec::new(1.0, 1024));
    let call = client.model().train("m", "n", [ParameterProvider::new("x", vec![tensor.clone()])], location);
    let (result, peak) = peak(async { call.await }).await;
    assert_eq!(result.unwrap().training_session_id, "t");
    assert!(server.counts().body_bytes > size, "{} bytes arrived", server.counts().body_bytes);
    assert!(peak <= MORE, "sending {size} bytes took {peak} more");
}

async fn receiving_into_a_buffer_takes_nothing_more() {
    let size = 64 * MIB;
    let server = serve(r#"{"result":{"stateKeyNames":["w"]}}"#, size, size).await;
    let (client, buffer) = (client(&server), ResponseBuffer::new());
    let ask = async || client.model().get_model_state("m").buffer(&buffer).await.unwrap().data.remove(0).data;

    // A growing buffer is moved, and both places are counted for a moment.
    let (first, most) = peak(ask()).await;
    assert_eq!(first.as_bytes().unwrap().len(), size);
    assert!(most <= 2 * size, "receiving {size} bytes took {most}");
    let place = first.as_bytes().unwrap().as_ptr();

    // The first is alive, so its memory cannot be reused.
    let (second, most) = peak(ask()).await;
    assert_ne!(second.as_bytes().unwrap().as_ptr(), place);
    assert!(first.as_bytes().unwrap().iter().all(|byte| *byte == b'w'));
    assert!(most <= 2 * size, "receiving {size} bytes took {most}");

    let place = second.as_bytes().unwrap().as_ptr();
    drop((first, second));
    let (third, most) = peak(ask()).await;
    assert_eq!(third.as_bytes().unwrap().as_ptr(), place);
    assert_eq!(third.as_bytes().unwrap().len(), size);
    assert!(most <= MORE, "receiving {size} bytes into a buffer took {most}");

    drop(third);
    let before = ALLOCATIONS.current_usage();
    buffer.release();
    assert!(before - ALLOCATIONS.current_usage() >= size);
}

async fn an_announced_length_is_not_believed() {
    for sent in [1, 100_000] {
        let server = serve("{}", 512 * MIB, sent).await;
        let call = client(&server).model().get_model_state("m");
        let (result, most) = peak(call.send()).await;
        assert!(result.is_err());
        assert!(most <= 32 * sent + MORE, "a response of which {sent} bytes arrive took {most}");
    }
}

async fn what_is_not_in_memory_does_not_come_there() {
    let size = 128 * MIB;
    let len = u64::try_from(size).unwrap();
    let server = serve(r#"{"result":{"stateId":"s"}}"#, 0, 0).await;
    let reader = tokio::io::AsyncReadExt::take(tokio::io::repeat(7), len);
    let parts = [StateEntry::new("w", Blob::from_reader(len, reader))];
    let call = client(&server).model().upload_state("m", "n", parts);
    let (result, most) = peak(async { call.await }).await;
    assert_eq!(result.unwrap().state_id, "s");
    assert!(server.counts().body_bytes > size, "{} bytes arrived", server.counts().body_bytes);
    assert!(most <= MORE, "sending {size} bytes of a reader took {most}");

    let folder = Temporary::new();
    let server = serve(r#"{"result":{"stateKeyNames":["w"]}}"#, size, size).await;
    let call = client(&server).model().get_model_state("m").blobs_to_files(folder.path());
    let (result, most) = peak(async { call.await }).await;
    assert_eq!(result.unwrap().data.remove(0).data.len(), len);
    assert!(most <= MORE, "receiving {size} bytes into a file took {most}");
    assert_eq!(folder.names(), [""; 0]);
}

/// A call on the WebSocket with 1 MiB.
fn echo(client: &Client, data: &Blob) -> Call<talk::Echo> {
    Call::new(client, talk::Echo { text: String::new(), data: data.clone() })
}

async fn unsent_calls_take_no_more_than_the_limit() {
    // Nobody accepts the connection.
    let listener = Listener::bind().await;
    let client = Client::builder().http_url(listener.url()).max_queued_bytes(16 * MIB).build().unwrap();
    let data = Blob::from(vec![7; MIB]);
    let (calls, most) = peak(async {
        let calls: Vec<_> = (0..100).map(|_| tokio::spawn(echo(&client, &data).send())).collect();
        tokio::time::sleep(Duration::from_millis(100)).await;
        calls
    })
    .await;
    assert!(most >= 14 * MIB, "the calls take {most}");
    assert!(most <= 16 * MIB + MORE, "calls of 100 MiB take {most}, and the limit is 16 MiB");
    calls.iter().for_each(JoinHandle::abort);
}

async fn calls_given_up_take_nothing() {
    let listener = Listener::bind().await;
    let client = Client::builder().http_url(listener.url()).build().unwrap();
    let data = Blob::from(vec![7; MIB]);
    let before = ALLOCATIONS.current_usage();
    let calls: Vec<_> =
        (0..200).map(|_| tokio::spawn(echo(&client, &data).timeout(Duration::from_millis(50)).send())).collect();
    // The server does not read, so that its system accepts some bytes only.
    let _socket = listener.accept().await;
    for call in calls {
        assert!(soon(call).await.unwrap().is_err());
    }
    let kept = ALLOCATIONS.current_usage().saturating_sub(before);
    assert!(kept <= MORE, "calls that were given up take {kept}");
}
