//! Connections: HTTP, keys, limits, shutdown.

use std::net::SocketAddr;
use std::time::Duration;

use decthings::api::model::{CreateStateFailure, CreateStateResult, TrainingStatus};
use decthings::types::StateEntry;
use decthings::{Client, Error};
use decthings_local::{Limits, Local, LocalConfig, LocalServer, StartError};
use decthings_tests::KEY;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::support::{
    client_of, config, ended, error_code, launcher, many, moons, new_model, new_state, one, raw, sizes, start, within,
};

#[tokio::test]
async fn model_is_trained_over_http() {
    within(async {
        let (server, client) = start(config()).await;
        assert!(server.url().starts_with("http://127.0.0.1:") && server.url().ends_with("/v0"));
        assert_eq!(server.key(), KEY);
        let id = new_model(&client, "a", "mlp").await;
        new_state(&client, &id, "first").await;
        let (x, y) = moons(50, 1);
        let params = [many("x", x), many("y", y), one("epochs", 1u8)];
        let session =
            client.model().train(&id, "second", params, launcher()).await.unwrap().into_result().training_session_id;
        let status = ended(&client, &id, &session).await;
        assert!(matches!(status, TrainingStatus::Completed(_)), "{status:?}");
        let data = vec![7u8; 3 << 20];
        let state = client.model().upload_state(&id, "big", [StateEntry::new("data", data.clone())]).await.unwrap();
        let got = client.model().get_model_state(&id).state_id(state.state_id).await.unwrap();
        assert_eq!(got.data, [StateEntry::new("data", data)]);
        server.shutdown().await;
    })
    .await;
}

#[tokio::test]
async fn invalid_keys_are_rejected() {
    within(async {
        let (server, _) = start(config().keys(["k3y-one", "k3y-two"])).await;
        for key in ["k3y-one", "k3y-two"] {
            client_of(&server, key).model().get_models().await.unwrap();
        }
        for key in ["k3y-on", "k3y-onee", "k3y-three", "K3Y-ONE"] {
            assert_eq!(error_code(client_of(&server, key).model().get_models().await), "bad_credentials");
        }
        let no_key = Client::builder().http_url(server.url()).build().unwrap();
        assert_eq!(error_code(no_key.model().get_models().await), "bad_credentials");
        let data = [StateEntry::new("data", vec![0u8; 8 << 20])];
        assert_eq!(error_code(no_key.model().upload_state("a", "b", data).await), "bad_credentials");
        server.shutdown().await;

        let random = [LocalConfig::new(), LocalConfig::new()];
        assert_ne!(random[0].first_key(), random[1].first_key());
        assert!(!format!("{:?}", random[0]).contains(random[0].first_key()));
    })
    .await;
}

#[tokio::test]
async fn bodies_and_requests_are_limited() {
    within(async {
        let mut limits = Limits::default();
        limits.body_bytes = 10_000;
        let (server, client) = start(config().limits(limits.clone())).await;
        let id = new_model(&client, "a", "mlp").await;
        for length in [10_001, 1 << 20] {
            let data = [StateEntry::new("data", vec![0u8; length])];
            let rejected = client.model().upload_state(&id, "big", data).await;
            assert!(matches!(rejected, Err(Error::Http { status: 413, .. })), "{rejected:?}");
        }
        client.model().upload_state(&id, "small", [StateEntry::new("data", vec![0u8; 9_000])]).await.unwrap();
        server.shutdown().await;

        let (mut no_requests, mut no_bodies) = (limits.clone(), limits);
        (no_requests.requests, no_bodies.bodies_bytes) = (0, 0);
        for limits in [no_requests, no_bodies] {
            let (server, client) = start(config().limits(limits)).await;
            assert_eq!(error_code(client.model().get_models().await), "too_many_requests");
            server.shutdown().await;
        }
    })
    .await;
}

#[tokio::test]
async fn malformed_requests_get_a_response() {
    within(async {
        let (server, _) = start(config()).await;
        let head = format!("Host: localhost\r\nAuthorization: Bearer {KEY}\r\nConnection: close\r\n");
        let (status, body) = raw(&server, &format!("GET /index.html HTTP/1.1\r\n{head}\r\n")).await;
        assert!(status.contains("404") && body.contains("/index.html"), "{status} {body}");
        let (status, _) = raw(&server, &format!("GET /v0/Model/getModels HTTP/1.1\r\n{head}\r\n")).await;
        assert!(status.contains("405"), "{status}");
        let post = async |path: &str, body: &str| {
            let length = body.len();
            raw(&server, &format!("POST {path} HTTP/1.1\r\n{head}Content-Length: {length}\r\n\r\n{body}")).await
        };
        let (status, body) = post("/v0/Model/getModels", "malformed").await;
        assert!(status.contains("200") && body.contains("invalid_parameter"), "{status} {body}");
        let (status, body) = post("/v0/Model/getModels", "").await;
        assert!(status.contains("200") && body.contains("invalid_parameter"), "{status} {body}");
        let (status, body) = post("/v0/Model/deleteModel", "\0\u{2}{}").await;
        assert!(status.contains("200") && body.contains("\"parameterName\":\"modelId\""), "{status} {body}");
        let (status, body) = post("/v0/Model/getUnknown", "\0\u{2}{}").await;
        assert!(status.contains("200") && body.contains("unknown_method"), "{status} {body}");
        let (status, body) = post("/v0/Model/getModels", "\0\u{2}{}").await;
        assert!(status.contains("200") && body.contains("\"total\":0"), "{status} {body}");
        server.shutdown().await;
    })
    .await;
}

#[tokio::test]
async fn only_loopback_addresses_are_allowed_by_default() {
    within(async {
        let any = SocketAddr::from(([0, 0, 0, 0], 0));
        let rejected = LocalServer::start(Local::new(config()), any).await;
        assert!(matches!(rejected, Err(StartError::NotLoopback(address)) if address == any), "{rejected:?}");
        let allowed = LocalServer::start(Local::new(config().allow_remote(true)), any).await.unwrap();
        let taken = LocalServer::start(Local::new(config()), ([127, 0, 0, 1], allowed.address().port()).into());
        assert!(matches!(taken.await, Err(StartError::Bind { .. })));
        allowed.shutdown().await;
    })
    .await;
}

#[tokio::test]
async fn shutdown_completes_waiting_calls() {
    within(async {
        let (server, client) = start(config().launcher_startup(Duration::from_secs(3600))).await;
        let address = server.address();
        let id = new_model(&client, "a", "mlp").await;
        // Connections that would never end on their own.
        let silent = TcpStream::connect(address).await.unwrap();
        let mut slow = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "POST /v0/Model/getModels HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n",
            server.key()
        );
        slow.write_all(format!("{head}Content-Length: 100\r\n\r\n").as_bytes()).await.unwrap();

        let waiting = client.model().create_state(&id, "first", sizes(), launcher()).send();
        let stop = async {
            while client.model().get_creating_states(&id).await.unwrap().states.is_empty() {
                tokio::task::yield_now().await;
            }
            tokio::time::timeout(Duration::from_secs(4), server.shutdown()).await.unwrap();
        };
        let (state, ()) = tokio::join!(waiting, stop);
        match state.unwrap() {
            CreateStateResult::Failed(failed) => assert_eq!(failed.error, CreateStateFailure::LauncherTerminated),
            other => panic!("{other:?}"),
        }
        drop((silent, slow));
        assert!(TcpStream::connect(address).await.is_err());
    })
    .await;
}
