//! Blob rules inside every type that may hold one, compared byte for byte with the independent codec.

mod cases;
mod events;

mod link;
mod malformed;

use decthings::runtime::{Operation, Router};
use decthings_tests::codec::Codec;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::ok::blob_nested;
use blob_nested::nest::*;
use decthings_tests::codec::sample::{self, Choices};
use link::{Exchange, Link};

const DEFINITION: &str = include_str!("../../../data/fixtures/ok/blob_nested/definition.json");

/// Makes a call, and compares each step of it with the independent codec.
async fn compare<R: Operation<Output = <R as Operation>::Response>>(codec: &Codec, params: &Value, result: &Value) {
    let name = R::METHOD.name;
    let Exchange { request, arrived, response, output } = link::call::<R>(params, result).await;
    let wanted = codec.request("Nest", name, params);
    assert!(request == wanted, "{name}: the request of {params} is\n{}\nnot\n{}", shown(&request), shown(&wanted));
    let sorted = sorted_columns(params);
    assert_eq!(arrived, sorted, "{name}: what arrived");
    assert_eq!(codec.read_request("Nest", name, &request), Ok(sorted), "{name}: the request, read back");
    let wanted = codec.response("Nest", name, result);
    assert!(response == wanted, "{name}: the response of {result} is\n{}\nnot\n{}", shown(&response), shown(&wanted));
    assert_eq!(output, *result, "{name}: what the caller gets");
    assert_eq!(codec.read_response("Nest", name, &response), Ok(output), "{name}: the response, read back");
}

/// Bytes for a reader.
fn shown(frame: &[u8]) -> String {
    frame.escape_ascii().to_string()
}

/// Columns of entries in the order of the wire: by UTF-16 code unit.
fn sorted_columns(params: &Value) -> Value {
    let mut params = params.clone();
    if let Some(columns) = params.pointer_mut("/rows/source/keys").and_then(Value::as_array_mut) {
        let units = |column: &Value| column["key"].as_str().unwrap().encode_utf16().collect::<Vec<_>>();
        columns.sort_by_key(units);
    }
    params
}

fn samples(codec: &Codec, method: &str, choices: &[Vec<u32>; 2]) -> [Value; 2] {
    let [params, result] = choices;
    [
        sample::value(codec.params("Nest", method), &mut Choices::new(params)),
        sample::value(codec.result("Nest", method), &mut Choices::new(result)),
    ]
}

fn choices() -> impl Strategy<Value = [Vec<u32>; 2]> {
    let list = || prop::collection::vec(any::<u32>(), 0..160);
    [list(), list()]
}

fn config() -> ProptestConfig {
    ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() }
}

macro_rules! frames_equal_the_independent_codec {
    ($($test:ident: $request:ident;)*) => {
        proptest! {
            #![proptest_config(config())]
            $(#[test]
            fn $test(choices in choices()) {
                let codec = Codec::new(DEFINITION);
                let [params, result] = samples(&codec, $request::METHOD.name, &choices);
                link::block_on(compare::<$request>(&codec, &params, &result));
            })*
        }
    };
}

frames_equal_the_independent_codec! {
    objects_and_lists_equal_the_independent_codec: PutRequest;
    unions_equal_the_independent_codec: ChooseRequest;
    unions_of_tensors_equal_the_independent_codec: FeedRequest;
    names_at_the_root_equal_the_independent_codec: UploadRequest;
    entries_equal_the_independent_codec: EnterRequest;
    recursive_types_equal_the_independent_codec: GrowRequest;
}

#[test]
fn edge_cases_equal_the_independent_codec() {
    let codec = Codec::new(DEFINITION);
    for (method, params, result) in cases::all(&codec) {
        link::block_on(compare_method(&codec, method, &params, &result));
    }
}

async fn compare_method(codec: &Codec, method: &str, params: &Value, result: &Value) {
    match method {
        "put" => compare::<PutRequest>(codec, params, result).await,
        "choose" => compare::<ChooseRequest>(codec, params, result).await,
        "feed" => compare::<FeedRequest>(codec, params, result).await,
        "upload" => compare::<UploadRequest>(codec, params, result).await,
        "enter" => compare::<EnterRequest>(codec, params, result).await,
        "grow" => compare::<GrowRequest>(codec, params, result).await,
        other => panic!("there is no method {other}"),
    }
}

#[test]
fn the_order_of_properties_in_the_json_does_not_matter() {
    let codec = Codec::new(DEFINITION);
    for (method, params, result) in cases::all(&codec) {
        let link = Link::new(&result);
        let frame = link::change_request(&codec.request("Nest", method, &params), link::reverse);
        link::block_on(link.handle(method, frame)).expect("the request is read");
        assert_eq!(link.arrived(), Some(sorted_columns(&params)), "{method}");
        let response = link::change_response(&codec.response("Nest", method, &result), link::reverse);
        assert_eq!(link::block_on(link::Reader::new(&codec, method).read(response)), Ok(result), "{method}");
    }
}

#[test]
fn aliases_are_read_in_objects_with_blobs() {
    let codec = Codec::new(DEFINITION);
    let [params, result] = samples(&codec, "put", &[vec![], vec![]]);
    let link = Link::new(&result);
    let frame = link::change_request(&codec.request("Nest", "put", &params), |mut json| {
        let object = json["crate"].as_object_mut().unwrap();
        for (name, alias) in [("label", "title"), ("type", "kind")] {
            let value = object.remove(name).unwrap();
            object.insert(alias.to_owned(), value);
        }
        json
    });
    link::block_on(link.handle("put", frame)).expect("the request is read");
    assert_eq!(link.arrived(), Some(params));
}

#[test]
fn unknown_variants_round_trip() {
    let codec = Codec::new(DEFINITION);
    let [mut params, _] = samples(&codec, "choose", &[vec![], vec![]]);
    let unknown = json!({ "type": "later", "data": [1, null, { "$bytes": "AA==" }], "names": ["a"] });
    params["content"] = unknown.clone();
    params["maybeContent"] = unknown.clone();
    params["pieces"] = json!([unknown, { "type": "bytes", "data": { "$bytes": "AQI=" } }, unknown]);
    let result = params.clone();
    link::block_on(compare::<ChooseRequest>(&codec, &params, &result));
}

#[test]
fn responses_may_repeat_names() {
    let codec = Codec::new(DEFINITION);
    let [params, mut result] = samples(&codec, "feed", &[vec![], vec![]]);
    let input = json!({ "name": "a", "data": [] });
    result["inputs"] = json!([input, input]);
    result["list"] = json!({ "inputs": [input, input] });
    link::block_on(compare::<FeedRequest>(&codec, &params, &result));
}

#[test]
fn services_respond_to_the_generated_client() {
    let codec = Codec::new(DEFINITION);
    let [_, result] = samples(&codec, "grow", &[vec![], vec![]]);
    let link = Link::new(&result);
    let router: Router = link.router();
    let client = decthings::Client::builder().service(router).build().unwrap();
    let request: GrowRequest = serde_json::from_value(result.clone()).unwrap();
    let call = NestClient::new(&client.into()).grow(request.tree, request.data, request.term);
    let output = link::block_on(call.send()).unwrap();
    assert_eq!(serde_json::to_value(output).unwrap(), result);
}
