//! The limit on the depth of JSON.

use decthings::{Client, Error};
use decthings_tests::server::{Reply, Server, ok};
use decthings_tests::soon;

use super::support::{client, frame, get_state};

/// A response with an unknown member, nested this deeply in all.
fn nested(depth: usize) -> Reply {
    let (open, close) = ("[".repeat(depth - 2), "]".repeat(depth - 2));
    Reply::Respond(ok(&frame(&format!(r#"{{"result":{{"more":{open}{close},"stateKeyNames":["w"]}}}}"#), &[b"x"])))
}

#[tokio::test]
async fn deeply_nested_responses_are_errors() {
    let unclosed = Reply::Respond(ok(&frame(&format!(r#"{{"result":{{"more":{}"#, "{\"a\":".repeat(100_000)), &[])));
    for act in [nested(100_000), unclosed] {
        let server = Server::always(act).await;
        let error = get_state(&client(&server)).await.unwrap_err();
        assert!(matches!(error, Error::Decode { .. }), "{error:?}");
        assert!(error.to_string().contains("nested more than 128 deep"), "{error}");
    }
}

#[tokio::test]
async fn the_depth_limit_can_be_lowered() {
    for (depth, fits) in [(10, true), (11, false)] {
        let server = Server::always(nested(depth)).await;
        let limited = Client::builder().http_url(server.url()).max_json_depth(10).build().unwrap();
        match get_state(&limited).await {
            Ok(_) => assert!(fits),
            Err(error) => {
                assert!(!fits && matches!(error, Error::Decode { .. }), "{error:?}");
                assert!(error.to_string().contains("nested more than 10 deep"), "{error}");
                assert_eq!(server.counts().requests, 1);
            }
        }
        assert!(get_state(&client(&server)).await.is_ok());
    }
}

#[tokio::test]
async fn the_depth_limit_cannot_exceed_128() {
    let server = Server::always(nested(100_000)).await;
    let client = Client::builder().http_url(server.url()).max_json_depth(usize::MAX).build().unwrap();
    let error = soon(client.model().get_model_state("m")).await.unwrap_err();
    assert!(error.to_string().contains("nested more than 128 deep"), "{error}");
}
