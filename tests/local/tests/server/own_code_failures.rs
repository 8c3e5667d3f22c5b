//! Programs of models that fail, end, hang, or break the protocol: each gives the documented failure, in time.

use decthings::Client;
use decthings::api::model::{ModelChanges, TrainingStatus};
use decthings::types::MaxDurationsSeconds;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::own_code::serve;
use crate::support::{ended, follow, launcher, one, within};

/// Sets a short time limit for the step that is expected to exceed it, and long ones for all others.
async fn limit_durations(client: &Client, expected: &Value) {
    let seconds = |step: &str| {
        let is_exceeded = expected["code"] == "max_duration_exceeded" && expected["at"] == step;
        if is_exceeded { 1 } else { 60 }
    };
    let durations = MaxDurationsSeconds::new(
        seconds("codeStartup"),
        seconds("instantiateModel"),
        seconds("createState"),
        seconds("train"),
        seconds("evaluate"),
    );
    client.model().update_model("m", ModelChanges::new().max_durations_seconds(durations)).await.unwrap();
}

/// The failure of creating a state.
async fn create(client: &Client) -> Value {
    let created = client.model().create_state("m", "new", [one("p", 1_u8)], launcher()).await.unwrap();
    serde_json::to_value(created).unwrap()["failed"]["error"].take()
}

/// The failure of a training.
async fn train(client: &Client) -> Value {
    assert_eq!(create(client).await, Value::Null);
    let session = client.model().train("m", "b", [one("x", 1_u8)], launcher()).await.unwrap().into_result();
    match ended(client, "m", &session.training_session_id).await {
        TrainingStatus::Failed(failed) => serde_json::to_value(failed.fail_reason).unwrap(),
        other => panic!("{other:?}"),
    }
}

/// The failure of an evaluation.
async fn evaluate(client: &Client) -> Value {
    assert_eq!(create(client).await, Value::Null);
    let result = client.model().evaluate("m", [one("x", 1_u8)]).await.unwrap();
    serde_json::to_value(result).unwrap()["failed"]["error"].take()
}

/// Checks that the failure has some fields, and a text in its details.
fn check(behavior: &str, failure: &Value, expected: &Value, text: &str) {
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&failure[name], value, "{behavior}: {failure}");
    }
    let details = failure["exceptionDetails"].as_str().or(failure["details"].as_str()).unwrap_or_default();
    assert!(details.contains(text), "{behavior}: {failure}");
}

fn exception(at: &str) -> Value {
    json!({"code": "exception", "at": at})
}

#[tokio::test]
async fn failures_of_a_start_are_told_apart() {
    within(async {
        let startup = json!({"code": "max_duration_exceeded", "at": "codeStartup"});
        let mut tests = JoinSet::new();
        for (behavior, expected, text) in [
            ("exit at start", json!({"code": "code_terminated", "exitCode": 3}), ""),
            ("abort at start", json!({"code": "code_terminated", "signal": "SIGABRT"}), ""),
            ("hang at start", startup, ""),
            ("exit at connection", json!({"code": "code_terminated", "exitCode": 3}), ""),
            ("garbage at connection", json!({"code": "exception"}), "starts with the byte 255"),
            ("close at connection", json!({"code": "exception"}), "closed its connection"),
            ("hang at connection", json!({"code": "max_duration_exceeded", "at": "createState"}), ""),
        ] {
            tests.spawn(async move {
                let (local, client, _folder) = serve(behavior);
                limit_durations(&client, &expected).await;
                check(behavior, &create(&client).await, &expected, text);
                local.shutdown().await;
            });
        }
        tests.join_all().await;
    })
    .await;
}

#[tokio::test]
async fn failures_of_a_function_are_told_apart() {
    within(async {
        let mut tests = JoinSet::new();
        for (behavior, expected, text) in [
            ("fail", exception("createState"), "no such luck"),
            ("fail briefly", exception("createState"), "instantiated_model_not_found"),
            ("exit", json!({"code": "code_terminated", "exitCode": 3}), ""),
            ("abort", json!({"code": "code_terminated", "signal": "SIGABRT"}), ""),
            ("hang", json!({"code": "max_duration_exceeded", "at": "createState"}), ""),
            ("garbage", exception("createState"), "starts with the byte 255"),
            ("broken JSON", exception("createState"), "EOF while parsing"),
            ("long JSON", exception("createState"), "is too long: 18446744073709551615 bytes"),
            ("long event", exception("createState"), "is too long"),
            ("many blobs", exception("createState"), "4294967295 blobs"),
            ("long blob", exception("createState"), "is too long"),
            ("wrong end", exception("createState"), "ends with the byte 7"),
            ("cut", exception("createState"), "ended within a message"),
            ("answer unknown", exception("createState"), "a call \"12345\", which does not exist"),
            ("report unknown", exception("createState"), "unknown variant `unknown`"),
            ("read beyond", exception("createState"), "1000000 elements from index 1 on of data with 1 elements"),
            ("read far beyond", exception("createState"), "of data with 1 elements"),
            ("read unknown", exception("createState"), "\"nothing\", which does not exist"),
            ("shuffle unknown", exception("createState"), "\"9999\", which does not exist"),
            ("name too much", exception("createState"), "2 names, but 1 blobs"),
            ("provide twice", exception("createState"), "\"a\" of the state was provided twice"),
            ("provide unknown", exception("createState"), "a call \"77\", which does not exist"),
            ("close", exception("createState"), "closed its connection"),
        ] {
            tests.spawn(async move {
                let (local, client, _folder) = serve(&format!("{behavior} at callCreateModelState"));
                limit_durations(&client, &expected).await;
                check(behavior, &create(&client).await, &expected, text);
                // The server is well, and the next program runs.
                assert_eq!(client.model().get_models().await.unwrap().total, 1);
                local.shutdown().await;
            });
        }
        tests.join_all().await;
    })
    .await;
}

#[tokio::test]
async fn failures_of_a_training_name_their_step() {
    within(async {
        for (behavior, expected, text) in [
            ("fail at callInstantiateModel", exception("instantiateModel"), "no such luck"),
            ("hang at callInstantiateModel", json!({"code": "max_duration_exceeded", "at": "instantiateModel"}), ""),
            ("fail at callTrain", exception("train"), "no such luck"),
            ("measure nonsense at callTrain", exception("train"), "the metric \"a\" is not a tensor"),
            ("exit at callTrain", json!({"code": "code_terminated", "exitCode": 3}), ""),
            ("fail at callGetModelState", exception("getState"), "no such luck"),
        ] {
            let (local, client, _folder) = serve(behavior);
            limit_durations(&client, &expected).await;
            check(behavior, &train(&client).await, &expected, text);
            local.shutdown().await;
        }
    })
    .await;
}

#[tokio::test]
async fn invalid_outputs_are_explained() {
    within(async {
        let invalid = json!({"code": "invalid_output", "reason": "invalid"});
        for (behavior, expected, text) in [
            ("output too long", invalid.clone(), "longer than the data"),
            ("output too short", invalid.clone(), "4 bytes belong to no output"),
            ("output nonsense", invalid.clone(), "element 0 of the output \"y\""),
            ("output twice", invalid, "\"y\" was returned twice"),
            ("fail", exception("evaluate"), "no such luck"),
            ("hang", json!({"code": "max_duration_exceeded", "at": "evaluate"}), ""),
        ] {
            let (local, client, _folder) = serve(&format!("{behavior} at callEvaluate"));
            limit_durations(&client, &expected).await;
            check(behavior, &evaluate(&client).await, &expected, text);
            local.shutdown().await;
        }
    })
    .await;
}

#[tokio::test]
async fn cancelled_training_ends_by_itself_or_is_killed() {
    within(async {
        for behavior in ["wait to be cancelled", "ignore cancellation at callTrain"] {
            let (local, client, _folder) = serve(behavior);
            assert_eq!(create(&client).await, Value::Null);
            let session = client.model().train("m", "b", [one("x", 1_u8)], launcher()).await.unwrap().into_result();
            let id = session.training_session_id;
            follow(&client, "m", &id, |status| matches!(status.status, TrainingStatus::Running(_))).await;
            client.model().cancel_training_session("m", &id).await.unwrap();
            match ended(&client, "m", &id).await {
                TrainingStatus::Failed(failed) => {
                    assert_eq!(serde_json::to_value(failed.fail_reason).unwrap(), json!({"code": "cancelled"}));
                }
                other => panic!("{behavior}: {other:?}"),
            }
            local.shutdown().await;
        }
    })
    .await;
}

#[tokio::test]
async fn flood_of_metrics_is_limited() {
    within(async {
        let (local, client, _folder) = serve("flood at callTrain");
        assert_eq!(create(&client).await, Value::Null);
        let session = client.model().train("m", "b", [one("x", 1_u8)], launcher()).await.unwrap().into_result();
        let id = session.training_session_id;
        let status = ended(&client, "m", &id).await;
        assert!(matches!(status, TrainingStatus::Completed(_)), "{status:?}");
        let status = client.model().get_training_status("m", &id).await.unwrap();
        let count = status.metrics[0].amount;
        assert!((1_000..15_000).contains(&count), "{count} values of 10,000 bytes");
        local.shutdown().await;
    })
    .await;
}

#[tokio::test]
async fn shutdown_kills_a_program_that_hangs() {
    within(async {
        let (local, client, _folder) = serve("hang at callCreateModelState");
        let (failure, ()) = tokio::join!(create(&client), async {
            while client.model().get_creating_states("m").await.unwrap().states.is_empty() {
                tokio::task::yield_now().await;
            }
            local.shutdown().await;
        });
        assert_eq!(failure, json!({"code": "launcher_terminated"}));
    })
    .await;
}
