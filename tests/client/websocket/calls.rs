//! Calls and their responses.

use std::time::Duration;

use decthings::{Blob, Error};
use decthings_tests::codec::response_message;
use decthings_tests::server::Listener;
use decthings_tests::soon;
use serde_json::json;

use super::support::{TalkSocket, builder_of, client_of, echo_response};
use super::talk::{echo, launch, unsubscribe};

#[tokio::test]
async fn a_call_opens_the_socket_and_the_last_response_closes_it() {
    let (server, text) = (Listener::bind().await, "ö".repeat(40_000));
    let client = client_of(&server);
    assert!(server.is_left_alone().await);
    let call = tokio::spawn(echo(&client, &text).send());
    let mut socket = server.accept().await;
    let request = socket.request("echo").await;
    assert_eq!(request.id, 0);
    assert_eq!(request.json, json!({"api": "Talk", "method": "echo", "params": {"text": text}}));
    assert_eq!(request.blobs[0], text.as_bytes());
    let result = json!({"result": {"text": "x"}});
    socket.send(response_message(0, &result, &[b"blob"])).await;
    let result = soon(call).await.unwrap().unwrap();
    assert_eq!((result.text.as_str(), result.data), ("x", Blob::from("blob")));
    assert!(socket.is_closed().await);
}

#[tokio::test]
async fn responses_come_in_any_order() {
    let server = Listener::bind().await;
    let client = client_of(&server);
    let calls: Vec<_> = (0..100).map(|n| tokio::spawn(echo(&client, &n.to_string()).send())).collect();
    let mut socket = server.accept().await;
    let mut request = Vec::new();
    for _ in 0..100 {
        request.push(socket.request("echo").await);
    }
    let mut ids: Vec<u32> = request.iter().map(|request| request.id).collect();
    ids.sort_unstable();
    assert!(ids.into_iter().eq(0..100));
    for request in request.into_iter().rev() {
        socket.echo(request).await;
    }
    for (n, call) in calls.into_iter().enumerate() {
        let result = soon(call).await.unwrap().unwrap();
        assert_eq!(result.data, Blob::from(n.to_string()));
    }
    assert!(socket.is_closed().await);
}

#[tokio::test]
async fn unexpected_responses_are_ignored() {
    let server = Listener::bind().await;
    let client = client_of(&server);
    let first = tokio::spawn(echo(&client, "first").send());
    let mut socket = server.accept().await;
    let request = socket.request("echo").await;
    let second = tokio::spawn(echo(&client, "second").send());
    let later = socket.request("echo").await;
    socket.respond(7, json!({})).await;
    socket.send(echo_response(&request)).await;
    socket.send(response_message(request.id, json!({"result": {"text": "again"}}), &[b"again"])).await;
    socket.echo(later).await;
    assert_eq!(soon(first).await.unwrap().unwrap().text, "first");
    assert_eq!(soon(second).await.unwrap().unwrap().text, "second");
}

#[tokio::test]
async fn text_messages_are_read_like_binary_ones() {
    let server = Listener::bind().await;
    let call = tokio::spawn(launch(&client_of(&server), "x").send());
    let mut socket = server.accept().await;
    let request = socket.request("launch").await;
    let message = response_message(request.id, json!({"result": {"talkId": "t"}}), &[]);
    let text = String::from_utf8(message.to_vec()).unwrap();
    socket.send_text(text).await;
    assert_eq!(soon(call).await.unwrap().unwrap().talk_id, "t");
}

#[tokio::test]
async fn errors_and_malformed_responses_affect_only_their_call() {
    let server = Listener::bind().await;
    let client = client_of(&server);
    let calls: Vec<_> = (0..4).map(|n| tokio::spawn(echo(&client, &n.to_string()).send())).collect();
    let mut socket = server.accept().await;
    for _ in 0..4 {
        let request = socket.request("echo").await;
        match &*request.blobs[0] {
            b"0" => socket.reject(request.id, "silence").await,
            b"1" => {
                let mut message = vec![0];
                message.extend(request.id.to_be_bytes());
                message.extend([255; 9]);
                socket.send(message).await;
            }
            b"2" => socket.respond(request.id, json!({"text": "the blob is missing"})).await,
            _ => socket.echo(request).await,
        }
    }
    let mut results = Vec::new();
    for call in calls {
        results.push(soon(call).await.unwrap());
    }
    assert_eq!(results[0].as_ref().unwrap_err().code(), Some("silence"));
    assert!(matches!(results[1], Err(Error::Decode { .. })), "{results:?}");
    assert!(matches!(results[2], Err(Error::Decode { .. })), "{results:?}");
    assert!(results[3].is_ok());
}

#[tokio::test]
async fn each_call_has_its_own_deadline() {
    let server = Listener::bind().await;
    let client = client_of(&server);
    let slow = tokio::spawn(echo(&client, "slow").send());
    let mut socket = server.accept().await;
    let slow_asked = socket.request("echo").await;
    let error = soon(echo(&client, "never").timeout(Duration::from_millis(50)).send()).await.unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error}");
    let never = socket.request("echo").await;
    socket.echo(never).await;
    socket.echo(slow_asked).await;
    assert_eq!(soon(slow).await.unwrap().unwrap().text, "slow");
    assert!(socket.is_closed().await);
}

#[tokio::test]
async fn a_dropped_call_closes_the_socket() {
    let server = Listener::bind().await;
    let client = client_of(&server);
    let call = tokio::spawn(echo(&client, "dropped").send());
    let mut socket = server.accept().await;
    socket.request("echo").await;
    call.abort();
    assert!(socket.is_closed().await);
    // The same while connecting.
    let call = tokio::spawn(echo(&client, "dropped").send());
    let mut stream = server.accept_tcp().await;
    call.abort();
    let mut bytes = Vec::new();
    soon(tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut bytes)).await.ok();
    assert!(server.is_left_alone().await);
}

#[tokio::test]
async fn many_calls_get_their_responses_while_others_are_dropped() {
    let server = Listener::bind().await;
    let client = client_of(&server);
    let served = tokio::spawn(async move {
        let mut responses = 0;
        while responses < 1 {
            let mut socket = server.accept().await;
            while let Some(request) = socket.next_request().await {
                if request.json["params"]["text"] == "last" {
                    responses += 1;
                }
                let message = echo_response(&request);
                if !socket.try_send(message).await {
                    break;
                }
            }
        }
    });
    let calls: Vec<_> = (0..3000).map(|n| tokio::spawn(echo(&client, &n.to_string()).send())).collect();
    for (n, call) in calls.into_iter().enumerate() {
        if n % 3 == 0 {
            call.abort();
        } else {
            assert_eq!(soon(call).await.unwrap().unwrap().text, n.to_string());
        }
    }
    assert_eq!(soon(echo(&client, "last").send()).await.unwrap().text, "last");
    soon(served).await.unwrap();
}

#[tokio::test]
async fn calls_that_need_an_open_socket_fail_without_one() {
    use super::talk::SayToLone;
    let server = Listener::bind().await;
    let client = client_of(&server);
    let error = soon(unsubscribe(&client, "t").send()).await.unwrap_err();
    assert_eq!(error.code(), Some("not_subscribed"));
    let say = SayToLone { lone_id: "l".into() };
    let error = soon(decthings::Call::new(&client, say).send()).await.unwrap_err();
    assert_eq!(error.code(), Some("lone_not_found"));
    assert!(server.is_left_alone().await);
}

#[tokio::test]
async fn a_request_that_is_too_large_is_not_sent() {
    let server = Listener::bind().await;
    let client = builder_of(&server).max_message_bytes(1000).build().unwrap();
    let error = soon(echo(&client, &"x".repeat(500)).send()).await.unwrap_err();
    assert!(matches!(error, Error::Invalid { .. }), "{error}");
    assert!(error.to_string().contains("max_message_bytes"), "{error}");
    assert!(server.is_left_alone().await);
}

#[tokio::test]
async fn a_client_outlives_its_first_runtime() {
    let server = Listener::bind().await;
    let client = client_of(&server);
    let (first, (go, gone)) = (client.clone(), tokio::sync::oneshot::channel::<()>());
    let thread = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.spawn(echo(&first, "left behind").send());
        runtime.block_on(gone).unwrap();
    });
    let mut socket = server.accept().await;
    socket.request("echo").await;
    // This call waits on the connection of the other runtime.
    let cut_off = tokio::spawn(echo(&client, "cut off").send());
    socket.request("echo").await;
    go.send(()).unwrap();
    let error = soon(cut_off).await.unwrap().unwrap_err();
    assert!(matches!(error, Error::Transport { unsent: false, .. }), "{error:?}");
    thread.join().unwrap();
    let call = tokio::spawn(echo(&client, "second").send());
    let mut socket = server.accept().await;
    let request = socket.request("echo").await;
    socket.echo(request).await;
    assert_eq!(soon(call).await.unwrap().unwrap().text, "second");
}
