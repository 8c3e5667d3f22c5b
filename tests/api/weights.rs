//! The revision with weights: its frames are those of the independent codec, and a server of it serves every method.

use std::sync::Arc;

use decthings::weights::Router;
use decthings::weights::dynamic::{methods, services};
use decthings::weights::{dataset, debug, fs, image, language, model, organization, persistent_launcher};
use decthings::weights::{spawned, terminal, user};
use decthings::{Client, Error};
use decthings_tests::codec::sample::{self, Choices};
use decthings_tests::codec::{Codec, join_response};
use decthings_tests::server::{Reply, Server, sized};
use decthings_tests::{Dice, repository, soon};
use serde_json::{Value, json};

/// How many values of each method are compared.
const SAMPLES: usize = 20;

fn codec() -> Codec {
    Codec::new(&std::fs::read_to_string(repository("schema/weights.json")).unwrap())
}

/// Columns of entries in the order of the wire.
fn sorted(mut params: Value) -> Value {
    if let Some(columns) = params.get_mut("keys").and_then(Value::as_array_mut) {
        columns.sort_by_key(|column| column["key"].as_str().map(|key| key.encode_utf16().collect::<Vec<_>>()));
    }
    params
}

fn choices(dice: &mut Dice) -> Vec<u32> {
    (0..160).map(|_| dice.roll(1 << 16) as u32).collect()
}

#[test]
fn all_methods_are_listed() {
    let codec: Value =
        serde_json::from_str(&std::fs::read_to_string(repository("schema/weights.json")).unwrap()).unwrap();
    let defined = codec["services"].as_object().unwrap().iter().flat_map(|(service, content)| {
        content["methods"].as_object().unwrap().keys().map(move |method| format!("{service}.{method}"))
    });
    let listed: Vec<String> =
        methods().map(|operation| format!("{}.{}", operation.method().service, operation.method().name)).collect();
    assert_eq!(listed, defined.collect::<Vec<_>>());
    assert_eq!(listed.len(), 104);
}

#[test]
fn frames_equal_those_of_the_independent_codec() {
    let codec = codec();
    let mut dice = Dice::new(17);
    for operation in methods() {
        let (service, method) = (operation.method().service, operation.method().name);
        for _ in 0..SAMPLES {
            let params = sample::value(codec.params(service, method), &mut Choices::new(&choices(&mut dice)));
            let request = operation.encode_request(params.clone()).unwrap_or_else(|error| panic!("{error}: {params}"));
            let request = request.to_bytes();
            assert!(request == codec.request(service, method, &params), "{service}.{method}: {params}");
            assert_eq!(operation.decode_request(request).unwrap(), sorted(params), "{service}.{method}");

            let result = sample::value(codec.result(service, method), &mut Choices::new(&choices(&mut dice)));
            let response = operation.encode_result(result.clone()).unwrap_or_else(|error| panic!("{error}: {result}"));
            let response = response.to_bytes();
            assert!(response == codec.response(service, method, &result), "{service}.{method}: {result}");
            assert_eq!(operation.decode_response(response).unwrap(), result, "{service}.{method}");
        }
    }
}

/// One official client writes the older name, the other one the newer.
#[test]
fn names_of_weights_are_read_under_both_keys() {
    let operation = decthings::weights::dynamic::operation("Model", "getWeights").unwrap();
    for names in ["weightKeyNames", "stateKeyNames"] {
        let body = join_response(&json!({ "result": { names: ["layers"] } }).to_string(), &[b"abc".to_vec()]);
        let result = operation.decode_response(body.into()).unwrap();
        assert_eq!(result, json!({ "data": [{ "key": "layers", "data": { "$bytes": "YWJj" } }] }));
    }
}

/// A service of which no method is implemented.
struct Nothing;

macro_rules! nothing {
    ($($module:ident::$service:ident),*) => { $(impl $module::$service for Nothing {})* };
}

nothing!(
    dataset::DatasetService,
    debug::DebugService,
    fs::FsService,
    image::ImageService,
    language::LanguageService,
    model::ModelService,
    organization::OrganizationService,
    persistent_launcher::PersistentLauncherService,
    spawned::SpawnedService,
    terminal::TerminalService,
    user::UserService
);

fn router() -> Router {
    let nothing = || Arc::new(Nothing);
    let router = Router::new().dataset(nothing()).debug(nothing()).fs(nothing()).image(nothing());
    let router = router.language(nothing()).model(nothing()).organization(nothing());
    let router = router.persistent_launcher(nothing()).spawned(nothing()).terminal(nothing());
    router.user(nothing())
}

#[tokio::test]
async fn a_server_of_the_revision_reads_every_request() {
    let client = Client::builder().service(router()).build().unwrap();
    let codec = codec();
    for service in services() {
        for operation in service.methods {
            let params = sample::value(codec.params(service.name, operation.method().name), &mut Choices::new(&[]));
            let error =
                soon(client.weights().call_json(service.name, operation.method().name, params)).await.unwrap_err();
            let code = error.code().unwrap_or_default().to_owned();
            assert!(["not_implemented", "not_subscribed"].contains(&code.as_str()), "{error:?}");
        }
    }
}

/// A service of the first revision does not know the methods of the next one, and the error says why.
#[tokio::test]
async fn an_unknown_method_is_explained_by_the_revision() {
    let nothing = decthings::Router::new().model(Arc::new(NothingOfTheFirst));
    let client = Client::builder().service(nothing).build().unwrap();
    let error = soon(client.weights().model().delete_model_version("model", "v1").send()).await.unwrap_err();
    assert_eq!(error.code(), Some("unknown_method"));
    let text = error.to_string();
    assert!(
        text.contains("a method of the revision `weights` of the API, and the service may speak the first"),
        "{text}"
    );

    let server = Server::always(Reply::Close(sized("404 Not Found", b""))).await;
    let client = Client::builder().http_url(server.url()).build().unwrap();
    let error = soon(client.model().set_active_model_state("model", "state").send()).await.unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains(
            "HTTP status 404; this is a method of the first revision of the API, and the service may speak `weights`"
        ),
        "{text}"
    );
}

/// A service that cannot read a call may speak the other revision, and the error says so.
#[tokio::test]
async fn an_unreadable_request_is_explained_by_the_revision() {
    let invalid = r#"{"error":{"code":"invalid_parameter","parameterName":"versionId","reason":"missing"}}"#;
    let response = join_response::<&[u8]>(invalid, &[]);
    let server = Server::always(Reply::Close(sized("200 OK", &response))).await;
    let client = Client::builder().http_url(server.url()).build().unwrap();
    let spec = decthings::types::LauncherSpec::new(2.0, 4096);
    let location = decthings::types::ExecutionLocation::temporary_launcher(spec);
    let first = soon(client.model().train("model", "state", [], location.clone()).send()).await.unwrap_err();
    let next = soon(client.weights().model().train("model", "v1", "v2", [], location).send()).await.unwrap_err();
    let same = soon(client.user().get_quotas().send()).await.unwrap_err();
    for (text, hint) in [
        (first.to_string(), "the service may speak `weights`"),
        (first.into_raw().to_string(), "the service may speak `weights`"),
        (next.to_string(), "the service may speak the first one"),
    ] {
        assert!(text.contains("versionId") && text.contains(hint), "{text}");
    }
    assert!(!same.to_string().contains("revision"), "{same}");

    // A response of the first revision, of which a field of the next one is missing.
    let server = Server::always(Reply::Close(sized("200 OK", &join_response::<&[u8]>(r#"{"result":{}}"#, &[])))).await;
    let client = Client::builder().http_url(server.url()).build().unwrap();
    let error = soon(client.weights().model().get_models().send()).await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("malformed response") && text.contains("the service may speak the first one"), "{text}");
}

/// The first definition marks what the next revision lacks or has in another form, as the facts of both say.
#[test]
fn methods_of_the_first_revision_end_where_the_facts_say() {
    let path = repository("../shared/api/weights/difference.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: there is no {}", path.display());
        return;
    };
    let facts: Value = serde_json::from_str(&text).unwrap();
    let facts = ["renamed", "removed", "changed"].map(|kind| facts["methods"][kind].as_object().unwrap().keys());
    let expected: std::collections::BTreeSet<String> = facts.into_iter().flatten().cloned().collect();
    let ended = decthings::api::dynamic::methods().filter(|operation| operation.method().until == Some("weights"));
    assert_eq!(ended.map(|operation| format!("{operation:?}")).collect::<std::collections::BTreeSet<_>>(), expected);
}

struct NothingOfTheFirst;

impl decthings::api::model::ModelService for NothingOfTheFirst {}

/// What is equal in both revisions is one type, so that a value of one is one of the other.
#[test]
fn equal_types_are_shared() {
    let spec: decthings::api::types::LauncherSpec = decthings::weights::types::LauncherSpec::new(2.0, 4096);
    let request: decthings::api::fs::MkdirRequest = fs::MkdirRequest::new("model", 1, "name", 493);
    assert_eq!((spec.cpus, request.parent), (2.0, 1));
}

#[tokio::test]
async fn typed_calls_reach_a_server_of_the_revision() {
    struct Trainer;
    impl model::ModelService for Trainer {
        async fn train(&self, request: model::TrainRequest) -> decthings::runtime::ServiceResult<model::TrainRequest> {
            assert_eq!((request.version_id.as_str(), request.new_version_name.as_str()), ("v1", "v2"));
            Ok(model::TrainResult::new("session"))
        }
    }
    let client = Client::builder().service(Router::new().model(Arc::new(Trainer))).build().unwrap();
    let spec = decthings::types::LauncherSpec::new(2.0, 4096);
    let location = decthings::types::ExecutionLocation::temporary_launcher(spec);
    let call = client.weights().model().train("model", "v1", "v2", [], location);
    let training = soon(call.send()).await.unwrap();
    assert_eq!(training.training_session_id, "session");
    let error = soon(client.weights().model().delete_model_version("model", "v1").send()).await.unwrap_err();
    assert!(matches!(error, Error::Api { .. }), "{error:?}");
}
